"""Heart muscle."""

from typing import Annotated, NamedTuple

from sim.parameters.cell_types.cell_type import CellType
from sim.parameters.facts import ASSUME, MEASURED, Fact
from sim.parameters.sources import ASSUMED, DESPA_BERS_2003, TASHIRO_2005

# fmt: off

class HeartParameters(NamedTuple):
    """Where heart muscle differs from skeletal muscle; ``share`` is of all cell water."""

    share: Annotated[float, Fact(
        "1", "heart muscle's share of cell water: 0.3 kg", ASSUMED, ASSUME, 0.006, 0.012)] = 0.008
    rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, heart muscle", DESPA_BERS_2003, ASSUME, 6.0, 12.0)] = 9.0
    rest_mg_free: Annotated[float, Fact(
        "mM", "free Mg in cell water at rest, heart muscle", TASHIRO_2005, MEASURED, 0.75, 0.9)] = 0.82
    rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, heart muscle", ASSUMED, ASSUME, -90.0, -78.0)] = -84.0
    expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, heart muscle: it keeps its K",
        ASSUMED, ASSUME, 0.0, 1.0)] = 0.3

# fmt: on


HEART = CellType(name="heart", title="heart muscle", parameters=HeartParameters())
