"""One page that shows a run: what was done, plasma, balance of each ion, and the cells over time.

The style is that of a printed journal: small sans-serif type, no grid, grey for what is expected
or done (reference ranges, events), one colour for each ion that is safe for the colour-blind, and
meaning that never hangs on colour alone.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from textwrap import shorten
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from sim.condition import Condition
from sim.ions import MAGNESIUM, POTASSIUM, SODIUM, Ion
from sim.observation import PER_CELL, VARIABLES, Variable
from sim.parameters import CELL_TYPES
from sim.units import HOURS_PER_DAY

Array = NDArray[np.float64]
_Snapshots = Mapping[float, pd.DataFrame]
_Spans = list[tuple[float, float]]
"""Start and length of each time that something is done."""

STYLE: Final[dict[Any, Any]] = {
    "font.size": 7.0,
    "axes.titlesize": 8.0,
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    "legend.borderpad": 0.0,
    "text.parse_math": False,
    "pdf.fonttype": 42,
}

_A4: Final = (11.69, 8.27)
_DPI: Final = 150
_COLOURS: Final = {POTASSIUM: "#D55E00", MAGNESIUM: "#009E73", SODIUM: "#0072B2"}
"""Colour of each ion, from the palette of Okabe and Ito, in the order of the rows of panels."""
_POTENTIAL_COLOUR: Final = "#CC79A7"
EXPECTED: Final = "0.92"
_EVENT: Final = "0.82"
INK: Final = "0.15"

_FLOWS: Final[dict[str, dict[str, Any]]] = {
    "intake": {"linestyle": (0, (4, 2)), "linewidth": 1.2, "alpha": 0.75},
    "urine": {"linestyle": "-", "linewidth": 1.5},
    "stool": {"linestyle": (0, (1, 1)), "linewidth": 0.9},
}
"""Lines of what goes in and out, by the first part of the column's name."""

_LANE_INCHES: Final = 0.17
_BAND_INCHES: Final = 1.6
_PANEL_INCHES: Final = 1.4
"""Height of a lane of events, of all lanes at most and of a panel, before scaling to the page."""

_LETTER: Final = 0.0175
_SHORT_DAYS: Final = 2.0
"""Width of a letter over that of the time axis, which is in hours for runs up to so many days."""

_RIDGES: Final = 16
_ROWS: Final = 6
_RIDGE_HEIGHT: Final = 1.35
_BINS: Final = 401
"""Ridges at most, room for at least, the tallest over the distance of two, and points of each."""


class Page(Figure):
    """A figure that notebooks show, whether or not they have loaded :mod:`matplotlib.pyplot`."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=_DPI)
        return buffer.getvalue()


class _Clock(NamedTuple):
    """The time axis that panels share. Time recorded, end and moments of change are in its unit."""

    unit: str
    per_day: float
    recorded: float
    end: float
    changes: tuple[float, ...]

    def label(self, days: float) -> str:
        """Name a moment."""
        value = round(days * self.per_day, 1)
        return f"day {value:g}" if self.unit == "day" else f"{value:g} {self.unit}"


def overview(condition: Condition, table: pd.DataFrame, snapshots: _Snapshots) -> Figure:
    """Draw a run on one page.

    Parameters
    ----------
    condition : Condition
        What was done.
    table : pandas.DataFrame
        A row a recorded time (index: days), a column a variable. It may end early.
    snapshots : mapping
        Tables of cells by time [day].

    Returns
    -------
    matplotlib.figure.Figure
        A page of A4, landscape. No global state of matplotlib is touched.
    """
    snapshots = {day: cells[cells["type"] == CELL_TYPES[0]] for day, cells in snapshots.items()}
    clock = _clock(condition, table)
    lanes = _lanes(condition, clock)
    cells = max(map(len, snapshots.values()), default=0)
    with rc_context(STYLE):
        engine = ConstrainedLayoutEngine(rect=(0.006, 0.008, 0.988, 0.915), w_pad=0.06)
        page = Page(figsize=_A4, layout=engine)
        band = min(_BAND_INCHES, _LANE_INCHES * max(1, len(lanes)))
        heights, widths = [band, *4 * [_PANEL_INCHES]], [1.2, 1.2, 0.75, 0.75]
        grid = page.add_gridspec(5, 4, height_ratios=heights, width_ratios=widths)
        _draw_heading(page, condition, cells, clock)
        _draw_events(page.add_subplot(grid[0, 0]), lanes, clock)
        _draw_key(page.add_subplot(grid[0, 1]))
        _draw_courses(page, grid, table.set_axis(table.index * clock.per_day), clock)
        for column, ion in enumerate((POTASSIUM, SODIUM), 2):
            _draw_ridges(page.add_subplot(grid[:, column]), ion, snapshots, clock)
        page.draw_without_rendering()  # Ticks are made when first drawn, hence within the style.
        page.set_layout_engine("none")  # The layout is settled; to draw again changes nothing.
    return page


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : pathlib.Path
        Where it goes.
    """
    with rc_context(STYLE):
        figure.savefig(path, format="png", dpi=_DPI)


