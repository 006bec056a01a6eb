"""What is given and never done, or acts otherwise than each part alone, is said in a sentence."""

import warnings
from typing import Any

import pytest

import sim
from sim.conditions.condition import built_in_conditions, read
from sim.conditions.plan import RunPlan
from sim.conditions.remarks import remarks_on
from sim.errors import InputError, InputWarning

LATE = "starts on day 5, not before the end on day 3: it is never given"
K: dict[str, Any] = {"ion": "potassium"}
THIAZIDE: dict[str, Any] = {"kind": "thiazide", "effect": 0.5}
CONDITIONS: dict[str, tuple[dict[str, Any], str]] = {
    "supplement after the end": ({"supplement": [{**K, "dose": "9 mmol/day", "start": "5 day"}]}, LATE),
    "diet after the end": ({"diet": [{"potassium": "9 mmol/day", "start": "5 day"}]}, LATE),
    "meal after the end": ({"meal": [{"potassium": "9 mmol", "start": "5 day"}]}, LATE),
    "treatment after the end": ({"treatment": [{**THIAZIDE, "start": "5 day"}]}, LATE),
    "treatment at the end": (
        {"treatment": [{"kind": "thiazide", "effect": 0.5, "start": "3 day"}]},
        "starts on day 3, not before the end on day 3",
    ),
    "no meal in the span": (
        {"meals": [{"at": ["7:00"], "start": "8 hour", "stop": "20 hour"}]},
        "has no meal between its start and its end",
    ),
    "no dose in the span": (
        {"supplement": [{**K, "amount": "9 mmol", "at": ["8:00"], "start": "9 hour", "stop": "1 day"}]},
        "has no whole dose between its start and its end",
    ),
    "a meal that is cut short": (
        {"meal": [{"potassium": "9 mmol", "start": "71.8 hour"}]},
        "is cut short by the end on day 3",
    ),
    "a dose that is cut short": (
        {"supplement": [{**K, "amount": "9 mmol", "every": "24 hour", "start": "23.8 hour"}]},
        "has its last dose cut short by the end on day 3",
    ),
    "an amount beyond the end": (
        {"supplement": [{**K, "amount": "30 mmol", "start": "2 day", "stop": "5 day"}]},
        "runs until day 5, beyond the end on day 3: 10 of 30 mmol are given",
    ),
    "a dose of nothing": ({"supplement": [{**K, "dose": "0 mmol/day"}]}, "gives nothing"),
    "an amount of nothing": (
        {"supplement": [{**K, "amount": "0 mmol", "at": ["8:00"]}]},
        "gives nothing",
    ),
    "a drug without effect": ({"treatment": [{"kind": "thiazide", "effect": 0}]}, "has no effect"),
    "a hormone at its level": ({"treatment": [{"kind": "insulin", "fold": 1}]}, "has no effect"),
    "a loss of nothing": ({"treatment": [{"kind": "vomiting", "rate": "0 L/day"}]}, "has no effect"),
    "one meal twice": (
        {"meal": [{"potassium": "9 mmol", "start": "1 day"}] * 2},
        "meal no. 2 (meal: K 9 mmol) is the same as no. 1: both are given",
    ),
    "a mechanism twice": ({"without": ["mg-saving", "mg-saving"]}, "is named twice; it is off once"),
    "two drugs on one transporter": (
        {
            "treatment": [
                {"kind": "thiazide", "effect": 0.5, "start": "1 day"},
                {"kind": "gitelman-defect", "effect": 0.6},
            ]
        },
        "thiazide 50 % and gitelman-defect 60 % both act on NCC from day 1: together 80 %",
    ),
    "two drugs on another transporter": (
        {
            "treatment": [
                {"kind": "loop-diuretic", "effect": 0.5},
                {"kind": "bartter-defect", "effect": 0.5},
            ]
        },
        "both act on NKCC2 from day 0: together 75 %",
    ),
    "two ways to lose one absorption": (
        {
            "treatment": [
                {"kind": "mg-malabsorption", "effect": 0.5},
                {"kind": "proton-pump-inhibitor", "effect": 0.5},
            ]
        },
        "both act on Mg absorption from day 0: their effects multiply",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "words"), CONDITIONS.values(), ids=CONDITIONS.keys())
def test_what_a_condition_gives_without_effect_is_said(fields: dict[str, Any], words: str) -> None:
    """Once, and not about the same condition in which it has one."""
    (remark,) = remarks_on(read({"name": "x", "duration": "3 day", **fields}))
    assert words in remark


def test_what_is_done_gives_no_remark() -> None:
    """Conditions that are built in, and drugs that do not overlap or are due after the end."""
    assert [remark for name in built_in_conditions() for remark in RunPlan(name, 5).remarks] == []
    apart = [
        {"kind": "thiazide", "effect": 0.5, "stop": "1 day"},
        {"kind": "gitelman-defect", "effect": 0.5, "start": "1 day"},
    ]
    assert remarks_on(read({"name": "x", "duration": "3 day", "treatment": apart})) == []
    for days in (0.1, 0.5, 400.0):
        assert RunPlan("baseline", 5, days=days).remarks == []


