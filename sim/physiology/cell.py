"""The cell: its state, its membrane, its rates, and the constants of its rest."""

from typing import NamedTuple

from sim.laws.electrodiffusion import ghk_flux, inward_drive, nernst_potential
from sim.laws.knock_out import sensed
from sim.laws.magnesium_buffer import free_magnesium
from sim.laws.magnesium_transport import magnesium_influx_undivided, sodium_magnesium_exchange_undivided
from sim.laws.membrane_potential import (
    Ions,
    KGate,
    Permeabilities,
    Usual,
    zero_current,
)
from sim.laws.osmosis import cell_chloride, cell_osmoles
from sim.laws.potassium_leak import block_ratio, conductance_factor, open_fraction, unblocked_part
from sim.laws.proton_exchange import proton_uptake
from sim.laws.pump_expression import expression_rate
from sim.laws.sodium_leak import leak_factor
from sim.laws.sodium_pump import mg_atp_undivided, pump_rate_undivided
from sim.laws.volume_regulation import potassium_chloride_efflux
from sim.numerics.elementary import Quotient, quotient, quotients, reciprocals, sqrt
from sim.numerics.jit import law
from sim.parameters import BodyParameters, CellParameters
from sim.parameters.inputs import Control
from sim.quantities.units import THERMAL_VOLTAGE


class Fluid(NamedTuple):
    """Extracellular fluid as a cell sees it [mM], with its volume [L] and osmolality [mosm/L]."""

    na: float
    k: float
    cl: float
    hco3: float
    mg: float
    """Ionised Mg."""
    volume: float
    osmolality: float
    pump_drive: float
    """Factor of insulin on pump capacity [1]."""


class CellState(NamedTuple):
    """What a cell remembers, per litre of its reference water; also the rates of these per h."""

    na: float
    """Na [mmol/L]."""
    k: float
    """K [mmol/L]."""
    mg: float
    """Mg, free and bound [mmol/L]."""
    buffered: float
    """H taken up by buffers in exchange for K [mmol/L]."""
    expression: float
    """Pump sites over normal [1]."""


class CellTraits(NamedTuple):
    """What makes a cell differ from the typical one; factors [1]."""

    pump_capacity: float = 1.0
    k_leak: float = 1.0
    na_leak: float = 1.0
    size: float = 1.0
    pump_noise: float = 1.0
    leak_noise: float = 1.0
    """Fluctuation at the start of a step."""
    pump_next: float = 1.0
    leak_next: float = 1.0
    """Fluctuation at the end of the step."""


class RestingCell(NamedTuple):
    """Constants of the typical cell that follow from its resting state; see :func:`resting_cell`."""

    impermeant: float
    """Impermeant osmoles [mosm/L]."""
    fixed_charge: float
    """Net negative charge of impermeant matter [meq/L]."""
    p_na: float
    p_k: float
    p_cl: float
    """Permeabilities times area over volume [1/h]."""
    k_gate: float
    """Open fraction of Mg-gated K channels at rest [1]."""
    usual: Usual
    """Where the search for the membrane potential begins."""
    mg_sites: float
    """Mg-binding sites [mmol/L]."""
    mg_influx: float
    mg_exchange: float
    """Greatest Mg influx and Na/Mg exchange [mmol/L/h]."""
    kcl_cotransport: float
    """K–Cl cotransport per driving product [mmol/L/h/mM²]."""
    fluid: Fluid
    """The normal extracellular fluid."""


class Membrane(NamedTuple):
    """Everything that can be said of a cell at one moment."""

    area: float
    """Membrane area over volume, by that of a cell of size 1 [1]."""
    water: float
    """Cell water over reference water [1]."""
    na_in: float
    k_in: float
    cl_in: float
    mg_free: float
    """Concentrations in cell water [mM]."""
    u: float
    """Reduced membrane potential [1]."""
    pump: float
    """Pump cycles [mmol/L/h]."""
    na_leak: float
    """Passive Na influx [mmol/L/h]."""
    k_leak: float
    """Passive K efflux [mmol/L/h]."""
    kcl_efflux: float
    """K and Cl lost together [mmol/L/h]."""
    mg_influx: float
    mg_efflux: float
    proton_uptake: float
    """H in, K out [mmol/L/h]."""


@law
def fluctuated(traits: CellTraits, part: float) -> CellTraits:
    """Traits when a part [1] of a step is over: fluctuations run straight from old to new value."""
    pump_noise = traits.pump_noise + (traits.pump_next - traits.pump_noise) * part
    leak_noise = traits.leak_noise + (traits.leak_next - traits.leak_noise) * part
    return CellTraits(
        traits.pump_capacity,
        traits.k_leak,
        traits.na_leak,
        traits.size,
        pump_noise,
        leak_noise,
        pump_noise,
        leak_noise,
    )


class Inside(NamedTuple):
    """Cell water over reference water [1] and concentrations in it [mM]."""

    water: float
    na: float
    k: float
    cl: float
    mg_free: float


