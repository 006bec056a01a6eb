"""Figures of a run, each on a page of its own, and of what runs have in common.

The style they share is in :mod:`sim.figures.style`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import pandas as pd
from matplotlib.figure import Figure

from sim.conditions.condition import Condition
from sim.figures.balance_chart import balance_chart
from sim.figures.comparison import comparison
from sim.figures.courses import courses
from sim.figures.dose_response import dose_response
from sim.figures.flux_diagram import flux_diagram
from sim.figures.gamblegram import gamblegram
from sim.figures.overview import overview
from sim.figures.paired import paired_differences
from sim.figures.phase_plane import phase_plane
from sim.figures.sheet import sheet
from sim.figures.style import EXPECTED, INK, STYLE, Page, save
from sim.parameters import Parameters

__all__ = [
    "EXPECTED",
    "FIGURES",
    "INK",
    "STYLE",
    "Page",
    "balance_chart",
    "comparison",
    "courses",
    "dose_response",
    "flux_diagram",
    "gamblegram",
    "overview",
    "paired_differences",
    "phase_plane",
    "save",
    "sheet",
]


class Run(Protocol):
    """What is drawn; see :class:`sim.simulation.result.Result`."""

    @property
    def condition(self) -> Condition: ...
    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def snapshots(self) -> Mapping[float, pd.DataFrame]: ...
    @property
    def parameters(self) -> Parameters: ...
    @property
    def provenance(self) -> Mapping[str, Any]: ...


FIGURES: dict[str, Callable[[Run], Figure]] = {
    "overview": lambda run: overview(run.condition, run.table, run.snapshots),
    "sheet": lambda run: sheet(run.condition, run.table, run.provenance),
    "balance": lambda run: balance_chart(run.condition, run.table, run.parameters),
    "phase-plane": lambda run: phase_plane(run.condition, run.table, run.snapshots, run.parameters),
    "gamblegram": lambda run: gamblegram(run.condition, run.table, run.snapshots),
    "fluxes": lambda run: flux_diagram(run.condition, run.table, run.snapshots, run.parameters),
}
"""Figures of a run by name, for ``result.plot(name)`` and ``sim plot``."""
