"""Single cells that a study keeps."""

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.conditions.fields import Data, Time
from sim.conditions.plan import MAX_CELLS
from sim.study.validators import WholeNumber, non_empty_and_distinct, recorded_per_cell

CELL_VARIABLES = ("na_in", "k_in", "mg_free", "potential")
"""What is kept of each cell unless a design says otherwise."""
MAX_TIMES = 1000


class Snapshots(Data):
    """When single cells are kept, how many of them, and what of each.

    Parameters
    ----------
    at : sequence of str
        Times, such as "3 day"; each is moved to the nearest end of a step.
    cells : int
        Cells of each body.
    variables : sequence of str
        What is kept of a cell, from :data:`sim.variables.table.PER_CELL`.
    """

    at: Annotated[tuple[Time, ...], Field(max_length=MAX_TIMES), AfterValidator(non_empty_and_distinct)]
    cells: Annotated[WholeNumber, Field(ge=1, le=MAX_CELLS)] = 100
    variables: Annotated[
        tuple[str, ...], AfterValidator(non_empty_and_distinct), AfterValidator(recorded_per_cell)
    ] = CELL_VARIABLES
