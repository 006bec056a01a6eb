"""Two runs side by side: tables and a figure of their differences."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition
from sim.errors import InputError
from sim.simulation.plan import Plan, plan
from sim.simulation.result import Result, open_result
from sim.simulation.running import carry_out
from sim.system.files import new_folder
from sim.system.versions import package_versions
from sim.variables.table import VARIABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SAME = (
    "n_cells", "seed", "replicate", "person", "noise", "noise_hours", "heterogeneous", "tolerance",
    "parameters_changed", "resumed_at", "versions",
)  # fmt: skip
"""What two runs must share to be one body in two circumstances."""


@dataclass(frozen=True)
class Comparison:
    """Two runs; the second is compared with the first.

    Attributes
    ----------
    first, second : Result
        The runs.
    """

    first: Result
    second: Result

    @cached_property
    def names(self) -> tuple[str, str]:
        """How the runs are called: by their conditions, with A and B added where these are the same."""
        a, b = self.first.condition.name, self.second.condition.name
        return (a, b) if a != b else (f"{a} (A)", f"{b} (B)")

    @property
    def differing(self) -> list[str]:
        """What differs between the runs beside the condition.

        Nothing: it is one body in two circumstances, and differences are those of the conditions alone,
        in the past of a body that was resumed too. Otherwise chance, or other numbers of the model, add
        to them.
        """
        own, other = self.first.provenance, self.second.provenance
        return [name for name in SAME if own.get(name) != other.get(name)]

    @cached_property
    def times(self) -> "pd.Index[float]":
        """Days that both runs recorded."""
        days = np.round(self.first.table.index.to_numpy(dtype=float), 6)
        shared = np.isin(days, np.round(self.second.table.index.to_numpy(dtype=float), 6))
        return self.first.table.index[shared]

    @cached_property
    def courses(self) -> pd.DataFrame:
        """Second less first: a row a day of :attr:`times`, a column a variable, in its own unit."""
        a, b = self._both()
        return b - a

    def table(self, day: float | None = None) -> pd.DataFrame:
        """Both runs and their difference on one day.

        Parameters
        ----------
        day : float, optional
            The nearest of :attr:`times` is taken, and is in ``.attrs["day"]``; by default the last.

        Raises
        ------
        InputError
            If the day lies outside of these.

        Returns
        -------
        pandas.DataFrame
            A row a variable; columns ``first``, ``second``, ``difference``, ``unit``, ``meaning``, and
            ``low`` and ``high``, the reference range.
        """
        a, b = self._both()
        days = self.times.to_numpy(dtype=float)
        if day is not None and not days[0] <= day <= days[-1]:
            raise InputError([f"day = {day:g}; both have recorded days {days[0]:g} to {days[-1]:g}"])
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

        last = self.table()
        with new_folder(Path(folder)) as draft:
            self.first.save(draft / "A")
            self.second.save(draft / "B")
            last.to_csv(draft / "differences.csv", index_label="variable", float_format="%.6g")
            save(self.plot(), draft / "comparison.png")
            facts = {"A": self.names[0], "B": self.names[1], "differing": self.differing,
                     "day": last.attrs["day"], "versions": package_versions()}  # fmt: skip
            text = json.dumps(facts, indent=1, ensure_ascii=False)
            (draft / "provenance.json").write_text(text + "\n", encoding="utf-8")
        return sorted(Path(folder).iterdir())

    def _both(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Tables of both runs on the days that both recorded."""
        days = self.times
        return self.first.table.loc[days], self.second.table.reindex(days, method="nearest")


def compare(
    first: str | Path | Condition | Result, second: str | Path | Condition | Result, **options: Any
) -> Comparison:
    """Put two runs side by side.

    Parameters
    ----------
    first, second : str, path, Condition or Result
        A result, the folder of one, or a condition, which is run. Two conditions get the same cells and
        the same fluctuations, so that their differences are those of the conditions alone.
    **options
        Of :func:`sim.run`, for conditions.

    Raises
    ------
    InputError
        If the input is invalid; every problem is listed. Also if no day was recorded in both.
    SimulationError
        If a run fails.
    """
    sides: list[Result | Plan] = []
    problems: list[str] = []
    for given in (first, second):
        try:
            sides.append(side_of(given, options))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(list(dict.fromkeys(problems)))
    a, b = (carry_out(side) if isinstance(side, Plan) else side for side in sides)
    return compared(a, b)


def compared(first: Result, second: Result) -> Comparison:
    """Put two results side by side; InputError if no day after the start was recorded in both."""
    comparison = Comparison(first, second)
    if len(comparison.times) < 2:
        raise InputError(
            [
                f"{' and '.join(comparison.names)} have recorded no day after the start in common; "
                "run both with the same record_hours"
            ]
        )  # fmt: skip
    return comparison


def side_of(given: str | Path | Condition | Result, options: Mapping[str, Any]) -> Result | Plan:
    """Take a result, read one from a folder, or plan the run of a condition.

    Raises
    ------
    InputError
        If the input is invalid; every problem is listed.
    """
    if isinstance(given, Result):
        return given
    if isinstance(given, (str, Path)) and Path(given).is_dir():
        return open_result(given)
    return plan(given, **options)
