"""Conditions: what they do at every moment, and everything that is wrong with one, told at once."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.condition import (
    FOLDER,
    LONGEST_DAYS,
    TREATMENTS,
    Condition,
    ConditionError,
    Diet,
    Supplement,
    Treatment,
    load,
    named,
    read,
)
from sim.control import KNOCK_OUTS, Control
from sim.faults import InputError
from sim.ions import BY_NAME, CATIONS
from sim.parameters import BodyParameters, Parameters
from sim.quantity import parse

BODY = BodyParameters()
USUAL = Control(150.0 / 24.0, 75.0 / 24.0, 14.0 / 24.0)
GATES = Control._fields[Control._fields.index("pump_mg_site") :]
SHIPPED = (
    "baseline",
    "magnesium-depletion",
    "oral-magnesium",
    "potassium-depletion",
    "refractory-hypokalaemia",
    "severe-magnesium-loss",
)


def make(**fields: Any) -> Condition:
    """Condition of thirty days from nested data."""
    return read({"name": "mine", "duration": "30 day", **fields})


def faults(**fields: Any) -> list[str]:
    """Sentences with which a condition is refused."""
    with pytest.raises(ConditionError) as refusal:
        make(**fields)
    return refusal.value.faults


def fault(**fields: Any) -> str:
    """The one sentence with which a condition is refused."""
    (only,) = faults(**fields)
    return only


def at(condition: Condition, day: float) -> Control:
    """What is done on a day, with the usual parameters."""
    return condition.control_at(24.0 * day, BODY)


def daily(rate: float) -> Any:
    """The rate [mmol/h] that an amount a day comes to."""
    return pytest.approx(rate / 24.0, rel=1e-14)


# Conditions that ship


def test_the_conditions_that_ship_are_named_in_order() -> None:
    """Every file is named, and the names stand in alphabetical order."""
    assert tuple(named()) == SHIPPED
    assert {path.stem for path in FOLDER.iterdir()} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_condition_loads_with_words_about_it(name: str) -> None:
    """Each has its file's name, a title and a description."""
    condition = load(name)
    assert condition.name == name
    assert condition.title
    assert condition.description.endswith(".")


class Course(NamedTuple):
    """What a shipped file says: duration, spans and moments [day], and what differs on some days."""

    days: float
    spans: list[tuple[float, float, str]]
    moments: list[float]
    points: list[tuple[float, dict[str, float]]]


LOSS = {"mg_malabsorption": 0.95}
COURSES = {
    "baseline": Course(30, [], [], [(0, {}), (15, {}), (30, {})]),
    "magnesium-depletion": Course(
        100, [(0, 100, "diet Mg 1.4 mmol/day")], [], [(d, {"oral_mg": 1.4 / 24}) for d in (0, 50, 100)]
    ),
    "oral-magnesium": Course(
        84,
        [(0, 56, "Mg 15 mmol/day")],
        [56],
        [
            (0, {"oral_mg": 29 / 24}),
            (30, {"oral_mg": 29 / 24}),
            (55.999, {"oral_mg": 29 / 24}),
            (56, {}),
            (70, {}),
            (84, {}),
        ],
    ),
    "potassium-depletion": Course(
        70,
        [(0, 70, "diet K 15 mmol/day"), (40, 70, "K 80 mmol/day")],
        [40],
        [
            (0, {"oral_k": 15 / 24}),
            (39.999, {"oral_k": 15 / 24}),
            (40, {"oral_k": 95 / 24}),
            (70, {"oral_k": 95 / 24}),
        ],
    ),
    "refractory-hypokalaemia": Course(
        210,
        [
            (0, 210, "mg-malabsorption 95 %"),
            (120, 150, "K 80 mmol/day"),
            (150, 210, "Mg i.v. 10 mmol/day"),
            (180, 210, "K 80 mmol/day"),
        ],
        [120, 150, 180],
        [
            (0, LOSS),
            (60, LOSS),
            (119.999, LOSS),
            (120, LOSS | {"oral_k": 155 / 24}),
            (149.999, LOSS | {"oral_k": 155 / 24}),
            (150, LOSS | {"infused_mg": 10 / 24}),
            (179.999, LOSS | {"infused_mg": 10 / 24}),
            (180, LOSS | {"infused_mg": 10 / 24, "oral_k": 155 / 24}),
            (209.999, LOSS | {"infused_mg": 10 / 24, "oral_k": 155 / 24}),
            (210, LOSS),
        ],
    ),
    "severe-magnesium-loss": Course(
        120, [(0, 120, "mg-malabsorption 95 %")], [], [(0, LOSS), (60, LOSS), (120, LOSS)]
    ),
}
POINTS = [(name, day, changed) for name in COURSES for day, changed in COURSES[name].points]


@pytest.mark.parametrize(("name", "day", "changed"), POINTS, ids=[f"{n}, day {d}" for n, d, _ in POINTS])
def test_a_shipped_condition_does_what_its_file_says(
    name: str, day: float, changed: dict[str, float]
) -> None:
    """Before, at, inside and after each event every control is the one written down."""
    assert at(load(name), day)._asdict() == pytest.approx(USUAL._asdict() | changed, rel=1e-14)


@pytest.mark.parametrize("name", SHIPPED)
def test_events_and_moments_of_shipped_conditions(name: str) -> None:
    """Duration, spans with labels and moments of change are those of the file."""
    condition, course = load(name), COURSES[name]
    assert condition.duration == 24.0 * course.days
    assert condition.events() == [(24.0 * a, 24.0 * b, label) for a, b, label in course.spans]
    assert condition.times() == [24.0 * day for day in course.moments]


# What is done at a moment


def test_a_diet_replaces_what_it_names_and_leaves_the_rest_usual() -> None:
    """Each ion is overridden on its own; zero is a diet too."""
    condition = make(diet=[{"potassium": "20 mmol/day", "magnesium": "0 mmol/day"}])
    assert at(condition, 3) == USUAL._replace(oral_k=daily(20.0), oral_mg=0.0)


