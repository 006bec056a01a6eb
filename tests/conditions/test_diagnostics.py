"""Everything that can be wrong with a condition, listed at once and in words of the file."""

from pathlib import Path
from typing import Any

import pytest

from sim.conditions.condition import Condition, built_in_conditions, load, read
from sim.conditions.fields import MAX_DAYS
from sim.conditions.treatments import TREATMENTS
from sim.errors import ConditionError, InputError
from sim.parameters import FACTS
from sim.parameters.inputs import KNOCK_OUTS


def make(**fields: Any) -> Condition:
    """Condition of thirty days from nested data."""
    return read({"name": "mine", "duration": "30 day", **fields})


def problems(**fields: Any) -> list[str]:
    """Sentences with which a condition is refused."""
    with pytest.raises(ConditionError) as refusal:
        make(**fields)
    return refusal.value.problems


def problem(**fields: Any) -> str:
    """The one sentence with which a condition is refused."""
    (only,) = problems(**fields)
    return only


# What is refused, one problem at a time


NEGATIVE = "is negative; give zero or more"
ONE_PROBLEM: dict[str, tuple[dict[str, Any], list[str]]] = {
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
    "duration for ever": ({"duration": "11 year"}, ["duration is 4017", f"{MAX_DAYS:g}"]),
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
        {"diet": [{"sodium": "1 kg NaCl/day"}]},
        ["'1 kg NaCl/day'", "more than 2000 mmol/day; check the unit"],
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
        {"supplement": [{"ion": "lithium", "dose": "1 mmol/day"}]},
        ["supplement no. 1 ion", "'lithium'", "'sodium', 'potassium', 'magnesium' or 'calcium'"],
    ),
    "supplement without dose": (
        {"supplement": [{"ion": "sodium"}]},
        ["supplement no. 1", 'either a dose ("80 mmol/day") or an amount ("30 mmol") with a stop'],
    ),
    "supplement with dose and amount": (
        {"supplement": [{"ion": "sodium", "dose": "1 mmol/day", "amount": "1 mmol", "stop": "1 day"}]},
        ["supplement no. 1", 'either a dose ("80 mmol/day") or an amount ("30 mmol") with a stop'],
    ),
    "amount without stop": (
        {"supplement": [{"ion": "sodium", "amount": "1 mmol"}]},
        ["supplement no. 1", "an amount needs a stop"],
    ),
    "amount as a rate": (
        {"supplement": [{"ion": "sodium", "amount": "1 mmol/day", "stop": "1 day"}]},
        ["supplement no. 1 amount", "'1 mmol/day' is not in a unit of 'mmol'", "'30 mmol'"],
    ),
    "amount without unit": (
        {"supplement": [{"ion": "sodium", "amount": 30, "stop": "1 day"}]},
        ["supplement no. 1 amount", "30 has no unit", "'30 mmol'"],
    ),
    "amount of moles": (
        {"supplement": [{"ion": "magnesium", "amount": "30 mol", "stop": "1 day"}]},
        ["supplement no. 1 amount", "'30 mol'", "more than 1000 mmol at once; check the unit"],
    ),
    "amount negative": (
        {"supplement": [{"ion": "magnesium", "amount": "-3 mmol", "stop": "1 day"}]},
        ["supplement no. 1 amount", "'-3 mmol'", NEGATIVE],
    ),
    "dose of osmoles": (
        {"supplement": [{"ion": "magnesium", "dose": "60 mosm/day"}]},
        ["supplement no. 1 dose", "'60 mosm/day'", "particles of every kind, not magnesium"],
    ),
    "diet of osmoles": (
        {"diet": [{"calcium": "60 mosm/day"}]},
        ["diet no. 1 calcium", "'60 mosm/day'", "particles of every kind, not calcium"],
    ),
    "diet of nothing": (
        {"diet": [{"start": "3 day"}]},
        ["diet no. 1", "sets nothing; name sodium, potassium, magnesium or calcium"],
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
        ["treatment no. 1 kind", "'thiazid'", "did you mean 'thiazide'?", *TREATMENTS],
    ),
    "treatment like no other": (
        {"treatment": [{"kind": "zzz", "effect": 1}]},
        ["treatment no. 1 kind", "'zzz': is not a treatment; there are", *TREATMENTS],
    ),
    "treatment that is no text": (
        {"treatment": [{"kind": ["thiazide"], "effect": 1}]},
        ["treatment no. 1 kind", "['thiazide']: is not a treatment", *TREATMENTS],
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
        ["treatment no. 1", "thiazide takes 'effect' and not 'fold' or 'rate'"],
    ),
    "thiazide with both": (
        {"treatment": [{"kind": "thiazide", "effect": 0.5, "fold": 3.0}]},
        ["thiazide takes 'effect' and not 'fold' or 'rate'"],
    ),
    "thiazide with neither": (
        {"treatment": [{"kind": "thiazide"}]},
        ["thiazide takes 'effect' and not 'fold' or 'rate'"],
    ),
    "hyperaldosteronism with effect": (
        {"treatment": [{"kind": "hyperaldosteronism", "effect": 0.5}]},
        ["hyperaldosteronism takes 'fold' and not 'effect' or 'rate'"],
    ),
    "vomiting with effect": (
        {"treatment": [{"kind": "vomiting", "effect": 0.5}]},
        ["vomiting takes 'rate' and not 'effect' or 'fold'"],
    ),
    "vomiting with all": (
        {"treatment": [{"kind": "vomiting", "effect": 0.5, "fold": 2.0, "rate": "2 L/day"}]},
        ["vomiting takes 'rate' and not 'effect' or 'fold'"],
    ),
    "rate without unit": (
        {"treatment": [{"kind": "vomiting", "rate": 2}]},
        ["treatment no. 1 rate", "2 has no unit", "'2 L/day'"],
    ),
    "rate in another unit": (
        {"treatment": [{"kind": "vomiting", "rate": "2 L"}]},
        ["treatment no. 1 rate", "'2 L' is not in a unit of 'L/hour'", "'2 L/day'"],
    ),
    "rate negative": (
        {"treatment": [{"kind": "diarrhoea", "rate": "-2 L/day"}]},
        ["treatment no. 1 rate", "'-2 L/day'", NEGATIVE],
    ),
    "rate of a flood": (
        {"treatment": [{"kind": "diarrhoea", "rate": "2 L/min"}]},
        ["treatment no. 1 rate", "'2 L/min'", "more than 20 L/day; check the unit"],
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
    "parameter that is no text": (
        {"parameters": {3: 4}},
        ["parameters", "3 is not the name of a parameter"],
    ),
    "parameters in a list": ({"parameters": [1]}, ["[1]", "a table under [parameters]"]),
    "mechanisms that are none": ({"without": None}, ["without", "None", "a list"]),
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
        [
            "gfr = 1000000.0 L/day is out of bounds",
            f"plausible: {FACTS['gfr'].low:g} to {FACTS['gfr'].high:g}",
        ],
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
    "two patterns of meals": (
        {"meals": [{"at": ["7:00"]}, {"at": ["8:00", "18:00"], "start": "9 day"}]},
        ["two patterns of meals overlap (1 meal a day; 2 meals a day)"],
    ),
    "meal of nothing": (
        {"meal": [{"start": "1 day"}]},
        ["meal no. 1", "the meal is empty; give carbohydrate, potassium or another ion"],
    ),
    "meal at no time": ({"meal": [{"potassium": "35 mmol"}]}, ["meal no. 1 start", "is missing"]),
    "meal as a rate": (
        {"meal": [{"start": "1 day", "potassium": "35 mmol/day"}]},
        ["meal no. 1 potassium", "'35 mmol/day' is not in a unit of 'mmol'", "'35 mmol'"],
    ),
    "meal with a stop": (
        {"meal": [{"start": "1 day", "stop": "2 day", "potassium": "35 mmol"}]},
        ["meal no. 1 stop", "unknown key", "carbohydrate"],
    ),
    "meal of moles": (
        {"meal": [{"start": "1 day", "calcium": "35 mol"}]},
        ["meal no. 1 calcium", "more than 1000 mmol at once"],
    ),
    "meal of kilograms": (
        {"meal": [{"start": "1 day", "carbohydrate": "75 kg"}]},
        ["meal no. 1 carbohydrate", "'75 kg'", "less than or equal to 1000"],
    ),
    "meal without unit": (
        {"meal": [{"start": "1 day", "carbohydrate": 75}]},
        ["meal no. 1 carbohydrate", "75 has no unit", "'75 g'"],
    ),
    "meals without times": ({"meals": [{"at": []}]}, ["meals no. 1", "give times of the day"]),
    "meals at one time without a list": (
        {"meals": [{"at": "7:00"}]},
        ["meals no. 1 at", "'7:00'", 'a list: ["…"]'],
    ),
    "meals too near": (
        {"meals": [{"at": ["7:00", "7:20"]}]},
        ["meals no. 1", "two meals are less than half an hour apart"],
    ),
    "meals too near over midnight": (
        {"meals": [{"at": ["0:10", "23:50"]}]},
        ["meals no. 1", "two meals are less than half an hour apart"],
    ),
    "meals twice at once": ({"meals": [{"at": ["7:00", "7:00"]}]}, ["less than half an hour apart"]),
    "meals of grams": (
        {"meals": [{"carbohydrate": "270 g"}]},
        ["meals no. 1 carbohydrate", "'270 g' is not in a unit of 'gram/day'", "'270 g/day'"],
    ),
    "meals of tons": (
        {"meals": [{"carbohydrate": "270 kg/day"}]},
        ["meals no. 1 carbohydrate", "less than or equal to 2000"],
    ),
    "meals of ions": (
        {"meals": [{"potassium": "70 mmol/day"}]},
        ["meals no. 1 potassium", "unknown key", "carbohydrate"],
    ),
    "name that is no text": ({"name": 3}, ["name", "3", "text in quotes"]),
}


