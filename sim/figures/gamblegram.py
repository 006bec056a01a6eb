"""Gamblegram of a run: cations beside anions, in plasma and in the water of muscle cells.

The two columns of a solution are equally high because it is electrically neutral. Charge that the
known anions leave unexplained is drawn as one block.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.conditions.condition import Condition
from sim.figures.frame import A4, heading
from sim.figures.page import Page
from sim.figures.style import BLUE, FAINT, GREEN, INK, ORANGE, PURPLE, SKY, STYLE, VERMILION
from sim.figures.time_axis import TimeAxis
from sim.parameters import CELL_TYPES
from sim.quantities.ions import BICARBONATE, CALCIUM, CHLORIDE, MAGNESIUM, POTASSIUM, SODIUM, Ion

_COLOURS: Final = {
    SODIUM.symbol: BLUE,
    POTASSIUM.symbol: VERMILION,
    MAGNESIUM.symbol: GREEN,
    CALCIUM.symbol: ORANGE,
    CHLORIDE.symbol: SKY,
    BICARBONATE.symbol: PURPLE,
}
_PALE: Final = 0.55
"""Fraction of white in the colour of a block, which keeps its label legible."""
_REST_COLOUR: Final = "0.86"
_PLASMA_REST: Final = "protein,\nphosphate,\nother fixed\ncharge"
_CELL_REST: Final = "phosphate,\nprotein,\nHCO3,\nother fixed\ncharge"
"""Names of the unexplained charge in plasma and in cell water."""
_NOTE: Final = (
    "Mg and Ca: ionised, two charges each; bound Mg and Ca count with the fixed charge, which is the "
    "difference of the columns; cells weighted by their water"
)

_WIDTH: Final = 1.0
_APART: Final = 3.2
"""Width of a column, and distance between two pairs of columns."""
_ROOM: Final = 0.8
"""Space for labels on either side."""
_SIZE: Final = 7.5
_LINE: Final = 3.8
"""Size of labels, and height of a line of text [mEq/L]; lower blocks are labelled at their side."""
_USUAL: Final = 150.0
"""Height of the columns in health, for axes without columns [mEq/L]."""
_LEADER: Final = (0.08, 0.22)
"""Distances from a column at which a leader line bends, and at which its label begins."""

Heights = dict[str, float]
"""Height of each block of a column [mEq/L], from the bottom up."""


class Columns(NamedTuple):
    """The two columns of a solution, equally high."""

    cations: Heights
    anions: Heights


def draw_gamblegram(
    condition: Condition,
    table: pd.DataFrame,
    snapshots: Mapping[float, pd.DataFrame],
) -> Figure:
    """Draw cations and anions of plasma and of muscle cell water, at the start and at the end.

    Parameters
    ----------
    condition : Condition
        The condition that was simulated.
    table : pandas.DataFrame
        One row per recorded time (index: days), with plasma levels. It may end early.
    snapshots : mapping
        Tables of cells by time [day]; the first and the last are drawn, with plasma nearest in time.

    Returns
    -------
    matplotlib.figure.Figure
        A page of A4, landscape.
    """
    time_axis = TimeAxis.of(float(table.index[-1]) if len(table) else 0.0)
    days = sorted(snapshots)
    times = table.index.to_numpy(dtype=float)
    ends = [float(day) for day in (*times[:1], *times[-1:])]
    if len(times) and days:
        ends = [float(times[np.abs(times - day).argmin()]) for day in (days[0], days[-1])]
    plasma = {day: plasma_columns(table.loc[[day]]) for day in ends}
    muscle = {day: cell_columns(snapshots[day]) for day in (*days[:1], *days[-1:])}
    with rc_context(STYLE):
        engine = ConstrainedLayoutEngine(rect=(0.006, 0.008, 0.988, 0.9), w_pad=0.06)
        page = Page(figsize=A4, layout=engine)
        heading(page, condition, time_axis.end / time_axis.per_day, _NOTE)
        left, right = page.subplots(1, 2, sharey=True)
        top = max(map(_top, (*plasma.values(), *muscle.values())), default=0.0) or _USUAL
        for axes, title, solution in (
            (left, "Plasma", plasma),
            (right, "Water of muscle cells", muscle),
        ):
            _prepare(axes, title, top)
            for place, (day, columns) in enumerate(solution.items()):
                _draw(axes, place * _APART, columns, time_axis.label(day))
        left.set_ylabel("charge (mEq/L)")
        right.tick_params(left=False, labelleft=False)
        right.spines["left"].set_visible(False)
        page.settle()
    return page


def plasma_columns(row: pd.DataFrame) -> Columns:
    """Return the columns of plasma, from one row of a run's table."""
    names = {
        SODIUM: "plasma_na",
        POTASSIUM: "plasma_k",
        MAGNESIUM: "plasma_mg_ionised",
        CALCIUM: "plasma_ca_ionised",
        CHLORIDE: "plasma_cl",
        BICARBONATE: "plasma_hco3",
    }
    return columns_of({ion: row[name].iloc[0] for ion, name in names.items()}, _PLASMA_REST)


