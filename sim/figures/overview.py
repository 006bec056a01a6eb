"""Overview of a run on one page: interventions, plasma, balance of each ion, and cells over time.

Each ion has one colour in all panels.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.conditions.condition import Condition
from sim.figures.frame import (
    A4,
    BAND_INCHES,
    ION_COLOURS,
    LANE_INCHES,
    crossed_at,
    draw_events,
    heading,
    lanes_of,
    mark_survival,
)
from sim.figures.page import Page
from sim.figures.ridges import RIDGE_HEIGHT, Ridge, draw_ridges
from sim.figures.style import INK, PURPLE, STYLE, extent, shade
from sim.figures.time_axis import TimeAxis
from sim.parameters import CELL_TYPES
from sim.quantities.ions import MAGNESIUM, POTASSIUM, SODIUM, Ion
from sim.quantities.units import HOURS_PER_DAY
from sim.variables.table import PER_CELL, VARIABLES
from sim.variables.variable import Variable

_Snapshots = Mapping[float, pd.DataFrame]

_IONS: Final = (POTASSIUM, MAGNESIUM, SODIUM)
"""Rows of panels from the top."""
_POTENTIAL_COLOUR: Final = PURPLE

_FLOWS: Final[dict[str, dict[str, Any]]] = {
    "intake": {"linestyle": (0, (4, 2)), "linewidth": 1.2, "alpha": 0.75},
    "urine": {"linestyle": "-", "linewidth": 1.5},
    "stool": {"linestyle": (0, (1, 1)), "linewidth": 0.9},
}
"""Lines of intake and output, by the first part of the column's name."""

_PANEL_INCHES: Final = 1.4
"""Height of a panel, before scaling to the page."""

_MAX_RIDGES: Final = 16
_MIN_ROWS: Final = 6
"""Maximum number of ridges, and minimum number that there is space for."""


def draw_overview(
    condition: Condition,
    table: pd.DataFrame,
    snapshots: _Snapshots,
    provenance: Mapping[str, Any] | None = None,
) -> Figure:
    """Draw a run on one page.

    Parameters
    ----------
    condition : Condition
        The condition that was simulated.
    table : pandas.DataFrame
        One row per recorded time (index: days), one column per variable. It may end early.
    snapshots : mapping
        Tables of cells by time [day].
    provenance : mapping, optional
        Provenance of the run, for a mark from the time at which it was not survivable any more.

    Returns
    -------
    matplotlib.figure.Figure
        A page of A4, landscape. No global state of matplotlib is touched.
    """
    snapshots = {day: cells[cells["type"] == CELL_TYPES[0]] for day, cells in snapshots.items()}
    recorded = float(table.index[-1]) if len(table) else 0.0
    provenance = provenance or {}
    days = recorded or condition.duration / HOURS_PER_DAY
    time_axis = TimeAxis.of(days, condition.times(), crossed_at(provenance))
    lanes = lanes_of(condition, time_axis)
    cells = max(map(len, snapshots.values()), default=0)
    with rc_context(STYLE):
        engine = ConstrainedLayoutEngine(rect=(0.006, 0.008, 0.988, 0.915), w_pad=0.06)
        page = Page(figsize=A4, layout=engine)
        band = min(BAND_INCHES, LANE_INCHES * max(1, len(lanes)))
        heights, widths = [band, *4 * [_PANEL_INCHES]], [1.2, 1.2, 0.75, 0.75]
        grid = page.add_gridspec(5, 4, height_ratios=heights, width_ratios=widths)
        heading(page, condition, recorded, f"muscle cells drawn: {cells:,}")
        mark_survival(page, provenance)
        draw_events(page.add_subplot(grid[0, 0]), lanes, time_axis)
        _draw_key(page.add_subplot(grid[0, 1]))
        _draw_courses(page, grid, table.set_axis(table.index * time_axis.per_day), time_axis)
        for column, ion in enumerate((POTASSIUM, SODIUM), 2):
            _draw_ridges(page.add_subplot(grid[:, column]), ion, snapshots, time_axis)
        page.settle()
        page.align_ylabels(page.axes)  # Only now: each pass of the layout measures labels.
    return page


def _draw_key(axes: Axes) -> None:
    """Draw the legend of the panels below."""
    axes.set_axis_off()
    lines = [Line2D([], [], color=INK, label=name, **style) for name, style in _FLOWS.items()]
    axes.legend(handles=lines, loc="lower left", ncols=3, borderaxespad=0.0, handlelength=2.6)


