"""Reporters and tables of Mesa's collector: all forms are collected, and no column is silently empty."""

from functools import partial
from operator import attrgetter
from typing import Any

import mesa
import pytest

import sim
from sim.agents import REPORTERS


def sentences(**arguments: Any) -> list[str]:
    with pytest.raises(sim.InputError) as refusal:
        sim.TissueModel("baseline", 3, rng=1, **arguments)
    return refusal.value.problems


def twice(number: float) -> float:
    return 2.0 * number


def test_reporters_of_the_model_in_every_form() -> None:
    reporters = {
        **REPORTERS,
        "name": "day",
        "function": lambda model: len(model.cells),
        "partial": partial(lambda days, model: model.day + days, 1.0),
        "list": [twice, [3.0]],
        "callable": attrgetter("steps"),
    }
    model = sim.TissueModel("baseline", 3, rng=5, model_reporters=reporters)
    model.step()
    last = model.datacollector.get_model_vars_dataframe().iloc[-1]
    assert (last["name"], last["function"], last["list"]) == (0.125, 3, 6.0)
    assert (last["partial"], last["callable"], last["seed"]) == (1.125, 1, 5)


def test_no_reporters_are_none() -> None:
    assert sim.TissueModel("baseline", 3, model_reporters={}).datacollector.model_vars == {}


def test_agents_without_the_attribute_report_none() -> None:
    """In every version of Mesa; 3.5 by itself would refuse."""
    model = sim.TissueModel("baseline", 3, rng=1, agent_reporters={"k": "k_in", "volume": "volume"})
    frame = model.datacollector.get_agent_vars_dataframe()
    assert frame["k"].count() == 3
    assert frame["volume"].count() == 1


def test_reporters_of_one_type_of_agents() -> None:
    reporters = {
        sim.CellAgent: {"k": "k_in", "twice": [lambda cell, n: n * cell.k_in, [2.0]]},
        sim.RenalAgent: {"urine": lambda kidney: kidney.urine_k},
        mesa.Agent: {"id": "unique_id"},
    }
    model = sim.TissueModel("baseline", 3, rng=1, agenttype_reporters=reporters)
    model.step()
    cells = model.datacollector.get_agenttype_vars_dataframe(sim.CellAgent)
    assert cells.shape == (6, 2)
    assert list(cells["twice"]) == [2.0 * k for k in cells["k"]]
    assert list(cells["k"].iloc[-3:]) == [cell.k_in for cell in model.cells]
    assert len(model.datacollector.get_agenttype_vars_dataframe(sim.RenalAgent)) == 2
    assert len(model.datacollector.get_agenttype_vars_dataframe(mesa.Agent)) == 10


def test_rows_can_be_added_to_tables() -> None:
    model = sim.TissueModel("baseline", 3, rng=1, tables={"doses": ["day", "amount"]})
    model.datacollector.add_table_row("doses", {"day": 0.0, "amount": 10.0})
    assert model.datacollector.get_table_dataframe("doses").shape == (1, 2)


MISSPELT: dict[str, dict[str, Any]] = {
    "'k': no attribute is called 'k_inn'; did you mean 'k_in'?": {"agent_reporters": {"k": "k_inn"}},
    "'d': no attribute is called 'dya'; did you mean 'day'?": {"model_reporters": {"d": "dya"}},
    "'n': no attribute is called 'stpes'; did you mean 'steps'?": {"model_reporters": {"n": "stpes"}},
    "'u': no attribute is called 'urine_kk'; did you mean 'urine_k'?": {
        "agenttype_reporters": {sim.RenalAgent: {"u": "urine_kk"}}
    },
    "'k': no attribute is called 'k_in'": {"agenttype_reporters": {sim.RenalAgent: {"k": "k_in"}}},
    "'r': 'run_model' is a method": {"model_reporters": {"r": "run_model"}},
    "'f': 'fluxes' is a method": {"agent_reporters": {"f": "fluxes"}},
}


@pytest.mark.parametrize(("sentence", "arguments"), MISSPELT.items(), ids=MISSPELT.keys())
def test_a_misspelt_attribute_is_refused(sentence: str, arguments: dict[str, Any]) -> None:
    (problem,) = sentences(**arguments)
    assert sentence in problem


def test_all_misspelt_attributes_are_listed() -> None:
    reporters = {"model_reporters": {"d": "dya"}, "agent_reporters": {"k": "k_inn", "n": "na_inn"}}
    assert len(sentences(**reporters)) == 3


WRONG: list[dict[str, Any]] = [
    {"model_reporters": {"k": None}},
    {"model_reporters": {3: "day"}},
    {"model_reporters": {"k": [twice]}},
    {"model_reporters": {"k": ["day", []]}},
    {"agent_reporters": {"k": 5}},
    {"agent_reporters": "k_in"},
    {"agenttype_reporters": {"CellAgent": {"k": "k_in"}}},
    {"agenttype_reporters": {int: {"k": "k_in"}}},
    {"agenttype_reporters": {sim.CellAgent: "k_in"}},
    {"tables": ["doses"]},
    {"tables": {"doses": "day"}},
    {"tables": {"doses": [1]}},
    {"tables": {1: ["day"]}},
]


@pytest.mark.parametrize("arguments", WRONG)
def test_reporters_of_a_wrong_form_are_refused(arguments: dict[str, Any]) -> None:
    (problem,) = sentences(**arguments)
    assert next(iter(arguments)) in problem


def test_a_type_without_agents_is_refused() -> None:
    class Wolf(mesa.Agent):
        pass

    (problem,) = sentences(agenttype_reporters={Wolf: {"id": "unique_id"}})
    assert "Wolf" in problem
    assert "give one of CellAgent, ExtracellularAgent, RenalAgent" in problem


def test_a_reporter_that_fails_is_named_at_the_start() -> None:
    (problem,) = sentences(agent_reporters={"k": lambda agent: agent.k_in})
    assert "'ExtracellularAgent' object has no attribute 'k_in'" in problem
    assert "agenttype_reporters" in problem
