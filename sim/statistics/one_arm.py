"""One arm: mean, quantile and proportion of replicates with their intervals; bands of quantiles."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.statistics.interval import Array, Interval, as_vector, check_level, observed, t_quantile

Counts = NDArray[np.int64]


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """Mean of the replicates with Student's t interval.

    Exact for normal values; otherwise approximate, by the central limit theorem.

    Parameters
    ----------
    values : array, shape (replicates,)
        Finite values in any unit, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Without bounds if fewer than two values are observed.

    Raises
    ------
    ValueError
        Values empty, not a vector or infinite; level not between 0 and 1.

    References
    ----------
    Student 1908.
    """
    check_level(level)
    sample = observed(values)
    n = sample.size
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0, level)
    shifted = sample - sample[0]  # Equal values have a standard deviation of exactly zero.
    mean = float(sample[0] + shifted.mean())
    if n == 1:
        return Interval(mean, math.nan, math.nan, 1, level)
    half = float(t_quantile(n, level) * shifted.std(ddof=1)) / math.sqrt(n)
    return Interval(mean, mean - half, mean + half, n, level)


def quantile_interval(values: ArrayLike, q: float, level: float = 0.95) -> Interval:
    """Quantile of the replicates with its distribution-free interval, between two order statistics.

    How many of n values lie below the true quantile is binomial, so the interval covers it with at least
    the level, and misses it on each side with at most half of the remainder.

    Parameters
    ----------
    values : array, shape (replicates,)
        Values in any unit, possibly infinite, NaN where missing.
    q : float
        Which quantile, between 0 and 1; 0.5 is the median.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        The estimate interpolates linearly between order statistics. A bound is infinite where there are
        too few values for one.

    Raises
    ------
    ValueError
        Values empty or not a vector; q or level not between 0 and 1.

    References
    ----------
    Thompson 1936: the interval, :func:`scipy.stats.quantile_test`. Hyndman & Fan 1996, definition 7: the
    estimate.
    """
    from scipy import stats

    check_level(level)
    if not 0.0 < q < 1.0:
        raise ValueError(f"q is {q}; it must lie between 0 and 1, as 0.5 does for the median")
    ordered = np.sort(observed(values, finite=False))
    n = ordered.size
    if n == 0:
        return Interval(math.nan, -math.inf, math.inf, 0, level)
    estimate = float(ordered_quantiles(ordered[:, None], np.array([n]), np.array([q]))[0, 0])
    low, high = stats.quantile_test(ordered, p=q).confidence_interval(level)
    low = -math.inf if math.isnan(low) else float(low)
    high = math.inf if math.isnan(high) else float(high)
    # An extreme quantile of few values is estimated further in than its interval lies.
    return Interval(estimate, min(low, estimate), max(high, estimate), n, level)


def proportion_interval(hits: int, n: int, level: float = 0.95) -> Interval:
    """Proportion of n replicates with Wilson's score interval.

    Its coverage equals the level on average over true proportions, but not for each: at level 0.95 it
    falls to 0.84 for a true proportion of about 0.18/n or 1 − 0.18/n.

    Parameters
    ----------
    hits, n : int
        Successes and trials, 0 ≤ hits ≤ n.
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
    Wilson 1927, as in :func:`scipy.stats.binomtest`; Brown, Cai & DasGupta 2001: coverage.
    """
    from scipy import stats

    check_level(level)
    if not (0 <= hits <= n and int(hits) == hits and int(n) == n):
        raise ValueError(f"hits is {hits} of n {n}; they must be whole numbers with 0 ≤ hits ≤ n")
    if n == 0:
        return Interval(math.nan, 0.0, 1.0, 0, level)
    low, high = stats.binomtest(int(hits), int(n)).proportion_ci(level, "wilson")
    estimate = hits / n
    # Rounding must not put a bound beyond the estimate.
    return Interval(estimate, min(low, estimate), max(high, estimate), int(n), level)


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
        Of the values that are not missing; NaN at times without any.
    n : array of int, shape (times,)
        How many values are not missing.

    Raises
    ------
    ValueError
        Values empty or not replicates by times; quantiles empty, not a vector or not from 0 to 1.

    References
    ----------
    Hyndman & Fan 1996, definition 7.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or table.size == 0:
        raise ValueError(
            f"values has shape {table.shape}; it must be replicates by times, at least one of each"
        )
    which = as_vector("quantiles", quantiles)
    if not ((which >= 0.0) & (which <= 1.0)).all():
        raise ValueError(f"quantiles are {which.tolist()}; each must lie from 0 to 1")
    n = (~np.isnan(table)).sum(axis=0, dtype=np.int64)
    ordered = np.sort(table, axis=0)  # NaN are sorted last, so a column of NaN gives NaN.
    return ordered_quantiles(ordered, np.maximum(n, 1), which), n


def ordered_quantiles(ordered: Array, n: Counts, quantiles: Array) -> Array:
    """Quantiles of columns in ascending order; unlike NumPy's they allow infinite values.

    Parameters
    ----------
    ordered : array, shape (replicates, times)
        The first n values of each column count.
    n : array of int, shape (times,)
        At least one.
    quantiles : array, shape (quantiles,)
        From 0 to 1.

    Returns
    -------
    array, shape (quantiles, times)
        Interpolated linearly between order statistics.
    """
    position = quantiles[:, None] * (n - 1.0)
    below = np.floor(position).astype(np.int64)
    fraction = position - below
    low = np.take_along_axis(ordered, below, axis=0)
    high = np.take_along_axis(ordered, np.minimum(below + 1, n - 1), axis=0)
    with np.errstate(invalid="ignore"):  # There is nothing between −∞ and ∞ to interpolate: NaN.
        return np.where((fraction == 0.0) | (low == high), low, low + fraction * (high - low))
