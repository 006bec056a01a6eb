"""Meals: when they are eaten, how much is in them, and that they add up to the diet."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conditions.condition import Condition, read
from sim.conditions.events import MEAL_HOURS, Meals
from sim.parameters import BodyParameters
from sim.quantities.ions import SUPPLIED
from tests.conditions.flat import flat_at
from tests.laws.law_tests import reproducible

BODY = BodyParameters()
ORAL = [f"oral_{ion.symbol.lower()}" for ion in SUPPLIED]
DAYS = 30


def make(**fields: Any) -> Condition:
    """Condition of thirty days from nested data."""
    return read({"name": "mine", "duration": f"{DAYS} day", **fields})


def usual(field: str) -> float:
    """Usual intake that belongs to an oral supply [mmol/day]."""
    return float(getattr(BODY, field.replace("oral", "intake")))


def swallowed(condition: Condition, start: float = 0.0, stop: float = 24.0 * DAYS) -> dict[str, float]:
    """What is swallowed between two moments [h]: the control of each span, times its length."""
    moments = [start, *(t for t in condition.edges() if start < t < stop), stop]
    totals = dict.fromkeys([*ORAL, "carbohydrate"], 0.0)
    for a, b in pairwise(moments):
        control = flat_at(condition, a, BODY)
        for name in totals:
            totals[name] += getattr(control, name) * (b - a)
    return totals


def written(minute: int) -> str:
    """Time of day of a minute, as people write it."""
    return f"{minute // 60}:{minute % 60:02d}"


@st.composite
def times_of_day(draw: st.DrawFn) -> list[str]:
    """Up to six times that are half an hour apart or more, in any order, midnight included."""
    gaps = draw(st.lists(st.integers(30, 230), min_size=1, max_size=6))
    first = draw(st.integers(0, 1439))
    minutes = [(first + sum(gaps[:i])) % 1440 for i in range(len(gaps))]
    return [written(minute) for minute in draw(st.permutations(minutes))]


# Patterns of meals


def test_the_diet_is_eaten_at_seven_one_and_seven_by_default() -> None:
    """Three meals of half an hour; between them nothing is eaten."""
    condition = make(meals=[{}])
    eating = {}
    for hour in (0.0, 6.99, 7.0, 7.49, 7.5, 13.0, 13.5, 19.0, 19.25, 19.5, 31.0, 31.6):
        control = flat_at(condition, hour, BODY)
        eating[hour] = control.oral_k
        assert (control.oral_k > 0.0) == (control.carbohydrate > 0.0)
    meal = pytest.approx(usual("oral_k") / 1.5, rel=1e-14)
    assert eating == {
        0.0: 0.0, 6.99: 0.0, 7.0: meal, 7.49: meal, 7.5: 0.0, 13.0: meal, 13.5: 0.0, 19.0: meal,
        19.25: meal, 19.5: 0.0, 31.0: meal, 31.6: 0.0,
    }  # fmt: skip


def test_carbohydrate_comes_with_meals_only() -> None:
    """A diet that is eaten evenly does not ask for insulin; one in meals brings its carbohydrate."""
    assert flat_at(make(), 7.2, BODY).carbohydrate == 0.0
    eaten = flat_at(make(meals=[{"carbohydrate": "300 g/day"}]), 7.2, BODY).carbohydrate
    assert eaten == pytest.approx(300.0 / 1.5, rel=1e-14)


@pytest.mark.parametrize("minute", [*range(0, 1440, 37), 430, 1425, 1439])
def test_a_meal_at_any_minute_begins_and_ends_at_its_edges(minute: int) -> None:
    """Early and after ten years the edges agree with what is eaten, in spite of rounding."""
    for first in (0, 3600):
        pattern = Meals(at=[written(minute)], start=f"{first} day")
        starts = [24.0 * day + minute / 60.0 for day in range(first, first + 40)]
        stops = [start + MEAL_HOURS for start in starts]
        edges = list(pattern.edges(24.0 * (first + 40)))
        assert {t for t in (*starts, *stops) if t < 24.0 * (first + 40)} <= set(edges)
        assert [t for t in starts if not pattern.eating(t)] == []
        assert [t for t in stops if pattern.eating(t)] == []


@given(at=times_of_day(), day=st.integers(0, DAYS - 1))
@reproducible
def test_a_day_of_meals_is_a_day_of_the_diet(at: list[str], day: int) -> None:
    """From midnight to midnight as much is swallowed as is eaten evenly, at whatever times."""
    condition = make(meals=[{"at": at, "carbohydrate": "240 g/day"}])
    expected = {name: usual(name) for name in ORAL} | {"carbohydrate": 240.0}
    assert swallowed(condition, 24.0 * day, 24.0 * (day + 1)) == pytest.approx(expected, rel=1e-9)


@given(at=times_of_day())
@reproducible
def test_what_is_eaten_is_constant_between_edges(at: list[str]) -> None:
    """Edges are sorted, named once, and within the duration; between them nothing changes."""
    condition = make(meals=[{"at": at, "start": "1 day", "stop": "4 day"}])
    edges = [0.0, *condition.edges(), condition.duration]
    assert edges == sorted(set(edges))
    for a, b in pairwise(edges):
        if b - a > 1e-6:
            inside = [a + share * (b - a) for share in (0.0, 0.3, 0.99)]
            assert len({flat_at(condition, hours, BODY) for hours in inside}) == 1


def test_a_meal_over_midnight_is_one_meal() -> None:
    """It begins on one day and ends on the next; the first day begins within one."""
    condition = make(meals=[{"at": ["23:45"]}])
    eaten = [
        flat_at(condition, t, BODY).oral_k > 0.0 for t in (0.0, 0.2, 0.25, 23.7, 23.75, 24.2, 24.25)
    ]
    assert eaten == [True, True, False, False, True, True, False]
    assert condition.edges()[:4] == [0.25, 23.75, 24.25, 47.75]


def test_meals_have_their_span() -> None:
    """Before and after it the diet is eaten evenly, and a pattern may begin amid a meal."""
    condition = make(meals=[{"at": ["7:00"], "start": "7.25 hour", "stop": "2 day"}])
    even = pytest.approx(usual("oral_k") / 24.0)
    found = [flat_at(condition, t, BODY).oral_k for t in (0.0, 7.2, 7.25, 7.6, 31.2, 47.9, 48.0, 55.2)]
    meal = pytest.approx(usual("oral_k") / MEAL_HOURS)
    assert found == [even, even, meal, 0.0, meal, 0.0, even, even]
    assert condition.edges() == [7.25, 7.5, 31.0, 31.5, 48.0]


def test_meals_hold_the_diet_of_the_day() -> None:
    """A diet changes how much of an ion each meal holds."""
    diet = [{"potassium": "30 mmol/day", "calcium": "0 mmol/day", "start": "5 day"}]
    condition = make(meals=[{"at": ["8:00", "18:30"]}], diet=diet)
    for day, k, ca in ((3, usual("oral_k"), usual("oral_ca")), (7, 30.0, 0.0)):
        control = flat_at(condition, 24.0 * day + 18.7, BODY)
        assert (control.oral_k, control.oral_ca) == (pytest.approx(k), pytest.approx(ca))


def test_meals_do_not_concentrate_supplements() -> None:
    """A steady oral supplement stays steady; an infusion too."""
    supplements = [
        {"ion": "potassium", "dose": "24 mmol/day"},
        {"ion": "magnesium", "dose": "12 mmol/day", "route": "intravenous"},
    ]
    condition = make(meals=[{}], supplement=supplements)
    night, meal = (flat_at(condition, t, BODY) for t in (3.0, 7.2))
    assert (night.oral_k, night.infused_mg) == (pytest.approx(1.0), pytest.approx(0.5))
    assert meal.oral_k == pytest.approx(1.0 + usual("oral_k") / 1.5)
    assert meal.infused_mg == pytest.approx(0.5)


def test_one_pattern_may_follow_another() -> None:
    """From the day of the change the new times hold."""
    condition = make(meals=[{"at": ["7:00"], "stop": "2 day"}, {"at": ["12:00"], "start": "2 day"}])
    eaten = [flat_at(condition, t, BODY).oral_k > 0.0 for t in (7.2, 12.2, 31.2, 55.2, 60.2)]
    assert eaten == [True, False, True, False, True]


def test_meals_that_touch_are_two() -> None:
    """One may begin as the other ends."""
    pattern = Meals(at=["7:10", "7:40"])
    assert pattern.concentration == pytest.approx(24.0)
    assert [pattern.eating(t) for t in (7.0, 7.2, 7.7, 8.1, 8.2)] == [False, True, True, True, False]


def test_daily_meals_are_one_event() -> None:
    """Figures show the pattern, not every meal; its start and stop alone are moments of change."""
    condition = make(meals=[{"start": "3 day", "stop": "9 day"}])
    assert condition.events() == [(72.0, 216.0, "3 meals a day")]
    assert condition.times() == [72.0, 216.0]
    assert len(condition.edges()) == 2 + 6 * 6


def test_a_pattern_after_the_end_is_no_event() -> None:
    """What begins after the end does nothing."""
    condition = make(meals=[{"start": "40 day"}])
    assert (condition.events(), condition.edges()) == ([], [])


@given(at=times_of_day())
@reproducible
def test_a_pattern_survives_revision_and_writing(at: list[str]) -> None:
    """Times are kept to the bit."""
    condition = make(meals=[{"at": at}])
    assert condition.revised() == condition
    assert [written(round(60.0 * hour)) for hour in condition.meals[0].at] == at


# Single meals


def test_a_meal_adds_its_amounts_within_half_an_hour() -> None:
    """Thirty-five millimoles and seventy-five grams, beside the diet, and nothing afterwards."""
    meal = {"start": "10 day", "potassium": "35 mmol", "calcium": "400.78 mg Ca", "carbohydrate": "75 g"}
    condition = make(meal=[meal])
    before, during, after = (flat_at(condition, t, BODY) for t in (239.99, 240.2, 240.5))
    assert before == after
    assert during.oral_k - before.oral_k == pytest.approx(35.0 / MEAL_HOURS)
    assert during.oral_ca - before.oral_ca == pytest.approx(10.0 / MEAL_HOURS)
    assert during.carbohydrate == pytest.approx(75.0 / MEAL_HOURS)
    assert condition.edges() == condition.times() == [240.0, 240.5]


@pytest.mark.parametrize("ion", SUPPLIED, ids=lambda ion: ion.name)
@pytest.mark.parametrize(("amount", "valences"), [("20 mmol", 0), ("20 mEq", 1), ("20 meq", 1)])
def test_a_swallowed_dose_is_of_one_ion(ion: Any, amount: str, valences: int) -> None:
    """Whatever its unit, the amount is swallowed, and nothing else."""
    condition = make(meal=[{"start": "3 hour", ion.name: amount}])
    own = f"oral_{ion.symbol.lower()}"
    extra = {name: total - usual(name) for name, total in swallowed(condition, 0.0, 24.0).items()
             if name in ORAL}  # fmt: skip
    assert extra[own] == pytest.approx(20.0 / ion.valence**valences, rel=1e-9)
    assert [name for name in ORAL if name != own and abs(extra[name]) > 1e-9] == []


def test_meals_at_once_add_up() -> None:
    """Two doses at one moment, and a meal amid a pattern of meals."""
    twice = make(meal=[{"start": "7.25 hour", "potassium": "10 mmol"}] * 2, meals=[{}])
    assert swallowed(twice, 0.0, 24.0)["oral_k"] == pytest.approx(usual("oral_k") + 20.0, rel=1e-9)


def test_a_meal_that_the_end_cuts_is_eaten_in_part() -> None:
    """The event stops at the end."""
    condition = make(duration="6 hour", meal=[{"start": "5.75 hour", "potassium": "10 mmol"}])
    assert [(a, b) for a, b, _ in condition.events()] == [(5.75, 6.0)]
