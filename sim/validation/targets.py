"""Targets: what published studies found, the band that the model must meet, and how it is measured.

A band is the spread of the source where the source gives one; ``why`` says what it is otherwise. Targets
of the group "calibration" were used to fit parameters, those of "held out" were not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.laws.gut import magnesium_absorbed_fraction
from sim.laws.potassium_leak import block_ratio, open_fraction, unblocked_part
from sim.laws.renal_potassium import romk_openness
from sim.numerics.ratio import value_of
from sim.parameters import Parameters
from sim.parameters import sources as cited
from sim.parameters.inputs import Control
from sim.parameters.sources import Source
from sim.physiology.cell import pump_of
from sim.physiology.cell_state import CellTraits, Inside
from sim.physiology.fluid import normal_fluid
from sim.quantities.amounts import NO_AMOUNTS
from sim.quantities.units import HOURS_PER_DAY, THERMAL_VOLTAGE
from sim.validation.trials import TEST_HOUR, Trials

CALIBRATION, HELD_OUT = "calibration", "held out"


@dataclass(frozen=True)
class Target:
    """One published finding and how the model is asked for it."""

    name: str
    what: str
    unit: str
    published: str
    """As the source prints it."""
    value: float
    low: float
    high: float
    """The figure aimed at, and the accepted band."""
    why: str
    """Where the band comes from."""
    source: Source
    measure: Callable[[Trials], float]
    group: str = CALIBRATION
    weight: float = 1.0
    """How much a squared distance counts in the fit. More than one: the target must not be missed. Less:
    known to be out of reach of the model's form, so it should not bend what is within reach."""


def _parameters(trials: Trials) -> Parameters:
    """Parameters of the body that trials are done on."""
    return Parameters().replace(trials.parameters)


def _mgatp_alone(trials: Trials) -> float:
    """Change of pump rate at free Mg 0.2 mM if only its substrate saw it [%]."""
    p = _parameters(trials)
    fluid, cell = normal_fluid(p.body), p.cell
    control = Control(oral=NO_AMOUNTS, pump_mg_site=0.0)

    def rate(mg: float) -> float:
        inside = Inside(1.0, cell.rest_na, cell.rest_k, 0.0, mg)
        return float(value_of(pump_of(inside, 1.0, CellTraits(), fluid, control, cell)))

    return 100.0 * (rate(0.2) / rate(cell.rest_mg_free) - 1.0)


def _kir_opening(trials: Trials, mg: float) -> float:
    """Rise of the open part of Kir2.1 at a free Mg [mM] and resting potential [%]."""
    p = _parameters(trials)
    cell, fluid = p.cell, normal_fluid(p.body)

    def opened(mg_free: float) -> float:
        u, u_k = cell.rest_potential / THERMAL_VOLTAGE, float(np.log(fluid.k / cell.rest_k))
        slope = cell.k_leak_block_slope * THERMAL_VOLTAGE
        ratio = block_ratio(mg_free, u, u_k, cell.k_leak_half_mg, slope)
        return float(open_fraction(unblocked_part(ratio), cell.k_leak_resistant))

    return 100.0 * (opened(mg) / opened(cell.rest_mg_free) - 1.0)


def _romk_slope(trials: Trials) -> float:
    """Rise of ROMK conductance per fractional fall of Mg, over a fall to a half [1]."""
    p = _parameters(trials).body
    return 2.0 * (float(romk_openness(0.5 * p.tubule_mg, p.tubule_mg, p.romk_half_mg)) - 1.0)


def _meal_absorption(trials: Trials, meal: float) -> float:
    """Part of a meal of Mg [mmol] into an empty gut that is absorbed [%]."""
    p = _parameters(trials).body
    left = [meal * (part + 0.5) / 1000.0 for part in range(1000)]
    fractions = [
        magnesium_absorbed_fraction(
            content, p.mg_absorption_active, p.mg_absorption_half, p.mg_absorption_passive
        )
        for content in left
    ]
    return 100.0 * float(np.mean(fractions))


def _deficit_per_fall(trials: Trials) -> float:
    """K lost per fall of plasma K in K depletion [mmol/mM]."""
    lost = -trials.change("potassium-depletion", "body_k", 40.0)
    return lost / -trials.change("potassium-depletion", "plasma_k", 40.0)


def _kaliuresis(trials: Trials) -> float:
    """K excreted above the fasting rate in five hours after 35 mmol of KCl [mmol]."""
    hours = trials.table("kcl-load")["urine_k"] / HOURS_PER_DAY
    hours.index = hours.index * HOURS_PER_DAY - TEST_HOUR
    before = hours[(hours.index > -2.0) & (hours.index <= 0.0)].mean()
    after = hours[(hours.index > 0.0) & (hours.index <= 5.0)].mean()
    return 5.0 * float(after - before)


