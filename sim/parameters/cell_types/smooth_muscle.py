"""Vascular smooth muscle, whose Na sets arterial tone."""

from typing import Annotated, NamedTuple

from sim.parameters.cell_types.cell_type import CellType
from sim.parameters.facts import ASSUME, FIT, Fact
from sim.parameters.sources import ASSUMED, FITTED

# fmt: off

class SmoothMuscleParameters(NamedTuple):
    """Where vascular smooth muscle differs from skeletal muscle; ``share`` is of all cell water."""

    share: Annotated[float, Fact(
        "1", "vascular smooth muscle's share of cell water", ASSUMED, ASSUME, 0.005, 0.03)] = 0.012
    rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, smooth muscle", ASSUMED, ASSUME, 6.0, 15.0)] = 11.0
    rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, smooth muscle", ASSUMED, ASSUME, -65.0, -45.0)] = -55.0
    k_leak_gated_share: Annotated[float, Fact(
        "1", "share of the K leak that Mg blocks, smooth muscle", FITTED, FIT, 0.0, 0.6)] = 0.3
    expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, smooth muscle",
        ASSUMED, ASSUME, 0.0, 1.4)] = 0.5

# fmt: on


SMOOTH_MUSCLE = CellType(
    name="smooth_muscle", title="vascular smooth muscle", parameters=SmoothMuscleParameters()
)