def test_two_diets_of_different_ions_hold_at_once() -> None:
    """Diets that name different ions do not contradict each other."""
    condition = make(diet=[{"potassium": "20 mmol/day"}, {"sodium": "10 mmol/day", "start": "10 day"}])
    assert at(condition, 5) == USUAL._replace(oral_k=daily(20.0))
    assert at(condition, 15) == USUAL._replace(oral_k=daily(20.0), oral_na=daily(10.0))


def test_diets_follow_one_another_without_a_gap() -> None:
    """One ends where the next starts: the next one's start belongs to the next."""
    condition = make(
        diet=[
            {"potassium": "20 mmol/day", "stop": "10 day"},
            {"potassium": "40 mmol/day", "start": "10 day", "stop": "20 day"},
        ]
    )
    found = [at(condition, day).oral_k * 24.0 for day in (0.0, 9.999, 10.0, 19.999, 20.0, 29.0)]
    assert found == pytest.approx([20.0, 20.0, 40.0, 40.0, 75.0, 75.0], rel=1e-14)


def test_the_usual_diet_is_that_of_the_parameters() -> None:
    """A body with another usual intake eats that where no diet is given."""
    body = Parameters().replace(intake_na=120.0, intake_k=60.0, intake_mg=12.0).body
    control = make(diet=[{"potassium": "20 mmol/day"}]).control_at(0.0, body)
    assert control[:3] == (daily(120.0), daily(20.0), daily(12.0))


@pytest.mark.parametrize("ion", CATIONS, ids=lambda ion: ion.name)
def test_supplements_add_to_the_diet_by_their_route(ion: Any) -> None:
    """Oral salt adds to what is eaten; infused salt goes its own way; both may run at once."""
    key = ion.symbol.lower()
    condition = make(
        diet=[{ion.name: "5 mmol/day"}],
        supplement=[
            {"ion": ion.name, "dose": "12 mmol/day"},
            {"ion": ion.name, "dose": "7 mmol/day", "route": "intravenous", "start": "10 day"},
        ],
    )
    assert at(condition, 0) == USUAL._replace(**{f"oral_{key}": daily(17.0)})
    assert at(condition, 10) == USUAL._replace(
        **{f"oral_{key}": daily(17.0), f"infused_{key}": daily(7.0)}
    )


@pytest.mark.parametrize(
    ("dose", "ion", "per_day"),
    [
        ("365 mg/day", "magnesium", 365 / 24.305),
        ("20 mEq/day", "magnesium", 10.0),
        ("20 mEq/day", "potassium", 20.0),
        ("3 g/day", "sodium", 3000 / 22.990),
        ("560 mmol/week", "potassium", 80.0),
    ],
)
def test_doses_may_be_masses_and_equivalents(dose: str, ion: str, per_day: float) -> None:
    """Diet and supplement take every unit of an amount over time."""
    key = BY_NAME[ion].symbol.lower()
    eaten = at(make(diet=[{ion: dose}]), 0)
    infused = at(make(supplement=[{"ion": ion, "dose": dose, "route": "intravenous"}]), 0)
    assert getattr(eaten, f"oral_{key}") == pytest.approx(per_day / 24.0, rel=1e-12)
    assert getattr(infused, f"infused_{key}") == pytest.approx(per_day / 24.0, rel=1e-12)


@pytest.mark.parametrize("start", ["0 day", "24 hour", "2 week"])
def test_a_span_includes_its_start_and_excludes_its_stop(start: str) -> None:
    """At the start the drug is there, at the stop it is gone."""
    hours = {"0 day": 0.0, "24 hour": 24.0, "2 week": 336.0}[start]
    condition = make(treatment=[{"kind": "thiazide", "effect": 0.5, "start": start, "stop": "20 day"}])
    assert condition.control_at(hours - 1e-9, BODY).thiazide == 0.0
    assert condition.control_at(hours, BODY).thiazide == 0.5
    assert condition.control_at(480.0 - 1e-9, BODY).thiazide == 0.5
    assert condition.control_at(480.0, BODY).thiazide == 0.0


@pytest.mark.parametrize("kind", TREATMENTS)
def test_each_treatment_sets_its_own_control_and_no_other(kind: str) -> None:
    """The kind written in the file reaches the control of that name, in its span only."""
    field = TREATMENTS[kind][0]
    strength = {"fold": 3.0} if kind == "hyperaldosteronism" else {"effect": 0.25}
    condition = make(treatment=[{"kind": kind, "start": "10 day", "stop": "20 day", **strength}])
    (value,) = strength.values()
    assert at(condition, 9.999) == USUAL
    assert at(condition, 10) == USUAL._replace(**{field: value})
    assert at(condition, 20) == USUAL


def test_treatments_set_controls_of_their_own() -> None:
    """No two kinds share a control, and every drug of the control has a kind."""
    fields = [field for field, _ in TREATMENTS.values()]
    drugs = Control._fields[Control._fields.index("mg_malabsorption") : Control._fields.index(GATES[0])]
    assert sorted(fields) == sorted(drugs)


def test_an_effect_may_be_a_percentage() -> None:
    """Half is 0.5 or 50 percent."""
    condition = make(treatment=[{"kind": "loop-diuretic", "effect": "50 %"}])
    assert at(condition, 0).loop_diuretic == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("mechanism", KNOCK_OUTS)
def test_each_knock_out_closes_its_own_gate_and_no_other(mechanism: str) -> None:
    """What is switched off is off from start to end, and all else lives."""
    condition = make(without=[mechanism])
    closed = USUAL._replace(**{mechanism.replace("-", "_"): 0.0})
    assert [at(condition, day) for day in (0, 15, 30)] == [closed] * 3


def test_there_is_a_knock_out_for_every_gate() -> None:
    """Gates of the control and mechanisms that users may name are the same list."""
    assert tuple(name.replace("-", "_") for name in KNOCK_OUTS) == GATES


def test_several_mechanisms_can_be_off_at_once() -> None:
    """All gates close together."""
    control = at(make(without=list(KNOCK_OUTS)), 0)
    assert control == USUAL._replace(**dict.fromkeys(GATES, 0.0))


# Spans within the duration


