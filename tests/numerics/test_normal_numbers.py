"""Normal numbers: the quantile and its stated error, and numbers that are the same everywhere.

The statistical test has a fixed seed, so it passes always or never. For an unlucky seed a right sampler
fails it with probability :data:`FALSE_ALARMS`.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from sim.numerics.normal_numbers import (
    CENTRAL_HALF_WIDTH,
    FAR_TAIL_FROM,
    MIN_PROBABILITY,
    ROWS_AT_ONCE,
    normal_quantile,
    standard_normal_chunks,
    standard_normal_steps,
    standard_normals,
)
from sim.numerics.normal_numbers import _make_normal as make_normal
from sim.numerics.random_streams import Purpose, stream
from tests.laws.law_tests import reproducible

Array = NDArray[np.float64]

ERROR = 2e-14
"""Relative; stated by :func:`normal_quantile`."""
FALSE_ALARMS = 1e-4
RESOLUTION = 2.0**-53
"""Of a uniform number."""
SEAMS = [0.5 - CENTRAL_HALF_WIDTH, math.exp(-FAR_TAIL_FROM * FAR_TAIL_FROM)]
"""Probabilities of the lower half at which one fraction follows another."""
steps_of_a_uniform_number = st.integers(1, 2**53 - 1)


def quantiles(probabilities: Array) -> Array:
    """Quantiles by the compiled loop."""
    found = probabilities.copy()
    make_normal(found)
    return found


def probabilities() -> Array:
    """Probabilities over the whole range: even ones, both tails, the middle, and around each seam."""
    rng = np.random.default_rng(2027)
    tail = 2.0 ** -rng.uniform(1.0, 53.0, 100_000)
    middle = 0.5 + rng.choice([-1.0, 1.0], 10_000) * 2.0 ** -rng.uniform(2.0, 52.0, 10_000)
    seams = [seam * (1.0 + np.linspace(-1e-9, 1e-9, 2001)) for seam in SEAMS]
    lower = np.concatenate([tail, *seams, [MIN_PROBABILITY, RESOLUTION]])
    return np.concatenate([rng.random(100_000), middle, lower, 1.0 - lower[lower >= RESOLUTION]])


def test_the_quantile_keeps_its_stated_error() -> None:
    """The relative error is below 2e-14 from one end of the range to the other."""
    p = probabilities()
    p = p[p != 0.5]
    assert np.max(np.abs(quantiles(p) / special.ndtri(p) - 1.0)) < ERROR


def test_the_quantile_of_one_half_is_zero() -> None:
    """The middle is exact."""
    assert normal_quantile(0.5) == 0.0


def test_zero_counts_as_half_the_least_uniform_number() -> None:
    """A uniform number may be zero; its quantile is finite all the same."""
    assert normal_quantile(0.0) == normal_quantile(MIN_PROBABILITY)
    assert normal_quantile(0.0) == pytest.approx(float(special.ndtri(MIN_PROBABILITY)), rel=ERROR)
    assert -8.3 < normal_quantile(0.0) < normal_quantile(RESOLUTION)


def test_the_largest_uniform_number_has_a_finite_quantile() -> None:
    """So every uniform number becomes a finite normal one."""
    assert normal_quantile(1.0 - RESOLUTION) == pytest.approx(8.209536151601387, rel=ERROR)


@given(step=steps_of_a_uniform_number)
@reproducible
def test_the_quantile_is_odd_about_one_half(step: int) -> None:
    """The upper half is the lower one with the other sign, to the bit."""
    p = step * RESOLUTION
    assert normal_quantile(1.0 - p) == -normal_quantile(p)


@pytest.mark.parametrize("seam", SEAMS)
def test_the_quantile_is_odd_at_its_seams(seam: float) -> None:
    """Both halves pass from one fraction to another at the same place."""
    near = np.round(seam / RESOLUTION) + np.arange(-50.0, 51.0)
    p = near[near > 0.0] * RESOLUTION
    assert (quantiles(1.0 - p) == -quantiles(p)).all()


def test_the_quantile_rises() -> None:
    """It never falls, however near two probabilities are, also where fractions meet."""
    p = np.unique(probabilities())
    rises = np.diff(quantiles(p))
    assert (rises >= 0.0).all()
    assert (rises[np.diff(p) > 1e-14 * p[1:]] > 0.0).all()


def test_compiled_and_interpreted_quantiles_are_the_same_bits() -> None:
    """One by one in plain Python, or in a compiled loop."""
    p = np.concatenate([probabilities()[::50], [0.0, *SEAMS, *(1.0 - np.array(SEAMS))]])
    plain = np.array([normal_quantile(float(x)) for x in p])
    assert plain.tobytes() == quantiles(p).tobytes()


# The stream


def test_numbers_are_quantiles_of_the_uniform_stream() -> None:
    """Number by number, in the order of the stream."""
    uniform = stream(7, 3, Purpose.TRAITS, 5).random((6, 4))
    found = standard_normals((6, 4), 7, 3, Purpose.TRAITS, 5)
    assert found.tolist() == [[normal_quantile(x) for x in row] for row in uniform.tolist()]


@pytest.mark.parametrize("others", [(), (1,), (2,), (4,), (3, 2)], ids=str)
@pytest.mark.parametrize("n", [1, 5, 99])
def test_a_longer_first_axis_keeps_the_first_rows(n: int, others: tuple[int, ...]) -> None:
    """More cells leave the first ones as they were."""
    few = standard_normals((n, *others), 1, 2, Purpose.FLUCTUATION, 3)
    many = standard_normals((200, *others), 1, 2, Purpose.FLUCTUATION, 3)
    assert few.shape == (n, *others)
    assert few.tobytes() == many[:n].tobytes()


def test_numbers_are_those_of_all_earlier_runs() -> None:
    """Results of earlier seeds depend on these numbers, so they are written down."""
    found = standard_normals((4,), 7, 3, Purpose.TRAITS, 5).tolist()
    assert found == [
        -0.4463503574185439,
        -2.2555275884945005,
        0.40536584018752886,
        -1.4175351872810007,
    ]


@pytest.mark.parametrize("purpose", [Purpose.TRAITS, Purpose.FLUCTUATION, Purpose.PERSON])
def test_numbers_are_normal(purpose: Purpose) -> None:
    """Their distribution is the standard normal one (Kolmogorov and Smirnov's test)."""
    numbers = standard_normals((250_000, 4), 11, 0, purpose).ravel()
    assert stats.kstest(numbers, "norm").pvalue > FALSE_ALARMS


def test_extreme_numbers_are_as_frequent_as_they_should_be() -> None:
    """Beyond four standard deviations lie 6.3e-5 of all (false alarm: 6e-5, as for four errors)."""
    n = 4_000_000
    numbers = standard_normals((n,), 12, 0, Purpose.TRAITS)
    expected = n * 2.0 * float(special.ndtr(-4.0))
    assert abs((np.abs(numbers) > 4.0).sum() - expected) < 4.0 * math.sqrt(expected)


@pytest.mark.parametrize("rows", [1, 200, ROWS_AT_ONCE, ROWS_AT_ONCE + 3])
def test_numbers_in_chunks_are_those_drawn_at_once(rows: int) -> None:
    """Whole chunks and a remainder give every row once, to the bit."""
    at_once = standard_normals((rows, 2), 5, 1, Purpose.FLUCTUATION, 3)
    chunks = list(standard_normal_chunks((rows, 2), 5, 1, Purpose.FLUCTUATION, 3))
    assert np.concatenate([numbers for _, numbers in chunks], axis=1).T.tobytes() == at_once.tobytes()
    assert [cells.start for cells, _ in chunks] == list(range(0, rows, ROWS_AT_ONCE))


def test_numbers_of_many_steps_are_those_of_each() -> None:
    found = standard_normal_steps((7, 2), 5, 1, Purpose.FLUCTUATION, [3, 4, 9])
    for step, numbers in zip((3, 4, 9), found, strict=True):
        alone = standard_normals((7, 2), 5, 1, Purpose.FLUCTUATION, step)
        assert numbers.T.tobytes() == alone.tobytes()
