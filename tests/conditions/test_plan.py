"""The plan of a run: one set of checks, one canonical form, and the way back from provenance."""

import inspect
import json
import pickle
import subprocess
import sys
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import sim
from sim.conditions.plan import RunPlan
from sim.conditions.steps import SUBDAILY_STEP, Steps
from sim.parameters import Parameters


def problems(make: Any, *arguments: Any, **options: Any) -> list[str]:
    """Sentences with which something is refused."""
    with pytest.raises(sim.InputError) as refusal:
        make(*arguments, **options)
    return refusal.value.problems


# One place for the arguments of a run


def test_the_fields_of_a_plan_are_the_arguments_of_a_run() -> None:
    """`sim.run` adds only a function to call; names and defaults are the same."""
    arguments = dict(inspect.signature(sim.run).parameters)
    assert arguments.pop("on_record").default is None
    assert set(arguments) == set(RunPlan.model_fields)
    for name, argument in arguments.items():
        if name not in ("condition", "parameters"):
            assert RunPlan.model_fields[name].default == argument.default, name


WRONG: dict[str, dict[str, Any]] = {
    "out of bounds": {"step_hours": -1, "n_cells": 0, "threads": 1000},
    "other types": {"n_cells": "3", "noise": "no", "heterogeneous": None, "step_hours": True},
    "no names": {"parameters": {3: 1.0, "gf": 1.0}},
    "unknown condition": {"condition": "baselin", "step_hours": 0},
}


@pytest.mark.parametrize("options", WRONG.values(), ids=WRONG.keys())
def test_a_run_and_a_model_refuse_with_the_same_sentences(options: dict[str, Any]) -> None:
    """Those of the plan, all of them."""
    arguments = {"condition": "baseline", **options}
    found = problems(RunPlan, **arguments)
    assert len(found) >= len(options)
    assert problems(sim.run, **arguments) == found
    assert problems(sim.TissueModel, **arguments) == found


def test_a_comparison_refuses_with_the_same_sentences() -> None:
    """Its options are arguments of a run."""
    options = {"n_cells": 0, "days": -1}
    assert problems(sim.compare, "baseline", "thiazide", **options) == problems(
        RunPlan, "baseline", **options
    )


def test_resuming_refuses_with_the_same_sentences() -> None:
    """What it takes of a run's arguments is checked like them."""
    options = {"days": -1, "step_hours": 0, "snapshots": 1, "record_hours": "often"}
    assert problems(sim.resume, sim.Tissue(3), "baseline", **options) == problems(
        RunPlan, "baseline", **options
    )


def test_an_unknown_argument_is_corrected() -> None:
    """It is a problem among others."""
    found = problems(RunPlan, "baseline", 0, dayz=3)
    assert found[0].startswith("cells = 0")
    assert found[1].startswith("dayz: unknown key; did you mean 'days'?")


def test_numbers_of_numpy_are_numbers() -> None:
    """They become Python's own, so that provenance can be written."""
    plan = RunPlan(
        "baseline", np.int64(7), days=np.float32(2.0), noise=np.bool_(False), parameters={"gfr": 170}
    )
    assert json.loads(json.dumps(plan.to_provenance()))["n_cells"] == 7
    assert (plan.noise, type(plan.noise)) == (False, bool)
    assert (plan.days, type(plan.days), type(plan.parameters["gfr"])) == (2.0, float, float)


# A canonical form


def test_the_condition_has_what_the_plan_asks_for() -> None:
    """Duration and mechanisms of the call, mechanisms and parameters of the condition."""
    condition = sim.Condition(
        name="mine",
        duration="3 day",
        without=["bone-exchange"],
        parameters={"gfr": "170 L/day", "plasma_k": "4.0 mM"},
    )
    plan = RunPlan(condition, days=2, without=["romk-mg-block"], parameters={"plasma_k": 4.4})
    assert plan.condition.duration == 48.0
    assert plan.condition.without == ("bone-exchange", "romk-mg-block")
    assert plan.parameters == {"gfr": 170.0, "plasma_k": 4.4}
    assert plan.model_parameters == Parameters().replace(gfr=170.0, plasma_k=4.4)


def test_a_plan_knows_its_steps_and_rows() -> None:
    """What is not given suits the condition."""
    daily, subdaily = RunPlan("baseline", noise=False), RunPlan("daily-meals")
    assert (daily.steps.hours, daily.record_hours) == (6.0, 6.0)
    assert subdaily.steps == Steps(SUBDAILY_STEP, 3.0, subdaily.condition.duration)
    assert subdaily.record_hours == SUBDAILY_STEP
    assert RunPlan("daily-meals", record_hours=6).record_hours == 6.0