def _peak_minutes(trials: Trials) -> float:
    """When plasma K first comes within a tenth of its peak after 35 mmol of KCl [min]."""
    minutes = np.arange(0.0, 360.0, 5.0)
    rise = np.array([trials.test_day("kcl-load", minute) for minute in minutes])
    return float(minutes[rise >= 0.9 * rise.max()][0])


def _muscle_k_fall(trials: Trials, name: str, day: float) -> float:
    """Fall of K of muscle cells, as part of what they held [1]."""
    water = trials.value(name, "water_mean", day) / trials.value(name, "water_mean", 0.0)
    return 1.0 - water * trials.value(name, "k_in_mean", day) / trials.value(name, "k_in_mean", 0.0)


def _sites_per_k(trials: Trials, name: str, day: float) -> float:
    """Fall of pump sites over fall of muscle K [1]."""
    return -trials.change(name, "expression_mean", day) / _muscle_k_fall(trials, name, day)


def _na_per_k(trials: Trials) -> float:
    """Na that muscle cells gain per K they lose in K depletion [1]."""
    table = trials.table("potassium-depletion")

    def amount(name: str) -> float:
        held = table[name] * table["water_mean"]
        return float(np.interp(40.0, held.index, held) - held.iloc[0])

    return -amount("na_in_mean") / amount("k_in_mean")


def _recovered(trials: Trials, variable: str, name: str = "severe-mg") -> float:
    """Part of what severe Mg loss changed that 30 days of Mg put right [1]."""
    start, sick = trials.value(name, variable, 0.0), trials.value(name, variable, 120.0)
    return (trials.value(name, variable) - sick) / (start - sick)


SPREAD = "the source's spread"
"""Said of a band that is what the source gives as its range, interval or about one SD."""

