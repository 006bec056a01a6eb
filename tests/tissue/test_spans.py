"""Small tissues go through many spans at a time, large ones by runs of blocks: the bits are the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest

import sim
from sim.errors import InputError, IntegrationError
from sim.numerics.step_control import FOURTH, SECOND
from sim.simulation.schedule import Schedule
from sim.tissue.context import BLOCK_SIZE
from sim.tissue.spans import Span
from sim.tissue.tissue import N_BODY, Checkpoint, Tissue

CONDITIONS = ("daily-meals", "refractory-hypokalaemia", "potassium-load", "insulin")
HOURS = 30.0


@pytest.fixture
def one_span_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let small tissues take the way of large ones."""
    with monkeypatch.context() as patch:
        patch.setattr(Tissue, "is_small", False)
        yield


def same(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two moments agree in every bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def course(condition: str, *, noise: bool = True, order: int = 0) -> Tissue:
    """A small tissue after a day and a quarter."""
    tissue = Tissue(12, noise=noise, seed=16)
    tissue.order = order
    Schedule(tissue, sim.load(condition)).advance_until(HOURS)
    return tissue


SMALL = {
    (condition, noise): course(condition, noise=noise)
    for condition in CONDITIONS
    for noise in (True, False)
}
"""Small tissues as they are simulated by default."""


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.usefixtures("one_span_at_a_time")
def test_runs_of_blocks_give_the_bits_of_whole_vectors(condition: str, noise: bool) -> None:
    tissue = course(condition, noise=noise)
    assert same(tissue.checkpoint(), SMALL[condition, noise].checkpoint())


def test_a_tissue_is_small_as_long_as_one_block_holds_it() -> None:
    assert Tissue(BLOCK_SIZE, noise=False, heterogeneous=False).is_small
    assert not Tissue(BLOCK_SIZE + 1, noise=False, heterogeneous=False).is_small
    assert not Tissue(10, threads=2).is_small


def test_bodies_are_those_at_the_ends_of_the_spans() -> None:
    tissue, other = (Tissue(6, seed=1) for _ in range(2))
    spans = [Span(3.0, tissue.control, 3.0), Span(4.5, tissue.control), Span(6.0, tissue.control, 3.0)]
    bodies = np.empty((len(spans), N_BODY))
    tissue.advance_through(spans, bodies)
    for span, body in zip(spans, bodies, strict=True):
        if span.fluctuate_hours is not None:
            other.fluctuate(span.fluctuate_hours)
        other.advance_to(span.stop)
        assert np.array_equal(body, np.hstack([np.ravel(part) for part in other.body]))
    assert same(tissue.checkpoint(), other.checkpoint())


def test_a_failure_leaves_the_tissue_where_it_came_to() -> None:
    """Also the spans that were not begun are not drawn."""
    tissue = Tissue(6, seed=1)
    fatal = tissue.control._replace(vomiting=50.0)
    spans = [Span(3.0, tissue.control, 3.0), Span(6.0, fatal, 3.0), Span(9.0, tissue.control, 3.0)]
    with pytest.raises(IntegrationError):
        tissue.advance_through(spans, np.empty((len(spans), N_BODY)))
    assert 3.0 <= tissue.time < 6.0
    assert tissue.draws == 2
    assert tissue.control == fatal


def test_branches_do_not_disturb_each_other() -> None:
    """Each has room of its own, so that they can be advanced at the same time."""
    stem = Tissue(40, seed=16)
    branches = [stem.branch() for _ in range(2)]
    rooms = [tissue.context.scratch for tissue in (stem, *branches)]
    for ours, others in combinations(rooms, 2):
        assert not any(map(np.shares_memory, ours, others))
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                lambda branch: Schedule(branch, sim.load("daily-meals")).advance_until(72.0), branches
            )
        )
    assert same(*(branch.checkpoint() for branch in branches))


@pytest.mark.parametrize("order", [SECOND, FOURTH])
def test_an_order_can_be_imposed(order: int) -> None:
    tissue, free = course("daily-meals", order=order), SMALL["daily-meals", True]
    assert tissue.order == order
    assert tissue.branch().order == order
    assert tissue.fluid.k == pytest.approx(free.fluid.k, rel=1e-3)
    # Meals and noise never leave a day without a discontinuity.
    assert np.array_equal(tissue.y, free.y) == (order == FOURTH)


@pytest.mark.parametrize("order", [1, 3, True, "4", None, np.nan])
def test_another_order_is_refused(order: object) -> None:
    tissue = Tissue(6)
    with pytest.raises(InputError, match="give 2 or 4, or 0"):
        tissue.order = order  # type: ignore[assignment]
    assert tissue.order == 0


@pytest.mark.parametrize("order", [SECOND, FOURTH])
@pytest.mark.parametrize("instant", [5e-324, 1e-310, 1e-201, 1e-199, 1e-30])
def test_an_event_an_instant_after_the_start_breaks_no_balance(instant: float, order: int) -> None:
    """Numbers so small have few digits, and their products with weights of a step vanish."""
    tissue, usual = Tissue(5, noise=False), Tissue(5, noise=False)
    tissue.order = usual.order = order
    tissue.control = tissue.control._replace(oral=tissue.control.oral._replace(na=20.0))
    for time in (instant, 6.0):
        tissue.advance_to(time)
    usual.control = tissue.control
    usual.advance_to(6.0)
    assert np.abs(tissue.audit()).max() <= 1e-12
    assert tissue.fluid.na == pytest.approx(usual.fluid.na, rel=1e-5)
