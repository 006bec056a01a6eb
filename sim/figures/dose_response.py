"""Dose–response curves: an estimate at each dose, with the band of its interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from sim.figures.style import BLUE
from sim.statistics.interval import Interval


def draw_dose_response(
    axes: Axes,
    doses: ArrayLike,
    responses: Sequence[Interval],
    *,
    color: str = BLUE,
    label: str | None = None,
    linestyle: Any = "-",
    marker: str = "o",
) -> None:
    """Draw a dose–response curve: points, the line through them, and the band of the intervals.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where it is drawn; the caller labels the axes.
    doses : array, shape (doses,)
        Increasing, in the unit of the x axis.
    responses : sequence of Interval
        One per dose, in the unit of the y axis. An interval without bounds gives its point no band.
    color, label, linestyle, marker
        Style of the line, and its label in the legend. Curves should not differ in colour alone.

    Raises
    ------
    ValueError
        If the numbers of doses and responses differ.
    """
    x = np.asarray(doses, dtype=float)
    if x.shape != (len(responses),):
        raise ValueError(f"{x.size} doses and {len(responses)} responses; give one response per dose")
    y, low, high = np.array([found[:3] for found in responses], dtype=float).reshape(-1, 3).T
    axes.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0.0)
    axes.plot(
        x, y, color=color, label=label, linestyle=linestyle, marker=marker, markersize=3.5, linewidth=1.2
    )
