"""The extracellular fluid around the cells."""

from typing import NamedTuple

from sim.parameters import BodyParameters


class Fluid(NamedTuple):
    """Extracellular fluid around the cells [mM], with its volume [L] and osmolality [mosm/L]."""

    na: float
    k: float
    cl: float
    hco3: float
    mg: float
    """Ionised Mg."""
    volume: float
    osmolality: float
    pump_drive: float
    """Factor of insulin on pump capacity [1]."""


def normal_fluid(p: BodyParameters) -> Fluid:
    """Extracellular fluid of the healthy body."""
    return Fluid(
        na=p.plasma_na,
        k=p.plasma_k,
        cl=p.plasma_cl,
        hco3=p.plasma_hco3,
        mg=p.plasma_mg_ionised,
        volume=p.ecf_volume,
        osmolality=p.osmolality,
        pump_drive=1.0,
    )
