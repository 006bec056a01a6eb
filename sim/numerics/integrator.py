"""Adaptive, error-controlled integration of stiff equations with a nearly real, negative spectrum.

Runge–Kutta–Chebyshev methods of second and of fourth order. They are explicit, so any linear invariant
of the equations is kept to rounding, no Jacobian is needed, and memory is three vectors. They are stable
over an interval that grows with the square of the number of stages, which is what makes them fit for
membranes: their eigenvalues are real, and the fastest is some thousand times as fast as what is
followed. After a jump of the equations the fourth order follows fast transients with fewer steps; long
after the last jump the second order takes longer ones. The choice is :func:`.order_now`.

It knows no biology: equations are a function ``rates(t, y, dy, context)``, states a flat vector in
segments that share a scale. Equations that can work piece by piece bring stages and an end of a step
of their own, so that memory is passed once for each; see :class:`Equations`.

The same text runs compiled (called from a kernel) and interpreted (called from Python), and gives the
same bits both ways: all sums over the vector are inside kernels, all norms are maxima.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.numerics.chebyshev import chebyshev_error, chebyshev_step_of
from sim.numerics.error_norm import ErrorWeights, Segments, impossible_state, largest_error
from sim.numerics.rock import rock_error, rock_step_of
from sim.numerics.spectral_radius import spectral_radius_of
from sim.numerics.step_control import (
    DONE,
    EVALUATIONS,
    FOURTH,
    MAX_RADIUS_AGE,
    MIN_SPAN,
    MIN_STEP,
    NOT_FINITE,
    RADIUS_AGE,
    SECOND,
    SPECTRAL_RADIUS,
    STEP,
    Outcome,
    accept,
    choose_order,
    failure_code,
    planned_step,
    reject,
    stages_for,
    step_within,
)
from sim.numerics.workspace import (
    FinalWeights,
    StageWeights,
    Vector,
    Workspace,
    add,
    copy,
    final_probe,
    final_stage,
    first_stage,
    next_stage,
)

MAX_ERROR = 1e300
"""Error over the tolerance beyond which an impossible state is the cause."""


class Equations(NamedTuple):
    """Equations, and how a step of the integrator evaluates them.

    Attributes
    ----------
    rates : callable
        ``rates(t, y, dy, context)`` writes dy/dt into dy; a pure function of t and y.
    stage : callable
        ``stage(t, y, f0, newest, before, weights, context)`` makes the first increment if that is still
        to be made (:func:`.first_stage`), evaluates the rates f at y + newest, and puts the next
        increment (:func:`.next_stage`) in the place of the one before the newest.
    final : callable
        ``final(t, y, newest, before, f0, weights, context)`` evaluates the rates at a
        :func:`.final_probe` and replaces the three vectors (:func:`.final_stage`).
    finish : callable
        ``finish(t, y, kept, y_new, f1, weights, segments, context)`` adds y to the increments in y_new,
        evaluates the rates f1 there and returns the :func:`.largest_error` of the step.
    """

    rates: Any
    stage: Any
    final: Any
    finish: Any


class Step(NamedTuple):
    """A step that was tried: its increments, what its error needs, a vector for the rates at its end."""

    increments: Vector
    kept: Vector
    scratch: Vector
    weights: ErrorWeights


def interpreted(function: Any) -> Any:
    """Leave a function to the interpreter."""
    return function


def integrator_of(equations: Equations, engine: Callable[[Any], Any] = interpreted) -> Any:
    """Make the function that integrates given equations.

    Parameters
    ----------
    equations : Equations
        What to integrate.
    engine : callable
        :func:`sim.numerics.jit.procedure` if the result is to be called from compiled code.

    Returns
    -------
    callable
        ``integrate(context, y, start, stop, tolerance, segments, memory, work)`` advances y from
        start to stop exactly, in steps whose error is at most ``tolerance`` relative to the larger
        of each state and its scale, and returns an :class:`.Outcome`. It overwrites y; if it fails,
        y is the last accepted state. ``context`` is passed on to the equations, ``memory`` (from
        :func:`.new_memory`) carries the step size on, ``work`` is scratch.
    """
    rates, stage, final, finish = equations
    step = engine(step_of(engine(chebyshev_step_of(stage)), engine(rock_step_of(stage, final))))
    spectral_radius = engine(spectral_radius_of(rates))

    def integrate(
        context: Any,
        y: Vector,
        start: float,
        stop: float,
        tolerance: float,
        segments: Segments,
        memory: Vector,
        work: Workspace,
    ) -> Outcome:
        """Advance y from start to stop exactly; see :func:`integrator_of`."""
        now, f0 = y, work.rates_start
        rates(start, now, f0, context)
        memory[EVALUATIONS] += 1
        place, below_floor = impossible_state(now, f0, segments)
        if place >= 0:
            return Outcome(code=NOT_FINITE, time=start, place=place)
        t = start if stop - start >= MIN_SPAN else stop
        code, rejections = DONE, 0
        while code == DONE and t < stop:
            if memory[SPECTRAL_RADIUS] == 0.0 or memory[RADIUS_AGE] >= MAX_RADIUS_AGE:
                radius = spectral_radius(context, t, now, f0, segments, memory, work.newest, work.before)
                memory[SPECTRAL_RADIUS], memory[RADIUS_AGE] = radius, 0.0
            order = choose_order(t, memory)
            planned = planned_step(order, memory)
            h = step_within(planned, stop - t)
            y1, kept, f1, weights = step(context, t, h, order, now, memory, work)
            error = finish(t + h, now, kept, y1, f1, weights, segments, context) / tolerance
            memory[EVALUATIONS] += 1
            place = -1
            if error <= 1.0:
                t = stop if h == stop - t else t + h  # Exact: a sum would miss stop by a rounding.
                # Vectors swap roles instead of being copied.
                now, f0, work = y1, f1, Workspace(rates_start=f1, newest=now, before=kept)
                accept(t, error, h, planned, order, memory)
                rejections = 0
            else:
                if not error <= MAX_ERROR:  # True of NaN too.
                    place, below_floor = impossible_state(y1, f1, segments)
                reject(error, h, place, rejections, order, memory)
                rejections += 1
                if memory[STEP] < MIN_STEP:
                    code = failure_code(place, below_floor)
                elif order == FOURTH:  # It overwrites the first rates, to need no fourth vector.
                    rates(t, now, f0, context)
                    memory[EVALUATIONS] += 1
        if now.ctypes.data != y.ctypes.data:
            copy(now, y)
        return Outcome(code=code, time=t, place=place)

    return integrate


def step_of(chebyshev_step: Any, rock_step: Any) -> Any:
    """Make the function that takes one step with the method of an order."""

    def step(
        context: Any, t: float, h: float, order: int, y: Vector, memory: Vector, work: Workspace
    ) -> Step:
        stages = stages_for(h, order, memory)
        if order == SECOND:
            done, weights = chebyshev_step(context, t, h, stages, y, memory, work), chebyshev_error(h)
            kept, scratch = done.rates_start, done.before
        else:
            done, weights = rock_step(context, t, h, stages, y, memory, work), rock_error(h, stages)
            kept, scratch = done.before, done.rates_start
        return Step(increments=done.newest, kept=kept, scratch=scratch, weights=weights)

    return step


def equations_of(rates: Any) -> Equations:
    """Make equations from their rates alone; see :class:`Equations`."""

    def stage(
        t: float,
        y: Vector,
        f0: Vector,
        newest: Vector,
        before: Vector,
        weights: StageWeights,
        context: Any,
    ) -> None:
        if weights.first > 0.0:
            first_stage(f0, weights.first, newest, before)
        probe, f = y + newest, np.empty(y.size)
        rates(t, probe, f, context)
        next_stage(f0, f, newest, before, weights)

    def final(
        t: float,
        y: Vector,
        newest: Vector,
        before: Vector,
        f0: Vector,
        weights: FinalWeights,
        context: Any,
    ) -> None:
        probe, f = np.empty(y.size), np.empty(y.size)
        final_probe(y, newest, before, f0, weights, probe)
        rates(t, probe, f, context)
        final_stage(newest, before, f0, f, weights)

    def finish(
        t: float,
        y: Vector,
        kept: Vector,
        y_new: Vector,
        f1: Vector,
        weights: ErrorWeights,
        segments: Segments,
        context: Any,
    ) -> float:
        add(y, y_new)
        rates(t, y_new, f1, context)
        return largest_error(y, y_new, kept, f1, weights, segments, 0)

    return Equations(rates, stage, final, finish)
