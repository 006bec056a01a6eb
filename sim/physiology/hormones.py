"""Hormones and slow regulators: the levels that a state of the body calls for."""

from typing import NamedTuple

from sim.laws.aldosterone import aldosterone_target
from sim.laws.distal_delivery import ncc_target
from sim.laws.insulin import insulin_target
from sim.laws.knock_out import sensed
from sim.laws.magnesium_dependence import permission
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
    """How hormones and slow regulators change; ``carbohydrate`` is absorbed [g/h]."""
    renin = sensed(control.renin_response, renin_target(levels.volume, p.renin_volume_exponent), 1.0)
    resistance = permission(levels.mg, p.pth_action_half_mg, p.pth_mg_hill)
    answered = b.pth * sensed(control.pth_resistance, resistance, 1.0)
    return Regulation(
        relaxation_rate(b.renin, renin, p.renin_time),
        relaxation_rate(b.aldosterone, _aldosterone(b, levels, control, p), p.aldosterone_time),
        relaxation_rate(
            b.insulin,
            insulin_target(carbohydrate, p.insulin_gain, control.insulin_infused),
            p.insulin_time,
        ),
        relaxation_rate(b.pth, _parathyroid_hormone(levels, control, p), p.pth_time),
        relaxation_rate(b.pth_action, answered, p.pth_action_time),
        relaxation_rate(b.ncc, _ncc(levels, control, p), p.ncc_time),
        relaxation_rate(b.tubule_mg, p.tubule_mg * levels.mg, p.tubule_mg_time),
    )


@law
def _aldosterone(b: BodyState, levels: Levels, control: Control, p: BodyParameters) -> float:
    """Aldosterone called for [1]."""
    called_for = aldosterone_target(
        b.renin,
        levels.k * p.plasma_k,
        p.plasma_k,
        sensed(control.aldosterone_mg_response, levels.mg, 1.0),
        p.aldosterone_renin_exponent,
        p.aldosterone_k_slope,
        p.aldosterone_mg_gain,
    )
    return control.aldosterone_excess * sensed(control.aldosterone_response, called_for, 1.0)


@law
def _parathyroid_hormone(levels: Levels, control: Control, p: BodyParameters) -> float:
    """PTH called for [1]."""
    weight = p.pth_mg_weight * p.plasma_mg_ionised
    called_for = secretion(
        p.plasma_ca_ionised * levels.ca + weight * levels.mg,
        p.plasma_ca_ionised + weight,
        p.pth_ca_half,
        p.pth_ca_hill,
        p.pth_floor,
    )
    permitted = permission(levels.mg, p.pth_half_mg, p.pth_mg_hill)
    return called_for * sensed(control.pth_mg_dependence, permitted, 1.0)


@law
def _ncc(levels: Levels, control: Control, p: BodyParameters) -> float:
    """NCC activity called for [1]."""
    competence = permission(levels.mg, p.ncc_half_mg, p.ncc_mg_hill)
    return ncc_target(
        sensed(control.ncc_potassium_response, levels.k, 1.0),
        sensed(control.ncc_mg_dependence, competence, 1.0),
        p.ncc_k_exponent,
        p.ncc_mg_loss,
    )
