"""Membrane potential: its limits, and its distance from the root of the textbook current."""

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from sim.laws.electrodiffusion import ghk_flux, ghk_potential, inward_drive, nernst_potential
from sim.laws.membrane_potential import (
    InitialGuess,
    Ions,
    KGate,
    Permeabilities,
    _short_expm1,
    k_permeability,
    zero_current,
)
from sim.laws.osmosis import cell_chloride
from sim.laws.potassium_leak import block_ratio, conductance_factor, unblocked_part
from sim.laws.sodium_leak import leak_factor
from sim.parameters import CELL_TYPES, Parameters
from sim.physiology.cell_steady_state import cell_constants, healthy_pump_rate
from sim.physiology.fluid import normal_fluid
from sim.quantities.units import THERMAL_VOLTAGE
from tests.laws.law_tests import reproducible

FLUID = normal_fluid(Parameters().body)
TYPES = dict(zip(CELL_TYPES, Parameters().of_types(), strict=True))
CONSTANTS = {name: cell_constants(p, FLUID) for name, p in TYPES.items()}
CELL, RESTING_PUMP = TYPES["muscle"], healthy_pump_rate(TYPES["muscle"], FLUID)


def resting_cl(cell_type: str) -> float:
    """Cl of a cell at rest [mM]."""
    p = TYPES[cell_type]
    return cell_chloride(p.rest_na, p.rest_k, p.rest_mg_total, 0.0, CONSTANTS[cell_type].fixed_charge)


RESTING_CL = resting_cl("muscle")


class Situation(NamedTuple):
    """A cell in a fluid: concentrations [mM], relative leaks [1], pump [mmol/L/h]."""

    na_in: float = CELL.rest_na
    k_in: float = CELL.rest_k
    cl_in: float = RESTING_CL
    k_out: float = FLUID.k
    mg_out: float = FLUID.mg
    mg_free: float = CELL.rest_mg_free
    na_leak: float = 1.0
    k_leak: float = 1.0
    pump: float = RESTING_PUMP


class Membrane(NamedTuple):
    """Arguments of the law."""

    ions: Ions
    permeabilities: Permeabilities
    gate: KGate
    active: float
    guess: InitialGuess


def at_rest(cell_type: str) -> Situation:
    """A cell of a type at rest."""
    p = TYPES[cell_type]
    return Situation(
        na_in=p.rest_na,
        k_in=p.rest_k,
        cl_in=resting_cl(cell_type),
        mg_free=p.rest_mg_free,
        pump=healthy_pump_rate(p, FLUID),
    )


def tenth(cell_type: str) -> Situation:
    """Every concentration and the pump between the healthy value and a tenth of it."""
    bounds = Situation(*((0.1 * value, value) for value in at_rest(cell_type)))
    return bounds._replace(na_leak=(1.0, 1.0), k_leak=(1.0, 1.0))


SICK = Situation(
    na_in=(2.0, 60.0),
    k_in=(60.0, 180.0),
    cl_in=(2.0, 40.0),
    k_out=(2.0, 12.0),
    mg_out=(0.1, 3.0),
    mg_free=(0.05, 3.0),
    na_leak=(0.5, 2.0),
    k_leak=(0.5, 2.0),
    pump=(0.01, 20.0),
)
"""Far from health in both directions, pump up to 2.7 times its resting rate."""

EXTREME = Situation(
    na_in=(2.0, 60.0),
    k_in=(60.0, 180.0),
    cl_in=(1.0, 40.0),
    k_out=(1.0, 12.0),
    mg_out=(0.1, 3.0),
    mg_free=(0.05, 3.0),
    na_leak=(0.2, 5.0),
    k_leak=(0.2, 5.0),
    pump=(0.01, 60.0),
)
"""Beyond any viable cell: the pump at eight times its resting rate, leaks at a fifth."""


def membrane_of(cell: Situation, cell_type: str = "muscle") -> Membrane:
    """Arguments of the law for a membrane of a cell type in a situation."""
    p, rest = TYPES[cell_type], CONSTANTS[cell_type]
    p_k = rest.p_k * cell.k_leak
    inward_rectifier = conductance_factor(cell.k_out / FLUID.k)
    opened_by_mg = leak_factor(cell.mg_out, FLUID.mg, p.na_leak_half_mg, p.na_leak_gated_share)
    return Membrane(
        Ions(cell.na_in, cell.k_in, cell.cl_in, FLUID.na, cell.k_out, FLUID.cl),
        Permeabilities(
            rest.p_na * cell.na_leak * opened_by_mg,
            rest.p_cl,
            p_k * (1.0 - p.k_leak_gated_share),
            p_k * p.k_leak_gated_share / rest.k_gate * inward_rectifier,
        ),
        KGate(
            cell.mg_free,
            nernst_potential(cell.k_out, cell.k_in),
            p.k_leak_half_mg,
            p.k_leak_block_slope * THERMAL_VOLTAGE,
            p.k_leak_resistant,
        ),
        cell.pump - 2.0 * p.mg_turnover,
        rest.initial_guess,
    )


