"""Steady state of cells in health: exact for the typical cell, by Newton's method for all others."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SteadyStateError
from sim.laws.electrodiffusion import ghk_flux, inward_drive
from sim.laws.membrane_potential import InitialGuess
from sim.laws.osmosis import cell_chloride, cell_osmoles
from sim.laws.potassium_leak import block_ratio, open_fraction, unblocked_part
from sim.laws.volume_regulation import potassium_chloride_efflux
from sim.numerics.elementary import power
from sim.numerics.jit import kernel, law, procedure
from sim.numerics.layout import broadcast
from sim.numerics.ratio import value_of
from sim.parameters import CellParameters
from sim.parameters.inputs import Control
from sim.physiology.cell import (
    cell_rates,
    k_gate_of,
    magnesium_efflux_of,
    magnesium_influx_of,
    membrane,
    pump_of,
)
from sim.physiology.cell_state import CellConstants, CellState, CellTraits, Inside
from sim.physiology.cell_traits import N_STATES, Traits, read_traits, write_cell
from sim.physiology.fluid import Fluid
from sim.quantities.amounts import NO_AMOUNTS
from sim.quantities.units import THERMAL_VOLTAGE

Array = NDArray[np.float64]

MAX_NEWTON_STEPS = 60
CONTINUATION_STEPS = 24
"""Cells on the way from the typical cell to one that Newton's method does not reach at once."""
SINGULAR = 1e-30
"""Determinant below which the equations of a Newton step count as singular."""


def cell_constants(p: CellParameters, fluid: Fluid) -> CellConstants:
    """Constants that make the healthy state of the typical cell an exact steady state.

    The pump rate in health gives the permeabilities that balance it; Cl is where its passive influx
    makes up for what K–Cl cotransport takes out; electroneutrality and osmotic balance give fixed
    charge and impermeant osmoles; the Mg turnover gives the maximal Mg fluxes.

    Parameters
    ----------
    p : CellParameters
        Parameters of the typical cell.
    fluid : Fluid
        Normal extracellular fluid.

    Returns
    -------
    CellConstants
    """
    u = p.rest_potential / THERMAL_VOLTAGE
    drive = inward_drive(u)
    pump = healthy_pump_rate(p, fluid)
    p_k = (2.0 * pump - p.kcl_cotransport) / ghk_flux(1.0, p.rest_k, fluid.k, u, drive)
    p_na = (3.0 * pump - 2.0 * p.mg_turnover) / -ghk_flux(1.0, p.rest_na, fluid.na, u, drive)
    p_cl = p.cl_over_k_permeability * p_k
    cl = (fluid.cl * (drive + u) - p.kcl_cotransport / p_cl) / drive
    inside = Inside(water=1.0, na=p.rest_na, k=p.rest_k, cl=cl, mg_free=p.rest_mg_free)
    gate = k_gate_of(p.rest_k, p.rest_mg_free, fluid, p)
    ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
    intact = Control(oral=NO_AMOUNTS)
    unit_influx = value_of(magnesium_influx_of(inside, fluid, intact, p, 1.0))
    unit_efflux = value_of(magnesium_efflux_of(inside, fluid, p, 1.0))
    bound = p.rest_mg_total - p.rest_mg_free
    unit_kcl = potassium_chloride_efflux(p.rest_k, cl, fluid.k, fluid.cl, 1.0, 1.0)
    return CellConstants(
        impermeant=float(fluid.osmolality - cell_osmoles(p.rest_na, p.rest_k, cl, 0.0)),
        fixed_charge=float(cell_chloride(p.rest_na, p.rest_k, p.rest_mg_total, 0.0, cl)),
        p_na=float(p_na),
        p_k=float(p_k),
        p_cl=float(p_cl),
        k_gate=float(open_fraction(unblocked_part(ratio), p.k_leak_resistant)),
        initial_guess=InitialGuess(weight=1.0 / float(drive), block=float(ratio) / p.rest_mg_free),
        mg_sites=bound * (p.rest_mg_free + p.mg_buffer_half) / p.rest_mg_free,
        mg_influx=float(p.mg_turnover / unit_influx),
        mg_exchange=float(p.mg_turnover / unit_efflux),
        kcl_cotransport=p.kcl_cotransport / float(unit_kcl),
        fluid=fluid,
    )


def healthy_pump_rate(p: CellParameters, fluid: Fluid) -> float:
    """Pump cycles of the typical cell in health [mmol/L/h]."""
    inside = Inside(water=1.0, na=p.rest_na, k=p.rest_k, cl=0.0, mg_free=p.rest_mg_free)
    intact = Control(oral=NO_AMOUNTS)
    return float(value_of(pump_of(inside, 1.0, CellTraits(), fluid, intact, p)))