def test_events_are_cut_at_the_end_and_later_ones_left_out() -> None:
    """What lasts beyond the end stops at the end; what starts after it is not an event."""
    condition = make(
        supplement=[{"ion": "potassium", "dose": "80 mmol/day", "start": "20 day", "stop": "60 day"}],
        diet=[{"sodium": "10 mmol/day", "start": "30 day"}],
        treatment=[{"kind": "hyperaldosteronism", "fold": 3, "start": "12 hour"}],
    )
    assert condition.events() == [
        (12.0, 720.0, "hyperaldosteronism ×3"),
        (480.0, 720.0, "K 80 mmol/day"),
    ]
    assert condition.times() == [12.0, 480.0]


def test_moments_are_sorted_and_named_once() -> None:
    """Start and stop of several events at the same moment are one moment; start and end are none."""
    condition = make(
        diet=[{"sodium": "10 mmol/day", "start": "20 day"}],
        supplement=[
            {"ion": "potassium", "dose": "1 mmol/day", "stop": "5 day"},
            {"ion": "magnesium", "dose": "1 mmol/day", "start": "5 day", "stop": "20 day"},
        ],
        treatment=[{"kind": "thiazide", "effect": 1, "start": "0 day", "stop": "30 day"}],
    )
    assert condition.times() == [120.0, 480.0]


def test_a_diet_is_labelled_with_all_that_it_sets() -> None:
    """The label of a figure names each ion and its amount."""
    condition = make(diet=[{"sodium": "10 mmol/day", "magnesium": "1.5 mmol/day"}])
    assert condition.events()[0][2] == "diet Na 10, Mg 1.5 mmol/day"


# In Python and in files


def in_python() -> Condition:
    """The condition of refractory hypokalaemia, written in Python."""
    file = load("refractory-hypokalaemia")
    return Condition(
        name="refractory-hypokalaemia",
        title=file.title,
        description=file.description,
        duration="30 week",
        treatment=[Treatment(kind="mg-malabsorption", effect=0.95)],
        supplement=[
            Supplement(ion="potassium", dose="80 mEq/day", start="120 day", stop="150 day"),
            Supplement(
                ion="magnesium",
                dose="20 mEq/day",
                route="intravenous",
                start="150 day",
                stop="210 day",
            ),
            Supplement(ion="potassium", dose="80 mmol/day", start="180 day", stop="210 day"),
        ],
    )


def test_a_condition_in_python_equals_the_one_in_a_file() -> None:
    """Text units, classes and files are three ways to one thing."""
    assert in_python() == load("refractory-hypokalaemia")


def test_loading_a_condition_gives_it_back() -> None:
    """What is a condition already needs no loading."""
    condition = in_python()
    assert load(condition) is condition


@pytest.mark.parametrize("as_text", [True, False])
def test_a_file_of_ones_own_is_loaded_by_its_path(tmp_path: Path, as_text: bool) -> None:
    """The name is that of the file; a path may be text."""
    path = tmp_path / "own.toml"
    path.write_text('duration = "3 day"\n[[diet]]\npotassium = "20 mmol/day"\n', encoding="utf-8")
    condition = load(str(path) if as_text else path)
    assert condition == Condition(name="own", duration="3 day", diet=[Diet(potassium="20 mmol/day")])


def test_a_file_may_name_itself(tmp_path: Path) -> None:
    """A name in the file goes before the name of the file."""
    path = tmp_path / "own.toml"
    path.write_text('name = "other"\nduration = "3 day"\n', encoding="utf-8")
    assert load(path).name == "other"


def test_parameters_in_a_file_are_text_with_units(tmp_path: Path) -> None:
    """Each is read in its own unit; a share may be a plain number or a percentage."""
    path = tmp_path / "own.toml"
    path.write_text(
        'duration = "3 day"\n[parameters]\npump_half_mg = "100 uM"\ngfr = "7.5 L/hour"\n'
        'noise_time = "1 day"\nsd_size = 0.2\nabsorbed_k = "90 %"\nrest_potential = "-0.085 V"\n',
        encoding="utf-8",
    )
    assert load(path).parameters == pytest.approx(
        {
            "pump_half_mg": 0.1,
            "gfr": 180.0,
            "noise_time": 24.0,
            "sd_size": 0.2,
            "absorbed_k": 0.9,
            "rest_potential": -85.0,
        },
        rel=1e-14,
    )


def test_a_condition_does_not_change() -> None:
    """Neither a condition nor a part of it can be assigned to."""
    condition = in_python()
    with pytest.raises(ValidationError, match="frozen"):
        condition.duration = 3.0  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        condition.supplement[0].dose = 3.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make_part", "told"),
    [
        (lambda: Diet(potassium="5 foo/day"), "'foo' is not defined"),
        (lambda: Supplement(ion="potassium", dose=5), "5 has no unit"),
        (lambda: Treatment(kind="thiazide", fold=2.0), "takes 'effect' and not 'fold'"),
        (lambda: Condition(name="mine", duration="3 day", without=("romk",)), "'romk'"),
    ],
)
def test_faults_in_python_are_pydantics(make_part: Callable[[], object], told: str) -> None:
    """Parts made in Python are refused where they are made, in the same words."""
    with pytest.raises(ValidationError, match=told):
        make_part()


# A revised copy


def test_a_revised_copy_differs_only_in_what_was_asked() -> None:
    """Duration, mechanisms or anything else can be replaced; the original stays."""
    condition = make(
        diet=[{"potassium": "20 mmol/day"}],
        parameters={"pump_half_mg": "0.1 mM", "sd_size": 0.2, "rest_potential": "-80 mV"},
    )
    copy = condition.revised(duration="2 day", without=["romk-mg-block"])
    assert copy.duration == 48.0
    assert copy.without == ("romk-mg-block",)
    kept = {"duration", "without"}
    assert copy.model_dump(exclude=kept) == condition.model_dump(exclude=kept)
    assert (condition.duration, condition.without) == (720.0, ())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_copy_without_changes_is_equal(name: str) -> None:
    """Going through text again changes nothing."""
    assert load(name).revised() == load(name)


