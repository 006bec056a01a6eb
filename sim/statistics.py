"""Statistics of replicate studies: arms whose replicates share their random numbers.

A replicate that shares its random numbers with one of another arm is paired with it, so arms are
compared by the differences within pairs. A value that is NaN is not there: functions leave it out, or
its pair, and say how many are left. That is fair only if it is missing for no reason to do with it.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # scipy.stats takes far longer to load.

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


class Interval(NamedTuple):
    """An estimate and its confidence interval.

    A bound is NaN where the replicates give none, infinite where they leave that side open.
    """

    estimate: float
    low: float
    high: float
    n: int
    """Replicates, or pairs of them, behind it."""
    level: float

    def text(self, unit: str = "", digits: int = 2) -> str:
        """Words for people, such as "0.31 mM (95 % interval 0.22 to 0.40, n 200)".

        Parameters
        ----------
        unit : str
            Unit of the estimate.
        digits : int
            Significant digits of the distance between the bounds, at least one. The three numbers have
            as many decimals as that takes.
        """
        estimate, low, high = _written((self.estimate, self.low, self.high), digits)
        unit = f" {unit}" if unit else ""
        told = "unknown" if math.isnan(self.estimate) else estimate + unit
        bounds = f"{100.0 * self.level:g} % interval {low} to {high}"
        if math.isnan(self.low) or math.isnan(self.high):
            bounds = "no interval"
        return f"{told} ({bounds}, n {self.n})"


def _written(numbers: tuple[float, ...], digits: int) -> list[str]:
    """Write numbers with as many decimals as give their spread so many significant digits."""
    if digits < 1:
        raise ValueError(f"digits is {digits}; it must be at least 1")
    finite = [x for x in numbers if math.isfinite(x)] or [0.0]
    largest, spread = max(map(abs, finite)), max(finite) - min(finite)
    magnitude = math.floor(math.log10(largest)) if largest else 0
    if spread > 1e-9 * largest:  # Less is rounding and not worth writing out.
        decimals = digits - 1 - math.floor(math.log10(spread))
    else:
        decimals = digits - magnitude if largest else 0
    if -5 < magnitude < 7:
        return [f"{x:z.{max(decimals, 0)}f}" for x in numbers]
    return [f"{x:z.{max(decimals + magnitude, 0)}e}" for x in numbers]


def _check_level(level: float) -> None:
    """Raise ValueError unless a level of confidence lies between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, as 0.95 does")


def _row(name: str, values: ArrayLike, finite: bool = True) -> Array:
    """Values as one row of numbers; ValueError if they are not, or if they are infinite."""
    row = np.asarray(values, dtype=float)
    if row.ndim != 1 or row.size == 0:
        raise ValueError(f"{name} has shape {row.shape}; it must be one row of at least one number")
    if finite and np.isinf(row).any():
        raise ValueError(f"{name} has infinite values; they must be finite, or NaN where missing")
    return row


def _there(values: ArrayLike, finite: bool = True) -> Array:
    """Values that are not NaN."""
    row = _row("values", values, finite)
    return row[~np.isnan(row)]


def _pairs(
    a: ArrayLike, b: ArrayLike, names: tuple[str, str] = ("a", "b"), finite: bool = True
) -> tuple[Array, Array]:
    """Both rows where neither is NaN; ValueError if one is longer."""
    first, second = _row(names[0], a, finite), _row(names[1], b, finite)
    if first.size != second.size:
        raise ValueError(
            f"{names[0]} has {first.size} values and {names[1]} {second.size}; "
            "pairs need as many of one as of the other"
        )
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def _normal_quantile(level: float) -> float:
    """Standard errors to each side that hold a part ``level`` of a normal distribution."""
    return -float(special.ndtri(0.5 * (1.0 - level)))  # The lower tail keeps its digits near level 1.


def _t_quantile(n: ArrayLike, level: float) -> Array:
    """Standard errors to each side of the mean of n values, by Student's t; n at least 2."""
    return -np.asarray(special.stdtrit(np.asarray(n) - 1.0, 0.5 * (1.0 - level)), dtype=float)


