"""What is done to the body at one moment: supply, drugs, losses, and mechanisms switched off.

A condition (:mod:`sim.conditions.condition`) yields one of these for each span between events.
"""

from typing import NamedTuple


class Control(NamedTuple):
    """Everything imposed on the body, constant between events.

    Supply is in mmol/h. Drugs, defects and losses of function run from 0 (none) to 1 (full). The last
    group are gates: 1 is the living mechanism, 0 the mechanism switched off, which then sees its
    normal input.
    """

    oral_na: float
    oral_k: float
    oral_mg: float
    oral_ca: float
    infused_na: float = 0.0
    infused_k: float = 0.0
    infused_mg: float = 0.0
    infused_ca: float = 0.0
    carbohydrate: float = 0.0
    """Eaten in meals [g/h]."""
    insulin_infused: float = 0.0
    """Insulin given, over fasting [1]."""
    vomiting: float = 0.0
    diarrhoea: float = 0.0
    """Juice lost [L/h]."""

    mg_malabsorption: float = 0.0
    """Part of all Mg absorption that is lost (diseased or short bowel)."""
    proton_pump_inhibitor: float = 0.0
    """Part of the saturable path of Mg absorption that is lost, and some of the passive one."""
    ncc_loss: float = 0.0
    """Part of NCC taken away by a thiazide or a defect."""
    nkcc2_loss: float = 0.0
    """Part of NKCC2 taken away by a loop diuretic or a defect."""
    nephron_loss: float = 0.0
    """Part of the kidney that no longer filters or secretes."""
    aldosterone_excess: float = 1.0
    """Factor on the aldosterone that the body calls for."""
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
    "pump-mg-site": "the pump's Mg site sees normal free Mg",
    "pump-mgatp": "the pump's substrate is MgATP at normal free Mg",
    "k-leak-mg-block": "K leak channels see normal free Mg",
    "na-leak-mg-block": "the Na leak sees normal Mg outside",
    "pump-expression": "pump sites do not follow K",
    "proton-exchange": "no H enters for lost K",
    "volume-regulation": "K–Cl cotransport does not see swelling",
    "mg-influx-regulation": "Mg entry into cells is not held back by free Mg inside",
    "romk-mg-block": "ROMK sees normal tubule Mg",
    "ncc-potassium-response": "NCC does not follow K",
    "ncc-mg-dependence": "NCC follows K whatever Mg is",
    "renin-response": "renin stays at its normal level",
    "aldosterone-response": "aldosterone stays at its normal level",
    "aldosterone-mg-response": "aldosterone does not see Mg",
    "gut-potassium-signal": "the kidney does not hear of K in the gut",
    "acid-base-secretion": "K secretion does not follow plasma HCO3",
    "insulin-pump-drive": "insulin does not drive the pump",
    "mg-saving": "the kidney excretes its normal part of filtered Mg",
    "bone-exchange": "bone neither takes up nor gives Mg",
    "pth-mg-dependence": "secretion of PTH needs no Mg",
    "pth-resistance": "bone and kidney answer PTH whatever Mg is",
}
"""Mechanisms that can be switched off one by one, and what then happens."""
