"""A tissue and a schedule refuse by themselves what the plan of a run refuses, in its sentences."""

from typing import Any

import numpy as np
import pytest

import sim
from sim.simulation import Schedule

WRONG: dict[str, tuple[str, Any]] = {
    "cells = 0; give 1 to": ("n_cells", 0),
    "cells = -1; give 1 to": ("n_cells", -1),
    "cells = 2.0 is not a whole number": ("n_cells", 2.0),
    "seed = -1; give a whole number, zero or more": ("seed", -1),
    "seed = None is not a whole number": ("seed", None),
    "replicate = '1' is not a whole number": ("replicate", "1"),
    "heterogeneous = 'no'; give True or False": ("heterogeneous", "no"),
    "noise = 1; give True or False": ("noise", 1),
    "threads = 0; give": ("threads", 0),
    "parameters = {'pump_half_mg': 0.1}; give None or Parameters": ("parameters", {"pump_half_mg": 0.1}),
    "tolerance = 0; give 1e-13 to 0.1": ("tolerance", 0),
    "tolerance = nan; give 1e-13 to 0.1": ("tolerance", np.nan),
    "tolerance = True; give 1e-13 to 0.1": ("tolerance", True),
    "tolerance = 1000000000.0; give 1e-13 to 0.1": ("tolerance", 1e9),
}
"""Arguments of a tissue, by the sentence that refuses them."""


@pytest.mark.parametrize(("sentence", "argument"), WRONG.items(), ids=WRONG.keys())
def test_a_wrong_argument_of_a_tissue_is_refused(sentence: str, argument: tuple[str, Any]) -> None:
    with pytest.raises(sim.InputError) as refusal:
        sim.Tissue(**{"n_cells": 3, argument[0]: argument[1]})
    (problem,) = refusal.value.problems
    assert problem.startswith(sentence)


def test_all_problems_of_a_tissue_are_listed() -> None:
    with pytest.raises(sim.InputError) as refusal:
        sim.Tissue(0, parameters=5, tolerance=-1.0, seed="a", noise=None)  # type: ignore[arg-type]
    starts = ["parameters", "tolerance", "cells", "seed", "noise"]
    assert [problem.split()[0] for problem in refusal.value.problems] == starts


def test_numbers_of_numpy_are_numbers() -> None:
    tissue = sim.Tissue(np.int64(3), seed=np.uint32(7), noise=np.bool_(True), tolerance=np.float32(1e-4))
    assert np.array_equal(tissue.traits, sim.Tissue(3, seed=7).traits)


@pytest.mark.parametrize("step_hours", [-1.0, 0.0, np.nan, np.inf, "3", True, 1e-9])
def test_a_schedule_refuses_impossible_steps(step_hours: Any) -> None:
    with pytest.raises(sim.InputError, match=r"^step_hours = "):
        Schedule(sim.Tissue(1), sim.load("baseline"), step_hours)


@pytest.mark.parametrize("condition", [5, None, "basline"])
def test_a_schedule_refuses_what_is_no_condition(condition: Any) -> None:
    with pytest.raises(sim.InputError, match=r"condition|basline"):
        Schedule(sim.Tissue(1), condition)


@pytest.mark.parametrize("hours", [2.999, -1.0, np.nan, np.inf, None, "4", True, 10**400])
def test_a_tissue_advances_to_no_other_than_a_later_time(hours: Any) -> None:
    tissue = sim.Tissue(2)
    tissue.advance_to(3.0)
    before = tissue.y.copy()
    with pytest.raises(sim.InputError, match=r"^time = .*; give hours from the present on, 3"):
        tissue.advance_to(hours)
    assert tissue.time == 3.0
    assert np.array_equal(tissue.y, before)
    tissue.advance_to(3.0)


@pytest.mark.parametrize("hours", [-1.0, np.nan, np.inf, None, "3"])
def test_cells_fluctuate_over_no_other_than_some_hours(hours: Any) -> None:
    tissue = sim.Tissue(2)
    before = tissue.traits.copy()
    with pytest.raises(sim.InputError, match=r"^hours = .*; give zero or more"):
        tissue.fluctuate(hours)
    assert np.array_equal(tissue.traits, before)
    assert tissue.draws == 0
