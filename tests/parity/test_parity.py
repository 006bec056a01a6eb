"""One law, several engines: agents, threads and interpreted Python agree bit for bit."""

from collections.abc import Callable

import numpy as np
import pytest

import sim
from sim.physiology.cell import cell_rates
from sim.physiology.cell_state import fluctuated, read_cell
from sim.physiology.cell_traits import read_traits
from sim.tissue.context import BLOCK_SIZE, body_of, cell_type_of, cells_of, fraction_of_step
from sim.tissue.equations import rates_of_cell, tissue_rates
from sim.tissue.membranes import membrane_of_cell

EVENTFUL = sim.Condition(
    name="eventful",
    duration="2 day",
    meals=[sim.Meals(at=["1:00", "7:30"], carbohydrate="200 g/day")],
    meal=[sim.Meal(start="4 hour", potassium="40 mmol", magnesium="5 mmol", calcium="10 mmol")],
    supplement=[sim.Supplement(ion="calcium", amount="5 mmol", route="intravenous", stop="5 hour")],
    treatment=[
        sim.Treatment(kind="vomiting", rate="2 L/day", start="2 hour"),
        sim.Treatment(kind="diarrhoea", rate="1 L/day", stop="8 hour"),
        sim.Treatment(kind="insulin", fold=5.0, start="6 hour"),
        sim.Treatment(kind="thiazide", effect=0.6),
        sim.Treatment(kind="loop-diuretic", effect=0.3),
        sim.Treatment(kind="nephron-loss", effect=0.4),
        sim.Treatment(kind="pump-inhibitor", effect=0.1),
        sim.Treatment(kind="mg-malabsorption", effect=0.9),
    ],
)
"""Nearly all interventions at once."""


def model_after(
    engine: str, steps: int = 4, condition: str | sim.Condition = "severe-magnesium-loss"
) -> sim.TissueModel:
    model = sim.TissueModel(condition, 40, rng=5, engine=engine)
    for _ in range(steps):
        model.step()
    return model


def active_tissue(n_cells: int) -> sim.Tissue:
    """Tissue in which no rate is zero, two hours into a step."""
    tissue = sim.Tissue(n_cells, seed=4)
    tissue.control = EVENTFUL.control_at(7.6, tissue.parameters.body)
    tissue.fluctuate(3.0)
    tissue.advance_to(2.0)
    return tissue


@pytest.mark.parametrize("condition", ["severe-magnesium-loss", EVENTFUL], ids=["named", "eventful"])
def test_agents_in_any_order_give_the_bits_of_the_compiled_engine(
    condition: str | sim.Condition,
) -> None:
    compiled = model_after("compiled", condition=condition).tissue
    agents = model_after("agents", condition=condition).tissue
    assert np.array_equal(compiled.y, agents.y)
    assert compiled.evaluations == agents.evaluations


def test_order_of_agents_is_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    orders: list[tuple[int, ...]] = []
    model = sim.TissueModel("baseline", 8, rng=1, engine="agents")
    permutation = model._order.permutation

    class Spy:
        def permutation(self, n: int) -> np.ndarray:
            order = permutation(n)
            orders.append(tuple(order.tolist()))
            return order

    monkeypatch.setattr(model, "_order", Spy())
    model.step()
    assert len({order for order in orders if len(order) == 8}) > 3


@pytest.mark.parametrize("threads", [2, 3, 4, 7, 16])
def test_threads_give_the_bits_of_one_thread(threads: int) -> None:
    def after(threads: int) -> np.ndarray:
        tissue = sim.Tissue(2 * BLOCK_SIZE + 123, seed=2, threads=threads)
        assert tissue.counts[0] > BLOCK_SIZE
        tissue.control = EVENTFUL.control_at(7.6, tissue.parameters.body)
        tissue.fluctuate(3.0)
        tissue.advance_to(3.0)
        return tissue.y

    assert np.array_equal(after(1), after(threads))


def test_an_integrator_from_rates_alone_gives_the_bits_of_the_compiled_one() -> None:
    """The compiled one makes one pass over memory per stage; the plain one evaluates, then adds."""

    def after(rates: Callable[..., None] | None) -> tuple[np.ndarray, int]:
        tissue = active_tissue(60)
        tissue.advance_to(3.0, rates)
        return tissue.y, tissue.evaluations

    (compiled, first), (plain, second) = after(None), after(tissue_rates)
    assert np.array_equal(compiled, plain)
    assert first == second


def test_a_model_gives_the_bits_of_a_run() -> None:
    model = model_after("compiled", steps=8)
    result = sim.run("severe-magnesium-loss", 40, seed=5, days=1)
    assert result.table["plasma_k"].iloc[-1] == model.tissue.fluid.k


def test_interpreted_python_gives_the_bits_of_the_compiled_cell() -> None:
    tissue = active_tissue(100)
    dy = np.empty_like(tissue.y)
    tissue_rates(tissue.time, tissue.y, dy, tissue.context)
    compiled = cells_of(dy, 100)
    c = tissue.context
    for kind, cut in enumerate(tissue.slices()):
        for i in range(cut.start, cut.stop):
            state = read_cell(tissue.cells[:, i])
            state = type(state)(*(float(x) for x in state))
            own = read_traits(tissue.traits, i)
            traits = fluctuated(type(own)(*(float(x) for x in own)), fraction_of_step(2.0, c))
            plain = cell_rates(
                state, traits, tissue.fluid, c.control, c.cells[kind], c.cell_constants[kind]
            )
            assert np.array_equal(np.array(plain), compiled[:, i])


def test_a_single_cell_gives_the_same_bits_as_among_others() -> None:
    tissue = active_tissue(60)
    dy = np.empty_like(tissue.y)
    tissue_rates(tissue.time, tissue.y, dy, tissue.context)
    observed = tissue.observe()
    for kind, cut in enumerate(tissue.slices()):
        assert cut.stop > cut.start
        for i in range(cut.start, cut.stop):
            assert cell_type_of(i, tissue.context) == kind
            arguments = (tissue.time, tissue.cells, i, tissue.fluid, tissue.context)
            assert np.array_equal(np.array(rates_of_cell(*arguments)), cells_of(dy, 60)[:, i])
            assert np.array_equal(np.array(membrane_of_cell(*arguments)), observed[:, i])


def test_interpreted_body_agrees_with_the_compiled_one() -> None:
    tissue = active_tissue(5)
    compiled, plain = np.empty_like(tissue.y), np.empty_like(tissue.y)
    tissue_rates(tissue.time, tissue.y, compiled, tissue.context)
    tissue_rates.py_func(tissue.time, tissue.y, plain, tissue.context)
    close = np.isclose(body_of(plain, 5), body_of(compiled, 5), rtol=1e-12, atol=1e-13)
    assert close.all()
