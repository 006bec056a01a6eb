"""Trials: the published studies done again on a virtual body, for validation and calibration.

Each trial is a condition. :class:`Trials` runs one when it is first asked for and keeps its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition, load
from sim.conditions.events import Diet, Meal, Meals, Supplement
from sim.conditions.treatments import Treatment
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.result import Result
from sim.simulation.running import run


@dataclass(frozen=True)
class Trial:
    """What is done, and how often it is looked at [h]."""

    condition: Condition
    every: float


def _long(name: str, days: float, **events: object) -> Trial:
    """A trial of weeks to years, looked at some 75 times."""
    every = max(6.0, 6.0 * round(days * HOURS_PER_DAY / 450.0))
    return Trial(Condition.model_validate({"name": name, "duration": f"{days} day", **events}), every)


TEST_HOUR = 104.0
"""When a test of one day begins, at 8 o'clock of the fifth day [h]."""
FAST = Diet.model_validate({
    "sodium": "0 mmol/day", "potassium": "0 mmol/day", "magnesium": "0 mmol/day",
    "calcium": "0 mmol/day", "start": "92 hour",
})  # fmt: skip
MEALS = Meals.model_validate({"stop": "92 hour"})
"""Three meals a day, and nothing from the evening before a test."""


def _test_day(name: str, **meal: str) -> Trial:
    """A body used to meals takes one meal or dose after a night's fast and is followed for six hours."""
    condition = Condition.model_validate({
        "name": name, "duration": "110 hour", "diet": [FAST], "meals": [MEALS],
        "meal": [Meal.model_validate({"start": f"{TEST_HOUR} hour", **meal})],
    })  # fmt: skip
    return Trial(condition, 0.5)


def _loading_test(name: str, weeks: float, magnesium: str) -> Trial:
    """Some weeks of a diet, then 30 mmol of Mg by vein in eight hours; a day more."""
    start = weeks * 7.0
    load_ = Supplement.model_validate({
        "ion": "magnesium", "route": "intravenous", "amount": "30 mmol",
        "start": f"{start} day", "stop": f"{start + 1 / 3} day",
    })  # fmt: skip
    diet = Diet.model_validate({"magnesium": magnesium})
    whole = _long(name, start + 1.0, diet=[diet], supplement=[load_])
    return Trial(whole.condition, 8.0)


def _treated(name: str, days: float, *treatments: tuple[str, float]) -> Trial:
    """Treatments of given effect from start to end."""
    given = [Treatment.model_validate({"kind": kind, "effect": effect}) for kind, effect in treatments]
    return _long(name, days, treatment=given)


def _shipped(name: str, days: float, condition: str) -> Trial:
    """Treatments and supplements of a condition that ships."""
    given = load(condition)
    return _long(name, days, treatment=given.treatment, supplement=given.supplement)


def _after_severe_loss(name: str, *supplements: Mapping[str, str]) -> Trial:
    """Severe Mg loss for 120 days, then 30 days more with supplements."""
    given = [Supplement.model_validate({"start": "120 day", **s}) for s in supplements]
    severe = load("severe-magnesium-loss").treatment
    return _long(name, 150.0, treatment=severe, supplement=given)


KCL = {"ion": "potassium", "dose": "80 mmol/day"}
MG = {"ion": "magnesium", "dose": "10 mmol/day", "route": "intravenous"}


