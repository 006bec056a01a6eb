"""How cells differ from one another and fluctuate in time."""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, DERIVED, FIT, Fact
from sim.parameters.sources import (
    AHLEMEYER_1992,
    ASSUMED,
    DORUP_1988,
    FITTED,
    SIGAL_2006,
)

# fmt: off

class PopulationParameters(NamedTuple):
    """How cells differ from one another and fluctuate in time (log-normal widths)."""

    median_pump_capacity: Annotated[float, Fact(
        "1", "median pump capacity of cells over the typical body's, one by definition",
        ASSUMED, ASSUME, 0.7, 1.4)] = 1.0
    median_na_leak: Annotated[float, Fact(
        "1", "median Na leak of cells over the typical body's, one by definition",
        ASSUMED, ASSUME, 0.5, 2.0)] = 1.0
    sd_pump_capacity: Annotated[float, Fact(
        "1", "SD of log pump capacity between cells", DORUP_1988, DERIVED, 0.05, 0.3)] = 0.15
    sd_k_leak: Annotated[float, Fact(
        "1", "SD of log K leak between cells", FITTED, FIT, 0.0, 0.5)] = 0.2
    sd_na_leak: Annotated[float, Fact(
        "1", "SD of log Na leak between cells; single-cell Na_i spans 3–18 mM",
        AHLEMEYER_1992, FIT, 0.0, 0.65)] = 0.3
    sd_size: Annotated[float, Fact(
        "1", "SD of log cell size", ASSUMED, ASSUME, 0.0, 0.6)] = 0.3

    correlation_pump_k_leak: Annotated[float, Fact(
        "1", "correlation of log pump capacity and log K leak",
        ASSUMED, ASSUME, 0.0, 0.9)] = 0.5
    correlation_pump_na_leak: Annotated[float, Fact(
        "1", "correlation of log pump capacity and log Na leak",
        ASSUMED, ASSUME, 0.0, 0.9)] = 0.5
    correlation_leaks: Annotated[float, Fact(
        "1", "correlation of log K leak and log Na leak", ASSUMED, ASSUME, 0.0, 0.9)] = 0.3

    noise_pump: Annotated[float, Fact(
        "1", "SD of the fluctuation of log pump capacity", SIGAL_2006, ASSUME, 0.0, 0.3)] = 0.15
    noise_leak: Annotated[float, Fact(
        "1", "SD of the fluctuation of log leak, the same for K and Na",
        SIGAL_2006, ASSUME, 0.0, 0.3)] = 0.15
    noise_time: Annotated[float, Fact(
        "h", "correlation time of the fluctuations", SIGAL_2006, ASSUME, 6.0, 120.0)] = 48.0