def _draw_courses(page: Figure, grid: GridSpec, table: pd.DataFrame, time_axis: TimeAxis) -> None:
    """Draw the panels over time: one row per ion, and a row for the cells."""
    for row, ion in enumerate(_IONS, 1):
        level, flows = (_time_axes(page, grid[row, column], time_axis) for column in (0, 1))
        _draw_level(level, table, ion)
        _draw_flows(flows, table, ion)
        if row == 1:
            level.set_title("Plasma, with reference range")
            flows.set_title("Intake and output")
    potential, free = (_time_axes(page, grid[4, column], time_axis, last=True) for column in (0, 1))
    potential.set_title("Muscle cells: median, central 50 % and 90 %")
    _draw_spread(potential, table, "potential", _POTENTIAL_COLOUR)
    _draw_spread(free, table, "mg_free", ION_COLOURS[MAGNESIUM])


def _time_axes(page: Figure, place: SubplotSpec, time_axis: TimeAxis, *, last: bool = False) -> Axes:
    """Add axes over time."""
    axes = page.add_subplot(place)
    time_axis.prepare(axes, last=last)
    return axes


def _draw_level(axes: Axes, table: pd.DataFrame, ion: Ion) -> None:
    """Draw the plasma concentration of an ion."""
    name = f"plasma_{ion.symbol.lower()}"
    axes.plot(table.index, table[name], color=ION_COLOURS[ion])
    _frame(axes, VARIABLES[name], table[[name]])


def _draw_flows(axes: Axes, table: pd.DataFrame, ion: Ion) -> None:
    """Draw intake and output, each value over the time of which it is the mean."""
    names = {flow: f"{flow}_{ion.symbol.lower()}" for flow in _FLOWS}
    for flow, name in names.items():
        axes.step(table.index, table[name], color=ION_COLOURS[ion], snap=False, **_FLOWS[flow])
    top = float(np.max(table[list(names.values())].to_numpy(), initial=0.0)) or 1.0
    axes.set_ylim(0.0, 1.08 * top)
    axes.set_ylabel(f"{ion.symbol}\n({VARIABLES[names['urine']].unit})")


def _draw_spread(axes: Axes, table: pd.DataFrame, name: str, colour: str) -> None:
    """Draw the distribution of a variable over the cells: median and two bands."""
    for low, high, alpha in ((5, 95, 0.25), (25, 75, 0.5)):
        edges = table[f"{name}_p{low}"], table[f"{name}_p{high}"]
        axes.fill_between(table.index, *edges, fc=(colour, alpha), ec=colour, linewidth=0.4)
    axes.plot(table.index, table[f"{name}_p50"], color=INK, linewidth=1.0)
    _frame(axes, PER_CELL[name], table[[f"{name}_p5", f"{name}_p95"]])


def _frame(axes: Axes, variable: Variable, values: pd.DataFrame) -> None:
    """Shade the reference range, fit the axis to it and to the values, and label the axis."""
    shade(axes, variable)
    axes.set_ylim(extent([variable.low, variable.high, *values.to_numpy().ravel()], 0.08))
    axes.set_ylabel(f"{variable.meaning}\n({variable.unit})")


def _draw_ridges(axes: Axes, ion: Ion, snapshots: _Snapshots, time_axis: TimeAxis) -> None:
    """Draw the distribution of an ion over the cells, one ridge per snapshot, the earliest on top."""
    days = sorted(snapshots)
    if len(days) > _MAX_RIDGES:
        days = [days[k] for k in np.linspace(0, len(days) - 1, _MAX_RIDGES).round().astype(int)]
    name = f"{ion.symbol.lower()}_in"
    variable = PER_CELL[name]
    axes.set_title(f"Muscle {ion.symbol}, median marked")
    axes.set_xlabel(f"{variable.meaning} ({variable.unit})")
    axes.set_yticks(range(len(days)), [time_axis.label(day) for day in days])
    axes.set_ylim(max(len(days), _MIN_ROWS) - 0.8, -1.1 * RIDGE_HEIGHT)
    axes.tick_params(axis="y", length=0.0, labelleft=ion is POTASSIUM)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    samples = [snapshots[day][name].to_numpy(dtype=float) for day in days]
    draw_ridges(axes, [Ridge(v, k, ION_COLOURS[ion]) for k, v in enumerate(samples)], variable)
