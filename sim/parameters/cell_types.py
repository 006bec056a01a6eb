"""What sets other cells apart from skeletal muscle, whose numbers are in :mod:`sim.parameters.cell`.

A number is called after its type and the parameter of the typical cell that it replaces; ``share`` is
the type's part of all cell water. Skeletal muscle has what the others leave.
"""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, FIT, MEASURED, Fact
from sim.parameters.sources import ASSUMED, DESPA_BERS_2003, FITTED, RED_CELL_MG, TASHIRO_2005

# fmt: off

CELL_TYPES = ("muscle", "red_cell", "heart", "smooth_muscle", "other")
"""Types of cells, in the order in which a population holds them."""

TITLES = {
    "muscle": "skeletal muscle", "red_cell": "red cells", "heart": "heart muscle",
    "smooth_muscle": "vascular smooth muscle", "other": "other cells",
}
"""Types in words."""


class TypeParameters(NamedTuple):
    """Numbers of the other types of cells where they differ from skeletal muscle."""

    red_cell_share: Annotated[float, Fact(
        "1", "red cells' part of cell water: 2 L at 70 % water", ASSUMED, ASSUME, 0.04, 0.08)] = 0.06
    red_cell_rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, red cell", ASSUMED, ASSUME, 7.0, 13.0)] = 10.0
    red_cell_rest_k: Annotated[float, Fact(
        "mM", "K in cell water at rest, red cell", ASSUMED, ASSUME, 125.0, 150.0)] = 138.0
    red_cell_rest_mg_free: Annotated[float, Fact(
        "mM", "free Mg in cell water at rest, red cell", RED_CELL_MG, MEASURED, 0.178, 0.205)] = 0.19
    red_cell_rest_mg_total: Annotated[float, Fact(
        "mM", "Mg in cell water at rest, red cell", ASSUMED, ASSUME, 2.0, 4.0)] = 3.0
    red_cell_rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, red cell", ASSUMED, ASSUME, -14.0, -7.0)] = -10.0
    red_cell_pump_capacity: Annotated[float, Fact(
        "mmol/L/h", "greatest pump rate, red cell; about 1 mmol/L/h of cycles at rest",
        ASSUMED, ASSUME, 10.0, 40.0)] = 25.0
    red_cell_pump_half_mg: Annotated[float, Fact(
        "mM", "free Mg at half pump rate, red cell", FITTED, FIT, 0.03, 0.3)] = 0.1
    red_cell_expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, red cell: it makes no protein",
        ASSUMED, ASSUME, 0.0, 0.3)] = 0.0
    red_cell_k_leak_gated_share: Annotated[float, Fact(
        "1", "share of the K leak that Mg blocks, red cell", FITTED, FIT, 0.0, 0.6)] = 0.3
    red_cell_cl_over_k_permeability: Annotated[float, Fact(
        "1", "P_Cl/P_K at rest, red cell: Cl sets the potential", ASSUMED, ASSUME, 50.0, 500.0)] = 100.0
    red_cell_kcl_cotransport: Annotated[float, Fact(
        "mmol/L/h", "K–Cl cotransport at rest, red cell", ASSUMED, ASSUME, 0.05, 0.4)] = 0.2
    red_cell_mg_turnover: Annotated[float, Fact(
        "mmol/L/h", "Mg influx at rest, red cell", ASSUMED, ASSUME, 0.002, 0.05)] = 0.01
    red_cell_proton_share: Annotated[float, Fact(
        "1", "part of lost K that H replaces, red cell", ASSUMED, ASSUME, 0.0, 0.5)] = 0.0

    heart_share: Annotated[float, Fact(
        "1", "heart muscle's part of cell water: 0.3 kg", ASSUMED, ASSUME, 0.006, 0.012)] = 0.008
    heart_rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, heart muscle", DESPA_BERS_2003, ASSUME, 6.0, 12.0)] = 9.0
    heart_rest_mg_free: Annotated[float, Fact(
        "mM", "free Mg in cell water at rest, heart muscle", TASHIRO_2005, MEASURED, 0.75, 0.9)] = 0.82
    heart_rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, heart muscle", ASSUMED, ASSUME, -90.0, -78.0)] = -84.0
    heart_expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, heart muscle: it keeps its K",
        ASSUMED, ASSUME, 0.0, 1.0)] = 0.3

    smooth_muscle_share: Annotated[float, Fact(
        "1", "vascular smooth muscle's part of cell water", ASSUMED, ASSUME, 0.005, 0.03)] = 0.012
    smooth_muscle_rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, smooth muscle", ASSUMED, ASSUME, 6.0, 15.0)] = 11.0
    smooth_muscle_rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, smooth muscle", ASSUMED, ASSUME, -65.0, -45.0)] = -55.0
    smooth_muscle_k_leak_gated_share: Annotated[float, Fact(
        "1", "share of the K leak that Mg blocks, smooth muscle", FITTED, FIT, 0.0, 0.6)] = 0.3
    smooth_muscle_expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, smooth muscle",
        ASSUMED, ASSUME, 0.0, 1.4)] = 0.5

    other_share: Annotated[float, Fact(
        "1", "other cells' part of cell water", ASSUMED, ASSUME, 0.1, 0.3)] = 0.18
    other_rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest, other cells", ASSUMED, ASSUME, 8.0, 18.0)] = 12.0
    other_rest_mg_total: Annotated[float, Fact(
        "mM", "Mg in cell water at rest, other cells", ASSUMED, ASSUME, 7.0, 15.0)] = 11.0
    other_rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest, other cells", ASSUMED, ASSUME, -75.0, -40.0)] = -60.0
    other_expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent, other cells", ASSUMED, ASSUME, 0.0, 1.4)] = 0.5
