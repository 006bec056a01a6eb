"""Conditions and runs with random values: refused in words, or accepted with a plan in words."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conditions.condition import FOLDER, Condition, load, read
from sim.conditions.plan import RunPlan
from sim.conditions.summary import interventions_in_words, plan_in_words
from tests.robustness.input_values import (
    ALLOWED,
    VALUES,
    is_explained,
    is_named,
    paths_of,
    quick,
    refusal_or_result,
    replaced,
)

VALID: dict[str, Any] = {
    "name": "x",
    "title": "A title",
    "description": "Words.",
    "duration": "20 day",
    "diet": [{"potassium": "20 mmol/day", "sodium": "6 g NaCl/day", "start": "1 day", "stop": "9 day"}],
    "meals": [{"at": ["7:00", "13:00"], "carbohydrate": "200 g/day", "start": "0 day", "stop": "5 day"}],
    "meal": [
        {"start": "12 day", "potassium": "35 mmol", "magnesium": "1 g MgCl2", "carbohydrate": "9 g"}
    ],
    "supplement": [
        {"ion": "potassium", "dose": "80 mmol/day", "route": "oral", "start": "2 day"},
        {"ion": "magnesium", "amount": "4 g MgSO4", "route": "intravenous", "stop": "1 day"},
        {"ion": "calcium", "amount": "5 mmol", "at": ["8:00", "20:00"]},
        {"ion": "sodium", "amount": "5 mmol", "every": "8 hour"},
    ],
    "treatment": [
        {"kind": "thiazide", "effect": 0.5, "start": "10 day"},
        {"kind": "insulin", "fold": 3.0, "stop": "1 day"},
        {"kind": "vomiting", "rate": "1 L/day", "start": "5 day", "stop": "6 day"},
    ],
    "without": ["romk-mg-block"],
    "parameters": {"pump_half_mg": "0.1 mM", "gfr": "170 L/day"},
}
ARGUMENTS: dict[str, Any] = {
    "n_cells": 20, "days": 3.0, "seed": 0, "replicate": 0, "person": False, "noise": True,
    "heterogeneous": True, "without": ("mg-saving",), "parameters": {"gfr": 170.0}, "step_hours": 6.0,
    "record_hours": 6.0, "snapshots": 5, "threads": 1,
}  # fmt: skip
TEXTS = sorted(FOLDER.glob("*.toml"))

one_fault = st.tuples(st.sampled_from(paths_of(VALID)), VALUES)
misspelt = st.tuples(st.sampled_from([*VALID, "durations", "supplements", "Meal", "", "\x1b"]), VALUES)
one_argument = st.tuples(st.sampled_from([*ARGUMENTS, "cells", "on_record"]), VALUES)
edits = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 12), st.text(max_size=4)), min_size=1, max_size=3
)


def check_accepted(condition: Condition) -> None:
    """What is accepted can be said in words, and is the same when it is written and read again."""
    lines = interventions_in_words(condition)
    assert all(isinstance(line, str) and line for line in lines)
    assert read(json.loads(json.dumps(condition.model_dump(mode="json")))) == condition
    _, plan = refusal_or_result(lambda: RunPlan(condition, 5))  # Its size is only known now.
    if plan is not None:
        check_plan_accepted(plan)


def check_plan_accepted(plan: RunPlan) -> None:
    """The same of a plan."""
    assert all(plan_in_words(plan))
    assert all(isinstance(remark, str) and remark for remark in plan.remarks)
    assert RunPlan.from_provenance(json.loads(json.dumps(plan.to_provenance()))) == plan


def check_condition(case: tuple[tuple[Any, ...], Any]) -> None:
    """One value of a valid condition replaced."""
    path, value = case
    problems, condition = refusal_or_result(lambda: read(replaced(VALID, path, value)))
    if condition is not None:
        check_accepted(condition)
        return
    named = [text for text in problems if is_named(text, path)]
    assert any(is_explained(text, path, value) for text in named), problems


def check_table(data: dict[str, Any]) -> None:
    """Any table."""
    problems, condition = refusal_or_result(lambda: read(data))
    assert all(ALLOWED.search(text) for text in problems), problems
    if condition is not None:
        check_accepted(condition)


def check_text(file: Path, name: Path, changes: list[tuple[int, int, str]]) -> None:
    """A built-in file in which some letters are replaced."""
    text = name.read_text(encoding="utf-8")
    for place, length, new in changes:
        text = text[:place] + new + text[place + length :]
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    problems, condition = refusal_or_result(lambda: load(file))
    assert all(ALLOWED.search(text) or "not valid TOML" in text for text in problems), problems
    if condition is not None:
        check_accepted(condition)


def check_plan(case: tuple[str, Any]) -> None:
    """One argument of a run replaced."""
    name, value = case
    problems, plan = refusal_or_result(lambda: RunPlan("baseline", **{**ARGUMENTS, name: value}))
    if plan is not None:
        check_plan_accepted(plan)
        return
    named = [text for text in problems if name.removeprefix("n_").rstrip("s") in text]
    assert any(is_explained(text, (name,), value) for text in named), problems


@given(case=one_fault)
@quick(120)
def test_a_value_of_a_condition_is_refused_in_words_or_has_a_plan(case: Any) -> None:
    check_condition(case)


@given(data=st.lists(misspelt, max_size=5).map(dict))
@quick(60)
def test_any_table_is_refused_in_words_or_is_a_condition(data: dict[str, Any]) -> None:
    check_table(data)


@given(name=st.sampled_from(TEXTS), changes=edits)
@quick(60)
def test_an_edited_file_is_refused_in_words_or_is_a_condition(
    name: Path, changes: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_text(tmp_path_factory.getbasetemp() / "case.toml", name, changes)


@given(case=one_argument)
@quick(80)
def test_an_argument_of_a_run_is_refused_in_words_or_has_a_plan(case: Any) -> None:
    check_plan(case)


@pytest.mark.slow
@given(case=one_fault)
@quick(3000)
def test_many_values_of_a_condition(case: Any) -> None:
    """As above."""
    check_condition(case)


@pytest.mark.slow
@given(data=st.lists(misspelt, max_size=5).map(dict))
@quick(1000)
def test_many_tables(data: dict[str, Any]) -> None:
    """As above."""
    check_table(data)


@pytest.mark.slow
@given(name=st.sampled_from(TEXTS), changes=edits)
@quick(1500)
def test_many_edited_files(name: Path, changes: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As above."""
    check_text(tmp_path_factory.getbasetemp() / "case.toml", name, changes)


@pytest.mark.slow
@given(case=one_argument)
@quick(1500)
def test_many_arguments_of_a_run(case: Any) -> None:
    """As above."""
    check_plan(case)
