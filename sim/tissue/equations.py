"""Equations of the tissue: rates of change of all cells and the body, in compiled code.

:func:`tissue_rates` is a pure function of time, state and context. Sums over cells are made block by
block in fixed order, so that results do not depend on threads.
"""

import numpy as np

from sim.numerics.jit import inline_kernel, kernel, vector_kernel
from sim.parameters import CellParameters
from sim.parameters.inputs import Control
from sim.physiology.body import body_rates
from sim.physiology.body_state import fluid_of, levels_of, read_body, write_body
from sim.physiology.cell import cell_rates
from sim.physiology.cell_state import CellConstants, CellState, fluctuated, read_cell
from sim.physiology.cell_traits import (
    SIZE,
    Rows,
    Traits,
    read_state_at,
    read_traits,
    read_traits_at,
    state_rows,
    trait_rows,
)
from sim.physiology.fluid import Fluid
from sim.physiology.kidney import Excretion, renal_excretion
from sim.tissue.context import (
    BLOCK_SIZE,
    N_SUMMED,
    Array,
    Context,
    OfType,
    body_of,
    cell_type_of,
    cells_of,
    fraction_of_step,
    read_type,
)

FEW_TERMS = 32
"""Number of terms below which a plain loop is faster than a vectorised one."""


@inline_kernel
def shared_fluid(body: Array, context: Context) -> Fluid:
    """Extracellular fluid shared by all cells in a state of the body."""
    return fluid_of(read_body(body), context.control, context.body, context.body_constants)


