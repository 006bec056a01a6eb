"""Agents are Mesa agents, and views of the tissue."""

import mesa
import numpy as np
import pytest

import sim
from sim.parameters import CELL_TYPES
from sim.physiology.cell_state import CellState, Membrane
from sim.physiology.fluid import Fluid
from sim.physiology.kidney import Excretion
from sim.quantities.amounts import NO_AMOUNTS


@pytest.fixture
def model() -> sim.TissueModel:
    return sim.TissueModel("severe-magnesium-loss", 30, rng=2)


def test_cells_fluid_and_kidney_are_mesa_agents(model: sim.TissueModel) -> None:
    assert isinstance(model, mesa.Model)
    assert len(model.agents) == 32
    assert len(model.agents_by_type[sim.CellAgent]) == 30
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)


def test_select_agg_and_groupby_work(model: sim.TissueModel) -> None:
    cells = model.agents_by_type[sim.CellAgent]
    mean = cells.agg("na_in", np.mean)
    assert mean == pytest.approx(np.mean([cell.na_in for cell in model.cells]))
    leaky = cells.select(lambda cell: cell.na_leak > 1.0)
    assert 0 < len(leaky) < 30
    groups = cells.groupby(lambda cell: cell.na_leak > 1.0)
    assert groups.count() == {True: len(leaky), False: 30 - len(leaky)}


def test_cells_know_their_type(model: sim.TissueModel) -> None:
    counts = model.agents_by_type[sim.CellAgent].groupby("cell_type").count()
    assert counts == dict(zip(CELL_TYPES, model.tissue.counts, strict=True))
    for kind, cut in zip(CELL_TYPES, model.tissue.slices(), strict=True):
        assert {cell.cell_type for cell in model.cells[cut]} == {kind}
    red = next(cell for cell in model.cells if cell.cell_type == "red_cell")
    assert red.potential > 2.0 * model.cells[0].potential / 3.0


@pytest.mark.parametrize("kind", CELL_TYPES)
def test_ions_added_to_a_cell_of_any_type_appear_in_the_body(kind: str) -> None:
    model = sim.TissueModel("baseline", 20, rng=2, noise=False)
    cell = next(cell for cell in model.cells if cell.cell_type == kind)
    before, water = model.tissue.totals(), cell.water
    cell.k_in += 5.0
    litre = model.tissue.context.reference_water[CELL_TYPES.index(kind)] * cell.size
    assert model.tissue.totals().k - before.k == pytest.approx(5.0 * litre * water, rel=1e-9)
    assert model.tissue.audit().worst <= 1e-12
    model.step()
    assert model.tissue.audit().worst <= 1e-12


def test_data_collector_collects_model_and_agents() -> None:
    model = sim.TissueModel(
        "baseline", 5, rng=1, agent_reporters={"K": lambda a: getattr(a, "k_in", None)}
    )
    model.step()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame["day"]) == [0.0, 0.125]
    assert frame["plasma_k"].iloc[0] == pytest.approx(model.tissue.parameters.body.plasma_k)
    agents = model.datacollector.get_agent_vars_dataframe()
    assert agents["K"].dropna().between(100.0, 180.0).all()


def test_agents_show_the_state_of_the_tissue(model: sim.TissueModel) -> None:
    model.step()
    seen = Membrane(*model.tissue.observe())
    for cell in model.cells:
        i = cell.column
        assert cell.na_in == pytest.approx(seen.na_in[i], rel=1e-12)
        assert cell.k_in == pytest.approx(seen.k_in[i], rel=1e-12)
        assert cell.water == pytest.approx(seen.water[i], rel=1e-12)
        assert cell.mg_free == seen.mg_free[i]
        assert cell.membrane.u == seen.u[i]
    assert model.extracellular.k == model.tissue.fluid.k
    assert model.kidney.urine_k == model.tissue.excretion.amounts.k


