"""Numbers behind clinical signs: pressure, excitability, QTc. They feed nothing back."""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, FIT, MEASURED, Fact
from sim.parameters.sources import ASSUMED, BLAUSTEIN_1977, FITTED, PIPETCPT_QSP

# fmt: off

class SignParameters(NamedTuple):
    """Numbers that turn the body's state into clinical signs."""

    pressure: Annotated[float, Fact(
        "mmHg", "mean arterial pressure of the healthy body", ASSUMED, ASSUME, 80.0, 110.0)] = 93.0
    pressure_volume_exponent: Annotated[float, Fact(
        "1", "pressure follows extracellular volume to this exponent",
        FITTED, FIT, 0.3, 3.0)] = 1.0
    pressure_na_exponent: Annotated[float, Fact(
        "1", "pressure follows Na of smooth muscle to this exponent",
        BLAUSTEIN_1977, FIT, 0.05, 1.0)] = 0.3

    pressure_tone_ceiling: Annotated[float, Fact(
        "1", "maximal rise of pressure by Na of smooth muscle", ASSUMED, ASSUME, 0.05, 0.4)] = 0.1

    threshold_muscle: Annotated[float, Fact(
        "mV", "threshold of the action potential of skeletal muscle",
        ASSUMED, ASSUME, -65.0, -50.0)] = -58.0
    threshold_heart: Annotated[float, Fact(
        "mV", "threshold of the action potential of heart muscle",
        ASSUMED, ASSUME, -70.0, -55.0)] = -65.0
    inactivation_half: Annotated[float, Fact(
        "mV", "potential at which half the Na channels are inactivated",
        ASSUMED, ASSUME, -80.0, -65.0)] = -73.0
    inactivation_slope: Annotated[float, Fact(
        "mV", "steepness of inactivation, per e-fold", ASSUMED, ASSUME, 4.0, 7.0)] = 5.5
    threshold_slope: Annotated[float, Fact(
        "mV", "rise of the threshold per e-fold of lost Na channels",
        ASSUMED, ASSUME, 5.0, 8.0)] = 6.5
    screening_shift: Annotated[float, Fact(
        "mV", "shift of the threshold per e-fold of divalent cations",
        ASSUMED, ASSUME, 3.0, 15.0)] = 8.0
    screening_mg_weight: Annotated[float, Fact(
        "1", "screening by Mg over that by Ca", ASSUMED, ASSUME, 0.2, 1.0)] = 0.5

    qtc: Annotated[float, Fact(
        "ms", "QTc of the healthy body", ASSUMED, ASSUME, 380.0, 430.0)] = 405.0
    qtc_k_from: Annotated[float, Fact(
        "mM", "plasma K below which QTc rises", PIPETCPT_QSP, MEASURED, 3.8, 4.2)] = 4.0
    qtc_k: Annotated[float, Fact(
        "ms/mM", "rise of QTc per plasma K below that", PIPETCPT_QSP, MEASURED, 24.0, 26.0)] = 25.0
    qtc_mg: Annotated[float, Fact(
        "ms/mM", "rise of QTc per total plasma Mg below normal",
        PIPETCPT_QSP, MEASURED, 22.0, 70.0)] = 46.0
    qtc_ca: Annotated[float, Fact(
        "ms/mM", "rise of QTc per ionised Ca below normal",
        PIPETCPT_QSP, MEASURED, 80.0, 110.0)] = 95.0
