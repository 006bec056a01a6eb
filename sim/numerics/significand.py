"""Significand and exponent of a number, in interpreted and in compiled code: the same bits in both."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

ROOT_OF_HALF = 0.7071067811865476
"""Lower end of the range into which significands are brought [1]."""
_ROOT_OF_HALF_BITS = int(np.float64(ROOT_OF_HALF).view(np.int64))
_FRACTION_BITS = 52


def split(x: float) -> tuple[float, float]:
    """Significand m and exponent e of x = m · 2^e, with m from the root of ½ to the root of 2.

    Parameters
    ----------
    x : float or array
        Number [1], at least 2.3e-308; m is not a number for zero and below.

    Returns
    -------
    tuple of float or array
        Significand and exponent [1].
    """
    half, exponent = np.frexp(x)
    low = half - ROOT_OF_HALF < 0.0
    positive = np.where(x > 0.0, 1.0, np.nan)[()]
    return half * (1.0 + low) * positive, exponent - 1.0 * low


@overload(split)  # type: ignore[untyped-decorator]
def _compiled_split(x: Any) -> Any:
    """Implementation of :func:`split` in compiled code."""

    def by_bits(x: Any) -> Any:
        return _split_bits(x)

    return by_bits if isinstance(x, types.Float) else None


@intrinsic  # type: ignore[untyped-decorator]
def _split_bits(_context: Any, x: Any) -> tuple[Any, Any]:
    """Split by integer arithmetic on the bits of a double, which vectorises; ``frexp`` is a call.

    Subtracting the bits of the root of ½ before the shift rounds the exponent such that the
    significand lies from the root of ½ to the root of 2.
    """

    def build(_target: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        double, integer = ir.DoubleType(), ir.IntType(64)
        (value,) = arguments
        shift = integer(_FRACTION_BITS)
        bits = builder.bitcast(value, integer)
        exponent = builder.ashr(builder.sub(bits, integer(_ROOT_OF_HALF_BITS)), shift)
        significand = builder.bitcast(builder.sub(bits, builder.shl(exponent, shift)), double)
        positive = builder.fcmp_ordered(">", value, double(0.0))
        checked = builder.select(positive, significand, double(float("nan")))
        return _target.make_tuple(
            builder, signature.return_type, (checked, builder.sitofp(exponent, double))
        )

    return types.UniTuple(types.float64, 2)(types.float64), build
