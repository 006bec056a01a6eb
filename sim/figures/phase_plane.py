"""Phase plane of a run: K against Na of every muscle cell, at times from start to end."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator
from numpy.typing import ArrayLike, NDArray

from sim.conditions.condition import Condition
from sim.figures.frame import A4, heading
from sim.figures.page import Page
from sim.figures.style import EXPECTED, FAINT, INK, STYLE, extent, shade
from sim.figures.time_axis import TimeAxis
from sim.parameters import CELL_TYPES, Parameters
from sim.quantities.units import HOURS_PER_DAY
from sim.variables.table import PER_CELL

Array = NDArray[np.float64]
Point = tuple[float, float]

_AXES: Final = ("na_in", "k_in")
_PANELS: Final = 6
_COLUMNS: Final = 3
_MAP: Final = "cividis"
"""Perceptually uniform, safe for colour-blind readers, and monotonic in grey."""
_TICKS: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 2.0, 2.5, 3.0, 4.0)
_MIN_CAPACITY_END: Final = 1.25
"""Ticks of the scale of pump capacity, and its smallest upper end."""
_ALL_DOTS_AREA: Final = 4000.0
_DOT_AREA: Final = (1.5, 16.0)
"""Area of all dots of a panel, and minimum and maximum of one [pt²]."""
_BOTH: Final = "0.84"
"""Grey of where both Na and K are within their reference ranges."""
_MEAN: Final[dict[str, Any]] = {"mec": INK, "mew": 1.1, "ms": 6.5, "linewidth": 0.0, "zorder": 6}
"""Style of the marker of a mean."""
_DASHES: Final = (0, (4, 3))
_ARROWS: Final = (0.12, 0.37, 0.62, 0.87)
"""Positions of the arrows along the path of the mean."""
_AROUND: Final = 1.5
"""Smallest range shown around the typical cell, on either side [mM]."""
_MIN_PATH: Final = 0.05
"""Shortest path with arrows, and distance within which days share a label, over the panel's side."""


