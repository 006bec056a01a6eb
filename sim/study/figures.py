"""Figures of a study: bodies over time, single cells, convergence, and how often statements hold.

An arm has the same colour, kind of line and marker wherever it is drawn. Intervals are of 95 %. The
number of bodies behind an estimate stands beside it, as n.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from sim.faults import InputError
from sim.parameters import CELL_TYPES, TITLES
from sim.statistics import Interval, proportion_interval
from sim.study.design import Question
from sim.style import (
    BLUE,
    EXPECTED,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    RIDGE_HEIGHT,
    SKY,
    STYLE,
    VERMILION,
    Clock,
    Page,
    Ridge,
    draw_ridges,
    extent,
    save,
    shade,
)
from sim.units import HOURS_PER_DAY
from sim.variables import PER_CELL, VARIABLES, Variable

if TYPE_CHECKING:
    from sim.study.findings import Study


class _Look(NamedTuple):
    """How an arm is drawn."""

    color: str
    linestyle: Any
    marker: str


_LOOKS: Final = (
    _Look(BLUE, "-", "o"),
    _Look(VERMILION, (0, (4, 1.5)), "s"),
    _Look(GREEN, (0, (1, 1)), "^"),
    _Look(PURPLE, (0, (6, 1.5, 1, 1.5)), "D"),
    _Look(ORANGE, (0, (3, 1, 1, 1, 1, 1)), "v"),
    _Look(SKY, (0, (9, 2)), "P"),
)
_COMPARED: Final[dict[str, Any]] = {"color": INK, "linestyle": (0, (3, 1.5)), "linewidth": 0.9}
"""What something is compared with."""

MOST_LINES: Final = 40
"""Bodies that are drawn singly at most."""
_COLUMNS: Final = 4
_PANEL_INCHES: Final = 2.3
_HEADING_INCHES: Final = 0.55
_RIDGE_INCHES: Final = 0.2
"""Panels side by side at most, width of one, and height of the heading and of a ridge."""
_MOST_DAYS: Final = 6
_MOST_VARIABLES: Final = 4
_MOST_POINTS: Final = 300
"""Days that have ridges, variables that are drawn unasked, and points of a line, at most."""
_KEY_LINE: Final = 0.07
"""Height of a line of a key over that of a panel of convergence."""
_SMALL: Final[dict[str, Any]] = {"size": 6.5, "color": FAINT}


# Bodies over time


def draw_courses(study: "Study", variable: str) -> Figure:
    """Draw a variable over time: bodies of each arm, and how each further arm differs from the first.

    Parameters
    ----------
    study : Study
        The findings.
    variable : str
        What is drawn; it must have been recorded.

    Returns
    -------
    matplotlib.figure.Figure
        A panel an arm: some bodies, median and middle 90 % of all. Below it the mean difference from
        the first arm in the same bodies, with its interval.

    Raises
    ------
    InputError
        If the variable was not recorded.
    """
    tables = [study.values(variable, arm) for arm in study.arms]
    clocks, known = _clocks(study), VARIABLES[variable]
    rows, columns = _rows_and_columns(len(tables))
    heights = rows * [1.9, 1.4 if len(tables) > 1 else 0.5]
    with rc_context(STYLE):
        page = _page(study, known.meaning, _width(columns), sum(heights))
        grid = page.add_gridspec(2 * rows, columns, height_ratios=heights)
        places = [divmod(k, columns) for k in range(len(tables))]
        levels = [page.add_subplot(grid[2 * row, column]) for row, column in places]
        below = [page.add_subplot(grid[2 * row + 1, column]) for row, column in places]
        for axes, clock in zip((*levels, *below[1:]), (*clocks, *clocks[1:]), strict=True):
            clock.prepare(axes, last=axes not in levels[1:], ticks=6)
        _draw_levels(levels, study, variable, tables)
        _draw_differences(below, study, variable, tables)
        _draw_key(below[0], study, max(map(len, tables)), known)
        _label_leftmost(levels, _label(known), columns)
        _label_leftmost(below, f"difference ({known.unit})", columns)
        page.settle()
    return page


def _draw_levels(
    panels: Sequence[Axes], study: "Study", variable: str, tables: Sequence[pd.DataFrame]
) -> None:
    """Draw some bodies, and the median and middle 90 % of all, on one scale."""
    known, per_day = VARIABLES[variable], _clocks(study)[0].per_day
    seen: list[ArrayLike] = [known.low, known.high]
    for k, (axes, arm, table) in enumerate(zip(panels, study.arms, tables, strict=True)):
        shade(axes, known)
        if table.empty:
            axes.set_title(_short(arm, 27))
            _note(axes, "no body lived")
            continue
        colour, some = _look(k).color, table.iloc[_evenly(len(table), MOST_LINES)].to_numpy()
        bands = study.bands(variable, arm)
        days, edges = per_day * bands.index.to_numpy(dtype=float), (bands["p5"], bands["p95"])
        axes.plot(days, some.T, color=colour, alpha=0.35, linewidth=0.4)
        axes.fill_between(days, *edges, fc=(colour, 0.2), ec=colour, linewidth=0.5)
        axes.plot(days, bands["p50"], color=colour, linewidth=1.8)
        count = _count(bands["n"])
        axes.set_title(_short(arm, 31 - len(count)))
        axes.set_title(count, loc="right", **_SMALL)
        for other in panels[1:] if k == 0 else ():
            other.plot(days, bands["p50"], zorder=3, **_COMPARED)
        seen += [some, *edges]
    _same_scale(panels, seen)


def _draw_differences(
    panels: Sequence[Axes], study: "Study", variable: str, tables: Sequence[pd.DataFrame]
) -> None:
    """Draw the mean difference of each further arm from the first, on one scale."""
    per_day = _clocks(study)[0].per_day
    seen: list[ArrayLike] = [0.0]
    for k, (axes, arm) in list(enumerate(zip(panels, study.arms, strict=True)))[1:]:
        axes.axhline(0.0, color=INK, linewidth=0.6, zorder=1.0)
        found, colour = pd.DataFrame({"n": []}), _look(k).color
        if not (tables[0].empty or tables[k].empty):
            found = study.difference(variable, arm).query("n > 0")
        if found.empty:
            _note(axes, "no pairs")
            continue
        days = per_day * found.index.to_numpy(dtype=float)
        axes.fill_between(days, found["low"], found["high"], color=colour, alpha=0.3, linewidth=0.0)
        axes.plot(days, found["estimate"], color=colour, linewidth=1.2)
        axes.set_title(_ending(found.iloc[-1]), loc="right", **_SMALL)
        seen.append(found[["estimate", "low", "high"]])
    _same_scale(panels[1:], seen)


def _draw_key(axes: Axes, study: "Study", bodies: int, variable: Variable) -> None:
    """Explain the panels, in the place where the first arm would be compared with itself."""
    colour, several = _look(0).color, len(study.arms) > 1
    drawn = f"{MOST_LINES} of {bodies} bodies" if bodies > MOST_LINES else "single bodies"
    handles: list[Any] = [
        Line2D([], [], color=colour, linewidth=0.5, label=drawn),
        Line2D([], [], color=colour, linewidth=1.8, label="median of all bodies"),
        Patch(fc=(colour, 0.2), ec=colour, linewidth=0.5, label="5 to 95 % of all bodies"),
    ]
    if np.isfinite(variable.low):
        handles.append(Patch(color=EXPECTED, label="reference range"))
    if several:
        handles.append(Line2D([], [], label=f"median of {_short(study.arms[0], 18)}", **_COMPARED))
        band = f"difference from {_short(study.arms[0], 12)}:\nmean in the same bodies,\n95 % interval"
        handles.append(Patch(color=_look(1).color, alpha=0.3, label=band))
    axes.set_axis_off()
    axes.legend(handles=handles, loc="lower left", borderaxespad=0.0, ncols=1 if several else 2)


# Single cells


class _Row(NamedTuple):
    """Cells of an arm on a day, and where they are drawn; an arm of −1 stands for the day's name."""

    place: int
    arm: int
    label: str
    cells: pd.DataFrame


