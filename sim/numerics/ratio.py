"""Ratios that are not divided yet, so that several can share one division in a loop over cells.

A division takes a processor longer than all other operations of a law together, and vector units have
few dividers.
"""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from sim.numerics.jit import law


class Ratio(NamedTuple):
    """A value that is not divided yet."""

    numerator: float
    denominator: float


@law
def value_of(ratio: Ratio) -> float:
    """Value of a ratio."""
    return ratio.numerator / ratio.denominator


@law
def values_of_three(a: Ratio, b: Ratio, c: Ratio) -> tuple[float, float, float]:
    """Values of three ratios by a single division."""
    a_b = a.denominator * b.denominator
    per_all = 1.0 / (a_b * c.denominator)
    per_a_b = per_all * c.denominator
    return (
        a.numerator * (per_a_b * b.denominator),
        b.numerator * (per_a_b * a.denominator),
        c.numerator * (per_all * a_b),
    )


@law
def reciprocals(a: float, b: float) -> tuple[float, float]:
    """1/a and 1/b by a single division."""
    both = 1.0 / (a * b)
    return b * both, a * both


def scalar_of(ratio_law: Callable[..., Ratio]) -> Callable[..., float]:
    """Make the plain scalar of a law whose documented form, the one that kernels use, is a ratio."""

    @wraps(ratio_law)
    def scalar(*arguments: float, **named: float) -> float:
        return value_of(ratio_law(*arguments, **named))

    scalar.__doc__ = f"Value of :func:`~{ratio_law.__module__}.{ratio_law.__name__}`."
    scalar.__name__ = scalar.__qualname__ = ratio_law.__name__.removesuffix("_ratio")
    return scalar
