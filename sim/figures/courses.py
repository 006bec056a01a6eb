"""Courses: some variables over time, a panel each, with unit and reference range."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes

from sim.figures.style import LOOKS, STYLE, Clock, Page, extent, shade
from sim.variables.table import VARIABLES

_COLUMNS: Final = 3
_PANEL: Final = (2.6, 1.75)
"""Panels side by side at most, and width and height of one [inch]."""
_LETTERS: Final = 14.0
"""Letters of a legend in an inch."""


def courses(
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    names: Sequence[str],
    changes: Sequence[float] = (),
) -> Page:
    """Draw some variables of one run, or of several in one panel.

    Parameters
    ----------
    tables : pandas.DataFrame or mapping
        Table of a run: a row a recorded time (index: days), a column a variable. Or tables of several,
        by what the legend calls them.
    names : sequence of str
        Variables, from :data:`sim.variables.table.VARIABLES`, a panel each.
    changes : sequence of float
        Moments [h] at which a dotted line stands, where something starts or stops.

    Returns
    -------
    Page
        Reference ranges are shaded.
    """
    if isinstance(tables, pd.DataFrame):
        tables = {"": tables}
    clock = Clock.of(max(float(table.index[-1]) for table in tables.values()), changes)
    start = clock.per_day * min(float(table.index[0]) for table in tables.values())
    columns = 2 if len(names) == 4 else min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    with rc_context(STYLE):
        size = (_PANEL[0] * columns + 0.2, _PANEL[1] * rows + 0.35)
        page = Page(figsize=size, layout="constrained")
        for place, name in enumerate(names):
            axes = page.add_subplot(rows, columns, place + 1)
            draw_course(axes, tables, name, clock)
            clock.prepare(axes, last=place + columns >= len(names), ticks=6)
            axes.set_xlim(start, clock.end)
        if len(tables) > 1:
            letters = 7 + max(map(len, tables))
            fit = max(1, int(_LETTERS * size[0] / letters))
            page.legend(
                *axes.get_legend_handles_labels(), loc="outside upper right", ncols=min(fit, len(tables))
            )
        page.settle()
    return page


def draw_course(axes: Axes, tables: Mapping[str, pd.DataFrame], name: str, clock: Clock) -> None:
    """Draw one variable of some runs, its reference range shaded, and label the y axis."""
    variable = VARIABLES[name]
    for number, (label, table) in enumerate(tables.items()):
        look = LOOKS[number % len(LOOKS)]
        days = table.index.to_numpy(dtype=float) * clock.per_day
        axes.plot(
            days, table[name], color=look.color, linestyle=look.linestyle, linewidth=1.3, label=label
        )
    shade(axes, variable)
    values = np.concatenate([table[name].to_numpy(dtype=float) for table in tables.values()])
    axes.set_ylim(extent([variable.low, variable.high, *values], 0.08))
    unit = "" if variable.unit == "1" else f"\n({variable.unit})"
    axes.set_ylabel(variable.meaning.removesuffix(", mean of muscle cells") + unit)
