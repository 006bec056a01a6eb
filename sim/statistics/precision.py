"""How sure a mean is with so many replicates, and how many it takes to be as sure as one wants."""

import math

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.interval import Array, check_level, normal_quantile, row_of, t_quantile, there_of


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
    check_level(level)
    row = row_of("values", values)
    there = ~np.isnan(row)
    n = np.cumsum(there)
    from_first = np.where(there, row - row[np.argmax(there)], 0.0)
    mean = np.cumsum(from_first) / np.maximum(n, 1)
    apart = np.where(there, from_first - np.append(0.0, mean[:-1]), 0.0)
    squares = np.cumsum(apart**2 * (n - 1.0) / np.maximum(n, 1))
    half = np.full(row.size, np.nan)
    known = n >= 2
    n = n[known]
    half[known] = t_quantile(n, level) * np.sqrt(squares[known] / (n - 1.0) / n)
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
    check_level(level)
    if not 0.0 < half_width < math.inf:
        raise ValueError(f"half_width is {half_width}; it must be positive and finite")
    there = there_of(values)
    if there.size < 2:
        raise ValueError(f"values has {there.size} that are not NaN; a spread takes at least two")
    spread = float((there - there[0]).std(ddof=1))
    if half_width < 1e-6 * spread:
        raise ValueError(
            f"half_width is {half_width}; it must be a millionth of the standard deviation {spread:g} "
            "at least"
        )
    widths = spread / half_width
    n = max(2, math.floor((normal_quantile(level) * widths) ** 2))  # Student's t asks for a few more.
    while t_quantile(n, level) * widths > math.sqrt(n):
        n += 1
    return n