def test_a_revised_copy_is_checked_again() -> None:
    """A change that cannot be is refused."""
    condition = make(diet=[{"potassium": "20 mmol/day"}])
    with pytest.raises(ValidationError, match="two diets set potassium"):
        condition.revised(diet=[*condition.diet, Diet(potassium="1 mmol/day")])
    with pytest.raises(ValidationError, match="duration is 0 days"):
        condition.revised(duration="0 day")
    with pytest.raises(ValidationError, match="has no unit"):
        condition.revised(duration=3)


def test_a_condition_with_another_osmolality_can_be_revised() -> None:
    """Every parameter survives a revision."""
    condition = make(parameters={"osmolality": "285 mosm/L"})
    assert condition.revised(duration="1 day").parameters == {"osmolality": 285.0}


# What is refused, one fault at a time


NEGATIVE = "is negative; give zero or more"
ONE_FAULT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "unknown key": ({"supplment": []}, ["supplment", "did you mean 'supplement'?", "treatment"]),
    "unknown key in a diet": (
        {"diet": [{"potasium": "1 mmol/day"}]},
        ["diet no. 1", "potasium", "did you mean 'potassium'?", "magnesium"],
    ),
    "unknown key in a second treatment": (
        {"treatment": [{"kind": "thiazide", "effect": 1}, {"kind": "romk-blocker", "efect": 1}]},
        ["treatment no. 2", "efect", "did you mean 'effect'?"],
    ),
    "unknown key like no other": ({"zzz": 1}, ["zzz", "unknown key", "allowed are", "duration"]),
    "duration without unit": ({"duration": 30}, ["duration", "30 has no unit", "'30 day'"]),
    "duration in another unit": (
        {"duration": "30 mmol"},
        ["duration", "'30 mmol' is not in a unit of 'hour'", "'30 day'"],
    ),
    "duration of nothing": ({"duration": "0 day"}, ["duration is 0 days", "more than 0"]),
    "duration negative": ({"duration": "-3 day"}, ["duration is -3 days", "more than 0"]),
    "duration for ever": ({"duration": "11 year"}, ["duration is 4017", f"{LONGEST_DAYS:g}"]),
    "duration NaN": ({"duration": "nan day"}, ["duration", "'nan day' is not a finite number"]),
    "diet without unit": ({"diet": [{"potassium": 20}]}, ["diet no. 1 potassium", "20 has no unit"]),
    "diet in another unit": (
        {"diet": [{"sodium": "20 mmol"}]},
        ["diet no. 1 sodium", "'20 mmol' is not in a unit of 'mmol/hour'", "'40 mmol/day'"],
    ),
    "diet negative": (
        {"diet": [{"magnesium": "-1 mmol/day"}]},
        ["diet no. 1 magnesium", "'-1 mmol/day'", NEGATIVE],
    ),
    "diet NaN": ({"diet": [{"sodium": "nan mmol/day"}]}, ["'nan mmol/day' is not a finite number"]),
    "diet infinite": ({"diet": [{"sodium": "inf mmol/day"}]}, ["'inf mmol/day' is not a finite"]),
    "diet of kilograms": (
        {"diet": [{"sodium": "1 kg/day"}]},
        ["'1 kg/day'", "more than 2000 mmol/day; check the unit"],
    ),
    "start negative": (
        {"diet": [{"sodium": "1 mmol/day", "start": "-1 day"}]},
        ["diet no. 1 start", "'-1 day'", NEGATIVE],
    ),
    "start without unit": (
        {"diet": [{"sodium": "1 mmol/day", "start": 1}]},
        ["diet no. 1 start", "1 has no unit", "'30 day'"],
    ),
    "stop before start": (
        {"diet": [{"sodium": "1 mmol/day", "start": "9 day", "stop": "3 day"}]},
        ["diet no. 1", "stop is not after start"],
    ),
    "stop at start": (
        {"treatment": [{"kind": "thiazide", "effect": 1, "start": "3 day", "stop": "72 hour"}]},
        ["treatment no. 1", "stop is not after start"],
    ),
    "stop at zero": (
        {"supplement": [{"ion": "sodium", "dose": "1 mmol/day", "stop": "0 day"}]},
        ["supplement no. 1", "stop is not after start"],
    ),
    "supplement of no ion": (
        {"supplement": [{"dose": "1 mmol/day"}]},
        ["supplement no. 1 ion", "is missing"],
    ),
    "supplement of another ion": (
        {"supplement": [{"ion": "calcium", "dose": "1 mmol/day"}]},
        ["supplement no. 1 ion", "'calcium'", "'sodium', 'potassium' or 'magnesium'"],
    ),
    "supplement without dose": (
        {"supplement": [{"ion": "sodium"}]},
        ["supplement no. 1 dose", "is missing"],
    ),
    "supplement without unit": (
        {"supplement": [{"ion": "sodium", "dose": 80}]},
        ["supplement no. 1", "80 has no unit", "'80 mmol/day'"],
    ),
    "supplement in another unit": (
        {"supplement": [{"ion": "sodium", "dose": "80 mM"}]},
        ["supplement no. 1", "'80 mM' is not in a unit of 'mmol/hour'", "'80 mmol/day'"],
    ),
    "supplement negative": (
        {"supplement": [{"ion": "sodium", "dose": "-80 mmol/day"}]},
        ["supplement no. 1", "-80 mmol/day", NEGATIVE],
    ),
    "supplement of moles": (
        {"supplement": [{"ion": "sodium", "dose": "80 mol/day"}]},
        ["supplement no. 1", "80 mol/day", "more than 2000 mmol/day"],
    ),
    "supplement by another route": (
        {"supplement": [{"ion": "sodium", "dose": "1 mmol/day", "route": "rectal"}]},
        ["supplement no. 1 route", "'rectal'", "'oral' or 'intravenous'"],
    ),
    "treatment of no kind": ({"treatment": [{"effect": 1}]}, ["treatment no. 1 kind", "is missing"]),
    "treatment of unknown kind": (
        {"treatment": [{"kind": "thiazid", "effect": 1}]},
        ["treatment no. 1 kind", "'thiazid'", "'thiazide'", "'romk-blocker'"],
    ),
    "effect above one": (
        {"treatment": [{"kind": "thiazide", "effect": 50}]},
        ["treatment no. 1 effect", "50", "less than or equal to 1"],
    ),
    "effect negative": (
        {"treatment": [{"kind": "thiazide", "effect": "-5 %"}]},
        ["treatment no. 1 effect", "'-5 %'", "greater than or equal to 0"],
    ),
    "effect NaN": (
        {"treatment": [{"kind": "thiazide", "effect": float("nan")}]},
        ["treatment no. 1 effect", "nan"],
    ),
    "effect as a dose": (
        {"treatment": [{"kind": "thiazide", "effect": "50 mg"}]},
        ["treatment no. 1 effect", "'50 mg'", "'80 %'"],
    ),
    "thiazide with fold": (
        {"treatment": [{"kind": "thiazide", "fold": 3.0}]},
        ["treatment no. 1", "thiazide takes 'effect' and not 'fold'"],
    ),
    "thiazide with both": (
        {"treatment": [{"kind": "thiazide", "effect": 0.5, "fold": 3.0}]},
        ["thiazide takes 'effect' and not 'fold'"],
    ),
    "thiazide with neither": (
        {"treatment": [{"kind": "thiazide"}]},
        ["thiazide takes 'effect' and not 'fold'"],
    ),
    "hyperaldosteronism with effect": (
        {"treatment": [{"kind": "hyperaldosteronism", "effect": 0.5}]},
        ["hyperaldosteronism takes 'fold' and not 'effect'"],
    ),
    "fold below one": (
        {"treatment": [{"kind": "hyperaldosteronism", "fold": 0.5}]},
        ["treatment no. 1 fold", "0.5", "greater than or equal to 1"],
    ),
    "fold infinite": (
        {"treatment": [{"kind": "hyperaldosteronism", "fold": float("inf")}]},
        ["treatment no. 1 fold", "inf"],
    ),
    "unknown mechanism": (
        {"without": ["romk-mg-bloc"]},
        ["without", "'romk-mg-bloc'", "did you mean 'romk-mg-block'?", *KNOCK_OUTS],
    ),
    "mechanism that is no text": ({"without": [3]}, ["without no. 1", "3", "text in quotes"]),
    "unknown parameter": (
        {"parameters": {"pump_haf_mg": "0.1 mM"}},
        ["'pump_haf_mg'", "did you mean 'pump_half_mg'?", "sim describe"],
    ),
    "parameter without unit": (
        {"parameters": {"pump_half_mg": 0.1}},
        ["parameters", "0.1 has no unit", "mM"],
    ),
    "parameter in another unit": (
        {"parameters": {"pump_half_mg": "0.1 hour"}},
        ["parameters", "'0.1 hour' is not in a unit of 'mM'"],
    ),
    "parameter out of bounds": (
        {"parameters": {"gfr": "1e6 L/day"}},
        ["gfr = 1000000.0 L/day is out of bounds", "plausible: 130 to 200"],
    ),
    "parameter NaN": ({"parameters": {"sd_size": float("nan")}}, ["sd_size = nan"]),
    "two diets": (
        {
            "diet": [
                {"potassium": "20 mmol/day", "sodium": "9 mmol/day"},
                {"potassium": "30 mmol/day", "start": "9 day"},
            ]
        },
        ["two diets set potassium at once", "diet K 30 mmol/day", "Na 9, K 20"],
    ),
    "two supplements": (
        {
            "supplement": [
                {"ion": "sodium", "dose": "20 mmol/day", "stop": "9 day"},
                {"ion": "sodium", "dose": "30 mmol/day", "start": "8 day"},
            ]
        },
        ["two oral supplements of sodium overlap", "Na 20", "Na 30", "the sum of the doses"],
    ),
    "two treatments": (
        {
            "treatment": [
                {"kind": "thiazide", "effect": 0.5, "start": "8 day"},
                {"kind": "thiazide", "effect": 0.2, "stop": "9 day"},
            ]
        },
        ["two treatments thiazide overlap", "50 %", "20 %"],
    ),
    "name that is no text": ({"name": 3}, ["name", "3", "text in quotes"]),
}


