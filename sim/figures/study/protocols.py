"""What figures need of a study; :class:`sim.study.study.Study` provides it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from sim.conditions.condition import Condition
from sim.statistics import Interval
from sim.variables.endpoints import Endpoint


class ArmPlan(Protocol):
    """The plan of an arm."""

    @property
    def condition(self) -> Condition: ...


class KeptCells(Protocol):
    """Which variables of single cells are kept."""

    @property
    def variables(self) -> tuple[str, ...]: ...


class StudyDesign(Protocol):
    """The design of a study."""

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
    def endpoints(self) -> tuple[str, ...]: ...
    @property
    def samples(self) -> object | None: ...
    @property
    def snapshots(self) -> KeptCells | None: ...
    @property
    def sets(self) -> int: ...
    @property
    def n_members(self) -> int: ...
    def plans(self) -> Sequence[ArmPlan]:
        """RunPlan of each arm."""
        ...


class StudyResults(Protocol):
    """The findings of a study."""

    @property
    def folder(self) -> Path: ...
    @property
    def design(self) -> StudyDesign: ...
    @property
    def arms(self) -> list[str]: ...
    @property
    def n_completed(self) -> int: ...
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

    def probability(self, endpoint: str | Endpoint, condition: str) -> Interval:
        """Proportion that reaches an endpoint at the end."""
        ...

    def probabilities(self, endpoint: Endpoint, condition: str) -> pd.DataFrame:
        """Proportion that reaches an endpoint, by day."""
        ...

    def variance_reduction(self, variable: str, condition: str, *, day: float | None = None) -> Interval:
        """Variance of a difference without pairing over that with it."""
        ...

    def convergence(
        self, variable: str, condition: str, reference: str | None, day: float | None
    ) -> "pd.Series[Any]":
        """Half-width of the interval by number of replicates."""
        ...
