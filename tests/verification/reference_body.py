"""The body of the reference model: fluid, gut, kidney, hormones and bone, every rate by its terms."""

from collections import namedtuple
from collections.abc import Sequence

import numpy as np

from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.quantities.units import HOURS_PER_DAY
from tests.verification.reference_cells import ReferenceFluid, gated

Terms = list[float]

BodyState = namedtuple(
    "BodyState",
    "ecf_na ecf_k ecf_mg ecf_ca ecf_cl ecf_hco3 water osmoles gut_na gut_k gut_mg "
    "gut_carbohydrate bone_mg renin aldosterone insulin pth pth_action ncc tubule_mg intake_na "
    "intake_k intake_mg intake_ca urine_na urine_k urine_mg urine_ca urine_hco3 stool_na "
    "stool_k stool_mg stool_ca stool_hco3 hco3_made bone_ca",
)
"""The body's part of the flat state, listed independently of the package."""


def fluid_of(
    b: BodyState, control: Control, p: BodyParameters, rest: dict[str, float]
) -> ReferenceFluid:
    """Extracellular fluid of a state of the body."""
    osmolality = b.osmoles / b.water
    dissolved = b.ecf_na + b.ecf_k + b.ecf_cl + b.ecf_hco3 + rest["ecf_other_osmoles"]
    volume = dissolved / osmolality
    gain, half = p.insulin_pump_gain, p.insulin_pump_half
    above_fasting = control.insulin_pump_drive * (b.insulin - 1.0)
    return ReferenceFluid(
        na=b.ecf_na / volume,
        k=b.ecf_k / volume,
        cl=b.ecf_cl / volume,
        hco3=b.ecf_hco3 / volume,
        mg=p.plasma_mg_ionised * b.ecf_mg / fluid_magnesium(volume, p),
        ca=p.plasma_ca_ionised * b.ecf_ca / fluid_calcium(volume, p),
        volume=volume,
        osmolality=osmolality,
        pump_drive=1.0 + gain - gain * half / (half + above_fasting),
    )


def fluid_magnesium(volume: float, p: BodyParameters) -> float:
    """Normal Mg of a volume in all forms [mmol]: ionised and complexed everywhere, bound in plasma."""
    return volume * (p.plasma_mg_ionised + p.plasma_mg_complexed + p.plasma_share * p.plasma_mg_bound)


def fluid_calcium(volume: float, p: BodyParameters) -> float:
    """Normal Ca of a volume in all forms [mmol]."""
    return volume * (p.plasma_ca_ionised + p.plasma_ca_complexed + p.plasma_share * p.plasma_ca_bound)


def healthy_body(p: BodyParameters) -> BodyState:
    """Body in steady state on the normal diet without meals, with running totals of zero."""
    volume, days = p.ecf_volume, 1.0 / HOURS_PER_DAY
    hormones = dict.fromkeys(("renin", "aldosterone", "insulin", "pth", "pth_action", "ncc"), 1.0)
    return BodyState(**dict.fromkeys(BodyState._fields, 0.0))._replace(
        ecf_na=volume * p.plasma_na,
        ecf_k=volume * p.plasma_k,
        ecf_mg=fluid_magnesium(volume, p),
        ecf_ca=fluid_calcium(volume, p),
        ecf_cl=volume * p.plasma_cl,
        ecf_hco3=volume * p.plasma_hco3,
        water=p.cell_water + volume,
        osmoles=(p.cell_water + volume) * p.osmolality,
        gut_na=p.intake_na * days * p.absorption_time,
        gut_k=p.intake_k * days * p.absorption_time,
        gut_mg=p.intake_mg * days * p.mg_transit,
        bone_mg=p.bone_mg,
        tubule_mg=p.tubule_mg,
        **hormones,
    )


def constants_of_body(p: BodyParameters) -> dict[str, float]:
    """Constants that follow from the healthy state, by the flattened names of BodyConstants."""
    salts = p.plasma_na + p.plasma_k + p.plasma_cl + p.plasma_hco3
    charge = p.plasma_na + p.plasma_k - p.plasma_cl - p.plasma_hco3
    divalents = fluid_magnesium(p.ecf_volume, p) + fluid_calcium(p.ecf_volume, p)
    fraction = _mg_fraction(p.intake_mg * p.mg_transit / HOURS_PER_DAY, 0.0, p)
    filtered = p.gfr * (p.plasma_mg_ionised + p.plasma_mg_complexed)
    return {
        "ecf_other_osmoles": p.ecf_volume * (p.osmolality - salts),
        "ecf_other_charge": p.ecf_volume * charge + 2.0 * divalents,
        "urine_na": p.intake_na * p.absorbed_na / HOURS_PER_DAY,
        "urine_k": p.intake_k * p.absorbed_k / HOURS_PER_DAY,
        "urine_mg": (fraction * p.intake_mg - p.mg_secreted) / HOURS_PER_DAY,
        "urine_ca": p.intake_ca * p.absorbed_ca / HOURS_PER_DAY,
        "mg_excreted_fraction": (fraction * p.intake_mg - p.mg_secreted) / filtered,
    }