@pytest.mark.parametrize(("fields", "told"), ONE_FAULT.values(), ids=ONE_FAULT.keys())
def test_a_fault_is_told_in_one_sentence(fields: dict[str, Any], told: list[str]) -> None:
    """The sentence says where, what was given and what is allowed."""
    sentence = fault(**fields)
    assert [words for words in told if words not in sentence] == []
    assert "\n" not in sentence
    assert "Value error" not in sentence


def test_a_missing_duration_is_told() -> None:
    """A condition needs an end."""
    with pytest.raises(ConditionError) as refusal:
        read({"name": "mine"})
    assert refusal.value.faults == ["duration: is missing"]


TOUCHING: dict[str, dict[str, Any]] = {
    "diets": {
        "diet": [
            {"potassium": "20 mmol/day", "stop": "9 day"},
            {"potassium": "30 mmol/day", "start": "216 hour"},
        ]
    },
    "supplements": {
        "supplement": [
            {"ion": "sodium", "dose": "30 mmol/day", "start": "9 day"},
            {"ion": "sodium", "dose": "20 mmol/day", "stop": "9 day"},
        ]
    },
    "treatments": {
        "treatment": [
            {"kind": "thiazide", "effect": 0.5, "stop": "9 day"},
            {"kind": "thiazide", "effect": 0.2, "start": "9 day"},
        ]
    },
    "supplements by two routes": {
        "supplement": [
            {"ion": "sodium", "dose": "30 mmol/day"},
            {"ion": "sodium", "dose": "20 mmol/day", "route": "intravenous"},
        ]
    },
    "supplements of two ions": {
        "supplement": [
            {"ion": "sodium", "dose": "30 mmol/day"},
            {"ion": "potassium", "dose": "20 mmol/day"},
        ]
    },
    "two kinds of treatment": {
        "treatment": [
            {"kind": "thiazide", "effect": 0.5},
            {"kind": "loop-diuretic", "effect": 0.2},
        ]
    },
}


