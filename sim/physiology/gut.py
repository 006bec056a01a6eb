"""Gut: what is absorbed, what leaves with the stool, and what is lost by vomiting and diarrhoea."""

from typing import NamedTuple

from sim.laws.calcium import calcium_absorption
from sim.laws.gut import absorption, magnesium_absorbed_fraction
from sim.laws.parathyroid_hormone import saturating_action
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyState, Levels
from sim.physiology.cell import Fluid
from sim.quantities.units import HOURS_PER_DAY


class GutFlows(NamedTuple):
    """What leaves the gut to the body and with the stool [mmol/h]."""

    na_absorbed: float
    na_stool: float
    k_absorbed: float
    k_stool: float
    mg_absorbed: float
    mg_stool: float
    ca_absorbed: float
    ca_stool: float
    carbohydrate_absorbed: float
    """[g/h]"""


@law
def gut_flows(b: BodyState, control: Control, p: BodyParameters) -> GutFlows:
    """What leaves the gut in a state of the body."""
    mg_absorbable = magnesium_absorbed_fraction(
        b.gut_mg,
        p.mg_absorption_active * (1.0 - control.proton_pump_inhibitor),
        p.mg_absorption_half,
        p.mg_absorption_passive * (1.0 - p.inhibitor_passive_loss * control.proton_pump_inhibitor),
    )
    mg_fraction = mg_absorbable * (1.0 - control.mg_malabsorption)
    ca_absorbed = calcium_absorption(
        control.oral_ca,
        p.absorbed_ca,
        saturating_action(b.pth_action),
        p.ca_absorption_independent,
    )
    return GutFlows(
        absorption(b.gut_na, p.absorbed_na, p.absorption_time),
        absorption(b.gut_na, 1.0 - p.absorbed_na, p.absorption_time),
        absorption(b.gut_k, p.absorbed_k, p.absorption_time),
        absorption(b.gut_k, 1.0 - p.absorbed_k, p.absorption_time),
        absorption(b.gut_mg, mg_fraction, p.mg_transit),
        absorption(b.gut_mg, 1.0 - mg_fraction, p.mg_transit),
        ca_absorbed,
        control.oral_ca - ca_absorbed,
        absorption(b.gut_carbohydrate, 1.0, p.carbohydrate_time),
    )


class JuiceLoss(NamedTuple):
    """What vomit, stool water and digestive juices take from the fluid [mmol/h]."""

    na: float
    k: float
    mg: float
    hco3: float
    """Below zero while vomiting: the H that is lost leaves HCO3 behind."""


@law
def juice_loss(levels: Levels, fluid: Fluid, control: Control, p: BodyParameters) -> JuiceLoss:
    """Loss with juices, which hold the less of an ion the less plasma does."""
    vomit, stool = control.vomiting, control.diarrhoea
    return JuiceLoss(
        (vomit * p.vomit_na + stool * p.diarrhoea_na) * (fluid.na / p.plasma_na),
        (vomit * p.vomit_k + stool * p.diarrhoea_k) * levels.k,
        (p.mg_secreted / HOURS_PER_DAY + stool * p.diarrhoea_mg) * levels.mg,
        stool * p.diarrhoea_hco3 * levels.hco3 - vomit * p.vomit_h,
    )
