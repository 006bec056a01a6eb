"""How often statements hold: shares of bodies over time and at the end."""

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.errors import InputError
from sim.figures.study.layout import (
    clocks_of,
    look_of,
    new_page,
    shortened,
    statement_text,
    write_beside,
)
from sim.figures.study.protocols import StudyResults
from sim.figures.style import STYLE
from sim.figures.time_axis import TimeAxis
from sim.statistics.interval import Interval
from sim.variables.endpoints import Question


def draw_probabilities(study: StudyResults) -> Figure:
    """Draw in which share of bodies each statement of the design holds.

    Parameters
    ----------
    study : StudyResults
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
    clocks = clocks_of(study)
    with rc_context(STYLE):
        what = "share of bodies for which a statement holds, with 95 % interval"
        page = new_page(study, what, 7.4, height * len(asked))
        grid = page.add_gridspec(len(asked), 2, width_ratios=(1.5, 1.0))
        for row, (question, text) in enumerate(zip(asked, study.design.ask, strict=True)):
            over_time, at_end = (page.add_subplot(grid[row, column]) for column in (0, 1))
            last = row == len(asked) - 1
            TimeAxis(*clocks[0][:3]).prepare(over_time, last=last)
            over_time.set_title(statement_text(question))
            _draw_shares(over_time, study, question, clocks[0].per_day)
            at_end.set_title("at the end" if row == 0 else "")
            _draw_dots(at_end, study, text, last=last)
        page.settle()
    return page


def _draw_shares(axes: Axes, study: StudyResults, question: Question, per_day: float) -> None:
    """Draw shares of bodies over time."""
    axes.set(ylim=(-3.0, 103.0), yticks=range(0, 101, 25), ylabel="bodies (%)")
    for k, arm in enumerate(study.arms):
        look, found = look_of(k), 100.0 * study.probabilities(question, arm)
        days = per_day * found.index.to_numpy(dtype=float)
        axes.fill_between(days, found["low"], found["high"], color=look.color, alpha=0.15, linewidth=0.0)
        step = max(1, len(days) // 6)
        marks = (k * step // len(study.arms), step)  # Those of lines that coincide stay apart.
        axes.plot(days, found["estimate"], **look._asdict(), lw=1.2, ms=3.0, markevery=marks)


def _draw_dots(axes: Axes, study: StudyResults, question: str, *, last: bool) -> None:
    """Draw shares of bodies at the end, a row an arm, and write them out."""
    arms = study.arms
    axes.set(xlim=(-3.0, 103.0), ylim=(len(arms) - 0.5, -0.5), xticks=range(0, 101, 25))
    axes.set_yticks(range(len(arms)), [shortened(arm, 27) for arm in arms])
    axes.tick_params(axis="y", length=0.0)
    axes.tick_params(axis="x", labelbottom=last)
    if last:
        axes.set_xlabel("bodies (%)")
    for k, arm in enumerate(arms):
        look, found = look_of(k), study.probability(question, arm)
        write_beside(axes, k, _share_text(found))
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
