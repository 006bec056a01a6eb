"""Sums: bits of NumPy's, and few terms that nearly cancel."""

from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.numerics.summation import exact_sum, pairwise_sum
from tests.laws.law_tests import reproducible


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 127, 128, 129, 255, 256, 1000, 4096, 6001, 100_003])
def test_sums_of_vectors_have_the_bits_of_numpy(n: int) -> None:
    """Below eight terms, in lanes with and without a rest, and halved once or often."""
    values = np.random.default_rng(n).normal(size=n)
    assert pairwise_sum(values) == values.sum()


def test_errors_of_sums_stay_small() -> None:
    """A million terms are summed almost as exactly as a few."""
    values = np.random.default_rng(1).uniform(size=1_000_000)
    assert pairwise_sum(values) == pytest.approx(fsum(values), rel=1e-15)


@given(
    terms=st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4),
    left=st.sampled_from([0.0, 1e-16, 1e-13, 1e-6, 1.0]),
)
@reproducible
def test_terms_that_cancel_leave_an_exact_rest(terms: list[float], left: float) -> None:
    """As the sum that Python rounds once."""
    terms = [*terms, -fsum(terms) * (1.0 - left)]
    assert exact_sum(terms) == fsum(terms)


def test_exact_sums_of_arrays_are_those_of_their_elements() -> None:
    rows = np.random.default_rng(2).normal(size=(5, 40)) * np.array([[1e8], [1.0], [1e-8], [1e4], [1e8]])
    rows[4] = -rows[0] + 1e-9
    expected = [exact_sum(column.tolist()) for column in rows.T]
    assert exact_sum(rows).tolist() == expected