def _trials() -> dict[str, Trial]:
    """Every trial by name."""
    trials = [
        _after_severe_loss("severe"),
        _after_severe_loss("severe-kcl", KCL),
        _after_severe_loss("severe-mg", MG),
        _shipped("mild-kcl", 90.0, "thiazide"),
        Trial(load("magnesium-depletion"), 24.0),
        Trial(load("potassium-depletion"), 24.0),
        _treated("inhibitor", 365.0, ("proton-pump-inhibitor", 1.0)),
        _treated("losing-mg", 150.0, ("mg-malabsorption", 1.0)),
        _treated("gitelman", 730.0, ("gitelman-defect", 1.0)),
        _shipped("bartter-3", 730.0, "bartter"),
        _treated("diuretics", 730.0, ("thiazide", 0.5), ("loop-diuretic", 0.3)),
        _long("oral-mg-8-weeks", 56.0, supplement=[{"ion": "magnesium", "dose": "20 mmol/day"}]),
        _long("oral-mg-4-weeks", 30.0, supplement=[{"ion": "magnesium", "dose": "300 mg/day"}]),
        _long("low-mg-diet", 78.0, diet=[{"magnesium": "101 mg/day"}]),
        _long("k-40", 30.0, diet=[{"potassium": "40 mmol/day"}]),
        _long("k-250", 30.0, diet=[{"potassium": "250 mmol/day"}]),
        _long("na-10", 14.0, diet=[{"sodium": "10 mmol/day"}]),
        _long("na-350", 14.0, diet=[{"sodium": "350 mmol/day"}]),
        _test_day("kcl-load", potassium="35 mmol"),
        _test_day("meal", carbohydrate="95 g"),
        _test_day("meal-and-kcl", carbohydrate="95 g", potassium="35 mmol"),
        _test_day("glucose", carbohydrate="75 g"),
        _loading_test("loading-test", 1.0, "14 mmol/day"),
        _loading_test("loading-test-low-mg", 3.0, "0.5 mmol/day"),
        Trial(
            Condition.model_validate({
                "name": "mg-infusion", "duration": "6 hour",
                "supplement": [{
                    "ion": "magnesium", "route": "intravenous", "amount": "25 mmol",
                    "start": "1 hour", "stop": "1.5 hour",
                }, {
                    "ion": "magnesium", "route": "intravenous", "dose": "200 mmol/day",
                    "start": "1.5 hour",
                }],
            }),
            0.25,
        ),
        _long(
            "inhibitor-rechallenge",
            365.0 + 42.0 + 112.0,
            treatment=[
                {"kind": "proton-pump-inhibitor", "effect": 1.0, "stop": "365 day"},
                {"kind": "proton-pump-inhibitor", "effect": 1.0, "start": "407 day"},
            ],
            supplement=[{"ion": "magnesium", "dose": "24 mmol/day", "stop": "365 day"}],
        ),
    ]  # fmt: skip
    return {trial.condition.name: trial for trial in trials}


TRIALS = _trials()
"""Every trial by name."""


class Trials:
    """Results of trials on one virtual body, each run when it is first asked for.

    Parameters
    ----------
    parameters : mapping, optional
        Parameters that differ from the shipped ones.
    n_cells : int
        Cells; with five, one of each type, the body is the mean-field twin.
    seed : int
        Names the cells, if there are more.

    Attributes
    ----------
    parameters : dict
        Parameters that differ from the shipped ones.
    """

    def __init__(
        self, parameters: Mapping[str, float] | None = None, n_cells: int = 5, seed: int = 0
    ) -> None:
        self.parameters = dict(parameters or {})
        self._n_cells, self._seed = n_cells, seed
        self._results: dict[str, Result] = {}

    def result(self, name: str) -> Result:
        """Result of a trial."""
        if name not in self._results:
            trial = TRIALS[name]
            self._results[name] = run(
                trial.condition,
                self._n_cells,
                seed=self._seed,
                noise=False,
                heterogeneous=self._n_cells > 5,
                parameters=self.parameters,
                step_hours=trial.every,
                record_hours=trial.every,
                snapshots=2,
            )
        return self._results[name]

    def table(self, name: str) -> pd.DataFrame:
        """Table of a trial, indexed by day."""
        return self.result(name).table

    def value(self, name: str, variable: str, day: float | None = None) -> float:
        """A variable of a trial on a day, between rows in proportion; without day at the end."""
        table = self.table(name)
        last = float(table.index[-1])
        return float(np.interp(last if day is None else day, table.index, table[variable]))

    def change(self, name: str, variable: str, day: float | None = None) -> float:
        """Change of a variable since the start of a trial."""
        return self.value(name, variable, day) - self.value(name, variable, 0.0)

    def at_level(self, name: str, driver: str, level: float, variable: str) -> float:
        """A variable at the moment when another, the driver, has fallen to a level."""
        table = self.table(name)
        fallen = np.flatnonzero(table[driver].to_numpy() <= level)
        if not fallen.size or not fallen[0]:
            return float("nan")
        around = table.iloc[[fallen[0], fallen[0] - 1]]
        return float(np.interp(level, around[driver], around[variable]))

    def test_day(self, name: str, minutes: float, variable: str = "plasma_k") -> float:
        """Change of a variable some minutes after a test of one day began."""
        start = TEST_HOUR / HOURS_PER_DAY
        later = start + minutes / 60.0 / HOURS_PER_DAY
        return self.value(name, variable, later) - self.value(name, variable, start)

    def retention(self, name: str) -> float:
        """Part of a Mg load of 30 mmol that is not in the urine of its day, the usual taken off [1]."""
        table = self.table(name)
        end = float(table.index[-1])
        usual = float(table["urine_mg"][table.index <= end - 1.0].iloc[-1])
        day = table["urine_mg"][table.index > end - 1.0 + 1e-9].mean()
        return 1.0 - (float(day) - usual) / 30.0