def body_terms(
    b: BodyState,
    out: ReferenceFluid,
    taken_up: list[Terms],
    control: Control,
    p: BodyParameters,
    rest: dict[str, float],
) -> list[Terms]:
    """Terms of the rates of the body, given those of the uptake of all cells [mmol/h]."""
    up_na, up_k, up_mg, up_h, _ = taken_up
    urine = _urine(b, out, control, p, rest)
    gut, stool = _gut(b, out, control, p)
    mg = out.mg / p.plasma_mg_ionised
    mg_bone = _times(control.bone_exchange / p.bone_mg_time, [b.bone_mg, -p.bone_mg * mg])
    defended = p.bone_ca_floor + (1.0 - p.bone_ca_floor) * _effect(b.pth_action)
    ca_bone = _times(p.bone_ca_exchange * out.volume, [p.plasma_ca_ionised * defended, -out.ca])

    # Gain of the body; Cl accompanies every cation and replaces HCO3
    lost = {name: [*urine[name], *stool["juice_" + name]] for name in ("na", "k", "mg", "ca", "hco3")}
    gain_na = [gut["na"], control.infused.na, *_times(-1.0, lost["na"])]
    gain_k = [gut["k"], control.infused.k, *_times(-1.0, lost["k"])]
    gain_mg = [gut["mg"], control.infused.mg, *mg_bone, *_times(-1.0, lost["mg"])]
    gain_ca = [gut["ca"], control.infused.ca, *ca_bone, *_times(-1.0, lost["ca"])]
    gain_cl = [*gain_na, *gain_k, *_times(2.0, gain_mg), *_times(2.0, gain_ca), *lost["hco3"]]
    cl_into_cells = [*up_na, *up_k, *_times(2.0, up_mg), *up_h]
    gain_hco3 = [*up_h, *_times(-1.0, lost["hco3"])]
    rates = {
        "ecf_na": [*gain_na, *_times(-1.0, up_na)],
        "ecf_k": [*gain_k, *_times(-1.0, up_k)],
        "ecf_mg": [*gain_mg, *_times(-1.0, up_mg)],
        "ecf_ca": gain_ca,
        "ecf_cl": [*gain_cl, *_times(-1.0, cl_into_cells)],
        "ecf_hco3": gain_hco3,
        "water": _times(1.0 / p.water_time, [b.water * out.osmolality / p.osmolality, -b.water]),
        "osmoles": [*gain_na, *gain_k, *gain_cl, *gain_hco3],
        "gut_na": [control.oral.na, -b.gut_na / p.absorption_time],
        "gut_k": [control.oral.k, -b.gut_k / p.absorption_time],
        "gut_mg": [control.oral.mg, -b.gut_mg / p.mg_transit],
        "gut_carbohydrate": [control.carbohydrate, -b.gut_carbohydrate / p.carbohydrate_time],
        "bone_mg": _times(-1.0, mg_bone),
        "bone_ca": _times(-1.0, ca_bone),
        "hco3_made": up_h,
        **_regulators(b, out, control, p),
    }
    for ion in ("na", "k", "mg", "ca"):
        swallowed, infused = (getattr(supply, ion) for supply in (control.oral, control.infused))
        rates[f"intake_{ion}"] = [swallowed, infused]
        rates[f"urine_{ion}"] = urine[ion]
        rates[f"stool_{ion}"] = [*stool[ion], *stool["juice_" + ion]]
    rates["urine_hco3"], rates["stool_hco3"] = urine["hco3"], stool["juice_hco3"]
    return [rates[name] for name in BodyState._fields]


