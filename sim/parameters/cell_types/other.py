"""All other cells: liver, gut, connective tissue, brain."""

from typing import Annotated, NamedTuple

from sim.parameters.cell_types.cell_type import CellType
from sim.parameters.facts import ASSUME, Fact
from sim.parameters.sources import ASSUMED

# fmt: off

class OtherParameters(NamedTuple):
    """Where other cells differ from skeletal muscle; ``share`` is of all cell water."""

    share: Annotated[float, Fact(
        "1", "other cells' share of cell water", ASSUMED, ASSUME, 0.1, 0.3)] = 0.18
    rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, other cells", ASSUMED, ASSUME, 8.0, 18.0)] = 12.0
    rest_mg_total: Annotated[float, Fact(
        "mM", "Mg in cell water at rest, other cells", ASSUMED, ASSUME, 7.0, 15.0)] = 11.0
    rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, other cells", ASSUMED, ASSUME, -75.0, -40.0)] = -60.0
    expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, other cells", ASSUMED, ASSUME, 0.0, 1.4)] = 0.5

# fmt: on


OTHER = CellType(name="other", title="other cells", parameters=OtherParameters())
