"""Red cells: potential set by Cl, no protein synthesis, so pump sites are fixed."""

from typing import Annotated, NamedTuple

from sim.parameters.cell_types.cell_type import CellType
from sim.parameters.facts import ASSUME, FIT, MEASURED, Fact
from sim.parameters.sources import ASSUMED, FITTED, RED_CELL_MG

# fmt: off

class RedCellParameters(NamedTuple):
    """Where red cells differ from skeletal muscle; ``share`` is of all cell water."""

    share: Annotated[float, Fact(
        "1", "red cells' share of cell water: 2 L at 70 % water", ASSUMED, ASSUME, 0.04, 0.08)] = 0.06
    rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, red cell", ASSUMED, ASSUME, 7.0, 13.0)] = 10.0
    rest_k: Annotated[float, Fact(
        "mM", "K in cell water at rest, red cell", ASSUMED, ASSUME, 125.0, 150.0)] = 138.0
    rest_mg_free: Annotated[float, Fact(
        "mM", "free Mg in cell water at rest, red cell", RED_CELL_MG, MEASURED, 0.178, 0.205)] = 0.19
    rest_mg_total: Annotated[float, Fact(
        "mM", "Mg in cell water at rest, red cell", ASSUMED, ASSUME, 2.0, 4.0)] = 3.0
    rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, red cell", ASSUMED, ASSUME, -14.0, -7.0)] = -10.0
    pump_capacity: Annotated[float, Fact(
        "mmol/L/h", "maximal pump rate, red cell; about 1 mmol/L/h of cycles at rest",
        ASSUMED, ASSUME, 10.0, 40.0)] = 25.0
    pump_half_mg: Annotated[float, Fact(
        "mM", "free Mg at half pump rate, red cell", FITTED, FIT, 0.03, 0.3)] = 0.1
    expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, red cell: it makes no protein",
        ASSUMED, ASSUME, 0.0, 0.3)] = 0.0
    k_leak_gated_share: Annotated[float, Fact(
        "1", "share of the K leak that Mg blocks, red cell", FITTED, FIT, 0.0, 0.6)] = 0.3
    cl_over_k_permeability: Annotated[float, Fact(
        "1", "P_Cl/P_K at rest, red cell: Cl sets the potential", ASSUMED, ASSUME, 50.0, 500.0)] = 100.0
    kcl_cotransport: Annotated[float, Fact(
        "mmol/L/h", "K–Cl cotransport at rest, red cell", ASSUMED, ASSUME, 0.05, 0.4)] = 0.2
    mg_turnover: Annotated[float, Fact(
        "mmol/L/h", "Mg influx at rest, red cell", ASSUMED, ASSUME, 0.002, 0.05)] = 0.01
    proton_share: Annotated[float, Fact(
        "1", "fraction of lost K that H replaces, red cell", ASSUMED, ASSUME, 0.0, 0.5)] = 0.0

# fmt: on


RED_CELL = CellType(name="red_cell", title="red cells", parameters=RedCellParameters())