@pytest.mark.parametrize("fields", TOUCHING.values(), ids=TOUCHING.keys())
def test_events_that_only_touch_or_differ_do_not_contradict(fields: dict[str, Any]) -> None:
    """A refusal of overlap is for two events that cannot both hold, and for no others."""
    assert len(make(**fields).events()) == 2


def test_three_overlapping_events_are_told_pair_by_pair() -> None:
    """Every contradicting pair is named."""
    doses = [{"kind": "thiazide", "effect": effect} for effect in (0.1, 0.2, 0.3)]
    told = faults(treatment=doses)
    assert [("10 %" in t, "20 %" in t, "30 %" in t) for t in told] == [
        (True, True, False),
        (True, False, True),
        (False, True, True),
    ]


# All faults at once


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """One error lists every fault in a file, each once, contradictions behind other faults too."""
    path = tmp_path / "faulty.toml"
    path.write_text(
        """
        title = 3
        diat = 1
        without = ["bone-exchang"]

        [[diet]]
        potassium = "20 mmol/day"
        [[diet]]
        potassium = "-20 mmol/day"
        sodium = 4
        [[diet]]
        potassium = "10 mmol/day"
        start = "5 day"
        [[diet]]
        magnesium = "nan mmol/day"

        [[supplement]]
        ion = "potassium"
        dose = "80 mmol/day"
        stop = "8 day"
        [[supplement]]
        ion = "potassium"
        dose = "80 mmol/day"
        start = "7 day"
        [[supplement]]
        ion = "potassium"
        dose = "80 hour"

        [[treatment]]
        kind = "thiazide"
        effect = 0.4
        [[treatment]]
        kind = "thiazide"
        fold = 2.0
        [[treatment]]
        kind = "thiazide"
        effect = 0.6
        [[treatment]]
        kind = "romk-blocker"
        effect = 0.6
        start = "5 day"
        stop = "3 day"

        [parameters]
        pump_haf_mg = "0.1 mM"
        """,
        encoding="utf-8",
    )
    expected = [
        "title: 3",
        "diat: unknown key",
        "duration: is missing",
        "no mechanism is called 'bone-exchang'",
        "diet no. 2 potassium: '-20 mmol/day'",
        "diet no. 2 sodium: 4 has no unit",
        "diet no. 4 magnesium: 'nan mmol/day'",
        "two diets set potassium at once (diet K 20 mmol/day; diet K 10 mmol/day)",
        "two oral supplements of potassium overlap",
        "supplement no. 3 dose: '80 hour' is not in a unit",
        "treatment no. 2: thiazide takes 'effect' and not 'fold'",
        "two treatments thiazide overlap (thiazide 40 %; thiazide 60 %)",
        "treatment no. 4: stop is not after start",
        "no parameter is called 'pump_haf_mg'",
    ]
    with pytest.raises(ConditionError) as refusal:
        load(path)
    told = refusal.value.faults
    assert {words: sum(words in fault for fault in told) for words in expected} == dict.fromkeys(
        expected, 1
    )
    assert len(told) == len(expected)
    assert str(refusal.value) == "\n".join(told)


def test_consistent_parts_with_a_contradiction_each_are_all_told() -> None:
    """Duration, mechanisms and contradictions are told together when all parts are valid."""
    told = faults(
        duration="0 day",
        without=["a", "b"],
        diet=[{"sodium": "1 mmol/day"}] * 2,
        supplement=[{"ion": "sodium", "dose": "1 mmol/day"}] * 2,
        treatment=[{"kind": "thiazide", "effect": 1}] * 2,
    )
    starts = ["duration is 0 days", "without: no mechanism is called 'a'"]
    starts += ["without: no mechanism is called 'b'", "two diets", "two oral", "two treatments"]
    assert [t.startswith(s) for t, s in zip(told, starts, strict=True)] == [True] * 6


HIDDEN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "duration behind another fault": (
        {"duration": "0 day", "zzz": 1},
        ["zzz: unknown key", "duration is 0 days"],
    ),
    "keys and routes behind a dose": (
        {"supplement": [{"ion": "sodium", "dose": "8 foo", "route": "oarl", "stat": "1 day"}]},
        ["'8 foo'", "route: 'oarl'", "stat: unknown key"],
    ),
    "dose behind the ion": (
        {"supplement": [{"ion": "calcium", "dose": "8 foo"}]},
        ["ion: 'calcium'", "'8 foo'"],
    ),
    "strength behind the span": (
        {"treatment": [{"kind": "thiazide", "fold": 2.0, "start": "5 day", "stop": "3 day"}]},
        ["stop is not after start", "thiazide takes 'effect' and not 'fold'"],
    ),
    "span behind an amount": (
        {"diet": [{"potassium": "-3 mmol/day", "start": "5 day", "stop": "3 day"}]},
        ["'-3 mmol/day'", "stop is not after start"],
    ),
    "second parameter's unit": (
        {"parameters": {"pump_half_mg": "0.1 hour", "gfr": "3 foo"}},
        ["'0.1 hour'", "'3 foo'"],
    ),
    "unknown parameter behind a unit": (
        {"parameters": {"pump_half_mg": "0.1 hour", "pump_haf_mg": "3 mM"}},
        ["'0.1 hour'", "'pump_haf_mg'"],
    ),
}


@pytest.mark.parametrize(("fields", "told"), HIDDEN.values(), ids=HIDDEN.keys())
def test_no_fault_hides_another(fields: dict[str, Any], told: list[str]) -> None:
    """Faults of one place are told together too."""
    found = faults(**fields)
    assert [words for words in told if not any(words in sentence for sentence in found)] == []


