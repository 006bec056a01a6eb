"""Treatments: a table whose records carry their rules, and what they make of a condition."""

from itertools import combinations
from typing import Any

import pytest

from sim.conditions.condition import Condition, read
from sim.conditions.treatments import STRENGTHS, TREATMENTS, Treatment, TreatmentRule
from sim.parameters import BodyParameters
from sim.parameters.inputs import KNOCK_OUTS, Control

BODY = BodyParameters()
USUAL = read({"name": "usual", "duration": "30 day"}).control_at(0.0, BODY)
"""Control without any intervention."""
GIVEN = {"effect": 0.25, "fold": 3.0, "rate": "2 L/day"}
"""A strength of every kind, as a file writes it."""
CONTROLLED = {"effect": 0.25, "fold": 3.0, "rate": 2.0 / 24.0}
"""The same in the unit of the model."""


def make(*treatments: dict[str, Any]) -> Condition:
    """Condition of thirty days with treatments."""
    return read({"name": "mine", "duration": "30 day", "treatment": treatments})


def at(condition: Condition, day: float) -> Control:
    """Control on a day, with the usual parameters."""
    return condition.control_at(24.0 * day, BODY)


# The table


def test_every_drug_and_loss_of_the_control_has_a_treatment() -> None:
    """No input of the model that changes the body is out of a user's reach."""
    gates = {name.replace("-", "_") for name in KNOCK_OUTS}
    supply = {"oral", "infused"}
    inputs = set(Control._fields) - gates - supply - {"carbohydrate"}
    assert {rule.target for rule in TREATMENTS.values()} == inputs


@pytest.mark.parametrize("rule", TREATMENTS.values(), ids=TREATMENTS.keys())
def test_every_rule_is_complete(rule: TreatmentRule) -> None:
    """It has a meaning, a kind of strength that files know, and a reason for a limit of its own."""
    assert TREATMENTS[rule.name] is rule
    assert rule.meaning
    assert STRENGTHS[rule.strength.name] is rule.strength
    assert rule.strength.name in Treatment.model_fields
    assert rule.strength.low < rule.high <= rule.strength.high
    assert (rule.max_strength is None) == (rule.max_reason == "")


@pytest.mark.parametrize("rule", TREATMENTS.values(), ids=TREATMENTS.keys())
def test_no_strength_is_no_treatment(rule: TreatmentRule) -> None:
    """At the strength that is none the target is where it is without any treatment."""
    none = f"{rule.strength.none} L/day" if rule.strength.name == "rate" else rule.strength.none
    assert at(make({"kind": rule.name, rule.strength.name: none}), 0) == USUAL


@pytest.mark.parametrize("rule", TREATMENTS.values(), ids=TREATMENTS.keys())
def test_the_range_in_the_table_is_the_one_that_is_checked(rule: TreatmentRule) -> None:
    """The largest strength is accepted, a little more is refused."""
    unit = " L/day" if rule.strength.name == "rate" else None
    for excess, accepted in ((1.0, True), (1.001, False)):
        strength = excess * rule.high
        item = {"kind": rule.name, rule.strength.name: f"{strength}{unit}" if unit else strength}
        if accepted:
            assert Treatment.model_validate(item).strength * rule.strength.scale == pytest.approx(
                rule.high
            )
        else:
            with pytest.raises(ValueError, match=r"less than or equal to|is more than|give at most"):
                Treatment.model_validate(item)


@pytest.mark.parametrize("strength", STRENGTHS.values(), ids=STRENGTHS.keys())
def test_the_example_of_a_strength_is_valid(strength: Any) -> None:
    """It is within the range, and it is what the template shows."""
    kind = next(rule.name for rule in TREATMENTS.values() if rule.strength is strength)
    shown = Treatment.model_validate({"kind": kind, strength.name: strength.example}).strength
    assert strength.low < shown * strength.scale < strength.high


