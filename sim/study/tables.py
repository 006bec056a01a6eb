"""Tables of a study, read from its batches; a column is read when it is first needed."""

from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim.conditions.plan import RunPlan
from sim.errors import InputError
from sim.study.arrow_tables import KEYS
from sim.study.design import Design
from sim.study.replicate import recorded_days
from sim.study.store import Store

_TOLERANCE_DAYS = 1e-9
"""Within which a row is on a recorded day; far less than the time between two."""


class _Rows(NamedTuple):
    """Rows of an arm in the table of courses, and the position of the member and day of each."""

    rows: NDArray[np.int64]
    member: NDArray[np.int64]
    day: NDArray[np.int64]


class Tables:
    """Tables of a study.

    Parameters
    ----------
    folder : path
        The study's folder.
    store : Store
        What is in it.
    design : Design
        Of the study.
    """

    def __init__(self, folder: Path, store: Store, design: Design) -> None:
        self._folder, self._store, self._design = folder, store, design
        self._columns: dict[str, NDArray[Any]] = {}
        self._rows: dict[str, _Rows] = {}

    @cached_property
    def members(self) -> pd.MultiIndex:
        """Every member that is completed, as (replicate, sample), in order."""
        numbers = [number for entry in self._store.ordered() for number in range(*entry.members)]
        return pd.MultiIndex.from_tuples(
            [self._design.member(number) for number in numbers], names=list(KEYS)
        )

    def days(self, condition: str) -> NDArray[np.float64]:
        """Recorded days of an arm."""
        return np.array(recorded_days(self._plans[self._design.arms.index(condition)]))

    @cached_property
    def _plans(self) -> list[RunPlan]:
        return self._design.plans()

    def course(self, variable: str, condition: str) -> pd.DataFrame:
        """A variable of one arm: a row per member, a column per day; NaN after a simulation failed."""
        days, where = self.days(condition), self._rows_of(condition)
        values = np.full((len(self.members), len(days)), np.nan)
        values[where.member, where.day] = self._column(variable)[where.rows]
        return pd.DataFrame(values, index=self.members, columns=pd.Index(days, name="day"))

    def whole(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """Read all columns of a table of all batches in order, or some.

        Raises
        ------
        InputError
            If there is none, or files are missing or damaged; lists them all.
        """
        entries = self._store.ordered()
        again = f"sim study run {self._folder}"
        if not entries or name not in self._store.parts.tables:
            what = "has no single cells" if entries else "has no results yet"
            raise InputError([f"{self._folder} {what}; to run it: {again}"])
        tables: list[pa.Table] = []
        problems: list[str] = []
        for entry in entries:
            try:
                table = self._store.parts.read(entry, name, columns)
                if tables and table.schema != tables[0].schema:
                    raise InputError([f"{entry.path(self._folder, name)} is damaged: its types differ"])
                tables.append(table)
            except InputError as error:
                problems += [f"{problem}; to compute it again: {again}" for problem in error.problems]
        if problems:
            raise InputError(problems)
        frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
        return frame

    def _column(self, name: str) -> NDArray[Any]:
        """A column of the courses of all batches."""
        if name not in self._columns:
            column = self.whole("courses", [name])[name]
            if name == "condition":  # The places of arms, whatever their order in the files.
                column = column.astype(pd.CategoricalDtype(self._design.arms)).cat.codes
            self._columns[name] = column.to_numpy()
        return self._columns[name]

    def _rows_of(self, condition: str) -> _Rows:
        """Where the rows of an arm belong in a table of members and days."""
        if condition not in self._rows:
            rows = np.flatnonzero(self._column("condition") == self._design.arms.index(condition))
            sets = self._design.sets
            known = np.array([replicate * sets + sample for replicate, sample in self.members])
            replicates = self._column("replicate")[rows].astype(np.int64)
            own = replicates * sets + self._column("sample")[rows]
            days, recorded = self._column("day")[rows], self.days(condition)
            found = _Rows(
                rows=rows,
                member=np.searchsorted(known, own),
                day=np.searchsorted(recorded, days - _TOLERANCE_DAYS),
            )
            recorded = np.append(recorded, np.inf)
            places = found.member * len(recorded) + found.day
            on_days = abs(recorded[found.day] - days) <= _TOLERANCE_DAYS  # False for NaN and infinity.
            if not on_days.all() or (np.diff(places) <= 0).any():
                raise InputError([f"{self._folder} is damaged: it has rows of times that none records"])
            self._rows[condition] = found
        return self._rows[condition]
