"""Exponential, logarithm and square root with the same bits in every engine.

The exponential of a C library differs in the last bit between libraries, and a loop that calls it
cannot use the processor's vector units. These are made of additions, multiplications, divisions and
square roots only, each of which IEEE 754 defines to the bit. So interpreted Python, NumPy arrays and
compiled loops agree exactly, on every machine, and a compiled loop over cells vectorises.
"""

import numpy as np

from sim.compiled import law


@law
def sqrt(x: float) -> float:
    """Square root of x [1 or any unit]; NaN below zero."""
    root: float = np.sqrt(x)
    return root


@law
def _short_expm1(y: float) -> float:
    """Taylor series of exp(y) − 1 in eleven terms, for |y| below one."""
    return y * (1.0 + y * (1 / 2 + y * (1 / 6 + y * (1 / 24 + y * (1 / 120 + y * (1 / 720 + y * (
        1 / 5040 + y * (1 / 40320 + y * (1 / 362880 + y * (1 / 3628800 + y * (
            1 / 39916800)))))))))))  # fmt: skip


@law
def expm1(x: float) -> float:
    """Exponential less one, exp(x) − 1.

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

    Four square roots bring x near one; there log x = 2 artanh((x − 1)/(x + 1)) as a series of
    thirteen terms.

    Parameters
    ----------
    x : float or array
        Argument [1], positive. Absolute error below 1e-14 for 1e-3 ≤ x ≤ 1e3, the range of any
        ratio of concentrations here. Zero gives a finite wrong value, a negative number NaN.
    """
    root = sqrt(sqrt(sqrt(sqrt(x))))
    z = (root - 1.0) / (root + 1.0)
    s = z * z
    series = 1.0 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s * (1 / 9 + s * (1 / 11 + s * (
        1 / 13 + s * (1 / 15 + s * (1 / 17 + s * (1 / 19 + s * (1 / 21 + s * (1 / 23 + s * (
            1 / 25))))))))))))  # fmt: skip
    return 32.0 * z * series


@law
def rough_log(x: float) -> float:
    """Natural logarithm for the start of a search.

    Parameters
    ----------
    x : float or array
        Argument [1], positive. Absolute error below 0.05 for 0.01 ≤ x ≤ 100.
    """
    root = sqrt(sqrt(x))
    return 12.0 * (root * root - 1.0) / (root * root + 4.0 * root + 1.0)


@law
def clamped(x: float, low: float, high: float) -> float:
    """X [any unit], or the bound that it lies beyond."""
    inside: float = np.minimum(high, np.maximum(low, x))
    return inside


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
