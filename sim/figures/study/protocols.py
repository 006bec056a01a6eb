"""What the figures of a study need of it; :class:`sim.study.study.Study` provides it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sim.conditions.condition import Condition
from sim.statistics.interval import Interval
from sim.variables.endpoints import Question


class ArmPlan(Protocol):
    """The plan of an arm."""

    @property
    def condition(self) -> Condition: ...


class KeptCells(Protocol):
    """Which variables of single cells are kept."""

    @property
    def variables(self) -> tuple[str, ...]: ...


class StudyDesign(Protocol):
    """What was asked."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def replicates(self) -> int: ...
    @property
    def cells(self) -> int: ...
    @property
    def variables(self) -> tuple[str, ...]: ...
    @property
    def ask(self) -> tuple[str, ...]: ...
    @property
    def samples(self) -> object | None: ...
    @property
    def snapshots(self) -> KeptCells | None: ...
    @property
    def sets(self) -> int: ...
    @property
    def units(self) -> int: ...
    def plans(self) -> Sequence[ArmPlan]:
        """Plan of each arm."""
        ...


class StudyResults(Protocol):
    """What was found."""

    @property
    def folder(self) -> Path: ...
    @property
    def design(self) -> StudyDesign: ...
    @property
    def arms(self) -> list[str]: ...
    @property
    def bodies(self) -> int: ...
    @property
    def complete(self) -> bool: ...
    @property
    def failures(self) -> list[str]: ...
    @property
    def cells(self) -> pd.DataFrame: ...

    def values(self, variable: str, condition: str) -> pd.DataFrame:
        """Values by replicate and day."""
        ...

    def at(self, variable: str, condition: str, day: float | None = None) -> "pd.Series[Any]":
        """Values on a day."""
        ...

    def bands(self, variable: str, condition: str) -> pd.DataFrame:
        """Quantiles by day."""
        ...

    def difference(self, variable: str, condition: str) -> pd.DataFrame:
        """Mean paired difference from the first arm, by day."""
        ...

    def probability(self, question: str | Question, condition: str) -> Interval:
        """Share at the end for which a statement holds."""
        ...

    def probabilities(self, question: Question, condition: str) -> pd.DataFrame:
        """Share by day for which a statement holds."""
        ...

    def pairing(self, variable: str, condition: str, *, day: float | None = None) -> Interval:
        """Reduction of the variance of a difference by pairing."""
        ...

    def convergence(
        self, variable: str, condition: str, reference: str | None, day: float | None
    ) -> "pd.Series[Any]":
        """Half-width of the interval by number of replicates."""
        ...
