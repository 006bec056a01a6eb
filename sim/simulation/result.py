"""The result of a run: tables, units, snapshots of cells, provenance and figures; saved and read."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition
from sim.errors import InputError, unknown_names
from sim.parameters import Parameters
from sim.physiology.virtual_persons import Person, apply_person
from sim.simulation.stored_run import CELLS, STATE, TABLE, read_run, write_provenance
from sim.simulation.survival import is_finished
from sim.system.files import new_folder
from sim.tissue.checkpoint import load_tissue, save_tissue
from sim.tissue.tissue import Tissue
from sim.variables.table import VARIABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False, eq=False)
class Result:
    """The result of a run.

    Two are equal if condition, provenance and all recorded numbers are. A result can be pickled and
    copied, so that it may come from another process.

    Attributes
    ----------
    condition : Condition
        The interventions.
    table : pandas.DataFrame
        A row a recorded time (index: days), a column a variable.
    units : dict
        Unit of each column of ``table`` and of ``cells``.
    snapshots : dict
        Tables of cells by time [day].
    provenance : dict
        Everything needed to repeat the run.
    tissue : Tissue or None
        The tissue at the end, for :func:`sim.resume` and :func:`sim.save_tissue`; None if the result was
        read from a folder that does not keep it.
    """

    condition: Condition
    table: pd.DataFrame
    units: dict[str, str]
    snapshots: dict[float, pd.DataFrame]
    provenance: dict[str, Any]
    tissue: Tissue | None

    def __repr__(self) -> str:
        until = (
            f"{len(self.table)} rows to day {self.table.index[-1]:g}" if len(self.table) else "no rows"
        )
        cells, outcome = self.provenance["n_cells"], self.provenance["outcome"]
        return f"<Result {self.condition.name}: {until}, {cells} cells, {outcome}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return (
            (self.condition, self.provenance, self.units)
            == (other.condition, other.provenance, other.units)
            and self.table.equals(other.table)
            and list(self.snapshots) == list(other.snapshots)
            and all(cells.equals(other.snapshots[time]) for time, cells in self.snapshots.items())
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def finished(self) -> bool:
        """Whether the run reached its end; :attr:`survivable` says whether a body could have."""
        return is_finished(str(self.provenance["outcome"]))

    @property
    def survivable(self) -> bool:
        """Whether no limit of survival was crossed; ``provenance["survival"]`` says which were."""
        return not self.provenance.get("survival")

    def cells(self, time: float | None = None) -> pd.DataFrame:
        """Cells at the snapshot nearest to a time, a row a cell.

        Parameters
        ----------
        time : float, optional
            Time [day]; by default the end. The snapshot's own time is in ``.attrs["time"]``.
        """
        times = np.array(list(self.snapshots))
        wanted = times[-1] if time is None else time
        nearest = float(times[np.abs(times - wanted).argmin()])
        frame = self.snapshots[nearest].copy()
        frame.attrs["time"] = nearest
        return frame

    @property
    def parameters(self) -> Parameters:
        """Parameters of the body that was simulated."""
        numbers = Parameters().with_values(self.provenance["parameters"])
        person = self.provenance.get("person")
        return apply_person(Person(**person), numbers) if isinstance(person, dict) else numbers

    def plot(self, *what: str, days: Sequence[float] = ()) -> "Figure":
        """Draw the run.

        Parameters
        ----------
        *what : str
            One of :data:`sim.figures.FIGURES`: "overview" (as without), "sheet" of the main numbers,
            "balance" … Or some variables of ``table``, a panel each.
        days : sequence of float
            For figures that show cells: use only the snapshots nearest to these days. "gamblegram" and
            "fluxes" draw the first and the last of them.

        Raises
        ------
        InputError
            If there is no such figure or variable.
        """
        from sim.figures.courses import draw_courses
        from sim.figures.run_figures import FIGURES

        if len(self.table) < 2 and what and (what == ("sheet",) or what[0] not in FIGURES):
            raise InputError(["the run has recorded too little to draw that"])
        if not what or (what[0] in FIGURES and len(what) == 1):
            seen = {cells.attrs["time"]: cells for cells in map(self.cells, sorted(days))}
            shown = replace(self, snapshots=seen) if seen else self
            return FIGURES[what[0] if what else "overview"](shown)
        if problems := figure_name_problems(what, map(str, self.table.columns)):
            raise InputError(problems)
        return draw_courses(self.table, what, self.condition.times())

    def save(self, folder: str | Path, *, state: bool = False) -> list[Path]:
        """Write tables, figure and provenance into a new folder, all of it or nothing.

        Parameters
        ----------
        folder : str or path
            Must not exist; ``~`` is the user's home folder.
        state : bool
            Whether to write the tissue at the end too.

        Returns
        -------
        list of path
            ``table.parquet``, ``cells.parquet``, ``overview.png``, ``provenance.json``; ``state.npz``.

        Raises
        ------
        FileExistsError
            If there is something already.
        """
        from sim.figures.page import save

        folder = Path(folder).expanduser()
        with new_folder(folder) as draft:
            self.table.to_parquet(draft / TABLE)
            pd.concat(self.snapshots, names=["time"]).to_parquet(draft / CELLS)
            save(self.plot(), draft / "overview.png")
            if state and self.tissue is not None:
                save_tissue(self.tissue, draft / STATE)
            write_provenance(draft, self.provenance | {"units": self.units})
        return sorted(folder.iterdir())


def figure_name_problems(what: Sequence[str], variables: Iterable[str] = VARIABLES) -> list[str]:
    """Say which names are neither figures nor variables, or cannot be drawn together."""
    from sim.figures.run_figures import FIGURES

    if problems := list(unknown_names(what, [*FIGURES, *variables], "figure or variable")):
        return [*problems, f"figures are {', '.join(FIGURES)}; variables: sim describe --variables"]
    if len(what) > 1 and (pages := [name for name in what if name in FIGURES]):
        return [f"{pages[0]} is a page of its own; draw it alone"]
    return []


def open_result(folder: str | os.PathLike[str]) -> Result:
    """Read a saved run.

    Parameters
    ----------
    folder : str or path
        Written by :meth:`Result.save` or ``sim run``.

    Raises
    ------
    InputError
        If it is not the folder of a run, or a file in it is missing, damaged or too large; lists every
        problem.
    """
    stored = read_run(Path(folder))
    return Result(
        condition=stored.condition,
        table=stored.table,
        units=stored.units,
        snapshots=stored.snapshots,
        provenance=stored.provenance,
        tissue=None if stored.state is None else load_tissue(stored.state),
    )
