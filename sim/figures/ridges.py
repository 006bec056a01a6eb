"""Ridges: distributions drawn one below the other on one scale."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from sim.figures.style import INK, extent, shade
from sim.variables.variable import Variable

Array = NDArray[np.float64]

RIDGE_HEIGHT: Final = 1.35
"""Height of the tallest ridge over the distance between two."""
_N_POINTS: Final = 401


class Ridge(NamedTuple):
    """The distribution of some values, drawn upwards from a place on the y axis."""

    values: Array
    place: float
    colour: str


def draw_ridges(axes: Axes, ridges: Sequence[Ridge], variable: Variable) -> None:
    """Draw densities one below the other, on one scale, with a mark at each median.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its y axis points downwards; neighbouring places are one apart.
    ridges : sequence of Ridge
        From the top down. One without values is left out.
    variable : Variable
        Of the values; its reference range is shaded.
    """
    ridges = [ridge for ridge in ridges if ridge.values.size]
    ends = [np.quantile(ridge.values, (0.005, 0.995)) for ridge in ridges]
    x = np.linspace(*extent([variable.low, variable.high, *np.ravel(ends)], 0.04), _N_POINTS)
    densities = [density(ridge.values, x) for ridge in ridges]
    scale = RIDGE_HEIGHT / max((float(y.max()) for y in densities), default=1.0)
    axes.set_xlim(x[0], x[-1])
    shade(axes, variable, across=True)
    for k, (ridge, y) in enumerate(zip(ridges, densities, strict=True), 2):
        top = ridge.place - scale * y
        pale: Any = 0.4 * np.array(to_rgb(ridge.colour)) + 0.6
        axes.fill_between(x, ridge.place, top, color=pale, linewidth=0.0, zorder=k)
        axes.plot(x, top, color=ridge.colour, linewidth=0.9, zorder=k)
        median, front = np.median(ridge.values), len(ridges) + 2
        axes.plot(median, ridge.place, "|", color=INK, markersize=4.5, zorder=front)


def density(values: Array, x: Array) -> Array:
    """Density of values on a regular grid, with a Gaussian kernel of Silverman's bandwidth.

    The kernel is never narrower than the grid resolves, so equal values give a spike.
    """
    step = x[1] - x[0]
    quartiles = np.quantile(values, (0.25, 0.75))
    bandwidth = 0.9 * min(values.std(), np.ptp(quartiles) / 1.34) * len(values) ** -0.2
    offsets = step * np.arange(-(len(x) // 2), len(x) // 2 + 1)
    kernel = np.exp(-0.5 * (offsets / max(float(bandwidth), 1.5 * step)) ** 2)
    edges = np.append(x - step / 2, x[-1] + step / 2)
    counts = np.histogram(values, edges)[0]
    weights = kernel / (kernel.sum() * len(values) * step)
    return np.convolve(counts, weights, mode="same")
