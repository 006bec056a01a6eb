"""Cells, fluid and kidney stay in the tissue; other agents come and go; no model outlives its use."""

import copy
import gc
import weakref
from collections.abc import Callable

import mesa
import numpy as np
import pytest

import sim


@pytest.fixture
def model() -> sim.TissueModel:
    return sim.TissueModel("baseline", 6, rng=1)


REMOVALS: dict[str, Callable[[sim.TissueModel], object]] = {
    "by itself": lambda m: m.cells[0].remove(),
    "the kidney": lambda m: m.kidney.remove(),
    "the fluid": lambda m: m.extracellular.remove(),
    "from the model": lambda m: m.deregister_agent(m.cells[0]),
    "all agents": lambda m: m.remove_all_agents(),
    "from the set": lambda m: m.agents.remove(m.cells[0]),
    "from the set, if there": lambda m: m.agents.discard(m.cells[0]),
    "first of the set": lambda m: m.agents.pop(),
    "whole set": lambda m: m.agents.clear(),
    "from its type": lambda m: m.agents_by_type[sim.CellAgent].remove(m.cells[0]),
    "not selected": lambda m: m.agents.select(at_most=3, inplace=True),
    "by a method of all": lambda m: m.agents.do("remove"),
}


@pytest.mark.parametrize("remove", REMOVALS.values(), ids=REMOVALS.keys())
def test_an_agent_cannot_leave_the_tissue(
    model: sim.TissueModel, remove: Callable[[sim.TissueModel], object]
) -> None:
    with pytest.raises(sim.InputError, match=r"cannot leave the tissue.*to silence a cell, set"):
        remove(model)
    assert len(model.agents) == 8
    assert len(model.agents_by_type[sim.CellAgent]) == 6
    model.step()


ADDITIONS: dict[str, Callable[[sim.TissueModel], object]] = {
    "a cell": lambda m: sim.CellAgent(m, m.view, 2),
    "a cell beyond the last": lambda m: sim.CellAgent(m, m.view, 6),
    "many cells": lambda m: sim.CellAgent.create_agents(m, 2, m.view, [1, 2]),
    "a kidney": lambda m: sim.RenalAgent(m, m.view),
    "a fluid": lambda m: sim.ExtracellularAgent(m, m.view),
    "from another model": lambda m: m.agents.add(sim.TissueModel("baseline", 2).cells[0]),
}


@pytest.mark.parametrize("add", ADDITIONS.values(), ids=ADDITIONS.keys())
def test_an_agent_cannot_join_the_tissue(
    model: sim.TissueModel, add: Callable[[sim.TissueModel], object]
) -> None:
    with pytest.raises(sim.InputError, match=r"cannot join a tissue.*give n_cells"):
        add(model)
    assert len(model.agents) == 8


def test_the_cells_are_a_tuple(model: sim.TissueModel) -> None:
    assert isinstance(model.cells, tuple)


def test_sets_made_from_the_agents_are_free(model: sim.TissueModel) -> None:
    cell = model.cells[0]
    for agents in (
        model.agents.select(),
        model.agents.select(lambda agent: agent.unique_id < 4),
        model.agents.shuffle(),
        model.agents.groupby(type).groups[sim.CellAgent],
        copy.copy(model.agents),
    ):
        agents.remove(cell)
        assert cell not in agents
    assert len(model.agents.shuffle(inplace=True)) == 8
    assert cell in model.agents


class Physician(mesa.Agent):
    """An agent outside the tissue that treats it."""

    doses = 0

    def step(self) -> None:
        self.doses += 1
        self.model.extracellular.inject("potassium", 1.0)
        if self.doses == 3:
            self.remove()


def test_an_agent_of_another_class_acts_until_it_leaves(model: sim.TissueModel) -> None:
    physician, idle = Physician(model), mesa.Agent(model)
    assert [physician.unique_id, idle.unique_id] == [9, 10]
    assert len(model.agents) == 10
    idle.remove()
    for _ in range(4):
        model.step()
    assert physician.doses == model.tissue.edits == 3
    assert len(model.agents) == 8
    assert model.tissue.audit().worst <= 1e-12


def test_an_agent_that_was_removed_in_a_step_does_not_act_in_it(model: sim.TissueModel) -> None:
    class Rival(mesa.Agent):
        acted = 0

        def step(self) -> None:
            Rival.acted += 1
            for other in set(rivals) - {self}:
                other.remove()

    rivals = [Rival(model) for _ in range(5)]
    model.step()
    assert Rival.acted == 1


def test_models_are_freed() -> None:
    """Whether they ended or not, and those that could not be made; Mesa 3.3 alone keeps all."""

    class Unfinished(sim.CellAgent):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            made.append(weakref.ref(self.model))
            raise RuntimeError

    made: list[weakref.ref[sim.TissueModel]] = []
    for days in (0.25, 1.0):
        model = sim.TissueModel("baseline", 4, days=days, agent_reporters={"k": "k_in"})
        Physician(model)
        for _ in range(2):
            model.step()
        with pytest.raises(sim.InputError):
            sim.CellAgent(model, model.view, 0)
        made.append(weakref.ref(model))
    del model
    with pytest.raises(RuntimeError):
        sim.TissueModel("baseline", 4, cell_class=Unfinished)
    with pytest.raises(sim.InputError) as refusal:
        sim.TissueModel("baseline", 4, model_reporters={"k": "no such attribute"})
    del refusal
    gc.collect()
    assert [reference() for reference in made] == [None] * 3
    assert not any(model.steps == 0 for model in getattr(mesa.Agent, "_ids", ()))


def test_cells_are_numbered_in_their_order(model: sim.TissueModel) -> None:
    assert [cell.unique_id for cell in model.cells] == np.arange(1, 7).tolist()
