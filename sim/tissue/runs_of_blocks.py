"""Steps of the integrator for a large tissue: its cells by runs of blocks that fit a processor's cache.

A run's states are advanced, its rates evaluated and its errors estimated while they are there, so that
memory is passed once. The bits are those of :mod:`sim.tissue.stages`.
"""

from typing import Any

import numpy as np

from sim.numerics.error_norm import (
    STATES_AT_ONCE,
    ErrorWeights,
    Segments,
    error_in_segment,
    largest_error,
)
from sim.numerics.integrator import Equations, integrator_of
from sim.numerics.jit import kernel, procedure
from sim.numerics.step_control import Outcome
from sim.numerics.workspace import (
    FinalWeights,
    StageWeights,
    Workspace,
    add,
    add_into,
    final_probe,
    final_stage,
    first_stage,
    next_stage,
)
from sim.physiology.cell_traits import N_STATES
from sim.physiology.fluid import Fluid
from sim.tissue.context import BLOCK_SIZE, Array, Blocks, Context, body_of, cells_of, context_of
from sim.tissue.equations import finish_rates, rates_of_blocks, shared_fluid, tissue_rates


@kernel
def stage_of_cells(
    t: float,
    y: Array,
    f0: Array,
    newest: Array,
    before: Array,
    weights: StageWeights,
    fluid: Fluid,
    context: Context,
    first: int,
    last: int,
    uptakes: Array,
) -> None:
    """Advance the blocks of cells from first to last by a stage, without a vector of rates."""
    n = context.traits.shape[1]
    widest = min(n, BLOCK_SIZE)
    states, rates, terms = np.empty((N_STATES, widest)), np.empty((N_STATES, widest)), np.empty(widest)
    while first < last:
        end = end_of_span(context.blocks, first, last)
        start, size = context.blocks[first, 0], context.blocks[end - 1, 1] - context.blocks[first, 0]
        for v in range(N_STATES):
            row = slice(v * n + start, v * n + start + size)
            if weights.first > 0.0:
                first_stage(f0[row], weights.first, newest[row], before[row])
            add_into(y[row], newest[row], states[v])
        rates_of_blocks(t, states, rates, 0, fluid, context, first, end, uptakes, terms)
        for v in range(N_STATES):
            row = slice(v * n + start, v * n + start + size)
            next_stage(f0[row], rates[v, :size], newest[row], before[row], weights)
        first = end


@kernel
def final_of_cells(
    t: float,
    y: Array,
    newest: Array,
    before: Array,
    f0: Array,
    weights: FinalWeights,
    fluid: Fluid,
    context: Context,
    first: int,
    last: int,
    uptakes: Array,
) -> None:
    """Advance the blocks of cells from first to last by one of the last stages."""
    n = context.traits.shape[1]
    widest = min(n, BLOCK_SIZE)
    states, rates, terms = np.empty((N_STATES, widest)), np.empty((N_STATES, widest)), np.empty(widest)
    while first < last:
        end = end_of_span(context.blocks, first, last)
        start, size = context.blocks[first, 0], context.blocks[end - 1, 1] - context.blocks[first, 0]
        for v in range(N_STATES):
            row = slice(v * n + start, v * n + start + size)
            final_probe(y[row], newest[row], before[row], f0[row], weights, states[v])
        rates_of_blocks(t, states, rates, 0, fluid, context, first, end, uptakes, terms)
        for v in range(N_STATES):
            row = slice(v * n + start, v * n + start + size)
            final_stage(newest[row], before[row], f0[row], rates[v, :size], weights)
        first = end


@kernel
def finish_cells(
    t: float,
    y: Array,
    kept: Array,
    y_new: Array,
    f1: Array,
    weights: ErrorWeights,
    segments: Segments,
    fluid: Fluid,
    context: Context,
    first: int,
    last: int,
    uptakes: Array,
    errors: Array,
) -> None:
    """End a step for the blocks of cells from first to last: new states, rates there, largest error."""
    n, side_by_side = context.traits.shape[1], np.empty(STATES_AT_ONCE)
    terms = np.empty(min(n, BLOCK_SIZE))
    cells, rates = cells_of(y_new, n), cells_of(f1, n)
    while first < last:
        end = end_of_span(context.blocks, first, last)
        start, stop = context.blocks[first, 0], context.blocks[end - 1, 1]
        for v in range(N_STATES):
            row = slice(v * n + start, v * n + stop)
            add(y[row], y_new[row])
        rates_of_blocks(t, cells, rates, start, fluid, context, first, end, uptakes, terms)
        for b in range(first, end):
            errors[b] = 0.0
        for v in range(N_STATES):
            row = slice(v * n + start, v * n + stop)
            error = error_in_segment(
                y[row], y_new[row], kept[row], f1[row], weights, v, segments, side_by_side
            )
            errors[first] = max(errors[first], error)
        first = end


@procedure
def end_of_span(blocks: Blocks, first: int, last: int) -> int:
    """End of the longest run of blocks, from the first on, that has no more cells than a block may."""
    end = first + 1
    while end < last and blocks[end, 1] - blocks[first, 0] <= BLOCK_SIZE:
        end += 1
    return end