@pytest.mark.parametrize(
    "time",
    ["25:00", "24:00", "7:60", "7", "7:5", "7.30", "-1:30", "7:30 am", "½:00", "²:00", "", 7, 7.5, None],
)
def test_a_time_of_day_is_hours_and_minutes(time: object) -> None:
    """What is no time of the day is quoted beside an example."""
    sentence = problem(meals=[{"at": ["13:00", time]}])
    assert sentence == f'meals no. 1 at no. 2: {time!r}: is not a time of day; write it like "7:30"'


@pytest.mark.parametrize(("fields", "expected"), ONE_PROBLEM.values(), ids=ONE_PROBLEM.keys())
def test_a_problem_is_one_sentence(fields: dict[str, Any], expected: list[str]) -> None:
    """The sentence says where, what was given and what is allowed."""
    sentence = problem(**fields)
    assert [words for words in expected if words not in sentence] == []
    assert "\n" not in sentence
    assert "Value error" not in sentence


def test_a_missing_duration_is_a_problem() -> None:
    """A condition needs an end."""
    with pytest.raises(ConditionError) as refusal:
        read({"name": "mine"})
    assert refusal.value.problems == ["duration: is missing"]


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
    "treatments of one target": {
        "treatment": [
            {"kind": "thiazide", "effect": 0.5},
            {"kind": "gitelman-defect", "effect": 0.2},
        ]
    },
    "patterns of meals": {"meals": [{"stop": "9 day"}, {"at": ["12:00"], "start": "9 day"}]},
    "a dose beside an amount by another route": {
        "supplement": [
            {"ion": "sodium", "dose": "30 mmol/day"},
            {"ion": "sodium", "amount": "9 mmol", "route": "intravenous", "stop": "3 hour"},
        ]
    },
    "meals at once": {
        "meal": [
            {"start": "3 day", "potassium": "3 mmol"},
            {"start": "3 day", "potassium": "3 mmol"},
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


def test_three_overlapping_events_are_listed_pair_by_pair() -> None:
    """Every contradicting pair is named."""
    doses = [{"kind": "thiazide", "effect": effect} for effect in (0.1, 0.2, 0.3)]
    found = problems(treatment=doses)
    assert [("10 %" in t, "20 %" in t, "30 %" in t) for t in found] == [
        (True, True, False),
        (True, False, True),
        (False, True, True),
    ]


# All problems at once


def test_all_problems_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    """One error lists every problem in a file, each once, contradictions behind other problems too."""
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
        [[treatment]]
        kind = "vomitting"
        rate = "2 L"

        [[meals]]
        at = ["7:00", "25:00"]
        [[meal]]
        start = "3 day"

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
        "treatment no. 5 kind: 'vomitting': is not a treatment; did you mean 'vomiting'?",
        "treatment no. 5 rate: '2 L' is not in a unit",
        "meals no. 1 at no. 2: '25:00'",
        "meal no. 1: the meal is empty",
        "no parameter is called 'pump_haf_mg'",
    ]
    with pytest.raises(ConditionError) as refusal:
        load(path)
    found = refusal.value.problems
    assert {words: sum(words in problem for problem in found) for words in expected} == dict.fromkeys(
        expected, 1
    )
    assert len(found) == len(expected)
    assert str(refusal.value) == "\n".join(found)


def test_consistent_parts_with_a_contradiction_each_are_all_listed() -> None:
    """Duration, mechanisms and contradictions are listed together when all parts are valid."""
    found = problems(
        duration="0 day",
        without=["a", "b"],
        diet=[{"sodium": "1 mmol/day"}] * 2,
        meals=[{}, {}],
        supplement=[{"ion": "sodium", "dose": "1 mmol/day"}] * 2,
        treatment=[{"kind": "thiazide", "effect": 1}] * 2,
    )
    starts = ["duration is 0 days", "without: no mechanism is called 'a'"]
    starts += ["without: no mechanism is called 'b'", "two diets", "two patterns", "two oral"]
    starts += ["two treatments"]
    assert [t.startswith(s) for t, s in zip(found, starts, strict=True)] == [True] * 7


HIDDEN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "duration behind another problem": (
        {"duration": "0 day", "zzz": 1},
        ["zzz: unknown key", "duration is 0 days"],
    ),
    "keys and routes behind a dose": (
        {"supplement": [{"ion": "sodium", "dose": "8 foo", "route": "oarl", "stat": "1 day"}]},
        ["'8 foo'", "route: 'oarl'", "stat: unknown key"],
    ),
    "dose behind the ion": (
        {"supplement": [{"ion": "lithium", "dose": "8 foo"}]},
        ["ion: 'lithium'", "'8 foo'"],
    ),
    "measure behind the span": (
        {"supplement": [{"ion": "sodium", "start": "5 day", "stop": "3 day"}]},
        ["stop is not after start", "either a dose"],
    ),
    "stop behind an amount": (
        {"supplement": [{"ion": "sodium", "amount": "8 foo"}]},
        ["'8 foo'", "an amount needs a stop"],
    ),
    "meals behind a diet": (
        {"meals": [{"carbohydrate": 3, "at": ["7:00", "7:10"], "start": "3 day", "stop": "1 day"}]},
        ["3 has no unit", "less than half an hour apart", "stop is not after start"],
    ),
    "overlap of meals behind another problem": (
        {"meals": [{}, {}], "meal": [{"start": "1 day"}]},
        ["two patterns of meals overlap", "the meal is empty"],
    ),
    "every key of a meal": (
        {"meal": [{"strat": "1 day", "potassium": "1 foo", "calcium": 4}]},
        ["start: is missing", "'1 foo'", "4 has no unit", "did you mean 'start'?"],
    ),
    "rate behind the span": (
        {"treatment": [{"kind": "vomiting", "rate": "2 foo", "start": "3 day", "stop": "1 day"}]},
        ["'2 foo'", "stop is not after start"],
    ),
    "every name that is none": (
        {"without": [3, "a", None], "parameters": {3: 4, "gf": 1}},
        ["without no. 1: 3", "without no. 3: None", "called 'a'", "3 is not the name", "'gf'"],
    ),
    "strength behind the span": (
        {"treatment": [{"kind": "thiazide", "fold": 2.0, "start": "5 day", "stop": "3 day"}]},
        ["stop is not after start", "thiazide takes 'effect' and not 'fold' or 'rate'"],
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


@pytest.mark.parametrize(("fields", "expected"), HIDDEN.values(), ids=HIDDEN.keys())
def test_no_problem_hides_another(fields: dict[str, Any], expected: list[str]) -> None:
    """Problems of one place are listed together too."""
    found = problems(**fields)
    assert [words for words in expected if not any(words in sentence for sentence in found)] == []


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


@pytest.mark.parametrize(("fields", "expected", "absent"), UNFRIENDLY.values(), ids=UNFRIENDLY.keys())
def test_a_sentence_names_the_key_in_words_of_the_file(
    fields: dict[str, Any], expected: list[str], absent: list[str]
) -> None:
    """Users see the key that is invalid and no word of Python."""
    sentence = problem(**fields)
    assert [words for words in expected if words not in sentence] == []
    assert [words for words in absent if words in sentence] == []


@pytest.mark.parametrize("value", [[0.1], {"a": 1}, None])
def test_a_share_that_is_no_number_is_refused(value: object) -> None:
    """A parameter without unit that is a list or a table is a problem, not a crash."""
    assert "sd_size" in problem(parameters={"sd_size": value})


@pytest.mark.parametrize(
    "fields",
    [
        {"treatment": [{"kind": "thiazide", "effect": True}]},
        {"treatment": [{"kind": "hyperaldosteronism", "fold": True}]},
        {"treatment": [{"kind": "vomiting", "rate": True}]},
        {"parameters": {"sd_size": True}},
    ],
    ids=["effect", "fold", "rate", "parameter"],
)
def test_true_is_no_number(fields: dict[str, Any]) -> None:
    """A strength is a number; true does not say how strong."""
    assert "rue" in problem(**fields)


# Names and files that cannot be


def refusal_of(name: str | Path) -> str:
    """The one sentence with which loading is refused."""
    with pytest.raises(ConditionError) as refusal:
        load(name)
    (only,) = refusal.value.problems
    return only


def test_an_unknown_name_is_answered_with_the_nearest_and_all() -> None:
    """A misspelling is corrected, and the choice is shown."""
    found = refusal_of("baselin")
    assert "'baselin'" in found
    assert "did you mean 'baseline'?" in found
    assert all(name in found for name in built_in_conditions())


def test_a_name_like_no_other_is_answered_with_all() -> None:
    """No suggestion where nothing is near."""
    found = refusal_of("zzz")
    assert "did you mean" not in found
    assert all(name in found for name in built_in_conditions())


@pytest.mark.parametrize("name", ["", ".", "../conditions/baseline", "Baseline", "baseline "])
def test_a_name_is_matched_exactly(name: str) -> None:
    """Neither case, spaces nor paths are ignored."""
    assert repr(name) in refusal_of(name)


def test_a_missing_file_is_named_by_its_path(tmp_path: Path) -> None:
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
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
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
    """One `except` catches all input that is invalid."""
    assert issubclass(ConditionError, InputError)
    assert issubclass(InputError, ValueError)