def situations(domain: Situation) -> st.SearchStrategy[Situation]:
    """Strategy for cells in a domain."""
    return st.builds(Situation, *(st.floats(*bounds) for bounds in domain))


def sampled(domain: Situation, n: int) -> Situation:
    """Arrays of all corners of a domain and of n random cells, log-uniform within it."""
    ends = np.log(np.array(domain))
    corners = np.array(np.meshgrid(*ends)).reshape(len(ends), -1)
    within = np.random.default_rng(7).uniform(ends[:, :1], ends[:, 1:], (len(ends), n))
    return Situation(*np.exp(np.concatenate([corners, within], axis=1)))


def textbook_current(u: float, membrane: Membrane) -> float:
    """Net outward current [meq/L/h] from the GHK current equation of each ion, with its valence."""
    ions, paths, gate, active, _ = membrane

    def current(permeability: float, valence: int, inside: float, outside: float) -> float:
        charge_ratio = math.exp(-valence * u)
        return permeability * valence**2 * u * (inside - outside * charge_ratio) / (1.0 - charge_ratio)

    u_k = math.log(ions.k_out / ions.k_in)
    blocked = gate.mg_free / gate.half_mg * math.exp(gate.steepness * (u - u_k))
    p_k = paths.k_constant + paths.k_gated * (gate.resistant + (1.0 - gate.resistant) / (1.0 + blocked))
    return (
        current(paths.na, 1, ions.na_in, ions.na_out)
        + current(p_k, 1, ions.k_in, ions.k_out)
        + current(paths.cl, -1, ions.cl_in, ions.cl_out)
        + active
    )


def root(membrane: Membrane) -> float:
    """Reduced potential without current, found by bracketing [1]."""
    return float(brentq(textbook_current, -15.1, 8.3, args=(membrane,), xtol=1e-13, rtol=1e-14))


def potential_of(*membrane: Any) -> Any:
    """Reduced potential of a membrane without net current."""
    return zero_current(*membrane).u


def largest_error(domain: Situation, n: int, cell_type: str = "muscle") -> float:
    """Largest distance of the law from the root over a domain [mV]."""
    cells = sampled(domain, n)
    found = potential_of(*membrane_of(cells, cell_type))
    each = zip(*(values.tolist() for values in cells), strict=True)
    roots = np.array([root(membrane_of(Situation(*cell), cell_type)) for cell in each])
    return float(np.max(np.abs(found - roots)) * THERMAL_VOLTAGE)


@pytest.mark.parametrize("cell_type", CELL_TYPES)
def test_resting_cell_has_its_resting_potential(cell_type: str) -> None:
    """The typical cell of every type is at rest at the potential of its parameters."""
    u = potential_of(*membrane_of(at_rest(cell_type), cell_type))
    assert u * THERMAL_VOLTAGE == pytest.approx(TYPES[cell_type].rest_potential, abs=1e-10)


@pytest.mark.parametrize("cell_type", CELL_TYPES)
def test_search_steps_reach_a_millionth_of_a_millivolt(cell_type: str) -> None:
    """Two steps bring V within 1e-6 mV of the root for every viable cell."""
    assert largest_error(tenth(cell_type), 200, cell_type) < 1e-6


def test_search_steps_reach_a_millionth_of_a_millivolt_in_sick_cells() -> None:
    """The same holds far from health in both directions."""
    assert largest_error(SICK, 500) < 1e-6


def test_search_steps_reach_a_hundredth_of_a_millivolt_in_any_cell() -> None:
    """Where the pump shifts V by up to 140 mV, far beyond viability, V is still within 0.01 mV."""
    assert largest_error(EXTREME, 500) < 0.01


@given(cell=situations(SICK), factor=st.floats(1e-2, 1e2))
@reproducible
def test_scaling_all_flows_leaves_the_potential_unchanged(cell: Situation, factor: float) -> None:
    """zero_current: Scaling permeabilities and active current together leaves it
    unchanged.
    """
    ions, paths, gate, active, guess = membrane_of(cell)
    scaled = Permeabilities(*(factor * p for p in paths))
    assert potential_of(ions, scaled, gate, factor * active, guess) == pytest.approx(
        potential_of(ions, paths, gate, active, guess), abs=1e-12
    )


