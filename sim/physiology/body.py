"""The body around the cells: gut, kidney, hormones and bone acting on one shared fluid."""

from sim.laws.body_water import water_gain
from sim.laws.bone_magnesium import bone_release
from sim.laws.calcium import bone_calcium_release
from sim.laws.gut import magnesium_absorbed_fraction
from sim.laws.parathyroid_hormone import saturating_action
from sim.numerics.jit import law
from sim.numerics.layout import names_of
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.amounts import minus, plus
from sim.physiology.body_state import (
    BodyConstants,
    BodyState,
    GutContent,
    ionised_calcium,
    levels_of,
)
from sim.physiology.cell_state import CellState
from sim.physiology.fluid import Fluid
from sim.physiology.gut import gut_flows, juice_loss
from sim.physiology.hormones import regulation
from sim.physiology.kidney import Excretion
from sim.quantities.amounts import NO_AMOUNTS, Amounts
from sim.quantities.units import HOURS_PER_DAY

FIRST_TOTAL = names_of(BodyState).index("intake_na")
"""Where the running totals begin among the body's states."""


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
        Uptake by all cells together, by the names of a cell's state [mmol/h].
    excretion : Excretion
        Urinary excretion [mmol/h].
    control : Control
        Interventions.
    p : BodyParameters
        Parameters of the body.

    Returns
    -------
    BodyState
        Rates per h. Each transfer appears twice with opposite signs, and Cl accompanies every cation, so
        all balances are kept to rounding by any linear integrator.
    """
    levels = levels_of(b, fluid, p)
    gut = gut_flows(b, control, p)
    lost = juice_loss(levels, fluid, control, p)
    from_bone = _bone_release(b, levels.mg, fluid.volume, control, p)
    gained = plus(plus(gut.absorbed, control.infused), from_bone)
    gained = minus(minus(gained, lost.amounts), excretion.amounts)
    gained_hco3 = uptake.buffered - lost.hco3 - excretion.hco3
    gained_cl = gained.na + gained.k + 2.0 * (gained.mg + gained.ca) + excretion.hco3 + lost.hco3
    cell_cl = uptake.na + uptake.k + 2.0 * uptake.mg + uptake.buffered
    regulated = regulation(b, levels, gut.carbohydrate_absorbed, control, p)
    unabsorbed = minus(minus(control.oral, gut.absorbed), gut.stool)
    return BodyState(
        ecf=minus(gained, Amounts(na=uptake.na, k=uptake.k, mg=uptake.mg, ca=0.0)),
        ecf_cl=gained_cl - cell_cl,
        ecf_hco3=gained_hco3,
        water=water_gain(b.water, fluid.osmolality, p.osmolality, p.water_time),
        osmoles=gained.na + gained.k + gained_cl + gained_hco3,
        gut=GutContent(
            na=unabsorbed.na,
            k=unabsorbed.k,
            mg=unabsorbed.mg,
            carbohydrate=control.carbohydrate - gut.carbohydrate_absorbed,
        ),
        bone_mg=-from_bone.mg,
        renin=regulated.renin,
        aldosterone=regulated.aldosterone,
        insulin=regulated.insulin,
        pth=regulated.pth,
        pth_action=regulated.pth_action,
        ncc=regulated.ncc,
        tubule_mg=regulated.tubule_mg,
        intake=plus(control.oral, control.infused),
        urine=excretion.amounts,
        urine_hco3=excretion.hco3,
        stool=plus(gut.stool, lost.amounts),
        stool_hco3=lost.hco3,
        hco3_made=uptake.buffered,
        bone_ca=-from_bone.ca,
    )


@law
def _bone_release(
    b: BodyState, mg: float, volume: float, control: Control, p: BodyParameters
) -> Amounts:
    """Release by bone [mmol/h], given ionised Mg over normal [1] and the extracellular volume [L]."""
    ca = bone_calcium_release(
        ionised_calcium(b, volume, p),
        p.plasma_ca_ionised,
        volume,
        saturating_action(b.pth_action),
        p.bone_ca_floor,
        p.bone_ca_exchange,
    )
    released_mg = control.bone_exchange * bone_release(b.bone_mg, mg, p.bone_mg, p.bone_mg_time)
    return Amounts(na=0.0, k=0.0, mg=released_mg, ca=ca)


def body_constants(p: BodyParameters) -> BodyConstants:
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
    urine_mg = absorbed * p.intake_mg - p.mg_secreted
    filtered = p.gfr * (p.plasma_mg_ionised + p.plasma_mg_complexed)
    return BodyConstants(
        ecf_other_osmoles=(p.osmolality - ions) * volume,
        ecf_other_charge=charge * volume + 2.0 * divalent,
        urine=Amounts(
            na=p.absorbed_na * p.intake_na / HOURS_PER_DAY,
            k=p.absorbed_k * p.intake_k / HOURS_PER_DAY,
            mg=urine_mg / HOURS_PER_DAY,
            ca=p.absorbed_ca * p.intake_ca / HOURS_PER_DAY,
        ),
        mg_excreted_fraction=urine_mg / filtered,
    )


def healthy_ecf_mg(p: BodyParameters) -> float:
    """Extracellular Mg in all forms of the healthy body [mmol]."""
    everywhere = p.plasma_mg_ionised + p.plasma_mg_complexed
    return p.ecf_volume * (everywhere + p.plasma_share * p.plasma_mg_bound)


def healthy_ecf_ca(p: BodyParameters) -> float:
    """Extracellular Ca in all forms of the healthy body [mmol]."""
    everywhere = p.plasma_ca_ionised + p.plasma_ca_complexed
    return p.ecf_volume * (everywhere + p.plasma_share * p.plasma_ca_bound)


def healthy_body(p: BodyParameters) -> BodyState:
    """State of the healthy body on the usual diet, its running totals at zero."""
    volume = p.ecf_volume
    water = volume + p.cell_water
    return BodyState(
        ecf=Amounts(
            na=p.plasma_na * volume,
            k=p.plasma_k * volume,
            mg=healthy_ecf_mg(p),
            ca=healthy_ecf_ca(p),
        ),
        ecf_cl=p.plasma_cl * volume,
        ecf_hco3=p.plasma_hco3 * volume,
        water=water,
        osmoles=p.osmolality * water,
        gut=GutContent(
            na=p.intake_na * p.absorption_time / HOURS_PER_DAY,
            k=p.intake_k * p.absorption_time / HOURS_PER_DAY,
            mg=p.intake_mg * p.mg_transit / HOURS_PER_DAY,
            carbohydrate=0.0,
        ),
        bone_mg=p.bone_mg,
        renin=1.0,
        aldosterone=1.0,
        insulin=1.0,
        pth=1.0,
        pth_action=1.0,
        ncc=1.0,
        tubule_mg=p.tubule_mg,
        intake=NO_AMOUNTS,
        urine=NO_AMOUNTS,
        urine_hco3=0.0,
        stool=NO_AMOUNTS,
        stool_hco3=0.0,
        hco3_made=0.0,
        bone_ca=0.0,
    )
