"""Measures: what can be read from a trial, or calculated from the equations, to compare with a target.

A target in ``targets.toml`` names one of :data:`MEASURES` and gives its arguments by name.
"""

import inspect
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, Final

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from sim.errors import unknown_names
from sim.laws.gut import magnesium_absorbed_fraction
from sim.laws.potassium_leak import block_ratio, open_fraction, unblocked_part
from sim.laws.renal_potassium import romk_openness
from sim.numerics.ratio import value_of
from sim.parameters import Parameters
from sim.parameters.inputs import Control
from sim.physiology.cell import pump_of
from sim.physiology.cell_state import CellTraits, Inside
from sim.physiology.fluid import normal_fluid
from sim.quantities.amounts import NO_AMOUNTS
from sim.quantities.units import HOURS_PER_DAY, THERMAL_VOLTAGE
from sim.validation.trials import TRIALS, Trials
from sim.variables.table import VARIABLES


def _known(known: Iterable[str], what: str) -> AfterValidator:
    """Validator of names; its message names the nearest known one."""

    def check(name: str) -> str:
        for problem in unknown_names([name], known, what):
            raise ValueError(problem)
        return name

    return AfterValidator(check)


TrialName = Annotated[str, _known(TRIALS, "trial")]
TestName = Annotated[
    str, _known([name for name, t in TRIALS.items() if t.condition.meal], "trial with a single meal")
]
LOADS: Final = {
    name: supplement.amount
    for name, trial in TRIALS.items()
    for supplement in trial.condition.supplement
    if supplement.ion == "magnesium" and supplement.amount is not None
}
"""Trials in which an amount of Mg is given [mmol]."""
LoadName = Annotated[str, _known(LOADS, "trial with an amount of Mg")]
VariableName = Annotated[str, _known(VARIABLES, "variable")]
Day = Annotated[float, Field(ge=0.0)]
Positive = Annotated[float, Field(gt=0.0)]


# Any trial


def value(trials: Trials, trial: TrialName, variable: VariableName, day: Day | None = None) -> float:
    """Value on a day, by default the last [unit of the variable]."""
    return trials.value(trial, variable, day)


def change(trials: Trials, trial: TrialName, variable: VariableName, day: Day | None = None) -> float:
    """Change from the start to a day, by default the last [unit of the variable]."""
    return trials.value(trial, variable, day) - trials.value(trial, variable, 0.0)


def ratio_to_start(
    trials: Trials, trial: TrialName, variable: VariableName, day: Day | None = None
) -> float:
    """Value on a day, by default the last, over the value at the start [1]."""
    return trials.value(trial, variable, day) / trials.value(trial, variable, 0.0)


def ratio_between_trials(
    trials: Trials, trial: TrialName, reference: TrialName, variable: VariableName
) -> float:
    """Value at the end of a trial over that at the end of a reference trial [1]."""
    return trials.value(trial, variable) / trials.value(reference, variable)


def ratio_of_changes(
    trials: Trials, trial: TrialName, variable: VariableName, reference: VariableName, day: Day
) -> float:
    """Change of a variable until a day over the change of a reference variable [ratio of units]."""
    return change(trials, trial, variable, day) / change(trials, trial, reference, day)


def value_at_level(
    trials: Trials, trial: TrialName, variable: VariableName, driver: VariableName, level: float
) -> float:
    """Value at the moment when another variable, the driver, has fallen to a level [its unit].

    NaN if the driver does not fall to the level, or starts below it.
    """
    table = trials.table(trial)
    fallen = np.flatnonzero(table[driver].to_numpy() <= level)
    if not fallen.size or not fallen[0]:
        return float("nan")
    around = table.iloc[[fallen[0], fallen[0] - 1]]
    return float(np.interp(level, around[driver], around[variable]))


def ratio_to_start_at_level(
    trials: Trials, trial: TrialName, variable: VariableName, driver: VariableName, level: float
) -> float:
    """As :func:`value_at_level`, over the value at the start [1]."""
    return value_at_level(trials, trial, variable, driver, level) / trials.value(trial, variable, 0.0)


def recovery(trials: Trials, trial: TrialName, variable: VariableName, day: Day) -> float:
    """Fraction of the change until treatment, begun on a day, that is reversed at the end [1]."""
    start, sick = trials.value(trial, variable, 0.0), trials.value(trial, variable, day)
    return (trials.value(trial, variable) - sick) / (start - sick)


# Muscle cells


def pump_sites_per_muscle_k(trials: Trials, trial: TrialName, day: Day) -> float:
    """Fractional fall of pump sites over that of the K content of muscle cells, until a day [1]."""
    water = trials.value(trial, "water_mean", day) / trials.value(trial, "water_mean", 0.0)
    k = water * trials.value(trial, "k_in_mean", day) / trials.value(trial, "k_in_mean", 0.0)
    return -change(trials, trial, "expression_mean", day) / (1.0 - k)


def muscle_na_gained_per_k_lost(trials: Trials, trial: TrialName, day: Day) -> float:
    """Na that muscle cells gain over K that they lose, until a day [1]."""
    table = trials.table(trial)

    def gained(concentration: str) -> float:
        content = table[concentration] * table["water_mean"]
        return float(np.interp(day, content.index, content) - content.iloc[0])

    return -gained("na_in_mean") / gained("k_in_mean")


# Test days: trials of a single meal or dose


def _test_hour(trial: str) -> float:
    """Start of the single meal of a trial [h]."""
    return TRIALS[trial].condition.meal[0].start


