"""What is recorded of a tissue: rows of variables over time, and tables of its cells."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.parameters import CELL_TYPES
from sim.physiology.body_state import BodyState
from sim.physiology.cell_state import CellState, CellTraits, Membrane
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.observation import (
    Origin,
    RecordedObservation,
    RecordedRows,
    needs_of,
    origin_of,
)
from sim.tissue.raw_row import RowWorkspace, new_row_workspace
from sim.tissue.tissue import Tissue
from sim.variables.observation import Cell
from sim.variables.table import PER_CELL, VARIABLES

Array = NDArray[np.float64]

_TYPES = pd.CategoricalDtype(pd.Index(CELL_TYPES))
_NUMBERS = pd.Index([name for name in PER_CELL if name != "type"])

FEW_ROWS = 64
"""Rows for which there is room at first, if their number is not known."""


class Recorder:
    """Collects rows of a tissue, and of its branches, over time.

    Flows (intake, urine, stool) are means over the time since the last row; in the first row they are
    those of the moment. At each row compiled code keeps the numbers that the variables need; the
    variables are computed when :meth:`values` or :meth:`table` is called, from all rows at once.

    Parameters
    ----------
    variables : iterable of str
        Names from :data:`~sim.variables.table.VARIABLES`; only what these need is computed.
    n_rows : int
        Number of rows for which room is made. More can be recorded.
    """

    def __init__(self, variables: Iterable[str] = VARIABLES, n_rows: int = FEW_ROWS) -> None:
        self.variables = tuple(variables)
        self._readers = tuple(VARIABLES[name].read for name in self.variables)
        self._needs = needs_of(self._readers)
        self._raw = np.empty((max(n_rows, 2), self._needs.form.width))
        self._n_rows = 0
        self._origin: Origin | None = None
        self._rates: BodyState | None = None
        self._workspace: tuple[Sequence[int], RowWorkspace] | None = None

    def branch(self) -> "Recorder":
        """Return a recorder that continues from here on its own."""
        other = Recorder(self.variables, len(self._raw))
        other._raw[: self._n_rows] = self._raw[: self._n_rows]
        other._n_rows, other._origin, other._rates = self._n_rows, self._origin, self._rates
        return other

    def record(self, tissue: Tissue) -> None:
        """Add a row for the present."""
        if self._n_rows == 0:
            self._origin = origin_of(tissue)
            self._rates = tissue.body_rates() if self._needs.rates else None
        if self._n_rows == len(self._raw):
            self._raw = np.concatenate([self._raw, np.empty_like(self._raw)])
        form = self._needs.form
        if self._workspace is None or self._workspace[0] is not tissue.counts:
            self._workspace = tissue.counts, new_row_workspace(form, tissue.counts)
        tissue.write_row(form, self._workspace[1], self._raw[self._n_rows])
        self._n_rows += 1

    @property
    def times(self) -> list[float]:
        """Time of each row [day]."""
        times: list[float] = (self._raw[: self._n_rows, 0] / HOURS_PER_DAY).tolist()
        return times

    @property
    def rows(self) -> list[list[float]]:
        """Values of each row, in the order of the variables."""
        rows: list[list[float]] = self.values().tolist()
        return rows

    def latest(self, name: str) -> float:
        """Value of a variable in the last row."""
        since = max(self._n_rows - 2, 0)  # A flow needs the row before.
        return float(self._columns([self.variables.index(name)], since)[-1, 0])

    def worst_imbalance(self) -> float:
        """Largest imbalance of any audit in any row [1]."""
        audits = [i for i, name in enumerate(self.variables) if name.startswith("audit_")]
        return float(np.abs(self._columns(audits)).max(initial=0.0))

    def values(self) -> Array:
        """All rows, (rows, variables)."""
        return self._columns(range(len(self.variables)))

    def table(self) -> pd.DataFrame:
        """All rows, indexed by time [day]."""
        index = pd.Index(self.times, name="time", dtype=float)
        return pd.DataFrame(self.values(), columns=list(self.variables), index=index)

    def _columns(self, places: Sequence[int], since: int = 0) -> Array:
        """Values of some variables in all rows since one, (rows, variables)."""
        raw = self._raw[since : self._n_rows]
        values = np.empty((len(raw), len(places)))
        if self._origin is not None:
            rows = RecordedRows(raw, self._needs.form, self._origin, self._rates)
            now = RecordedObservation(rows)
            for column, place in enumerate(places):
                values[:, column] = self._readers[place](now)
        return values


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
    types = np.repeat(np.arange(len(CELL_TYPES)), tissue.counts)
    traits: dict[str, Any] = tissue.traits_now()
    cells = Cell(
        membrane=Membrane(*tissue.observe()),
        state=CellState(*tissue.cells),
        traits=CellTraits(**traits),
        types=types,
    )
    columns = {name: variable.read(cells)[chosen] for name, variable in PER_CELL.items()}
    cell_types = pd.Series(pd.Categorical.from_codes(columns.pop("type"), dtype=_TYPES))
    # One array of all numbers: a table made column by column takes longer than a day of a small tissue.
    numbers = np.column_stack(list(columns.values()))
    index = pd.Index(np.arange(tissue.n_cells)[chosen], name="cell")
    table = pd.DataFrame(numbers, columns=_NUMBERS, index=index)
    table.insert(list(PER_CELL).index("type"), "type", cell_types.set_axis(index))
    return table


def _first_of_each_type(tissue: Tissue, max_cells: int) -> NDArray[np.int_]:
    """Indices of the first cells of each type, in proportion to their numbers."""
    fraction = min(1.0, max_cells / tissue.n_cells)
    return np.concatenate([
        np.arange(cells.start, cells.start + int(np.ceil(fraction * (cells.stop - cells.start))))
        for cells in tissue.slices()
    ])  # fmt: skip
