"""Hormones and slow regulators: how a state of the body changes them."""

from typing import NamedTuple

from sim.laws.aldosterone import aldosterone_target
from sim.laws.distal_delivery import ncc_target
from sim.laws.insulin import insulin_target
from sim.laws.knock_out import gated_input
from sim.laws.magnesium_dependence import magnesium_dependence
from sim.laws.parathyroid_hormone import secretion
from sim.laws.relaxation import relaxation_rate
from sim.laws.renin import renin_target
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyState, Levels


class Regulation(NamedTuple):
    """Rates of change of hormones, NCC [1/h] and tubule Mg [mM/h]."""

    renin: float
    aldosterone: float
    insulin: float
    pth: float
    pth_action: float
    ncc: float
    tubule_mg: float


@law
def regulation(
    b: BodyState, levels: Levels, carbohydrate: float, control: Control, p: BodyParameters
) -> Regulation:
    """Rates of change of hormones and slow regulators, given absorbed carbohydrate [g/h]."""
    renin = gated_input(
        control.renin_response, renin_target(levels.volume, p.renin_volume_exponent), 1.0
    )
    resistance = magnesium_dependence(levels.mg, p.pth_action_half_mg, p.pth_mg_hill)
    effective_pth = b.pth * gated_input(control.pth_resistance, resistance, 1.0)
    insulin = insulin_target(carbohydrate, p.insulin_gain, control.insulin_infused)
    return Regulation(
        renin=relaxation_rate(b.renin, renin, p.renin_time),
        aldosterone=relaxation_rate(
            b.aldosterone, _aldosterone_target(b, levels, control, p), p.aldosterone_time
        ),
        insulin=relaxation_rate(b.insulin, insulin, p.insulin_time),
        pth=relaxation_rate(b.pth, _pth_target(levels, control, p), p.pth_time),
        pth_action=relaxation_rate(b.pth_action, effective_pth, p.pth_action_time),
        ncc=relaxation_rate(b.ncc, _ncc_target(levels, control, p), p.ncc_time),
        tubule_mg=relaxation_rate(b.tubule_mg, p.tubule_mg * levels.mg, p.tubule_mg_time),
    )


@law
def _aldosterone_target(b: BodyState, levels: Levels, control: Control, p: BodyParameters) -> float:
    """Level towards which aldosterone moves [1]."""
    regulated = aldosterone_target(
        b.renin,
        levels.k * p.plasma_k,
        p.plasma_k,
        gated_input(control.aldosterone_mg_response, levels.mg, 1.0),
        p.aldosterone_renin_exponent,
        p.aldosterone_k_slope,
        p.aldosterone_mg_gain,
    )
    return control.aldosterone_excess * gated_input(control.aldosterone_response, regulated, 1.0)


@law
def _pth_target(levels: Levels, control: Control, p: BodyParameters) -> float:
    """Level towards which PTH moves [1]."""
    weight = p.pth_mg_weight * p.plasma_mg_ionised
    regulated = secretion(
        p.plasma_ca_ionised * levels.ca + weight * levels.mg,
        p.plasma_ca_ionised + weight,
        p.pth_ca_half,
        p.pth_ca_hill,
        p.pth_floor,
    )
    capacity = magnesium_dependence(levels.mg, p.pth_half_mg, p.pth_mg_hill)
    return regulated * gated_input(control.pth_mg_dependence, capacity, 1.0)


@law
def _ncc_target(levels: Levels, control: Control, p: BodyParameters) -> float:
    """Activity towards which NCC moves [1]."""
    competence = magnesium_dependence(levels.mg, p.ncc_half_mg, p.ncc_mg_hill)
    return ncc_target(
        gated_input(control.ncc_potassium_response, levels.k, 1.0),
        gated_input(control.ncc_mg_dependence, competence, 1.0),
        p.ncc_k_exponent,
        p.ncc_mg_loss,
    )
