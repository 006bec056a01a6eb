"""Single cells of a study as ridges, by day and arm."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.errors import InputError
from sim.figures.ridges import RIDGE_HEIGHT, Ridge, draw_ridges
from sim.figures.study.layout import (
    MAX_DAYS,
    MAX_VARIABLES,
    RIDGE_INCHES,
    axis_label,
    counted,
    line_style_of,
    new_page,
    page_width,
    shortened,
    spread_evenly,
    time_axes_of,
    write_beside,
)
from sim.figures.study.protocols import StudyResults
from sim.figures.style import STYLE
from sim.parameters import CELL_TYPES, TITLES
from sim.variables.table import PER_CELL


class _Row(NamedTuple):
    """Cells of an arm on a day, and their position; a row of arm −1 is a heading with the day."""

    position: int
    arm: int
    label: str
    cells: pd.DataFrame


def draw_cells(study: StudyResults, *variables: str, cell_type: str = CELL_TYPES[0]) -> Figure:
    """Draw the distribution of single cells over all replicates, a ridge for each arm and day.

    Parameters
    ----------
    study : StudyResults
        The findings; its design has snapshots.
    *variables : str
        What is drawn, a column each; by default all that the snapshots hold, four at most.
    cell_type : str
        From :data:`sim.parameters.CELL_TYPES`.

    Returns
    -------
    matplotlib.figure.Figure
        Ridges from the first day down, with medians marked, on one scale for each variable.

    Raises
    ------
    InputError
        If no cells, or not these variables of them, were kept.
    """
    cells = study.cells[study.cells["type"] == cell_type]
    kept = study.design.snapshots.variables if study.design.snapshots else ()
    if unknown := [name for name in variables if name not in kept]:
        raise InputError([f"{name!r} was not kept; there are {', '.join(kept)}" for name in unknown])
    rows, shown = _ridge_rows(study, cells), variables or kept[:MAX_VARIABLES]
    what = f"{TITLES[cell_type]}, median marked, reference range in grey"
    with rc_context(STYLE):
        width = page_width(len(shown)) + 1.0
        page = new_page(study, what, width, RIDGE_INCHES * (len(rows) + RIDGE_HEIGHT) + 0.6)
        panels = [page.add_subplot(1, len(shown), k) for k in range(1, len(shown) + 1)]
        for axes, name in zip(panels, shown, strict=True):
            _draw_rows(axes, rows, name, first=axes is panels[0])
        for row in (row for row in rows if row.arm >= 0):
            members = len(row.cells[["replicate", "sample"]].drop_duplicates())
            write_beside(
                panels[-1], row.position, f"n {members:,}, {counted(len(row.cells), 'cell', 'cells')}"
            )
        page.settle()
    return page


def _ridge_rows(study: StudyResults, cells: pd.DataFrame) -> list[_Row]:
    """Lay out rows: for each day a heading, then the arms with cells on that day."""
    rows: list[_Row] = []
    time_axis, all_days = time_axes_of(study)[0], np.unique(cells["day"].to_numpy(dtype=float))
    for day in all_days[spread_evenly(len(all_days), MAX_DAYS)]:
        now = cells[cells["day"] == day]
        if len(study.arms) > 1:
            rows.append(_Row(len(rows), -1, time_axis.label(day), now.iloc[:0]))
        for k, arm in enumerate(study.arms):
            own = now[now["condition"] == arm]
            if len(own):
                label = shortened(arm, 27) if len(study.arms) > 1 else time_axis.label(day)
                rows.append(_Row(len(rows), k, label, own))
    return rows


def _draw_rows(axes: Axes, rows: Sequence[_Row], name: str, *, first: bool) -> None:
    """Draw the ridges of a variable; the first panel names them."""
    known = PER_CELL[name]
    axes.set_xlabel(axis_label(known))
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_yticks([row.position for row in rows], [row.label for row in rows])
    axes.set_ylim(len(rows) - 0.7, -RIDGE_HEIGHT)
    axes.tick_params(axis="y", length=0.0, labelleft=first)
    axes.spines["left"].set_visible(False)
    for row, label in zip(rows, axes.get_yticklabels(), strict=True) if first else ():
        label.set_fontweight("bold" if row.arm < 0 else "normal")
    own = [row for row in rows if row.arm >= 0]
    values = [row.cells[name].to_numpy(dtype=float) for row in own]
    ridges = [
        Ridge(v[np.isfinite(v)], row.position, line_style_of(row.arm).color)
        for v, row in zip(values, own, strict=True)
    ]
    draw_ridges(axes, ridges, known)
