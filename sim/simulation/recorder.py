"""What is recorded of a tissue: rows of variables over time, and tables of its cells."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.observation import MeanFlows, TissueCells, TissueObservation
from sim.tissue.tissue import Tissue
from sim.variables.table import PER_CELL, VARIABLES

Array = NDArray[np.float64]


class Recorder:
    """Collects rows of a tissue over time.

    Flows (intake, urine, stool) are means over the time since the last row; in the first row they are
    those of the moment.

    Parameters
    ----------
    variables : iterable of str
        Names from :data:`~sim.variables.table.VARIABLES`; only what these need is computed.
    """

    def __init__(self, variables: Iterable[str] = VARIABLES) -> None:
        self.variables = tuple(variables)
        self.times: list[float] = []
        self.rows: list[list[float]] = []
        self._readers = [VARIABLES[name].read for name in self.variables]
        self._mean_flows = MeanFlows()

    def branch(self) -> "Recorder":
        """Return a recorder that continues from here on its own."""
        other = Recorder(self.variables)
        other.times, other.rows = [*self.times], [*self.rows]
        other._mean_flows = self._mean_flows.copy()
        return other

    def record(self, tissue: Tissue) -> None:
        """Add a row for the present."""
        now = TissueObservation(tissue, self._mean_flows)
        self.rows.append([read(now) for read in self._readers])
        self.times.append(tissue.time / HOURS_PER_DAY)

    def latest(self, name: str) -> float:
        """Value of a variable in the last row."""
        return self.rows[-1][self.variables.index(name)]

    def worst_imbalance(self) -> float:
        """Largest imbalance of any audit in any row [1]."""
        columns = [i for i, name in enumerate(self.variables) if name.startswith("audit_")]
        return max((abs(row[i]) for row in self.rows for i in columns), default=0.0)

    def values(self) -> Array:
        """All rows, (rows, variables)."""
        return np.array(self.rows, dtype=float).reshape(len(self.rows), len(self.variables))

    def table(self) -> pd.DataFrame:
        """All rows, indexed by time [day]."""
        index = pd.Index(self.times, name="time")
        return pd.DataFrame(self.values(), columns=list(self.variables), index=index)


def cell_table(tissue: Tissue, max_cells: int | None = None) -> pd.DataFrame:
    """Every cell now, a row a cell, columns as in :data:`~sim.variables.table.PER_CELL`.

    Parameters
    ----------
    tissue : Tissue
        The tissue.
    max_cells : int, optional
        Only so many cells or a few more, of every type in proportion.
    """
    chosen = slice(None) if max_cells is None else _first_of_each_type(tissue, max_cells)
    cells = TissueCells(tissue)
    columns = {name: cells.values(name)[chosen] for name in PER_CELL}
    return pd.DataFrame(columns, index=pd.Index(np.arange(tissue.n_cells)[chosen], name="cell"))


def _first_of_each_type(tissue: Tissue, max_cells: int) -> NDArray[np.int_]:
    """Indices of the first cells of each type, in proportion to their numbers."""
    fraction = min(1.0, max_cells / tissue.n_cells)
    return np.concatenate([
        np.arange(cells.start, cells.start + int(np.ceil(fraction * (cells.stop - cells.start))))
        for cells in tissue.slices()
    ])  # fmt: skip
