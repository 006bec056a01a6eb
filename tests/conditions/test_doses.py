"""Repeated doses of a supplement: when, how much, and how they differ from a steady drip."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conditions.condition import Condition, read
from sim.errors import ConditionError
from sim.parameters import BodyParameters
from tests.conditions.flat import flat
from tests.laws.law_tests import reproducible

BODY = BodyParameters()


def make(duration: str = "5 day", **supplement: Any) -> Condition:
    """A condition without diet and with one supplement of potassium."""
    fasting = dict.fromkeys(("sodium", "potassium", "magnesium", "calcium"), "0 mmol/day")
    data = {"name": "x", "duration": duration, "diet": [fasting]}
    return read({**data, "supplement": [{"ion": "potassium", **supplement}]})


def given_in(condition: Condition, route: str = "oral") -> float:
    """Amount of K that a condition supplies from start to end [mmol]."""
    edges = [0.0, *condition.edges(), condition.duration]
    rates = [getattr(flat(condition.control_at(a, BODY)), f"{route}_k") for a in edges[:-1]]
    return sum(rate * (b - a) for rate, (a, b) in zip(rates, pairwise(edges), strict=True))


@pytest.mark.parametrize(
    ("schedule", "starts"),
    [
        ({"at": ["8:00", "14:00", "20:00"], "stop": "2 day"}, [8, 14, 20, 32, 38, 44]),
        ({"at": ["20:00", "8:00"], "start": "9 hour", "stop": "1 day"}, [20]),
        ({"every": "8 hour", "start": "1 day", "stop": "2 day"}, [24, 32, 40]),
        ({"every": "36 hour"}, [0, 36, 72, 108]),
        ({"every": "90 min", "stop": "3 hour"}, [0, 1.5]),
        ({"every": "90 min", "stop": "3.5 hour"}, [0, 1.5, 3.0]),
        ({"at": ["23:45"], "start": "1 day", "stop": "2 day"}, []),
        ({"at": ["23:30"], "start": "1 day", "stop": "2 day"}, [47.5]),
    ],
)
@pytest.mark.parametrize("route", ["oral", "intravenous"])
def test_doses_are_given_when_the_schedule_says(
    schedule: dict[str, Any], starts: list[float], route: str
) -> None:
    """Each lasts half an hour; one that the stop would cut short is not given."""
    condition = make(amount="20 mmol", route=route, **schedule)
    key = "oral_k" if route == "oral" else "infused_k"
    assert condition.supplement[0].doses(condition.duration) == starts
    for start in starts:
        moments = (start - 1e-3, start, start + 0.49, start + 0.5)
        rates = [getattr(flat(condition.control_at(t, BODY)), key) for t in moments if t >= 0.0]
        assert rates == [0.0, 40.0, 40.0, 0.0][-len(rates) :]
    assert given_in(condition, key.removesuffix("_k")) == pytest.approx(20.0 * len(starts))


def test_a_dose_is_a_drip_and_an_amount_at_times_is_not() -> None:
    """The same 60 mmol a day, spread evenly and in three doses."""
    drip = make(dose="60 mmol/day")
    doses = make(amount="20 mmol", at=["8:00", "14:00", "20:00"])
    assert (drip.has_subdaily_events, doses.has_subdaily_events) == (False, True)
    assert drip.edges() == []
    assert given_in(drip) == pytest.approx(given_in(doses)) == pytest.approx(300.0)
    assert doses.supplement[0].daily_amount == drip.supplement[0].daily_amount == 60.0
    assert drip.supplement[0].label == "K 60 mmol/day"
    assert doses.supplement[0].label == "K 20 mmol × 3 a day"
    assert make(amount="20 mmol", every="8 hour").supplement[0].label == "K 20 mmol every 8 h"


@given(
    amount=st.floats(0.1, 40.0),
    start=st.floats(0.0, 100.0),
    stop=st.one_of(st.none(), st.floats(101.0, 200.0)),
    every=st.floats(0.5, 60.0),
)
@reproducible
def test_what_is_given_is_the_sum_of_the_doses(
    amount: float, start: float, stop: float | None, every: float
) -> None:
    """Whatever the numbers, each dose is given whole and none twice."""
    schedule = {"start": f"{start} hour", "every": f"{every} hour"}
    schedule |= {} if stop is None else {"stop": f"{stop} hour"}
    condition = make("150 hour", amount=f"{amount} mmol", **schedule)
    doses = condition.supplement[0].doses(condition.duration)
    whole = sum(min(0.5, condition.duration - t) / 0.5 for t in doses)
    assert given_in(condition) == pytest.approx(amount * whole, rel=1e-5, abs=1e-5)


REFUSED = {
    "both schedules": ({"amount": "20 mmol", "at": ["8:00"], "every": "8 hour"}, "not both"),
    "a rate at times": ({"dose": "60 mmol/day", "at": ["8:00"]}, "a dose is a steady rate"),
    "a rate every so often": ({"dose": "60 mmol/day", "every": "8 hour"}, "a dose is a steady rate"),
    "an amount without time": ({"amount": "20 mmol"}, "at or every for repeated doses"),
    "no times": ({"amount": "20 mmol", "at": []}, "give times of the day"),
    "no time of day": ({"amount": "20 mmol", "at": ["8 o'clock"]}, "is not a time of day"),
    "a bare time": ({"amount": "20 mmol", "at": "8:00"}, "write a list"),
    "too close": ({"amount": "20 mmol", "at": ["8:00", "8:10"]}, "two doses are less than half an hour"),
    "the same twice": ({"amount": "20 mmol", "at": ["8:00", "8:00"]}, "two doses are less than half"),
    "too often": ({"amount": "20 mmol", "every": "10 min"}, "less than half an hour apart"),
    "never again": ({"amount": "20 mmol", "every": "0 hour"}, "less than half an hour apart"),
    "backwards": ({"amount": "20 mmol", "every": "-8 hour"}, "is negative"),
    "a number": ({"amount": "20 mmol", "every": 8}, "8 has no unit"),
    "a dose each century": ({"amount": "20 mmol", "every": "100 year"}, "check the unit"),
    "too much in a day": ({"amount": "900 mmol", "every": "8 hour"}, "2700 mmol/day, more than 2000"),
}


@pytest.mark.parametrize(("fields", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_schedule_that_cannot_be_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConditionError) as caught:
        make(**fields)
    assert len(caught.value.problems) == 1
    assert words in caught.value.problems[0]


def test_doses_survive_being_written_down() -> None:
    for schedule in ({"at": ["8:00", "20:30"]}, {"every": "500 min", "stop": "3 day"}):
        condition = make(amount="1.5 g KCl", **schedule)
        assert read(condition.model_dump(mode="json")) == condition
        assert condition.revised() == condition


def test_doses_at_other_times_and_beside_a_drip_add_up() -> None:
    """Two steady supplements of one ion are refused; so are two at the same time of day."""
    drip: dict[str, Any] = {"ion": "potassium", "dose": "24 mmol/day"}
    morning = {"ion": "potassium", "amount": "20 mmol", "at": ["8:00"]}
    evening = {"ion": "potassium", "amount": "40 mmol", "at": ["20:00"]}
    both = read({"name": "x", "duration": "1 day", "supplement": [drip, morning, evening]})
    alone = read({"name": "x", "duration": "1 day"})
    assert given_in(both) - given_in(alone) == pytest.approx(84.0)
    for pair in ([drip, drip], [morning, {**evening, "at": ["20:00", "8:00"]}]):
        with pytest.raises(ConditionError, match="supplements of potassium overlap"):
            read({"name": "x", "duration": "1 day", "supplement": pair})
