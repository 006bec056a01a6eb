"""Analytically solvable limits of whole cells."""

import numpy as np
import pytest

import sim
from sim.parameters import CELL_TYPES, Parameters
from sim.physiology.cell import membrane
from sim.physiology.cell_state import CellState, CellTraits, Membrane
from sim.physiology.cell_steady_state import cell_constants, steady_population
from sim.physiology.fluid import normal_fluid
from sim.quantities.units import THERMAL_VOLTAGE
from sim.tissue.tissue import Tissue, usual_control

P = Parameters()
FLUID = normal_fluid(P.body)
REST = cell_constants(P.cell, FLUID)
USUAL = usual_control(P.body)


def at_steady_state(tissue: Tissue, traits: np.ndarray) -> np.ndarray:
    c = tissue.context
    return steady_population(
        traits, tissue.cell_constants[0].fluid, USUAL, c.cells[0], c.cell_constants[0]
    )[0]


def observed(tissue: Tissue) -> Membrane:
    """All quantities of all cells, by name."""
    return Membrane(*tissue.observe())


def in_constant_fluid(tissue: Tissue, hours: float) -> np.ndarray:
    """States of the cells after some hours in the normal fluid, integrated by SciPy."""
    from scipy.integrate import solve_ivp

    from sim.tissue.equations import cells_of, rates_of_block

    n, blocks = tissue.n_cells, tissue.context.blocks

    def rates(t: float, x: np.ndarray) -> np.ndarray:
        cells, out = cells_of(x, n), np.empty((5, n))
        for block, start in enumerate(blocks[:, 0]):
            rates_of_block(t, cells, out, start, FLUID, tissue.context, block)
        return out.ravel()

    done = solve_ivp(rates, (0.0, hours), tissue.cells.ravel(), "LSODA", rtol=1e-9, atol=1e-9)
    return done.y[:, -1].reshape(5, n)


def test_steady_state_chloride_balances_influx_and_cotransport() -> None:
    tissue = Tissue(50, seed=1, noise=False)
    m, cl_out = observed(tissue), tissue.fluid.cl
    p_cl = np.repeat([rest.p_cl for rest in tissue.cell_constants], tissue.counts)
    influx = p_cl * m.u * (cl_out * np.exp(m.u) - m.cl_in) / np.expm1(m.u)
    assert np.allclose(influx, m.kcl_efflux, rtol=1e-7)
    assert np.all(m.u > np.log(m.cl_in / cl_out))


@pytest.mark.parametrize("kind", range(len(CELL_TYPES)))
def test_without_cotransport_chloride_is_at_its_nernst_potential(kind: int) -> None:
    p = P.of_types()[kind]._replace(kcl_cotransport=0.0)
    rest = cell_constants(p, FLUID)
    cl = p.rest_na + p.rest_k + 2.0 * p.rest_mg_total - rest.fixed_charge
    assert np.log(cl / FLUID.cl) == pytest.approx(p.rest_potential / THERMAL_VOLTAGE, abs=1e-12)


def test_swelling_accelerates_cotransport_and_restores_volume() -> None:
    """A cell with 5 % more water loses K and Cl faster until its water is normal again."""
    tissue = Tissue(1, heterogeneous=False, noise=False)
    home = observed(tissue)
    tissue.cells[1] += 15.0
    swollen = observed(tissue)
    assert swollen.water[0] > 1.05
    assert swollen.kcl_efflux[0] > 1.05**16 * home.kcl_efflux[0]
    tissue.y[:5] = in_constant_fluid(tissue, 24.0 * 60.0).ravel()
    assert observed(tissue).water[0] == pytest.approx(1.0, abs=1e-4)


def test_leaks_and_cotransport_balance_the_pump_at_three_to_two() -> None:
    m = observed(Tissue(50, seed=1, noise=False))
    assert np.allclose(m.k_leak + m.kcl_efflux, 2.0 * m.pump, rtol=1e-9)
    assert np.allclose(m.na_leak + 2.0 * m.mg_efflux, 3.0 * m.pump, rtol=1e-9)
    assert np.allclose(m.mg_influx, m.mg_efflux, rtol=1e-9)


@pytest.mark.parametrize("kind", range(len(CELL_TYPES)))
def test_every_typical_cell_has_its_parameterised_steady_state(kind: int) -> None:
    tissue = Tissue(len(CELL_TYPES), heterogeneous=False, noise=False)
    p, m = P.of_types()[kind], observed(tissue)
    for name, value in (
        ("na_in", p.rest_na),
        ("k_in", p.rest_k),
        ("mg_free", p.rest_mg_free),
        ("u", p.rest_potential / THERMAL_VOLTAGE),
        ("water", 1.0),
        ("mg_influx", p.mg_turnover),
        ("kcl_efflux", p.kcl_cotransport),
    ):
        assert getattr(m, name)[kind] == pytest.approx(value, rel=1e-8)


