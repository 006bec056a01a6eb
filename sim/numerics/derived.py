"""The plain scalar of a law that is kept as a ratio for the sake of compiled loops."""

from collections.abc import Callable
from functools import wraps

from sim.numerics.elementary import Quotient, quotient


def scalar_of(ratio_law: Callable[..., Quotient]) -> Callable[..., float]:
    """Make the scalar form of a law whose documented form gives a ratio.

    Kernels use the ratio, so that several laws of a cell share one division. Figures, notebooks and
    people at the keyboard want the value.
    """

    @wraps(ratio_law)
    def scalar(*arguments: float, **named: float) -> float:
        return quotient(ratio_law(*arguments, **named))

    scalar.__doc__ = f"Value of :func:`~{ratio_law.__module__}.{ratio_law.__name__}`, divided out."
    scalar.__name__ = scalar.__qualname__ = ratio_law.__name__.removesuffix("_ratio")
    return scalar
