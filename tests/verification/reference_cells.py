"""The cells of the reference model: membrane, fluxes and steady-state constants, all cells at once.

Parameters are arrays over cells, each with the values of its type, where the model uses those of one
type. The membrane potential is a root that is bracketed and refined to machine precision.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import CELL_TYPES, BodyParameters, CellParameters, Parameters
from sim.parameters.inputs import Control
from sim.physiology.cell import CellState, CellTraits
from sim.quantities.units import THERMAL_VOLTAGE

Array = NDArray[np.float64]

ROOT_ERROR = 1e-13
"""Last step of the search for a membrane potential, in units of RT/F."""


class ReferenceFluid(NamedTuple):
    """Extracellular concentrations [mM], volume [L], osmolality [mosm/L], and insulin's pump factor."""

    na: float
    k: float
    cl: float
    hco3: float
    mg: float
    ca: float
    volume: float
    osmolality: float
    pump_drive: float


class Constants(NamedTuple):
    """Constants implied by the steady state of a typical cell, by the names of CellConstants."""

    impermeant: Array
    fixed_charge: Array
    p_na: Array
    p_k: Array
    p_cl: Array
    k_gate: Array
    mg_sites: Array
    mg_influx: Array
    mg_exchange: Array
    kcl_cotransport: Array


class Fluxes(NamedTuple):
    """Reduced potential, and one-way fluxes per litre of reference water of a cell of size 1."""

    u: Array
    na_in: Array
    na_out: Array
    k_in: Array
    k_out: Array
    kcl_in: Array
    kcl_out: Array
    pump: Array
    mg_in: Array
    mg_out: Array


def parameters_of(cell_type: str, parameters: Parameters) -> CellParameters:
    """Parameters of a cell type: its own where given, otherwise those of skeletal muscle."""
    own = parameters.types._asdict()
    muscle = parameters.cell._asdict()
    return CellParameters(**{name: own.get(f"{cell_type}_{name}", muscle[name]) for name in muscle})


def fractions_of(parameters: Parameters) -> Array:
    """Fraction of each type in all cell water [1]."""
    others = [parameters.types._asdict()[f"{kind}_share"] for kind in CELL_TYPES[1:]]
    return np.array([1.0 - sum(others), *others])


