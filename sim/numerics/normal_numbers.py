"""Standard normal numbers with the same bits on every machine.

Library samplers call the C library's logarithm, whose last bit differs between processors. Here a
uniform number becomes a normal one by the quantile function of the normal distribution, in arithmetic
that IEEE 754 defines to the bit.

References
----------
Wichura 1988, Algorithm AS 241, Appl Stat 37:477 (coefficients of the three rational functions).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.numerics.elementary import log, sqrt
from sim.numerics.jit import kernel, law
from sim.numerics.random_streams import Purpose, stream, streams

Array = NDArray[np.float64]

CENTRAL_HALF_WIDTH = 0.425
"""Distance of a probability from one half up to which :data:`CENTRAL` is used [1]."""
FAR_TAIL_FROM = 5.0
"""Root of −log of a tail's probability from which :data:`FAR_TAIL` is used [1]."""
MIN_PROBABILITY = 2.0**-54
"""Probability that stands for zero: half of what a uniform number of 53 bits can resolve."""
ROWS_AT_ONCE = 65_536
"""Rows in a chunk of :func:`standard_normal_chunks`."""

CENTRAL = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
NEAR_TAIL = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9),
)  # fmt: skip
FAR_TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15),
)  # fmt: skip
"""Coefficients of the numerator and the denominator of each rational function, from the constant up."""


def standard_normals(
    shape: tuple[int, ...], seed: int, replicate: int, purpose: Purpose, step: int = 0
) -> Array:
    """Independent standard normal numbers of one step of a random stream.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result; a longer first axis leaves the first rows as they were.
    seed, replicate, purpose, step
        Name of the stream, and its step; see :func:`~sim.numerics.random_streams.stream`.

    Returns
    -------
    array
        Of the given shape [1].
    """
    numbers = stream(seed, replicate, purpose, step).random(shape)
    _make_normal(numbers.reshape(-1))
    return numbers


def standard_normal_chunks(
    shape: tuple[int, int], seed: int, replicate: int, purpose: Purpose, step: int = 0
) -> Iterator[tuple[slice, Array]]:
    """Draw the numbers of :func:`standard_normals` in chunks of rows, so that they take little memory.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of all numbers.
    seed, replicate, purpose, step
        See :func:`standard_normals`.

    Yields
    ------
    slice, (columns, rows) array
        Which rows, and their numbers, transposed [1].
    """
    rows, columns = shape
    source = stream(seed, replicate, purpose, step)
    for first in range(0, rows, ROWS_AT_ONCE):
        numbers = source.random((min(ROWS_AT_ONCE, rows - first), columns))
        _make_normal(numbers.reshape(-1))
        yield slice(first, first + len(numbers)), np.ascontiguousarray(numbers.T)


def standard_normal_steps(
    shape: tuple[int, int], seed: int, replicate: int, purpose: Purpose, steps: Sequence[int]
) -> Array:
    """Draw the numbers of :func:`standard_normals` of several steps of a random stream at once.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the numbers of a step.
    seed, replicate, purpose
        See :func:`standard_normals`.
    steps : sequence of int
        Numbers of the steps.

    Returns
    -------
    (steps, columns, rows) array
        The numbers, transposed [1].
    """
    numbers = np.empty((len(steps), *shape))
    for source, room in zip(streams(seed, replicate, purpose, steps), numbers, strict=True):
        source.random(out=room)
    _make_normal(numbers.reshape(-1))
    return np.ascontiguousarray(numbers.transpose(0, 2, 1))


@law
def normal_quantile(probability: float) -> float:
    """Quantile function (inverse of the distribution function) of the standard normal distribution.

    Parameters
    ----------
    probability : float
        From 0 up to, not including, 1 [1]; zero counts as :data:`MIN_PROBABILITY`.

    Returns
    -------
    float
        Quantile [1], relative error below 2e-14.
    """
    q = probability - 0.5
    if -CENTRAL_HALF_WIDTH <= q <= CENTRAL_HALF_WIDTH:
        return q * _rational(CENTRAL_HALF_WIDTH * CENTRAL_HALF_WIDTH - q * q, CENTRAL)
    tail = max(MIN_PROBABILITY, probability if q < 0.0 else 1.0 - probability)
    r = sqrt(-log(tail))
    far = r > FAR_TAIL_FROM
    distance = _rational(r - FAR_TAIL_FROM, FAR_TAIL) if far else _rational(r - 1.6, NEAR_TAIL)
    return -distance if q < 0.0 else distance


@law
def _rational(r: float, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> float:
    """Ratio of two polynomials of seventh degree."""
    numerator, denominator = coefficients[0][7], coefficients[1][7]
    for k in range(6, -1, -1):
        numerator = numerator * r + coefficients[0][k]
        denominator = denominator * r + coefficients[1][k]
    return numerator / denominator


@kernel
def _make_normal(numbers: Array) -> None:
    """Turn uniform numbers into normal ones, in place."""
    for i in range(numbers.size):
        numbers[i] = normal_quantile(numbers[i])