@law
def inside_and_area_of(
    state: CellState, size: float, fluid: Fluid, p: CellParameters, rest: RestingCell
) -> tuple[Inside, float]:
    """Water and concentrations of a cell in osmotic balance with a fluid, and its area over volume.

    Muscle fibres are cylinders of one length: area over volume falls with the square root of size.
    """
    cl = cell_chloride(state.na, state.k, state.mg, state.buffered, rest.fixed_charge)
    osmoles = cell_osmoles(state.na, state.k, cl, rest.impermeant)
    per_osmole, area = reciprocals(osmoles, sqrt(size))
    per_water = fluid.osmolality * per_osmole
    inside = Inside(
        osmoles * (1.0 / fluid.osmolality),
        state.na * per_water,
        state.k * per_water,
        cl * per_water,
        free_magnesium(state.mg * per_water, rest.mg_sites * per_water, p.mg_buffer_half),
    )
    return inside, area


@law
def pump_of(
    inside: Inside,
    expression: float,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
) -> Quotient:
    """Pump cycles of a cell [mmol/L/h]."""
    working = p.pump_capacity * fluid.pump_drive * (1.0 - control.pump_inhibition)
    mg_for_atp = sensed(control.pump_mgatp, inside.mg_free, p.rest_mg_free)
    return pump_rate_undivided(
        inside.na,
        fluid.k,
        mg_atp_undivided(mg_for_atp, p.atp, p.atp_mg_dissociation),
        sensed(control.pump_mg_site, inside.mg_free, p.rest_mg_free),
        traits.pump_capacity * traits.pump_noise * expression * working,
        p.pump_half_na,
        p.pump_half_k,
        p.pump_half_mgatp,
        p.pump_half_mg,
    )


@law
def magnesium_influx_of(
    inside: Inside, fluid: Fluid, control: Control, p: CellParameters, greatest: float
) -> Quotient:
    """Mg influx of a cell [mmol/L/h], of which ``greatest`` is the most."""
    return magnesium_influx_undivided(
        fluid.mg,
        sensed(control.mg_influx_regulation, inside.mg_free, p.rest_mg_free),
        greatest,
        p.mg_influx_half_out,
        p.mg_influx_half_in,
    )


@law
def magnesium_efflux_of(inside: Inside, fluid: Fluid, p: CellParameters, greatest: float) -> Quotient:
    """Mg efflux of a cell by Na/Mg exchange [mmol/L/h], of which ``greatest`` is the most."""
    return sodium_magnesium_exchange_undivided(
        inside.mg_free,
        inside.na,
        fluid.na,
        fluid.mg,
        greatest,
        p.mg_exchange_half_mg,
        p.mg_exchange_half_na,
        p.mg_exchange_block_na,
        p.mg_exchange_block_mg,
    )


@law
def paths_of(
    traits: CellTraits, fluid: Fluid, control: Control, p: CellParameters, rest: RestingCell
) -> Permeabilities:
    """Passive paths of a cell [1/h]."""
    normal = rest.fluid
    mg_seen = sensed(control.na_leak_mg_block, fluid.mg, normal.mg)
    p_na = rest.p_na * traits.na_leak * traits.leak_noise
    p_k = rest.p_k * traits.k_leak * traits.leak_noise
    inward_rectifier = conductance_factor(fluid.k / normal.k)
    return Permeabilities(
        p_na * leak_factor(mg_seen, normal.mg, p.na_leak_half_mg, p.na_leak_gated_share),
        rest.p_cl,
        p_k * (1.0 - p.k_leak_gated_share),
        p_k * (p.k_leak_gated_share / rest.k_gate) * inward_rectifier,
    )


@law
def k_gate_of(k_in: float, mg_free: float, fluid: Fluid, p: CellParameters) -> KGate:
    """What opens and shuts the Mg-gated K path of a cell."""
    return KGate(
        mg_free,
        nernst_potential(fluid.k, k_in),
        p.k_leak_half_mg,
        p.k_leak_block_slope * THERMAL_VOLTAGE,
        p.k_leak_resistant,
    )


@law
def membrane(
    state: CellState,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    rest: RestingCell,
) -> Membrane:
    """Concentrations, potential and fluxes of one cell in a fluid.

    Fluxes are per litre of reference water of a cell of size 1, in mmol/h; area over volume of larger
    cells is smaller, which :func:`cell_rates` applies.
    """
    inside, area = inside_and_area_of(state, traits.size, fluid, p, rest)
    pump, mg_influx, mg_efflux = quotients(
        pump_of(inside, state.expression, traits, fluid, control, p),
        magnesium_influx_of(inside, fluid, control, p, rest.mg_influx),
        magnesium_efflux_of(inside, fluid, p, rest.mg_exchange),
    )
    paths = paths_of(traits, fluid, control, p, rest)
    mg_seen_by_gate = sensed(control.k_leak_mg_block, inside.mg_free, p.rest_mg_free)
    gate = k_gate_of(inside.k, mg_seen_by_gate, fluid, p)
    ions = Ions(inside.na, inside.k, inside.cl, fluid.na, fluid.k, fluid.cl)
    u, drive, p_k = zero_current(ions, paths, gate, pump - 2.0 * mg_influx, rest.usual)
    return Membrane(
        area,
        inside.water,
        inside.na,
        inside.k,
        inside.cl,
        inside.mg_free,
        u,
        pump,
        -ghk_flux(paths.na, inside.na, fluid.na, u, drive),
        ghk_flux(p_k, inside.k, fluid.k, u, drive),
        potassium_chloride_efflux(
            inside.k,
            inside.cl,
            fluid.k,
            fluid.cl,
            sensed(control.volume_regulation, inside.water, 1.0),
            rest.kcl_cotransport,
        ),
        mg_influx,
        mg_efflux,
        control.proton_exchange
        * proton_uptake(state.k, state.buffered, p.rest_k, p.proton_share, p.proton_time),
    )


