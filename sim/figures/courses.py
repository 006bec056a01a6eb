"""Time courses of some variables, one panel each, with unit and reference range."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes

from sim.figures.page import Page
from sim.figures.style import LINE_STYLES, STYLE, extent, shade
from sim.figures.time_axis import TimeAxis
from sim.variables.table import VARIABLES

_COLUMNS: Final = 3
_PANEL: Final = (2.6, 1.75)
"""Maximum number of panels side by side, and width and height of one [inch]."""
_LETTERS_PER_INCH: Final = 14.0
"""Letters in an inch of the legend."""


def draw_courses(
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    names: Sequence[str],
    changes: Sequence[float] = (),
) -> Page:
    """Draw some variables of one run, or of several in one panel.

    Parameters
    ----------
    tables : pandas.DataFrame or mapping
        Table of a run: one row per recorded time (index: days), one column per variable. Or tables of
        several runs, by their names in the legend.
    names : sequence of str
        Variables, from :data:`sim.variables.table.VARIABLES`, one panel each.
    changes : sequence of float
        Times [h] marked by a dotted line, at which an intervention starts or ends.

    Returns
    -------
    Page
        Reference ranges are shaded.
    """
    if isinstance(tables, pd.DataFrame):
        tables = {"": tables}
    time_axis = TimeAxis.of(max(float(table.index[-1]) for table in tables.values()), changes)
    start = time_axis.per_day * min(float(table.index[0]) for table in tables.values())
    columns = 2 if len(names) == 4 else min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    with rc_context(STYLE):
        size = (_PANEL[0] * columns + 0.2, _PANEL[1] * rows + 0.35)
        page = Page(figsize=size, layout="constrained")
        for place, name in enumerate(names):
            axes = page.add_subplot(rows, columns, place + 1)
            draw_course(axes, tables, name, time_axis)
            time_axis.prepare(axes, last=place + columns >= len(names), ticks=6)
            axes.set_xlim(start, time_axis.end)
        if len(tables) > 1:
            letters = 7 + max(map(len, tables))
            fit = max(1, int(_LETTERS_PER_INCH * size[0] / letters))
            page.legend(
                *axes.get_legend_handles_labels(), loc="outside upper right", ncols=min(fit, len(tables))
            )
        page.settle()
    return page


def draw_course(axes: Axes, tables: Mapping[str, pd.DataFrame], name: str, time_axis: TimeAxis) -> None:
    """Draw one variable of some runs, its reference range shaded, and label the y axis."""
    variable = VARIABLES[name]
    for number, (label, table) in enumerate(tables.items()):
        style = LINE_STYLES[number % len(LINE_STYLES)]
        days = table.index.to_numpy(dtype=float) * time_axis.per_day
        axes.plot(
            days, table[name], color=style.color, linestyle=style.linestyle, linewidth=1.3, label=label
        )
    shade(axes, variable)
    values = np.concatenate([table[name].to_numpy(dtype=float) for table in tables.values()])
    axes.set_ylim(extent([variable.low, variable.high, *values], 0.08))
    unit = "" if variable.unit == "1" else f"\n({variable.unit})"
    axes.set_ylabel(variable.meaning.removesuffix(", mean of muscle cells") + unit)
