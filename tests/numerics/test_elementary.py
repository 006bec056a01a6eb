"""Elementary functions: the error bounds that they state, and the same bits in every engine."""

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from sim.numerics.elementary import clamp, cube_root, exp, expm1, log, maximum, power, sqrt
from sim.numerics.ratio import Ratio, reciprocals, value_of, values_of_three

EXPM1_ERROR = 2e-14
"""Relative; stated by :func:`expm1` for −9 ≤ x ≤ 9."""
EXP_ERROR = 3e-14
"""Relative; stated by :func:`exp` for −9 ≤ x ≤ 9."""
LOG_ERROR = 1e-14
"""Absolute; stated by :func:`log` for 1e-3 ≤ x ≤ 1e3."""
CUBE_ROOT_ERROR = 1e-12
"""Relative; stated by :func:`cube_root` for 1e-10 ≤ x ≤ 1e10."""

EXPONENTS = (-6.0, -0.3, 0.4, 0.8, 1.4, 1.5, 3.0, 7.0, 18.0)

FAR_ERROR = 1e-8
"""Relative; stated by both for −25 ≤ x ≤ 25."""


def relative_error(found: np.ndarray, true: list[float]) -> float:
    """Largest relative error of an array."""
    return float(np.max(np.abs(found / np.array(true) - 1.0)))


@pytest.mark.parametrize(("reach", "error"), [(9.0, EXPM1_ERROR), (25.0, FAR_ERROR)])
def test_expm1_keeps_its_stated_error(reach: float, error: float) -> None:
    """The relative error of expm1 is below what it states."""
    x = np.linspace(-reach, reach, 4000)
    assert relative_error(expm1(x), [math.expm1(v) for v in x]) < error


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_expm1_has_no_cancellation_near_zero(sign: float) -> None:
    """The stated relative error holds for arguments however small."""
    x = sign * np.geomspace(1e-300, 1e-2, 4001)
    assert relative_error(expm1(x), [math.expm1(v) for v in x]) < EXPM1_ERROR


@pytest.mark.parametrize(("reach", "error"), [(9.0, EXP_ERROR), (25.0, FAR_ERROR)])
def test_exp_keeps_its_stated_error(reach: float, error: float) -> None:
    """The relative error of exp is below what it states."""
    x = np.linspace(-reach, reach, 4001)
    assert relative_error(exp(x), [math.exp(v) for v in x]) < error


def test_exp_is_positive_and_rises() -> None:
    """Whatever its error, exp never falls to zero or back over all of its range."""
    found = exp(np.linspace(-25.0, 25.0, 4001))
    assert found[0] > 0.0
    assert np.all(np.diff(found) > 0.0)


@pytest.mark.parametrize("x", [0.0, 5e-324, 0.25, 2.0, 1e300])
def test_sqrt_is_the_square_root(x: float) -> None:
    """The square root is that of IEEE 754."""
    assert sqrt(x) == math.sqrt(x)


def test_sqrt_below_zero_is_nan() -> None:
    """A negative argument gives NaN."""
    with np.errstate(invalid="ignore"):
        assert math.isnan(sqrt(-1.0))


def test_log_keeps_its_stated_error() -> None:
    """The absolute error of log is below 1e-14 from 1e-3 to 1e3, also beside one."""
    x = np.concatenate([np.geomspace(1e-3, 1e3, 4001), 1.0 + np.linspace(-1e-6, 1e-6, 401)])
    assert np.max(np.abs(log(x) - [math.log(v) for v in x])) < LOG_ERROR


@pytest.mark.parametrize("x", [0.0, -1.0])
def test_log_of_zero_and_of_a_negative_number_is_nan(x: float) -> None:
    """No finite number stands for them."""
    assert math.isnan(log(x))


def test_log_keeps_its_error_for_any_number() -> None:
    """From the smallest normal number to the largest the absolute error is that of rounding."""
    x = np.geomspace(2.3e-308, 1.7e308, 4001)
    np.testing.assert_allclose(log(x), np.log(x), rtol=4e-16, atol=LOG_ERROR)


def test_a_single_division_gives_the_values_of_three_ratios() -> None:
    """One division for three ratios, and for two reciprocals, costs a few roundings."""
    rng = np.random.default_rng(5)
    over, under = 10.0 ** rng.uniform(-6.0, 6.0, (2, 3, 1000))
    ratios = [Ratio(numerator=a, denominator=b) for a, b in zip(over, under, strict=True)]
    np.testing.assert_array_equal([value_of(ratio) for ratio in ratios], over / under)
    np.testing.assert_allclose(values_of_three(*ratios), over / under, rtol=1e-15)
    np.testing.assert_allclose(
        reciprocals(under[0], -under[1]), (1 / under[0], -1 / under[1]), rtol=1e-15
    )


@pytest.mark.parametrize("x", [-2.0, 0.0, 0.3, 1.0, 5.0, math.nan])
def test_compiled_clamp_is_that_of_arrays(x: float) -> None:
    """Both give the bound beyond it, and NaN for NaN."""
    here, there = clamp(x, 0.0, 1.0), numba.njit(lambda x: clamp(x, 0.0, 1.0))(x)
    assert here == there or (math.isnan(x) and math.isnan(here) and math.isnan(there))


