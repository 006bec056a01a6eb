"""Steps of the integrator for a tissue that fits a processor's cache, all its cells at once.

See :mod:`sim.tissue.runs_of_blocks` for larger ones.
"""

from typing import Any

from sim.numerics.error_norm import ErrorWeights, Segments, largest_error
from sim.numerics.integrator import Equations, integrator_of
from sim.numerics.jit import kernel, law, procedure
from sim.numerics.step_control import DISCONTINUITY, DONE, Outcome
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
from sim.physiology.cell_heterogeneity import draw_next
from sim.tissue.context import Array, Context, body_of, context_of, fraction_of_fluctuation
from sim.tissue.equations import tissue_rates
from sim.tissue.ledger import Ledger, post
from sim.tissue.spans import Course


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
def integrate_spans(
    arrays: Any,
    y: Array,
    start: float,
    course: Course,
    tolerance: float,
    segments: Segments,
    memory: Array,
    work: Workspace,
    ledger: Ledger,
    bodies: Array,
) -> tuple[int, Outcome]:
    """Advance the tissue through spans, all in compiled code.

    ``arrays`` is the context :func:`~sim.tissue.context.as_arrays`. The body after each span, with its
    running totals, is written into ``bodies``.

    Returns
    -------
    int, Outcome
        Number of spans that were begun, and the outcome of the last of them.
    """
    begun = context_of(arrays)
    n, step_start, step_hours = begun.traits.shape[1], begun.step_start, begun.step_hours
    body, t, drawn, k = body_of(y, n), start, 0, 0
    outcome = Outcome(code=DONE, time=t, place=-1)
    while k < course.stops.size and outcome.code == DONE:
        if course.hours[k] >= 0.0:
            if drawn < course.normals.shape[0]:
                fraction = fraction_of_fluctuation(t, step_start, step_hours)
                normals = course.normals[drawn]
                draw_next(begun.traits, 0, normals, fraction, course.retained[k], course.sds)
                drawn += 1
            step_start, step_hours = t, course.hours[k]
        if course.jumps[k]:
            memory[DISCONTINUITY] = 1.0
        context = Context(
            traits=begun.traits,
            blocks=begun.blocks,
            reference_water=begun.reference_water,
            step_start=step_start,
            step_hours=step_hours,
            control=course.controls[course.control_of[k]],
            cells=begun.cells,
            cell_constants=begun.cell_constants,
            side_by_side=begun.side_by_side,
            body=begun.body,
            body_constants=begun.body_constants,
            scratch=begun.scratch,
        )
        outcome = _integrate(context, y, t, course.stops[k], tolerance, segments, memory, work)
        t = outcome.time
        post(body, ledger.totals, ledger.compensation)
        for i in range(body.size):
            bodies[k, i] = body[i] + ledger.totals[i]
        k += 1
    return k, outcome
