"""What the figures of a run need of it; :class:`sim.simulation.result.Result` provides it."""

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from sim.conditions.condition import Condition
from sim.parameters import Parameters


class Run(Protocol):
    """A run to draw."""

    @property
    def condition(self) -> Condition:
        """The condition that was simulated."""

    @property
    def table(self) -> pd.DataFrame:
        """A row a recorded time (index: days), a column a variable."""

    @property
    def snapshots(self) -> Mapping[float, pd.DataFrame]:
        """Tables of cells by time [day]."""

    @property
    def parameters(self) -> Parameters:
        """Parameters of the body."""

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Everything needed to repeat the run."""