TARGETS: tuple[Target, ...] = (
    Target("mgatp-alone", "pump at free Mg 0.2 mM if only MgATP falls", "%", "−0.6 (derived)", -0.6,
           -1.0, -0.3, "from Km 0.20 ± 0.03 and the range of Kd", cited.FRIEDRICH, _mgatp_alone),
    Target("kir-0.3", "open Kir2.1 at free Mg 0.3 mM", "%", "+36", 36.0, 28.0, 44.0,
           "a quarter each way: resting Mg and V differ between cells", cited.YAN_ISHIHARA_2005,
           lambda t: _kir_opening(t, 0.3)),
    Target("kir-0.2", "open Kir2.1 at free Mg 0.2 mM", "%", "+57", 57.0, 44.0, 70.0,
           "a quarter each way, as above", cited.YAN_ISHIHARA_2005, lambda t: _kir_opening(t, 0.2)),
    Target("romk", "rise of ROMK per fractional fall of Mg", "1", "1.2 to 1.9", 1.5, 1.2, 1.9,
           SPREAD, cited.PIPETCPT_QSP, _romk_slope),
    Target("absorption-small", "Mg absorbed from a meal of 0.5 mmol", "%", "65", 65.0, 50.0, 70.0,
           "the source's own regression gives 56 at this dose", cited.FINE_1991,
           lambda t: _meal_absorption(t, 0.5)),
    Target("absorption-large", "Mg absorbed from a meal of 40 mmol", "%", "11", 11.0, 8.0, 14.0,
           "a quarter each way", cited.FINE_1991, lambda t: _meal_absorption(t, 40.0)),
    Target("rude-ca-low", "total Ca when Mg has fallen to 0.41 mM", "mM", "1.80", 1.80, 1.65, 1.95,
           "8 %: the SD of such patients is not in the dossier", cited.RUDE_1985,
           lambda t: t.at_level("losing-mg", "plasma_mg", 0.41, "plasma_ca"), weight=2.0),
    Target("rude-ca-treated", "total Ca after 9 days of parenteral Mg", "mM", "2.32", 2.32, 2.15, 2.45,
           "reference range, as the patients were treated until normal", cited.RUDE_1985,
           lambda t: t.value("severe-mg", "plasma_ca", 129.0)),
    Target("suh-ca", "total Ca when Mg has fallen to 0.25 mM", "mM", "1.70", 1.70, 1.50, 1.90,
           "one child; 12 % is the spread of Ca in such cases", cited.SUH_1973,
           lambda t: t.at_level("losing-mg", "plasma_mg", 0.25, "plasma_ca")),
    Target("suh-pth", "PTH over normal when Mg has fallen to 0.25 mM", "1", "unmeasurable", 0.1,
           0.0, 0.4, "assays of the time could not tell less than about 0.4 of normal from none",
           cited.SUH_1973, lambda t: t.at_level("losing-mg", "plasma_mg", 0.25, "pth")),
    Target("threshold-ca", "total Ca when Mg has fallen to 0.60 mM, over normal", "1", "hardly falls",
           0.98, 0.95, 1.01, "5 %, the spread of normal Ca", cited.RUDE_1985,
           lambda t: t.at_level("losing-mg", "plasma_mg", 0.60, "plasma_ca") / t.value(
               "losing-mg", "plasma_ca", 0.0)),
    Target("shils-mg", "plasma Mg after 100 days almost without Mg, over normal", "1", "1/4 to 1/3",
           0.29, 0.25, 0.333, SPREAD, cited.SHILS_1969,
           lambda t: t.value("magnesium-depletion", "plasma_mg") / t.value(
               "magnesium-depletion", "plasma_mg", 0.0)),
    Target("shils-k", "plasma K after 100 days almost without Mg", "mM", "hypokalaemia", 3.3, 2.8, 3.5,
           "below the reference range", cited.SHILS_1969,
           lambda t: t.value("magnesium-depletion", "plasma_k")),
    Target("shils-ca", "plasma Ca after 100 days almost without Mg", "mM", "falls markedly", 1.8,
           1.4, 2.05, "a tenth or more below normal", cited.SHILS_1969,
           lambda t: t.value("magnesium-depletion", "plasma_ca")),
    Target("janett-mg", "plasma Mg after a year of a proton-pump inhibitor, in the susceptible", "mM",
           "0.24 [0.15–0.30]", 0.24, 0.15, 0.30, SPREAD, cited.JANETT_2015,
           lambda t: t.value("inhibitor", "plasma_mg")),
    Target("janett-k", "plasma K after a year of a proton-pump inhibitor", "mM", "< 3.5 in 87 %", 3.2,
           2.6, 3.5, "below 3.5, and no lower than severe cases", cited.JANETT_2015,
           lambda t: t.value("inhibitor", "plasma_k")),
    Target("janett-ca", "plasma Ca after a year of a proton-pump inhibitor", "mM", "low in 58 of 60",
           1.75, 1.4, 2.15, "below the reference range", cited.JANETT_2015,
           lambda t: t.value("inhibitor", "plasma_ca")),
    Target("janett-urine", "urinary Mg after a year of a proton-pump inhibitor", "mmol/day",
           "low in all; floor below 0.5", 0.25, 0.0, 0.5, SPREAD, cited.JANETT_2015,
           lambda t: t.value("inhibitor", "urine_mg")),
    Target("k-deficit", "K lost per fall of plasma K in K depletion", "mmol/mM", "200 to 400", 300.0,
           200.0, 400.0, SPREAD, cited.POTASSIUM_DEFICIT, _deficit_per_fall),
    Target("k-floor", "urinary K after 40 days of 15 mmol/day", "mmol/day", "10 to 20", 15.0, 10.0,
           20.0, SPREAD, cited.SQUIRES_HUTH_1959,
           lambda t: t.value("potassium-depletion", "urine_k", 40.0)),
    Target("k-40", "plasma K after 30 days of 40 mmol/day", "mM", "3.5 to 5.0", 3.75, 3.5, 4.2,
           "lower half of the range", cited.SQUIRES_HUTH_1959, lambda t: t.value("k-40", "plasma_k")),
    Target("k-250", "plasma K after 30 days of 250 mmol/day", "mM", "3.5 to 5.0", 4.8, 4.2, 5.0,
           "upper half of the range", cited.SQUIRES_HUTH_1959, lambda t: t.value("k-250", "plasma_k"),
           weight=4.0),
    Target("rats-mg-sites", "fall of pump sites over fall of muscle K, Mg depletion", "1",
           "−21 % at −11 %", 1.91, 1.4, 2.4, "a quarter each way: one regression of rats, r 0.98",
           cited.DORUP_RATS, lambda t: _sites_per_k(t, "severe", 120.0), weight=0.1),
    Target("rats-k-sites", "fall of pump sites over fall of muscle K, K depletion", "1",
           "−64 % at −31 %", 2.06, 1.5, 2.6, "a quarter each way, as above", cited.DORUP_RATS,
           lambda t: _sites_per_k(t, "potassium-depletion", 40.0), weight=0.1),
    Target("rats-na-k", "Na gained per K lost by muscle in K depletion", "1", "1 for 2", 0.5, 0.4,
           0.6, "a fifth each way", cited.K_DEPLETED_RATS, _na_per_k),
    Target("dorup-sites", "pump sites after 2 years of diuretics, over normal", "1", "reduced", 0.85,
           0.6, 0.95, "lower by more than measuring error", cited.DORUP_1993,
           lambda t: t.value("diuretics", "expression_mean")),
    Target("gitelman-k", "plasma K without NCC", "mM", "2.8 to 3.1", 2.95, 2.8, 3.1, SPREAD,
           cited.TRANSPORT_DEFECTS, lambda t: t.value("gitelman", "plasma_k")),
    Target("gitelman-mg", "plasma Mg without NCC", "mM", "0.48 to 0.55", 0.52, 0.48, 0.55, SPREAD,
           cited.TRANSPORT_DEFECTS, lambda t: t.value("gitelman", "plasma_mg")),
    Target("bartter-k", "plasma K in Bartter syndrome III (loop and NCC 70 %)", "mM", "2.7 to 3.1",
           2.9, 2.7, 3.1, SPREAD, cited.TRANSPORT_DEFECTS, lambda t: t.value("bartter-3", "plasma_k")),
    Target("bartter-mg", "plasma Mg in Bartter syndrome III", "mM", "0.50 to 0.62", 0.56, 0.50, 0.62,
           SPREAD, cited.TRANSPORT_DEFECTS, lambda t: t.value("bartter-3", "plasma_mg")),
    Target("kawano", "change of mean arterial pressure after 8 weeks of 20 mmol/day of Mg", "mmHg",
           "−2.5/−1.4 (24 h)", -1.8, -3.1, -0.3,
           "from the pooled null of reviews to the office reading", cited.KAWANO_1998,
           lambda t: t.change("oral-mg-8-weeks", "pressure")),
    Target("motoyama", "change of Na of red cells after 4 weeks of oral Mg", "mM", "falls", -0.3, -2.0,
           -0.05,
           "the direction", cited.MOTOYAMA_1989,
           lambda t: t.change("oral-mg-4-weeks", "red_cell_na_in_mean")),
    Target("cohen", "change of plasma K after 30 days of 300 mg of Mg", "mM", "+0.22", 0.22, 0.0, 0.44,
           "no SD in the dossier; patients may have lacked Mg", cited.COHEN_2000,
           lambda t: t.change("oral-mg-4-weeks", "plasma_k")),
    Target("nielsen-k", "change of body K after 78 days of 101 mg/day of Mg", "mmol", "urinary K rises",
           -15.0, -150.0, -3.0, "the direction", cited.NIELSEN_2007,
           lambda t: t.change("low-mg-diet", "body_k")),
    Target("refractory-kcl", "plasma K after 30 days of KCl in severe Mg loss", "mM", "poor response",
           3.6, 3.2, 3.9, "not normal while KCl is taken", cited.HUANG_KUO_2007,
           lambda t: t.value("severe-kcl", "plasma_k")),
    Target("refractory-mg", "plasma K after 30 days of Mg alone", "mM", "normal", 4.2, 3.9, 4.6,
           "middle of the reference range", cited.SHILS_1969,
           lambda t: t.value("severe-mg", "plasma_k")),
    Target("graded-kcl", "plasma K after 30 days of KCl under a thiazide with mild Mg loss", "mM",
           "near normal", 4.2, 3.8, 4.7, "middle of the reference range", cited.HUANG_KUO_2007,
           lambda t: t.value("mild-kcl", "plasma_k")),
    Target("urine-k", "urinary K in severe Mg loss over that in health", "1", "not down", 1.02, 0.98,
           1.2, "not below intake less stool", cited.HUANG_KUO_2007,
           lambda t: t.value("severe", "urine_k", 110.0) / t.value("severe", "urine_k", 0.0)),
    Target("recovery-na", "part of cell Na put right by 30 days of Mg", "1", "reversed", 1.0, 0.8, 1.2,
           "nearly all", cited.SHILS_1969, lambda t: _recovered(t, "na_in_mean")),
    Target("kcl-rise", "change of plasma K an hour after 35 mmol of KCl", "mM", "+0.47", 0.47, 0.3, 0.65,
           "a third each way: between persons", cited.PRESTON_2015,
           lambda t: t.test_day("kcl-load", 60.0)),
    Target("kcl-peak", "time to a tenth below the peak after 35 mmol of KCl", "min", "30 to 90", 60.0,
           15.0, 90.0, SPREAD, cited.PRESTON_2015, _peak_minutes),
    Target("kcl-gone", "change of plasma K four and a half hours after 35 mmol of KCl", "mM", "+0.14",
           0.14,
           -0.1, 0.35, "0.2 mM each way, the repeat error of plasma K", cited.PRESTON_2015,
           lambda t: t.test_day("kcl-load", 270.0)),
    Target("kcl-urine", "K excreted above fasting in 5 h after 35 mmol of KCl", "mmol", "22", 22.0,
           13.0, 30.0, "40 to 85 % of the load", cited.PRESTON_2015, _kaliuresis),
    Target("meal-fall", "change of plasma K 90 minutes after a K-free meal", "mM", "−0.64", -0.64,
           -0.85, -0.4,
           "a third each way: between persons", cited.PRESTON_2015,
           lambda t: t.test_day("meal", 90.0)),
    Target("meal-kcl", "change of plasma K an hour after a meal with 35 mmol of KCl", "mM", "−0.20",
           -0.2, -0.4,
           0.1, "0.2 to 0.3 mM, the repeat error of plasma K", cited.PRESTON_2015,
           lambda t: t.test_day("meal-and-kcl", 60.0)),
    Target("glucose-fall", "change of plasma K two hours after 75 g of glucose", "mM", "−0.48 ± 0.03",
           -0.48,
           -0.65, -0.3, "SD of 8 persons is 0.09; twice that", cited.CARAMELO_1994,
           lambda t: t.test_day("glucose", 120.0), HELD_OUT),
    Target("loading-healthy", "Mg retained of 30 mmol in health", "%", "6.3 ± 10.3", 6.3, -14.3, 26.9,
           "two SD", cited.LOADING_TEST_1994, lambda t: 100.0 * t.retention("loading-test"), HELD_OUT),
    Target("loading-depleted", "Mg retained of a load after 3 weeks of low Mg", "%", "62", 62.0, 40.0,
           80.0, "a third each way; SD not seen", cited.FATEMI_1991,
           lambda t: 100.0 * t.retention("loading-test-low-mg"), HELD_OUT),
    Target("fatemi-mg", "plasma Mg after 3 weeks of low Mg", "mM", "0.80 → 0.61", 0.69, 0.55, 0.75,
           "the same fall of 24 % from 0.90, a third each way", cited.FATEMI_1991,
           lambda t: t.value("loading-test-low-mg", "plasma_mg", 21.0)),
    Target("fatemi-ca", "plasma Ca after 3 weeks of low Mg", "mM", "2.36 → 2.31", 2.31, 2.2, 2.38,
           "5 %, the spread of normal Ca", cited.FATEMI_1991,
           lambda t: t.value("loading-test-low-mg", "plasma_ca", 21.0), HELD_OUT),
    Target("cholst-pth", "PTH half an hour into a Mg infusion, over normal", "1", "13.1 → 7.8", 0.6,
           0.35, 0.8, "a third each way; n 7", cited.CHOLST_1984,
           lambda t: t.value("mg-infusion", "pth", 1.5 / 24.0), HELD_OUT),
    Target("cholst-ca", "change of ionised Ca two hours into a Mg infusion", "mM", "1.10 → 0.98",
           -0.12, -0.2,
           -0.04, "two thirds each way; n 7", cited.CHOLST_1984,
           lambda t: t.change("mg-infusion", "plasma_ca_ionised", 3.0 / 24.0), HELD_OUT),
    Target("ppi-treated", "plasma Mg on an inhibitor and 24 mmol/day of Mg", "mM", "0.45, 0.34", 0.45,
           0.34, 0.62, "one woman, two readings; a third above", cited.PPI_RECHALLENGE,
           lambda t: t.value("inhibitor-rechallenge", "plasma_mg", 365.0), HELD_OUT),
    Target("ppi-stopped", "plasma Mg six weeks after the inhibitor", "mM", "0.82", 0.82, 0.7, 0.95,
           "one woman; 15 %", cited.PPI_RECHALLENGE,
           lambda t: t.value("inhibitor-rechallenge", "plasma_mg", 407.0), HELD_OUT),
    Target("ppi-restarted", "plasma Mg 16 weeks after restart", "mM", "0.39", 0.39, 0.28, 0.5,
           "one woman; a quarter", cited.PPI_RECHALLENGE,
           lambda t: t.value("inhibitor-rechallenge", "plasma_mg", 519.0), HELD_OUT),
    Target("aldosterone-na", "aldosterone at 10 over that at 350 mmol/day of Na", "1", "10", 10.0,
           4.0, 20.0, "half to twice; n 6", cited.LOW_SODIUM_1989,
           lambda t: t.value("na-10", "aldosterone") / t.value("na-350", "aldosterone"), HELD_OUT),
)  # fmt: skip
"""Every target, in the order of the table."""