def cell_columns(cells: pd.DataFrame) -> Columns:
    """Return the columns of the water of all muscle cells together, from a table of cells."""
    muscle = cells[cells["type"] == CELL_TYPES[0]]
    water = (muscle["water"] * muscle["size"]).to_numpy(dtype=float)
    names = {SODIUM: "na_in", POTASSIUM: "k_in", MAGNESIUM: "mg_free", CHLORIDE: "cl_in"}
    whole = float(water.sum()) if len(muscle) else float("nan")
    levels = {
        ion: float(water @ muscle[name].to_numpy(dtype=float)) / whole for ion, name in names.items()
    }
    return columns_of(levels, _CELL_REST)


def columns_of(levels: Mapping[Ion, float], remainder: str) -> Columns:
    """Return columns of a solution, from its concentrations [mM] and the name of the unexplained charge.

    That charge is an anion or, if known anions exceed known cations, a cation. It is NaN if a
    concentration is.
    """
    cations, anions = (
        {ion.symbol: abs(ion.valence) * level for ion, level in levels.items() if ion.valence * sign > 0}
        for sign in (1, -1)
    )
    left = sum(cations.values()) - sum(anions.values())
    (cations if left < 0.0 else anions)[remainder] = abs(left)
    return Columns(cations, anions)


def _top(columns: Columns) -> float:
    """Return the height of the columns [mEq/L]; zero if it is unknown."""
    return float(np.nan_to_num(sum(columns.cations.values())))


def _prepare(axes: Axes, title: str, top: float) -> None:
    """Make axes for two pairs of columns."""
    axes.set_title(title, size=10, weight="bold")
    axes.set(xlim=(-_ROOM, _APART + 2.0 * _WIDTH + _ROOM), ylim=(0.0, 1.1 * top), xticks=[])
    axes.spines["bottom"].set_visible(False)


def _draw(axes: Axes, x: float, columns: Columns, when: str) -> None:
    """Draw a pair of columns under its time."""
    top = _top(columns)
    axes.text(x + _WIDTH, top + 9.5, when, ha="center", size=9, weight="bold", color=INK)
    if not np.isfinite(sum(columns.anions.values())):
        axes.text(x + _WIDTH, 0.5 * axes.get_ylim()[1], "not recorded", ha="center", style="italic")
        return
    for place, side, heights in ((x, -1, columns.cations), (x + _WIDTH, 1, columns.anions)):
        kind = "cations" if side < 0 else "anions"
        axes.text(place + 0.5 * _WIDTH, top + 2.5, kind, ha="center", color=FAINT)
        _draw_column(axes, place, side, heights)


def _draw_column(axes: Axes, x: float, side: int, heights: Heights) -> None:
    """Draw the blocks of a column; low blocks are labelled on its outer side, −1 or 1."""
    bottom, beside = 0.0, {}
    for name, height in heights.items():
        axes.bar(
            x, height, _WIDTH, bottom, align="edge", color=_fill(name), edgecolor=INK, linewidth=0.5,
        )  # fmt: skip
        label, middle = f"{name} {height:.{1 if height < 99.95 else 0}f}", bottom + 0.5 * height
        if height >= _LINE * (1 + label.count("\n")):
            axes.text(x + 0.5 * _WIDTH, middle, label, ha="center", va="center", color=INK, size=_SIZE)
        elif height > 0.0:
            beside[label] = middle
        bottom += height
    edge = x if side < 0 else x + _WIDTH
    for (label, middle), y in zip(beside.items(), spread(list(beside.values()), _LINE), strict=True):
        bend, end = (edge + side * reach for reach in _LEADER)
        axes.plot([edge, bend, end], [middle, y, y], color=FAINT, linewidth=0.5, clip_on=False)
        ha = "right" if side < 0 else "left"
        axes.text(end + 0.04 * side, y, label, ha=ha, va="center", color=INK, size=_SIZE)


def _fill(name: str) -> str | tuple[float, ...]:
    """Colour of a block."""
    if name not in _COLOURS:
        return _REST_COLOUR
    return tuple((1.0 - _PALE) * part + _PALE for part in to_rgb(_COLOURS[name]))


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move increasing places apart to a minimum gap, in the same order, with the least squared shift."""
    groups = [[place] for place in places]
    k = 1
    while k < len(groups):
        ends = np.mean(groups[k - 1]) + 0.5 * gap * len(groups[k - 1])
        if ends > np.mean(groups[k]) - 0.5 * gap * len(groups[k]):
            groups[k - 1 : k + 1] = [groups[k - 1] + groups[k]]
            k = max(1, k - 1)
        else:
            k += 1
    return [
        float(np.mean(group)) + gap * (place - 0.5 * (len(group) - 1))
        for group in groups
        for place in range(len(group))
    ]