@kernel
def stage_of_fluid(
    y: Array, f0: Array, newest: Array, before: Array, weights: StageWeights, context: Context
) -> tuple[Array, Fluid]:
    """Body and fluid at a stage; makes the body's first increment if that is still to be made."""
    n = context.traits.shape[1]
    if weights.first > 0.0:
        first_stage(body_of(f0, n), weights.first, body_of(newest, n), body_of(before, n))
    body = body_of(y, n) + body_of(newest, n)
    return body, shared_fluid(body, context)


@kernel
def stage_of_body(
    body: Array,
    f0: Array,
    newest: Array,
    before: Array,
    weights: StageWeights,
    fluid: Fluid,
    uptakes: Array,
    context: Context,
) -> None:
    """Advance the body by a stage, given its state and what the blocks of cells take up."""
    n = context.traits.shape[1]
    d_body = np.empty(body.size)
    finish_rates(body, d_body, fluid, uptakes, context)
    next_stage(body_of(f0, n), d_body, body_of(newest, n), body_of(before, n), weights)


@kernel
def final_fluid(
    y: Array, newest: Array, before: Array, f0: Array, weights: FinalWeights, context: Context
) -> tuple[Array, Fluid]:
    """Body and fluid at one of the last stages."""
    n = context.traits.shape[1]
    body = np.empty(body_of(y, n).size)
    increments = body_of(newest, n), body_of(before, n), body_of(f0, n)
    final_probe(body_of(y, n), *increments, weights, body)
    return body, shared_fluid(body, context)


@kernel
def final_of_body(
    body: Array,
    newest: Array,
    before: Array,
    f0: Array,
    weights: FinalWeights,
    fluid: Fluid,
    uptakes: Array,
    context: Context,
) -> None:
    """Advance the body by one of the last stages."""
    n = context.traits.shape[1]
    d_body = np.empty(body.size)
    finish_rates(body, d_body, fluid, uptakes, context)
    final_stage(body_of(newest, n), body_of(before, n), body_of(f0, n), d_body, weights)


@kernel
def new_fluid(y: Array, y_new: Array, context: Context) -> Fluid:
    """Fluid at the end of a step; adds the body's state to its increments in y_new."""
    n = context.traits.shape[1]
    add(body_of(y, n), body_of(y_new, n))
    return shared_fluid(body_of(y_new, n), context)


@kernel
def finish_body(
    y: Array,
    kept: Array,
    y_new: Array,
    f1: Array,
    weights: ErrorWeights,
    segments: Segments,
    fluid: Fluid,
    uptakes: Array,
    errors: Array,
    context: Context,
) -> float:
    """End a step for the body; return the largest error of it and of the blocks of cells."""
    n = context.traits.shape[1]
    finish_rates(body_of(y_new, n), body_of(f1, n), fluid, uptakes, context)
    worst = largest_error(y, y_new, kept, f1, weights, segments, N_STATES)
    for error in errors:
        worst = max(worst, error)
    return worst


@kernel
def stage_of_tissue(
    t: float,
    y: Array,
    f0: Array,
    newest: Array,
    before: Array,
    weights: StageWeights,
    context: Context,
) -> None:
    """Evaluate the rates of the whole tissue at a stage and advance to the next; see the integrator."""
    uptakes, n_blocks = context.scratch.uptakes, context.blocks.shape[0]
    body, fluid = stage_of_fluid(y, f0, newest, before, weights, context)
    stage_of_cells(t, y, f0, newest, before, weights, fluid, context, 0, n_blocks, uptakes)
    stage_of_body(body, f0, newest, before, weights, fluid, uptakes, context)


@kernel
def final_of_tissue(
    t: float,
    y: Array,
    newest: Array,
    before: Array,
    f0: Array,
    weights: FinalWeights,
    context: Context,
) -> None:
    """Advance the whole tissue by one of the last stages of a step; see the integrator."""
    uptakes, n_blocks = context.scratch.uptakes, context.blocks.shape[0]
    body, fluid = final_fluid(y, newest, before, f0, weights, context)
    final_of_cells(t, y, newest, before, f0, weights, fluid, context, 0, n_blocks, uptakes)
    final_of_body(body, newest, before, f0, weights, fluid, uptakes, context)


@kernel
def finish_tissue(
    t: float,
    y: Array,
    kept: Array,
    y_new: Array,
    f1: Array,
    weights: ErrorWeights,
    segments: Segments,
    context: Context,
) -> float:
    """End a step of the whole tissue and return its largest error; see the integrator."""
    uptakes, n_blocks = context.scratch.uptakes, context.blocks.shape[0]
    errors = np.empty(n_blocks)
    fluid = new_fluid(y, y_new, context)
    finish_cells(t, y, kept, y_new, f1, weights, segments, fluid, context, 0, n_blocks, uptakes, errors)
    return float(finish_body(y, kept, y_new, f1, weights, segments, fluid, uptakes, errors, context))


_integrate = procedure(
    integrator_of(Equations(tissue_rates, stage_of_tissue, final_of_tissue, finish_tissue), procedure)
)


@kernel
def integrate_large_tissue(
    arrays: Any,
    y: Array,
    start: float,
    stop: float,
    tolerance: float,
    segments: Segments,
    memory: Array,
    work: Workspace,
) -> Outcome:
    """Advance a tissue, all in compiled code.

    ``arrays`` is the context :func:`~sim.tissue.context.as_arrays`.
    """
    context = context_of(arrays)
    outcome: Outcome = _integrate(context, y, start, stop, tolerance, segments, memory, work)
    return outcome
