"""Replicates over time, a panel per arm, and their differences from the first arm."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from sim.figures.study.layout import (
    MAX_LINES,
    REFERENCE_LINE,
    SMALL_TEXT,
    axis_label,
    count_text,
    ending_text,
    label_leftmost,
    line_style_of,
    members_called,
    new_page,
    page_width,
    rows_and_columns,
    same_scale,
    shortened,
    spread_evenly,
    time_axes_of,
    write_note,
)
from sim.figures.study.protocols import StudyResults
from sim.figures.style import EXPECTED, INK, STYLE, shade
from sim.variables.table import VARIABLES
from sim.variables.variable import Variable


def draw_courses(study: StudyResults, variable: str) -> Figure:
    """Draw a variable over time: replicates of each arm, and differences from the first arm.

    Parameters
    ----------
    study : StudyResults
        The findings.
    variable : str
        What is drawn; it must have been recorded.

    Returns
    -------
    matplotlib.figure.Figure
        A panel per arm: some replicates, median and middle 90 % of all. Below it the mean paired
        difference from the first arm, with its interval.

    Raises
    ------
    InputError
        If the variable was not recorded.
    """
    tables = [study.values(variable, arm).dropna(how="all") for arm in study.arms]
    time_axes, known = time_axes_of(study), VARIABLES[variable]
    rows, columns = rows_and_columns(len(tables))
    heights = rows * [1.9, 1.4 if len(tables) > 1 else 0.5]
    with rc_context(STYLE):
        page = new_page(study, known.meaning, page_width(columns), sum(heights))
        grid = page.add_gridspec(2 * rows, columns, height_ratios=heights)
        places = [divmod(k, columns) for k in range(len(tables))]
        levels = [page.add_subplot(grid[2 * row, column]) for row, column in places]
        below = [page.add_subplot(grid[2 * row + 1, column]) for row, column in places]
        for axes, time_axis in zip((*levels, *below[1:]), (*time_axes, *time_axes[1:]), strict=True):
            time_axis.prepare(axes, last=axes not in levels[1:], ticks=6)
        _draw_levels(levels, study, variable, tables)
        _draw_differences(below, study, variable)
        _draw_legend(below[0], study, max(map(len, tables)), known)
        label_leftmost(levels, axis_label(known), columns)
        label_leftmost(below, f"difference ({known.unit})", columns)
        page.settle()
    return page


def _draw_levels(
    panels: Sequence[Axes], study: StudyResults, variable: str, tables: Sequence[pd.DataFrame]
) -> None:
    """Draw some replicates, and the median and middle 90 % of all, on one scale."""
    known, per_day = VARIABLES[variable], time_axes_of(study)[0].per_day
    seen: list[ArrayLike] = [known.low, known.high]
    for k, (axes, arm, table) in enumerate(zip(panels, study.arms, tables, strict=True)):
        shade(axes, known)
        if table.empty:
            axes.set_title(shortened(arm, 27))
            write_note(axes, "none started")
            continue
        colour, some = (
            line_style_of(k).color,
            table.iloc[spread_evenly(len(table), MAX_LINES)].to_numpy(),
        )
        bands = study.bands(variable, arm)
        days, edges = per_day * bands.index.to_numpy(dtype=float), (bands["p5"], bands["p95"])
        axes.plot(days, some.T, color=colour, alpha=0.35, linewidth=0.4)
        axes.fill_between(days, *edges, fc=(colour, 0.2), ec=colour, linewidth=0.5)
        axes.plot(days, bands["p50"], color=colour, linewidth=1.8)
        count = count_text(bands["n"])
        axes.set_title(shortened(arm, 31 - len(count)))
        axes.set_title(count, loc="right", **SMALL_TEXT)
        for other in panels[1:] if k == 0 else ():
            other.plot(days, bands["p50"], zorder=3, **REFERENCE_LINE)
        seen += [some, *edges]
    same_scale(panels, seen)


def _draw_differences(panels: Sequence[Axes], study: StudyResults, variable: str) -> None:
    """Draw the mean difference of each further arm from the first, on one scale."""
    per_day = time_axes_of(study)[0].per_day
    seen: list[ArrayLike] = [0.0]
    for k, (axes, arm) in list(enumerate(zip(panels, study.arms, strict=True)))[1:]:
        axes.axhline(0.0, color=INK, linewidth=0.6, zorder=1.0)
        found, colour = study.difference(variable, arm).query("n > 0"), line_style_of(k).color
        if found.empty:
            write_note(axes, "no pairs")
            continue
        days = per_day * found.index.to_numpy(dtype=float)
        axes.fill_between(days, found["low"], found["high"], color=colour, alpha=0.3, linewidth=0.0)
        axes.plot(days, found["estimate"], color=colour, linewidth=1.2)
        axes.set_title(ending_text(found.iloc[-1]), loc="right", **SMALL_TEXT)
        seen.append(found[["estimate", "low", "high"]])
    same_scale(panels[1:], seen)


def _draw_legend(axes: Axes, study: StudyResults, n: int, variable: Variable) -> None:
    """Explain the panels, in place of the difference of the first arm from itself."""
    colour, members = line_style_of(0).color, members_called(study)
    several = len(study.arms) > 1
    drawn = f"{MAX_LINES} of {n} {members}" if n > MAX_LINES else f"single {members}"
    handles: list[Any] = [
        Line2D([], [], color=colour, linewidth=0.5, label=drawn),
        Line2D([], [], color=colour, linewidth=1.8, label=f"median of all {members}"),
        Patch(fc=(colour, 0.2), ec=colour, linewidth=0.5, label=f"5 to 95 % of all {members}"),
    ]
    if np.isfinite(variable.low):
        handles.append(Patch(color=EXPECTED, label="reference range"))
    if several:
        handles.append(
            Line2D([], [], label=f"median of {shortened(study.arms[0], 18)}", **REFERENCE_LINE)
        )
        band = f"difference from {shortened(study.arms[0], 12)}:\npaired mean,\n95 % interval"
        handles.append(Patch(color=line_style_of(1).color, alpha=0.3, label=band))
    axes.set_axis_off()
    axes.legend(handles=handles, loc="lower left", borderaxespad=0.0, ncols=1 if several else 2)
