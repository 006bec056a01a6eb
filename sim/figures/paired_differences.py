"""Paired differences: each replicate's own difference between two arms, and their mean."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from sim.figures.style import BLUE, FAINT, INK
from sim.statistics.one_arm import mean_interval

_MAX_DOTS = 400
_SPREAD = 0.16
"""Largest vertical distance of a dot from the middle of its row; rows are one apart."""


def draw_paired_differences(axes: Axes, differences: Mapping[str, ArrayLike], unit: str) -> None:
    """Draw differences within replicates, one row per comparison, with mean and 95 % interval.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where they are drawn. Its y axis names the comparisons from the top.
    differences : mapping
        Differences of the replicates of each comparison, in ``unit``; NaN where one is missing. Of very
        many only some are drawn; all are in the mean.
    unit : str
        Unit of the differences, for the x axis.
    """
    axes.axvline(0.0, color=FAINT, linewidth=0.7)
    for row, values in enumerate(differences.values()):
        flat = np.asarray(values, dtype=float)
        there = np.sort(flat[np.isfinite(flat)])
        dots = there[:: 1 + there.size // _MAX_DOTS]
        # Multiples of the golden ratio keep dots of similar size apart.
        heights = row + 0.18 + _SPREAD * (2.0 * (np.arange(dots.size) * 0.6180339887 % 1.0) - 1.0)
        axes.plot(dots, heights, "o", color=BLUE, markersize=2.0, alpha=0.5, markeredgewidth=0.0)
        mean = mean_interval(there)
        axes.plot([mean.low, mean.high], [row - 0.2] * 2, color=INK, linewidth=1.8)
        axes.plot(mean.estimate, row - 0.2, "D", color=INK, markersize=3.5)
        axes.annotate(
            f"n {mean.n}", (1.0, row - 0.2), xycoords=("axes fraction", "data"), ha="right", va="center",
            fontsize=6, color=FAINT,
        )  # fmt: skip
    axes.set(yticks=range(len(differences)), yticklabels=list(differences))
    axes.set_ylim(len(differences) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0.0)
    axes.set_xlabel(f"difference ({unit})")
