"""What is done to the body at one moment: supply, drugs, hormones, and mechanisms switched off.

A condition (:mod:`sim.condition`) yields one of these for each span between events.
"""

from typing import NamedTuple


class Control(NamedTuple):
    """Everything imposed on the body, constant between events.

    Supply is in mmol/h. Drugs run from 0 (none) to 1 (full effect). The last group are gates: 1 is
    the living mechanism, 0 the mechanism switched off, which then sees its normal input.
    """

    oral_na: float
    oral_k: float
    oral_mg: float
    infused_na: float = 0.0
    infused_k: float = 0.0
    infused_mg: float = 0.0

    mg_malabsorption: float = 0.0
    """Part of all Mg absorption that is lost (diseased or short bowel)."""
    proton_pump_inhibitor: float = 0.0
    """Part of the saturable path of Mg absorption that is lost."""
    thiazide: float = 0.0
    loop_diuretic: float = 0.0
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
    romk_mg_block: float = 1.0
    ncc_potassium_response: float = 1.0
    ncc_mg_dependence: float = 1.0
    aldosterone_response: float = 1.0
    aldosterone_mg_response: float = 1.0
    bone_exchange: float = 1.0


KNOCK_OUTS = {
    "pump-mg-site": "the pump's Mg site sees normal free Mg",
    "pump-mgatp": "the pump's substrate is MgATP at normal free Mg",
    "k-leak-mg-block": "K leak channels see normal free Mg",
    "na-leak-mg-block": "the Na leak sees normal Mg outside",
    "pump-expression": "pump sites do not follow K",
    "proton-exchange": "no H enters for lost K",
    "romk-mg-block": "ROMK sees normal tubule Mg",
    "ncc-potassium-response": "NCC does not follow K",
    "ncc-mg-dependence": "NCC follows K whatever Mg is",
    "aldosterone-response": "aldosterone stays at its normal level",
    "aldosterone-mg-response": "aldosterone does not see Mg",
    "bone-exchange": "bone neither takes up nor gives Mg",
}
"""Mechanisms that can be switched off one by one, and what then happens."""