def test_halving_a_pump_changes_the_cell_and_appears_in_the_audit() -> None:
    model = sim.TissueModel("baseline", 30, rng=2, noise=False)
    cell, other = model.cells[4], model.cells[5]
    na, na_other = cell.na_in, other.na_in
    cell.pump_capacity *= 0.5
    for _ in range(8):
        model.step()
    assert cell.na_in > 1.15 * na
    assert other.na_in == pytest.approx(na_other, rel=0.01)
    audit = model.tissue.audit()
    assert audit.edits == 1
    assert audit.worst <= 1e-12


@pytest.mark.parametrize(("name", "value"), [("k_in", -1.0), ("k_leak", np.nan), ("na_leak", -1.0)])
def test_impossible_values_are_refused(model: sim.TissueModel, name: str, value: float) -> None:
    with pytest.raises(ValueError, match="give"):
        setattr(model.cells[0], name, value)


def test_an_unknown_ion_cannot_be_injected(model: sim.TissueModel) -> None:
    with pytest.raises(ValueError, match="sodium, potassium or magnesium"):
        model.extracellular.inject("calcium", 1.0)


class Adapting(sim.CellAgent):
    """A cell that expresses more pumps when its Na is high."""

    def step(self) -> None:
        if self.na_in > 12.0:
            self.pump_capacity *= 1.01


def test_a_rule_of_a_subclass_runs_with_either_engine() -> None:
    def after(engine: str) -> np.ndarray:
        model = sim.TissueModel("severe-magnesium-loss", 20, rng=1, cell_class=Adapting, engine=engine)
        for _ in range(4):
            model.step()
        assert model.tissue.edits > 0
        return model.tissue.y

    assert np.array_equal(after("compiled"), after("agents"))


class Sealed(sim.CellAgent):
    """A cell without fluxes."""

    def fluxes(self, fluid: Fluid) -> CellState:
        assert fluid.k > 0.0
        return CellState(0.0, 0.0, 0.0, 0.0, 0.0)


class Failing(sim.RenalAgent):
    """A kidney without urine output."""

    def excretion(self, fluid: Fluid) -> Excretion:
        assert fluid.volume > 0.0
        return Excretion(amounts=NO_AMOUNTS, hco3=0.0)


def test_a_law_of_a_subclass_is_called_by_the_agents_engine() -> None:
    model = sim.TissueModel("severe-magnesium-loss", 5, rng=1, engine="agents", cell_class=Sealed,
                            kidney_class=Failing)  # fmt: skip
    start = model.tissue.cells.copy()
    for _ in range(4):
        model.step()
    assert np.array_equal(model.tissue.cells, start)
    assert model.tissue.body.urine.k == 0.0
    assert model.extracellular.k > 4.5
    assert model.tissue.audit().worst <= 1e-12


def test_an_override_that_would_not_be_called_is_refused() -> None:
    with pytest.raises(sim.InputError, match="engine='agents'"):
        sim.TissueModel("baseline", 5, cell_class=Sealed)
    with pytest.raises(sim.InputError, match="compiled"):
        sim.TissueModel("baseline", 5, engine="fast")  # type: ignore[arg-type]


def test_all_problems_of_a_model_are_listed_at_once() -> None:
    with pytest.raises(sim.InputError) as refusal:
        sim.TissueModel("baselin", 0, rng=-1, step_hours=-1, engine="fast")  # type: ignore[arg-type]
    starts = ["engine = 'fast'", "cells = 0", "seed = -1", "no condition is called", "step_hours = -1"]
    assert [p.startswith(s) for p, s in zip(refusal.value.problems, starts, strict=True)] == [True] * 5


def test_parameters_without_a_healthy_steady_state_are_refused() -> None:
    correlations = {"leaks": 0.9, "pump_k_leak": 0.9, "pump_na_leak": 0.0}
    parameters = {f"correlation_{name}": value for name, value in correlations.items()}
    with pytest.raises(sim.SteadyStateError):
        sim.TissueModel("baseline", 5, parameters=parameters)


def test_the_former_name_of_the_type_still_works(model: sim.TissueModel) -> None:
    assert [cell.kind for cell in model.cells] == [cell.cell_type for cell in model.cells]
