"""The cell: its membrane and the rates of change of its state."""

from sim.laws.electrodiffusion import ghk_flux, nernst_potential
from sim.laws.knock_out import gated_input
from sim.laws.magnesium_buffer import free_magnesium
from sim.laws.magnesium_transport import magnesium_influx_ratio, sodium_magnesium_exchange_ratio
from sim.laws.membrane_potential import Ions, KGate, Permeabilities, zero_current
from sim.laws.osmosis import cell_chloride, cell_osmoles
from sim.laws.potassium_leak import conductance_factor
from sim.laws.proton_exchange import proton_uptake
from sim.laws.pump_expression import expression_rate
from sim.laws.sodium_leak import leak_factor
from sim.laws.sodium_pump import mg_atp_ratio, pump_rate_ratio
from sim.laws.volume_regulation import potassium_chloride_efflux
from sim.numerics.elementary import sqrt
from sim.numerics.jit import law
from sim.numerics.ratio import Ratio, reciprocals, values_of_three
from sim.parameters import CellParameters
from sim.parameters.inputs import Control
from sim.physiology.cell_state import CellConstants, CellState, CellTraits, Inside, Membrane
from sim.physiology.fluid import Fluid
from sim.quantities.units import THERMAL_VOLTAGE


@law
def cell_rates(
    state: CellState,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> CellState:
    """Rates of change of a cell's state, per litre of its reference water and h.

    Area over volume scales pump and leaks alike, so size changes how fast a cell responds but not its
    steady state.
    """
    m = membrane(state, traits, fluid, control, p, constants)
    return CellState(
        na=m.area * (m.na_leak - 3.0 * m.pump + 2.0 * m.mg_efflux),
        k=m.area * (2.0 * m.pump - m.k_leak - m.kcl_efflux) - m.proton_uptake,
        mg=m.area * (m.mg_influx - m.mg_efflux),
        buffered=m.proton_uptake,
        expression=control.pump_expression
        * expression_rate(
            state.expression, fluid.k / constants.fluid.k, p.expression_exponent, p.expression_time
        ),
    )


@law
def membrane(
    state: CellState,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> Membrane:
    """Concentrations, potential and fluxes of one cell in a fluid.

    Fluxes are per litre of reference water of a cell of size 1, in mmol/h; area over volume of larger
    cells is smaller, which :func:`cell_rates` applies.
    """
    inside, area = inside_and_area_of(state, traits.size, fluid, p, constants)
    # Three laws, one division: it takes a processor longer than all their other operations.
    pump, mg_influx, mg_efflux = values_of_three(
        pump_of(inside, state.expression, traits, fluid, control, p),
        magnesium_influx_of(inside, fluid, control, p, constants.mg_influx),
        magnesium_efflux_of(inside, fluid, p, constants.mg_exchange),
    )
    paths = paths_of(traits, fluid, control, p, constants)
    mg_at_gate = gated_input(control.k_leak_mg_block, inside.mg_free, p.rest_mg_free)
    gate = k_gate_of(inside.k, mg_at_gate, fluid, p)
    ions = Ions(
        na_in=inside.na,
        k_in=inside.k,
        cl_in=inside.cl,
        na_out=fluid.na,
        k_out=fluid.k,
        cl_out=fluid.cl,
    )
    u, drive, p_k = zero_current(ions, paths, gate, pump - 2.0 * mg_influx, constants.initial_guess)
    return Membrane(
        area=area,
        water=inside.water,
        na_in=inside.na,
        k_in=inside.k,
        cl_in=inside.cl,
        mg_free=inside.mg_free,
        u=u,
        pump=pump,
        na_leak=-ghk_flux(paths.na, inside.na, fluid.na, u, drive),
        k_leak=ghk_flux(p_k, inside.k, fluid.k, u, drive),
        kcl_efflux=potassium_chloride_efflux(
            inside.k,
            inside.cl,
            fluid.k,
            fluid.cl,
            gated_input(control.volume_regulation, inside.water, 1.0),
            constants.kcl_cotransport,
        ),
        mg_influx=mg_influx,
        mg_efflux=mg_efflux,
        proton_uptake=control.proton_exchange
        * proton_uptake(state.k, state.buffered, p.rest_k, p.proton_share, p.proton_time),
    )


@law
def inside_and_area_of(
    state: CellState, size: float, fluid: Fluid, p: CellParameters, constants: CellConstants
) -> tuple[Inside, float]:
    """Water and concentrations of a cell in osmotic balance with a fluid, and its area over volume.

    Muscle fibres are cylinders of one length: area over volume falls with the square root of size.
    """
    cl = cell_chloride(state.na, state.k, state.mg, state.buffered, constants.fixed_charge)
    osmoles = cell_osmoles(state.na, state.k, cl, constants.impermeant)
    per_osmole, area = reciprocals(osmoles, sqrt(size))
    per_water = fluid.osmolality * per_osmole
    inside = Inside(
        water=osmoles * (1.0 / fluid.osmolality),
        na=state.na * per_water,
        k=state.k * per_water,
        cl=cl * per_water,
        mg_free=free_magnesium(state.mg * per_water, constants.mg_sites * per_water, p.mg_buffer_half),
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
) -> Ratio:
    """Pump cycles of a cell [mmol/L/h]."""
    working = p.pump_capacity * fluid.pump_drive * (1.0 - control.pump_inhibition)
    mg_for_atp = gated_input(control.pump_mgatp, inside.mg_free, p.rest_mg_free)
    return pump_rate_ratio(
        inside.na,
        fluid.k,
        mg_atp_ratio(mg_for_atp, p.atp, p.atp_mg_dissociation),
        gated_input(control.pump_mg_site, inside.mg_free, p.rest_mg_free),
        traits.pump_capacity * traits.pump_noise * expression * working,
        p.pump_half_na,
        p.pump_half_k,
        p.pump_half_mgatp,
        p.pump_half_mg,
    )


@law
def magnesium_influx_of(
    inside: Inside, fluid: Fluid, control: Control, p: CellParameters, maximal: float
) -> Ratio:
    """Mg influx of a cell [mmol/L/h], given its maximum [mmol/L/h]."""
    return magnesium_influx_ratio(
        fluid.mg,
        gated_input(control.mg_influx_regulation, inside.mg_free, p.rest_mg_free),
        maximal,
        p.mg_influx_half_out,
        p.mg_influx_half_in,
    )


@law
def magnesium_efflux_of(inside: Inside, fluid: Fluid, p: CellParameters, maximal: float) -> Ratio:
    """Mg efflux of a cell by Na/Mg exchange [mmol/L/h], given its maximum [mmol/L/h]."""
    return sodium_magnesium_exchange_ratio(
        inside.mg_free,
        inside.na,
        fluid.na,
        fluid.mg,
        maximal,
        p.mg_exchange_half_mg,
        p.mg_exchange_half_na,
        p.mg_exchange_block_na,
        p.mg_exchange_block_mg,
    )


@law
def paths_of(
    traits: CellTraits, fluid: Fluid, control: Control, p: CellParameters, constants: CellConstants
) -> Permeabilities:
    """Passive paths of a cell [1/h]."""
    normal = constants.fluid
    mg_out = gated_input(control.na_leak_mg_block, fluid.mg, normal.mg)
    p_na = constants.p_na * traits.na_leak * traits.leak_noise
    p_k = constants.p_k * traits.k_leak * traits.leak_noise
    inward_rectifier = conductance_factor(fluid.k / normal.k)
    return Permeabilities(
        na=p_na * leak_factor(mg_out, normal.mg, p.na_leak_half_mg, p.na_leak_gated_share),
        cl=constants.p_cl,
        k_constant=p_k * (1.0 - p.k_leak_gated_share),
        k_gated=p_k * (p.k_leak_gated_share / constants.k_gate) * inward_rectifier,
    )


@law
def k_gate_of(k_in: float, mg_free: float, fluid: Fluid, p: CellParameters) -> KGate:
    """State of the Mg-gated K path of a cell."""
    return KGate(
        mg_free=mg_free,
        u_k=nernst_potential(fluid.k, k_in),
        half_mg=p.k_leak_half_mg,
        steepness=p.k_leak_block_slope * THERMAL_VOLTAGE,
        resistant=p.k_leak_resistant,
    )