def _gut(
    b: BodyState, out: ReferenceFluid, control: Control, p: BodyParameters
) -> tuple[dict[str, float], dict[str, Terms]]:
    """Absorption, and losses in stool and with digestive juices [mmol/h]."""
    from_na, from_k = b.gut_na / p.absorption_time, b.gut_k / p.absorption_time
    from_mg = b.gut_mg / p.mg_transit
    mg_part = _mg_fraction(b.gut_mg, control.proton_pump_inhibitor, p)
    mg_part *= 1.0 - control.mg_malabsorption
    needs_pth = 1.0 - p.ca_absorption_independent
    ca_part = p.absorbed_ca * (1.0 + needs_pth * (_effect(b.pth_action) - 1.0))
    absorbed = {
        "na": p.absorbed_na * from_na,
        "k": p.absorbed_k * from_k,
        "mg": mg_part * from_mg,
        "ca": ca_part * control.oral.ca,
    }
    na, k = out.na / p.plasma_na, out.k / p.plasma_k
    mg, hco3 = out.mg / p.plasma_mg_ionised, out.hco3 / p.plasma_hco3
    vomit, water = control.vomiting, control.diarrhoea
    return absorbed, {
        "na": [(1.0 - p.absorbed_na) * from_na],
        "k": [(1.0 - p.absorbed_k) * from_k],
        "mg": [(1.0 - mg_part) * from_mg],
        "ca": [control.oral.ca, -absorbed["ca"]],
        "juice_na": [vomit * p.vomit_na * na, water * p.diarrhoea_na * na],
        "juice_k": [vomit * p.vomit_k * k, water * p.diarrhoea_k * k],
        "juice_mg": [p.mg_secreted / HOURS_PER_DAY * mg, water * p.diarrhoea_mg * mg],
        "juice_ca": [],
        "juice_hco3": [water * p.diarrhoea_hco3 * hco3, -vomit * p.vomit_h],
    }


def _mg_fraction(content: float, inhibitor: float, p: BodyParameters) -> float:
    """Fraction of the Mg leaving the gut that is absorbed in health [1]."""
    filling = 1.0 + content / p.mg_absorption_half
    saturable = (1.0 - inhibitor) * p.mg_absorption_active / p.mg_absorption_half / filling**2
    return saturable + p.mg_absorption_passive * (1.0 - inhibitor * p.inhibitor_passive_loss)


def _urine(
    b: BodyState, out: ReferenceFluid, control: Control, p: BodyParameters, rest: dict[str, float]
) -> dict[str, Terms]:
    """Urinary excretion [mmol/h]."""
    k, mg = out.k / p.plasma_k, out.mg / p.plasma_mg_ionised
    volume, ca = out.volume / p.ecf_volume, out.ca / p.plasma_ca_ionised
    no_ncc, no_nkcc2, left = control.ncc_loss, control.nkcc2_loss, 1.0 - control.nephron_loss

    # Na
    na = rest["urine_na"] * volume**p.na_volume_exponent / b.aldosterone**p.na_aldosterone_exponent
    na *= (1.0 + p.thiazide_natriuresis * no_ncc) * (1.0 + p.loop_natriuresis * no_nkcc2)

    # K: obligatory loss, and secretion by plasma K, aldosterone, ROMK, delivery, pH and gut
    mg_in_tubule = gated(control.romk_mg_block, b.tubule_mg, p.tubule_mg)
    romk = (p.romk_half_mg + p.tubule_mg) / (p.romk_half_mg + mg_in_tubule)
    romk *= 1.0 - control.romk_block
    taken_by_ncc = p.ncc_uptake_ratio * b.ncc * (1.0 - no_ncc)
    delivery = (1.0 + p.ncc_uptake_ratio) / (1.0 + taken_by_ncc) * (1.0 + p.loop_delivery * no_nkcc2)
    delivery *= volume**p.delivery_volume_exponent / left
    alkaline = gated(control.acid_base_secretion, out.hco3 / p.plasma_hco3, 1.0)
    signal = p.absorbed_k * b.gut_k / p.absorption_time / rest["urine_k"]
    signal = gated(control.gut_potassium_signal, signal, 1.0)
    gain, half = p.k_feed_forward, p.k_feed_forward_half
    always = p.k_obligatory / HOURS_PER_DAY
    secretion = (
        k**p.k_secretion_exponent
        * b.aldosterone**p.k_aldosterone_exponent
        * delivery**p.k_delivery_exponent
        * alkaline**p.k_hco3_exponent
        * romk
        * (1.0 + gain - gain * (1.0 + half) / (signal + half))
    )

    # Mg
    usual, least = rest["mg_excreted_fraction"], p.mg_excreted_floor
    seen = gated(control.mg_saving, mg, 1.0)
    odds = least + seen**p.mg_excreted_exponent * (usual - least) / (1.0 - usual)
    odds += p.ncc_mg_escape * no_ncc + p.nkcc2_mg_escape * no_nkcc2
    filtered = p.gfr / HOURS_PER_DAY * mg * (p.plasma_mg_ionised + p.plasma_mg_complexed)

    # Ca
    handled = (1.0 - p.thiazide_ca_saving * no_ncc) * (1.0 + p.loop_ca_wasting * no_nkcc2)
    unsaved = 1.0 / (1.0 - p.urine_ca_saving / (1.0 + p.urine_ca_saving) * (1.0 - b.pth_action))
    return {
        "na": [left * na],
        "k": [left * always * k, left * (rest["urine_k"] - always) * secretion],
        "mg": [left * filtered * odds / (odds + 1.0 - least)],
        "ca": [left * rest["urine_ca"] * handled * unsaved * ca**p.urine_ca_exponent],
        "hco3": _times(
            1.0 / p.bicarbonate_time,
            [
                b.ecf_hco3,
                -p.plasma_hco3
                * out.volume
                * np.clip(out.cl / p.plasma_cl, 0.4, 2.0) ** -p.bicarbonate_cl_exponent,
            ],
        ),
    }


