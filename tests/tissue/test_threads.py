"""Distribution of cells over threads: every block once, about equal numbers of cells."""

from hypothesis import given
from hypothesis import strategies as st

from sim.tissue.context import BLOCK_SIZE, blocks_of
from sim.tissue.threads import LEAST_SHARE, SHARES, shares_of

COUNTS = st.lists(st.integers(0, 60_000), min_size=5, max_size=5).filter(any)


@given(COUNTS, st.integers(1, 64))
def test_every_block_belongs_to_one_thread(counts: list[int], threads: int) -> None:
    blocks = blocks_of(counts)
    shares = shares_of(blocks, threads)
    assert [block for a, b in shares for block in range(a, b)] == list(range(len(blocks)))


@given(COUNTS, st.integers(1, 64))
def test_threads_have_about_equal_numbers_of_cells(counts: list[int], threads: int) -> None:
    blocks = blocks_of(counts)
    number = max(threads, min(SHARES * threads, sum(counts) // LEAST_SHARE))
    for first, last in shares_of(blocks, threads):
        cells = blocks[last - 1, 1] - blocks[first, 0]
        assert cells <= sum(counts) / number + BLOCK_SIZE