def _clock(condition: Condition, table: pd.DataFrame) -> _Clock:
    """Make the time axis, as long as what was recorded."""
    recorded = float(table.index[-1]) if len(table) else 0.0
    days = recorded or condition.duration / HOURS_PER_DAY
    unit, per_day = ("h", HOURS_PER_DAY) if days <= _SHORT_DAYS else ("day", 1.0)
    edges = (hours / HOURS_PER_DAY for hours in condition.times())
    changes = tuple(t * per_day for t in edges if t < days)
    return _Clock(unit, per_day, recorded * per_day, days * per_day, changes)


def _lanes(condition: Condition, clock: _Clock) -> dict[str, _Spans]:
    """Spans of the events within the time axis, as (start, length) by label."""
    lanes: dict[str, _Spans] = {}
    for hours, until, label in condition.events():
        start, stop = (t / HOURS_PER_DAY * clock.per_day for t in (hours, until))
        if start < clock.end:
            lanes.setdefault(label, []).append((start, min(stop, clock.end) - start))
    return lanes


def _draw_heading(page: Figure, condition: Condition, cells: int, clock: _Clock) -> None:
    """Write title and subtitle."""
    parts = [condition.name, f"muscle cells drawn: {cells:,}"]
    recorded, planned = clock.recorded / clock.per_day, condition.duration / HOURS_PER_DAY
    if recorded < planned * (1.0 - 1e-9):
        parts.append(f"recorded until day {recorded:.4g} of {planned:g}")
    if condition.without:
        parts.append("without " + ", ".join(condition.without))
    title = shorten(condition.title or condition.name, 105, placeholder=" …")
    subtitle = shorten(" · ".join(parts), 170, placeholder=" …")
    page.text(0.012, 0.982, title, size=13, weight="bold", va="top", color=INK)
    page.text(0.012, 0.947, subtitle, size=8.5, va="top", color="0.35")


def _draw_events(axes: Axes, lanes: Mapping[str, _Spans], clock: _Clock) -> None:
    """Draw a lane for each thing that is done."""
    axes.set_title("What is done")
    axes.set_axis_off()
    axes.set(xlim=(0.0, clock.end), ylim=(max(1, len(lanes)) - 0.5, -0.5))
    if not lanes:
        axes.text(0.0, 0.0, "nothing", va="center", style="italic", color="0.35")
    size = min(7.0, 7.0 * _BAND_INCHES / (_LANE_INCHES * max(1, len(lanes))))
    for lane, (label, spans) in enumerate(lanes.items()):
        axes.broken_barh(spans, (lane - 0.41, 0.82), color=_EVENT, linewidth=0.0)
        place = _beside(label, spans, clock.end)
        axes.text(y=lane, s=label, va="center_baseline", size=size, color=INK, **place)


