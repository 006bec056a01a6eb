"""Steps of the integrator for a tissue that fits a processor's cache, all its cells at once.

See :mod:`sim.tissue.runs_of_blocks` for larger ones.
"""

from typing import Any

from sim.numerics.error_norm import ErrorWeights, Segments, largest_error
from sim.numerics.integrator import Equations, integrator_of
from sim.numerics.jit import kernel, law, procedure
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
from sim.tissue.context import Array, Context, context_of
from sim.tissue.equations import tissue_rates


@law
def tissue_stage(
    t: float,
    y: Array,
    f0: Array,
    newest: Array,
    before: Array,
    weights: StageWeights,
    context: Context,
) -> None:
    """Evaluate the rates of the whole tissue at a stage and advance to the next; see the integrator."""
    probe, rates = context.scratch.probe, context.scratch.rates
    if weights.first > 0.0:
        first_stage(f0, weights.first, newest, before)
    add_into(y, newest, probe)
    tissue_rates(t, probe, rates, context)
    next_stage(f0, rates, newest, before, weights)


@law
def tissue_final(
    t: float,
    y: Array,
    newest: Array,
    before: Array,
    f0: Array,
    weights: FinalWeights,
    context: Context,
) -> None:
    """Advance the whole tissue by one of the last stages of a step; see the integrator."""
    probe, rates = context.scratch.probe, context.scratch.rates
    final_probe(y, newest, before, f0, weights, probe)
    tissue_rates(t, probe, rates, context)
    final_stage(newest, before, f0, rates, weights)


@law
def tissue_finish(
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
    add(y, y_new)
    tissue_rates(t, y_new, f1, context)
    return largest_error(y, y_new, kept, f1, weights, segments, 0)


_integrate = procedure(
    integrator_of(Equations(tissue_rates, tissue_stage, tissue_final, tissue_finish), procedure)
)


@kernel
def integrate_tissue(
    arrays: Any,
    y: Array,
    start: float,
    stop: float,
    tolerance: float,
    segments: Segments,
    memory: Array,
    work: Workspace,
) -> Outcome:
    """Advance the tissue, all in compiled code.

    ``arrays`` is the context :func:`~sim.tissue.context.as_arrays`.
    """
    context = context_of(arrays)
    outcome: Outcome = _integrate(context, y, start, stop, tolerance, segments, memory, work)
    return outcome
