"""Designs, endpoints and changed parameters with random values: refused, or planned, in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli.options import read_changes
from sim.parameters import FACTS
from sim.study.design import Design, read_design
from sim.study.size import study_in_words
from sim.variables.endpoints import Endpoint
from sim.variables.table import VARIABLES
from tests.robustness.input_values import (
    ALLOWED,
    QUANTITIES,
    VALUES,
    is_explained,
    is_named,
    is_shown,
    paths_of,
    quick,
    refusal_or_result,
    replaced,
)

VALID: dict[str, Any] = {
    "name": "x",
    "title": "A title",
    "description": "Words.",
    "conditions": ["baseline", {"name": "b", "duration": "3 day"}],
    "replicates": 10,
    "first_replicate": 0,
    "cells": 20,
    "seed": 1,
    "persons": True,
    "noise": True,
    "heterogeneous": True,
    "duration": "3 day",
    "every": "1 day",
    "variables": ["plasma_k", "plasma_mg"],
    "parameters": {"gfr": "170 L/day"},
    "samples": {
        "method": "grid",
        "ranges": {"pump_half_mg": ["0.05 mM", "0.1 mM"], "sd_gfr": [0.1, 0.2]},
    },
    "snapshots": {"at": ["0 day", "3 day"], "cells": 10, "variables": ["k_in"]},
    "endpoints": ["plasma_k < 3.5"],
}
SPREAD = {"method": "sobol", "number": 4, "ranges": {"pump_half_mg": ["0.05 mM", "0.1 mM"]}}
SPREADS = {**VALID, "samples": SPREAD}

CONCERNED = {"duration": ("snapshots",), "every": ("record_hours",)}
"""Keys whose values become impossible with that of another."""

one_fault = st.one_of(
    st.tuples(st.just("grid"), st.sampled_from(paths_of(VALID)), VALUES),
    st.tuples(st.just("sobol"), st.sampled_from(paths_of({"samples": SPREAD})), VALUES),
)
endpoint_texts = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from([*VARIABLES, "gfr", "plasma_kk", ""]),
        st.sampled_from(["<", ">=", "=", "<<"]),
        st.one_of(QUANTITIES, st.floats().map(str)),
    ),
    st.text(max_size=40),
    VALUES,
)
changes = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from([*FACTS, "gfrr", ""]),
        st.sampled_from(["=", "==", " = ", ""]),
        st.one_of(QUANTITIES, st.text(max_size=10)),
    ),
    min_size=1,
    max_size=3,
)


def check_design(case: tuple[str, tuple[Any, ...], Any]) -> None:
    """One value of a valid design replaced."""
    kind, path, value = case
    data = replaced(VALID if kind == "grid" else SPREADS, path, value)
    problems, design = refusal_or_result(lambda: read_design(data))
    if design is not None:
        check_accepted(design)
        return
    named = [text for text in problems if is_named(text, (*path, *CONCERNED.get(path[0], ())))]
    assert any(is_explained(text, path, value) for text in named), problems


def check_accepted(design: Design) -> None:
    """What is accepted can be said in words, and is the same when it is written and read again."""
    assert all(study_in_words(design, design.plans(), 2))
    assert all(isinstance(remark, str) and remark for remark in design.remarks)
    assert read_design(json.loads(json.dumps(design.model_dump(mode="json")))) == design
    if design.sets < 100:
        assert len(design.points()) == design.sets


def check_endpoint(text: Any) -> None:
    """Any text as an endpoint."""
    problems, endpoint = refusal_or_result(lambda: Endpoint.read(text))
    if endpoint is not None:
        assert Endpoint.read(str(endpoint)) == endpoint._replace(bound=float(f"{endpoint.bound:.12g}"))
        return
    assert all(ALLOWED.search(problem) for problem in problems), problems
    assert any(is_shown(problem, text) or text.split()[0] in problem for problem in problems), problems


def check_changes(texts: list[str]) -> None:
    """Any NAME=VALUE options: each is read, or refused with its name."""
    problems, values = read_changes(tuple(texts))
    assert all(ALLOWED.search(problem) for problem in problems), problems
    for text in texts:
        name = text.partition("=")[0].strip()
        assert name in values or any(is_shown(problem, text) or name in problem for problem in problems)


@given(case=one_fault)
@quick(120)
def test_a_value_of_a_design_is_refused_in_words_or_planned(case: Any) -> None:
    check_design(case)


@given(text=endpoint_texts)
@quick(60)
def test_a_text_is_an_endpoint_or_is_refused_in_words(text: Any) -> None:
    check_endpoint(text)


@given(texts=changes)
@quick(60)
def test_changes_of_parameters_are_read_or_refused_in_words(texts: list[str]) -> None:
    check_changes(texts)


@pytest.mark.slow
@given(case=one_fault)
@quick(3000)
def test_many_values_of_a_design(case: Any) -> None:
    """As above."""
    check_design(case)


@pytest.mark.slow
@given(text=endpoint_texts)
@quick(1000)
def test_many_endpoints(text: Any) -> None:
    """As above."""
    check_endpoint(text)


@pytest.mark.slow
@given(texts=changes)
@quick(1000)
def test_many_changes(texts: list[str]) -> None:
    """As above."""
    check_changes(texts)
