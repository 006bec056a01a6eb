"""Tables of a study, read from its parts; a column is read once, when it is first asked for."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import InputError
from sim.study.batches import KEYS
from sim.study.design import Design
from sim.study.replicate import recorded_days
from sim.study.store import Store


class _Rows(NamedTuple):
    """Rows of an arm: which they are, and the place of the body and of the day of each."""

    rows: NDArray[np.int64]
    body: NDArray[np.int64]
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
        What was asked.
    """

    def __init__(self, folder: Path, store: Store, design: Design) -> None:
        self._folder, self._store, self._design = folder, store, design
        self._columns: dict[str, NDArray[Any]] = {}
        self._rows: dict[str, _Rows] = {}

    @cached_property
    def bodies(self) -> pd.MultiIndex:
        """Every body that is done, as (replicate, sample), in order."""
        done = [unit for part in sorted(self._store.entries)
                for unit in range(*self._store.entries[part].units)]  # fmt: skip
        return pd.MultiIndex.from_tuples([self._design.unit(unit) for unit in done], names=list(KEYS))

    def days(self, condition: str) -> NDArray[np.float64]:
        """Recorded days of an arm."""
        plan = self._design.plans()[self._design.arms.index(condition)]
        return np.array(recorded_days(plan))

    def course(self, variable: str, condition: str) -> pd.DataFrame:
        """A variable of one arm: a row a body, a column a day; no number where a body did not live."""
        days, where = self.days(condition), self._rows_of(condition)
        values = np.full((len(self.bodies), len(days)), np.nan)
        values[where.body, where.day] = self._column(variable)[where.rows]
        return pd.DataFrame(values, index=self.bodies, columns=pd.Index(days, name="day"))

    def whole(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read all columns of a table of all parts in order, or some.

        Raises
        ------
        InputError
            If there is none.
        """
        entries = [self._store.entries[part] for part in sorted(self._store.entries)]
        paths = [entry.path(self._folder, name) for entry in entries if name in entry.files]
        if not paths:
            what = "has no single cells" if name == "cells" and entries else "has no results yet"
            raise InputError([f"{self._folder} {what}; to run it: sim study run {self._folder}"])
        tables = [pq.read_table(path, columns=columns) for path in paths]
        frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
        return frame

    def _column(self, name: str) -> NDArray[Any]:
        """A column of the courses of all parts."""
        if name not in self._columns:
            column = self.whole("courses", [name])[name]
            self._columns[name] = (column.cat.codes if name == "condition" else column).to_numpy()
        return self._columns[name]

    def _rows_of(self, condition: str) -> _Rows:
        """Where the rows of an arm belong."""
        if condition not in self._rows:
            rows = np.flatnonzero(self._column("condition") == self._design.arms.index(condition))
            sets = self._design.sets
            done = np.array([replicate * sets + sample for replicate, sample in self.bodies])
            unit = self._column("replicate")[rows].astype(np.int64) * sets + self._column("sample")[rows]
            body = np.searchsorted(done, unit)
            day = np.searchsorted(self.days(condition), self._column("day")[rows] - 1e-9)
            self._rows[condition] = _Rows(rows, body, day)
        return self._rows[condition]
