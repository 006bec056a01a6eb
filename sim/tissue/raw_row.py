"""A row of numbers that a run keeps of a moment, written in one pass over the cells.

A row has the body with its running totals, the fluid, contents of all cells together, and statistics of
cells of a type. Variables are computed from columns of such rows when a run's table is made, see
:mod:`sim.simulation.observation`; so what is computed at every row is compiled, and the same whatever
is recorded, apart from parts that nothing needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.elementary import sqrt
from sim.numerics.jit import kernel, procedure
from sim.numerics.layout import names_of, vector_reader, vector_writer
from sim.numerics.order_statistics import write_percentiles
from sim.numerics.summation import pairwise_sum
from sim.parameters import CELL_TYPES
from sim.physiology.body_state import BodyState
from sim.physiology.cell_traits import state_rows, trait_rows
from sim.physiology.fluid import Fluid
from sim.tissue.audit import Totals
from sim.tissue.cell_variables import (
    CELL_VARIABLES,
    ITS_CONCENTRATIONS,
    ITS_POTENTIAL,
    NO_MEMBRANE,
    WHOLE_MEMBRANE,
    membrane_needed,
    write_values,
)
from sim.tissue.contents import CellContents, write_contents
from sim.tissue.context import Array, Context, body_of, cells_of, context_of, fraction_of_step
from sim.tissue.equations import shared_fluid
from sim.tissue.membranes import (
    N_FIELDS,
    cells_of_type,
    concentrations_of_rows,
    membrane_rows,
    membranes_of_rows,
    potentials_of_rows,
)
from sim.variables.variable import PERCENTILES

Requests = NDArray[np.int64]
"""What is asked of cells, (statistics, 5); see :class:`RowForm`."""

CHUNK = 512
"""Cells whose membranes are computed together: they fit into the cache of a processor."""


class RowHead(NamedTuple):
    """What every row begins with; contents are NaN unless they are asked for."""

    time: float
    """Since the start [h]."""
    body: BodyState
    """State of the body, its running totals since the start."""
    fluid: Fluid
    """Extracellular fluid."""
    contents: CellContents
    """Contents of all cells together."""
    added: Totals
    """What was added by hand [mmol]."""
    edits: float
    """Number of changes made by hand."""


N_HEAD = len(names_of(RowHead))
BODY, FLUID, CONTENTS, ADDED, EDITS = (
    names_of(RowHead).index(name)
    for name in ("body_ecf_na", "fluid_na", "contents_na", "added_na", "edits")
)
"""Where each part begins."""
MEAN, SD, FIRST_PERCENTILE = range(3)
N_STATISTICS = FIRST_PERCENTILE + len(PERCENTILES)
"""Places of the statistics of a variable of the cells of a type."""

read_head = vector_reader(RowHead)
"""Reads the head from a row, or from many rows as columns."""
_write_fluid = vector_writer(Fluid)


class RowForm(NamedTuple):
    """What a row contains.

    Attributes
    ----------
    contents : bool
        Whether contents of all cells are needed.
    places : mapping
        Where statistics of a variable of the cells of a type begin, by type and variable.
    requests : (statistics, 5) array
        Of each: place of the type, number of the variable, what it needs of the membranes, whether the
        standard deviation is needed, and whether percentiles.
    """

    contents: bool
    places: Mapping[tuple[str, str], int]
    requests: Requests

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return N_HEAD + N_STATISTICS * len(self.places)


class RowWorkspace(NamedTuple):
    """Room for the membranes of some cells, and for the values of variables of all cells of a type."""

    membranes: Array
    values: Array


def row_form(contents: bool, statistics: Mapping[tuple[str, str], Iterable[int]]) -> RowForm:
    """Make the form of a row.

    Parameters
    ----------
    contents : bool
        Whether contents of all cells are needed.
    statistics : mapping
        Which statistics are needed, as places from :data:`MEAN` on, by type of cells and variable.
    """
    # By type: the membranes of a type are computed once for all its variables.
    asked = sorted(
        (CELL_TYPES.index(cell_type), CELL_VARIABLES.index(variable), cell_type, variable)
        for cell_type, variable in statistics
    )
    requests = np.zeros((len(asked), 5), dtype=np.int64)
    places = {}
    for number, (type_place, variable_number, cell_type, variable) in enumerate(asked):
        wanted = set(statistics[cell_type, variable])
        places[cell_type, variable] = N_HEAD + N_STATISTICS * number
        requests[number] = (
            type_place,
            variable_number,
            membrane_needed(variable),
            SD in wanted,
            max(wanted, default=MEAN) >= FIRST_PERCENTILE,
        )
    return RowForm(contents=contents, places=places, requests=requests)


WITH_CONTENTS = row_form(contents=True, statistics={})
"""Form of a row with the contents of all cells, and no statistics of them."""


def new_row_workspace(form: RowForm, counts: Sequence[int]) -> RowWorkspace:
    """Make room for rows of a tissue with so many cells of each type."""
    per_type = np.bincount(form.requests[:, 0], minlength=len(counts))
    cells = max((n for n, asked in zip(counts, per_type, strict=True) if asked), default=0)
    return RowWorkspace(
        membranes=np.empty((N_FIELDS, min(CHUNK, cells))),
        values=np.empty((int(per_type.max()) + 1, cells)),
    )


@kernel
def write_row(
    t: float,
    y: Array,
    running_totals: Array,
    added: Array,
    edits: int,
    arrays: Any,
    contents: bool,
    requests: Requests,
    membranes: Array,
    values: Array,
    row: Array,
) -> None:
    """Write a row; see :class:`RowHead`, :class:`RowForm` and :class:`RowWorkspace`.

    ``arrays`` is the context :func:`~sim.tissue.context.as_arrays`.
    """
    context = context_of(arrays)
    n = context.traits.shape[1]
    cells, body = cells_of(y, n), body_of(y, n)
    fluid = shared_fluid(body, context)
    for i in range(row.size):
        row[i] = np.nan
    row[0] = t
    for i in range(body.size):
        row[BODY + i] = body[i] + running_totals[i]
    _write_fluid(fluid, row[FLUID:CONTENTS])
    if contents:
        write_contents(cells, fluid, context, row[CONTENTS:ADDED])
    for i in range(added.size):
        row[ADDED + i] = added[i]
    row[EDITS] = edits
    first = 0
    while first < requests.shape[0]:
        last = first + 1
        while last < requests.shape[0] and requests[last, 0] == requests[first, 0]:
            last += 1
        out = row[N_HEAD + N_STATISTICS * first : N_HEAD + N_STATISTICS * last]
        _write_type(t, cells, fluid, context, requests[first:last], membranes, values, out)
        first = last


@procedure
def _write_type(
    t: float,
    cells: Array,
    fluid: Fluid,
    context: Context,
    requests: Requests,
    membranes: Array,
    values: Array,
    out: Array,
) -> None:
    """Write the requested statistics of the cells of one type."""
    cell_type, needed = requests[0, 0], NO_MEMBRANE
    for r in range(requests.shape[0]):
        needed = max(needed, requests[r, 2])
    p, constants = context.cells[cell_type], context.cell_constants[cell_type]
    fraction = fraction_of_step(t, context)
    start, stop = cells_of_type(context, cell_type)
    if start == stop:
        return
    for first in range(start, stop, membranes.shape[1]):
        last = min(first + membranes.shape[1], stop)
        states, traits = state_rows(cells, first, last), trait_rows(context.traits, first, last)
        fields = membrane_rows(membranes, 0, last - first)
        if needed == WHOLE_MEMBRANE:
            membranes_of_rows(states, traits, fraction, fields, fluid, context.control, p, constants)
        elif needed == ITS_POTENTIAL:
            potentials_of_rows(states, traits, fraction, fields, fluid, context.control, p, constants)
        elif needed == ITS_CONCENTRATIONS:
            concentrations_of_rows(states, traits.size, fields, fluid, p, constants)
        for r in range(requests.shape[0]):
            found = values[r, first - start : last - start]
            write_values(requests[r, 1], fields, states, traits, fraction, found)
    terms = values[values.shape[0] - 1, : stop - start]
    for r in range(requests.shape[0]):
        statistics = out[N_STATISTICS * r : N_STATISTICS * (r + 1)]
        _write_statistics(values[r, : stop - start], terms, requests[r], statistics)


@procedure
def _write_statistics(values: Array, terms: Array, request: Requests, out: Array) -> None:
    """Write mean, SD and percentiles of some values, which are left in another order."""
    out[MEAN] = mean = pairwise_sum(values) / values.size
    if request[3]:
        for i in range(values.size):
            deviation = values[i] - mean
            terms[i] = deviation * deviation
        out[SD] = sqrt(pairwise_sum(terms) / values.size)
    if request[4]:
        write_percentiles(values, PERCENTILES, out[FIRST_PERCENTILE:])