def change_after_test(
    trials: Trials, trial: TestName, variable: VariableName, minutes: Positive
) -> float:
    """Change of a variable some minutes after the single meal or dose [unit of the variable]."""
    start = _test_hour(trial) / HOURS_PER_DAY
    later = start + minutes / 60.0 / HOURS_PER_DAY
    return trials.value(trial, variable, later) - trials.value(trial, variable, start)


def minutes_to_near_peak(trials: Trials, trial: TestName, variable: VariableName) -> float:
    """Time from the single meal or dose until the rise first reaches nine tenths of its peak [min]."""
    minutes = np.arange(0.0, 360.0, 5.0)
    rise = np.array([change_after_test(trials, trial, variable, minute) for minute in minutes])
    return float(minutes[rise >= 0.9 * rise.max()][0])


def excess_excretion(trials: Trials, trial: TestName, variable: VariableName, hours: Positive) -> float:
    """Amount excreted in the hours after the single dose, above the rate of two hours before [mmol].

    The variable is an excretion rate [mmol/day].
    """
    hourly = trials.table(trial)[variable] / HOURS_PER_DAY
    hourly.index = hourly.index * HOURS_PER_DAY - _test_hour(trial)
    before = hourly[(hourly.index > -2.0) & (hourly.index <= 0.0)].mean()
    after = hourly[(hourly.index > 0.0) & (hourly.index <= hours)].mean()
    return hours * float(after - before)


def magnesium_retention(trials: Trials, trial: LoadName) -> float:
    """Part of a Mg load that is retained on its day, the last of the trial [%].

    What is not retained is the excretion above that of the time before.
    """
    urine = trials.table(trial)["urine_mg"]
    start = float(urine.index[-1]) - 1.0
    usual = float(urine[urine.index <= start].iloc[-1])
    excreted = float(urine[urine.index > start + 1e-9].mean())
    return 100.0 * (1.0 - (excreted - usual) / LOADS[trial])


# Without a trial, from the equations and parameters alone


def _parameters(trials: Trials) -> Parameters:
    """Parameters of the body that trials are run on."""
    return Parameters().replace(trials.parameters)


def pump_change_by_mgatp(trials: Trials, mg: Positive) -> float:
    """Change of pump rate at a free Mg [mM] if only its substrate MgATP depended on Mg [%]."""
    p = _parameters(trials)
    fluid, cell = normal_fluid(p.body), p.cell
    control = Control(oral=NO_AMOUNTS, pump_mg_site=0.0)

    def rate(mg_free: float) -> float:
        inside = Inside(water=1.0, na=cell.rest_na, k=cell.rest_k, cl=0.0, mg_free=mg_free)
        return float(value_of(pump_of(inside, 1.0, CellTraits(), fluid, control, cell)))

    return 100.0 * (rate(mg) / rate(cell.rest_mg_free) - 1.0)


def kir_opening(trials: Trials, mg: Positive) -> float:
    """Increase of the open fraction of Kir2.1 at a free Mg [mM] and the resting potential [%]."""
    p = _parameters(trials)
    cell, fluid = p.cell, normal_fluid(p.body)

    def opened(mg_free: float) -> float:
        u, u_k = cell.rest_potential / THERMAL_VOLTAGE, float(np.log(fluid.k / cell.rest_k))
        slope = cell.k_leak_block_slope * THERMAL_VOLTAGE
        ratio = block_ratio(mg_free, u, u_k, cell.k_leak_half_mg, slope)
        return float(open_fraction(unblocked_part(ratio), cell.k_leak_resistant))

    return 100.0 * (opened(mg) / opened(cell.rest_mg_free) - 1.0)


def romk_slope(trials: Trials) -> float:
    """Increase of ROMK conductance per fractional fall of Mg, over a fall by half [1]."""
    p = _parameters(trials).body
    return 2.0 * (float(romk_openness(0.5 * p.tubule_mg, p.tubule_mg, p.romk_half_mg)) - 1.0)


def magnesium_absorption(trials: Trials, meal: Positive) -> float:
    """Part of a meal of Mg [mmol] into an empty gut that is absorbed [%]."""
    p = _parameters(trials).body
    remaining = [meal * (part + 0.5) / 1000.0 for part in range(1000)]
    fractions = [
        magnesium_absorbed_fraction(
            content, p.mg_absorption_active, p.mg_absorption_half, p.mg_absorption_passive
        )
        for content in remaining
    ]
    return 100.0 * float(np.mean(fractions))


MEASURES: Final[dict[str, Callable[..., float]]] = {
    measure.__name__: measure
    for measure in (
        value,
        change,
        ratio_to_start,
        ratio_between_trials,
        ratio_of_changes,
        value_at_level,
        ratio_to_start_at_level,
        recovery,
        pump_sites_per_muscle_k,
        muscle_na_gained_per_k_lost,
        change_after_test,
        minutes_to_near_peak,
        excess_excretion,
        magnesium_retention,
        pump_change_by_mgatp,
        kir_opening,
        romk_slope,
        magnesium_absorption,
    )
}
"""Every measure by name. The first argument is the trials, the others are keys of a target."""


@cache
def arguments_of(measure: str) -> type[BaseModel]:
    """Model that validates the arguments of a measure, from the signature of its function."""
    _, *parameters = inspect.signature(MEASURES[measure]).parameters.values()
    fields: dict[str, Any] = {
        p.name: (p.annotation, ... if p.default is p.empty else p.default) for p in parameters
    }
    return create_model(measure, __config__=ConfigDict(extra="forbid", strict=True), **fields)