# One arm


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
    _check_level(level)
    there = _there(values)
    n = there.size
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0, level)
    above = there - there[0]  # Equal values have no spread at all, not even of rounding.
    mean = float(there[0] + above.mean())
    if n == 1:
        return Interval(mean, math.nan, math.nan, 1, level)
    half = float(_t_quantile(n, level) * above.std(ddof=1)) / math.sqrt(n)
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
    _check_level(level)
    if not 0.0 < q < 1.0:
        raise ValueError(f"q is {q}; it must lie between 0 and 1, as 0.5 does for the median")
    ordered = np.sort(_there(values, finite=False))
    n = ordered.size
    if n == 0:
        return Interval(math.nan, -math.inf, math.inf, 0, level)
    below = np.arange(n + 1)
    too_few = int((special.bdtr(below, n, q) <= 0.5 * (1.0 - level)).sum())
    enough = int((special.bdtrc(below, n, q) > 0.5 * (1.0 - level)).sum())
    low = float(ordered[too_few - 1]) if too_few > 0 else -math.inf
    high = float(ordered[enough]) if enough < n else math.inf
    estimate = float(_ordered_quantiles(ordered[:, None], np.array([n]), np.array([q]))[0, 0])
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
    _check_level(level)
    if not (0 <= hits <= n and int(hits) == hits and int(n) == n):
        raise ValueError(f"hits is {hits} of n {n}; they must be whole numbers with 0 ≤ hits ≤ n")
    if n == 0:
        return Interval(math.nan, 0.0, 1.0, 0, level)
    part, z2 = hits / n, _normal_quantile(level) ** 2 / n
    middle = (part + 0.5 * z2) / (1.0 + z2)
    half = math.sqrt(z2 * (part * (1.0 - part) + 0.25 * z2)) / (1.0 + z2)
    low = 0.0 if hits == 0 else middle - half  # Rounding must not put a bound beyond the estimate.
    high = 1.0 if hits == n else middle + half
    return Interval(part, low, high, int(n), level)


def _ordered_quantiles(ordered: Array, n: Counts, quantiles: Array) -> Array:
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
    which = _row("quantiles", quantiles)
    if not ((which >= 0.0) & (which <= 1.0)).all():
        raise ValueError(f"quantiles are {which.tolist()}; each must lie from 0 to 1")
    n = (~np.isnan(table)).sum(axis=0, dtype=np.int64)
    ordered = np.sort(table, axis=0)  # NaN go last, so a column of NaN gives NaN.
    return _ordered_quantiles(ordered, np.maximum(n, 1), which), n


# Two arms, paired