def draw_cells(study: "Study", *variables: str, kind: str = CELL_TYPES[0]) -> Figure:
    """Draw how single cells of all bodies are spread, a ridge for each arm and day.

    Parameters
    ----------
    study : Study
        The findings; its design has snapshots.
    *variables : str
        What is drawn, a column each; by default all that the snapshots hold, four at most.
    kind : str
        Type of the cells, from :data:`sim.parameters.CELL_TYPES`.

    Returns
    -------
    matplotlib.figure.Figure
        Ridges from the first day down, medians marked, on one scale for each variable.

    Raises
    ------
    InputError
        If no cells, or not these variables of them, were kept.
    """
    cells = study.cells[study.cells["type"] == kind]
    kept = study.design.snapshots.variables if study.design.snapshots else ()
    if unknown := [name for name in variables if name not in kept]:
        raise InputError([f"{name!r} was not kept; there are {', '.join(kept)}" for name in unknown])
    rows, shown = _ridge_rows(study, cells), variables or kept[:_MOST_VARIABLES]
    what = f"{TITLES[kind]}, median marked, reference range in grey"
    with rc_context(STYLE):
        width = _width(len(shown)) + 1.0
        page = _page(study, what, width, _RIDGE_INCHES * (len(rows) + RIDGE_HEIGHT) + 0.6)
        panels = [page.add_subplot(1, len(shown), k) for k in range(1, len(shown) + 1)]
        for axes, name in zip(panels, shown, strict=True):
            _draw_rows(axes, rows, name, first=axes is panels[0])
        for row in (row for row in rows if row.arm >= 0):
            bodies = len(row.cells[["replicate", "sample"]].drop_duplicates())
            _write_beside(
                panels[-1], row.place, f"n {bodies:,}, {_many(len(row.cells), 'cell', 'cells')}"
            )
        page.settle()
    return page


