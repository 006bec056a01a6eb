"""What a run gives: tables, units, snapshots of cells, provenance, a figure; and how it is kept."""

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.checkpoint import save_tissue
from sim.condition import Condition
from sim.tissue import Tissue

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Result:
    """What a run gives.

    Attributes
    ----------
    condition : Condition
        What was done.
    table : pandas.DataFrame
        A row a recorded time (index: days), a column a variable.
    units : dict
        Unit of each column of ``table`` and of ``cells``.
    snapshots : dict
        Tables of cells by time [day].
    provenance : dict
        Everything needed to repeat the run.
    tissue : Tissue
        The tissue at the end, for :func:`sim.resume` and :func:`sim.save_tissue`.
    """

    condition: Condition
    table: pd.DataFrame
    units: dict[str, str]
    snapshots: dict[float, pd.DataFrame]
    provenance: dict[str, Any]
    tissue: Tissue = field(repr=False)

    @property
    def finished(self) -> bool:
        """Whether the run reached its end."""
        return bool(self.provenance["outcome"] == "finished")

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

    def plot(self) -> "Figure":
        """Draw the run on one page; see :func:`sim.figures.overview`."""
        from sim.figures import overview

        return overview(self.condition, self.table, self.snapshots)

    def save(self, folder: str | Path, *, state: bool = False) -> list[Path]:
        """Write tables, figure and provenance into a new folder, all of it or nothing.

        Parameters
        ----------
        folder : str or path
            Must not exist.
        state : bool
            Whether the tissue at the end is kept too.

        Returns
        -------
        list of path
            ``table.parquet``, ``cells.parquet``, ``overview.png``, ``provenance.json``; ``state.npz``.

        Raises
        ------
        FileExistsError
            If there is something already.
        """
        from sim.figures import save

        folder = Path(folder)
        if folder.exists():
            raise FileExistsError(f"{folder} exists already")
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            self.table.to_parquet(draft / "table.parquet")
            pd.concat(self.snapshots, names=["time"]).to_parquet(draft / "cells.parquet")
            save(self.plot(), draft / "overview.png")
            record = json.dumps(self.provenance | {"units": self.units}, indent=1, ensure_ascii=False)
            (draft / "provenance.json").write_text(record + "\n", encoding="utf-8")
            if state:
                save_tissue(self.tissue, draft / "state.npz")
            draft.chmod(0o755)
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        return sorted(folder.iterdir())
