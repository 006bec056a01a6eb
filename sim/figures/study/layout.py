"""What the figures of a study share: line styles of arms, pages, panels, and texts for numbers.

An arm has the same colour, line style and marker wherever it is drawn. Intervals are 95 % intervals. The
number of replicates behind an estimate is written beside it, as n.
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
from sim.statistics import Interval
from sim.text import printable
from sim.variables.endpoints import Endpoint
from sim.variables.table import VARIABLES
from sim.variables.variable import Variable

REFERENCE_LINE: Final[dict[str, Any]] = {"color": INK, "linestyle": (0, (3, 1.5)), "linewidth": 0.9}
"""Style of what something is compared with."""

MAX_LINES: Final = 40
"""Replicates that are drawn singly at most."""
MAX_COLUMNS: Final = 4
PANEL_INCHES: Final = 2.3
HEADING_INCHES: Final = 0.55
RIDGE_INCHES: Final = 0.2
"""Panels side by side at most, width of one, and heights of the heading and of a ridge."""
MAX_DAYS: Final = 6
MAX_VARIABLES: Final = 4
MAX_POINTS: Final = 300
"""Days that have ridges, variables that are drawn by default, and points of a line, at most."""
LEGEND_LINE: Final = 0.07
"""Height of a line of a legend over that of a panel of convergence."""
SMALL_TEXT: Final[dict[str, Any]] = {"size": 6.5, "color": FAINT}


def new_page(study: StudyResults, what: str, width: float, height: float) -> Page:
    """Make a page with a heading, and a given width and height below it [inch]."""
    design, whole = study.design, height + HEADING_INCHES
    engine = ConstrainedLayoutEngine(rect=(0.005, 0.005, 0.99, height / whole - 0.005), w_pad=0.06)
    page = Page(figsize=(width, whole), layout=engine)
    title = shortened(printable(design.title or design.name), int(11.0 * width))
    page.text(0.1 / width, 1.0 - 0.12 / whole, title, size=10, weight="bold", va="top", color=INK)
    subtitle = shortened(" · ".join([what, *size_texts(study)]), int(17.0 * width))
    page.text(0.1 / width, 1.0 - 0.32 / whole, subtitle, size=7.5, va="top", color=FAINT)
    return page


def size_texts(study: StudyResults) -> list[str]:
    """Write how large a study is, and what of it is missing or failed."""
    design, failed = study.design, len(study.failures)
    plural = members_called(study)
    members = counted(study.n_completed, plural.removesuffix("s"), plural)
    if not study.complete:
        members += f" of {design.n_members:,}"
    if design.samples:
        sets = counted(design.sets, "parameter set", "parameter sets")
        members += f" ({counted(design.replicates, 'replicate', 'replicates')} × {sets})"
    texts = [members, f"{counted(design.cells, 'cell', 'cells')} each"]
    return [*texts, counted(failed, "failure", "failures")] if failed else texts


def members_called(study: StudyResults) -> str:
    """Plural of what a study has: replicates, or members if each is simulated with parameter sets."""
    return "members" if study.design.samples else "replicates"


def time_axes_of(study: StudyResults) -> list[TimeAxis]:
    """Time axis of each arm: a common length and unit, and times of change of its own."""
    conditions = [plan.condition for plan in study.design.plans()]
    days = max(condition.duration for condition in conditions) / HOURS_PER_DAY
    return [TimeAxis.of(days, condition.times()) for condition in conditions]


def rows_and_columns(panels: int) -> tuple[int, int]:
    """Arrange panels in as few rows as there can be, and these as full as each other."""
    rows = -(-panels // MAX_COLUMNS)
    return rows, -(-panels // rows)


def page_width(columns: int) -> float:
    """Width of a page [inch]."""
    return PANEL_INCHES * max(columns, 1.7) + 0.6


def line_style_of(arm: int) -> LineStyle:
    """Line style of an arm by number; the seventh is that of the first."""
    return LINE_STYLES[arm % len(LINE_STYLES)]


def spread_evenly(n: int, most: int) -> NDArray[np.int64]:
    """Indices of at most some of n items, spread evenly."""
    return np.unique(np.linspace(0.0, max(n - 1, 0), min(n, most)).round().astype(np.int64))


def counted(n: int, one: str, more: str) -> str:
    """Write a number with its noun."""
    return f"{n:,} {one if n == 1 else more}"


def shortened(text: str, letters: int) -> str:
    """Cut text to a number of letters."""
    return text if len(text) <= letters else f"{text[: letters - 2].rstrip()} …"


def axis_label(variable: Variable) -> str:
    """Label of an axis, in short lines."""
    return f"{fill(variable.meaning, 28)}\n({variable.unit})"


def endpoint_text(endpoint: Endpoint) -> str:
    """Write an endpoint with the meaning of its variable."""
    known, relation = VARIABLES[endpoint.variable], endpoint.relation
    relation = {"<=": "≤", ">=": "≥"}.get(relation, relation)
    unit = "" if known.unit == "1" else f" {known.unit}"
    return f"{known.meaning} {relation} {endpoint.bound:g}{unit}"


def count_text(n: "pd.Series[int]") -> str:
    """Write how many replicates there are, and at the end if fewer."""
    first, last = int(n.iloc[0]), int(n.iloc[-1])
    return f"n {first:,}" if first == last else f"n {first:,}, end {last:,}"


def ending_text(last: "pd.Series[float]") -> str:
    """Write a difference at the end, its interval, and the number of pairs."""
    low, estimate, high = (
        f"{last[name]:#.3g}".rstrip(".").replace("-", "−") for name in ("low", "estimate", "high")
    )
    bounds = f" ({low} to {high})" if last["n"] > 1 else ""
    return f"end {estimate}{bounds}, n {last['n']:,.0f}"


def precision_text(widths: "pd.Series[float]") -> str:
    """Write the half-width with all replicates."""
    return f"±{widths.iloc[-1]:#.2g}, n {widths.index[-1]:,}" if len(widths) else "unknown"


def unpaired_text(gain: Interval) -> str:
    """Write how many times as many replicates an unpaired comparison needs."""
    if not np.isfinite(gain[:3]).all() or gain.high >= 1e6:
        return "unpaired"
    times, low, high = (f"{x:,.0f}" if x > 9.95 else f"{x:.1f}" for x in gain[:3])
    return f"unpaired, needs\n{times} times as many ({low} to {high})"


def label_leftmost(panels: Sequence[Axes], label: str, columns: int) -> None:
    """Label the y axis of the first panel of each row; the others share it."""
    started = False
    for k, axes in enumerate(panels):
        if axes.axison and (not started or k % columns == 0):
            axes.set_ylabel(label)
            started = True
        else:
            axes.tick_params(axis="y", labelleft=False)


def same_scale(panels: Sequence[Axes], values: Sequence[ArrayLike]) -> None:
    """Give panels the same y axis, which holds all values."""
    limits = extent(np.concatenate([np.ravel(np.asarray(one, dtype=float)) for one in values]), 0.06)
    for axes in panels:
        axes.set_ylim(limits)


def write_beside(axes: Axes, position: float, text: str) -> None:
    """Write to the right of a position on the y axis."""
    axes.text(1.03, position, text, transform=axes.get_yaxis_transform(), va="center", **SMALL_TEXT)


def write_note(axes: Axes, text: str) -> None:
    """Say in an empty panel why it is empty."""
    axes.text(0.5, 0.7, text, transform=axes.transAxes, ha="center", va="center", **SMALL_TEXT)
