"""One arm: means, quantiles and proportions of replicates, each with its interval, and bands."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.statistics.interval import (
    Array,
    Interval,
    check_level,
    normal_quantile,
    row_of,
    t_quantile,
    there_of,
)

Counts = NDArray[np.int64]


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Mean of the replicates with Student's t interval.

    Exact for normal values; else as good as the central limit theorem makes it.

    Parameters
    ----------
    values : array, shape (replicates,)
        Finite values in any unit, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Without bounds if fewer than two values are there.

    Raises
    ------
    ValueError
        Values empty, not one row or infinite; level not between 0 and 1.

    References
    ----------
    Student 1908.
    """
    check_level(level)
    there = there_of(values)
    n = there.size
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0, level)
    above = there - there[0]  # Equal values have no spread at all, not even of rounding.
    mean = float(there[0] + above.mean())
    if n == 1:
        return Interval(mean, math.nan, math.nan, 1, level)
    half = float(t_quantile(n, level) * above.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n, level)


def quantile_interval(values: ArrayLike, q: float, level: float = 0.95) -> Interval:
    """Quantile of the replicates with an interval between two of them, whatever their distribution.

    How many of n values lie below the true quantile is binomial, so it lies between two of the ordered
    values with at least the confidence asked for, and outside at each end with at most half the rest.

    Parameters
    ----------
    values : array, shape (replicates,)
        Values in any unit, infinite ones among them if need be, NaN where missing.
    q : float
        Which quantile, between 0 and 1; 0.5 is the median.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        The estimate lies on the line between neighbouring values. A bound is infinite where the values
        are too few to give one.

    Raises
    ------
    ValueError
        Values empty or not one row; q or level not between 0 and 1.

    References
    ----------
    Thompson 1936: the interval. Hyndman & Fan 1996, definition 7: the estimate.
    """
    from scipy import special

    check_level(level)
    if not 0.0 < q < 1.0:
        raise ValueError(f"q is {q}; it must lie between 0 and 1, as 0.5 does for the median")
    ordered = np.sort(there_of(values, finite=False))
    n = ordered.size
    if n == 0:
        return Interval(math.nan, -math.inf, math.inf, 0, level)
    below = np.arange(n + 1)
    too_few = int((special.bdtr(below, n, q) <= 0.5 * (1.0 - level)).sum())
    enough = int((special.bdtrc(below, n, q) > 0.5 * (1.0 - level)).sum())
    low = float(ordered[too_few - 1]) if too_few > 0 else -math.inf
    high = float(ordered[enough]) if enough < n else math.inf
    estimate = float(ordered_quantiles(ordered[:, None], np.array([n]), np.array([q]))[0, 0])
    # A quantile too far out for so few values is estimated further in than its interval lies.
    return Interval(estimate, min(low, estimate), max(high, estimate), n, level)


def proportion_interval(hits: int, n: int, level: float = 0.95) -> Interval:
    """Proportion of n replicates with Wilson's score interval.

    Its coverage is the level on average over true proportions, but not for each: at level 0.95 it falls
    to 0.84 for a true proportion near 0.18/n, and as near to one.

    Parameters
    ----------
    hits, n : int
        How many of how many, 0 ≤ hits ≤ n.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Proportions [1]. Of no replicates the estimate is NaN and the bounds are 0 and 1.

    Raises
    ------
    ValueError
        Counts negative, not whole or hits above n; level not between 0 and 1.

    References
    ----------
    Wilson 1927; Brown, Cai & DasGupta 2001: coverage.
    """
    check_level(level)
    if not (0 <= hits <= n and int(hits) == hits and int(n) == n):
        raise ValueError(f"hits is {hits} of n {n}; they must be whole numbers with 0 ≤ hits ≤ n")
    if n == 0:
        return Interval(math.nan, 0.0, 1.0, 0, level)
    part, z2 = hits / n, normal_quantile(level) ** 2 / n
    middle = (part + 0.5 * z2) / (1.0 + z2)
    half = math.sqrt(z2 * (part * (1.0 - part) + 0.25 * z2)) / (1.0 + z2)
    low = 0.0 if hits == 0 else middle - half  # Rounding must not put a bound beyond the estimate.
    high = 1.0 if hits == n else middle + half
    return Interval(part, low, high, int(n), level)


def ordered_quantiles(ordered: Array, n: Counts, quantiles: Array) -> Array:
    """Quantiles of columns in rising order.

    Parameters
    ----------
    ordered : array, shape (replicates, times)
        Of each column the first n count.
    n : array of int, shape (times,)
        At least one.
    quantiles : array, shape (quantiles,)
        From 0 to 1.

    Returns
    -------
    array, shape (quantiles, times)
        On the line between neighbouring values.
    """
    position = quantiles[:, None] * (n - 1.0)
    below = np.floor(position).astype(np.int64)
    part = position - below
    low = np.take_along_axis(ordered, below, axis=0)
    high = np.take_along_axis(ordered, np.minimum(below + 1, n - 1), axis=0)
    with np.errstate(invalid="ignore"):  # Between −∞ and ∞ there is no line: NaN.
        return np.where((part == 0.0) | (low == high), low, low + part * (high - low))


def quantile_bands(values: ArrayLike, quantiles: ArrayLike) -> tuple[Array, Counts]:
    """Quantiles over the replicates at each time.

    Parameters
    ----------
    values : array, shape (replicates, times)
        Values in any unit, NaN where missing.
    quantiles : array, shape (quantiles,)
        From 0 to 1.

    Returns
    -------
    bands : array, shape (quantiles, times)
        As NumPy's quantile of the values that are there; NaN at times without any.
    n : array of int, shape (times,)
        How many are there.

    Raises
    ------
    ValueError
        Values empty or not replicates by times; quantiles empty, not one row or not from 0 to 1.

    References
    ----------
    Hyndman & Fan 1996, definition 7.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(
            f"values has shape {table.shape}; it must be replicates by times, at least one of each"
        )
    which = row_of("quantiles", quantiles)
    if not ((which >= 0.0) & (which <= 1.0)).all():
        raise ValueError(f"quantiles are {which.tolist()}; each must lie from 0 to 1")
    n = (~np.isnan(table)).sum(axis=0, dtype=np.int64)
    ordered = np.sort(table, axis=0)  # NaN go last, so a column of NaN gives NaN.
    return ordered_quantiles(ordered, np.maximum(n, 1), which), n
