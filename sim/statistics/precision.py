"""Precision of a mean: its half-width by number of replicates, and the number for a half-width."""

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.interval import Array, as_vector, check_level, observed, t_quantile, z_quantile


def half_widths(values: ArrayLike, level: float = 0.95) -> Array:
    """Half-width of the mean's interval after each replicate from the second on.

    Each is that of :func:`mean_interval` of the replicates so far. Use it to choose the size of a future
    study: in a study that stops as soon as its interval is narrow enough, coverage is below the level.

    Parameters
    ----------
    values : array, shape (replicates,)
        Finite values in any unit, in order of replicate, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    array, shape (replicates − 1,)
        Half-widths in that unit; NaN until two values are observed.

    Raises
    ------
    ValueError
        Values empty, not a vector or infinite; level not between 0 and 1.

    References
    ----------
    Welford 1962: the running sum of squares, free of cancellation.
    """
    check_level(level)
    vector = as_vector("values", values)
    present = ~np.isnan(vector)
    n = np.cumsum(present)
    shifted = np.where(present, vector - vector[np.argmax(present)], 0.0)
    mean = np.cumsum(shifted) / np.maximum(n, 1)
    deviation = np.where(present, shifted - np.append(0.0, mean[:-1]), 0.0)
    squares = np.cumsum(deviation**2 * (n - 1.0) / np.maximum(n, 1))
    half = np.full(vector.size, np.nan)
    enough = n >= 2
    n = n[enough]
    half[enough] = t_quantile(n, level) * np.sqrt(squares[enough] / (n - 1.0) / n)
    return half[1:]


def required_replicates(values: ArrayLike, half_width: float, level: float = 0.95) -> int:
    """Total number of replicates for a half-width of the mean's interval, from a pilot sample.

    Parameters
    ----------
    values : array, shape (replicates,)
        Finite values in any unit, at least two that are not NaN.
    half_width : float
        Wanted half-width, positive, in that unit.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    int
        Smallest number, at least two, whose interval would be no wider if the standard deviation stayed
        that of the values.

    Raises
    ------
    ValueError
        Values empty, not a vector, infinite or fewer than two; half-width not positive and finite or
        below a millionth of the standard deviation; level not between 0 and 1.
    """
    check_level(level)
    if not 0.0 < half_width < math.inf:
        raise ValueError(f"half_width is {half_width}; it must be positive and finite")
    pilot = observed(values)
    if pilot.size < 2:
        raise ValueError(f"values has {pilot.size} that are not NaN; a spread takes at least two")
    spread = float((pilot - pilot[0]).std(ddof=1))
    if half_width < 1e-6 * spread:
        raise ValueError(
            f"half_width is {half_width}; it must be a millionth of the standard deviation {spread:g} "
            "at least"
        )
    ratio = spread / half_width
    n = max(2, math.floor((z_quantile(level) * ratio) ** 2))  # Student's t needs only a few more.
    while t_quantile(n, level) * ratio > math.sqrt(n):
        n += 1
    return n


def replicates_needed(values: ArrayLike, half_width: float, level: float = 0.95) -> int:
    """Former name of :func:`required_replicates`, kept for version 0.2."""
    return required_replicates(values, half_width, level)
