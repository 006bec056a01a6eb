"""Kidney: what goes into the urine."""

from typing import NamedTuple

from sim.laws.calcium import calcium_excretion
from sim.laws.distal_delivery import distal_delivery
from sim.laws.knock_out import sensed
from sim.laws.renal_bicarbonate import bicarbonate_excretion
from sim.laws.renal_magnesium import excreted_fraction, magnesium_excretion
from sim.laws.renal_potassium import feed_forward, potassium_secretion, romk_openness
from sim.laws.renal_sodium import sodium_excretion
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyState, Levels, RestingBody
from sim.physiology.cell import Fluid
from sim.physiology.gut import gut_flows
from sim.quantities.units import HOURS_PER_DAY


class Excretion(NamedTuple):
    """What the kidney puts into the urine [mmol/h]."""

    na: float
    k: float
    mg: float
    ca: float
    hco3: float


@law
def renal_excretion(
    b: BodyState,
    levels: Levels,
    fluid: Fluid,
    control: Control,
    p: BodyParameters,
    rest: RestingBody,
) -> Excretion:
    """What the kidney excretes in a state of the body."""
    nephrons = 1.0 - control.nephron_loss
    natriuresis = (1.0 + p.thiazide_natriuresis * control.ncc_loss) * (
        1.0 + p.loop_natriuresis * control.nkcc2_loss
    )
    na = sodium_excretion(
        rest.urine_na,
        levels.volume,
        b.aldosterone,
        natriuresis,
        p.na_volume_exponent,
        p.na_aldosterone_exponent,
    )
    ca_handling = (1.0 - p.thiazide_ca_saving * control.ncc_loss) * (
        1.0 + p.loop_ca_wasting * control.nkcc2_loss
    )
    ca = calcium_excretion(
        rest.urine_ca * ca_handling, levels.ca, b.pth_action, p.urine_ca_exponent, p.urine_ca_saving
    )
    return Excretion(
        nephrons * na,
        nephrons * _potassium(b, levels, control, p, rest),
        nephrons * _magnesium(levels, fluid, control, p, rest),
        nephrons * ca,
        bicarbonate_excretion(
            b.ecf_hco3,
            fluid.volume,
            p.plasma_hco3,
            fluid.cl / p.plasma_cl,
            p.bicarbonate_cl_exponent,
            p.bicarbonate_time,
        ),
    )


@law
def _potassium(
    b: BodyState, levels: Levels, control: Control, p: BodyParameters, rest: RestingBody
) -> float:
    """Urinary K of a whole kidney [mmol/h]: a part that nothing saves, and distal secretion."""
    tubule_mg = sensed(control.romk_mg_block, b.tubule_mg, p.tubule_mg)
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
        sensed(control.acid_base_secretion, levels.hco3, 1.0),
        p.k_secretion_exponent,
        p.k_aldosterone_exponent,
        p.k_delivery_exponent,
        p.k_hco3_exponent,
    )
    absorbed = gut_flows(b, control, p).k_absorbed / rest.urine_k
    told = feed_forward(
        sensed(control.gut_potassium_signal, absorbed, 1.0), p.k_feed_forward, p.k_feed_forward_half
    )
    obligatory = p.k_obligatory / HOURS_PER_DAY
    return obligatory * levels.k + (rest.urine_k - obligatory) * secretion * told


@law
def _magnesium(
    levels: Levels, fluid: Fluid, control: Control, p: BodyParameters, rest: RestingBody
) -> float:
    """Urinary Mg of a whole kidney [mmol/h]."""
    fraction = excreted_fraction(
        sensed(control.mg_saving, levels.mg, 1.0),
        rest.mg_excreted_fraction,
        p.mg_excreted_floor,
        p.mg_excreted_exponent,
        p.ncc_mg_escape * control.ncc_loss + p.nkcc2_mg_escape * control.nkcc2_loss,
    )
    filterable = fluid.mg * (1.0 + p.plasma_mg_complexed / p.plasma_mg_ionised)
    return magnesium_excretion(p.gfr / HOURS_PER_DAY, filterable, fraction)