def _ridge_rows(study: "Study", cells: pd.DataFrame) -> list[_Row]:
    """Lay out rows: for each day its name, then the arms that have cells then."""
    rows: list[_Row] = []
    clock, all_days = _clocks(study)[0], np.unique(cells["day"].to_numpy(dtype=float))
    for day in all_days[_evenly(len(all_days), _MOST_DAYS)]:
        now = cells[cells["day"] == day]
        if len(study.arms) > 1:
            rows.append(_Row(len(rows), -1, clock.label(day), now.iloc[:0]))
        for k, arm in enumerate(study.arms):
            own = now[now["condition"] == arm]
            if len(own):
                label = _short(arm, 27) if len(study.arms) > 1 else clock.label(day)
                rows.append(_Row(len(rows), k, label, own))
    return rows


def _draw_rows(axes: Axes, rows: Sequence[_Row], name: str, *, first: bool) -> None:
    """Draw the ridges of a variable; the first panel names them."""
    known = PER_CELL[name]
    axes.set_xlabel(_label(known))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_yticks([row.place for row in rows], [row.label for row in rows])
    axes.set_ylim(len(rows) - 0.7, -RIDGE_HEIGHT)
    axes.tick_params(axis="y", length=0.0, labelleft=first)
    axes.spines["left"].set_visible(False)
    for row, label in zip(rows, axes.get_yticklabels(), strict=True) if first else ():
        label.set_fontweight("bold" if row.arm < 0 else "normal")
    own = [row for row in rows if row.arm >= 0]
    values = [row.cells[name].to_numpy(dtype=float) for row in own]
    ridges = [
        Ridge(v[np.isfinite(v)], row.place, _look(row.arm).color)
        for v, row in zip(values, own, strict=True)
    ]
    draw_ridges(axes, ridges, known)


# How sure


