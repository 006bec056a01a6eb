"""Dose–response: an estimate at each dose, with the band of its interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from sim.figures.style import BLUE
from sim.statistics.interval import Interval


def dose_response(
    axes: Axes,
    doses: ArrayLike,
    responses: Sequence[Interval],
    *,
    color: str = BLUE,
    label: str | None = None,
    linestyle: Any = "-",
    marker: str = "o",
) -> None:
    """Draw how something answers a dose: points, the line through them, and the band of the intervals.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where it is drawn; axes are left for the caller to label.
    doses : array, shape (doses,)
        Rising, in the unit of the x axis.
    responses : sequence of Interval
        One a dose, in the unit of the y axis. An interval without bounds gives its point no band.
    color, label, linestyle, marker
        How it looks, and what the legend says. Meaning should not hang on the colour alone.

    Raises
    ------
    ValueError
        If there are not as many responses as doses.
    """
    x = np.asarray(doses, dtype=float)
    if x.shape != (len(responses),):
        raise ValueError(f"{x.size} doses and {len(responses)} responses; give one a dose")
    y, low, high = np.array([found[:3] for found in responses], dtype=float).reshape(-1, 3).T
    axes.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0.0)
    axes.plot(
        x, y, color=color, label=label, linestyle=linestyle, marker=marker, markersize=3.5, linewidth=1.2
    )
