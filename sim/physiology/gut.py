"""Gut: absorption, stool, and losses by vomiting and diarrhoea."""

from typing import NamedTuple

from sim.laws.calcium import calcium_absorption
from sim.laws.gut import absorption, magnesium_absorbed_fraction
from sim.laws.parathyroid_hormone import saturating_action
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyState, Levels
from sim.physiology.fluid import Fluid
from sim.quantities.amounts import Amounts
from sim.quantities.units import HOURS_PER_DAY


class GutFlows(NamedTuple):
    """Flows out of the gut, to the body and with the stool."""

    absorbed: Amounts
    stool: Amounts
    """[mmol/h]"""
    carbohydrate_absorbed: float
    """[g/h]"""


@law
def gut_flows(b: BodyState, control: Control, p: BodyParameters) -> GutFlows:
    """Flows out of the gut in a state of the body."""
    mg_absorbable = magnesium_absorbed_fraction(
        b.gut.mg,
        p.mg_absorption_active * (1.0 - control.proton_pump_inhibitor),
        p.mg_absorption_half,
        p.mg_absorption_passive * (1.0 - p.inhibitor_passive_loss * control.proton_pump_inhibitor),
    )
    mg_fraction = mg_absorbable * (1.0 - control.mg_malabsorption)
    ca_absorbed = calcium_absorption(
        control.oral.ca,
        p.absorbed_ca,
        saturating_action(b.pth_action),
        p.ca_absorption_independent,
    )
    return GutFlows(
        absorbed=Amounts(
            na=absorption(b.gut.na, p.absorbed_na, p.absorption_time),
            k=absorption(b.gut.k, p.absorbed_k, p.absorption_time),
            mg=absorption(b.gut.mg, mg_fraction, p.mg_transit),
            ca=ca_absorbed,
        ),
        stool=Amounts(
            na=absorption(b.gut.na, 1.0 - p.absorbed_na, p.absorption_time),
            k=absorption(b.gut.k, 1.0 - p.absorbed_k, p.absorption_time),
            mg=absorption(b.gut.mg, 1.0 - mg_fraction, p.mg_transit),
            ca=control.oral.ca - ca_absorbed,
        ),
        carbohydrate_absorbed=absorption(b.gut.carbohydrate, 1.0, p.carbohydrate_time),
    )


class JuiceLoss(NamedTuple):
    """Loss from the fluid with vomit, stool water and digestive juices [mmol/h]."""

    amounts: Amounts
    hco3: float
    """Negative while vomiting: the H that is lost leaves HCO3 behind."""


@law
def juice_loss(levels: Levels, fluid: Fluid, control: Control, p: BodyParameters) -> JuiceLoss:
    """Loss with juices, whose concentrations follow those of plasma."""
    vomit, stool = control.vomiting, control.diarrhoea
    return JuiceLoss(
        amounts=Amounts(
            na=(vomit * p.vomit_na + stool * p.diarrhoea_na) * (fluid.na / p.plasma_na),
            k=(vomit * p.vomit_k + stool * p.diarrhoea_k) * levels.k,
            mg=(p.mg_secreted / HOURS_PER_DAY + stool * p.diarrhoea_mg) * levels.mg,
            ca=0.0,
        ),
        hco3=stool * p.diarrhoea_hco3 * levels.hco3 - vomit * p.vomit_h,
    )