def draw_convergence(study: "Study", variable: str, day: float | None = None) -> Figure:
    """Draw how the intervals of means and paired differences narrow with the number of bodies.

    Parameters
    ----------
    study : Study
        The findings.
    variable : str
        Whose means are drawn.
    day : float, optional
        On which day; by default the last that all arms have.

    Returns
    -------
    matplotlib.figure.Figure
        Half-widths of 95 % intervals over numbers of bodies, both logarithmic: the means of all arms,
        then for each further arm its difference from the first, in the same bodies and in others.

    Raises
    ------
    InputError
        If the variable was not recorded.
    """
    arms, known = study.arms, VARIABLES[variable]
    if day is None:
        day = min(plan.condition.duration for plan in study.design.plans()) / HOURS_PER_DAY
    means = [_widths(study, variable, arm, None, day) for arm in arms]
    paired = [_widths(study, variable, arm, arms[0], day) for arm in arms[1:]]
    rows, columns = _rows_and_columns(len(arms))
    with rc_context(STYLE):
        what = f"{known.meaning}, {_clocks(study)[0].label(day)}"
        page = _page(study, what, _width(columns), 2.6 * rows)
        panels = [page.add_subplot(rows, columns, k) for k in range(1, len(arms) + 1)]
        _draw_means(panels[0], arms, means)
        for k, axes in enumerate(panels[1:], 1):
            apart = ((means[0] ** 2 + means[k] ** 2) ** 0.5).dropna()
            axes.set_title(f"{_short(arms[k], 22)} less {_short(arms[0], 12)}")
            gain = study.pairing(variable, arms[k], day=day)
            _draw_pairing(axes, _look(k), paired[k - 1], apart, gain)
        _scale_logarithmically(panels)
        _label_leftmost(panels, f"half-width of 95 % interval\n({known.unit})", columns)
        page.settle()
    return page


def _widths(
    study: "Study", variable: str, arm: str, reference: str | None, day: float
) -> "pd.Series[float]":
    """Half-widths that are positive, by number of bodies; none for fewer than two bodies."""
    values = study.at(variable, arm, day)
    if reference is not None:
        values = values - study.at(variable, reference, day)
    if values.count() < 2:
        return pd.Series(dtype=float)
    widths = study.convergence(variable, arm, reference, day)
    return widths[widths > 0.0]


def _draw_means(axes: Axes, arms: Sequence[str], means: "Sequence[pd.Series[float]]") -> None:
    """Draw half-widths of the means of all arms."""
    axes.set_title("mean of each arm")
    for k, (arm, widths) in enumerate(zip(arms, means, strict=True)):
        look = _look(k)
        label = f"{_short(arm, 16)} {_reached(widths)}"
        _draw_widths(axes, widths, label, color=look.color, linestyle=look.linestyle, linewidth=1.2)
    _finish(axes, max(means, key=lambda widths: widths.iloc[-1] if len(widths) else 0.0))


def _draw_pairing(
    axes: Axes,
    look: _Look,
    paired: "pd.Series[float]",
    apart: "pd.Series[float]",
    gain: Interval,
) -> None:
    """Draw half-widths of a difference in the same bodies, and in other bodies in each arm."""
    label = f"same bodies {_reached(paired)}"
    _draw_widths(axes, paired, label, color=look.color, linestyle="-", linewidth=1.4)
    _draw_widths(axes, apart, _unpaired(gain), **_COMPARED)
    _finish(axes, paired)


def _draw_widths(axes: Axes, widths: "pd.Series[float]", label: str, **style: Any) -> None:
    """Draw half-widths, at numbers of bodies that are spread evenly on a logarithmic axis."""
    steps = np.geomspace(1.0, max(len(widths), 1), _MOST_POINTS).round().astype(int) - 1
    some = widths.iloc[np.unique(steps)] if len(widths) else widths
    axes.plot(some.index.to_numpy(dtype=float), some.to_numpy(), label=label, **style)


def _finish(axes: Axes, widths: "pd.Series[float]") -> None:
    """Add the line along which half-widths must fall in the end, and the key."""
    if widths.empty:
        _note(axes, "no spread, or fewer than two bodies")
        return
    ends = np.array([widths.index[0], widths.index[-1]], dtype=float)
    fall = float(widths.iloc[-1]) * np.sqrt(ends[-1] / ends)
    axes.plot(ends, fall, color="0.6", linewidth=0.8, linestyle=(0, (1, 2)), label="as 1/√n")
    axes.legend(loc="lower left", borderaxespad=0.6, handlelength=2.4, labelspacing=0.3)


