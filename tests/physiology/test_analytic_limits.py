"""Limits that can be worked out by hand, of the whole cell."""

import numpy as np
import pytest

import sim
from sim.cells import CellState, CellTraits, membrane, normal_fluid, resting_cell
from sim.control import Control
from sim.parameters import Parameters
from sim.population import steady_population
from sim.tissue import Tissue, usual_control

P = Parameters()
FLUID = normal_fluid(P.body)
REST = resting_cell(P.cell, FLUID)
USUAL = usual_control(P.body)


def settled(tissue: Tissue, traits: np.ndarray) -> np.ndarray:
    c = tissue.context
    return steady_population(traits, USUAL, c.parameters.cell, c.rest_cell)[0]


def in_constant_fluid(tissue: Tissue, hours: float) -> np.ndarray:
    """States of the cells after some hours in the normal fluid, by scipy."""
    from scipy.integrate import solve_ivp

    from sim.equations import cells_of, rates_of_block

    n = tissue.n_cells

    def rates(t: float, x: np.ndarray) -> np.ndarray:
        out = np.empty((5, n))
        rates_of_block(t, cells_of(x, n), out, 0, FLUID, tissue.context, 0, n)
        return out.ravel()

    done = solve_ivp(rates, (0.0, hours), tissue.cells.ravel(), "LSODA", rtol=1e-9, atol=1e-9)
    return done.y[:, -1].reshape(5, n)


def test_chloride_rests_at_its_nernst_potential() -> None:
    tissue = Tissue(50, seed=1, noise=False)
    _, _, _, cl, _, u, *_ = tissue.observe()
    assert np.allclose(u, np.log(cl / tissue.fluid.cl), atol=1e-9)


def test_leaks_balance_the_pump_at_three_to_two() -> None:
    _, _, _, _, _, _, pump, na_leak, k_leak, mg_in, mg_out, _ = Tissue(50, seed=1, noise=False).observe()
    assert np.allclose(k_leak, 2.0 * pump, rtol=1e-9)
    assert np.allclose(na_leak + 2.0 * mg_out, 3.0 * pump, rtol=1e-9)
    assert np.allclose(mg_in, mg_out, rtol=1e-9)


def test_scaling_pump_and_leaks_together_leaves_potential_and_volume() -> None:
    """All paths twice as many: the same cell, living twice as fast. A larger cell lives slower."""
    tissue = Tissue(1, heterogeneous=False, noise=False)
    rest = REST._replace(
        p_na=2 * REST.p_na, p_k=2 * REST.p_k, p_cl=2 * REST.p_cl,
        mg_influx=2 * REST.mg_influx, mg_exchange=2 * REST.mg_exchange,
    )  # fmt: skip
    cell = P.cell._replace(pump_capacity=2 * P.cell.pump_capacity)
    state = CellState(*tissue.cells[:, 0])
    one = membrane(state, CellTraits(), FLUID, USUAL, P.cell, REST)
    two = membrane(state, CellTraits(), FLUID, USUAL, cell, rest)
    assert two.u == pytest.approx(one.u, rel=1e-12)
    assert two.water == one.water
    assert two.pump == pytest.approx(2.0 * one.pump, rel=1e-12)


def test_size_changes_how_fast_a_cell_lives_but_not_where_it_rests() -> None:
    tissue = Tissue(2, heterogeneous=False, noise=False)
    traits = tissue.traits.copy()
    traits[3, 1] = 4.0
    small, large = settled(tissue, traits).T
    assert np.allclose(small, large, rtol=1e-12)


def test_any_initial_ions_lead_to_the_same_steady_state() -> None:
    rng = np.random.default_rng(1)
    tissue = Tissue(12, heterogeneous=False, noise=False)
    home = tissue.cells.copy()
    exchanged = rng.uniform(-15.0, 40.0, 12)
    tissue.cells[0] += exchanged
    tissue.cells[1] -= exchanged
    tissue.cells[2] *= rng.uniform(0.7, 1.3, 12)
    tissue.cells[4] *= rng.uniform(0.6, 1.4, 12)
    tissue.cells[3] -= 2.0 * (tissue.cells[2] - home[2])
    settled_again = in_constant_fluid(tissue, 24.0 * 120.0)
    assert np.allclose(settled_again[[0, 1, 2, 4]], home[[0, 1, 2, 4]], rtol=1e-5)


def test_without_pump_cells_run_down_towards_donnan() -> None:
    """A poisoned cell swells, loses K, gains Na, and its potential falls towards zero."""
    tissue = Tissue(1, heterogeneous=False, noise=False)
    before = tissue.observe()[:, 0]
    stopped = Control(*USUAL[:3], pump_inhibition=1.0)
    tissue.control = stopped
    tissue.y[:5] = in_constant_fluid(tissue, 12.0).ravel()
    after = tissue.observe()[:, 0]
    assert after[0] > 1.05 * before[0]
    assert after[1] > 3.0 * before[1]
    assert after[2] < 0.7 * before[2]
    assert after[5] > 0.5 * before[5]


def test_a_uniform_population_is_its_mean_field_twin() -> None:
    def table(n_cells: int) -> np.ndarray:
        result = sim.run("severe-magnesium-loss", n_cells, days=30, heterogeneous=False, noise=False)
        return result.table[["plasma_k", "na_in_mean", "k_in_mean", "potential_mean"]].to_numpy()

    assert np.allclose(table(200), table(1), rtol=1e-5)


def test_a_heterogeneous_population_is_not_its_mean_field_twin() -> None:
    twin = sim.run("severe-magnesium-loss", 1, heterogeneous=False, noise=False).table
    tissue = sim.run("severe-magnesium-loss", 500, seed=1, noise=False).table
    assert tissue["na_in_mean"].iloc[-1] > 1.01 * twin["na_in_mean"].iloc[-1]
    assert tissue["na_in_sd"].iloc[-1] > 2.0 * tissue["na_in_sd"].iloc[0]
