"""Trials: virtual experiments that repeat published studies, for validation and calibration.

Each trial is a condition in ``trials.toml``. :class:`Trials` runs one on first use and keeps its result.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition, load, read
from sim.errors import ConditionError, InputError
from sim.parameters import CELL_TYPES
from sim.simulation.result import Result
from sim.simulation.running import run

TRIALS_FILE = Path(__file__).with_name("trials.toml")


@dataclass(frozen=True)
class Trial:
    """A condition, and the time step and recording interval of its run [h]."""

    condition: Condition
    step_hours: float


def load_trials(path: Path = TRIALS_FILE) -> dict[str, Trial]:
    """Read trials from a TOML file.

    Returns
    -------
    dict of Trial
        By name, in the order of the file.

    Raises
    ------
    InputError
        Lists every problem of every trial.
    """
    trials: dict[str, Trial] = {}
    problems = []
    for number, table in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["trial"], start=1):
        name = table.get("name", f"no. {number}")
        try:
            trial = _trial(table, trials)
        except ConditionError as error:
            problems += [f"{path.name}, trial {name}: {problem}" for problem in error.problems]
            continue
        if name in trials:
            problems.append(f"{path.name}, trial {name}: there are two of this name; rename one")
        trials[name] = trial
    if problems:
        raise InputError(problems)
    return trials


def _trial(table: Mapping[str, Any], earlier: Mapping[str, Trial]) -> Trial:
    """Make one trial from its table; ConditionError lists its problems."""
    fields = dict(table)
    step, base = fields.pop("step_hours", None), fields.pop("based_on", None)
    valid = isinstance(step, (int, float)) and step > 0.0
    problems = [] if valid else [f"step_hours = {step!r}; give a positive number of hours"]
    try:
        if base is not None:
            condition = earlier[base].condition if base in earlier else load(base)
            fields = {**condition.model_dump(mode="json", exclude_defaults=True), **fields}
        condition = read(fields)
    except ConditionError as error:
        problems += error.problems
    if problems:
        raise ConditionError(problems)
    return Trial(condition=condition, step_hours=float(step))


TRIALS = load_trials()
"""Every trial by name."""


class Trials:
    """Results of trials on one virtual body; each trial runs on first use.

    Parameters
    ----------
    parameters : mapping, optional
        Parameters that differ from the default ones.
    n_cells : int
        Number of cells; one of each type are the mean-field twin.
    seed : int
        Seed of the differences between cells, if there are more.

    Attributes
    ----------
    parameters : dict
        Parameters that differ from the default ones.
    """

    def __init__(
        self,
        parameters: Mapping[str, float] | None = None,
        n_cells: int = len(CELL_TYPES),
        seed: int = 0,
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
                heterogeneous=self._n_cells > len(CELL_TYPES),
                parameters=self.parameters,
                step_hours=trial.step_hours,
                record_hours=trial.step_hours,
                snapshots=2,
            )
        return self._results[name]

    def table(self, name: str) -> pd.DataFrame:
        """Table of a trial, indexed by day."""
        return self.result(name).table

    def value(self, name: str, variable: str, day: float | None = None) -> float:
        """Value of a variable of a trial on a day, interpolated linearly; by default at the end."""
        table = self.table(name)
        last = float(table.index[-1])
        return float(np.interp(last if day is None else day, table.index, table[variable]))