def _scale_logarithmically(panels: Sequence[Axes]) -> None:
    """Put panels on the same logarithmic scales, with plain numbers and room for keys below lines."""
    lines = [[np.asarray(line.get_xydata()) for line in axes.get_lines()] for axes in panels]
    drawn = [np.concatenate([np.empty((0, 2)), *own]) for own in lines]
    bodies = max((float(own[:, 0].max()) for own in drawn if own.size), default=2.0)
    top = 1.2 * max((float(own[:, 1].max()) for own in drawn if own.size), default=1.0)
    lowest = [float(own[:, 1].min(initial=top / 10.0)) / 1.1 for own in drawn]
    bottom = min(_bottom(axes, low, top) for axes, low in zip(panels, lowest, strict=True))
    for axes in panels:
        axes.set(xscale="log", yscale="log", xlabel="number of bodies, n", xlim=(2.0, max(5.0, bodies)))
        axes.set_ylim(bottom, top)
        for axis, few in ((axes.xaxis, False), (axes.yaxis, bottom < 2e-4 * top)):
            axis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axis.set_minor_formatter(NullFormatter())


def _bottom(axes: Axes, low: float, top: float) -> float:
    """Where a logarithmic axis must begin for a key to fit below the lowest line."""
    labels = axes.get_legend_handles_labels()[1]
    part = _KEY_LINE * sum(1 + label.count("\n") for label in labels)
    return float(low / (top / low) ** (part / (1.0 - part)))


# How often


def draw_probabilities(study: "Study") -> Figure:
    """Draw in which share of bodies each statement of the design holds.

    Parameters
    ----------
    study : Study
        The findings; its design asks something.

    Returns
    -------
    matplotlib.figure.Figure
        A row a statement: shares over time with Wilson's intervals, and those at the end in numbers.

    Raises
    ------
    InputError
        If the design asks nothing.
    """
    asked = [Question.read(text) for text in study.design.ask]
    if not asked:
        raise InputError([f'{study.folder}: the design asks nothing; add ask = ["plasma_k < 3.5"]'])
    height = 0.75 + 0.17 * max(4, len(study.arms))
    clocks = _clocks(study)
    with rc_context(STYLE):
        what = "share of bodies for which a statement holds, with 95 % interval"
        page = _page(study, what, 7.4, height * len(asked))
        grid = page.add_gridspec(len(asked), 2, width_ratios=(1.5, 1.0))
        for row, (question, text) in enumerate(zip(asked, study.design.ask, strict=True)):
            over_time, at_end = (page.add_subplot(grid[row, column]) for column in (0, 1))
            last = row == len(asked) - 1
            Clock(*clocks[0][:3]).prepare(over_time, last=last)
            over_time.set_title(_statement(question))
            _draw_shares(over_time, study, question, clocks[0].per_day)
            at_end.set_title("at the end" if row == 0 else "")
            _draw_dots(at_end, study, text, last=last)
        page.settle()
    return page


