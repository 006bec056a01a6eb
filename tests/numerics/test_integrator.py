"""The pieces of the integrator: control of the step, norm of the error, spectral radius."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.numerics import spectral_radius, step_control
from sim.numerics.error_norm import (
    STATES_AT_ONCE,
    ErrorWeights,
    Segments,
    impossible_state,
    largest_error,
)
from sim.numerics.integrator import equations_of, integrator_of
from sim.numerics.spectral_radius import SAFETY, set_initial_direction, spectral_radius_of
from sim.numerics.step_control import (
    DONE,
    EVALUATIONS,
    FOURTH,
    INITIAL_STEP,
    MAX_CHANGE,
    MIN_CHANGE,
    NEGATIVE,
    NOT_FINITE,
    SECOND,
    SMOOTH_AFTER,
    SPECTRAL_RADIUS,
    STEP,
    STEP_AFTER_DISCONTINUITY,
    TOO_STIFF,
    accept,
    choose_order,
    failure_code,
    invalidate_spectral_radius,
    mark_discontinuity,
    new_memory,
    planned_step,
    reject,
    stages_for,
    step_within,
)
from sim.numerics.workspace import new_workspace

Array = NDArray[np.float64]

PLACES = (
    "STEP", "SPECTRAL_RADIUS", "RADIUS_AGE", "LAST_STEP", "LAST_ERROR", "DISCONTINUITY",
    "STEP_AFTER_DISCONTINUITY", "EVALUATIONS", "ACCEPTED", "REJECTED", "ORDER", "LAST_ORDER",
    "LAST_DISCONTINUITY",
)  # fmt: skip
"""Of the memory, in the order that checkpoints have."""


def segments_of(
    sizes: list[int], scale: float = 1.0, floor: float = 0.0, weight: float = 1.0
) -> Segments:
    """Segments of given sizes, all with the same scale, floor and weight."""
    n = len(sizes)
    return Segments(
        ends=np.cumsum(sizes),
        scales=np.full(n, scale),
        floors=np.full(n, floor),
        weights=np.full(n, weight),
    )


def memory_with(radius: float = 10.0, step: float = 0.0) -> Array:
    """Memory of an integration under way."""
    memory = new_memory()
    memory[SPECTRAL_RADIUS], memory[STEP] = radius, step
    return memory


# Control of the step


def test_checkpoints_rely_on_the_order_of_the_memory() -> None:
    assert [getattr(step_control, name) for name in PLACES] == list(range(len(PLACES)))
    assert new_memory().size == len(PLACES)
    assert not new_memory().any()


def test_the_first_step_follows_from_the_spectral_radius() -> None:
    assert planned_step(SECOND, memory_with(radius=10.0)) == INITIAL_STEP / 10.0


@pytest.mark.parametrize("radius", [1.0, 30.0, 1e4])
def test_a_planned_step_is_stable_with_the_stages_that_it_gets(radius: float) -> None:
    memory = memory_with(radius, step=1e9)
    h = planned_step(SECOND, memory)
    stages = stages_for(h, SECOND, memory)
    assert stages <= step_control.MAX_STAGES + 1
    assert h * radius <= 0.653 * (stages * stages - 1)


@pytest.mark.parametrize("radius", [1.0, 30.0, 1e4])
def test_a_planned_step_of_fourth_order_is_stable(radius: float) -> None:
    memory = memory_with(radius, step=1e9)
    h = planned_step(FOURTH, memory)
    stages = stages_for(h, FOURTH, memory)
    assert stages == step_control.MAX_STAGES_FOURTH
    assert h * radius <= 0.353 * stages * stages - 3.0 + 1e-9


def test_a_step_has_at_least_two_stages_or_five() -> None:
    assert stages_for(1e-12, SECOND, memory_with()) == 2
    assert stages_for(1e-12, FOURTH, memory_with()) == 5


def test_the_order_is_four_after_a_discontinuity_and_two_when_that_is_long_ago() -> None:
    memory = memory_with(step=1.0)
    mark_discontinuity(memory)
    assert choose_order(100.0, memory) == FOURTH
    accept(101.0, 0.5, 1.0, 1.0, FOURTH, memory)
    assert choose_order(100.0 + 0.99 * SMOOTH_AFTER, memory) == FOURTH
    assert choose_order(100.0 + SMOOTH_AFTER, memory) == SECOND


@pytest.mark.parametrize("order", [SECOND, FOURTH])
def test_an_order_that_is_asked_for_is_kept(order: int) -> None:
    memory = new_memory(order)
    assert choose_order(0.0, memory) == order
    assert choose_order(1e6, memory) == order


@pytest.mark.parametrize(
    ("planned", "left", "taken"), [(1.0, 3.0, 1.0), (1.0, 1.9, 0.95), (1.0, 1.0, 1.0), (1.0, 0.2, 0.2)]
)
def test_the_time_left_is_divided_without_a_tiny_rest(planned: float, left: float, taken: float) -> None:
    assert step_within(planned, left) == taken


@pytest.mark.parametrize(("error", "change"), [(0.0, MAX_CHANGE), (1e-9, MAX_CHANGE), (1.0, 0.9)])
def test_an_accurate_step_is_followed_by_a_longer_one(error: float, change: float) -> None:
    memory = memory_with(step=0.1)
    accept(0.0, error, 0.1, 0.1, SECOND, memory)
    assert memory[STEP] == pytest.approx(0.1 * change, rel=1e-12)


def test_a_growing_error_shortens_the_next_step() -> None:
    """Which an error that stays would not."""
    steady, growing = memory_with(step=0.1), memory_with(step=0.1)
    for memory, first in ((steady, 0.5), (growing, 0.01)):
        accept(0.0, first, 0.1, 0.1, SECOND, memory)
        accept(0.0, 0.5, 0.1, 0.1, SECOND, memory)
    assert 0.1 * MIN_CHANGE <= growing[STEP] < 0.1 < steady[STEP]


def test_a_step_cut_short_by_an_event_does_not_shorten_the_plan() -> None:
    memory = memory_with(step=1.0)
    accept(0.0, 0.5, 0.01, 1.0, SECOND, memory)
    assert memory[STEP] == 1.0


def test_a_rejected_step_is_shortened_and_a_second_time_the_radius_is_doubted() -> None:
    memory = memory_with(step=1.0)
    reject(8.0, 1.0, -1, 0, SECOND, memory)
    assert memory[STEP] == pytest.approx(0.45, rel=1e-12)
    assert memory[SPECTRAL_RADIUS] == 10.0
    reject(np.inf, 0.45, 3, 1, SECOND, memory)
    assert memory[STEP] == 0.25 * 0.45
    assert memory[SPECTRAL_RADIUS] == 0.0


def test_the_step_after_a_discontinuity_is_remembered() -> None:
    """The next one begins with what the last one allowed, not with a long step that is rejected."""
    memory = memory_with(step=1.0)
    mark_discontinuity(memory)
    assert planned_step(SECOND, memory) == INITIAL_STEP / 10.0
    accept(0.0, 0.9**3, 0.05, 0.1, SECOND, memory)
    assert memory[STEP_AFTER_DISCONTINUITY] == pytest.approx(0.05)
    memory[STEP] = 1.0
    assert planned_step(SECOND, memory) == 1.0
    mark_discontinuity(memory)
    assert planned_step(SECOND, memory) == memory[STEP_AFTER_DISCONTINUITY]


@pytest.mark.parametrize(
    ("place", "below_floor", "code"),
    [(-1, False, TOO_STIFF), (3, True, NEGATIVE), (3, False, NOT_FINITE)],
)
def test_failures_have_codes(place: int, below_floor: bool, code: int) -> None:
    assert failure_code(place, below_floor) == code


# Norm of the error


def error_of(y_new: Array, segments: Segments, first_segment: int = 0) -> float:
    """Largest error of a step from ones, without rates."""
    zero = np.zeros(y_new.size)
    weights = ErrorWeights(change=0.8, kept=0.0, rates=0.0)
    ones = np.ones(y_new.size)
    found: float = largest_error(ones, y_new, zero, zero, weights, segments, first_segment)
    return found


@pytest.mark.parametrize("size", [1, 2, STATES_AT_ONCE, STATES_AT_ONCE + 1, 3 * STATES_AT_ONCE + 7])
def test_the_norm_finds_the_largest_error_wherever_it_is(size: int) -> None:
    for place in {0, size // 2, size - 1}:
        y_new = np.ones(size + 1)
        y_new[place] = 0.5
        assert error_of(y_new, segments_of([size, 1], weight=0.2)) == 0.2 * (0.8 * 0.5)


def test_segments_before_the_first_are_left_out() -> None:
    y_new = np.array([0.5, 0.5, 0.75])
    assert error_of(y_new, segments_of([2, 1]), 1) == 0.8 * 0.25


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
@pytest.mark.parametrize("sizes", [[3, 1], [1, 3]], ids=["in many", "alone"])
def test_an_impossible_state_has_an_infinite_error(value: float, sizes: list[int]) -> None:
    y_new = np.ones(4)
    y_new[0] = value
    assert error_of(y_new, segments_of(sizes)) == np.inf
    found = impossible_state(y_new, np.zeros(4), segments_of(sizes))
    assert found == (0, value == -1.0)


def test_rates_that_are_not_finite_make_a_state_impossible() -> None:
    rates = np.array([0.0, 0.0, np.nan])
    assert impossible_state(np.ones(3), rates, segments_of([2, 1])) == (2, False)
    assert impossible_state(np.ones(3), np.zeros(3), segments_of([2, 1])) == (-1, False)


# Spectral radius


def linear(t: float, y: Array, dy: Array, matrix: Array) -> None:  # noqa: ARG001
    """Rates of a linear system."""
    dy[:] = matrix @ y


def radius_of(matrix: Array, scale: float = 1.0) -> tuple[float, float]:
    """Estimated spectral radius of a linear system, and evaluations that it took."""
    n, memory = len(matrix), new_memory()
    y = np.ones(n)
    segments, f0 = segments_of([n], scale), matrix @ y
    estimate = spectral_radius_of(linear)
    return (
        estimate(matrix, 0.0, y, f0, segments, memory, np.empty(n), np.empty(n)),
        memory[EVALUATIONS],
    )


@pytest.mark.parametrize("fastest", [3.0, 500.0, 2e5])
@pytest.mark.parametrize("scale", [1.0, 1e-3])
def test_the_radius_is_that_of_the_matrix_with_a_margin(fastest: float, scale: float) -> None:
    rng = np.random.default_rng(7)
    basis = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    matrix = -basis @ np.diag([0.01, 0.1, 0.2, 0.5, 1.0, fastest]) @ basis.T
    radius, evaluations = radius_of(matrix, scale)
    assert fastest <= radius <= 1.05 * SAFETY * fastest
    assert evaluations <= step_control.MAX_RADIUS_AGE


@pytest.mark.parametrize(("agreeing", "found"), [(1, 1.0), (2, 1.0), (3, 40.0)])
def test_three_estimates_must_agree(
    agreeing: int, found: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer agree on a slow mode, where the first direction hardly contains the fast one."""
    direction = np.empty(3)
    set_initial_direction(direction)
    slow = direction / np.linalg.norm(direction)
    fast = np.cross(slow, [0.0, 0.0, 1.0])
    fast = fast / np.linalg.norm(fast) + 1e-7 * slow
    matrix = -np.outer(slow, slow) - 40.0 * np.outer(fast, fast)
    monkeypatch.setattr(spectral_radius, "AGREEING_ESTIMATES", agreeing)
    assert radius_of(matrix)[0] == pytest.approx(SAFETY * found, rel=0.02)


