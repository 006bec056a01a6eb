"""Error of a step: the largest over the state, each relative to the size of its own quantity.

The norm is a maximum, not a root mean square. A maximum does not depend on the order in which it is
taken, so any division of the work among threads gives the same bits; and it bounds the error of every
cell, where a mean over ten thousand cells would let a single one go astray.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import kernel, law, procedure, vector_kernel

Vector = NDArray[np.float64]

STATES_AT_ONCE = 512
"""States whose errors are compared side by side.

Without fast-math LLVM does not vectorise a loop that ends in one maximum; it does vectorise one that
updates a maximum for each of many places.
"""


class Segments(NamedTuple):
    """How the flat state vector divides into quantities, each of which has one scale.

    ``ends`` holds the index after each segment, ``scales`` the size below which its errors count as
    absolute, ``floors`` the value below which a state is impossible, ``weights`` the factor by which its
    errors count [1].
    """

    ends: NDArray[np.int64]
    scales: Vector
    floors: Vector
    weights: Vector


class ErrorWeights(NamedTuple):
    """Weights in the error of a step: of its change, of what it kept, and of the rates at its end."""

    change: float
    kept: float
    rates: float


@kernel
def largest_error(
    y: Vector,
    y_new: Vector,
    kept: Vector,
    f1: Vector,
    weights: ErrorWeights,
    segments: Segments,
    first_segment: int,
) -> float:
    """Largest estimated error of a step over the segments from one on [1].

    It is infinite if a state is impossible.
    """
    maxima, largest = np.empty(STATES_AT_ONCE), 0.0
    for s in range(first_segment, segments.ends.size):
        start, stop = segments.ends[s - 1] if s > 0 else 0, segments.ends[s]
        if stop == start + 1:
            scale, floor = segments.scales[s], segments.floors[s]
            error = error_of_state(y[start], y_new[start], kept[start], f1[start], weights, scale, floor)
            largest = max(largest, segments.weights[s] * error)
        else:
            cut = slice(start, stop)
            error = error_in_segment(
                y[cut], y_new[cut], kept[cut], f1[cut], weights, s, segments, maxima
            )
            largest = max(largest, error)
    return largest


@procedure
def error_in_segment(
    y: Vector,
    y_new: Vector,
    kept: Vector,
    f1: Vector,
    weights: ErrorWeights,
    s: int,
    segments: Segments,
    maxima: Vector,
) -> float:
    """Largest error of some states of segment s [1]; see :func:`largest_error`.

    ``maxima`` is scratch; as many states as it has places are compared side by side.
    """
    scale, floor, largest = segments.scales[s], segments.floors[s], 0.0
    errors = maxima[: y.size]
    for i in range(errors.size):
        errors[i] = 0.0
    for start in range(0, y.size, errors.size):
        stop = min(start + errors.size, y.size)
        _update_maxima(
            y[start:stop],
            y_new[start:stop],
            kept[start:stop],
            f1[start:stop],
            weights,
            scale,
            floor,
            errors,
        )
    for error in errors:
        largest = max(largest, error)
    return float(segments.weights[s] * largest)


@vector_kernel
def _update_maxima(
    y: Vector,
    y_new: Vector,
    kept: Vector,
    f1: Vector,
    weights: ErrorWeights,
    scale: float,
    floor: float,
    errors: Vector,
) -> None:
    """Replace each error by that of a state if that is larger."""
    for i in range(y.size):
        error = error_of_state(y[i], y_new[i], kept[i], f1[i], weights, scale, floor)
        errors[i] = error if error > errors[i] else errors[i]


@law
def error_of_state(
    y: float, y_new: float, kept: float, f1: float, weights: ErrorWeights, scale: float, floor: float
) -> float:
    """Estimated error of a state after a step over its size [1]; infinite if the state is impossible."""
    size = abs(y_new)
    size = size if size > scale else scale
    error = abs(weights.change * (y_new - y) + (weights.kept * kept + weights.rates * f1)) / size
    possible = error < np.inf and y_new >= floor
    return error if possible else np.inf


@kernel
def impossible_state(y: Vector, f: Vector, segments: Segments) -> tuple[int, bool]:
    """Find the first state that is not finite or is below its floor.

    Returns
    -------
    int, bool
        Its index, −1 if there is none, and whether it is below its floor.
    """
    start = 0
    for s in range(segments.ends.size):
        floor = segments.floors[s]
        for i in range(start, segments.ends[s]):
            if not (np.isfinite(y[i]) and np.isfinite(f[i])):
                return i, False
            if y[i] < floor:
                return i, True
        start = segments.ends[s]
    return -1, False