def _draw_shares(axes: Axes, study: "Study", question: Question, per_day: float) -> None:
    """Draw shares of bodies over time."""
    axes.set(ylim=(-3.0, 103.0), yticks=range(0, 101, 25), ylabel="bodies (%)")
    for k, arm in enumerate(study.arms):
        look, found = _look(k), _shares(study, question, arm)
        days = per_day * found.index.to_numpy(dtype=float)
        axes.fill_between(days, found["low"], found["high"], color=look.color, alpha=0.15, linewidth=0.0)
        step = max(1, len(days) // 6)
        marks = (k * step // len(study.arms), step)  # Those of lines that coincide stay apart.
        axes.plot(days, found["estimate"], **look._asdict(), lw=1.2, ms=3.0, markevery=marks)


def _shares(study: "Study", question: Question, arm: str) -> pd.DataFrame:
    """Share of bodies [%] for which a statement holds, with interval and number, by day."""
    table = study.values(question.variable, arm)
    there, holds = table.notna().sum(), question.holds(table).sum()
    found = [proportion_interval(int(hits), int(n)) for hits, n in zip(holds, there, strict=True)]
    frame = pd.DataFrame(found, table.columns, Interval._fields, dtype=float)
    return frame.assign(**{name: 100.0 * frame[name] for name in ("estimate", "low", "high")})


def _draw_dots(axes: Axes, study: "Study", question: str, *, last: bool) -> None:
    """Draw shares of bodies at the end, a row an arm, and write them out."""
    arms = study.arms
    axes.set(xlim=(-3.0, 103.0), ylim=(len(arms) - 0.5, -0.5), xticks=range(0, 101, 25))
    axes.set_yticks(range(len(arms)), [_short(arm, 27) for arm in arms])
    axes.tick_params(axis="y", length=0.0)
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel("bodies (%)")
    for k, arm in enumerate(arms):
        look, found = _look(k), study.probability(question, arm)
        _write_beside(axes, k, _share_text(found))
        if found.n:
            bounds = 100.0 * np.array([found.low, found.high])
            axes.plot(bounds, (k, k), color=look.color, linewidth=1.2)
            axes.plot(100.0 * found.estimate, k, look.marker, color=look.color, markersize=4.5)


def _share_text(share: Interval) -> str:
    """Write a share of bodies."""
    if not share.n:
        return "n 0"
    percent = [f"{100.0 * part:.0f}" for part in share[:3]]
    return f"{percent[0]} % ({percent[1]} to {percent[2]}), n {share.n:,}"


# Files


def save_figures(study: "Study", folder: str | Path) -> list[Path]:
    """Write the figures of a study as PNG, each whole or not at all.

    Parameters
    ----------
    study : Study
        The findings.
    folder : str or path
        Where they go; made if it is not there.

    Returns
    -------
    list of path
        ``courses-VARIABLE.png`` for variables that are asked about, else plasma K or the first;
        ``convergence.png`` of the first of these; ``probabilities.png`` if something is asked, and
        ``cells.png`` if cells are kept.

    Raises
    ------
    InputError
        If there are no results.
    OSError
        If one cannot be written.
    """
    folder, paths = Path(folder), []
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in _pages(study).items():
        paths.append(folder / f"{name}.png")
        save(draw(), paths[-1])
    return paths


def _pages(study: "Study") -> dict[str, Callable[[], Figure]]:
    """Figures that suit a study, by name."""
    variables, asked = study.design.variables, study.design.ask
    usual = "plasma_k" if "plasma_k" in variables else variables[0]
    shown = list(dict.fromkeys(Question.read(text).variable for text in asked)) or [usual]
    pages: dict[str, Callable[[], Figure]] = {
        f"courses-{name}": partial(draw_courses, study, name) for name in shown[:_MOST_VARIABLES]
    }
    pages["convergence"] = partial(draw_convergence, study, shown[0])
    if asked:
        pages["probabilities"] = partial(draw_probabilities, study)
    if study.design.snapshots:
        pages["cells"] = partial(draw_cells, study)
    return pages


# What they share


def _page(study: "Study", what: str, width: float, height: float) -> Page:
    """Make a page with a heading, and so much room below it [inch]."""
    design, whole = study.design, height + _HEADING_INCHES
    engine = ConstrainedLayoutEngine(rect=(0.005, 0.005, 0.99, height / whole - 0.005), w_pad=0.06)
    page = Page(figsize=(width, whole), layout=engine)
    title = _short(design.title or design.name, int(11.0 * width))
    page.text(0.1 / width, 1.0 - 0.12 / whole, title, size=10, weight="bold", va="top", color=INK)
    subtitle = _short(" · ".join([what, *_size(study)]), int(17.0 * width))
    page.text(0.1 / width, 1.0 - 0.32 / whole, subtitle, size=7.5, va="top", color=FAINT)
    return page


def _size(study: "Study") -> list[str]:
    """Say how large a study is, and what of it is not there."""
    design, lost = study.design, len(study.failures)
    bodies = _many(study.bodies, "body", "bodies")
    if not study.complete:
        bodies += f" of {design.units:,}"
    if design.samples:
        sets = _many(design.sets, "parameter set", "parameter sets")
        bodies += f" ({_many(design.replicates, 'replicate', 'replicates')} × {sets})"
    parts = [bodies, f"{_many(design.cells, 'cell', 'cells')} each"]
    return [*parts, _many(lost, "failure", "failures")] if lost else parts


def _clocks(study: "Study") -> list[Clock]:
    """Time axis of each arm: one length and unit, and moments of change of its own."""
    conditions = [plan.condition for plan in study.design.plans()]
    days = max(condition.duration for condition in conditions) / HOURS_PER_DAY
    return [Clock.of(days, condition.times()) for condition in conditions]


def _rows_and_columns(panels: int) -> tuple[int, int]:
    """Arrange panels in as few rows as there can be, and these as full as each other."""
    rows = -(-panels // _COLUMNS)
    return rows, -(-panels // rows)


def _width(columns: int) -> float:
    """Width of a page [inch]."""
    return _PANEL_INCHES * max(columns, 1.7) + 0.6


def _look(arm: int) -> _Look:
    """Look of an arm by number; the seventh looks like the first."""
    return _LOOKS[arm % len(_LOOKS)]


def _evenly(n: int, most: int) -> NDArray[np.int64]:
    """Places of at most so many of n things, spread evenly."""
    return np.unique(np.linspace(0.0, max(n - 1, 0), min(n, most)).round().astype(np.int64))


def _many(n: int, one: str, more: str) -> str:
    """Write a number of things."""
    return f"{n:,} {one if n == 1 else more}"


def _short(text: str, letters: int) -> str:
    """Cut text to so many letters."""
    return text if len(text) <= letters else f"{text[: letters - 2].rstrip()} …"


def _label(variable: Variable) -> str:
    """Label of an axis, in lines that are not too long."""
    return f"{fill(variable.meaning, 28)}\n({variable.unit})"


def _statement(question: Question) -> str:
    """Write a statement in words."""
    known, relation = VARIABLES[question.variable], question.relation
    relation = {"<=": "≤", ">=": "≥"}.get(relation, relation)
    unit = "" if known.unit == "1" else f" {known.unit}"
    return f"{known.meaning} {relation} {question.bound:g}{unit}"


def _count(n: "pd.Series[int]") -> str:
    """Write how many bodies there are, and at the end if fewer."""
    first, last = int(n.iloc[0]), int(n.iloc[-1])
    return f"n {first:,}" if first == last else f"n {first:,}, end {last:,}"


def _ending(last: "pd.Series[float]") -> str:
    """Write a difference at the end, its interval, and the number of pairs."""
    low, estimate, high = (
        f"{last[name]:#.3g}".rstrip(".").replace("-", "−") for name in ("low", "estimate", "high")
    )
    bounds = f" ({low} to {high})" if last["n"] > 1 else ""
    return f"end {estimate}{bounds}, n {last['n']:,.0f}"


def _reached(widths: "pd.Series[float]") -> str:
    """Write the half-width of all bodies."""
    return f"±{widths.iloc[-1]:#.2g}, n {widths.index[-1]:,}" if len(widths) else "unknown"


def _unpaired(gain: Interval) -> str:
    """Write how many times the bodies are needed if each arm has other ones."""
    if not np.isfinite(gain[:3]).all() or gain.high >= 1e6:
        return "other bodies in each arm"
    times, low, high = (f"{x:,.0f}" if x > 9.95 else f"{x:.1f}" for x in gain[:3])
    return f"other bodies in each arm:\n{times} times as many ({low} to {high})"


def _label_leftmost(panels: Sequence[Axes], label: str, columns: int) -> None:
    """Label the y axis of the first of each row; the others have the same."""
    started = False
    for k, axes in enumerate(panels):
        if axes.axison and (not started or k % columns == 0):
            axes.set_ylabel(label)
            started = True
        else:
            axes.tick_params(axis="y", labelleft=False)


def _same_scale(panels: Sequence[Axes], seen: Sequence[ArrayLike]) -> None:
    """Give panels the same y axis, which holds all that is seen."""
    limits = extent(np.concatenate([np.ravel(np.asarray(values, dtype=float)) for values in seen]), 0.06)
    for axes in panels:
        axes.set_ylim(limits)


def _write_beside(axes: Axes, place: float, text: str) -> None:
    """Write to the right of a place on the y axis."""
    axes.text(1.03, place, text, transform=axes.get_yaxis_transform(), va="center", **_SMALL)


def _note(axes: Axes, text: str) -> None:
    """Say in an empty panel why it is."""
    axes.text(0.5, 0.7, text, transform=axes.transAxes, ha="center", va="center", **_SMALL)