UNFRIENDLY: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "table in place of a list of tables": (
        {"diet": {"potassium": "3 mmol/day"}},
        ["[[diet]]"],
        ["tuple"],
    ),
    "text in place of a list": ({"without": "romk-mg-block"}, ["list"], ["tuple"]),
    "text in place of a table": ({"diet": ["low"]}, ["diet no. 1", "'low'"], ["instance of Diet"]),
    "dose negative": (
        {"supplement": [{"ion": "sodium", "dose": "-8 mmol/day"}]},
        ["supplement no. 1 dose: '-8 mmol/day'"],
        ["{"],
    ),
    "dose with a wrong unit": (
        {"supplement": [{"ion": "sodium", "dose": "8 foo"}]},
        ["supplement no. 1 dose: '8 foo'"],
        [],
    ),
    "parameter with a wrong unit": (
        {"parameters": {"pump_half_mg": "0.1 hour"}},
        ["pump_half_mg", "'0.1 hour'"],
        [],
    ),
    "parameter without a unit": (
        {"parameters": {"pump_half_mg": 0.1}},
        ["pump_half_mg"],
        [],
    ),
}


@pytest.mark.parametrize(("fields", "told", "not_told"), UNFRIENDLY.values(), ids=UNFRIENDLY.keys())
def test_a_sentence_names_the_key_in_words_of_the_file(
    fields: dict[str, Any], told: list[str], not_told: list[str]
) -> None:
    """Users see the key at fault and no word of Python."""
    sentence = fault(**fields)
    assert [words for words in told if words not in sentence] == []
    assert [words for words in not_told if words in sentence] == []


@pytest.mark.parametrize("value", [[0.1], {"a": 1}, None])
def test_a_share_that_is_no_number_is_refused(value: object) -> None:
    """A parameter without unit that is a list or a table is a fault, not a crash."""
    assert "sd_size" in fault(parameters={"sd_size": value})


@pytest.mark.parametrize(
    "fields",
    [
        {"treatment": [{"kind": "thiazide", "effect": True}]},
        {"treatment": [{"kind": "hyperaldosteronism", "fold": True}]},
        {"parameters": {"sd_size": True}},
    ],
    ids=["effect", "fold", "parameter"],
)
def test_true_is_no_number(fields: dict[str, Any]) -> None:
    """A strength is a number; yes is not how much."""
    assert "rue" in fault(**fields)


def test_a_diet_that_sets_nothing_is_refused() -> None:
    """An empty diet is a slip."""
    assert "diet no. 1" in fault(diet=[{"start": "3 day"}])


# Names and files that cannot be


def refusal_of(name: str | Path) -> str:
    """The one sentence with which loading is refused."""
    with pytest.raises(ConditionError) as refusal:
        load(name)
    (only,) = refusal.value.faults
    return only


def test_an_unknown_name_is_answered_with_the_nearest_and_all() -> None:
    """A slip of the pen is corrected, and the choice is shown."""
    told = refusal_of("baselin")
    assert "'baselin'" in told
    assert "did you mean 'baseline'?" in told
    assert all(name in told for name in SHIPPED)


def test_a_name_like_no_other_is_answered_with_all() -> None:
    """No suggestion where nothing is near."""
    told = refusal_of("zzz")
    assert "did you mean" not in told
    assert all(name in told for name in SHIPPED)


@pytest.mark.parametrize("name", ["", ".", "../conditions/baseline", "Baseline", "baseline "])
def test_a_name_is_matched_exactly(name: str) -> None:
    """Only names of the list are names."""
    assert repr(name) in refusal_of(name)


def test_a_missing_file_is_told_by_its_path(tmp_path: Path) -> None:
    """What ends in .toml is a file."""
    path = tmp_path / "missing.toml"
    assert refusal_of(path) == f"{path} cannot be read: No such file or directory"


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder named like a file is refused."""
    path = tmp_path / "folder.toml"
    path.mkdir()
    assert refusal_of(path).startswith(f"{path} cannot be read")


@pytest.mark.parametrize(
    "content",
    [b"duration = [", b'duration = "3 day"\nduration = "4 day"\n', b'title = "\xff\xfe"\n', b"\x00"],
    ids=["unfinished", "twice", "not UTF-8", "binary"],
)
def test_a_file_that_is_not_toml_is_told_so(tmp_path: Path, content: bytes) -> None:
    """The path and the parser's complaint are shown."""
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    assert refusal_of(path).startswith(f"{path} is not valid TOML: ")


def test_an_empty_file_lacks_a_duration(tmp_path: Path) -> None:
    """An empty file is valid TOML and no condition."""
    path = tmp_path / "empty.toml"
    path.touch()
    assert refusal_of(path) == "duration: is missing"


def test_a_condition_error_is_an_input_error_and_a_value_error() -> None:
    """One `except` catches all input at fault."""
    assert issubclass(ConditionError, InputError)
    assert issubclass(InputError, ValueError)


# Any condition at all


class Drawn(NamedTuple):
    """A condition drawn at random, as data for a file and as plain numbers per hour."""

    data: dict[str, Any]
    diets: list[tuple[float, float | None, dict[str, float]]]
    supplements: list[tuple[float, float | None, str, str, float]]
    treatments: list[tuple[float, float | None, str, float]]
    without: list[str]


