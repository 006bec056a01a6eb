"""Probabilities of endpoints: proportions of replicates over time and at the end."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.errors import InputError
from sim.figures.study.layout import (
    endpoint_text,
    line_style_of,
    new_page,
    shortened,
    time_axes_of,
    write_beside,
)
from sim.figures.study.protocols import StudyResults
from sim.figures.style import STYLE
from sim.figures.time_axis import TimeAxis
from sim.statistics import Interval
from sim.variables.endpoints import Endpoint


def draw_probabilities(study: StudyResults) -> Figure:
    """Draw the proportion of replicates that reach each endpoint of the design.

    Parameters
    ----------
    study : StudyResults
        The findings; its design has endpoints.

    Returns
    -------
    matplotlib.figure.Figure
        A row per endpoint: proportions over time with Wilson's intervals, and those at the end as
        numbers.

    Raises
    ------
    InputError
        If the design has no endpoints.
    """
    endpoints = [Endpoint.read(text) for text in study.design.endpoints]
    if not endpoints:
        raise InputError(
            [f'{study.folder}: the design has no endpoints; add endpoints = ["plasma_k < 3.5"]']
        )
    height = 0.75 + 0.17 * max(4, len(study.arms))
    time_axes = time_axes_of(study)
    with rc_context(STYLE):
        what = "proportion of replicates that reach an endpoint, with 95 % interval"
        page = new_page(study, what, 7.4, height * len(endpoints))
        grid = page.add_gridspec(len(endpoints), 2, width_ratios=(1.5, 1.0))
        for row, endpoint in enumerate(endpoints):
            over_time, at_end = (page.add_subplot(grid[row, column]) for column in (0, 1))
            last = row == len(endpoints) - 1
            TimeAxis(*time_axes[0][:3]).prepare(over_time, last=last)
            over_time.set_title(endpoint_text(endpoint))
            _draw_over_time(over_time, study, endpoint, time_axes[0].per_day)
            at_end.set_title("at the end" if row == 0 else "")
            _draw_at_end(at_end, study, endpoint, last=last)
        page.settle()
    return page


def _draw_over_time(axes: Axes, study: StudyResults, endpoint: Endpoint, per_day: float) -> None:
    """Draw proportions of replicates over time."""
    axes.set(ylim=(-3.0, 103.0), yticks=range(0, 101, 25), ylabel="replicates (%)")
    for k, arm in enumerate(study.arms):
        style, found = line_style_of(k), 100.0 * study.probabilities(endpoint, arm)
        days = per_day * found.index.to_numpy(dtype=float)
        axes.fill_between(
            days, found["low"], found["high"], color=style.color, alpha=0.15, linewidth=0.0
        )
        step = max(1, len(days) // 6)
        marks = (k * step // len(study.arms), step)  # Markers of lines that coincide stay apart.
        axes.plot(days, found["estimate"], **style._asdict(), lw=1.2, ms=3.0, markevery=marks)


def _draw_at_end(axes: Axes, study: StudyResults, endpoint: Endpoint, *, last: bool) -> None:
    """Draw proportions of replicates at the end, a row per arm, and write them beside it."""
    arms = study.arms
    axes.set(xlim=(-3.0, 103.0), ylim=(len(arms) - 0.5, -0.5), xticks=range(0, 101, 25))
    axes.set_yticks(range(len(arms)), [shortened(arm, 27) for arm in arms])
    axes.tick_params(axis="y", length=0.0)
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel("replicates (%)")
    for k, arm in enumerate(arms):
        style, found = line_style_of(k), study.probability(endpoint, arm)
        write_beside(axes, k, _proportion_text(found))
        if found.n:
            bounds = 100.0 * np.array([found.low, found.high])
            axes.plot(bounds, (k, k), color=style.color, linewidth=1.2)
            axes.plot(100.0 * found.estimate, k, style.marker, color=style.color, markersize=4.5)


def _proportion_text(found: Interval) -> str:
    """Write a proportion of replicates."""
    if not found.n:
        return "n 0"
    percent = [f"{100.0 * value:.0f}" for value in found[:3]]
    return f"{percent[0]} % ({percent[1]} to {percent[2]}), n {found.n:,}"
