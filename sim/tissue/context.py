"""What rates depend on other than state and time, and where cells and body lie in the state vector.

State is one flat vector: the quantities of all cells, quantity by quantity, then the body. Cells are
grouped in blocks of one type.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import inlined, kernel, law
from sim.numerics.layout import column_reader, flattened, places_of
from sim.parameters import BodyParameters, CellParameters
from sim.parameters.cell_types import REGISTRY
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyConstants
from sim.physiology.cell_heterogeneity import edges_of
from sim.physiology.cell_state import CellConstants, CellState
from sim.physiology.cell_traits import N_STATES, Traits

MAX_SIDE_BY_SIDE = 400
"""Maximal number of cells whose types are evaluated side by side in one loop.

Five loops of one cell each use a vector unit as badly as can be. With more cells, loading the numbers of
a type anew for each of them costs more than is gained.
"""

Array = NDArray[np.float64]
Blocks = NDArray[np.int64]
"""First cell, end and type of each block of cells, (blocks, 3)."""

N_SUMMED = CellState._fields.index("expression")
"""Cell states whose uptake the body must know: all but pump expression, which is the last."""
BLOCK_SIZE = 4096
"""Maximal number of cells whose fluxes are summed together: part of the results, to the last bit."""


class OfType(NamedTuple):
    """What distinguishes the cells of a type."""

    parameters: CellParameters
    constants: CellConstants


_OWN = {
    f"parameters.{name}"
    for cell_type in REGISTRY
    for name in getattr(cell_type.parameters, "_fields", ())
}
VARYING = tuple(
    path
    for path in places_of(OfType)
    if path in _OWN or (path.startswith("constants.") and not path.startswith("constants.fluid."))
)
"""Paths of the numbers that may differ between types."""
read_type = column_reader(OfType, VARYING)
"""Parameters and constants of the cell of a column of :attr:`Context.side_by_side`; the common ones are
those of any type."""


class Scratch(NamedTuple):
    """Room for what an evaluation of the whole tissue needs: to make it anew would take longer.

    ``probe`` and ``rates`` are as long as the state of a tissue that fits a processor's cache as a
    whole, else empty.
    """

    probe: Array
    rates: Array
    uptakes: Array
    """Uptake by each block of cells, (blocks, :data:`N_SUMMED`)."""
    terms: Array
    """Terms of a sum over a block."""
    total: Array
    """Uptake by all cells, and a zero in the place of pump expression."""


class Context(NamedTuple):
    """What rates depend on other than state and time; records as of :mod:`sim.numerics.records`."""

    traits: Traits
    blocks: Blocks
    reference_water: Array
    """Reference water of a cell of size 1, by type [L]."""
    step_start: float
    step_hours: float
    """Start and length of the step over which fluctuations run [h]."""
    control: Control
    cells: Sequence[CellParameters]
    cell_constants: Sequence[CellConstants]
    """Parameters and constants of each cell type."""
    side_by_side: Array
    """Numbers that may differ between types, of each cell, (:data:`VARYING`, cells).

    Without columns in a tissue of more cells than :data:`MAX_SIDE_BY_SIDE`: its types are evaluated one
    after the other.
    """
    body: BodyParameters
    body_constants: BodyConstants
    scratch: Scratch


def side_by_side_of(counts: Sequence[int], types: Sequence[OfType]) -> Array:
    """Numbers of each cell of a small tissue that may differ; see :attr:`Context.side_by_side`."""
    small = sum(counts) <= MAX_SIDE_BY_SIDE
    return np.repeat(_varying_numbers(tuple(types)), counts if small else [0] * len(counts), axis=1)


@lru_cache(maxsize=8)
def _varying_numbers(types: tuple[OfType, ...]) -> Array:
    """Numbers that may differ between types, (:data:`VARYING`, types); many bodies have the same."""
    rows = [path in VARYING for path in places_of(OfType)]
    return np.column_stack([flattened(of_type)[rows] for of_type in types])


def as_arrays(context: Context) -> tuple[Any, ...]:
    """Return the fields of a context for :func:`context_of`, arrays of no dimension in place of records.

    Numba takes an array in a quarter of a microsecond, but asks a record for a description of all its
    fields, which takes longer than recording a small tissue.
    """
    return (
        context.traits,
        context.blocks,
        context.reference_water,
        context.step_start,
        context.step_hours,
        np.asarray(context.control),
        context.cells,
        context.cell_constants,
        context.side_by_side,
        np.asarray(context.body),
        np.asarray(context.body_constants),
        context.scratch,
    )


@inlined
def context_of(arrays: tuple[Any, ...]) -> Context:
    """Context whose fields compiled code was given by :func:`as_arrays`."""
    traits, blocks, water, start, hours, control, cells, of_type, types, p, constants, room = arrays
    return Context(
        traits=traits,
        blocks=blocks,
        reference_water=water,
        step_start=start,
        step_hours=hours,
        control=control[()],
        cells=cells,
        cell_constants=of_type,
        side_by_side=types,
        body=p[()],
        body_constants=constants[()],
        scratch=room,
    )


def fits_cache(n_cells: int) -> bool:
    """Whether a tissue is so small that its vectors stay in a processor's cache."""
    return n_cells <= BLOCK_SIZE


def new_scratch(n_cells: int, n_blocks: int, size: int) -> Scratch:
    """Make room for a tissue whose state has a size."""
    whole = size if fits_cache(n_cells) else 0
    return Scratch(
        probe=np.empty(whole),
        rates=np.empty(whole),
        uptakes=np.empty((n_blocks, N_SUMMED)),
        terms=np.empty(min(n_cells, BLOCK_SIZE)),
        total=np.zeros(N_SUMMED + 1),
    )


def blocks_of(counts: Sequence[int]) -> Blocks:
    """Blocks of a population with so many cells of each type, each of one type and limited in size."""
    rows = [
        (first, min(stop, first + BLOCK_SIZE), cell_type)
        for cell_type, (start, stop) in enumerate(pairwise(edges_of(counts)))
        for first in range(start, stop, BLOCK_SIZE)
    ]
    return np.array(rows, dtype=np.int64)


@law
def cells_of(y: Array, n_cells: int) -> Array:
    """View of the cells in a flat vector of the tissue, (states, cells)."""
    return y[: N_STATES * n_cells].reshape((N_STATES, n_cells))


@law
def body_of(y: Array, n_cells: int) -> Array:
    """View of the body in a flat vector of the tissue."""
    return y[N_STATES * n_cells :]


@law
def fraction_of_step(t: float, context: Context) -> float:
    """Fraction of the step that is over at time t, at most one [1]."""
    return fraction_of_fluctuation(t, context.step_start, context.step_hours)


@law
def fraction_of_fluctuation(t: float, start: float, hours: float) -> float:
    """Fraction of a fluctuation over some hours that is over at time t, at most one [1]."""
    return min(t - start, hours) / hours if hours > 0.0 else 1.0


@kernel
def cell_type_of(i: int, context: Context) -> int:
    """Type of one cell, as its place among the types."""
    b = 0
    while context.blocks[b, 1] <= i:
        b += 1
    return int(context.blocks[b, 2])
