"""Percentiles by selection."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.numerics.order_statistics import write_percentiles

PERCENTS = (5, 25, 50, 75, 95)


def percentiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Percentiles of a copy."""
    out = np.empty(len(PERCENTS))
    write_percentiles(values.copy(), PERCENTS, out)
    return out


@pytest.mark.parametrize("n", [1, 2, 3, 12, 13, 60, 100, 1001])
@pytest.mark.parametrize("order", ["random", "few values", "equal", "ascending", "descending"])
def test_percentiles_have_the_bits_of_numpy(n: int, order: str) -> None:
    """In any order, with few or many equal numbers."""
    generator = np.random.default_rng(n)
    values = {
        "random": generator.normal(size=n),
        "few values": generator.integers(0, 4, n).astype(float),
        "equal": np.full(n, 2.5),
        "ascending": np.sort(generator.normal(size=n)),
        "descending": -np.sort(generator.normal(size=n)),
    }[order]
    assert percentiles(values).tolist() == np.percentile(values, PERCENTS).tolist()


def test_numbers_are_rearranged_not_changed() -> None:
    values = np.random.default_rng(3).normal(size=500)
    rearranged, out = values.copy(), np.empty(1)
    write_percentiles(rearranged, (50,), out)
    assert np.sort(rearranged).tolist() == np.sort(values).tolist()


@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_number_that_is_none_leaves_no_percentile(place: int) -> None:
    values = np.arange(20.0)
    values[place] = np.nan
    assert np.isnan(percentiles(values)).all()