class ReferenceCells:
    """Cells of several types.

    Parameters
    ----------
    parameters : Parameters
        Parameters of the model.
    traits : (8, n) array
        Traits of the cells, in the order of :class:`sim.physiology.cell.CellTraits`.
    counts : sequence of int
        Number of cells of each type, in the order of the types.
    step : (float, float)
        Start and length of the step over which fluctuations are interpolated [h].
    """

    def __init__(
        self, parameters: Parameters, traits: Array, counts: list[int], step: tuple[float, float]
    ) -> None:
        self.step = step
        self.traits = CellTraits(*np.asarray(traits, dtype=float))
        self.kinds = np.repeat(np.arange(len(counts)), counts)
        self.normal = parameters.body
        of_types = [parameters_of(kind, parameters) for kind in CELL_TYPES]
        self.rest_of_types = [steady_state_constants(p, parameters.body) for p in of_types]
        self.numbers = CellParameters(*np.array(of_types)[self.kinds].T)
        self.rest = Constants(*np.array(self.rest_of_types)[self.kinds].T)

    def chloride(self, c: CellState) -> Array:
        """Cl from electroneutrality of a cell [mmol/L]."""
        return c.na + c.k + 2.0 * c.mg + c.buffered - self.rest.fixed_charge

    def osmoles(self, c: CellState) -> Array:
        """Osmoles of a cell [mosm/L]; Mg counts as bound."""
        return c.na + c.k + self.chloride(c) + self.rest.impermeant

    def resting_states(self) -> Array:
        """Steady states of typical cells, (5, n)."""
        p = self.numbers
        return np.array([p.rest_na, p.rest_k, p.rest_mg_total, 0.0 * p.rest_na, p.rest_na / p.rest_na])

    def current(self, u: Array, t: float, c: CellState, out: ReferenceFluid, control: Control) -> Array:
        """Net outward current of every cell at given reduced potentials [meq/L/h]."""
        return self._paths(t, c, out, control)[0](u)[0]

    def fluxes(self, t: float, c: CellState, out: ReferenceFluid, control: Control) -> Fluxes:
        """Potential and fluxes of every cell."""
        current, with_potential = self._paths(t, c, out, control)
        return with_potential(_root(current, np.full(c.na.shape, -10.0), np.full(c.na.shape, 4.0)))

    def _paths(
        self, t: float, c: CellState, out: ReferenceFluid, control: Control
    ) -> tuple[Callable[[Array], tuple[Array, Array]], Callable[[Array], Fluxes]]:
        """Two functions of the potential: current with its slope, and fluxes."""
        p, rest, own, normal = self.numbers, self.rest, self.traits, self.normal
        water = self.osmoles(c) / out.osmolality
        na, k, cl = c.na / water, c.k / water, self.chloride(c) / water
        mg = _free_magnesium(c.mg / water, rest.mg_sites / water, p.mg_buffer_half)

        # Fluctuations are interpolated linearly until their step ends
        part = min(t - self.step[0], self.step[1]) / self.step[1] if self.step[1] else 1.0
        pump_noise = (1.0 - part) * own.pump_noise + part * own.pump_next
        leak_noise = (1.0 - part) * own.leak_noise + part * own.leak_next

        # Na,K-ATPase
        mg_for_atp = gated(control.pump_mgatp, mg, p.rest_mg_free)
        mg_for_site = gated(control.pump_mg_site, mg, p.rest_mg_free)
        greatest = p.pump_capacity * out.pump_drive * (1.0 - control.pump_inhibition)
        saturation = _pump_saturation(na, out.k, mg_for_atp, mg_for_site, p)
        pump = greatest * own.pump_capacity * pump_noise * c.expression * saturation

        # Mg channels and Na/Mg exchanger
        mg_at_channel = gated(control.mg_influx_regulation, mg, p.rest_mg_free)
        mg_in = rest.mg_influx * _mg_channel(out.mg, mg_at_channel, p)
        mg_out = rest.mg_exchange * _mg_exchanger(out.na, na, out.mg, mg, p)

        # K–Cl cotransport
        swelling = gated(control.volume_regulation, water, 1.0) ** 16
        kcl_out = rest.kcl_cotransport * swelling * k * cl
        kcl_in = rest.kcl_cotransport * swelling * out.k * out.cl

        # Leaks
        mg_outside = gated(control.na_leak_mg_block, out.mg, normal.plasma_mg_ionised)
        half, share = p.na_leak_half_mg, p.na_leak_gated_share
        held_back = 1.0 - (half + normal.plasma_mg_ionised) / (half + mg_outside)
        p_na = rest.p_na * own.na_leak * leak_noise * (1.0 - share * held_back)
        p_k = rest.p_k * own.k_leak * leak_noise
        p_kir = p_k * p.k_leak_gated_share * (out.k / normal.plasma_k) ** 0.5 / rest.k_gate
        p_cl = rest.p_cl
        mg_in_pore = gated(control.k_leak_mg_block, mg, p.rest_mg_free)
        u_k = np.log(out.k / k)
        steepness = p.k_leak_block_slope * THERMAL_VOLTAGE

        def k_permeability(u: Array) -> tuple[Array, Array]:
            """K permeability and its slope in u."""
            blocked = (mg_in_pore / p.k_leak_half_mg) * np.exp(steepness * (u - u_k))
            free = 1.0 - p.k_leak_resistant
            gate = p.k_leak_resistant + free / (1.0 + blocked)
            slope = -free * steepness * blocked / (1.0 + blocked) ** 2
            return p_k - p_k * p.k_leak_gated_share + p_kir * gate, p_kir * slope

        def current(u: Array) -> tuple[Array, Array]:
            """Net outward current, and its slope in u."""
            inside, outside, slope = goldman(u)
            now, change = k_permeability(u)
            k_force = k * inside - out.k * outside
            total = (
                p_na * (na * inside - out.na * outside)
                + now * k_force
                + p_cl * (out.cl * inside - cl * outside)
                + pump
                - 2.0 * mg_in
            )
            leaving = p_na * na + now * k + p_cl * out.cl
            coming = p_na * out.na + now * out.k + p_cl * cl
            return total, leaving * (1.0 + slope) - coming * slope + change * k_force

        def with_potential(u: Array) -> Fluxes:
            """One-way fluxes at a potential."""
            inside, outside, _ = goldman(u)
            k_now, _ = k_permeability(u)
            return Fluxes(
                u,
                p_na * out.na * outside,
                p_na * na * inside,
                k_now * out.k * outside,
                k_now * k * inside,
                kcl_in,
                kcl_out,
                pump,
                mg_in,
                mg_out,
            )

        return current, with_potential

    def terms(self, t: float, c: CellState, out: ReferenceFluid, control: Control) -> list[list[Array]]:
        """Terms of the rates of all cells, by the names of :class:`sim.physiology.cell.CellState`."""
        p, f = self.numbers, self.fluxes(t, c, out, control)
        area = self.traits.size**-0.5
        pace = control.proton_exchange / p.proton_time
        protons = [pace * p.proton_share * p.rest_k, -pace * p.proton_share * c.k, -pace * c.buffered]
        called_for = (out.k / self.normal.plasma_k) ** p.expression_exponent
        turnover = control.pump_expression / p.expression_time
        potassium = [f.k_in, -f.k_out, f.kcl_in, -f.kcl_out, 2.0 * f.pump]
        return [
            [area * term for term in (f.na_in, -f.na_out, -3.0 * f.pump, 2.0 * f.mg_out)],
            [*(area * term for term in potassium), *(-term for term in protons)],
            [area * f.mg_in, -area * f.mg_out],
            protons,
            [turnover * called_for, -turnover * c.expression],
        ]


