"""Two runs side by side: their courses, and the second minus the first."""

from textwrap import shorten
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.conditions.condition import Condition
from sim.figures.courses import draw_course
from sim.figures.page import Page
from sim.figures.style import FAINT, INK, STYLE, extent
from sim.figures.time_axis import TimeAxis
from sim.variables.table import VARIABLES

COMPARED: Final = (
    "plasma_k", "plasma_mg", "plasma_ca", "urine_k", "na_in_mean", "k_in_mean", "potential_mean",
    "pressure",
)  # fmt: skip
"""Variables that are drawn."""
_A4: Final = (8.27, 11.69)


def draw_comparison(
    names: tuple[str, str],
    tables: tuple[pd.DataFrame, pd.DataFrame],
    conditions: tuple[Condition, Condition],
) -> Figure:
    """Draw two runs, one row of panels per variable: both courses, then their difference.

    Parameters
    ----------
    names : tuple of str
        Names of the runs.
    tables : tuple of pandas.DataFrame
        Their tables on the same days (the index), one column per variable.
    conditions : tuple of Condition
        Their conditions; a dotted line marks each start or end of an intervention in either.

    Returns
    -------
    matplotlib.figure.Figure
        A portrait page; reference ranges are shaded.
    """
    first, second = tables
    changes = sorted({t for condition in conditions for t in condition.times()})
    time_axis = TimeAxis.of(float(first.index[-1]), changes)
    time = first.index.to_numpy(dtype=float) * time_axis.per_day
    with rc_context(STYLE):
        page = Page(figsize=_A4, layout=ConstrainedLayoutEngine(rect=(0.01, 0.005, 0.98, 0.955)))
        page.text(0.02, 0.985, f"{names[1]} compared with {names[0]}", size=12, weight="bold",
                  va="top", color=INK)  # fmt: skip
        panels = page.subplots(len(COMPARED), 2)
        for row, (name, (levels, change)) in enumerate(zip(COMPARED, panels, strict=True)):
            last = row == len(COMPARED) - 1
            draw_course(levels, dict(zip(names, tables, strict=True)), name, time_axis)
            _draw_change(change, time, name, (second[name] - first[name]).to_numpy(dtype=float))
            for axes in (levels, change):
                time_axis.prepare(axes, last=last, ticks=6)
        panels[0, 0].set_title("Both runs, reference range shaded")
        panels[0, 1].set_title(shorten(f"{names[1]} minus {names[0]}", 60, placeholder=" …"))
        lines = panels[0, 0].get_lines()[:2]
        page.legend(lines, names, loc="upper right", ncols=2, bbox_to_anchor=(0.985, 0.972), fontsize=7)
        page.settle()
    return page


def _draw_change(
    axes: Axes, time: np.ndarray[Any, Any], name: str, change: np.ndarray[Any, Any]
) -> None:
    """Draw a difference, filled from zero."""
    axes.axhline(0.0, color=FAINT, linewidth=0.6)
    axes.fill_between(time, 0.0, change, color="0.85", linewidth=0.0)
    axes.plot(time, change, color=INK, linewidth=1.1)
    axes.set_ylim(extent([0.0, *change], 0.12))
    axes.set_ylabel(f"({VARIABLES[name].unit})")