STILL: dict[str, Any] = {"noise": False, "heterogeneous": False}
ARGUMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "rows between steps": ({"record_hours": 0.5}, "they are as far apart as steps, 3 h"),
    "rows beyond the end": ({"record_hours": 100.0}, "the run is shorter, 72 h"),
    "snapshots between steps": ({"snapshots": 200}, "200 snapshots are asked for; one after each step"),
    "a seed of nothing": ({**STILL, "seed": 5}, "seed and replicate make no difference"),
    "a replicate of nothing": ({**STILL, "replicate": 5}, "seed and replicate make no difference"),
    "persons without persons": ({"parameters": {"sd_gfr": 0.12}}, "acts on virtual persons only"),
    "noise without noise": (
        {"noise": False, "parameters": {"noise_leak": 0.1}},
        "acts on fluctuations only",
    ),
    "spread without spread": (
        {"heterogeneous": False, "parameters": {"sd_size": 0.1}},
        "acts on differences of cells only",
    ),
    "a parameter as it is": (
        {"parameters": {"pump_half_mg": sim.Parameters().cell.pump_half_mg}},
        "is its published value: nothing changes",
    ),
}


@pytest.mark.parametrize(("arguments", "words"), ARGUMENTS.values(), ids=ARGUMENTS.keys())
def test_an_argument_of_a_run_without_effect_is_said(arguments: dict[str, Any], words: str) -> None:
    (remark,) = RunPlan("baseline", 5, days=3, **arguments).remarks
    assert words in remark


def test_a_parameter_that_is_set_twice_is_said() -> None:
    """The run's replaces the condition's; provenance keeps the remark."""
    condition = read({"name": "x", "duration": "1 day", "parameters": {"gfr": "170 L/day"}})
    plan = RunPlan(condition, 5, parameters={"gfr": 160.0})
    assert plan.remarks == [
        "parameters: gfr = 170 L/day of the condition is replaced by 160 L/day of the run"
    ]
    assert plan.to_provenance()["remarks"] == plan.remarks
    assert RunPlan(condition, 5, parameters={"gfr": 170.0}).remarks == []


def test_the_usual_diet_is_said_to_be_usual() -> None:
    """Of the typical body; persons have their own usual diets."""
    usual = sim.Parameters().body.intake_k
    condition = read({"name": "x", "duration": "1 day", "diet": [{"potassium": f"{usual} mmol/day"}]})
    (remark,) = RunPlan(condition, 5).remarks
    assert "is the usual diet: nothing changes" in remark
    assert RunPlan(condition, 5, person=True).remarks == []


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("n_cells", True),
        ("days", True),
        ("seed", False),
        ("replicate", True),
        ("noise", 1),
        ("person", "yes"),
        ("heterogeneous", 0.0),
        ("record_hours", True),
        ("step_hours", True),
        ("snapshots", True),
        ("threads", True),
        ("parameters", {"pump_half_mg": True}),
    ],
)
def test_true_is_no_number_and_a_number_is_not_true(argument: str, value: Any) -> None:
    with pytest.raises(InputError, match=r"number|True or False"):
        RunPlan("baseline", **{"n_cells": 5, argument: value})


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(
    "fields",
    [
        {"treatment": [{"kind": "thiazide", "effect": "?"}]},
        {"treatment": [{"kind": "insulin", "fold": "?"}]},
        {"treatment": [{"kind": "vomiting", "rate": "?"}]},
        {"supplement": [{"ion": "potassium", "dose": "?"}]},
        {"meal": [{"start": "1 day", "potassium": "?"}]},
        {"parameters": {"sd_gfr": "?"}},
    ],
)
def test_true_is_no_strength_and_no_dose(fields: dict[str, Any], value: bool) -> None:
    key, content = next(iter(fields.items()))
    table = dict(content[0] if isinstance(content, list) else content)
    given = {name: value if text == "?" else text for name, text in table.items()}
    with pytest.raises(InputError, match=r"is not a number|has no unit"):
        read({"name": "x", "duration": "3 day", key: [given] if key != "parameters" else given})


def test_python_callers_are_warned() -> None:
    """By run, resume and compare, at their own line; a run that does all it is given is silent."""
    late = read(
        {"name": "late", "duration": "6 hour", "meal": [{"potassium": "9 mmol", "start": "5 day"}]}
    )
    with pytest.warns(InputWarning, match="is never given") as caught:
        result = sim.run(late, 5, noise=False)
    assert caught[0].filename == __file__
    assert result.provenance["remarks"] == [str(caught[0].message)]
    with pytest.warns(InputWarning, match="is never given") as caught:
        resumed = sim.resume(result.tissue, late, days=0.5)
    assert caught[0].filename == __file__
    assert len(resumed.provenance["remarks"]) == 1
    with pytest.warns(InputWarning, match="is never given"):
        sim.compare(late, "baseline", n_cells=5, days=0.25, noise=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sim.run("baseline", 5, days=0.25, noise=False)


def test_what_is_over_before_a_run_resumes_is_said() -> None:
    """Of a body with another past it was not given."""
    tissue = sim.run("baseline", 5, days=1, noise=False).tissue
    early = [{"ion": "potassium", "dose": "9 mmol/day", "stop": "0.5 day"}]
    condition = read({"name": "x", "duration": "1.25 day", "supplement": early})
    with pytest.warns(InputWarning, match="is over on day 0.5, before the run resumes on day 1"):
        sim.resume(tissue, condition)
