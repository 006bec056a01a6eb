"""Number of cells of each type in a population, and their positions."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import CELL_TYPES, Parameters
from sim.physiology.cell_heterogeneity import allocate, edges_of
from tests.laws.law_tests import reproducible

FRACTIONS = {"large": 0.7, "tiny": 0.01, "medium": 0.2, "small": 0.09}
fractions = st.lists(st.floats(0.001, 1.0), min_size=1, max_size=6).map(
    lambda parts: {f"type {i}": part / sum(parts) for i, part in enumerate(parts)}
)


@given(n_cells=st.integers(1, 10_000), fractions=fractions)
@reproducible
def test_every_cell_is_of_one_type(n_cells: int, fractions: dict[str, float]) -> None:
    """Counts are in the order of the fractions, not negative, and add up to all cells."""
    counts = allocate(n_cells, fractions)
    assert len(counts) == len(fractions)
    assert sum(counts) == n_cells
    assert min(counts) >= 0


@given(n_cells=st.integers(1, 10_000), fractions=fractions)
@reproducible
def test_largest_type_has_the_most_cells(n_cells: int, fractions: dict[str, float]) -> None:
    """No type has more cells than the one with the largest fraction."""
    counts = dict(zip(fractions, allocate(n_cells, fractions), strict=True))
    assert counts[max(fractions, key=lambda kind: fractions[kind])] == max(counts.values())


@pytest.mark.parametrize(
    ("n_cells", "counts"),
    [
        (1, [1, 0, 0, 0]),
        (2, [1, 0, 1, 0]),
        (3, [1, 0, 1, 1]),
        (4, [1, 1, 1, 1]),
        (5, [2, 1, 1, 1]),
        (19, [16, 1, 1, 1]),
        (20, [14, 2, 2, 2]),
        (1000, [700, 100, 100, 100]),
    ],
)
def test_small_types_get_a_tenth_each(n_cells: int, counts: list[int]) -> None:
    """A type gets at least a tenth of the cells; with few cells the largest type goes first."""
    assert allocate(n_cells, FRACTIONS) == counts


def test_a_single_type_has_all_cells() -> None:
    """Without other types nothing is reserved for them."""
    assert allocate(7, {"only": 1.0}) == [7]


@pytest.mark.parametrize("n_cells", [len(CELL_TYPES), 30, 1000])
def test_all_types_are_present(n_cells: int) -> None:
    """With as many cells as types there is one cell of each type."""
    assert min(allocate(n_cells, Parameters().shares())) >= 1


@given(counts=st.lists(st.integers(0, 100), min_size=1, max_size=6))
@reproducible
def test_types_are_contiguous(counts: list[int]) -> None:
    """Edges begin at zero and end at the number of cells; each interval contains one type."""
    edges = edges_of(counts)
    assert (edges[0], edges[-1]) == (0, sum(counts))
    assert [b - a for a, b in pairwise(edges)] == counts
