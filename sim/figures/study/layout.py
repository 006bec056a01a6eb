"""What the figures of a study share: looks of arms, pages, panels, and words for numbers.

An arm has the same colour, kind of line and marker wherever it is drawn. Intervals are of 95 %. The
number of bodies behind an estimate stands beside it, as n.
"""

from collections.abc import Sequence
from textwrap import fill
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import ArrayLike, NDArray

from sim.figures.page import Page
from sim.figures.study.protocols import StudyResults
from sim.figures.style import FAINT, INK, LINE_STYLES, LineStyle, extent
from sim.figures.time_axis import TimeAxis
from sim.quantities.units import HOURS_PER_DAY
from sim.statistics.interval import Interval
from sim.variables.endpoints import Question
from sim.variables.table import VARIABLES
from sim.variables.variable import Variable

COMPARED: Final[dict[str, Any]] = {"color": INK, "linestyle": (0, (3, 1.5)), "linewidth": 0.9}
"""What something is compared with."""

MOST_LINES: Final = 40
"""Bodies that are drawn singly at most."""
COLUMNS: Final = 4
PANEL_INCHES: Final = 2.3
HEADING_INCHES: Final = 0.55
RIDGE_INCHES: Final = 0.2
"""Panels side by side at most, width of one, and height of the heading and of a ridge."""
MOST_DAYS: Final = 6
MOST_VARIABLES: Final = 4
MOST_POINTS: Final = 300
"""Days that have ridges, variables that are drawn unasked, and points of a line, at most."""
KEY_LINE: Final = 0.07
"""Height of a line of a key over that of a panel of convergence."""
SMALL: Final[dict[str, Any]] = {"size": 6.5, "color": FAINT}


def new_page(study: StudyResults, what: str, width: float, height: float) -> Page:
    """Make a page with a heading, and so much room below it [inch]."""
    design, whole = study.design, height + HEADING_INCHES
    engine = ConstrainedLayoutEngine(rect=(0.005, 0.005, 0.99, height / whole - 0.005), w_pad=0.06)
    page = Page(figsize=(width, whole), layout=engine)
    title = shortened(design.title or design.name, int(11.0 * width))
    page.text(0.1 / width, 1.0 - 0.12 / whole, title, size=10, weight="bold", va="top", color=INK)
    subtitle = shortened(" · ".join([what, *size_texts(study)]), int(17.0 * width))
    page.text(0.1 / width, 1.0 - 0.32 / whole, subtitle, size=7.5, va="top", color=FAINT)
    return page


def size_texts(study: StudyResults) -> list[str]:
    """Say how large a study is, and what of it is not there."""
    design, lost = study.design, len(study.failures)
    bodies = counted(study.bodies, "body", "bodies")
    if not study.complete:
        bodies += f" of {design.units:,}"
    if design.samples:
        sets = counted(design.sets, "parameter set", "parameter sets")
        bodies += f" ({counted(design.replicates, 'replicate', 'replicates')} × {sets})"
    parts = [bodies, f"{counted(design.cells, 'cell', 'cells')} each"]
    return [*parts, counted(lost, "failure", "failures")] if lost else parts


def clocks_of(study: StudyResults) -> list[TimeAxis]:
    """Time axis of each arm: one length and unit, and moments of change of its own."""
    conditions = [plan.condition for plan in study.design.plans()]
    days = max(condition.duration for condition in conditions) / HOURS_PER_DAY
    return [TimeAxis.of(days, condition.times()) for condition in conditions]


def rows_and_columns(panels: int) -> tuple[int, int]:
    """Arrange panels in as few rows as there can be, and these as full as each other."""
    rows = -(-panels // COLUMNS)
    return rows, -(-panels // rows)


def page_width(columns: int) -> float:
    """Width of a page [inch]."""
    return PANEL_INCHES * max(columns, 1.7) + 0.6


def look_of(arm: int) -> LineStyle:
    """LineStyle of an arm by number; the seventh looks like the first."""
    return LINE_STYLES[arm % len(LINE_STYLES)]


def evenly(n: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many of n things, spread evenly."""
    return np.unique(np.linspace(0.0, max(n - 1, 0), min(n, most)).round().astype(np.int64))


def counted(n: int, one: str, more: str) -> str:
    """Write a number of things."""
    return f"{n:,} {one if n == 1 else more}"


def shortened(text: str, letters: int) -> str:
    """Cut text to so many letters."""
    return text if len(text) <= letters else f"{text[: letters - 2].rstrip()} …"


def axis_label(variable: Variable) -> str:
    """Label of an axis, in lines that are not too long."""
    return f"{fill(variable.meaning, 28)}\n({variable.unit})"


def statement_text(question: Question) -> str:
    """Write a statement in words."""
    known, relation = VARIABLES[question.variable], question.relation
    relation = {"<=": "≤", ">=": "≥"}.get(relation, relation)
    unit = "" if known.unit == "1" else f" {known.unit}"
    return f"{known.meaning} {relation} {question.bound:g}{unit}"


def count_text(n: "pd.Series[int]") -> str:
    """Write how many bodies there are, and at the end if fewer."""
    first, last = int(n.iloc[0]), int(n.iloc[-1])
    return f"n {first:,}" if first == last else f"n {first:,}, end {last:,}"


def ending_text(last: "pd.Series[float]") -> str:
    """Write a difference at the end, its interval, and the number of pairs."""
    low, estimate, high = (
        f"{last[name]:#.3g}".rstrip(".").replace("-", "−") for name in ("low", "estimate", "high")
    )
    bounds = f" ({low} to {high})" if last["n"] > 1 else ""
    return f"end {estimate}{bounds}, n {last['n']:,.0f}"


def reached_text(widths: "pd.Series[float]") -> str:
    """Write the half-width of all bodies."""
    return f"±{widths.iloc[-1]:#.2g}, n {widths.index[-1]:,}" if len(widths) else "unknown"


def unpaired_text(gain: Interval) -> str:
    """Write how many times the bodies are needed if each arm has other ones."""
    if not np.isfinite(gain[:3]).all() or gain.high >= 1e6:
        return "other bodies in each arm"
    times, low, high = (f"{x:,.0f}" if x > 9.95 else f"{x:.1f}" for x in gain[:3])
    return f"other bodies in each arm:\n{times} times as many ({low} to {high})"


def label_leftmost(panels: Sequence[Axes], label: str, columns: int) -> None:
    """Label the y axis of the first of each row; the others have the same."""
    started = False
    for k, axes in enumerate(panels):
        if axes.axison and (not started or k % columns == 0):
            axes.set_ylabel(label)
            started = True
        else:
            axes.tick_params(axis="y", labelleft=False)


def same_scale(panels: Sequence[Axes], seen: Sequence[ArrayLike]) -> None:
    """Give panels the same y axis, which holds all that is seen."""
    limits = extent(np.concatenate([np.ravel(np.asarray(values, dtype=float)) for values in seen]), 0.06)
    for axes in panels:
        axes.set_ylim(limits)


def write_beside(axes: Axes, place: float, text: str) -> None:
    """Write to the right of a place on the y axis."""
    axes.text(1.03, place, text, transform=axes.get_yaxis_transform(), va="center", **SMALL)


def write_note(axes: Axes, text: str) -> None:
    """Say in an empty panel why it is."""
    axes.text(0.5, 0.7, text, transform=axes.transAxes, ha="center", va="center", **SMALL)
