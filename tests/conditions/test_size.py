"""Estimates of time, memory and disk, and sizes that are refused."""

from typing import Any

import pytest

import sim
from sim.conditions.plan import RunPlan
from sim.conditions.size import bytes_in_words, time_in_words
from sim.errors import InputError
from sim.study.design import read_design
from sim.study.size import machine_remarks


def test_the_size_of_a_run_follows_from_its_plan(tmp_path: Any) -> None:
    """The number of rows is that of the table, and the files are no larger than was said."""
    plan = RunPlan("baseline", 50, days=3.0, record_hours=3.0, noise=False)
    result = sim.run("baseline", 50, days=3.0, record_hours=3.0, noise=False)
    assert plan.size.rows == len(result.table) == 13
    result.save(tmp_path / "run")
    assert sum(file.stat().st_size for file in (tmp_path / "run").iterdir()) <= plan.size.disk
    assert plan.size.hours == 72.0


@pytest.mark.parametrize("change", [{"n_cells": 100_000}, {"days": 300.0}, {"record_hours": 3.0}])
def test_larger_runs_have_larger_estimates(change: dict[str, Any]) -> None:
    given = {"n_cells": 100, "days": 3.0, "record_hours": 24.0}
    small, large = (RunPlan("baseline", **{**given, **more}).size for more in ({}, change))
    assert large.seconds > small.seconds
    assert large.memory > small.memory


ABSURD: dict[str, tuple[dict[str, Any], str]] = {
    "a row every minute for ten years": (
        {"days": 3650.0, "record_hours": 0.01, "step_hours": 0.01},
        "8,760,001 rows",
    ),
    "a row every half hour for ten years of meals": (
        {"condition": "daily-meals", "days": 3650.0, "record_hours": 0.1, "step_hours": 0.1},
        "876,001 rows",
    ),
    "a million snapshots": ({"snapshots": 1_000_000}, "at most 10,000"),
    "a billion cells": ({"n_cells": 10**9}, "give 1 to 100,000,000"),
    "a thousand years": ({"days": 365_000.0}, "at most 3650"),
}


@pytest.mark.parametrize(("arguments", "words"), ABSURD.values(), ids=ABSURD.keys())
def test_an_absurd_run_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        RunPlan(**{"condition": "baseline", "n_cells": 5, **arguments})
    (problem,) = caught.value.problems
    assert words in problem
    assert "give" in problem


MG = {"pump_half_mg": ["0.05 mM", "0.1 mM"]}
ABSURD_DESIGNS: dict[str, tuple[dict[str, Any], str]] = {
    "a hundred million replicates": ({"replicates": 10**8}, "10000000"),
    "a million parameter sets": (
        {"samples": {"method": "latin-hypercube", "number": 10**6, "ranges": MG}},
        "100000",
    ),
    "replicates times sets": (
        {"replicates": 10**6, "samples": {"method": "sobol", "number": 1024, "ranges": MG}},
        "at most 10,000,000",
    ),
    "a thousand years of computing": (
        {"replicates": 10**7, "cells": 10_000, "duration": "3650 day"},
        "at most 100 years are allowed",
    ),
}


@pytest.mark.parametrize(("fields", "words"), ABSURD_DESIGNS.values(), ids=ABSURD_DESIGNS.keys())
def test_an_absurd_design_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_design({"conditions": ["daily-meals"], **fields})
    assert any(words in problem for problem in caught.value.problems)


def test_what_a_machine_lacks_is_said() -> None:
    """Memory of all workers together, and space on disk."""
    size = read_design({"conditions": ["baseline"], "replicates": 1_000_000}).size
    memory, disk = machine_remarks(size, workers=64, memory=8e9, disk=1e9)
    assert "64 workers may need" in memory
    assert "1 GB are free; give another --out" in disk
    assert list(machine_remarks(size, workers=1, memory=1e12, disk=1e12)) == []


def test_sizes_have_units_that_suit_them() -> None:
    assert [bytes_in_words(n) for n in (3.0, 2.5e6, 2.5e9, 2.5e12, 2.5e17)] == [
        "1 MB", "2.5 MB", "2.5 GB", "2.5 TB", "250 PB",
    ]  # fmt: skip
    assert [time_in_words(s) for s in (0.1, 3.0, 90.0, 600.0, 1e4, 1e6, 1e10)] == [
        "less than a second", "about 3 s", "about 90 s", "about 10 min", "about 2.8 h",
        "about 12 days", "about 317 years",
    ]  # fmt: skip
