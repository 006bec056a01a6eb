"""The body around the cells: gut, kidney, hormones and bone acting on one shared fluid."""

from sim.laws.body_water import water_gain
from sim.laws.bone_magnesium import bone_release
from sim.laws.calcium import bone_calcium_release
from sim.laws.gut import magnesium_absorbed_fraction
from sim.laws.parathyroid_hormone import saturating_action
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyState, RestingBody, ionised_calcium, levels_of
from sim.physiology.cell import CellState, Fluid
from sim.physiology.gut import gut_flows, juice_loss
from sim.physiology.hormones import regulation
from sim.physiology.kidney import Excretion
from sim.quantities.units import HOURS_PER_DAY


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
    levels = levels_of(b, fluid, p)
    gut = gut_flows(b, control, p)
    lost = juice_loss(levels, fluid, control, p)
    mg_bone = control.bone_exchange * bone_release(b.bone_mg, levels.mg, p.bone_mg, p.bone_mg_time)
    ca_bone = bone_calcium_release(
        ionised_calcium(b, fluid.volume, p),
        p.plasma_ca_ionised,
        fluid.volume,
        saturating_action(b.pth_action),
        p.bone_ca_floor,
        p.bone_ca_exchange,
    )
    gain_na = gut.na_absorbed + control.infused_na - lost.na - excretion.na
    gain_k = gut.k_absorbed + control.infused_k - lost.k - excretion.k
    gain_mg = gut.mg_absorbed + control.infused_mg + mg_bone - lost.mg - excretion.mg
    gain_ca = gut.ca_absorbed + control.infused_ca + ca_bone - excretion.ca
    hco3_made = uptake.buffered
    gain_hco3 = hco3_made - lost.hco3 - excretion.hco3
    cell_cl = uptake.na + uptake.k + 2.0 * uptake.mg + uptake.buffered
    gain_cl = gain_na + gain_k + 2.0 * (gain_mg + gain_ca) + excretion.hco3 + lost.hco3
    regulated = regulation(b, levels, gut.carbohydrate_absorbed, control, p)
    return BodyState(
        gain_na - uptake.na,
        gain_k - uptake.k,
        gain_mg - uptake.mg,
        gain_ca,
        gain_cl - cell_cl,
        gain_hco3,
        water_gain(b.water, fluid.osmolality, p.osmolality, p.water_time),
        gain_na + gain_k + gain_cl + gain_hco3,
        control.oral_na - gut.na_absorbed - gut.na_stool,
        control.oral_k - gut.k_absorbed - gut.k_stool,
        control.oral_mg - gut.mg_absorbed - gut.mg_stool,
        control.carbohydrate - gut.carbohydrate_absorbed,
        -mg_bone,
        regulated.renin,
        regulated.aldosterone,
        regulated.insulin,
        regulated.pth,
        regulated.pth_action,
        regulated.ncc,
        regulated.tubule_mg,
        control.oral_na + control.infused_na,
        control.oral_k + control.infused_k,
        control.oral_mg + control.infused_mg,
        control.oral_ca + control.infused_ca,
        excretion.na,
        excretion.k,
        excretion.mg,
        excretion.ca,
        excretion.hco3,
        gut.na_stool + lost.na,
        gut.k_stool + lost.k,
        gut.mg_stool + lost.mg,
        gut.ca_stool,
        lost.hco3,
        hco3_made,
        -ca_bone,
    )


def resting_body(p: BodyParameters) -> RestingBody:
    """Constants that make the healthy body an exact steady state on the usual diet.

    Other osmoles and charges follow from osmolality and electroneutrality of the fluid; healthy
    excretion of each ion is what is absorbed.
    """
    volume = p.ecf_volume
    divalent = healthy_ecf_mg(p) + healthy_ecf_ca(p)
    ions = p.plasma_na + p.plasma_k + p.plasma_cl + p.plasma_hco3
    charge = p.plasma_na + p.plasma_k - p.plasma_cl - p.plasma_hco3
    gut_mg = p.intake_mg * p.mg_transit / HOURS_PER_DAY
    absorbed = magnesium_absorbed_fraction(
        gut_mg, p.mg_absorption_active, p.mg_absorption_half, p.mg_absorption_passive
    )
    filtered = p.gfr * (p.plasma_mg_ionised + p.plasma_mg_complexed)
    return RestingBody(
        ecf_other_osmoles=(p.osmolality - ions) * volume,
        ecf_other_charge=charge * volume + 2.0 * divalent,
        urine_na=p.absorbed_na * p.intake_na / HOURS_PER_DAY,
        urine_k=p.absorbed_k * p.intake_k / HOURS_PER_DAY,
        urine_ca=p.absorbed_ca * p.intake_ca / HOURS_PER_DAY,
        mg_excreted_fraction=(absorbed * p.intake_mg - p.mg_secreted) / filtered,
    )


def healthy_ecf_mg(p: BodyParameters) -> float:
    """Extracellular Mg in all forms of the healthy body [mmol]."""
    everywhere = p.plasma_mg_ionised + p.plasma_mg_complexed
    return p.ecf_volume * (everywhere + p.plasma_share * p.plasma_mg_bound)


def healthy_ecf_ca(p: BodyParameters) -> float:
    """Extracellular Ca in all forms of the healthy body [mmol]."""
    everywhere = p.plasma_ca_ionised + p.plasma_ca_complexed
    return p.ecf_volume * (everywhere + p.plasma_share * p.plasma_ca_bound)


FIRST_TOTAL = BodyState._fields.index("taken_na")
"""Where the running totals begin among the body's states."""


def healthy_body(p: BodyParameters) -> BodyState:
    """State of the healthy body on the usual diet, its running totals at zero."""
    volume = p.ecf_volume
    water = volume + p.cell_water
    return BodyState(
        ecf_na=p.plasma_na * volume,
        ecf_k=p.plasma_k * volume,
        ecf_mg=healthy_ecf_mg(p),
        ecf_ca=healthy_ecf_ca(p),
        ecf_cl=p.plasma_cl * volume,
        ecf_hco3=p.plasma_hco3 * volume,
        water=water,
        osmoles=p.osmolality * water,
        gut_na=p.intake_na * p.absorption_time / HOURS_PER_DAY,
        gut_k=p.intake_k * p.absorption_time / HOURS_PER_DAY,
        gut_mg=p.intake_mg * p.mg_transit / HOURS_PER_DAY,
        gut_carbohydrate=0.0,
        bone_mg=p.bone_mg,
        renin=1.0,
        aldosterone=1.0,
        insulin=1.0,
        pth=1.0,
        pth_action=1.0,
        ncc=1.0,
        tubule_mg=p.tubule_mg,
        **dict.fromkeys(BodyState._fields[FIRST_TOTAL:], 0.0),
    )
