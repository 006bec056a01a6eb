"""The body around the cells: shared fluid, gut, kidney, hormones and bone."""

from typing import NamedTuple

from sim.cells import CellState, Fluid
from sim.compiled import law
from sim.control import Control
from sim.laws.aldosterone import aldosterone_target
from sim.laws.body_water import water_gain
from sim.laws.bone_magnesium import bone_release
from sim.laws.distal_delivery import distal_delivery, ncc_competence, ncc_target
from sim.laws.gut import absorption, magnesium_absorbed_fraction
from sim.laws.osmosis import fluid_volume
from sim.laws.plasma_magnesium import ionised_magnesium
from sim.laws.relaxation import relaxation_rate
from sim.laws.renal_magnesium import excreted_fraction, magnesium_excretion
from sim.laws.renal_potassium import potassium_secretion, romk_openness
from sim.laws.renal_sodium import sodium_excretion
from sim.laws.sensing import sensed
from sim.parameters import BodyParameters
from sim.units import HOURS_PER_DAY


class BodyState(NamedTuple):
    """What the body outside the cells remembers; also the rates of these per h.

    The second half are running totals. They make every balance checkable: what is in the body now
    is what was there at the start, plus what came in, less what went out.
    """

    ecf_na: float
    ecf_k: float
    ecf_mg: float
    ecf_cl: float
    ecf_hco3: float
    """Amounts in the extracellular fluid [mmol]."""
    water: float
    """Water of the whole body [L]."""
    osmoles: float
    """Osmoles of the whole body, cells included [mosm]."""
    gut_na: float
    gut_k: float
    gut_mg: float
    """Waiting in the gut [mmol]."""
    bone_mg: float
    """Exchangeable bone Mg [mmol]."""
    aldosterone: float
    ncc: float
    """Hormone and transporter activity over normal [1]."""
    tubule_mg: float
    """Free Mg of distal tubule cells [mM]."""
    taken_na: float
    taken_k: float
    taken_mg: float
    """Swallowed and infused [mmol]."""
    urine_na: float
    urine_k: float
    urine_mg: float
    urine_hco3: float
    """Excreted [mmol]; HCO3 below zero is net acid."""
    stool_na: float
    stool_k: float
    stool_mg: float
    """Lost with the stool [mmol]."""
    hco3_made: float
    """HCO3 left behind by H that entered cells [mmol]."""


class RestingBody(NamedTuple):
    """Constants of the body that follow from its healthy state; see :func:`resting_body`."""

    ecf_other_osmoles: float
    """Osmoles of the fluid beside Na, K, Cl and HCO3 [mosm]."""
    ecf_other_charge: float
    """Net negative charge of the fluid beside its ions [meq]; Mg counts as it is kept, in all forms."""
    urine_na: float
    urine_k: float
    """Healthy excretion [mmol/h]."""
    mg_excreted_fraction: float
    """Healthy part of filtered Mg in the urine [1]."""


class Excretion(NamedTuple):
    """What the kidney puts into the urine [mmol/h]."""

    na: float
    k: float
    mg: float
    hco3: float


@law
def fluid_of(b: BodyState, p: BodyParameters, rest: RestingBody) -> Fluid:
    """Extracellular fluid that belongs to a state of the body."""
    osmoles = b.ecf_na + b.ecf_k + b.ecf_cl + b.ecf_hco3 + rest.ecf_other_osmoles
    volume = fluid_volume(osmoles, b.osmoles, b.water)
    mg = ionised_magnesium(
        b.ecf_mg,
        volume,
        p.plasma_share,
        p.plasma_mg_complexed / p.plasma_mg_ionised,
        p.plasma_mg_bound / p.plasma_mg_ionised,
    )
    return Fluid(
        b.ecf_na / volume,
        b.ecf_k / volume,
        b.ecf_cl / volume,
        b.ecf_hco3 / volume,
        mg,
        volume,
        b.osmoles / b.water,
    )


