"""Precision of a study: half-width of the interval against the number of replicates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from sim.figures.study.layout import (
    LEGEND_LINE,
    MAX_POINTS,
    REFERENCE_LINE,
    label_leftmost,
    line_style_of,
    new_page,
    page_width,
    precision_text,
    rows_and_columns,
    shortened,
    time_axes_of,
    unpaired_text,
    write_note,
)
from sim.figures.study.protocols import StudyResults
from sim.figures.style import STYLE, LineStyle
from sim.quantities.units import HOURS_PER_DAY
from sim.statistics import Interval
from sim.variables.table import VARIABLES


def draw_convergence(study: StudyResults, variable: str, day: float | None = None) -> Figure:
    """Draw how the intervals of means and paired differences narrow with the number of replicates.

    Parameters
    ----------
    study : StudyResults
        The findings.
    variable : str
        Whose means are drawn.
    day : float, optional
        On which day; by default the last that all arms have.

    Returns
    -------
    matplotlib.figure.Figure
        Half-widths of 95 % intervals over numbers of replicates, both logarithmic: the means of all
        arms, then for each further arm its difference from the first, paired and unpaired.

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
    rows, columns = rows_and_columns(len(arms))
    with rc_context(STYLE):
        what = f"{known.meaning}, {time_axes_of(study)[0].label(day)}"
        page = new_page(study, what, page_width(columns), 2.6 * rows)
        panels = [page.add_subplot(rows, columns, k) for k in range(1, len(arms) + 1)]
        _draw_means(panels[0], arms, means)
        for k, axes in enumerate(panels[1:], 1):
            unpaired = ((means[0] ** 2 + means[k] ** 2) ** 0.5).dropna()
            axes.set_title(f"{shortened(arms[k], 22)} minus {shortened(arms[0], 12)}")
            gain = study.variance_reduction(variable, arms[k], day=day)
            _draw_paired(axes, line_style_of(k), paired[k - 1], unpaired, gain)
        _scale_logarithmically(panels)
        label_leftmost(panels, f"half-width of 95 % interval\n({known.unit})", columns)
        page.settle()
    return page


def _widths(
    study: StudyResults, variable: str, arm: str, reference: str | None, day: float
) -> "pd.Series[float]":
    """Half-widths that are positive, by number of replicates; none for fewer than two."""
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
        style = line_style_of(k)
        label = f"{shortened(arm, 16)} {precision_text(widths)}"
        _draw_widths(axes, widths, label, color=style.color, linestyle=style.linestyle, linewidth=1.2)
    _finish(axes, max(means, key=lambda widths: widths.iloc[-1] if len(widths) else 0.0))


def _draw_paired(
    axes: Axes,
    style: LineStyle,
    paired: "pd.Series[float]",
    unpaired: "pd.Series[float]",
    gain: Interval,
) -> None:
    """Draw half-widths of a paired difference, and of one between independent replicates."""
    label = f"paired {precision_text(paired)}"
    _draw_widths(axes, paired, label, color=style.color, linestyle="-", linewidth=1.4)
    _draw_widths(axes, unpaired, unpaired_text(gain), **REFERENCE_LINE)
    _finish(axes, paired)


def _draw_widths(axes: Axes, widths: "pd.Series[float]", label: str, **style: Any) -> None:
    """Draw half-widths, at numbers of replicates spread evenly on a logarithmic axis."""
    steps = np.geomspace(1.0, max(len(widths), 1), MAX_POINTS).round().astype(int) - 1
    some = widths.iloc[np.unique(steps)] if len(widths) else widths
    axes.plot(some.index.to_numpy(dtype=float), some.to_numpy(), label=label, **style)


def _finish(axes: Axes, widths: "pd.Series[float]") -> None:
    """Add the line along which half-widths fall for many replicates, and the legend."""
    if widths.empty:
        write_note(axes, "no variance, or fewer than two replicates")
        return
    ends = np.array([widths.index[0], widths.index[-1]], dtype=float)
    fall = float(widths.iloc[-1]) * np.sqrt(ends[-1] / ends)
    axes.plot(ends, fall, color="0.6", linewidth=0.8, linestyle=(0, (1, 2)), label="as 1/√n")
    axes.legend(loc="lower left", borderaxespad=0.6, handlelength=2.4, labelspacing=0.3)


def _scale_logarithmically(panels: Sequence[Axes]) -> None:
    """Put panels on the same logarithmic scales, with plain numbers and legends below the lines."""
    lines = [[np.asarray(line.get_xydata()) for line in axes.get_lines()] for axes in panels]
    drawn = [np.concatenate([np.empty((0, 2)), *own]) for own in lines]
    most = max((float(own[:, 0].max()) for own in drawn if own.size), default=2.0)
    top = 1.2 * max((float(own[:, 1].max()) for own in drawn if own.size), default=1.0)
    lowest = [float(own[:, 1].min(initial=top / 10.0)) / 1.1 for own in drawn]
    bottom = min(_bottom(axes, low, top) for axes, low in zip(panels, lowest, strict=True))
    for axes in panels:
        axes.set(
            xscale="log", yscale="log", xlabel="number of replicates, n", xlim=(2.0, max(5.0, most))
        )
        axes.set_ylim(bottom, top)
        for axis, few in ((axes.xaxis, False), (axes.yaxis, bottom < 2e-4 * top)):
            axis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            axis.set_minor_formatter(NullFormatter())


def _bottom(axes: Axes, low: float, top: float) -> float:
    """Where a logarithmic axis must begin for a legend to fit below the lowest line."""
    labels = axes.get_legend_handles_labels()[1]
    height = LEGEND_LINE * sum(1 + label.count("\n") for label in labels)
    return float(low / (top / low) ** (height / (1.0 - height)))