def draw_phase_plane(
    condition: Condition,
    table: pd.DataFrame,
    snapshots: Mapping[float, pd.DataFrame],
    parameters: Parameters,
) -> Figure:
    """Draw K against Na of every muscle cell, one panel per time, and the path of their mean.

    Parameters
    ----------
    condition : Condition
        The condition that was simulated.
    table : pandas.DataFrame
        One row per recorded time (index: days), with the means ``na_in_mean`` and ``k_in_mean``. It
        may end early.
    snapshots : mapping
        Tables of cells by time [day]. Six at most are drawn: at the start or end of an intervention, and
        evenly between.
    parameters : Parameters
        Of the body, for the typical cell.

    Returns
    -------
    matplotlib.figure.Figure
        A page of A4, landscape. The colour of a dot is the cell's pump capacity.
    """
    muscle = {day: cells[cells["type"] == CELL_TYPES[0]] for day, cells in snapshots.items()}
    days = moments(list(muscle), [hours / HOURS_PER_DAY for hours in condition.times()])
    time_axis = TimeAxis.of(float(table.index[-1]) if len(table) else 0.0)
    drawn = pd.concat([muscle[day] for day in days]) if days else pd.DataFrame(columns=list(PER_CELL))
    scale = capacity_scale(drawn["pump_capacity_trait"])
    number = len(muscle[days[0]]) if days else 0
    with rc_context(STYLE):
        engine = ConstrainedLayoutEngine(rect=(0.006, 0.008, 0.988, 0.89), w_pad=0.06, h_pad=0.08)
        page = Page(figsize=A4, layout=engine)
        recorded = time_axis.end / time_axis.per_day
        heading(page, condition, recorded, f"{number:,} muscle cell{'s' * (number != 1)}")
        rows, columns = -(-max(1, len(days)) // _COLUMNS), min(_COLUMNS, max(1, len(days)))
        grid = page.add_gridspec(rows, 1 + columns, width_ratios=[1.35, *columns * [1.0]])
        _draw_path(page.add_subplot(grid[:, 0]), table, days, time_axis, parameters)
        low, high = PER_CELL["na_in"].low, PER_CELL["na_in"].high
        included = {"na_in": [low, high], "k_in": [PER_CELL["k_in"].low, parameters.cell.rest_k]}
        ends = _ends(drawn, included)
        panels = [page.add_subplot(grid[k // columns, 1 + k % columns]) for k in range(len(days))]
        for place, (axes, day) in enumerate(zip(panels, days, strict=True)):
            last = place + columns >= len(days)
            _prepare(axes, ends, parameters, first=place % columns == 0, last=last)
            _draw_cells(axes, muscle[day], scale)
            axes.set_title(f"{time_axis.label(day).capitalize()}: {within(muscle[day])}")
        if panels:
            _draw_scale(page, panels, scale)
        _draw_key(page)
        page.settle()
    return page


def moments(days: Sequence[float], changes: Sequence[float] = ()) -> list[float]:
    """Choose six times at most: first, last, those of changes [day], and others evenly between."""
    if not days:
        return []
    there = np.array(sorted(days), dtype=float)
    first, *between, last = np.linspace(there[0], there[-1], max(2, min(_PANELS, there.size))).tolist()
    chosen = []
    for change in [day for day in changes if first < day < last][: len(between)]:
        between.remove(min(between, key=lambda day: abs(day - change)))
        chosen.append(change)
    nearest = {int(np.abs(there - day).argmin()) for day in (first, *between, *chosen, last)}
    return [float(there[k]) for k in sorted(nearest)]


def capacity_scale(capacities: ArrayLike) -> LogNorm:
    """Return a colour scale that covers nearly all pump capacities [1] and is centred on one."""
    values = np.asarray(capacities, dtype=float)
    there = values[np.isfinite(values) & (values > 0.0)]
    low, high = np.quantile(there, (0.01, 0.99)) if there.size else (1.0, 1.0)
    reach = float(max(_MIN_CAPACITY_END, 1.0 / low, high))
    return LogNorm(1.0 / reach, reach)


def within(cells: pd.DataFrame) -> str:
    """Write the percentage of cells with both Na and K within the reference ranges."""
    if not len(cells):
        return "no cells"
    na, k = (cells[name].between(PER_CELL[name].low, PER_CELL[name].high) for name in _AXES)
    return f"{100.0 * (na & k).mean():.0f} % in both ranges"


def _ends(shown: pd.DataFrame, included: Mapping[str, Sequence[float]]) -> list[tuple[float, float]]:
    """Return limits of the axes of Na and K that hold what is shown and some other values."""
    return [extent([*included[name], *shown[name]], 0.05) for name in _AXES]


def _prepare(
    axes: Axes, ends: list[tuple[float, float]], p: Parameters, *, first: bool, last: bool
) -> None:
    """Set up a panel: axes, reference ranges, darker where they overlap, and the typical cell."""
    na, k = (PER_CELL[name] for name in _AXES)
    shade(axes, na, across=True)
    shade(axes, k)
    corner, width, height = (na.low, k.low), na.high - na.low, k.high - k.low
    axes.add_patch(Rectangle(corner, width, height, color=_BOTH, linewidth=0.0, zorder=0.1))
    typical = p.cell.rest_na, p.cell.rest_k
    axes.axline(typical, slope=-1.0, color="0.5", linewidth=0.7, linestyle=_DASHES, zorder=0.5)
    axes.plot(*typical, "+", color=INK, markersize=8, zorder=3)
    axes.set(xlim=ends[0], ylim=ends[1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.tick_params(labelleft=first, labelbottom=last)
    if first:
        axes.set_ylabel(f"{k.meaning} ({k.unit})")
    if last:
        axes.set_xlabel(f"{na.meaning} ({na.unit})")


def _draw_cells(axes: Axes, cells: pd.DataFrame, scale: LogNorm) -> None:
    """Draw a dot a cell, coloured by pump capacity, and their mean."""
    area = float(np.clip(_ALL_DOTS_AREA / max(1, len(cells)), *_DOT_AREA))
    axes.scatter(
        cells["na_in"], cells["k_in"], s=area, c=cells["pump_capacity_trait"], cmap=_MAP, norm=scale,
        linewidths=0.2, edgecolors="0.3", zorder=2, rasterized=len(cells) > 2000,
    )  # fmt: skip
    if len(cells):
        halo = [withStroke(linewidth=3.0, foreground="white")]
        axes.plot(
            cells["na_in"].mean(), cells["k_in"].mean(), "D", mfc="none", path_effects=halo, **_MEAN
        )


def _draw_path(
    axes: Axes, table: pd.DataFrame, days: Sequence[float], time_axis: TimeAxis, p: Parameters
) -> None:
    """Draw the path of the mean of all muscle cells, with arrows, and the days of the other panels."""
    path = table[[f"{name}_mean" for name in _AXES]].set_axis(list(_AXES), axis=1).dropna()
    typical = {"na_in": p.cell.rest_na, "k_in": p.cell.rest_k}
    around = {name: [value - _AROUND, value + _AROUND] for name, value in typical.items()}
    _prepare(axes, _ends(path, around), p, first=True, last=True)
    axes.set_title("Path of the mean")
    if not len(path):
        return
    points = path.to_numpy(dtype=float)
    corner, sides = (np.array([axes.get_xlim(), axes.get_ylim()]) @ m for m in ([1, 0], [-1, 1]))
    axes.plot(*points.T, color=INK, linewidth=1.2, zorder=3)
    for tail, head in arrows_on(points[:: 1 + len(points) // 60], sides):
        arrow = {"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11}
        axes.annotate("", head, tail, arrowprops=arrow, zorder=4)
    times, within_panel = path.index.to_numpy(dtype=float), (points - corner) / sides
    places = {int(np.abs(times - day).argmin()): time_axis.label(day) for day in days}
    for group in _close(list(places), within_panel):
        axes.plot(*points[group[-1]], "D", mfc="white", **_MEAN)
        last = f" to {places[group[-1]].removeprefix('day ')}" if len(group) > 1 else ""
        label = f"{places[group[0]]}{last}"
        axes.annotate(label, points[group[-1]], **_beside(within_panel, group[-1]))


def _close(places: Sequence[int], points: Array) -> list[list[int]]:
    """Group positions on a path, each with the earlier ones close to it."""
    groups: list[list[int]] = []
    for k in places:
        if groups and np.hypot(*(points[k] - points[groups[-1][0]])) < _MIN_PATH:
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


def _beside(points: Array, k: int) -> dict[str, Any]:
    """Place a label to the right of the direction of the path, which separates way out and back."""
    reach = max(1, len(points) // 20)
    ahead = points[min(len(points) - 1, k + reach)] - points[max(0, k - reach)]
    aside = np.array([ahead[1], -ahead[0]]) if np.any(ahead) else np.array([-1.0, -1.0])
    aside *= 9.0 / np.hypot(*aside)
    if (points[k][0] > 0.75 and aside[0] > 0.0) or (points[k][0] < 0.2 and aside[0] < 0.0):
        aside *= -1.0  # It would leave the panel.
    ha = "left" if aside[0] > 0.0 else "right"
    va = "bottom" if aside[1] > 3.0 else "top" if aside[1] < -3.0 else "center"
    halo = [withStroke(linewidth=2.0, foreground="white", alpha=0.8)]
    place = {"xytext": tuple(aside), "textcoords": "offset points", "ha": ha, "va": va}
    return {**place, "color": INK, "path_effects": halo, "zorder": 7}


def arrows_on(points: Array, sides: Array) -> list[tuple[Point, Point]]:
    """Return tail and head of the arrows on a path in a panel of given sides; none if it is short."""
    along = np.append(0.0, np.cumsum(np.hypot(*(np.diff(points, axis=0) / sides).T)))
    if along[-1] < _MIN_PATH:
        return []
    parts = np.array(_ARROWS) * along[-1]
    heads, tails = (
        np.column_stack([np.interp(where, along, values) for values in points.T])
        for where in (parts, parts - 0.3 * _MIN_PATH * min(1.0, along[-1]))
    )
    return [((a, b), (c, d)) for (a, b), (c, d) in zip(tails.tolist(), heads.tolist(), strict=True)]


def _draw_scale(page: Page, panels: Sequence[Axes], scale: LogNorm) -> None:
    """Draw the colour scale beside the panels."""
    mappable = ScalarMappable(scale, _MAP)
    bar = page.colorbar(mappable, ax=panels, fraction=0.025, pad=0.015, aspect=45)
    bar.ax.yaxis.set_major_locator(FixedLocator(list(_TICKS)))
    bar.ax.yaxis.set_major_formatter("{x:g}")
    bar.ax.yaxis.set_minor_locator(NullLocator())
    bar.set_label(PER_CELL["pump_capacity_trait"].meaning)


def _draw_key(page: Page) -> None:
    """Draw the legend of lines, markers and greys."""
    handles = [
        Line2D([], [], color="white", linewidth=0.0, marker="D", mec=INK, mew=1.2, ms=5, label="mean"),
        Line2D([], [], color=INK, linewidth=0.0, marker="+", ms=7, label="typical cell at rest"),
        Line2D(
            [], [], color="0.5", linewidth=0.7, linestyle=_DASHES, label="one Na gained for each K lost"
        ),
        Patch(color=EXPECTED, label="reference range"),
        Patch(color=_BOTH, label="in both ranges"),
    ]
    place = (0.988, 1.0 - 0.43 / page.get_figheight())
    page.legend(
        handles=handles, loc="upper right", bbox_to_anchor=place, ncols=5, borderaxespad=0.0,
        labelcolor=FAINT,
    )  # fmt: skip