def test_treatments_of_one_target_are_measured_alike() -> None:
    """Otherwise their strengths could not be combined."""
    for a, b in combinations(TREATMENTS.values(), 2):
        if a.target == b.target:
            assert (a.strength, a.offset) == (b.strength, b.offset)


def test_strengths_combine_in_any_order() -> None:
    """A combination with none is the strength itself; two are the same in either order."""
    for kind in STRENGTHS.values():
        first, second = 0.7 * kind.low + 0.3, 0.4 * kind.low + 0.4
        assert kind.combined(kind.none, first) == pytest.approx(first, rel=1e-15)
        assert kind.combined(first, second) == pytest.approx(kind.combined(second, first), rel=1e-15)


def test_a_kidney_cannot_be_lost_entirely() -> None:
    """The limit comes with its reason."""
    with pytest.raises(ValueError, match=r"nephron-loss 0.99 leaves no kidney; give at most 0.98"):
        Treatment(kind="nephron-loss", effect=0.99)


# Treatments in a condition


@pytest.mark.parametrize("kind", TREATMENTS)
def test_each_treatment_sets_its_own_target_and_no_other(kind: str) -> None:
    """The kind written in the file reaches its target, in its span only."""
    rule = TREATMENTS[kind]
    strength = rule.strength.name
    condition = make({"kind": kind, "start": "10 day", "stop": "20 day", strength: GIVEN[strength]})
    value = CONTROLLED[strength] - rule.offset
    assert at(condition, 9.999) == USUAL
    assert at(condition, 10) == USUAL._replace(**{rule.target: pytest.approx(value, rel=1e-14)})
    assert at(condition, 20) == USUAL


def test_an_effect_may_be_a_percentage() -> None:
    """Half is 0.5 or 50 percent."""
    condition = make({"kind": "loop-diuretic", "effect": "50 %"})
    assert at(condition, 0).nkcc2_loss == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize(
    ("kind", "rate", "litres"),
    [
        ("vomiting", "2 L/day", 2.0),
        ("diarrhoea", "500 mL/day", 0.5),
        ("diarrhoea", "0.1 L/hour", 2.4),
        ("vomiting", "0 L/day", 0.0),
    ],
)
def test_losses_are_flows(kind: str, rate: str, litres: float) -> None:
    """A juice is lost in litres a day, or in any unit of volume over time."""
    control = at(make({"kind": kind, "rate": rate}), 0)
    assert getattr(control, kind) == pytest.approx(litres / 24.0, rel=1e-14)


def test_insulin_is_given_in_addition_to_the_fasting_level() -> None:
    """A fold of one is no insulin at all; three is twice the fasting level on top."""
    given = [at(make({"kind": "insulin", "fold": fold}), 0) for fold in (1, 3)]
    assert [control.insulin_infused for control in given] == [0.0, 2.0]


SHARED = [(a, b) for a, b in combinations(TREATMENTS, 2) if TREATMENTS[a].target == TREATMENTS[b].target]


@pytest.mark.parametrize(("one", "other"), SHARED)
def test_two_treatments_of_one_target_leave_what_neither_takes_away(one: str, other: str) -> None:
    """Half blocked and a fifth missing leave two fifths; while one acts alone it is as it was."""
    target = TREATMENTS[one].target
    condition = make(
        {"kind": one, "effect": 0.5, "stop": "20 day"},
        {"kind": other, "effect": 0.2, "start": "10 day"},
    )
    found = [getattr(at(condition, day), target) for day in (5, 15, 25)]
    assert found == pytest.approx([0.5, 0.6, 0.2], rel=1e-14)
    assert len(condition.events()) == 2


def test_a_blocked_target_cannot_be_lost_twice() -> None:
    """A full block beside any defect is a full block."""
    both = ({"kind": "thiazide", "effect": 1.0}, {"kind": "gitelman-defect", "effect": 0.7})
    assert at(make(*both), 0).ncc_loss == 1.0
