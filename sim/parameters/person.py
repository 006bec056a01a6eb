"""How healthy persons differ from one another (widths of logarithms)."""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, DERIVED, Fact
from sim.parameters.sources import (
    ASSUMED,
    COGSWELL_2012,
    DORUP_1988,
    GREWAL_BLAKE_2005,
    HEALTHY_MG_2023,
    IOM_1997,
    KJELDSEN_1990,
    MILLAR_1984,
    RYSCHON_1996,
    SERUM_K_TRIAL,
)

# fmt: off

class PersonParameters(NamedTuple):
    """SD of the logarithm between healthy persons, within-person variation taken off where known."""

    sd_body_size: Annotated[float, Fact(
        "1", "body water and all that scales with it: 8 % within a sex and age, 24 % over all adults",
        ASSUMED, ASSUME, 0.08, 0.24)] = 0.11
    sd_gfr: Annotated[float, Fact(
        "1", "glomerular filtration at equal body size", GREWAL_BLAKE_2005, DERIVED, 0.1, 0.2)] = 0.14
    sd_intake_na: Annotated[float, Fact(
        "1", "usual Na intake", COGSWELL_2012, DERIVED, 0.2, 0.35)] = 0.27
    sd_intake_k: Annotated[float, Fact(
        "1", "usual K intake", ASSUMED, ASSUME, 0.2, 0.35)] = 0.26
    sd_intake_mg: Annotated[float, Fact(
        "1", "usual Mg intake", IOM_1997, DERIVED, 0.25, 0.35)] = 0.30
    sd_intake_ca: Annotated[float, Fact(
        "1", "usual Ca intake", ASSUMED, ASSUME, 0.3, 0.42)] = 0.38
    correlation_intakes: Annotated[float, Fact(
        "1", "correlation of the logarithms of any two intakes, which share the amount of food",
        ASSUMED, ASSUME, 0.2, 0.8)] = 0.5
    sd_plasma_k: Annotated[float, Fact(
        "1", "normal plasma K", SERUM_K_TRIAL, DERIVED, 0.03, 0.07)] = 0.052
    sd_plasma_mg: Annotated[float, Fact(
        "1", "normal plasma Mg in all forms", HEALTHY_MG_2023, DERIVED, 0.03, 0.08)] = 0.05
    sd_cell_mg: Annotated[float, Fact(
        "1", "Mg content of cells", DORUP_1988, DERIVED, 0.05, 0.12)] = 0.09
    sd_free_mg: Annotated[float, Fact(
        "1", "free Mg of cells", RYSCHON_1996, DERIVED, 0.1, 0.2)] = 0.17
    sd_mg_absorption: Annotated[float, Fact(
        "1", "saturable Mg absorption: 7 to 25 % in studies with stable isotopes",
        ASSUMED, ASSUME, 0.07, 0.25)] = 0.15
    sd_pump_sites: Annotated[float, Fact(
        "1", "pump sites of all cells", KJELDSEN_1990, DERIVED, 0.09, 0.16)] = 0.12
    sd_person_na_leak: Annotated[float, Fact(
        "1", "Na leak of all cells; from that of red cells", MILLAR_1984, DERIVED, 0.1, 0.3)] = 0.25