def paired_difference(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval:
    """Mean of b − a over pairs with Student's t interval.

    Parameters
    ----------
    a, b : array, shape (replicates,)
        The same replicates in two arms: finite values in one unit, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Without bounds if fewer than two pairs are there.

    Raises
    ------
    ValueError
        Arms empty, not one row, infinite or not of one length; level not between 0 and 1.

    References
    ----------
    Student 1908.
    """
    _check_level(level)
    before, after = _pairs(a, b)
    if before.size == 0:
        return Interval(math.nan, math.nan, math.nan, 0, level)
    return mean_interval(after - before, level)


def paired_proportion_difference(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval:
    """Proportion of b less that of a over pairs, with the adjusted Wald interval of Bonett and Price.

    One pair of each discordant sort is added to the observed ones, so the interval has a width even if
    no pair differs. Arms that share random numbers often differ one way only. The interval of Agresti
    and Min (2005), which adds half a pair of each of the four sorts, then covers a rare difference with
    0.85 only at level 0.95; this one with 0.93, and any difference with at least 0.90 from twelve pairs
    on. At levels below 0.8 it may leave out an estimate of ±1.

    Parameters
    ----------
    a, b : array, shape (replicates,)
        The same replicates in two arms: true or false, or 1 or 0; NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Differences of proportions [1], bounds within ±1. Of no pairs the estimate is NaN.

    Raises
    ------
    ValueError
        Arms empty, not one row, of other values or not of one length; level not between 0 and 1.

    References
    ----------
    Bonett & Price 2012; Fagerland, Lydersen & Laake 2014: comparison with others.
    """
    _check_level(level)
    before, after = _pairs(a, b)
    for name, arm in (("a", before), ("b", after)):
        if not np.isin(arm, (0.0, 1.0)).all():
            raise ValueError(f"{name} has values that are neither true, false, 1, 0 nor NaN")
    n = before.size
    if n == 0:
        return Interval(math.nan, -1.0, 1.0, 0, level)
    gained, lost = int((after > before).sum()), int((after < before).sum())
    middle = (gained - lost) / (n + 2.0)
    half = _normal_quantile(level) * math.sqrt(
        ((gained + lost + 2.0) / (n + 2.0) - middle * middle) / (n + 2.0)
    )
    return Interval((gained - lost) / n, max(middle - half, -1.0), min(middle + half, 1.0), n, level)


def _variance(values: Array, rounding: float) -> float:
    """Variance of n ≥ 2 values; zero where it is only rounding [variance]."""
    variance = float(values.var(ddof=1))
    return variance if variance > rounding else 0.0


def _variances_without_each(values: Array, rounding: float) -> Array:
    """Variances of n ≥ 3 values less each in turn; zero where they are only rounding [variance]."""
    n = values.size
    squares = (values - values.mean()) ** 2
    total = squares.sum()
    without = (total - n / (n - 1.0) * squares) / (n - 2.0)
    # Without the only value that differs there is no variance, though rounding leaves some of the sum.
    return np.where(without > max(1e-12 * total, rounding), without, 0.0)


def variance_reduction(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval:
    """How many times fewer replicates the mean of b − a takes for being paired.

    This is V = (var a + var b) / var(a − b): one without correlation, ½ at worst. The interval is the
    jackknife's on log(2V − 1) = log(var(a + b) / var(a − b)), which has the whole line as its range and
    the same variance for every V if a and b are normal with one variance. It covers V with 0.92 to 0.96
    at level 0.95 from ten pairs on, for normal arms and moderately skewed ones; the jackknife on log V
    does so with as little as 0.91, and may leave V's range.

    Parameters
    ----------
    a, b : array, shape (replicates,)
        The same replicates in two arms: finite values in one unit, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Ratios [1]. Infinite without bounds if all pairs differ by the same, NaN if no value varies.
        Without bounds for fewer than three pairs; NaN for fewer than two.

    Raises
    ------
    ValueError
        Arms empty, not one row, infinite or not of one length; level not between 0 and 1.

    References
    ----------
    Miller 1968: jackknifing variances. Fisher 1921: the transformation.
    """
    _check_level(level)
    first, second = _pairs(a, b)
    n = first.size
    if n < 2:
        return Interval(math.nan, math.nan, math.nan, n, level)
    total, difference = first + second, first - second
    # Arms that differ by a constant do so up to the rounding of their values.
    rounding = float(4.0 * np.finfo(float).eps * np.abs([first, second]).max()) ** 2
    of_total, of_difference = _variance(total, rounding), _variance(difference, rounding)
    if of_difference == 0.0:
        return Interval(math.inf if of_total > 0.0 else math.nan, math.nan, math.nan, n, level)
    ratio = of_total / of_difference
    estimate = 0.5 + 0.5 * ratio
    if n == 2 or ratio == 0.0:
        return Interval(estimate, math.nan, math.nan, n, level)
    totals = _variances_without_each(total, rounding)
    differences = _variances_without_each(difference, rounding)
    reach = math.inf  # If all the variance comes from one pair, the interval is all there can be.
    if totals.all() and differences.all():
        reach = float(_t_quantile(n, level)) * math.sqrt((n - 1.0) * np.log(totals / differences).var())
    factor = math.exp(reach) if reach < 600.0 else math.inf  # No larger number can be held.
    return Interval(estimate, 0.5 + 0.5 * ratio / factor, 0.5 + 0.5 * ratio * factor, n, level)


def ratio_interval(part: ArrayLike, whole: ArrayLike, level: float = 0.95) -> Interval:
    """Sum of one quantity over the sum of another in the same replicates, with the jackknife's interval.

    Unlike the mean of each replicate's own ratio it is not torn about by replicates whose whole is near
    zero.

    Parameters
    ----------
    part, whole : array, shape (replicates,)
        Finite values in one unit, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    Interval
        Ratio [1]. NaN if the whole adds up to zero; without bounds for fewer than two replicates, or if
        the whole without one of them adds up to zero.

    Raises
    ------
    ValueError
        Rows empty, infinite or not of one length; level not between 0 and 1.

    References
    ----------
    Cochran 1977, Sampling Techniques, chapter 6.
    """
    _check_level(level)
    above, below = _pairs(part, whole, ("part", "whole"))
    n, all_below = above.size, below.sum()
    if n == 0 or all_below == 0.0:
        return Interval(math.nan, math.nan, math.nan, n, level)
    ratio = float(above.sum() / all_below)
    left = all_below - below
    if n == 1 or not left.all():
        return Interval(ratio, math.nan, math.nan, n, level)
    without_each = (above.sum() - above) / left
    error = math.sqrt((n - 1.0) * float(np.square(without_each - without_each.mean()).mean()))
    half = float(_t_quantile(n, level)) * error
    return Interval(ratio, ratio - half, ratio + half, n, level)


# How many replicates


def half_widths(values: ArrayLike, level: float = 0.95) -> Array:
    """Half-width of the mean's interval after each replicate from the second on.

    Each is that of :func:`mean_interval` of the replicates so far. It is for choosing the number of a
    study to come: an interval that ended its study by being narrow enough covers less than its level.

    Parameters
    ----------
    values : array, shape (replicates,)
        Finite values in any unit, in order of replicate, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    array, shape (replicates − 1,)
        Half-widths in that unit; NaN until two values are there.

    Raises
    ------
    ValueError
        Values empty, not one row or infinite; level not between 0 and 1.

    References
    ----------
    Welford 1962: the running sum of squares, which no cancellation harms.
    """
    _check_level(level)
    row = _row("values", values)
    there = ~np.isnan(row)
    n = np.cumsum(there)
    from_first = np.where(there, row - row[np.argmax(there)], 0.0)
    mean = np.cumsum(from_first) / np.maximum(n, 1)
    apart = np.where(there, from_first - np.append(0.0, mean[:-1]), 0.0)
    squares = np.cumsum(apart**2 * (n - 1.0) / np.maximum(n, 1))
    half = np.full(row.size, np.nan)
    known = n >= 2
    n = n[known]
    half[known] = _t_quantile(n, level) * np.sqrt(squares[known] / (n - 1.0) / n)
    return half[1:]


def replicates_needed(values: ArrayLike, half_width: float, level: float = 0.95) -> int:
    """How many replicates in all give the mean's interval a half-width, by the spread of those so far.

    Parameters
    ----------
    values : array, shape (replicates,)
        Finite values in any unit, at least two that are not NaN.
    half_width : float
        Positive, in that unit.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    int
        The fewest replicates, at least two, whose interval would be no wider if their standard deviation
        were the present one.

    Raises
    ------
    ValueError
        Values empty, not one row, infinite or fewer than two; half-width not positive and finite or
        below a millionth of the standard deviation; level not between 0 and 1.
    """
    _check_level(level)
    if not 0.0 < half_width < math.inf:
        raise ValueError(f"half_width is {half_width}; it must be positive and finite")
    there = _there(values)
    if there.size < 2:
        raise ValueError(f"values has {there.size} that are not NaN; a spread takes at least two")
    spread = float((there - there[0]).std(ddof=1))
    if half_width < 1e-6 * spread:
        raise ValueError(
            f"half_width is {half_width}; it must be a millionth of the standard deviation {spread:g} "
            "at least"
        )
    widths = spread / half_width
    n = max(2, math.floor((_normal_quantile(level) * widths) ** 2))  # Student's t asks for a few more.
    while _t_quantile(n, level) * widths > math.sqrt(n):
        n += 1
    return n


# Inputs of the replicates


def _ranks(values: Array) -> Array:
    """Ranks from one, equal values sharing the mean of theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Array = np.cumsum(counts) - 0.5 * (counts - 1.0)
    return shared[which]


def _rank_correlation(values: Array, outcome: Array, level: float) -> Interval:
    """Spearman's rho of pairs that are there, with its interval; see :func:`rank_correlations`."""
    n = values.size
    x, y = _ranks(values) - 0.5 * (n + 1.0), _ranks(outcome) - 0.5 * (n + 1.0)
    spread = math.sqrt(float(x @ x) * float(y @ y))
    rho = float(x @ y) / spread if spread else math.nan
    if n < 4 or not spread:
        return Interval(rho, math.nan, math.nan, n, level)
    # Fisher's z of ±1 is infinite. It stands for all that rounds to it: ranks move rho by 12/(n³ − n).
    most = 1.0 - 6.0 / (n * (n * n - 1.0))
    z = math.atanh(min(max(rho, -most), most))
    half = _normal_quantile(level) * math.sqrt((1.0 + 0.5 * rho * rho) / (n - 3.0))
    return Interval(rho, min(math.tanh(z - half), rho), max(math.tanh(z + half), rho), n, level)


def rank_correlations(
    inputs: Mapping[str, ArrayLike], outcome: ArrayLike, level: float = 0.95
) -> dict[str, Interval]:
    """Spearman's rank correlation of each input with the outcome.

    The interval is Fisher's with the variance of Bonett and Wright, (1 + ρ²/2)/(n − 3) for its z. It
    covers ρ with 0.94 to 0.97 at level 0.95 from ten normal pairs on while |ρ| is at most 0.95, and with
    less beyond.

    Parameters
    ----------
    inputs : mapping of arrays, shape (replicates,)
        Values of each input in its unit, NaN where missing.
    outcome : array, shape (replicates,)
        Values in any unit, infinite ones among them if need be, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    dict of Interval
        Correlations [1] in the order of the inputs, each over the pairs that are there. NaN if all
        values of one are equal; without bounds for fewer than four pairs.

    Raises
    ------
    ValueError
        No inputs; an input or the outcome empty, not one row or not of one length; level not between 0
        and 1.

    References
    ----------
    Bonett & Wright 2000.
    """
    _check_level(level)
    if not inputs:
        raise ValueError("inputs is empty; there must be at least one")
    pairs = {
        name: _pairs(values, outcome, (f"input {name!r}", "outcome"), finite=False)
        for name, values in inputs.items()
    }
    return {name: _rank_correlation(*pair, level) for name, pair in pairs.items()}
