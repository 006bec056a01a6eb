"""Traits and states of many cells in arrays, and how names reach their places."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import law
from sim.numerics.layout import element_reader, rows_reader, vector_writer
from sim.physiology.cell_state import CellState, CellTraits

Traits = NDArray[np.float32]
"""Traits of all cells, (traits, cells) [1]; seven digits of a drawn number are more than is known."""

Rows = Any
"""A record, such as :class:`CellState`, whose fields are rows of a table: a number a cell."""

N_STATES = len(CellState._fields)
"""Number of states of a cell."""
N_TRAITS = len(CellTraits._fields)
"""Number of traits of a cell."""
SIZE = CellTraits._fields.index("size")
"""Row of the size among the traits."""

state_rows = rows_reader(CellState)
"""Rows of the states of some cells, by name."""
trait_rows = rows_reader(CellTraits)
"""Rows of the traits of some cells, by name."""
read_state_at = element_reader(CellState)
read_traits_at = element_reader(CellTraits)
"""State, or traits, of the cell at a place of named rows, as double numbers."""
write_cell = vector_writer(CellState)
"""Writes a state into a column of the cells' states."""


@law
def read_traits(traits: Traits, i: int) -> CellTraits:
    """Traits of one cell, as double numbers."""
    return read_traits_at(trait_rows(traits, i, i + 1), 0)