def _beside(label: str, spans: _Spans, end: float) -> dict[str, Any]:
    """Place a label in the first bar of a lane if it fits, else before it or after the last."""
    (start, length), stop = spans[0], sum(spans[-1])
    width, gap = _LETTER * len(label) * end, 0.5 * _LETTER * end
    if width < length:
        return {"x": start + gap, "ha": "left"}
    if width < start:
        return {"x": start - gap, "ha": "right"}
    if width < end - stop:
        return {"x": stop + gap, "ha": "left"}
    halo = withStroke(linewidth=2.0, foreground="white")
    return {"x": start + gap, "ha": "left", "path_effects": [halo]}


def _draw_key(axes: Axes) -> None:
    """Explain the lines of the panels below."""
    axes.set_axis_off()
    lines = [Line2D([], [], color=INK, label=name, **style) for name, style in _FLOWS.items()]
    axes.legend(handles=lines, loc="lower left", ncols=3, borderaxespad=0.0, handlelength=2.6)


def _draw_courses(page: Figure, grid: GridSpec, table: pd.DataFrame, clock: _Clock) -> None:
    """Draw the panels that share the time axis: a row an ion, and a row for the cells."""
    for row, ion in enumerate(_COLOURS, 1):
        level, flows = (_time_axes(page, grid[row, column], clock) for column in (0, 1))
        _draw_level(level, table, ion)
        _draw_flows(flows, table, ion)
        if row == 1:
            level.set_title("Plasma, with reference range")
            flows.set_title("Intake and output")
    potential, free = (_time_axes(page, grid[4, column], clock, last=True) for column in (0, 1))
    potential.set_title("Muscle cells: median, middle 50 % and 90 %")
    _draw_spread(potential, table, "potential", _POTENTIAL_COLOUR)
    _draw_spread(free, table, "mg_free", _COLOURS[MAGNESIUM])
    page.align_ylabels(page.axes)


def _time_axes(page: Figure, place: SubplotSpec, clock: _Clock, *, last: bool = False) -> Axes:
    """Add axes over time, with a line wherever something starts or stops."""
    axes = page.add_subplot(place)
    axes.set_xlim(0.0, clock.end)
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 3, 5, 6, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel(f"time ({clock.unit})")
    for change in clock.changes:
        axes.axvline(change, color="0.6", linewidth=0.6, linestyle=(0, (1, 2)), zorder=0.5)
    return axes


def _draw_level(axes: Axes, table: pd.DataFrame, ion: Ion) -> None:
    """Draw the plasma level of an ion."""
    name = f"plasma_{ion.symbol.lower()}"
    axes.plot(table.index, table[name], color=_COLOURS[ion])
    _frame(axes, VARIABLES[name], table[[name]])


def _draw_flows(axes: Axes, table: pd.DataFrame, ion: Ion) -> None:
    """Draw what goes in and out, each value over the time whose mean it is."""
    names = {flow: f"{flow}_{ion.symbol.lower()}" for flow in _FLOWS}
    for flow, name in names.items():
        axes.step(table.index, table[name], color=_COLOURS[ion], snap=False, **_FLOWS[flow])
    top = float(np.max(table[list(names.values())].to_numpy(), initial=0.0)) or 1.0
    axes.set_ylim(0.0, 1.08 * top)
    axes.set_ylabel(f"{ion.symbol}\n({VARIABLES[names['urine']].unit})")


def _draw_spread(axes: Axes, table: pd.DataFrame, name: str, colour: str) -> None:
    """Draw how a variable is spread over the cells: median and two bands."""
    for low, high, alpha in ((5, 95, 0.25), (25, 75, 0.5)):
        edges = table[f"{name}_p{low}"], table[f"{name}_p{high}"]
        axes.fill_between(table.index, *edges, fc=(colour, alpha), ec=colour, linewidth=0.4)
    axes.plot(table.index, table[f"{name}_p50"], color=INK, linewidth=1.0)
    _frame(axes, PER_CELL[name], table[[f"{name}_p5", f"{name}_p95"]])


