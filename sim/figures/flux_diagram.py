"""Flux diagram of a run: pools of K, Na and Mg, and the daily fluxes between them as arrows."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from sim.conditions.condition import Condition
from sim.figures.fluxes import Account, accounts_at, span_of
from sim.figures.frame import A4, ION_COLOURS, heading
from sim.figures.page import Page
from sim.figures.style import FAINT, INK, STYLE
from sim.figures.time_axis import TimeAxis
from sim.parameters import Parameters
from sim.quantities.ions import Ion

_NOTE: Final = (
    "all cells together; the width of an arrow is proportional to the square root of its flow (mmol/day)"
)

_POINTS: Final = 0.12
"""Width of an arrow over the square root of its flow [pt/√(mmol/day)]."""
_HAIRLINE: Final = 0.35
"""Outline of an arrow, which keeps the smallest flows visible [pt]."""
_HEAD: Final = 5.0
"""How much wider than its shaft the head of an arrow is, and how long [pt]."""
_MIN_FLOW: Final = 0.005
"""Smallest flow that has an arrow [mmol/day]."""
_SAMPLES: Final = (1.0, 10.0, 100.0, 1000.0, 10000.0)
"""Flows of the arrows of the scale [mmol/day]."""

_WIDTH, _HEIGHT = 10.0, 6.0
"""Size of a panel, in its own units."""
_TOP, _BOTTOM = 0.905, 0.05
"""Upper and lower end of the panels over the height of the page."""
_BOXES: Final = {
    "gut": (0.75, 2.4, 1.35, 1.3),
    "fluid": (3.6, 1.35, 1.5, 3.3),
    "cells": (7.9, 1.35, 1.75, 3.3),
    "bone": (6.1, 4.95, 2.4, 0.9),
}
"""Left and lower edge, width and height of each pool."""
_POOL_NAMES: Final = {
    "gut": "gut", "fluid": "extracellular\nfluid", "cells": "cells", "bone": "bone, exchangeable",
}  # fmt: skip
_LANES: Final = {2: (3.7, 2.2), 3: (4.05, 2.85, 1.75)}
"""Heights of the arrows between fluid and cells, by the number of arrows."""


class _Arrow(NamedTuple):
    """Arrow of a flow: its ends, the place and alignment of its label, and the names of the flow.

    A negative flow is drawn in the opposite direction, under the second name.
    """

    tail: tuple[float, float]
    head: tuple[float, float]
    label: tuple[float, float]
    side: str
    names: tuple[str, str]


_ARROWS: Final = {
    "oral": _Arrow((1.42, 5.6), (1.42, 3.7), (1.6, 4.8), "left", ("oral intake", "brought up")),
    "stool": _Arrow((1.42, 2.4), (1.42, 0.4), (1.6, 0.9), "left", ("stool, vomit", "gained")),
    "absorbed": _Arrow((2.1, 3.05), (3.6, 3.05), (2.85, 3.2), "center", ("absorbed", "lost")),
    "infused": _Arrow((4.3, 5.6), (4.3, 4.65), (4.12, 5.1), "right", ("infused", "drawn off")),
    "urine": _Arrow((4.35, 1.35), (4.35, 0.4), (4.53, 0.75), "left", ("urine", "gained")),
    "released": _Arrow((6.1, 5.4), (4.9, 4.65), (5.65, 4.6), "left", ("released", "taken up")),
}


def draw_flux_diagram(
    condition: Condition,
    table: pd.DataFrame,
    snapshots: Mapping[float, pd.DataFrame],
    parameters: Parameters,
) -> Figure:
    """Draw the daily fluxes of K, Na and Mg through the body, at the start and at the end.

    Parameters
    ----------
    condition : Condition
        The condition that was simulated.
    table : pandas.DataFrame
        One row per recorded time (index: days). It may end early.
    snapshots : mapping
        Tables of cells by time [day]; the first and the last are drawn. The first belongs to the first
        row of the table.
    parameters : Parameters
        Of the body.

    Returns
    -------
    matplotlib.figure.Figure
        A page of A4, landscape. The width of an arrow is proportional to the square root of its flow.
    """
    days = sorted(snapshots) if len(table) else []
    recorded = float(table.index[-1]) if len(table) else 0.0
    time_axis = TimeAxis.of(recorded)
    with rc_context(STYLE):
        page = Page(figsize=A4)
        heading(page, condition, recorded, _NOTE)
        height = (_TOP - _BOTTOM) / len(ION_COLOURS)
        for column, day in enumerate(dict.fromkeys([*days[:1], *days[-1:]])):
            left = 0.012 + 0.497 * column
            since, until = (time_axis.label(end) for end in span_of(day, table))
            when = time_axis.label(day).capitalize()
            when += f"; gut, urine and bone are means from {since} to {until}"
            page.text(left, _TOP + 0.005, when, size=8.0, color=INK)
            accounts = accounts_at(day, condition, table, snapshots, parameters)
            for row, ion in enumerate(ION_COLOURS, 1):
                axes = page.add_axes((left, _TOP - row * height, 0.48, 0.95 * height))
                _draw(axes, ion, accounts[ion])
        _draw_scale(page)
    return page


def amount(value: float, unit: str = "") -> str:
    """Write an amount or a flow with three digits, or as a whole number if it is large."""
    if value != value:
        return "not recorded"
    text = "0" if abs(value) < _MIN_FLOW else f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"
    return f"{text}{unit}".replace("-", "−")


def _draw(axes: Axes, ion: Ion, account: Account) -> None:
    """Draw the pools of an ion, and the flows between them."""
    axes.set(xlim=(0.0, _WIDTH), ylim=(0.0, _HEIGHT))
    axes.set_axis_off()
    axes.text(0.05, 5.6, ion.symbol, size=13, weight="bold", color=ION_COLOURS[ion], va="center")
    axes.text(0.05, 0.05, _balance(account.flows), color=FAINT, va="center")
    net = f"net {amount(sum(account.into_cells.values()))}\nmmol/day"
    for name, content in account.pools.items():
        x, y, width, height = _BOXES[name]
        axes.add_patch(Rectangle((x, y), width, height, facecolor="0.94", edgecolor=INK, linewidth=0.7))
        words = f"{_POOL_NAMES[name]}\n{amount(content, ' mmol')}" + f"\n\n{net}" * (name == "cells")
        axes.text(x + 0.5 * width, y + 0.5 * height, words, ha="center", va="center", color=INK)
    for name, flow in account.flows.items():
        if name != "infused" or flow > 0.0:
            arrow = _ARROWS[name]
            _draw_arrow(axes, arrow.tail, arrow.head, flow, ION_COLOURS[ion])
            gap = "\n" if arrow.side == "center" else " "
            label = f"{arrow.names[flow < 0.0]}{gap}{amount(abs(flow))}"
            axes.text(*arrow.label, label, ha=arrow.side, va="bottom", color=INK)
    _draw_lanes(axes, account.into_cells, ION_COLOURS[ion])


def _draw_lanes(axes: Axes, into_cells: Mapping[str, float], colour: str) -> None:
    """Draw the flows between fluid and cells, one below the other, each labelled above."""
    left, right = _BOXES["fluid"][0] + _BOXES["fluid"][2], _BOXES["cells"][0]
    for y, (name, flow) in zip(_LANES[len(into_cells)], into_cells.items(), strict=True):
        _draw_arrow(axes, (left, y), (right, y), flow, colour)
        axes.annotate(
            f"{name} {amount(abs(flow))}", (0.5 * (left + right), y), (0.0, 0.5 * _width(flow) + 2.0),
            textcoords="offset points", ha="center", va="bottom", color=INK,
        )  # fmt: skip


def _balance(flows: Mapping[str, float]) -> str:
    """Write the balance of the body in numbers."""
    taken = flows["oral"] + flows["infused"]
    terms = (taken, flows["stool"], flows["urine"], taken - flows["stool"] - flows["urine"])
    words = "intake {} − stool {} − urine {} = balance {} mmol/day"
    return words.format(*map(amount, terms)) if np.isfinite(terms).all() else "balance not recorded"


def _width(flow: float) -> float:
    """Width of an arrow [pt]."""
    return _POINTS * float(np.sqrt(abs(np.nan_to_num(flow))))


def _draw_arrow(
    axes: Axes, tail: tuple[float, float], head: tuple[float, float], flow: float, colour: str
) -> None:
    """Draw a flow as an arrow, reversed if it is negative; none if it is negligible."""
    if not abs(flow) >= _MIN_FLOW:
        return
    width = _width(flow)
    style = f"simple,tail_width={width},head_width={width + _HEAD},head_length={_HEAD}"
    ends = (tail, head) if flow > 0.0 else (head, tail)
    arrow = FancyArrowPatch(
        *ends, arrowstyle=style, mutation_scale=1.0, shrinkA=0.0, shrinkB=0.0, color=colour, lw=_HAIRLINE
    )
    axes.add_patch(arrow)


def _draw_scale(page: Page) -> None:
    """Draw the scale: arrows of some flows."""
    axes = page.add_axes((0.2, 0.008, 0.6, 0.03))
    axes.set(xlim=(0.0, 10.0), ylim=(-1.0, 1.0))
    axes.set_axis_off()
    axes.text(0.0, 0.0, "mmol/day:", va="center", color=FAINT)
    for k, flow in enumerate(_SAMPLES):
        start = 1.1 + 1.8 * k
        _draw_arrow(axes, (start, 0.0), (start + 0.9, 0.0), flow, "0.4")
        axes.text(start + 0.98, 0.0, f"{flow:,.0f}", va="center", color=INK)
