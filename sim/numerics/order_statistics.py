"""Percentiles by selection: no more is sorted than they need."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import kernel, law, procedure

Array = NDArray[np.float64]

FEW_VALUES = 12
"""Number of values up to which sorting them by insertion is faster than dividing them."""


@kernel
def write_percentiles(values: Array, percents: Sequence[int], out: Array) -> None:
    """Write percentiles of some numbers, interpolated linearly between neighbours.

    Parameters
    ----------
    values : array
        At least one number; left in another order. A NaN makes all percentiles NaN.
    percents : sequence of int
        Ascending [%].
    out : array
        Receives the percentiles, to the bits of :func:`numpy.percentile`.
    """
    total = 0.0
    for i in range(values.size):
        total += values[i] - values[i]
    if total != 0.0:  # NaN, because a number is NaN, or infinite, which no cell can be.
        for p in range(out.size):
            out[p] = np.nan
        return
    last = values.size - 1
    ranks = np.empty(2 * len(percents), np.int64)
    for p in range(len(percents)):
        below = int(last * (percents[p] / 100))
        ranks[2 * p], ranks[2 * p + 1] = below, min(below + 1, last)
    _order(values, ranks)
    for p in range(len(percents)):
        below, above = values[ranks[2 * p]], values[ranks[2 * p + 1]]
        fraction, step = last * (percents[p] / 100) - ranks[2 * p], above - below
        # From the nearer end, so that either end is met exactly.
        out[p] = below + step * fraction if fraction < 0.5 else above - step * (1.0 - fraction)


@procedure
def _order(values: Array, ranks: NDArray[np.int64]) -> None:
    """Bring the numbers of some ranks, which ascend, to where sorting would bring them."""
    # Parts still to be ordered: from where to where, and which ranks lie there. Never more than ranks.
    parts = np.empty((ranks.size + 1, 4), np.int64)
    _note(parts, 0, 0, values.size, 0, ranks.size)
    n_parts = 1
    while n_parts > 0:
        n_parts -= 1
        start, stop, first, last = parts[n_parts]
        if stop - start <= FEW_VALUES:
            _sort(values, start, stop)
            continue
        middle, cut = _divide(values, start, stop), first
        while cut < last and ranks[cut] < middle:
            cut += 1
        if middle < stop and first < cut:
            _note(parts, n_parts, start, middle, first, cut)
            n_parts += 1
        if middle < stop and cut < last:
            _note(parts, n_parts, middle, stop, cut, last)
            n_parts += 1


@law
def _note(parts: NDArray[np.int64], part: int, start: int, stop: int, first: int, last: int) -> None:
    """Write a part; of a tuple assigned to a row, Numba would compile its message about shapes."""
    parts[part, 0], parts[part, 1], parts[part, 2], parts[part, 3] = start, stop, first, last


@procedure
def _divide(values: Array, start: int, stop: int) -> int:
    """Divide numbers into smaller and larger ones, and return where the larger ones begin.

    That is ``stop`` only if all are equal.
    """
    a, b, c = values[start], values[(start + stop) // 2], values[stop - 1]
    if a > b:
        a, b = b, a
    pivot = a if c < a else b if c > b else c
    middle = start
    for i in range(start, stop):
        # Without a branch, which a processor would guess wrongly every other time.
        value = values[i]
        values[i] = values[middle]
        values[middle] = value
        middle += value < pivot
    if middle > start:
        return middle
    for i in range(start, stop):  # The pivot is the smallest: all that equal it come first.
        value = values[i]
        values[i] = values[middle]
        values[middle] = value
        middle += value <= pivot
    return middle


@procedure
def _sort(values: Array, start: int, stop: int) -> None:
    """Sort a few numbers by insertion."""
    for i in range(start + 1, stop):
        value, place = values[i], i
        while place > start and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value
