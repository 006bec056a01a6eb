"""Kidney: urinary excretion."""

from typing import NamedTuple

from sim.laws.calcium import calcium_excretion
from sim.laws.distal_delivery import distal_delivery
from sim.laws.knock_out import gated_input
from sim.laws.renal_bicarbonate import bicarbonate_excretion
from sim.laws.renal_magnesium import excreted_fraction, magnesium_excretion
from sim.laws.renal_potassium import feed_forward, potassium_secretion, romk_openness
from sim.laws.renal_sodium import sodium_excretion
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyConstants, BodyState, Levels
from sim.physiology.fluid import Fluid
from sim.physiology.gut import gut_flows
from sim.quantities.amounts import Amounts
from sim.quantities.units import HOURS_PER_DAY


class Excretion(NamedTuple):
    """Urinary excretion [mmol/h]."""

    amounts: Amounts
    hco3: float
    """Negative for net acid."""


@law
def renal_excretion(
    b: BodyState,
    levels: Levels,
    fluid: Fluid,
    control: Control,
    p: BodyParameters,
    constants: BodyConstants,
) -> Excretion:
    """Urinary excretion in a state of the body."""
    nephrons = 1.0 - control.nephron_loss
    return Excretion(
        amounts=Amounts(
            na=nephrons * _sodium(b, levels, control, p, constants),
            k=nephrons * _potassium(b, levels, control, p, constants),
            mg=nephrons * _magnesium(levels, fluid, control, p, constants),
            ca=nephrons * _calcium(b, levels, control, p, constants),
        ),
        hco3=bicarbonate_excretion(
            b.ecf_hco3,
            fluid.volume,
            p.plasma_hco3,
            fluid.cl / p.plasma_cl,
            p.bicarbonate_cl_exponent,
            p.bicarbonate_time,
        ),
    )


@law
def _sodium(
    b: BodyState, levels: Levels, control: Control, p: BodyParameters, constants: BodyConstants
) -> float:
    """Urinary Na of an intact number of nephrons [mmol/h]."""
    natriuresis = (1.0 + p.thiazide_natriuresis * control.ncc_loss) * (
        1.0 + p.loop_natriuresis * control.nkcc2_loss
    )
    return sodium_excretion(
        constants.urine.na,
        levels.volume,
        b.aldosterone,
        natriuresis,
        p.na_volume_exponent,
        p.na_aldosterone_exponent,
    )


@law
def _potassium(
    b: BodyState, levels: Levels, control: Control, p: BodyParameters, constants: BodyConstants
) -> float:
    """Urinary K of an intact number of nephrons [mmol/h]: an obligatory part, and distal secretion."""
    tubule_mg = gated_input(control.romk_mg_block, b.tubule_mg, p.tubule_mg)
    delivery = distal_delivery(
        b.ncc * (1.0 - control.ncc_loss),
        p.ncc_uptake_ratio,
        control.nkcc2_loss,
        p.loop_delivery,
        levels.volume,
        p.delivery_volume_exponent,
        1.0 - control.nephron_loss,
    )
    secretion = potassium_secretion(
        levels.k,
        b.aldosterone,
        romk_openness(tubule_mg, p.tubule_mg, p.romk_half_mg) * (1.0 - control.romk_block),
        delivery,
        gated_input(control.acid_base_secretion, levels.hco3, 1.0),
        p.k_secretion_exponent,
        p.k_aldosterone_exponent,
        p.k_delivery_exponent,
        p.k_hco3_exponent,
    )
    absorbed = gut_flows(b, control, p).absorbed.k / constants.urine.k
    gut_signal = feed_forward(
        gated_input(control.gut_potassium_signal, absorbed, 1.0),
        p.k_feed_forward,
        p.k_feed_forward_half,
    )
    obligatory = p.k_obligatory / HOURS_PER_DAY
    return obligatory * levels.k + (constants.urine.k - obligatory) * secretion * gut_signal


@law
def _magnesium(
    levels: Levels, fluid: Fluid, control: Control, p: BodyParameters, constants: BodyConstants
) -> float:
    """Urinary Mg of an intact number of nephrons [mmol/h]."""
    fraction = excreted_fraction(
        gated_input(control.mg_saving, levels.mg, 1.0),
        constants.mg_excreted_fraction,
        p.mg_excreted_floor,
        p.mg_excreted_exponent,
        p.ncc_mg_escape * control.ncc_loss + p.nkcc2_mg_escape * control.nkcc2_loss,
    )
    filterable = fluid.mg * (1.0 + p.plasma_mg_complexed / p.plasma_mg_ionised)
    return magnesium_excretion(p.gfr / HOURS_PER_DAY, filterable, fraction)


@law
def _calcium(
    b: BodyState, levels: Levels, control: Control, p: BodyParameters, constants: BodyConstants
) -> float:
    """Urinary Ca of an intact number of nephrons [mmol/h]."""
    handling = (1.0 - p.thiazide_ca_saving * control.ncc_loss) * (
        1.0 + p.loop_ca_wasting * control.nkcc2_loss
    )
    return calcium_excretion(
        constants.urine.ca * handling,
        levels.ca,
        b.pth_action,
        p.urine_ca_exponent,
        p.urine_ca_saving,
    )
