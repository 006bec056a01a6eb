"""Comparison of two runs: tables and a figure of their differences."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.conditions.condition import Condition
from sim.conditions.plan import RunPlan
from sim.conditions.remarks import warn_of
from sim.errors import InputError, SimulationError, SimulationInterrupted
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.result import Result, open_result
from sim.simulation.running import execute
from sim.simulation.stored_run import write_provenance
from sim.system.files import new_folder
from sim.system.versions import package_versions
from sim.variables.table import VARIABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAIRED_BY = (
    "n_cells",
    "seed",
    "replicate",
    "person",
    "noise",
    "noise_hours",
    "heterogeneous",
    "tolerance",
    "order",
    "parameters_changed",
    "resumed_at",
    "versions",
    "sources",
)
"""Entries of provenance that two runs must share to be the same body under two conditions."""

SHARED_DIGITS = 6
"""Digits after the point to which days of two runs must agree to be the same [day]."""


@dataclass(frozen=True)
class Comparison:
    """Two runs, the second compared with the first.

    Attributes
    ----------
    first, second : Result
        The runs.
    """

    first: Result
    second: Result

    @cached_property
    def names(self) -> tuple[str, str]:
        """Names of the runs: their conditions', with A and B added where these are the same."""
        a, b = self.first.condition.name, self.second.condition.name
        return (a, b) if a != b else (f"{a} (A)", f"{b} (B)")

    @property
    def other_differences(self) -> list[str]:
        """In which entries of provenance the runs differ, apart from the condition.

        If in none, the same body was simulated under both conditions, and differences are the effect
        of the conditions alone, those in the past of a resumed body included. Otherwise chance, or
        other parameters, contribute to them.
        """
        first, second = self.first.provenance, self.second.provenance
        return [name for name in PAIRED_BY if first.get(name) != second.get(name)]

    @property
    def differing(self) -> list[str]:
        """Former name of :attr:`other_differences`, kept for version 0.2."""
        return self.other_differences

    @cached_property
    def times(self) -> "pd.Index[float]":
        """Days that both runs have recorded."""
        shared = np.isin(_recorded_days(self.first), _recorded_days(self.second))
        return self.first.table.index[shared]

    @cached_property
    def courses(self) -> pd.DataFrame:
        """Second minus first: a row a day of :attr:`times`, a column a variable, in its own unit."""
        a, b = self._both()
        return b - a

    def table(self, day: float | None = None) -> pd.DataFrame:
        """Both runs and their difference on one day.

        Parameters
        ----------
        day : float, optional
            The nearest of :attr:`times` is used, and is in ``.attrs["day"]``; by default the last.

        Returns
        -------
        pandas.DataFrame
            A row a variable; columns ``first``, ``second``, ``difference``, ``unit``, ``meaning``, and
            ``low`` and ``high``, the reference range.

        Raises
        ------
        InputError
            If the day lies outside :attr:`times`.
        """
        if problems := day_problems((self.first, self.second), day):
            raise InputError(problems)
        a, b = self._both()
        days = self.times.to_numpy(dtype=float)
        nearest = float(days[-1] if day is None else days[np.abs(days - day).argmin()])
        frame = pd.DataFrame({"first": a.loc[nearest], "second": b.loc[nearest]})
        frame["difference"] = frame["second"] - frame["first"]
        columns = ["unit", "meaning", "low", "high"]
        about = {name: [getattr(v, column) for column in columns] for name, v in VARIABLES.items()}
        frame = frame.join(pd.DataFrame.from_dict(about, orient="index", columns=columns))
        frame.attrs["day"] = nearest
        return frame

    def plot(self) -> "Figure":
        """Draw both runs and their difference; see :func:`sim.figures.draw_comparison`."""
        from sim.figures.comparison import draw_comparison

        return draw_comparison(self.names, self._both(), (self.first.condition, self.second.condition))

    def save(self, folder: str | Path) -> list[Path]:
        """Write both runs, the table of the last day, the figure and provenance into a new folder.

        Parameters
        ----------
        folder : str or path
            Must not exist.

        Returns
        -------
        list of path
            ``A`` and ``B`` (folders of the runs), ``differences.csv``, ``comparison.png``,
            ``provenance.json``.

        Raises
        ------
        FileExistsError
            If there is something already.
        """
        from sim.figures.page import save

        last, folder = self.table(), Path(folder).expanduser()
        with new_folder(folder) as draft:
            self.first.save(draft / "A")
            self.second.save(draft / "B")
            last.to_csv(draft / "differences.csv", index_label="variable", float_format="%.6g")
            save(self.plot(), draft / "comparison.png")
            facts = {
                "A": self.names[0],
                "B": self.names[1],
                "differing": self.other_differences,
                "day": last.attrs["day"],
                "versions": package_versions(),
            }
            write_provenance(draft, facts)
        return sorted(folder.iterdir())

    def _both(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Tables of both runs on the days that both recorded."""
        days = self.times
        return self.first.table.loc[days], self.second.table.reindex(days, method="nearest")


def compare(
    first: str | Path | Condition | Result, second: str | Path | Condition | Result, **options: Any
) -> Comparison:
    """Compare two runs.

    Parameters
    ----------
    first, second : str, path, Condition or Result
        A result, the folder of one, or a condition, which is run. Two conditions get the same cells and
        the same fluctuations, so that their differences are the effect of the conditions alone.
    **options
        Arguments of :func:`sim.run`, for conditions.

    Raises
    ------
    InputError
        If the input is invalid; every problem is listed. Also if no day was recorded in both.
    SimulationError, SimulationInterrupted
        If a run fails or is interrupted; ``finished`` holds the first if that had finished.
    """
    sides: list[Result | RunPlan] = []
    problems: list[str] = []
    for given in (first, second):
        try:
            sides.append(result_or_plan(given, options))
        except InputError as error:
            problems += error.problems
    if problems := list(dict.fromkeys(problems)) or day_problems(sides):
        raise InputError(problems)
    warn_of([text for s in sides if isinstance(s, RunPlan) for text in s.remarks], stacklevel=3)
    results: list[Result] = []
    for side in sides:
        try:
            results.append(execute(side) if isinstance(side, RunPlan) else side)
        except (SimulationError, SimulationInterrupted) as stop:
            stop.finished = tuple(results)
            raise
    return compare_results(*results)


def day_problems(sides: Sequence[Result | RunPlan], day: float | None = None) -> list[str]:
    """Say that two runs, done or planned, have no days in common, or do not reach the one wanted.

    Parameters
    ----------
    sides : sequence of Result or RunPlan
        The two runs.
    day : float, optional
        Day of the table [day].
    """
    first, second = (_recorded_days(side) for side in sides)
    shared = np.intersect1d(first, second)
    if len(shared) < 2:
        names = " and ".join(side.condition.name for side in sides)
        return [
            f"{names} have recorded no day after the start in common; "
            "run both with the same record_hours"
        ]
    if day is not None and not shared[0] <= day <= shared[-1]:
        return [f"day = {day:g}; both have recorded days {shared[0]:g} to {shared[-1]:g}"]
    return []


def compare_results(first: Result, second: Result) -> Comparison:
    """Compare two results.

    Raises
    ------
    InputError
        If no day after the start was recorded in both.
    """
    if problems := day_problems((first, second)):
        raise InputError(problems)
    return Comparison(first, second)


def _recorded_days(side: Result | RunPlan) -> NDArray[np.float64]:
    """Days of the rows of a run, done or planned."""
    if isinstance(side, RunPlan):
        rows = np.array(side.steps.rows_every(side.record_hours)) / HOURS_PER_DAY
    else:
        rows = side.table.index.to_numpy(dtype=float)
    return np.round(rows, SHARED_DIGITS)


def result_or_plan(
    given: str | Path | Condition | Result, options: Mapping[str, Any]
) -> Result | RunPlan:
    """Return a result as it is, read one from a folder, or plan the run of a condition.

    Raises
    ------
    InputError
        If the input is invalid; every problem is listed.
    """
    if isinstance(given, Result):
        return given
    if isinstance(given, (str, Path)) and os.path.isdir(given):
        return open_result(given)
    return RunPlan(given, **options)
