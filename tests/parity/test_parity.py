"""One law, several engines: agents, threads and interpreted Python give the compiled engine's bits."""

import numpy as np
import pytest

import sim
from sim.cells import cell_rates, fluctuated
from sim.equations import BLOCK, body_of, cells_of, elapsed_in_step, tissue_rates
from sim.population import state_of, traits_of


def model_after(engine: str, steps: int = 4) -> sim.TissueModel:
    model = sim.TissueModel("severe-magnesium-loss", 40, rng=5, engine=engine)
    for _ in range(steps):
        model.step()
    return model


def test_agents_in_any_order_give_the_bits_of_the_compiled_engine() -> None:
    compiled, agents = model_after("compiled").tissue, model_after("agents").tissue
    assert np.array_equal(compiled.y, agents.y)
    assert compiled.evaluations == agents.evaluations


def test_the_order_of_agents_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_give_the_bits_of_one_thread(threads: int) -> None:
    def after(threads: int) -> np.ndarray:
        tissue = sim.Tissue(2 * BLOCK + 123, seed=2, threads=threads)
        tissue.control = sim.load("severe-magnesium-loss").control_at(0.0, tissue.parameters.body)
        tissue.fluctuate(3.0)
        tissue.advance_to(3.0)
        return tissue.y

    assert np.array_equal(after(1), after(threads))


def test_a_model_gives_the_bits_of_a_run() -> None:
    model = model_after("compiled", steps=8)
    result = sim.run("severe-magnesium-loss", 40, seed=5, days=1)
    assert result.table["plasma_k"].iloc[-1] == model.tissue.fluid.k


def test_interpreted_python_gives_the_bits_of_the_compiled_cell() -> None:
    tissue = sim.Tissue(100, seed=4)
    tissue.control = sim.load("severe-magnesium-loss").control_at(0.0, tissue.parameters.body)
    tissue.fluctuate(3.0)
    tissue.advance_to(2.0)
    dy = np.empty_like(tissue.y)
    tissue_rates(tissue.time, tissue.y, dy, tissue.context)
    compiled = cells_of(dy, 100)
    c = tissue.context
    for i in range(100):
        state = state_of(tissue.cells, i)
        state = type(state)(*(float(x) for x in state))
        own = traits_of(tissue.traits, i)
        traits = fluctuated(type(own)(*(float(x) for x in own)), elapsed_in_step(2.0, c))
        plain = cell_rates(state, traits, tissue.fluid, c.control, c.parameters.cell, c.rest_cell)
        assert np.array_equal(np.array(plain), compiled[:, i])


def test_interpreted_body_agrees_with_the_compiled_one() -> None:
    tissue = sim.Tissue(3, seed=4, noise=False)
    tissue.control = sim.load("severe-magnesium-loss").control_at(0.0, tissue.parameters.body)
    tissue.advance_to(500.0)
    compiled, plain = np.empty_like(tissue.y), np.empty_like(tissue.y)
    tissue_rates(tissue.time, tissue.y, compiled, tissue.context)
    tissue_rates.py_func(tissue.time, tissue.y, plain, tissue.context)
    close = np.isclose(body_of(plain, 3), body_of(compiled, 3), rtol=1e-12, atol=1e-13)
    assert close.all()
