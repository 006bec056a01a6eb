"""Inputs of the model at one moment: supply, drugs, losses, and mechanisms that are switched off.

A condition yields one :class:`Control` for each span between events.
"""

from typing import NamedTuple

from sim.quantities.amounts import NO_AMOUNTS, Amounts


class Control(NamedTuple):
    """Everything imposed on the body, constant between events.

    Supply is in mmol/h. Drugs, defects and losses of function run from 0 (none) to 1 (full). The last
    group are gates: 1 is the intact mechanism, 0 the knock-out, whose input stays normal.

    The order of fields is part of checkpoints: append only.
    """

    oral: Amounts
    infused: Amounts = NO_AMOUNTS
    """Supply by mouth and by vein [mmol/h]."""
    carbohydrate: float = 0.0
    """Carbohydrate of meals [g/h]."""
    insulin_infused: float = 0.0
    """Exogenous insulin, over fasting [1]."""
    vomiting: float = 0.0
    diarrhoea: float = 0.0
    """Loss of gastric juice and of stool water [L/h]."""

    mg_malabsorption: float = 0.0
    """Fraction of all Mg absorption that is lost (diseased or short bowel)."""
    proton_pump_inhibitor: float = 0.0
    """Fraction of the saturable path of Mg absorption that is lost, and some of the passive one."""
    ncc_loss: float = 0.0
    """Fraction of NCC blocked by a thiazide or lost by a defect."""
    nkcc2_loss: float = 0.0
    """Fraction of NKCC2 blocked by a loop diuretic or lost by a defect."""
    nephron_loss: float = 0.0
    """Fraction of the nephrons that no longer filter or secrete."""
    aldosterone_excess: float = 1.0
    """Factor on regulated aldosterone."""
    pump_inhibition: float = 0.0
    romk_block: float = 0.0

    pump_mg_site: float = 1.0
    pump_mgatp: float = 1.0
    k_leak_mg_block: float = 1.0
    na_leak_mg_block: float = 1.0
    pump_expression: float = 1.0
    proton_exchange: float = 1.0
    volume_regulation: float = 1.0
    mg_influx_regulation: float = 1.0
    romk_mg_block: float = 1.0
    ncc_potassium_response: float = 1.0
    ncc_mg_dependence: float = 1.0
    renin_response: float = 1.0
    aldosterone_response: float = 1.0
    aldosterone_mg_response: float = 1.0
    gut_potassium_signal: float = 1.0
    acid_base_secretion: float = 1.0
    insulin_pump_drive: float = 1.0
    mg_saving: float = 1.0
    bone_exchange: float = 1.0
    pth_mg_dependence: float = 1.0
    pth_resistance: float = 1.0


KNOCK_OUTS = {
    "pump-mg-site": "free Mg at the pump's Mg site stays normal",
    "pump-mgatp": "MgATP at the pump stays that of normal free Mg",
    "k-leak-mg-block": "free Mg at K leak channels stays normal",
    "na-leak-mg-block": "extracellular Mg at the Na leak stays normal",
    "pump-expression": "pump sites do not follow K",
    "proton-exchange": "no H enters in exchange for lost K",
    "volume-regulation": "K–Cl cotransport does not respond to swelling",
    "mg-influx-regulation": "Mg entry into cells is not inhibited by free Mg inside",
    "romk-mg-block": "tubule Mg at ROMK stays normal",
    "ncc-potassium-response": "NCC does not respond to K",
    "ncc-mg-dependence": "NCC responds to K at any Mg",
    "renin-response": "renin stays at its normal level",
    "aldosterone-response": "aldosterone stays at its normal level",
    "aldosterone-mg-response": "aldosterone does not respond to Mg",
    "gut-potassium-signal": "K in the gut does not act on the kidney",
    "acid-base-secretion": "K secretion does not follow plasma HCO3",
    "insulin-pump-drive": "insulin does not drive the pump",
    "mg-saving": "the kidney excretes its normal fraction of filtered Mg",
    "bone-exchange": "bone neither takes up nor releases Mg",
    "pth-mg-dependence": "secretion of PTH does not depend on Mg",
    "pth-resistance": "bone and kidney respond to PTH at any Mg",
}
"""Mechanisms that can be switched off one by one, with the effect of each knock-out."""