@law
def renal_excretion(
    b: BodyState, fluid: Fluid, control: Control, p: BodyParameters, rest: RestingBody
) -> Excretion:
    """What the kidney excretes in a state of the body."""
    k_relative = fluid.k / p.plasma_k
    mg_relative = fluid.mg / p.plasma_mg_ionised
    tubule_mg = sensed(control.romk_mg_block, b.tubule_mg, p.tubule_mg)
    romk = romk_openness(tubule_mg, p.tubule_mg, p.romk_half_mg) * (1.0 - control.romk_block)
    delivery = distal_delivery(
        b.ncc, control.thiazide, control.loop_diuretic, p.thiazide_delivery, p.loop_delivery
    )
    secretion = potassium_secretion(
        k_relative,
        b.aldosterone,
        romk,
        delivery,
        p.k_secretion_exponent,
        p.k_aldosterone_exponent,
        p.k_delivery_exponent,
    )
    obligatory = p.k_obligatory / HOURS_PER_DAY
    natriuresis = (1.0 + p.thiazide_natriuresis * control.thiazide) * (
        1.0 + p.loop_natriuresis * control.loop_diuretic
    )
    wasting = (1.0 + p.thiazide_mg_wasting * control.thiazide) * (
        1.0 + p.loop_mg_wasting * control.loop_diuretic
    )
    fraction = excreted_fraction(
        mg_relative, rest.mg_excreted_fraction, p.mg_excreted_floor, p.mg_excreted_exponent, wasting
    )
    filterable = fluid.mg * (1.0 + p.plasma_mg_complexed / p.plasma_mg_ionised)
    return Excretion(
        sodium_excretion(
            rest.urine_na,
            fluid.volume / p.ecf_volume,
            b.aldosterone,
            natriuresis,
            p.na_volume_exponent,
            p.na_aldosterone_exponent,
        ),
        obligatory * k_relative + (rest.urine_k - obligatory) * secretion,
        magnesium_excretion(p.gfr / HOURS_PER_DAY, filterable, fraction),
        (b.ecf_hco3 - p.plasma_hco3 * fluid.volume) / p.bicarbonate_time,
    )


class GutFlows(NamedTuple):
    """What leaves the gut to the body and with the stool [mmol/h]."""

    na_absorbed: float
    na_stool: float
    k_absorbed: float
    k_stool: float
    mg_absorbed: float
    mg_stool: float


@law
def gut_flows(b: BodyState, control: Control, p: BodyParameters) -> GutFlows:
    """What leaves the gut in a state of the body."""
    mg_absorbable = magnesium_absorbed_fraction(
        b.gut_mg,
        p.mg_absorption_active * (1.0 - control.proton_pump_inhibitor),
        p.mg_absorption_half,
        p.mg_absorption_passive,
    )
    mg_fraction = mg_absorbable * (1.0 - control.mg_malabsorption)
    return GutFlows(
        absorption(b.gut_na, p.absorbed_na, p.absorption_time),
        absorption(b.gut_na, 1.0 - p.absorbed_na, p.absorption_time),
        absorption(b.gut_k, p.absorbed_k, p.absorption_time),
        absorption(b.gut_k, 1.0 - p.absorbed_k, p.absorption_time),
        absorption(b.gut_mg, mg_fraction, p.mg_transit),
        absorption(b.gut_mg, 1.0 - mg_fraction, p.mg_transit),
    )


class Regulation(NamedTuple):
    """Levels that slow regulators approach: hormone and NCC over normal [1], tubule Mg [mM]."""

    aldosterone: float
    ncc: float
    tubule_mg: float


@law
def regulation_targets(
    fluid: Fluid, mg_relative: float, control: Control, p: BodyParameters
) -> Regulation:
    """Levels that the fluid calls for; ``mg_relative`` is plasma Mg over normal [1]."""
    competence = ncc_competence(mg_relative, p.ncc_half_mg, p.ncc_mg_hill)
    ncc = ncc_target(
        sensed(control.ncc_potassium_response, fluid.k / p.plasma_k, 1.0),
        sensed(control.ncc_mg_dependence, competence, 1.0),
        p.ncc_k_exponent,
        p.ncc_mg_loss,
    )
    called_for = control.aldosterone_excess * aldosterone_target(
        fluid.k,
        p.plasma_k,
        fluid.volume / p.ecf_volume,
        sensed(control.aldosterone_mg_response, mg_relative, 1.0),
        p.aldosterone_k_slope,
        p.aldosterone_volume_exponent,
        p.aldosterone_mg_gain,
    )
    aldosterone = sensed(control.aldosterone_response, called_for, control.aldosterone_excess)
    return Regulation(aldosterone, ncc, p.tubule_mg * mg_relative)