@given(cell=situations(EXTREME))
@reproducible
def test_passive_ungated_membrane_has_the_ghk_potential(cell: Situation) -> None:
    """zero_current: Without active current and gate it is the GHK potential."""
    ions, paths, gate, _, guess = membrane_of(cell)
    ungated = paths._replace(k_gated=0.0)
    outward = paths.na * ions.na_in + paths.k_constant * ions.k_in + paths.cl * ions.cl_out
    inward = paths.na * ions.na_out + paths.k_constant * ions.k_out + paths.cl * ions.cl_in
    assert potential_of(ions, ungated, gate, 0.0, guess) == pytest.approx(
        ghk_potential(outward, inward), abs=1e-13
    )


@given(cell=situations(SICK), extra=st.floats(1e-3, 10.0))
@reproducible
def test_outward_active_current_makes_the_potential_more_negative(cell: Situation, extra: float) -> None:
    """zero_current: An outward active current makes it more negative."""
    ions, paths, gate, active, guess = membrane_of(cell)
    more = potential_of(ions, paths, gate, active + extra, guess)
    assert more < potential_of(ions, paths, gate, active, guess)


@given(st.floats(-0.1, 0.1))
def test_short_series_follows_the_exponential(x: float) -> None:
    assert _short_expm1(x) == pytest.approx(math.expm1(x), rel=2.1e-10, abs=0.0)


@given(concentration=st.floats(1.0, 200.0), reduced=st.floats(-1.0, 1.0))
@reproducible
def test_search_converges_near_zero_potential(concentration: float, reduced: float) -> None:
    """Between equal fluids the search starts near zero, where the slope is a limit of 0/0.

    The GHK current is then that of a resistor, sum of P times concentration times u; up to 27 mV.
    """
    ions = Ions(*(6 * [concentration]))
    paths = Permeabilities(na=1.0, cl=3.0, k_constant=2.0, k_gated=0.0)
    gate, guess = KGate(0.5, 0.0, 0.43, 1.3, 0.1), InitialGuess(1.0, 1.0 / 0.43)
    u = potential_of(ions, paths, gate, -6.0 * concentration * reduced, guess)
    assert u == pytest.approx(reduced, abs=1e-8)


@given(ratio=st.floats(2.0, 50.0), mg_free=st.floats(0.05, 3.0))
@reproducible
def test_donnan_equilibrium_carries_no_flux(ratio: float, mg_free: float) -> None:
    """K and Cl alone, in inverse ratios, are both in equilibrium at the same potential."""
    membrane = membrane_of(Situation(k_in=4.2 * ratio, cl_in=FLUID.cl / ratio, mg_free=mg_free))
    ions, gate = membrane.ions, membrane.gate
    paths = membrane.permeabilities._replace(na=0.0)
    u, drive, p_k = zero_current(ions, paths, gate, 0.0, membrane.guess)
    assert u == pytest.approx(-math.log(ratio), abs=1e-13)
    k_flux = ghk_flux(p_k, ions.k_in, ions.k_out, u, drive)
    cl_flux = ghk_flux(paths.cl, ions.cl_out, ions.cl_in, u, drive)
    assert k_flux == pytest.approx(0.0, abs=1e-9)
    assert cl_flux == pytest.approx(0.0, abs=1e-9)


@given(cell=situations(EXTREME), ratio=st.floats(1e-3, 1e3))
@reproducible
def test_k_permeability_without_gated_path_is_constant(cell: Situation, ratio: float) -> None:
    """k_permeability: The constant path alone without a gated one."""
    _, paths, gate, _, _ = membrane_of(cell)
    assert (
        k_permeability(unblocked_part(ratio), paths._replace(k_gated=0.0), gate.resistant)
        == paths.k_constant
    )


@given(cell=situations(EXTREME), ratio=st.floats(1e-3, 1e3))
@reproducible
def test_k_permeability_is_maximal_without_mg(cell: Situation, ratio: float) -> None:
    """k_permeability: All of the gated path is open without Mg."""
    _, paths, gate, _, _ = membrane_of(cell)
    greatest = paths.k_constant + paths.k_gated
    assert k_permeability(unblocked_part(0.0), paths, gate.resistant) == pytest.approx(greatest)
    assert k_permeability(unblocked_part(ratio), paths, gate.resistant) < greatest


@given(cell=situations(EXTREME))
@reproducible
def test_zero_current_returns_consistent_drive_and_permeability(cell: Situation) -> None:
    """Drive and K permeability agree with the potential, although its exponential is not recomputed."""
    ions, paths, gate, active, guess = membrane_of(cell)
    u, drive, p_k = zero_current(ions, paths, gate, active, guess)
    ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
    assert drive == pytest.approx(inward_drive(u), rel=1e-6)
    assert p_k == pytest.approx(k_permeability(unblocked_part(ratio), paths, gate.resistant), rel=1e-6)