HOUR_UNITS = {"hour": 1.0, "day": 24.0, "week": 168.0, "min": 1.0 / 60.0}


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[float, float | None]]:
    """Up to three spans [h] that do not overlap; the last may have no end."""
    edges = sorted(draw(st.lists(st.integers(0, 900), unique=True, max_size=6)))
    pairs: list[tuple[float, float | None]] = [
        (float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    if len(edges) % 2:
        pairs.append((float(edges[-1]), None))
    return pairs


def written_time(hours: float, unit: str) -> str:
    """A time in a unit if that gives exactly the same hours again, else in hours."""
    text = f"{hours / HOUR_UNITS[unit]!r} {unit}"
    return text if parse(text, "hour", "") == hours else f"{hours!r} hour"


@st.composite
def written_span(draw: st.DrawFn, start: float, stop: float | None) -> dict[str, str]:
    """A span as text, in any unit of time."""
    unit = draw(st.sampled_from(sorted(HOUR_UNITS)))
    fields = {} if start == 0.0 and draw(st.booleans()) else {"start": start}
    fields |= {} if stop is None else {"stop": stop}
    return {key: written_time(value, unit) for key, value in fields.items()}


@st.composite
def written_rate(draw: st.DrawFn, name: str, rate: float) -> str:
    """A supply [mmol/h] as text, in moles, mass or charge."""
    ion = BY_NAME[name]
    amount, unit = draw(
        st.sampled_from(
            [
                (rate, "mmol/hour"),
                (rate * 24.0, "mmol/day"),
                (rate * 24.0 * ion.molar_mass, "mg/day"),
                (rate * 0.168 * ion.molar_mass, "g/week"),
                (rate * 24.0 * ion.valence, "mEq/day"),
            ]
        )
    )
    return f"{amount!r} {unit}"


RATES = st.one_of(st.just(0.0), st.floats(1e-3, 80.0))


@st.composite
def conditions(draw: st.DrawFn) -> Drawn:
    """A valid condition of any kind."""
    duration = draw(st.integers(1, 1000))
    data: dict[str, Any] = {"name": "drawn", "duration": f"{duration} hour"}
    drawn = Drawn(data, [], [], [], draw(st.lists(st.sampled_from(sorted(KNOCK_OUTS)), unique=True)))
    data |= {"diet": [], "supplement": [], "treatment": [], "without": drawn.without}
    for start, stop in draw(spans()):
        names = draw(st.lists(st.sampled_from([ion.name for ion in CATIONS]), unique=True, min_size=1))
        rates = {name: draw(RATES) for name in names}
        texts = {name: draw(written_rate(name, rate)) for name, rate in rates.items()}
        drawn.diets.append((start, stop, rates))
        data["diet"].append(texts | draw(written_span(start, stop)))
    for ion in CATIONS:
        for route in ("oral", "intravenous"):
            for start, stop in draw(spans()):
                rate = draw(RATES)
                drawn.supplements.append((start, stop, ion.name, route, rate))
                dose = draw(written_rate(ion.name, rate))
                item = {"ion": ion.name, "dose": dose, "route": route}
                data["supplement"].append(item | draw(written_span(start, stop)))
    for kind in draw(st.lists(st.sampled_from(sorted(TREATMENTS)), unique=True)):
        for start, stop in draw(spans()):
            hormone = kind == "hyperaldosteronism"
            strength = draw(st.floats(1.0, 100.0) if hormone else st.floats(0.0, 1.0))
            drawn.treatments.append((start, stop, kind, strength))
            item = {"kind": kind, "fold" if hormone else "effect": strength}
            data["treatment"].append(item | draw(written_span(start, stop)))
    return drawn


def holds(start: float, stop: float | None, hours: float) -> bool:
    """Whether a moment lies in a span, told again."""
    return not (hours < start or (stop is not None and hours >= stop))


def expected_control(drawn: Drawn, hours: float) -> dict[str, float]:
    """What the drawn numbers mean at a moment, told again."""
    control = USUAL._asdict()
    for start, stop, rates in drawn.diets:
        if holds(start, stop, hours):
            control |= {f"oral_{BY_NAME[name].symbol.lower()}": rate for name, rate in rates.items()}
    for start, stop, name, route, rate in drawn.supplements:
        if holds(start, stop, hours):
            way = {"oral": "oral", "intravenous": "infused"}[route]
            control[f"{way}_{BY_NAME[name].symbol.lower()}"] += rate
    for start, stop, kind, strength in drawn.treatments:
        if holds(start, stop, hours):
            control[TREATMENTS[kind][0]] = strength
    return control | {name.replace("-", "_"): 0.0 for name in drawn.without}


def written_again(condition: Condition) -> dict[str, Any]:
    """A dumped condition with its units put back."""
    data = json.loads(condition.model_dump_json(exclude_none=True))
    data["duration"] = f"{data['duration']!r} hour"
    for item in (*data["diet"], *data["supplement"], *data["treatment"]):
        for key in {"start", "stop"} & set(item):
            item[key] = f"{item[key]!r} hour"
        for key in {"sodium", "potassium", "magnesium", "dose"} & set(item):
            item[key] = f"{item[key]!r} mmol/hour"
    return data


MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOMENTS = st.one_of(st.integers(0, 1000).map(float), st.floats(0.0, 1000.0))


@MANY
@given(drawn=conditions(), hours=st.lists(MOMENTS, min_size=1, max_size=5))
def test_any_condition_does_what_its_numbers_say(drawn: Drawn, hours: list[float]) -> None:
    """Supply is the sum of diet and supplements, the rest as written; no control is ever negative."""
    condition = read(drawn.data)
    for moment in hours:
        control = condition.control_at(moment, BODY)
        assert min(control) >= 0.0
        assert control._asdict() == pytest.approx(expected_control(drawn, moment), rel=1e-12)


@MANY
@given(drawn=conditions(), hours=MOMENTS)
def test_any_condition_survives_being_written_down(drawn: Drawn, hours: float) -> None:
    """What is dumped as JSON and read again, units put back, is the same condition."""
    condition = read(drawn.data)
    again = read(written_again(condition))
    assert again == condition
    assert again.control_at(hours, BODY) == condition.control_at(hours, BODY)
    assert condition.revised() == condition


@MANY
@given(drawn=conditions())
def test_control_is_constant_between_moments(drawn: Drawn) -> None:
    """Nothing changes but at the moments that are told, and those lie within the duration."""
    condition = read(drawn.data)
    edges = [0.0, *condition.times(), condition.duration]
    assert edges == sorted(set(edges))
    for start, stop in pairwise(edges):
        inside = [start + share * (stop - start) for share in (0.0, 0.3, 0.999)]
        assert len({condition.control_at(hours, BODY) for hours in inside}) == 1


@MANY
@given(drawn=conditions())
def test_events_lie_within_the_duration_in_order(drawn: Drawn) -> None:
    """Spans for a figure are sorted, not empty, and cut at the end."""
    condition = read(drawn.data)
    events = condition.events()
    assert events == sorted(events)
    assert all(0.0 <= start < stop <= condition.duration for start, stop, _ in events)
    started = [*drawn.diets, *drawn.supplements, *drawn.treatments]
    assert len(events) == sum(item[0] < condition.duration for item in started)
