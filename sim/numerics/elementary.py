"""Elementary functions with the same bits in every engine.

The exponential of one C library differs from that of another in the last bit, and a loop that calls it
cannot use the processor's vector units. The functions here consist of additions, multiplications,
divisions and square roots only, each of which IEEE 754 defines to the bit. So interpreted Python, NumPy
arrays and compiled loops agree exactly, on every machine, and a compiled loop over cells vectorises.
"""

from typing import Any

import numpy as np
from numba.extending import overload

from sim.numerics.jit import law
from sim.numerics.significand import split

LOG_OF_TWO = 0.6931471805599453


@law
def sqrt(x: float) -> float:
    """Square root of x [1 or any unit]; NaN below zero."""
    root: float = np.sqrt(x)
    return root


@law
def _short_expm1(y: float) -> float:
    """Taylor series of exp(y) − 1 in eleven terms, for |y| below one.

    Terms are added in pairs and groups (Estrin's scheme), which a processor computes side by side;
    Horner's scheme would make each wait for the last.
    """
    y2 = y * y
    y4 = y2 * y2
    first = (1.0 + y * (1 / 2)) + y2 * (1 / 6 + y * (1 / 24))
    second = (1 / 120 + y * (1 / 720)) + y2 * (1 / 5040 + y * (1 / 40320))
    third = (1 / 362880 + y * (1 / 3628800)) + y2 * (1 / 39916800)
    return y * (first + y4 * (second + y4 * third))


@law
def expm1(x: float) -> float:
    """Exponential minus one, exp(x) − 1.

    The argument is divided by 32, a series gives expm1 of that, and expm1(2y) = p (2 + p) with
    p = expm1(y) is applied five times: no cancellation near zero.

    Parameters
    ----------
    x : float or array
        Argument [1]. Relative error below 2e-14 for −9 ≤ x ≤ 9, potentials up to 240 mV, and below
        1e-8 for −25 ≤ x ≤ 25.
    """
    p = _short_expm1(x * 0.03125)
    p = p * (2.0 + p)
    p = p * (2.0 + p)
    p = p * (2.0 + p)
    p = p * (2.0 + p)
    return p * (2.0 + p)


@law
def exp(x: float) -> float:
    """Exponential of x.

    The argument is divided by 32, and the exponential of that is squared five times.

    Parameters
    ----------
    x : float or array
        Argument [1]. Relative error below 3e-14 for −9 ≤ x ≤ 9, and below 1e-8 for −25 ≤ x ≤ 25.
    """
    e = 1.0 + _short_expm1(x * 0.03125)
    e = e * e
    e = e * e
    e = e * e
    e = e * e
    return e * e


@law
def log(x: float) -> float:
    """Natural logarithm.

    Of x = m · 2^e with m near one it is e log 2 + 2 artanh((m − 1)/(m + 1)), a series of nine terms.

    Parameters
    ----------
    x : float or array
        Argument [1]. Absolute error below 1e-14 for 1e-3 ≤ x ≤ 1e3, the range of any ratio of
        concentrations here. Zero and negative numbers give NaN.
    """
    m, exponent = split(x)
    z = (m - 1.0) / (m + 1.0)
    s = z * z
    s2 = s * s
    low = (1.0 + s * (1 / 3)) + s2 * (1 / 5 + s * (1 / 7))
    high = (1 / 9 + s * (1 / 11)) + s2 * (1 / 13 + s * (1 / 15))
    series = low + (s2 * s2) * (high + (s2 * s2) * (1 / 17))
    return exponent * LOG_OF_TWO + 2.0 * z * series


@law
def rough_log(x: float) -> float:
    """Natural logarithm for the start of a search.

    Parameters
    ----------
    x : float or array
        Argument [1], positive. Absolute error below 0.02.
    """
    m, exponent = split(x)
    f = m - 1.0
    return exponent * LOG_OF_TWO + f * (1.0 - f * (1 / 2 - f * (1 / 3)))


def maximum(a: float, b: float) -> float:
    """Larger of two numbers of one unit."""
    larger: float = np.maximum(a, b)
    return larger


@overload(maximum)  # type: ignore[untyped-decorator]
def _compiled_maximum(a: Any, b: Any) -> Any:
    """Choose by one comparison; NumPy's function also looks for NaN, which takes vector units longer."""

    def choose(a: Any, b: Any) -> Any:
        return b if a < b else a

    return choose


def clamp(x: float, low: float, high: float) -> float:
    """X [any unit], or the bound that it lies beyond; NaN stays NaN."""
    inside: float = np.minimum(high, np.maximum(low, x))
    return inside


@overload(clamp)  # type: ignore[untyped-decorator]
def _compiled_clamp(x: Any, low: Any, high: Any) -> Any:
    """Clamp by two comparisons."""

    def choose(x: Any, low: Any, high: Any) -> Any:
        raised = low if x < low else x
        return high if raised > high else raised

    return choose


@law
def power(x: float, exponent: float) -> float:
    """X to a real exponent, exp(exponent · log x); ranges of :func:`log` and :func:`expm1`."""
    return exp(exponent * log(x))


@law
def cube_root(x: float) -> float:
    """Cube root of x [any unit], from 1e-10 to 1e10, to a relative error below 1e-12.

    Two steps of Newton's method from the estimate by logarithms.
    """
    y = power(x, 1.0 / 3.0)
    y = (2.0 * y + x / (y * y)) / 3.0
    return (2.0 * y + x / (y * y)) / 3.0