def test_the_default_step_is_no_step_of_its_own() -> None:
    """Equal plans are equal, however they are written."""
    assert RunPlan("baseline", step_hours=3) == RunPlan("baseline")
    assert RunPlan("baseline", step_hours=3, noise=False).step_hours == 3.0
    # With meals a given step is the time between fluctuations too, so it is another plan.
    assert RunPlan("daily-meals", step_hours=SUBDAILY_STEP) != RunPlan("daily-meals")


def test_a_plan_does_not_change() -> None:
    """It can be copied and sent to other processes."""
    plan = RunPlan("daily-meals", 5, days=2, seed=4)
    with pytest.raises(ValueError, match="frozen"):
        plan.seed = 5  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(plan)) == deepcopy(plan) == plan


def test_another_replicate_differs_in_what_was_asked() -> None:
    """Parameters of a sample come beside those of the plan."""
    plan = RunPlan("baseline", 5, parameters={"gfr": 170.0}, threads=2)
    other = plan.of_replicate(7, {"plasma_k": 4.4})
    assert other == RunPlan(
        "baseline", 5, replicate=7, parameters={"gfr": 170.0, "plasma_k": 4.4}, threads=2
    )
    assert plan.replicate == 0


# Provenance

PLANS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "everything": {
        "days": 1.7,
        "seed": 3,
        "replicate": 4,
        "person": True,
        "noise": False,
        "heterogeneous": False,
        "without": ["romk-mg-block"],
        "parameters": {"pump_half_mg": 0.1},
        "step_hours": 0.7,
        "record_hours": 2,
        "snapshots": 3,
        "threads": 1,
    },
    "own step": {"step_hours": SUBDAILY_STEP},
    "a third of a day": {"days": 1.0 / 3.0},
}


@pytest.mark.parametrize("condition", sim.built_in_conditions())
@pytest.mark.parametrize("options", PLANS.values(), ids=PLANS.keys())
def test_a_plan_can_be_rebuilt_from_its_provenance(condition: str, options: dict[str, Any]) -> None:
    """Through JSON, to the bit."""
    plan = RunPlan(condition, 5, **options)
    written = json.loads(json.dumps(plan.to_provenance()))
    again = RunPlan.from_provenance(written)
    assert again == plan
    assert again.steps == plan.steps
    assert again.to_provenance() == plan.to_provenance()


def test_a_run_can_be_repeated_from_its_provenance() -> None:
    """That of a result, which holds the person drawn, and what came of the run."""
    from sim.simulation.running import execute

    first = sim.run("severe-magnesium-loss", 5, days=0.5, seed=2, person=True, replicate=3)
    plan = RunPlan.from_provenance(json.loads(json.dumps(first.provenance)))
    again = execute(plan)
    assert again.table.to_numpy().tobytes() == first.table.to_numpy().tobytes()
    for name, value in first.provenance.items():
        if name not in ("began", "seconds"):
            assert again.provenance[name] == value, name


def test_provenance_of_something_else_is_refused() -> None:
    """With a sentence, not with a missing key."""
    assert problems(RunPlan.from_provenance, {}) == [
        "condition = None; give a name, a TOML file or a Condition"
    ]


# Without the engine


@pytest.mark.parametrize(
    "statement",
    [
        "import sim\nfor name in sim.built_in_conditions(): sim.RunPlan(sim.load(name), 3, days=2)",
        "import sim\ntry: sim.RunPlan('baselin', 0)\nexcept sim.InputError: pass",
        "import sim\nsim.Design(conditions=['baseline', 'daily-meals'], replicates=3).plans()",
        "from sim.study import read_design\nread_design({'conditions': ['baseline'], "
        "'samples': {'method': 'grid', 'ranges': {'gfr': ['170 L/day']}}, 'ask': ['plasma_k < 3.5']})",
        "from sim.conditions import condition_template\ncondition_template()",
    ],
    ids=["conditions", "problems", "design in Python", "design as data", "template"],
)
def test_checking_loads_no_compiled_engine(statement: str) -> None:
    """Conditions, plans and designs are checked before the compiler is imported."""
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "sim.conditions.plan" in loaded or "sim.conditions.template" in loaded
    heavy = {"numba", "llvmlite", "mesa", "pandas", "matplotlib"}
    assert loaded & {*heavy, "sim.tissue.tissue"} == set()