def _regulators(
    b: BodyState, out: ReferenceFluid, control: Control, p: BodyParameters
) -> dict[str, Terms]:
    """Approach of hormones and slow regulators to their targets."""
    mg, volume = out.mg / p.plasma_mg_ionised, out.volume / p.ecf_volume

    # Renin, aldosterone
    renin = gated(control.renin_response, volume**-p.renin_volume_exponent, 1.0)
    deficit = control.aldosterone_mg_response * (1.0 - mg)
    exponent = p.aldosterone_k_slope * (out.k - p.plasma_k) + p.aldosterone_mg_gain * deficit
    aldosterone = b.renin**p.aldosterone_renin_exponent * np.exp(exponent)
    aldosterone = control.aldosterone_excess * gated(control.aldosterone_response, aldosterone, 1.0)

    # Insulin
    carbohydrate = b.gut_carbohydrate / p.carbohydrate_time
    insulin = 1.0 + control.insulin_infused + p.insulin_gain * carbohydrate

    # PTH: a receptor of Ca and some Mg; secretion and action require Mg
    normal = p.plasma_ca_ionised + p.pth_mg_weight * p.plasma_mg_ionised
    sensed = (out.ca + p.pth_mg_weight * out.mg) / normal
    hill = p.pth_ca_hill
    pth = (1.0 + p.pth_ca_half**-hill) / (1.0 + (sensed / p.pth_ca_half) ** hill)
    pth = p.pth_floor + (1.0 - p.pth_floor) * pth
    pth *= gated(control.pth_mg_dependence, _mg_dependence(mg, p.pth_half_mg, p.pth_mg_hill), 1.0)
    heard = gated(control.pth_resistance, _mg_dependence(mg, p.pth_action_half_mg, p.pth_mg_hill), 1.0)

    # NCC
    competence = _mg_dependence(mg, p.ncc_half_mg, p.ncc_mg_hill)
    competence = gated(control.ncc_mg_dependence, competence, 1.0)
    k_for_ncc = gated(control.ncc_potassium_response, out.k / p.plasma_k, 1.0)
    ncc = k_for_ncc ** (-p.ncc_k_exponent * competence)
    ncc *= 1.0 - p.ncc_mg_loss + p.ncc_mg_loss * competence
    return {
        "renin": _approach(b.renin, renin, p.renin_time),
        "aldosterone": _approach(b.aldosterone, aldosterone, p.aldosterone_time),
        "insulin": _approach(b.insulin, insulin, p.insulin_time),
        "pth": _approach(b.pth, pth, p.pth_time),
        "pth_action": _approach(b.pth_action, b.pth * heard, p.pth_action_time),
        "ncc": _approach(b.ncc, ncc, p.ncc_time),
        "tubule_mg": _approach(b.tubule_mg, p.tubule_mg * mg, p.tubule_mg_time),
    }


def _mg_dependence(mg: float, half: float, hill: float) -> float:
    """Relative activity of a Mg-dependent mechanism [1]."""
    return (1.0 + half**hill) / (1.0 + (half / mg) ** hill)


def _effect(action: float) -> float:
    """Effect of the action of PTH, which saturates at twice the normal effect [1]."""
    return 2.0 - 2.0 / (1.0 + action)


def _times(factor: float, terms: Sequence[float]) -> Terms:
    """Terms multiplied by a number."""
    return [factor * term for term in terms]


def _approach(level: float, target: float, time: float) -> Terms:
    """Terms of a first-order approach."""
    return [target / time, -level / time]
