"""Sums of many numbers, and of few that nearly cancel."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import kernel, procedure

Array = NDArray[np.float64]

LANES = 8
"""Sums that :func:`pairwise_sum` keeps side by side."""
LEAF = 128
"""Number of terms up to which :func:`pairwise_sum` does not halve."""
MAX_HALVINGS = 64
DISTILLATIONS = 3
"""Passes of :func:`exact_sum`: each is as good as twice, three times … as many digits."""


@kernel
def pairwise_sum(values: Array) -> float:
    """Sum of a contiguous vector; rounding errors grow with the logarithm of its length.

    Halves of the vector are summed and added, down to :data:`LEAF` terms: the order in which NumPy adds
    them, so that the result has the bits of :func:`numpy.sum`.
    """
    if values.size <= LEAF:
        return _sum_of_few(values)
    # A loop: compiled functions that call themselves do not survive being kept on disk (Numba 0.68).
    lefts, rights = np.empty(MAX_HALVINGS), np.empty(MAX_HALVINGS, np.int64)
    level, first, n = 0, 0, values.size
    while True:
        while n > LEAF:
            half = n // 2
            half -= half % LANES
            rights[level], n = n - half, half
            level += 1
        total = _sum_of_few(values[first : first + n])
        first += n
        while level > 0 and rights[level - 1] == 0:  # Both halves are summed.
            level -= 1
            total = lefts[level] + total
        if level == 0:
            return total
        lefts[level - 1], n = total, rights[level - 1]
        rights[level - 1] = 0


@procedure
def _sum_of_few(values: Array) -> float:
    """Sum of a few numbers, every eighth of them in one lane."""
    if values.size < LANES:
        total = 0.0
        for i in range(values.size):
            total += values[i]
        return total
    # Variables rather than an array: they stay in registers, and vector units add four at a time.
    s0, s1, s2, s3 = values[0], values[1], values[2], values[3]
    s4, s5, s6, s7 = values[4], values[5], values[6], values[7]
    whole = values.size - values.size % LANES
    for i in range(LANES, whole, LANES):
        s0 += values[i]
        s1 += values[i + 1]
        s2 += values[i + 2]
        s3 += values[i + 3]
        s4 += values[i + 4]
        s5 += values[i + 5]
        s6 += values[i + 6]
        s7 += values[i + 7]
    total = float(((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)))
    for i in range(whole, values.size):
        total += values[i]
    return total


def exact_sum(terms: Iterable[Any]) -> Any:
    """Sum of a few numbers, or of arrays element by element, as if rounded once.

    Terms may be far larger than their sum: every pass over them replaces each partial sum by itself and
    its rounding error, which is exact.

    Parameters
    ----------
    terms : iterable of float or array
        Of one unit; four to six of them.

    References
    ----------
    Ogita, Rump and Oishi 2005, SIAM J Sci Comput 26:1955, algorithm SumK.
    """
    parts = list(terms)
    for _ in range(DISTILLATIONS):
        for i in range(1, len(parts)):
            parts[i], parts[i - 1] = _sum_and_error(parts[i], parts[i - 1])
    return sum(parts[:-1]) + parts[-1]


def _sum_and_error(a: Any, b: Any) -> tuple[Any, Any]:
    """Sum of two numbers, and what rounding cut off."""
    total = a + b
    added = total - a
    return total, (a - (total - added)) + (b - added)