@law
def body_rates(
    b: BodyState,
    fluid: Fluid,
    uptake: CellState,
    excretion: Excretion,
    control: Control,
    p: BodyParameters,
) -> BodyState:
    """Rates of change of the body's state.

    Parameters
    ----------
    b : BodyState
        The state.
    fluid : Fluid
        Its extracellular fluid.
    uptake : CellState
        What all cells together take up, by the names of a cell's state [mmol/h].
    excretion : Excretion
        What the kidney excretes [mmol/h].
    control : Control
        What is done to the body.
    p : BodyParameters
        Numbers of the body.

    Returns
    -------
    BodyState
        Rates per h. Each transfer appears twice with opposite signs, Cl goes with every cation, so
        all balances are kept to rounding by any linear integrator.
    """
    mg_relative = fluid.mg / p.plasma_mg_ionised
    gut = gut_flows(b, control, p)
    mg_secreted = p.mg_secreted / HOURS_PER_DAY * mg_relative
    mg_bone = control.bone_exchange * bone_release(b.bone_mg, mg_relative, p.bone_mg, p.bone_mg_time)
    gain_na = gut.na_absorbed + control.infused_na - excretion.na
    gain_k = gut.k_absorbed + control.infused_k - excretion.k
    gain_mg = gut.mg_absorbed + control.infused_mg + mg_bone - mg_secreted - excretion.mg
    gain_cl = gain_na + gain_k + 2.0 * gain_mg + excretion.hco3
    cell_cl = uptake.na + uptake.k + 2.0 * uptake.mg + uptake.buffered
    hco3_made = uptake.buffered
    regulation = regulation_targets(fluid, mg_relative, control, p)
    return BodyState(
        gain_na - uptake.na,
        gain_k - uptake.k,
        gain_mg - uptake.mg,
        gain_cl - cell_cl,
        hco3_made - excretion.hco3,
        water_gain(b.water, fluid.osmolality, p.osmolality, p.water_time),
        gain_na + gain_k + gain_cl - excretion.hco3 + hco3_made,
        control.oral_na - gut.na_absorbed - gut.na_stool,
        control.oral_k - gut.k_absorbed - gut.k_stool,
        control.oral_mg - gut.mg_absorbed - gut.mg_stool,
        -mg_bone,
        relaxation_rate(b.aldosterone, regulation.aldosterone, p.aldosterone_time),
        relaxation_rate(b.ncc, regulation.ncc, p.ncc_time),
        relaxation_rate(b.tubule_mg, regulation.tubule_mg, p.tubule_mg_time),
        control.oral_na + control.infused_na,
        control.oral_k + control.infused_k,
        control.oral_mg + control.infused_mg,
        excretion.na,
        excretion.k,
        excretion.mg,
        excretion.hco3,
        gut.na_stool,
        gut.k_stool,
        gut.mg_stool + mg_secreted,
        hco3_made,
    )


def resting_body(p: BodyParameters) -> RestingBody:
    """Constants that make the healthy body an exact steady state on the usual diet.

    Other osmoles and charges follow from osmolality and electroneutrality of the fluid; healthy
    excretion of each ion is what is absorbed.
    """
    volume = p.ecf_volume
    mg = healthy_ecf_mg(p)
    ions = p.plasma_na + p.plasma_k + p.plasma_cl + p.plasma_hco3
    charge = p.plasma_na + p.plasma_k - p.plasma_cl - p.plasma_hco3
    gut_mg = p.intake_mg * p.mg_transit / HOURS_PER_DAY
    absorbed = magnesium_absorbed_fraction(
        gut_mg, p.mg_absorption_active, p.mg_absorption_half, p.mg_absorption_passive
    )
    filtered = p.gfr * (p.plasma_mg_ionised + p.plasma_mg_complexed)
    return RestingBody(
        ecf_other_osmoles=(p.osmolality - ions) * volume,
        ecf_other_charge=charge * volume + 2.0 * mg,
        urine_na=p.absorbed_na * p.intake_na / HOURS_PER_DAY,
        urine_k=p.absorbed_k * p.intake_k / HOURS_PER_DAY,
        mg_excreted_fraction=(absorbed * p.intake_mg - p.mg_secreted) / filtered,
    )


def healthy_ecf_mg(p: BodyParameters) -> float:
    """Extracellular Mg in all forms of the healthy body [mmol]."""
    everywhere = p.plasma_mg_ionised + p.plasma_mg_complexed
    return p.ecf_volume * (everywhere + p.plasma_share * p.plasma_mg_bound)


def healthy_body(p: BodyParameters) -> BodyState:
    """State of the healthy body on the usual diet, its running totals at zero."""
    volume = p.ecf_volume
    water = volume + p.cell_water
    return BodyState(
        ecf_na=p.plasma_na * volume,
        ecf_k=p.plasma_k * volume,
        ecf_mg=healthy_ecf_mg(p),
        ecf_cl=p.plasma_cl * volume,
        ecf_hco3=p.plasma_hco3 * volume,
        water=water,
        osmoles=p.osmolality * water,
        gut_na=p.intake_na * p.absorption_time / HOURS_PER_DAY,
        gut_k=p.intake_k * p.absorption_time / HOURS_PER_DAY,
        gut_mg=p.intake_mg * p.mg_transit / HOURS_PER_DAY,
        bone_mg=p.bone_mg,
        aldosterone=1.0,
        ncc=1.0,
        tubule_mg=p.tubule_mg,
        **dict.fromkeys(BodyState._fields[BodyState._fields.index("taken_na") :], 0.0),
    )