def test_equations_without_motion_have_a_radius_above_zero() -> None:
    assert 0.0 < radius_of(np.zeros((3, 3)))[0] < 1e-5


# All together


def integrated(
    context: Any, rates: Any, y: Array, stop: float, floor: float = -np.inf, order: int = 0
) -> Any:
    """Outcome of an integration from zero, and the memory; y is overwritten."""
    memory = new_memory(order)
    outcome = integrator_of(equations_of(rates))(
        context, y, 0.0, stop, 1e-6, segments_of([y.size], floor=floor), memory, new_workspace(y.size)
    )
    return outcome, memory


@pytest.mark.parametrize(("order", "fraction"), [(SECOND, 0.15), (FOURTH, 0.5)])
def test_a_stiff_system_is_integrated_to_the_tolerance(order: int, fraction: float) -> None:
    rates = np.array([1.0, 10.0, 1e5])
    y = np.ones(3)
    outcome, memory = integrated(-np.diag(rates), linear, y, 1.0, order=order)
    assert outcome == (DONE, 1.0, -1)
    assert y == pytest.approx(np.exp(-rates), abs=1e-5)
    by_euler = 1e5 / 2.0  # Evaluations for stability alone.
    assert memory[EVALUATIONS] < fraction * by_euler


def test_after_jumps_the_fourth_order_needs_fewer_evaluations() -> None:
    """For the same error, where fast transients must be followed again and again."""

    def jumping(t: float, y: Array, dy: Array, rates: Array) -> None:
        dy[:] = -rates * (y - (1.0 if int(t / 3.0) % 2 else -1.0))

    found = {}
    for order in (SECOND, FOURTH):
        memory, y, now = new_memory(order), np.zeros(3), 0.0
        segments = segments_of([3], floor=-np.inf)
        while now < 60.0:
            mark_discontinuity(memory)
            integrator_of(equations_of(jumping))(
                np.array([0.1, 1.0, 16.0]), y, now, now + 3.0, 1e-6, segments, memory, new_workspace(3)
            )
            now += 3.0
        found[order] = memory[EVALUATIONS]
    assert found[FOURTH] < 0.8 * found[SECOND]


def test_a_state_that_falls_through_its_floor_is_named() -> None:
    """The last accepted state is kept, and integration ends where it became impossible."""

    def draining(t: float, y: Array, dy: Array, context: Any) -> None:  # noqa: ARG001
        dy[:] = [0.0, -1.0]

    y = np.ones(2)
    outcome, _ = integrated(None, draining, y, 3.0, floor=0.0)
    assert (outcome.code, outcome.place) == (NEGATIVE, 1)
    assert outcome.time == pytest.approx(1.0, abs=1e-6)
    assert 0.0 <= y[1] < 1e-6


def test_a_changed_radius_is_estimated_anew() -> None:
    memory = memory_with(radius=10.0)
    invalidate_spectral_radius(memory)
    y = np.ones(2)
    integrator_of(equations_of(linear))(
        -np.diag([1.0, 70.0]), y, 0.0, 0.1, 1e-6, segments_of([2], floor=-1.0), memory, new_workspace(2)
    )
    assert 70.0 <= memory[SPECTRAL_RADIUS] <= 1.05 * SAFETY * 70.0