@law
def cell_rates(
    state: CellState,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    rest: RestingCell,
) -> CellState:
    """Rates of change of a cell's state, per litre of its reference water and h.

    Area over volume is that of pump and leaks alike, so size changes how fast a cell answers but not
    where it settles.
    """
    m = membrane(state, traits, fluid, control, p, rest)
    return CellState(
        m.area * (m.na_leak - 3.0 * m.pump + 2.0 * m.mg_efflux),
        m.area * (2.0 * m.pump - m.k_leak - m.kcl_efflux) - m.proton_uptake,
        m.area * (m.mg_influx - m.mg_efflux),
        m.proton_uptake,
        control.pump_expression
        * expression_rate(
            state.expression, fluid.k / rest.fluid.k, p.expression_exponent, p.expression_time
        ),
    )


def normal_fluid(p: BodyParameters) -> Fluid:
    """Extracellular fluid of the healthy body."""
    return Fluid(
        p.plasma_na,
        p.plasma_k,
        p.plasma_cl,
        p.plasma_hco3,
        p.plasma_mg_ionised,
        p.ecf_volume,
        p.osmolality,
        1.0,
    )


def resting_cell(p: CellParameters, fluid: Fluid) -> RestingCell:
    """Constants that make the resting state of the typical cell an exact steady state.

    The resting pump rate gives the permeabilities that balance it; Cl is where its passive influx
    makes up for what K–Cl cotransport takes out; electroneutrality and osmotic balance give fixed
    charge and impermeant osmoles; the Mg turnover gives the greatest Mg fluxes.

    Parameters
    ----------
    p : CellParameters
        Numbers of the typical cell.
    fluid : Fluid
        Normal extracellular fluid.

    Returns
    -------
    RestingCell
    """
    u = p.rest_potential / THERMAL_VOLTAGE
    drive = inward_drive(u)
    pump = resting_pump(p, fluid)
    p_k = (2.0 * pump - p.kcl_cotransport) / ghk_flux(1.0, p.rest_k, fluid.k, u, drive)
    p_na = (3.0 * pump - 2.0 * p.mg_turnover) / -ghk_flux(1.0, p.rest_na, fluid.na, u, drive)
    p_cl = p.cl_over_k_permeability * p_k
    cl = (fluid.cl * (drive + u) - p.kcl_cotransport / p_cl) / drive
    inside = Inside(1.0, p.rest_na, p.rest_k, cl, p.rest_mg_free)
    gate = k_gate_of(p.rest_k, p.rest_mg_free, fluid, p)
    ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
    control = Control(0.0, 0.0, 0.0, 0.0)
    unit_influx = quotient(magnesium_influx_of(inside, fluid, control, p, 1.0))
    unit_efflux = quotient(magnesium_efflux_of(inside, fluid, p, 1.0))
    bound = p.rest_mg_total - p.rest_mg_free
    return RestingCell(
        impermeant=float(fluid.osmolality - cell_osmoles(p.rest_na, p.rest_k, cl, 0.0)),
        fixed_charge=float(cell_chloride(p.rest_na, p.rest_k, p.rest_mg_total, 0.0, cl)),
        p_na=float(p_na),
        p_k=float(p_k),
        p_cl=float(p_cl),
        k_gate=float(open_fraction(unblocked_part(ratio), p.k_leak_resistant)),
        usual=Usual(u, u - float(gate.u_k)),
        mg_sites=bound * (p.rest_mg_free + p.mg_buffer_half) / p.rest_mg_free,
        mg_influx=float(p.mg_turnover / unit_influx),
        mg_exchange=float(p.mg_turnover / unit_efflux),
        kcl_cotransport=p.kcl_cotransport
        / float(potassium_chloride_efflux(p.rest_k, cl, fluid.k, fluid.cl, 1.0, 1.0)),
        fluid=fluid,
    )


def resting_pump(p: CellParameters, fluid: Fluid) -> float:
    """Pump cycles of the typical cell at rest [mmol/L/h]."""
    inside = Inside(1.0, p.rest_na, p.rest_k, 0.0, p.rest_mg_free)
    nothing_done = Control(0.0, 0.0, 0.0, 0.0)
    return float(quotient(pump_of(inside, 1.0, CellTraits(), fluid, nothing_done, p)))