def test_types_fill_their_fractions_of_cell_water() -> None:
    tissue = Tissue(40, seed=3, noise=False)
    m, shares = observed(tissue), list(P.shares().values())
    for kind, cut in enumerate(tissue.slices()):
        litres = tissue.context.reference_water[kind] * float(m.water[cut] @ tissue.traits[3, cut])
        assert litres == pytest.approx(shares[kind] * P.body.cell_water, rel=1e-12)


def test_scaling_pump_and_leaks_together_preserves_potential_and_volume() -> None:
    """With all pathways doubled the steady state is the same and kinetics are twice as fast."""
    tissue = Tissue(1, heterogeneous=False, noise=False)
    rest = REST._replace(
        p_na=2 * REST.p_na, p_k=2 * REST.p_k, p_cl=2 * REST.p_cl,
        mg_influx=2 * REST.mg_influx, mg_exchange=2 * REST.mg_exchange,
        kcl_cotransport=2 * REST.kcl_cotransport,
    )  # fmt: skip
    cell = P.cell._replace(pump_capacity=2 * P.cell.pump_capacity)
    state = CellState(*tissue.cells[:, 0])
    one = membrane(state, CellTraits(), FLUID, USUAL, P.cell, REST)
    two = membrane(state, CellTraits(), FLUID, USUAL, cell, rest)
    assert two.u == pytest.approx(one.u, rel=1e-12)
    assert two.water == one.water
    assert two.pump == pytest.approx(2.0 * one.pump, rel=1e-12)


def test_size_changes_kinetics_but_not_steady_state() -> None:
    tissue = Tissue(2, heterogeneous=False, noise=False)
    traits = tissue.traits.copy()
    traits[3, 1] = 4.0
    small, large = at_steady_state(tissue, traits).T
    assert np.allclose(small, large, rtol=1e-12)


def test_steady_state_does_not_depend_on_initial_ions() -> None:
    rng = np.random.default_rng(1)
    tissue = Tissue(12, heterogeneous=False, noise=False)
    home = tissue.cells.copy()
    exchanged = rng.uniform(-0.1, 0.25, 12) * home[1]
    exchanged = np.maximum(exchanged, -0.8 * home[0])
    tissue.cells[0] += exchanged
    tissue.cells[1] -= exchanged
    tissue.cells[2] *= rng.uniform(0.7, 1.3, 12)
    tissue.cells[4] *= rng.uniform(0.6, 1.4, 12)
    tissue.cells[3] -= 2.0 * (tissue.cells[2] - home[2])
    settled_again = in_constant_fluid(tissue, 24.0 * 1500.0)
    assert np.allclose(settled_again[[0, 1, 2, 4]], home[[0, 1, 2, 4]], rtol=1e-5)


def test_without_pump_cells_approach_donnan_equilibrium() -> None:
    """A cell without pump swells, loses K, gains Na, and its potential approaches zero."""
    tissue = Tissue(1, heterogeneous=False, noise=False)
    before = observed(tissue)
    tissue.control = USUAL._replace(pump_inhibition=1.0)
    tissue.y[:5] = in_constant_fluid(tissue, 12.0).ravel()
    after = observed(tissue)
    assert after.water[0] > 1.05 * before.water[0]
    assert after.na_in[0] > 3.0 * before.na_in[0]
    assert after.k_in[0] < 0.7 * before.k_in[0]
    assert after.u[0] > 0.7 * before.u[0]


def test_uniform_population_equals_its_mean_field_twin() -> None:
    def table(n_cells: int) -> np.ndarray:
        result = sim.run("severe-magnesium-loss", n_cells, days=30, heterogeneous=False, noise=False)
        return result.table[["plasma_k", "na_in_mean", "k_in_mean", "potential_mean"]].to_numpy()

    assert np.allclose(table(200), table(5), rtol=1e-5)


def test_heterogeneous_population_differs_from_its_mean_field_twin() -> None:
    twin = sim.run("severe-magnesium-loss", 5, heterogeneous=False, noise=False).table
    tissue = sim.run("severe-magnesium-loss", 500, seed=1, noise=False).table
    assert tissue["na_in_mean"].iloc[-1] > 1.01 * twin["na_in_mean"].iloc[-1]
    assert tissue["na_in_sd"].iloc[-1] > 2.0 * tissue["na_in_sd"].iloc[0]