@vector_kernel
def _rates_of_rows(
    states: Rows,
    traits: Rows,
    fraction: float,
    rates: Rows,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> None:
    """Write the rates of cells of one type; states, traits and rates are rows that do not overlap."""
    for i in range(states.na.size):
        own = fluctuated(read_traits_at(traits, i), fraction)
        r = cell_rates(read_state_at(states, i), own, fluid, control, p, constants)
        # Spelled out: a loop that ends in a call loses its hints to the vectoriser.
        rates.na[i] = r.na
        rates.k[i] = r.k
        rates.mg[i] = r.mg
        rates.buffered[i] = r.buffered
        rates.expression[i] = r.expression


@vector_kernel
def _rates_side_by_side(
    states: Rows,
    traits: Rows,
    fraction: float,
    rates: Rows,
    fluid: Fluid,
    control: Control,
    types: Array,
    p: CellParameters,
    constants: CellConstants,
) -> None:
    """Write the rates of cells of any type.

    ``types`` holds what may differ between types, a column a cell; p and constants are those of any.
    """
    common = OfType(parameters=p, constants=constants)
    for i in range(states.na.size):
        own = fluctuated(read_traits_at(traits, i), fraction)
        of_type = read_type(types, i, common)
        state = read_state_at(states, i)
        r = cell_rates(state, own, fluid, control, of_type.parameters, of_type.constants)
        rates.na[i] = r.na
        rates.k[i] = r.k
        rates.mg[i] = r.mg
        rates.buffered[i] = r.buffered
        rates.expression[i] = r.expression


@inline_kernel
def rates_of_blocks(
    t: float,
    cells: Array,
    rates: Array,
    at: int,
    fluid: Fluid,
    context: Context,
    first: int,
    last: int,
    uptakes: Array,
    terms: Array,
) -> None:
    """Write the rates of the blocks of cells from first to last, and the uptake by each block.

    The cells lie in the arrays from ``at`` on. ``terms`` is room for those of a sum over a block.
    """
    start, stop = context.blocks[first, 0], context.blocks[last - 1, 1]
    if context.side_by_side.shape[1] == stop - start:  # All cells: a cut of the table is not vectorised.
        _rates_side_by_side(
            state_rows(cells, at, at + stop - start),
            trait_rows(context.traits, start, stop),
            fraction_of_step(t, context),
            state_rows(rates, at, at + stop - start),
            fluid,
            context.control,
            context.side_by_side,
            context.cells[0],
            context.cell_constants[0],
        )
    else:
        for b in range(first, last):
            rates_of_block(t, cells, rates, at + context.blocks[b, 0] - start, fluid, context, b)
    uptake_of_blocks(rates, at, context, first, last, uptakes, terms)


@kernel
def rates_of_block(
    t: float, cells: Array, rates: Array, at: int, fluid: Fluid, context: Context, block: int
) -> None:
    """Write the rates of a block of cells, which lie in the arrays from ``at`` on."""
    start, stop, cell_type = context.blocks[block]
    end = at + stop - start
    _rates_of_rows(
        state_rows(cells, at, end),
        trait_rows(context.traits, start, stop),
        fraction_of_step(t, context),
        state_rows(rates, at, end),
        fluid,
        context.control,
        context.cells[cell_type],
        context.cell_constants[cell_type],
    )


@kernel
def rates_of_cells(
    t: float,
    cells: Array,
    d_cells: Array,
    fluid: Fluid,
    context: Context,
    first: int,
    last: int,
    uptakes: Array,
) -> None:
    """Write the rates of the blocks of cells from first to last, and the uptake by each block."""
    at = context.blocks[first, 0]
    terms = np.empty(min(context.traits.shape[1], BLOCK_SIZE))
    rates_of_blocks(t, cells, d_cells, at, fluid, context, first, last, uptakes, terms)


@kernel
def rates_of_cell(t: float, cells: Array, i: int, fluid: Fluid, context: Context) -> CellState:
    """Rates of one cell."""
    cell_type = cell_type_of(i, context)
    return cell_rates(
        read_cell(cells[:, i]),
        fluctuated(read_traits(context.traits, i), fraction_of_step(t, context)),
        fluid,
        context.control,
        context.cells[cell_type],
        context.cell_constants[cell_type],
    )


@inline_kernel
def uptake_of_blocks(
    rates: Array, at: int, context: Context, first: int, last: int, uptakes: Array, terms: Array
) -> None:
    """Write the uptake by each block of cells from first to last, weighted by size.

    The cells' rates begin at ``at``. Terms are summed pairwise, the second half added to the first until
    one is left: rounding errors grow with the logarithm of their number, and vector units can do it.
    """
    blocks, sizes = context.blocks, context.traits[SIZE]
    shift = at - blocks[first, 0]
    for b in range(first, last):
        start, stop = blocks[b, 0], blocks[b, 1]
        for v in range(uptakes.shape[1]):
            n = stop - start
            if n > FEW_TERMS:
                multiply_rows(rates[v, shift + start : shift + stop], sizes[start:stop], terms[:n])
            else:
                for i in range(n):
                    terms[i] = rates[v, shift + start + i] * sizes[start + i]
            while n > FEW_TERMS:
                half = (n + 1) // 2
                _add_to_row(terms[: n - half], terms[half:n])
                n = half
            while n > 1:
                half = (n + 1) // 2
                for i in range(n - half):
                    terms[i] += terms[half + i]
                n = half
            uptakes[b, v] = terms[0]


@vector_kernel
def multiply_rows(a: Array, b: Traits, out: Array) -> None:
    """Write the product of two rows."""
    for i in range(a.size):
        out[i] = a[i] * b[i]


@vector_kernel
def _add_to_row(row: Array, more: Array) -> None:
    """Add a row to another."""
    for i in range(row.size):
        row[i] += more[i]


@inline_kernel
def total_uptake(uptakes: Array, context: Context) -> CellState:
    """Uptake by all cells [mmol/h], from that of each block, in order."""
    total = context.scratch.total
    for v in range(total.size):
        total[v] = 0.0
    for b in range(uptakes.shape[0]):
        water = context.reference_water[context.blocks[b, 2]]
        for v in range(N_SUMMED):
            total[v] += water * uptakes[b, v]
    return read_cell(total)


@inline_kernel
def excretion_of(body: Array, fluid: Fluid, context: Context) -> Excretion:
    """Urinary excretion in a state of the body [mmol/h]."""
    b, p = read_body(body), context.body
    levels = levels_of(b, fluid, p)
    return renal_excretion(b, levels, fluid, context.control, p, context.body_constants)


@inline_kernel
def rates_of_body(
    body: Array,
    d_body: Array,
    fluid: Fluid,
    uptake: CellState,
    excretion: Excretion,
    context: Context,
) -> None:
    """Write the rates of the body, given uptake by the cells and urinary excretion."""
    b = read_body(body)
    write_body(body_rates(b, fluid, uptake, excretion, context.control, context.body), d_body)


@inline_kernel
def finish_rates(body: Array, d_body: Array, fluid: Fluid, uptakes: Array, context: Context) -> None:
    """Write the rates of the body, given the uptake by each block of cells."""
    uptake, excretion = total_uptake(uptakes, context), excretion_of(body, fluid, context)
    rates_of_body(body, d_body, fluid, uptake, excretion, context)


@kernel
def tissue_rates(t: float, y: Array, dy: Array, context: Context) -> None:
    """Rates of the whole tissue, a pure function of its state."""
    n = context.traits.shape[1]
    cells, d_cells, body = cells_of(y, n), cells_of(dy, n), body_of(y, n)
    fluid = shared_fluid(body, context)
    uptakes, terms = context.scratch.uptakes, context.scratch.terms
    rates_of_blocks(t, cells, d_cells, 0, fluid, context, 0, uptakes.shape[0], uptakes, terms)
    finish_rates(body, body_of(dy, n), fluid, uptakes, context)
