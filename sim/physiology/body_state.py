"""State of the body outside the cells, and the plasma levels that follow from it."""

from typing import NamedTuple

from sim.laws.insulin import pump_drive
from sim.laws.ion_binding import ionised_concentration
from sim.laws.knock_out import gated_input
from sim.laws.osmosis import fluid_volume
from sim.numerics.jit import law
from sim.numerics.layout import vector_reader, vector_writer
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control
from sim.physiology.fluid import Fluid
from sim.quantities.amounts import Amounts


class GutContent(NamedTuple):
    """Content of the absorbing gut, and its rate of change.

    Ca has no pool here: it is absorbed as it is taken in.
    """

    na: float
    k: float
    mg: float
    """[mmol]"""
    carbohydrate: float
    """[g]"""


class BodyState(NamedTuple):
    """State of the body outside the cells; also the rates of change of these per h.

    The second part are running totals. They make every balance checkable: what is in the body now is
    what was there at the start, plus intake, minus output.

    The order of fields is part of results and checkpoints: append only, or say "results move".
    """

    ecf: Amounts
    ecf_cl: float
    ecf_hco3: float
    """Amounts in the extracellular fluid [mmol]."""
    water: float
    """Total body water [L]."""
    osmoles: float
    """Osmoles of the whole body, cells included [mosm]."""
    gut: GutContent
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
    intake: Amounts
    """Running total of oral and infused amounts [mmol]."""
    urine: Amounts
    urine_hco3: float
    """Running total of excretion [mmol]; negative HCO3 is net acid."""
    stool: Amounts
    stool_hco3: float
    """Running total of losses with stool and vomit [mmol]; negative HCO3 is H."""
    hco3_made: float
    """HCO3 left behind by H that entered cells [mmol]."""
    bone_ca: float
    """Ca taken up by bone [mmol]."""


read_body = vector_reader(BodyState)
write_body = vector_writer(BodyState)
"""Read and write the body's part of the flat state vector."""


class BodyConstants(NamedTuple):
    """Constants of the body that follow from its healthy steady state.

    See :func:`sim.physiology.body.body_constants`.
    """

    ecf_other_osmoles: float
    """Osmoles of the fluid other than Na, K, Cl and HCO3 [mosm]."""
    ecf_other_charge: float
    """Net negative charge of the fluid other than its ions [meq]; Mg and Ca count in all forms."""
    urine: Amounts
    """Healthy excretion [mmol/h]."""
    mg_excreted_fraction: float
    """Healthy fraction of filtered Mg in the urine [1]."""


class Levels(NamedTuple):
    """Plasma levels over normal that hormones, kidney and gut respond to [1]."""

    volume: float
    k: float
    hco3: float
    mg: float
    """Ionised Mg."""
    ca: float
    """Ionised Ca."""


@law
def fluid_of(b: BodyState, control: Control, p: BodyParameters, constants: BodyConstants) -> Fluid:
    """Extracellular fluid that belongs to a state of the body."""
    osmoles = b.ecf.na + b.ecf.k + b.ecf_cl + b.ecf_hco3 + constants.ecf_other_osmoles
    volume = fluid_volume(osmoles, b.osmoles, b.water)
    mg = ionised_concentration(
        b.ecf.mg,
        volume,
        p.plasma_share,
        p.plasma_mg_complexed / p.plasma_mg_ionised,
        p.plasma_mg_bound / p.plasma_mg_ionised,
    )
    insulin = gated_input(control.insulin_pump_drive, b.insulin, 1.0)
    return Fluid(
        na=b.ecf.na / volume,
        k=b.ecf.k / volume,
        cl=b.ecf_cl / volume,
        hco3=b.ecf_hco3 / volume,
        mg=mg,
        volume=volume,
        osmolality=b.osmoles / b.water,
        pump_drive=pump_drive(insulin, p.insulin_pump_gain, p.insulin_pump_half),
    )


@law
def ionised_calcium(b: BodyState, volume: float, p: BodyParameters) -> float:
    """Ionised Ca of the extracellular fluid [mM], of which the volume is given [L]."""
    return ionised_concentration(
        b.ecf.ca,
        volume,
        p.plasma_share,
        p.plasma_ca_complexed / p.plasma_ca_ionised,
        p.plasma_ca_bound / p.plasma_ca_ionised,
    )


@law
def levels_of(b: BodyState, fluid: Fluid, p: BodyParameters) -> Levels:
    """Plasma levels over normal in a state of the body."""
    return Levels(
        volume=fluid.volume / p.ecf_volume,
        k=fluid.k / p.plasma_k,
        hco3=fluid.hco3 / p.plasma_hco3,
        mg=fluid.mg / p.plasma_mg_ionised,
        ca=ionised_calcium(b, fluid.volume, p) / p.plasma_ca_ionised,
    )
