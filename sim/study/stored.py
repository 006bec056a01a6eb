"""A study in its folder: what is complete, its tables, its digest, and whether it is intact."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import InputError
from sim.simulation.survival import NOT_SURVIVABLE
from sim.study.design import Design
from sim.study.digests import combined_digest, member_digests
from sim.study.store import LEDGER, Store
from sim.study.tables import Tables

MAX_LINES = 100
"""Damaged lines of the ledger that are named."""


class StoredStudy:
    """A study in its folder, finished or not; nothing is read before it is needed.

    Parameters
    ----------
    folder : path
        The study's folder.

    Raises
    ------
    InputError
        If it holds no study.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._store = Store(self.folder)
        self.design: Design = self._store.design
        self._tables = Tables(self.folder, self._store, self.design)

    @property
    def n_completed(self) -> int:
        """Number of members that are completed: replicates, times parameter sets if there are any."""
        return self._store.n_completed

    @property
    def complete(self) -> bool:
        """Whether every member is completed."""
        return self.n_completed == self.design.n_members

    @property
    def failures(self) -> list[str]:
        """A sentence for each replicate that did not finish an arm, with the reason."""
        return [failure for entry in self._store.ordered() for failure in entry.failures]

    @property
    def not_survivable(self) -> list[str]:
        """A sentence for each replicate that crossed a limit of survival in an arm, with the limit."""
        cases = self.cases
        beyond = cases[cases["outcome"].str.startswith(NOT_SURVIVABLE)]
        rows = zip(beyond["replicate"], beyond["condition"], beyond["outcome"], strict=True)
        return [f"replicate {replicate}, {arm}: {outcome}" for replicate, arm, outcome in rows]

    @property
    def arms(self) -> list[str]:
        """Names of the conditions; the first is the reference."""
        return self.design.arms

    @cached_property
    def courses(self) -> pd.DataFrame:
        """A row per time point of a member in an arm: replicate, sample, condition, day, variables."""
        return self._tables.whole("courses")

    @cached_property
    def cases(self) -> pd.DataFrame:
        """A row per member in an arm: outcome, properties of the person, sampled parameters."""
        return self._tables.whole("cases")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """A row per cell and time point of a member in an arm, if the design keeps any."""
        return self._tables.whole("cells")

    def values(self, variable: str, condition: str) -> pd.DataFrame:
        """A variable of one arm: a row per member (index replicate, sample), a column per day."""
        problems = []
        if variable not in self.design.variables:
            recorded = ", ".join(self.design.variables)
            problems.append(f"{variable!r} was not recorded; there are {recorded}")
        problems += self._unknown_arms(condition)
        if problems:
            raise InputError(problems)
        return self._tables.course(variable, condition)

    def at(self, variable: str, condition: str, day: float | None = None) -> "pd.Series[Any]":
        """A variable of one arm on the recorded day nearest to a day (default: the last), by member.

        It is NaN where the simulation failed before.
        """
        return self.values(variable, condition)[self._recorded_day(day, condition)]

    def digest(self, replicate: int | None = None) -> str:
        """SHA-256 of all results, or of those of one replicate, as they were when computed.

        Raises
        ------
        InputError
            If the replicate is not there.
        """
        digests = [text for key, text in self._digests() if replicate in (None, key[0])]
        if replicate is not None and not digests:
            raise InputError([f"{self.folder} has no replicate {replicate}"])
        return combined_digest(digests)

    def verify(self) -> list[str]:
        """Read every file again and say what is not as it was computed; an empty list if all is well."""
        damaged = self._store.damaged()
        problems = [f"batch {entry.batch}: a file is missing or damaged" for entry in damaged]
        bad = {entry.batch for entry in damaged}
        for entry in (entry for entry in self._store.ordered() if entry.batch not in bad):
            try:
                tables = {name: self._store.parts.read(entry, name) for name in entry.files}
            except InputError as error:
                problems += [f"batch {entry.batch}: {problem}" for problem in error.problems]
                continue
            if list(member_digests(tables).values()) != entry.digests:
                problems.append(f"batch {entry.batch}: its tables do not give the digests in the ledger")
        return [*self.damaged_lines, *problems]

    @property
    def damaged_lines(self) -> list[str]:
        """A sentence for each line of the ledger that is not what was written, up to some."""
        numbers = self._store.damaged_lines
        shown = [
            f"line {number} of {LEDGER} is damaged; its batch counts as missing"
            for number in numbers[:MAX_LINES]
        ]
        more = len(numbers) - MAX_LINES
        return [*shown, f"and {more:,} more lines"] if more > 0 else shown

    def provenance(self) -> dict[str, Any]:
        """Design, versions, when and how it was run, how much is completed, remarks, and the digest."""
        return {
            **self._store.manifest,
            "n_completed": self.n_completed,
            "remarks": self.design.remarks,
            "digest": self.digest(),
        }

    def _digests(self) -> Iterator[tuple[tuple[int, int], str]]:
        """Digest of each member, in order."""
        for entry in self._store.ordered():
            for number, text in zip(range(*entry.members), entry.digests, strict=True):
                yield self.design.member(number), text

    def _recorded_day(self, day: float | None, *arms: str) -> float:
        """Day recorded in all of some arms that is nearest to one, by default the last."""
        self._check_arms(*arms)
        days = sorted(set.intersection(*(set(self._tables.days(arm).tolist()) for arm in arms)))
        nearest: float = days[-1] if day is None else min(days, key=lambda there: abs(there - day))
        return nearest

    def _check_arms(self, *arms: str) -> None:
        if problems := self._unknown_arms(*arms):
            raise InputError(problems)

    def _unknown_arms(self, *arms: str) -> list[str]:
        """Say which arms do not exist."""
        there = ", ".join(self.arms)
        return [f"no arm is called {arm!r}; there are {there}" for arm in arms if arm not in self.arms]