@pytest.mark.parametrize(("a", "b"), [(1.0, 2.0), (2.0, -1.0), (-3.0, -3.0)])
def test_compiled_maximum_is_that_of_arrays(a: float, b: float) -> None:
    """Of any two numbers."""
    assert maximum(a, b) == numba.njit(lambda a, b: maximum(a, b))(a, b) == max(a, b)


def power_arguments(exponent: float, low: float, high: float) -> np.ndarray:
    """Bases from 1e-3 to 1e3 for which exponent · log x lies between two bounds."""
    x = np.geomspace(1e-3, 1e3, 4001)
    argument = exponent * np.log(x)
    return x[(low <= argument) & (argument <= high)]


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_power_has_the_errors_of_log_and_exp(exponent: float) -> None:
    """Where exp keeps its bound, power adds the error of the logarithm times the exponent."""
    x = power_arguments(exponent, -9.1, 9.2)
    allowed = EXP_ERROR + abs(exponent) * LOG_ERROR
    assert relative_error(power(x, exponent), [math.pow(v, exponent) for v in x]) < allowed


@pytest.mark.parametrize("exponent", [-6.0, 7.0, 18.0])
def test_power_keeps_its_error_over_the_stated_range(exponent: float) -> None:
    """The same over all of the range that the docstrings of log and expm1 give."""
    x = power_arguments(exponent, -25.0, 25.0)
    assert relative_error(power(x, exponent), [math.pow(v, exponent) for v in x]) < FAR_ERROR


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_values_at_the_normal_state_are_exact(exponent: float) -> None:
    """Zero and one map to exactly zero and one, so a healthy steady state is exact."""
    assert (expm1(0.0), exp(0.0), log(1.0)) == (0.0, 1.0, 0.0)
    assert power(1.0, exponent) == 1.0


def test_cube_root_keeps_its_stated_error() -> None:
    """The relative error of the cube root is below 1e-12 from 1e-10 to 1e10."""
    x = np.geomspace(1e-10, 1e10, 20_001)
    assert relative_error(cube_root(x), [math.cbrt(v) for v in x]) < CUBE_ROOT_ERROR


def test_cube_roots_of_cubes_are_near_whole() -> None:
    """One is its own root to the bit; other cubes give theirs."""
    assert cube_root(1.0) == 1.0
    assert [cube_root(float(n**3)) for n in range(1, 100)] == pytest.approx(
        [float(n) for n in range(1, 100)], rel=CUBE_ROOT_ERROR
    )


def test_the_cube_root_rises() -> None:
    """It never falls back over its range."""
    assert np.all(np.diff(cube_root(np.geomspace(1e-10, 1e10, 20_001))) > 0.0)


def compiled(function: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Compiled loop that applies a function to each element of an array."""

    @numba.njit(error_model="numpy")
    def loop(x: np.ndarray) -> np.ndarray:
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = function(x[i])
        return out

    return loop


def compiled_power(x: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Compiled loop of power over bases and exponents."""

    @numba.njit(error_model="numpy")
    def loop(x: np.ndarray, exponent: np.ndarray) -> np.ndarray:
        out = np.empty_like(x)
        for i in range(x.size):
            out[i] = power(x[i], exponent[i])
        return out

    return loop(x, exponent)


def bits(values: Any) -> np.ndarray:
    """Values as the integers that hold the same bits."""
    return np.asarray(values, dtype=np.float64).view(np.int64)


def signed_arguments() -> np.ndarray:
    """Random arguments of either sign, large, ordinary and tiny, with both zeros."""
    rng = np.random.default_rng(2024)
    ordinary = rng.uniform(-25.0, 25.0, 3000)
    tiny = 10.0 ** rng.uniform(-307.0, 0.0, 1000) * rng.choice([-1.0, 1.0], 1000)
    return np.concatenate([ordinary, tiny, [0.0, -0.0]])


def positive_arguments() -> np.ndarray:
    """Random positive arguments, most of them within 1e-3 to 1e3."""
    rng = np.random.default_rng(2025)
    return np.concatenate([10.0 ** rng.uniform(-3.0, 3.0, 3000), rng.uniform(0.9, 1.1, 1000), [0.0]])


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (expm1, signed_arguments()),
        (exp, signed_arguments()),
        (log, positive_arguments()),
        (sqrt, positive_arguments()),
        (cube_root, positive_arguments()[:-1]),
    ],
    ids=["expm1", "exp", "log", "sqrt", "cube_root"],
)
def test_floats_arrays_and_compiled_loops_give_the_same_bits(
    function: Callable[..., Any], arguments: np.ndarray
) -> None:
    """A float, an array and a compiled loop agree in every bit."""
    one_by_one = bits([function(float(v)) for v in arguments])
    np.testing.assert_array_equal(bits(function(arguments)), one_by_one)
    np.testing.assert_array_equal(bits(compiled(function)(arguments)), one_by_one)


def test_power_gives_the_same_bits_in_floats_arrays_and_compiled_loops() -> None:
    """The same for power, over random bases and exponents."""
    rng = np.random.default_rng(2026)
    x = 10.0 ** rng.uniform(-1.0, 1.0, 3000)
    exponent = rng.uniform(-10.0, 10.0, 3000)
    one_by_one = bits([power(float(v), float(e)) for v, e in zip(x, exponent, strict=True)])
    np.testing.assert_array_equal(bits(power(x, exponent)), one_by_one)
    np.testing.assert_array_equal(bits(compiled_power(x, exponent)), one_by_one)