def _frame(axes: Axes, variable: Variable, values: pd.DataFrame) -> None:
    """Shade the reference range, show all of it and of the values, and label the axis."""
    axes.axhspan(variable.low, variable.high, color=EXPECTED, linewidth=0.0, zorder=0.0)
    axes.set_ylim(_extent(variable, values.to_numpy(), 0.08))
    axes.set_ylabel(f"{variable.meaning}\n({variable.unit})")


def _extent(variable: Variable, values: ArrayLike, margin: float) -> tuple[float, float]:
    """Find the ends of an axis that holds the reference range and some values, with a margin."""
    low = float(np.min(values, initial=variable.low))
    high = float(np.max(values, initial=variable.high))
    return low - margin * (high - low), high + margin * (high - low)


def _draw_ridges(axes: Axes, ion: Ion, snapshots: _Snapshots, clock: _Clock) -> None:
    """Draw how an ion is spread over the cells, a ridge a snapshot, from the oldest down."""
    days = sorted(snapshots)
    if len(days) > _RIDGES:
        days = [days[k] for k in np.linspace(0, len(days) - 1, _RIDGES).round().astype(int)]
    name = f"{ion.symbol.lower()}_in"
    variable = PER_CELL[name]
    axes.set_title(f"Muscle {ion.symbol}, median marked")
    axes.set_xlabel(f"{variable.meaning} ({variable.unit})")
    axes.set_yticks(range(len(days)), [clock.label(day) for day in days])
    axes.set_ylim(max(len(days), _ROWS) - 0.8, -1.1 * _RIDGE_HEIGHT)
    axes.tick_params(axis="y", length=0.0, labelleft=ion is POTASSIUM)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    samples = [snapshots[day][name].to_numpy(dtype=float) for day in days]
    _stack(axes, samples, variable, _COLOURS[ion])


def _stack(axes: Axes, samples: Sequence[Array], variable: Variable, colour: str) -> None:
    """Draw densities one below the other, on one scale, with a mark at each median."""
    ends = [np.quantile(values, (0.005, 0.995)) for values in samples]
    x = np.linspace(*_extent(variable, ends, 0.04), _BINS)
    densities = [_density(values, x) for values in samples]
    scale = _RIDGE_HEIGHT / max((float(y.max()) for y in densities), default=1.0)
    pale = 0.4 * np.array(to_rgb(colour)) + 0.6
    axes.set_xlim(x[0], x[-1])
    axes.axvspan(variable.low, variable.high, color=EXPECTED, linewidth=0.0, zorder=0.0)
    for k, (values, y) in enumerate(zip(samples, densities, strict=True)):
        top = k - scale * y
        axes.fill_between(x, k, top, color=pale, linewidth=0.0, zorder=k + 2)
        axes.plot(x, top, color=colour, linewidth=0.9, zorder=k + 2)
        axes.plot(np.median(values), k, "|", color=INK, markersize=4.5, zorder=len(samples) + 2)


def _density(values: Array, x: Array) -> Array:
    """Density of values on a regular grid, by a Gaussian kernel of Silverman's width.

    The kernel is never narrower than the grid resolves, so that equal values give a spike.
    """
    step = x[1] - x[0]
    quarters = np.quantile(values, (0.25, 0.75))
    width = 0.9 * min(values.std(), np.ptp(quarters) / 1.34) * len(values) ** -0.2
    offsets = step * np.arange(-(len(x) // 2), len(x) // 2 + 1)
    kernel = np.exp(-0.5 * (offsets / max(float(width), 1.5 * step)) ** 2)
    edges = np.append(x - step / 2, x[-1] + step / 2)
    counts = np.histogram(values, edges)[0]
    weights = kernel / (kernel.sum() * len(values) * step)
    return np.convolve(counts, weights, mode="same")
