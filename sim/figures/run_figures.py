"""Figures of a run by name, each a page of its own."""

from collections.abc import Callable

from matplotlib.figure import Figure

from sim.figures.balance_chart import draw_balance_chart
from sim.figures.flux_diagram import draw_flux_diagram
from sim.figures.gamblegram import draw_gamblegram
from sim.figures.overview import draw_overview
from sim.figures.phase_plane import draw_phase_plane
from sim.figures.protocols import Run
from sim.figures.sheet import draw_sheet

FIGURES: dict[str, Callable[[Run], Figure]] = {
    "overview": lambda run: draw_overview(run.condition, run.table, run.snapshots, run.provenance),
    "sheet": lambda run: draw_sheet(run.condition, run.table, run.provenance),
    "balance": lambda run: draw_balance_chart(run.condition, run.table, run.parameters),
    "phase-plane": lambda run: draw_phase_plane(run.condition, run.table, run.snapshots, run.parameters),
    "gamblegram": lambda run: draw_gamblegram(run.condition, run.table, run.snapshots),
    "fluxes": lambda run: draw_flux_diagram(run.condition, run.table, run.snapshots, run.parameters),
}
"""For ``result.plot(name)`` and ``sim plot``."""
