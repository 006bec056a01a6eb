"""Equations of the tissue: rates of all cells and the body, in compiled code.

State is one flat vector: five quantities of all cells, then the body. :func:`tissue_rates` is a pure
function of it. Cells go by blocks of one type, and sums over them are made block by block in fixed
order, so that results do not depend on threads.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import kernel, law, vector_kernel
from sim.parameters import BodyParameters, CellParameters
from sim.parameters.inputs import Control
from sim.physiology.body import body_rates
from sim.physiology.body_state import BodyState, RestingBody, fluid_of, levels_of
from sim.physiology.cell import (
    CellState,
    CellTraits,
    Fluid,
    RestingCell,
    cell_rates,
    fluctuated,
)
from sim.physiology.cell_population import N_STATES, SIZE, Traits, edges_of, state_of, traits_of
from sim.physiology.kidney import Excretion, renal_excretion

Array = NDArray[np.float64]
Blocks = NDArray[np.int64]
"""First cell, end and type of each block of cells, (blocks, 3)."""

BLOCK = 4096
"""Most cells whose fluxes are summed together. Part of the results: another size, other last bits."""
FEW = 32
"""Terms up to which a plain loop is faster than one that was made for many."""
SUMMED = 4
"""Cell states whose uptake the body must know: all but pump expression."""


class Context(NamedTuple):
    """What rates depend on beside state and time; named numbers as :mod:`sim.numerics.records`."""

    traits: Traits
    blocks: Blocks
    litres: Array
    """Reference water of a cell of size 1, by type [L]."""
    step_start: float
    step_hours: float
    """Start and length of the step over which fluctuations run [h]."""
    control: Control
    cells: Sequence[CellParameters]
    rest_cells: Sequence[RestingCell]
    """Numbers and constants of each type of cells."""
    body: BodyParameters
    rest_body: RestingBody


def blocks_of(counts: Sequence[int]) -> Blocks:
    """Blocks of a population with so many cells of each type: at most :data:`BLOCK` of one type."""
    rows = [
        (first, min(stop, first + BLOCK), kind)
        for kind, (start, stop) in enumerate(pairwise(edges_of(counts)))
        for first in range(start, stop, BLOCK)
    ]
    return np.array(rows, dtype=np.int64)


@law
def cells_of(y: Array, n_cells: int) -> Array:
    """View of the cells in a flat vector of the tissue, (5, cells)."""
    return y[: N_STATES * n_cells].reshape((N_STATES, n_cells))


@law
def body_of(y: Array, n_cells: int) -> Array:
    """View of the body in a flat vector of the tissue."""
    return y[N_STATES * n_cells :]


@law
def read_body(body: Array) -> BodyState:
    """Body with names, from its part of a flat vector."""
    return BodyState(
        body[0], body[1], body[2], body[3], body[4], body[5], body[6], body[7],
        body[8], body[9], body[10], body[11], body[12], body[13], body[14], body[15],
        body[16], body[17], body[18], body[19], body[20], body[21], body[22], body[23],
        body[24], body[25], body[26], body[27], body[28], body[29], body[30], body[31],
        body[32], body[33], body[34], body[35],
    )  # fmt: skip


@kernel
def shared_fluid(body: Array, context: Context) -> Fluid:
    """Extracellular fluid that all cells see in a state of the body."""
    return fluid_of(read_body(body), context.control, context.body, context.rest_body)


@law
def part_of_step(t: float, context: Context) -> float:
    """Part of the step that is over at time t, and no more than all of it [1]."""
    hours = context.step_hours
    return min(t - context.step_start, hours) / hours if hours > 0.0 else 1.0


@vector_kernel
def _rates_of_rows(
    na: Array, k: Array, mg: Array, buffered: Array, expression: Array,
    capacity: Traits, k_leak: Traits, na_leak: Traits, size: Traits,
    pump_noise: Traits, leak_noise: Traits, pump_next: Traits, leak_next: Traits, part: float,
    d_na: Array, d_k: Array, d_mg: Array, d_buffered: Array, d_expression: Array,
    fluid: Fluid, control: Control, p: CellParameters, rest: RestingCell,
) -> None:  # fmt: skip
    """Rates of cells from rows that are known not to overlap, so the loop can use vector units."""
    for i in range(na.size):
        state = CellState(na[i], k[i], mg[i], buffered[i], expression[i])
        traits = CellTraits(
            np.float64(capacity[i]), np.float64(k_leak[i]), np.float64(na_leak[i]), np.float64(size[i]),
            np.float64(pump_noise[i]), np.float64(leak_noise[i]),
            np.float64(pump_next[i]), np.float64(leak_next[i]),
        )  # fmt: skip
        r = cell_rates(state, fluctuated(traits, part), fluid, control, p, rest)
        d_na[i] = r.na
        d_k[i] = r.k
        d_mg[i] = r.mg
        d_buffered[i] = r.buffered
        d_expression[i] = r.expression


@kernel
def rates_of_block(
    t: float, cells: Array, rates: Array, at: int, fluid: Fluid, context: Context, block: int
) -> None:
    """Write the rates of a block of cells, which lie in the arrays from ``at`` on."""
    start, stop, kind = context.blocks[block]
    traits, to = context.traits, at + stop - start
    _rates_of_rows(
        cells[0, at:to], cells[1, at:to], cells[2, at:to], cells[3, at:to], cells[4, at:to],
        traits[0, start:stop], traits[1, start:stop], traits[2, start:stop], traits[3, start:stop],
        traits[4, start:stop], traits[5, start:stop], traits[6, start:stop], traits[7, start:stop],
        part_of_step(t, context),
        rates[0, at:to], rates[1, at:to], rates[2, at:to], rates[3, at:to], rates[4, at:to],
        fluid, context.control, context.cells[kind], context.rest_cells[kind],
    )  # fmt: skip


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
    """Write the rates of the blocks of cells from first to last, and what each block takes up."""
    for b in range(first, last):
        rates_of_block(t, cells, d_cells, context.blocks[b, 0], fluid, context, b)
        uptake_of_block(d_cells, context.blocks[b, 0], context, b, uptakes[b])


@kernel
def kind_of(i: int, context: Context) -> int:
    """Type of one cell, as its place among the types."""
    b = 0
    while context.blocks[b, 1] <= i:
        b += 1
    return int(context.blocks[b, 2])


@kernel
def rates_of_cell(t: float, cells: Array, i: int, fluid: Fluid, context: Context) -> CellState:
    """Rates of one cell."""
    kind = kind_of(i, context)
    return cell_rates(
        state_of(cells, i),
        fluctuated(traits_of(context.traits, i), part_of_step(t, context)),
        fluid,
        context.control,
        context.cells[kind],
        context.rest_cells[kind],
    )


@kernel
def uptake_of_block(rates: Array, at: int, context: Context, block: int, out: Array) -> None:
    """Write what the cells of a block, whose rates begin at ``at``, take up, weighted by size.

    The second half of the terms is added to the first until one is left.
    """
    start, stop, _ = context.blocks[block]
    size = context.traits[SIZE, start:stop]
    terms = np.empty(size.size)
    for v in range(out.size):
        _multiply_rows(rates[v, at : at + size.size], size, terms)
        n = size.size
        while n > FEW:
            half = (n + 1) // 2
            _add_to_row(terms[: n - half], terms[half:n])
            n = half
        while n > 1:
            half = (n + 1) // 2
            for i in range(n - half):
                terms[i] += terms[half + i]
            n = half
        out[v] = terms[0]


@vector_kernel
def _multiply_rows(a: Array, b: Traits, out: Array) -> None:
    """Write the product of two rows."""
    for i in range(a.size):
        out[i] = a[i] * b[i]


@vector_kernel
def _add_to_row(row: Array, more: Array) -> None:
    """Add a row to another."""
    for i in range(row.size):
        row[i] += more[i]


@kernel
def total_uptake(uptakes: Array, context: Context) -> CellState:
    """What all cells take up [mmol/h], from what each block does, in order."""
    total = np.zeros(SUMMED)
    for b in range(uptakes.shape[0]):
        litre = context.litres[context.blocks[b, 2]]
        for v in range(SUMMED):
            total[v] += litre * uptakes[b, v]
    return CellState(total[0], total[1], total[2], total[3], 0.0)


@kernel
def excretion_of(body: Array, fluid: Fluid, context: Context) -> Excretion:
    """What the kidney excretes in a state of the body [mmol/h]."""
    b, p = read_body(body), context.body
    levels = levels_of(b, fluid, p)
    return renal_excretion(b, levels, fluid, context.control, p, context.rest_body)


@kernel
def rates_of_body(
    body: Array,
    d_body: Array,
    fluid: Fluid,
    uptake: CellState,
    excretion: Excretion,
    context: Context,
) -> None:
    """Write the rates of the body, given what the cells take up and the kidney excretes."""
    rates = body_rates(read_body(body), fluid, uptake, excretion, context.control, context.body)
    for i in range(len(rates)):
        d_body[i] = rates[i]


@kernel
def finish_rates(body: Array, d_body: Array, fluid: Fluid, uptakes: Array, context: Context) -> None:
    """Write the rates of the body, given what the blocks of cells take up."""
    uptake, excretion = total_uptake(uptakes, context), excretion_of(body, fluid, context)
    rates_of_body(body, d_body, fluid, uptake, excretion, context)


@kernel
def tissue_rates(t: float, y: Array, dy: Array, context: Context) -> None:
    """Rates of the whole tissue, a pure function of its state."""
    n = context.traits.shape[1]
    cells, d_cells, body = cells_of(y, n), cells_of(dy, n), body_of(y, n)
    fluid = shared_fluid(body, context)
    uptakes = np.empty((context.blocks.shape[0], SUMMED))
    rates_of_cells(t, cells, d_cells, fluid, context, 0, context.blocks.shape[0], uptakes)
    finish_rates(body, body_of(dy, n), fluid, uptakes, context)
