"""The schedule of a run: when steps end, and that it resumes to the bit from any of them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.conditions.condition import Condition, load, read
from sim.conditions.steps import (
    STEP_WITH_NOISE,
    STEP_WITHOUT_NOISE,
    SUBDAILY_STEP,
    Steps,
    default_step,
)
from sim.simulation.schedule import Schedule
from sim.tissue.tissue import Checkpoint, Tissue
from tests.laws.law_tests import reproducible

EVENTFUL = read(
    {
        "name": "eventful",
        "duration": "29.3 hour",
        "diet": [{"potassium": "20 mmol/day", "start": "100 min"}],
        "supplement": [{"ion": "magnesium", "dose": "9 mmol/day", "start": "9 hour"}],
        "treatment": [{"kind": "thiazide", "effect": 0.5, "start": "10.5 hour"}],
    }
)
EATING = EVENTFUL.revised(name="eating", meals=[{"at": ["1:10", "7:00"]}])
"""The same, with meals and thus in short steps."""

lengths = st.one_of(st.sampled_from([0.5, 3.0, 6.0, 0.01, 0.07, 0.29, 1.0 / 3.0]), st.floats(0.01, 50.0))
durations = st.one_of(st.integers(1, 87_600).map(float), st.floats(0.01, 87_600.0))
shares = st.floats(0.0, 1.0)
LITTLE = 1e-6
"""Part of a step that is much more than rounding."""


def steps_of(hours: float, end: float) -> Steps:
    """Steps of some length until an end [h]."""
    return Steps(hours, max(3.0, hours), end)


def is_end(time: float, steps: Steps) -> bool:
    """Whether a time is the end of a step, to the bit."""
    return time == steps.end or time == round(time / steps.hours) * steps.hours


# Where steps end


@given(hours=lengths, end=durations, share=shares)
@reproducible
def test_after_a_time_comes_the_end_of_its_step(hours: float, end: float, share: float) -> None:
    """It is later, by no more than a step, and it is the end of one."""
    steps, time = steps_of(hours, end), share * end
    after = steps.after(time)
    assert time < after <= time + hours * (1.0 + LITTLE)
    assert is_end(after, steps)


@given(hours=lengths, end=durations, share=shares)
@reproducible
def test_after_the_end_of_a_step_comes_that_of_the_next(hours: float, end: float, share: float) -> None:
    """Steps neither repeat nor skip, however late in however long a condition."""
    steps = steps_of(hours, end)
    number = round(share * end / hours)
    time = number * hours
    assert steps.after(time) == pytest.approx((number + 1) * hours, rel=1e-12)
    assert steps.after(steps.after(time)) == pytest.approx((number + 2) * hours, rel=1e-12)


@given(hours=lengths, end=durations, share=shares)
@reproducible
def test_before_a_time_lies_the_end_of_the_last_step(hours: float, end: float, share: float) -> None:
    """It is earlier, by no more than a step; the time itself does not count."""
    steps, time = steps_of(hours, end), share * end
    before = steps.last_before(time)
    assert before < time or before <= 0.0
    assert time - before <= hours * (1.0 + LITTLE)
    assert is_end(before, steps)
    assert steps.last_before(steps.after(time)) <= time


@given(hours=lengths, end=durations, share=shares)
@reproducible
def test_no_end_of_a_step_is_nearer_than_the_nearest(hours: float, end: float, share: float) -> None:
    """Neither the one before nor the one after, nor the end of the condition."""
    steps, time = steps_of(hours, end), share * end
    nearest = steps.nearest(time)
    assert 0.0 <= nearest <= end
    assert is_end(nearest, steps)
    others = [steps.last_before(time), min(end, steps.after(time)), 0.0, end]
    assert all(abs(nearest - time) <= abs(t - time) + LITTLE * hours for t in others)


@given(hours=lengths, end=durations)
@reproducible
def test_nothing_lies_beyond_the_end(hours: float, end: float) -> None:
    """A time after the end gives the end."""
    steps = steps_of(hours, end)
    assert steps.nearest(end) == steps.nearest(end + 0.4 * hours) == steps.nearest(10.0 * end) == end


@given(hours=lengths, count=st.integers(1, 300), every=st.floats(0.01, 1000.0), rest=shares)
@reproducible
def test_rows_fall_on_ends_of_steps(hours: float, count: int, every: float, rest: float) -> None:
    """From the start to the end, in order, none twice, and none nearer to another than a step."""
    steps = steps_of(hours, hours * (count + rest))
    rows = steps.rows_every(every)
    assert (rows[0], rows[-1]) == (0.0, steps.end)
    assert all(is_end(t, steps) for t in rows)
    gaps = np.diff(rows)
    assert (gaps[:-1] > (1.0 - LITTLE) * hours).all()
    assert (gaps[:-1] < every + (1.0 + LITTLE) * hours).all()
    assert gaps[-1] > 0.0


@given(hours=lengths, end=st.floats(1.0, 500.0), longer=st.floats(1.0, 3.0), every=st.floats(0.5, 100.0))
@example(hours=6.0, end=13.3, longer=2.0, every=14.0)
@reproducible
def test_a_longer_condition_has_the_same_rows_until_the_end_of_the_shorter(
    hours: float, end: float, longer: float, every: float
) -> None:
    """Two arms that share a past share its rows."""
    short, long = steps_of(hours, end), steps_of(hours, longer * end)
    before = (1.0 - LITTLE) * end - LITTLE * hours
    mine, others = ([t for t in s.rows_every(every) if t < before] for s in (short, long))
    assert mine == pytest.approx(others, rel=1e-12)


@pytest.mark.parametrize(
    ("hours", "end"), [(0.35, 504.0), (0.57, 456.0), (0.7, 504.0), (1.14, 456.0), (0.07, 168.0)]
)
def test_rounding_makes_no_step_of_its_own(hours: float, end: float) -> None:
    """Where whole steps fill a condition the last ends with it, not a rounding error before."""
    steps, time = steps_of(hours, end), 0.0
    assert round(end / hours) * hours != end
    while time < end:
        after = min(end, steps.after(time))
        last = after == end
        assert after - time > (LITTLE if last else 1.0 - LITTLE) * hours
        time = after


def test_steps_suit_the_condition() -> None:
    """Half an hour with meals, else three hours with noise and six without; or as given."""
    daily, subdaily = load("baseline"), load("daily-meals")
    assert default_step(subdaily, True) == default_step(subdaily, False) == SUBDAILY_STEP
    assert (default_step(daily, True), default_step(daily, False)) == (
        STEP_WITH_NOISE,
        STEP_WITHOUT_NOISE,
    )
    assert Steps.of(subdaily, True) == (SUBDAILY_STEP, STEP_WITH_NOISE, 168.0)
    assert Steps.of(daily, False) == (STEP_WITHOUT_NOISE, STEP_WITHOUT_NOISE, daily.duration)
    assert Steps.of(daily, True, 7.0) == (7.0, 7.0, daily.duration)


# Schedules


def same(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two moments agree in every bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize("condition", [EVENTFUL, EATING], ids=lambda c: c.name)
def test_a_resumed_schedule_gives_the_same_bits(condition: Condition, noise: bool) -> None:
    """A branch of the end of any step, under a schedule of its own, ends as the whole run does."""
    end = condition.duration
    straight = Schedule(Tissue(4, seed=5, noise=noise), condition)
    branches = [straight.tissue.branch()]
    straight.advance_until(end, lambda: branches.append(straight.tissue.branch()))
    hours = straight.steps.hours
    assert len(branches) == np.ceil(end / hours) + 1
    for branch in branches:
        Schedule(branch, condition).advance_until(end)
        assert same(branch.checkpoint(), straight.tissue.checkpoint())


@pytest.mark.parametrize("step_hours", [0.7, 2.0, 6.0, 100.0])
def test_a_resumed_schedule_gives_the_same_bits_in_steps_of_any_length(step_hours: float) -> None:
    """Resumed halfway, at the end of a step."""
    straight, pieces = (Tissue(4, seed=5) for _ in range(2))
    Schedule(straight, EVENTFUL, step_hours).advance_until(29.3)
    first = Schedule(pieces, EVENTFUL, step_hours)
    first.advance_until(first.steps.nearest(15.0))
    Schedule(pieces, EVENTFUL, step_hours).advance_until(29.3)
    assert same(straight.checkpoint(), pieces.checkpoint())


def test_advancing_stops_at_the_time_asked_for() -> None:
    """A function is called after every step; the last step ends at the time asked for."""
    schedule, times = Schedule(Tissue(3, seed=5), EVENTFUL), []
    schedule.advance_until(13.5, lambda: times.append(schedule.tissue.time))
    assert times == [3.0, 6.0, 9.0, 12.0, 13.5]
    schedule.advance_until(13.5, lambda: times.append(schedule.tissue.time))
    assert len(times) == 5
    schedule.advance_until(16.0, lambda: times.append(schedule.tissue.time))
    assert times[5:] == [15.0, 16.0]


@pytest.mark.parametrize("condition", [EVENTFUL, EATING], ids=lambda c: c.name)
def test_a_step_cut_short_draws_no_fluctuation_of_its_own(condition: Condition) -> None:
    """Cells move to new values every three hours, however often a schedule stops."""
    tissue = Tissue(3, seed=5)
    schedule = Schedule(tissue, condition)
    draws = []
    for hours in np.arange(0.25, 24.25, 0.25):
        schedule.advance_until(float(hours))
        draws.append(tissue.draws)
    assert draws == [1 + k // 12 for k in range(96)]


def test_the_control_at_the_end_of_a_step_is_that_of_the_next() -> None:
    """The control is that of the present time whenever a run may record."""
    schedule = Schedule(Tissue(3, seed=5), EVENTFUL)
    body = schedule.tissue.parameters.body
    assert schedule.tissue.control == EVENTFUL.control_at(0.0, body)
    for _ in range(4):
        schedule.step()
        assert schedule.tissue.control == EVENTFUL.control_at(schedule.tissue.time, body)


def test_steps_end_at_multiples_of_their_length() -> None:
    """Beyond the end of the condition they continue, all of one length."""
    schedule = Schedule(Tissue(3, noise=False), EVENTFUL.revised(duration="1 day"))
    times = [0.0]
    for _ in range(6):
        schedule.step()
        times.append(schedule.tissue.time)
    assert [b - a for a, b in pairwise(times)] == [6.0] * 6
