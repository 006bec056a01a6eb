"""Contents of all cells together: sums block by block, in fixed order."""

from typing import NamedTuple

import numpy as np

from sim.numerics.jit import procedure
from sim.numerics.summation import pairwise_sum
from sim.physiology.cell import inside_and_area_of
from sim.physiology.cell_traits import SIZE, read_state_at, state_rows
from sim.physiology.fluid import Fluid
from sim.tissue.context import BLOCK_SIZE, Array, Context
from sim.tissue.equations import multiply_rows


class CellContents(NamedTuple):
    """Contents of all cells together."""

    na: float
    k: float
    mg: float
    buffered: float
    """[mmol]; ``buffered`` is H taken up by buffers."""
    fixed_charge: float
    """Net negative charge of impermeant matter [meq]."""
    water: float
    """[L]"""


N_AMOUNTS = CellContents._fields.index("fixed_charge")
"""Cell states that are amounts, which come first among the contents and among the states."""
FIXED_CHARGE, WATER = N_AMOUNTS, N_AMOUNTS + 1


@procedure
def write_contents(cells: Array, fluid: Fluid, context: Context, out: Array) -> None:
    """Write the :class:`CellContents` of a tissue into a vector."""
    for v in range(out.size):
        out[v] = 0.0
    room = np.empty(min(BLOCK_SIZE, cells.shape[1]))
    for b in range(context.blocks.shape[0]):
        start, stop, cell_type = context.blocks[b]
        size, terms = context.traits[SIZE, start:stop], room[: stop - start]
        reference = context.reference_water[cell_type]
        p, constants = context.cells[cell_type], context.cell_constants[cell_type]
        for v in range(N_AMOUNTS):
            multiply_rows(cells[v, start:stop], size, terms)
            out[v] += reference * pairwise_sum(terms)
        for i in range(terms.size):
            terms[i] = size[i]
        out[FIXED_CHARGE] += constants.fixed_charge * reference * pairwise_sum(terms)
        states = state_rows(cells, start, stop)
        for i in range(terms.size):
            # Size changes the area only, which is not needed.
            inside, _ = inside_and_area_of(read_state_at(states, i), 1.0, fluid, p, constants)
            terms[i] = inside.water * size[i]
        out[WATER] += reference * pairwise_sum(terms)
