"""What the body outside the cells remembers, and constants that follow from its health."""

from typing import NamedTuple

from sim.laws.insulin import pump_drive
from sim.laws.ion_binding import ionised_concentration
from sim.laws.knock_out import sensed
from sim.laws.osmosis import fluid_volume
from sim.numerics.jit import law
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.cell import Fluid


class BodyState(NamedTuple):
    """What the body outside the cells remembers; also the rates of these per h.

    The second part are running totals. They make every balance checkable: what is in the body now is
    what was there at the start, plus what came in, less what went out.
    """

    ecf_na: float
    ecf_k: float
    ecf_mg: float
    ecf_ca: float
    ecf_cl: float
    ecf_hco3: float
    """Amounts in the extracellular fluid [mmol]."""
    water: float
    """Water of the whole body [L]."""
    osmoles: float
    """Osmoles of the whole body, cells included [mosm]."""
    gut_na: float
    gut_k: float
    gut_mg: float
    """Waiting in the gut [mmol]."""
    gut_carbohydrate: float
    """Waiting in the gut [g]."""
    bone_mg: float
    """Exchangeable bone Mg [mmol]."""
    renin: float
    aldosterone: float
    insulin: float
    pth: float
    pth_action: float
    ncc: float
    """Activity of hormones and transporters over normal; insulin over fasting [1]."""
    tubule_mg: float
    """Free Mg of distal tubule cells [mM]."""
    taken_na: float
    taken_k: float
    taken_mg: float
    taken_ca: float
    """Swallowed and infused [mmol]."""
    urine_na: float
    urine_k: float
    urine_mg: float
    urine_ca: float
    urine_hco3: float
    """Excreted [mmol]; HCO3 below zero is net acid."""
    stool_na: float
    stool_k: float
    stool_mg: float
    stool_ca: float
    stool_hco3: float
    """Lost with stool and vomit [mmol]; HCO3 below zero is H."""
    hco3_made: float
    """HCO3 left behind by H that entered cells [mmol]."""
    bone_ca: float
    """Ca that bone took up [mmol]."""


class RestingBody(NamedTuple):
    """Constants of the body that follow from its healthy state.

    See :func:`sim.physiology.body.resting_body`.
    """

    ecf_other_osmoles: float
    """Osmoles of the fluid beside Na, K, Cl and HCO3 [mosm]."""
    ecf_other_charge: float
    """Net negative charge of the fluid beside its ions [meq]; Mg and Ca count as they are kept, in all
    forms."""
    urine_na: float
    urine_k: float
    urine_ca: float
    """Healthy excretion [mmol/h]."""
    mg_excreted_fraction: float
    """Healthy part of filtered Mg in the urine [1]."""


class Levels(NamedTuple):
    """Plasma levels over normal that hormones, kidney and gut answer to [1]."""

    volume: float
    k: float
    hco3: float
    mg: float
    """Ionised Mg."""
    ca: float
    """Ionised Ca."""


@law
def fluid_of(b: BodyState, control: Control, p: BodyParameters, rest: RestingBody) -> Fluid:
    """Extracellular fluid that belongs to a state of the body."""
    osmoles = b.ecf_na + b.ecf_k + b.ecf_cl + b.ecf_hco3 + rest.ecf_other_osmoles
    volume = fluid_volume(osmoles, b.osmoles, b.water)
    mg = ionised_concentration(
        b.ecf_mg,
        volume,
        p.plasma_share,
        p.plasma_mg_complexed / p.plasma_mg_ionised,
        p.plasma_mg_bound / p.plasma_mg_ionised,
    )
    insulin = sensed(control.insulin_pump_drive, b.insulin, 1.0)
    return Fluid(
        b.ecf_na / volume,
        b.ecf_k / volume,
        b.ecf_cl / volume,
        b.ecf_hco3 / volume,
        mg,
        volume,
        b.osmoles / b.water,
        pump_drive(insulin, p.insulin_pump_gain, p.insulin_pump_half),
    )


@law
def ionised_calcium(b: BodyState, volume: float, p: BodyParameters) -> float:
    """Ionised Ca of the extracellular fluid [mM], of which the volume is given [L]."""
    return ionised_concentration(
        b.ecf_ca,
        volume,
        p.plasma_share,
        p.plasma_ca_complexed / p.plasma_ca_ionised,
        p.plasma_ca_bound / p.plasma_ca_ionised,
    )


@law
def levels_of(b: BodyState, fluid: Fluid, p: BodyParameters) -> Levels:
    """Plasma levels over normal in a state of the body."""
    return Levels(
        fluid.volume / p.ecf_volume,
        fluid.k / p.plasma_k,
        fluid.hco3 / p.plasma_hco3,
        fluid.mg / p.plasma_mg_ionised,
        ionised_calcium(b, fluid.volume, p) / p.plasma_ca_ionised,
    )