def steady_population(
    traits: Traits, fluid: Fluid, control: Control, p: CellParameters, constants: CellConstants
) -> tuple[Array, Array]:
    """Steady state of every cell of a type in the normal fluid.

    Parameters
    ----------
    traits : (traits, cells) array
        Traits of the cells [1].
    fluid, control : Fluid, Control
        The normal fluid and the control in health.
    p, constants
        Parameters of the typical cell and the constants that follow.

    Returns
    -------
    states : (states, cells) array
        :class:`~sim.physiology.cell_state.CellState` of each cell.
    water : (cells,) array
        Cell water over reference water [1].

    Raises
    ------
    SteadyStateError
        Names the traits of the first cell whose steady state is not found.
    """
    states = np.empty((N_STATES, traits.shape[1]))
    water = np.empty(traits.shape[1])
    failed = _find_all(traits, fluid, control, p, constants, states, water)
    if failed >= 0:
        own = ", ".join(
            f"{name} {value:.3g}"
            for name, value in zip(CellTraits._fields, traits[:, failed], strict=True)
        )
        raise SteadyStateError(
            f"a cell has no steady state in the normal fluid ({own}); narrow the population's widths"
        )
    return states, water


@kernel
def _find_all(
    traits: Traits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
    states: Array,
    water: Array,
) -> int:
    """Fill the steady states; return the first cell that has none, or −1."""
    for i in range(traits.shape[1]):
        own = read_traits(traits, i)
        found, state = _steady_state(own, fluid, control, p, constants)
        if not found:
            return i
        write_cell(state, states[:, i])
        water[i] = membrane(state, own, fluid, control, p, constants).water
    return -1


@procedure
def _steady_state(
    traits: CellTraits, fluid: Fluid, control: Control, p: CellParameters, constants: CellConstants
) -> tuple[bool, CellState]:
    """Steady state of one cell: Newton's method from the typical cell, by continuation if that fails."""
    x = np.array([p.rest_na, p.rest_k, p.rest_mg_total])
    found = _newton(x, traits, fluid, control, p, constants)
    if not found:
        x[0], x[1], x[2] = p.rest_na, p.rest_k, p.rest_mg_total
        for k in range(1, CONTINUATION_STEPS + 1):
            between = _toward(traits, k / CONTINUATION_STEPS)
            found = _newton(x, between, fluid, control, p, constants)
            if not found:
                break
    return found, _equilibrated(x[0], x[1], x[2], p)


@law
def _equilibrated(na: float, k: float, mg: float, p: CellParameters) -> CellState:
    """State with pump expression and K/H exchange at equilibrium for given Na, K and Mg."""
    return CellState(na=na, k=k, mg=mg, buffered=p.proton_share * (p.rest_k - k), expression=1.0)


@procedure
def _drift(
    x: Any,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> Any:
    """Rates of Na, K and Mg at amounts x."""
    state = _equilibrated(x[0], x[1], x[2], p)
    rates = cell_rates(state, traits, fluid, control, p, constants)
    return np.array([rates.na, rates.k, rates.mg])


_toward = broadcast(CellTraits, power)
"""Traits at a fraction of the way, on a logarithmic scale, from the typical cell to another."""


@procedure
def _newton(
    x: Array,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> bool:
    """Newton's method on Na, K and Mg; a step changes each by at most a factor of two."""
    jacobian = np.empty((3, 3))
    change = 1.0
    for _ in range(MAX_NEWTON_STEPS):
        here = _drift(x, traits, fluid, control, p, constants)
        for j in range(3):
            moved = x.copy()
            moved[j] *= 1.0 + 1e-6
            there = _drift(moved, traits, fluid, control, p, constants)
            for i in range(3):  # A slice would have Numba compile its message about shapes.
                jacobian[i, j] = (there[i] - here[i]) / (moved[j] - x[j])
        determinant, step = _solved(jacobian, here)
        if not abs(determinant) >= SINGULAR:
            return False
        previous_change = change
        change = 0.0
        for j in range(3):
            relative = min(1.0, max(-0.5, -step[j] / x[j]))
            x[j] *= 1.0 + relative
            change = max(change, abs(relative))
        # Rounding may keep steps from falling below 1e-12; once small they need only stop shrinking.
        if change < 1e-12 or (change < 1e-9 and change >= previous_change):
            return True
    return False


@procedure
def _solved(a: Array, b: Array) -> tuple[float, Array]:
    """Determinant of three equations a x = b, and x, by Cramer's rule.

    LAPACK would be shorter, but its last bits differ between processors.
    """
    first = a[1, 1] * a[2, 2] - a[1, 2] * a[2, 1]
    second = a[1, 2] * a[2, 0] - a[1, 0] * a[2, 2]
    third = a[1, 0] * a[2, 1] - a[1, 1] * a[2, 0]
    determinant = a[0, 0] * first + a[0, 1] * second + a[0, 2] * third
    x = np.empty(3)
    for j in range(3):
        k, m = (j + 1) % 3, (j + 2) % 3
        x[j] = (
            b[0] * (a[1, k] * a[2, m] - a[1, m] * a[2, k])
            + b[1] * (a[2, k] * a[0, m] - a[2, m] * a[0, k])
            + b[2] * (a[0, k] * a[1, m] - a[0, m] * a[1, k])
        ) / determinant
    return determinant, x