def steady_state_constants(p: CellParameters, out: BodyParameters) -> Constants:
    """Constants with which a typical cell is in steady state in the normal fluid."""
    u = np.array(p.rest_potential / THERMAL_VOLTAGE)
    weight_in, weight_out, _ = goldman(u)
    pump = p.pump_capacity * _pump_saturation(p.rest_na, out.plasma_k, p.rest_mg_free, p.rest_mg_free, p)
    # Leaks balance three Na and two K per cycle, Na exchanged for Mg, and K that leaves with Cl.
    lost_k, gained_na = 2.0 * pump - p.kcl_cotransport, 3.0 * pump - 2.0 * p.mg_turnover
    p_k = lost_k / (p.rest_k * weight_in - out.plasma_k * weight_out)
    p_na = gained_na / (out.plasma_na * weight_out - p.rest_na * weight_in)
    # Cl lies so far below its equilibrium that its influx balances the efflux with K.
    p_cl = p.cl_over_k_permeability * p_k
    cl = out.plasma_cl * np.exp(u) - p.kcl_cotransport / (p_cl * weight_out)
    u_k = np.log(out.plasma_k / p.rest_k)
    blocked = np.exp(p.k_leak_block_slope * (p.rest_potential - THERMAL_VOLTAGE * u_k))
    blocked *= p.rest_mg_free / p.k_leak_half_mg
    occupied = p.rest_mg_free / (p.rest_mg_free + p.mg_buffer_half)
    mg_out = out.plasma_mg_ionised
    exchange = _mg_exchanger(out.plasma_na, p.rest_na, mg_out, p.rest_mg_free, p)
    return Constants(
        impermeant=out.osmolality - p.rest_na - p.rest_k - cl,
        fixed_charge=p.rest_na + p.rest_k + 2.0 * p.rest_mg_total - cl,
        p_na=p_na,
        p_k=p_k,
        p_cl=p_cl,
        k_gate=(1.0 + p.k_leak_resistant * blocked) / (1.0 + blocked),
        mg_sites=(p.rest_mg_total - p.rest_mg_free) / occupied,
        mg_influx=p.mg_turnover / _mg_channel(mg_out, p.rest_mg_free, p),
        mg_exchange=p.mg_turnover / exchange,
        kcl_cotransport=p.kcl_cotransport / (p.rest_k * cl - out.plasma_k * out.plasma_cl),
    )


def gated(gate: float, actual: Array | float, normal: Array | float) -> Array | float:
    """Input of a mechanism: a mixture of the actual and the normal value."""
    return gate * actual + (1.0 - gate) * normal


def goldman(u: Array) -> tuple[Array, Array, Array]:
    """Constant-field weights of inside and outside, u/(1 − exp(−u)) and u/(exp(u) − 1).

    Third is the slope of the outside weight; that of the inside weight is one more.
    """
    near = np.abs(u) < 1e-3
    safe = np.where(near, 1.0, u)
    inside = np.where(near, 1.0 + u / 2.0 + u**2 / 12.0 - u**4 / 720.0, -safe / np.expm1(-safe))
    outside = np.where(near, 1.0 - u / 2.0 + u**2 / 12.0 - u**4 / 720.0, safe / np.expm1(safe))
    slope = np.where(near, -0.5 + u / 6.0, (1.0 - np.where(near, 1.0, inside)) / np.expm1(safe))
    return inside, outside, slope


def _root(function: Callable[[Array], tuple[Array, Array]], low: Array, high: Array) -> Array:
    """Root of each of many functions that are negative at low and positive at high.

    Newton's method; a step that leaves the bracket, or does not halve the previous one, is replaced
    by a bisection. ``function`` returns values and slopes.
    """
    if not (np.all(function(low)[0] < 0.0) and np.all(function(high)[0] > 0.0)):
        raise ValueError("the membrane current does not change sign in the bracket")
    u = 0.5 * (low + high)
    last = high - low
    for _ in range(200):
        value, slope = function(u)
        low, high = np.where(value < 0.0, u, low), np.where(value > 0.0, u, high)
        step = -value / np.where(slope == 0.0, np.inf, slope)
        poor = (u + step <= low) | (u + step >= high) | (np.abs(step) > 0.5 * np.abs(last))
        poor &= np.abs(step) > ROOT_ERROR
        step = np.where(poor, 0.5 * (low + high) - u, step)
        u, last = u + step, step
        if np.all(np.abs(step) <= ROOT_ERROR):
            return u
    raise RuntimeError("the membrane potential was not found")


def _free_magnesium(total: Array, sites: Array, half: Array) -> Array:
    """Free Mg x in total = x + sites · x / (x + half) [mM]."""
    x = 0.5 * (total - sites - half)
    x = x + np.sqrt(x**2 + half * total)
    for _ in range(2):  # Newton's method removes the cancellation error of the root
        excess = x + sites * x / (x + half) - total
        x = x - excess / (1.0 + sites * half / (x + half) ** 2)
    return x


def _pump_saturation(
    na: Array | float,
    k_out: float,
    mg_for_atp: Array | float,
    mg_for_site: Array | float,
    p: CellParameters,
) -> Array | float:
    """Pump rate over capacity: three Na sites, K_o, MgATP and the Mg site."""
    mgatp = p.atp / (1.0 + p.atp_mg_dissociation / mg_for_atp)
    return (
        (1.0 + p.pump_half_na / na) ** -3.0
        / (1.0 + p.pump_half_k / k_out)
        / (1.0 + p.pump_half_mgatp / mgatp)
        / (1.0 + p.pump_half_mg / mg_for_site)
    )


def _mg_channel(mg_out: float, mg_in: Array | float, p: CellParameters) -> Array | float:
    """Mg influx relative to its maximum."""
    return 1.0 / (1.0 + p.mg_influx_half_out / mg_out) / (1.0 + (mg_in / p.mg_influx_half_in) ** 2)


def _mg_exchanger(
    na_out: float, na_in: Array | float, mg_out: float, mg_in: Array | float, p: CellParameters
) -> Array | float:
    """Na/Mg exchange relative to its maximum."""
    return (
        1.0
        / (1.0 + (p.mg_exchange_half_mg / mg_in) ** 2)
        / (1.0 + (p.mg_exchange_half_na / na_out) ** 2)
        / (1.0 + na_in / p.mg_exchange_block_na)
        / (1.0 + mg_out / p.mg_exchange_block_mg)
    )
