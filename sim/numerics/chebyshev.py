"""Adaptive, error-controlled integration of stiff equations with a nearly real, negative spectrum.

Runge–Kutta–Chebyshev method of second order. It is explicit, so any linear invariant of the equations
is kept to rounding, no Jacobian is needed, and memory is three vectors. It is stable over an interval
that grows with the square of the number of stages, which is what makes it fit for membranes: their
eigenvalues are real, and the fastest is some thousand times as fast as what is followed.

It knows no biology: equations are a function ``rates(t, y, dy, context)``, states a flat vector in
segments that share a scale. Equations that can work piece by piece bring a stage and an end of a step
of their own, so that memory is passed once for each; see :class:`Equations`.

The same text runs compiled (called from a kernel) and interpreted (called from Python), and gives the
same bits both ways: all sums over the vector are inside kernels, all norms are maxima.

References
----------
Sommeijer, Shampine & Verwer 1997, J Comput Appl Math 88:315.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.error_norm import Segments, impossible_state, largest_error
from sim.numerics.jit import law, procedure, vector_kernel
from sim.numerics.spectral_radius import spectral_radius_of
from sim.numerics.step_control import (
    DONE,
    EVALUATIONS,
    MAX_RADIUS_AGE,
    MIN_STEP,
    NOT_FINITE,
    RADIUS_AGE,
    SPECTRAL_RADIUS,
    STEP,
    Outcome,
    accept,
    failure_code,
    planned_step,
    reject,
    stages_for,
    step_within,
)

Vector = NDArray[np.float64]

DAMPING = 2.0 / 13.0
"""Damping of the stability polynomial, with which it stays clear of 1 between its zeros [1]."""
MAX_ERROR = 1e300
"""Error over the tolerance beyond which an impossible state is the cause."""


class StageWeights(NamedTuple):
    """Weights of one stage: of the two latest increments, of the latest and the first rates.

    ``first`` is the weight of the first rates in the first increment, zero when that has been made.
    """

    first: float
    newest: float
    before: float
    rates: float
    rates_start: float


class Workspace(NamedTuple):
    """Vectors as long as the state: rates at the start of a step, and the two latest increments."""

    rates_start: Vector
    newest: Vector
    before: Vector


def new_workspace(size: int) -> Workspace:
    """Workspace for a state of the given length."""
    return Workspace(rates_start=np.zeros(size), newest=np.zeros(size), before=np.zeros(size))


class Equations(NamedTuple):
    """Equations, and how a step of the integrator evaluates them.

    Attributes
    ----------
    rates : callable
        ``rates(t, y, dy, context)`` writes dy/dt into dy; a pure function of t and y.
    stage : callable
        ``stage(t, y, f0, newest, before, weights, context)`` makes the first increment if that is still
        to be made (:func:`first_stage`), evaluates the rates f at y + newest, and puts the next
        increment (:func:`next_stage`) in the place of the one before the newest.
    finish : callable
        ``finish(t, y, f0, y_new, f1, h, segments, context)`` adds y to the increments in y_new,
        evaluates the rates f1 there and returns the :func:`largest_error` of the step.
    """

    rates: Any
    stage: Any
    finish: Any


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
    rates, stage, finish = equations
    chebyshev_step = engine(chebyshev_step_of(stage))
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
        now, f0, t = y, work.rates_start, start
        rates(t, now, f0, context)
        memory[EVALUATIONS] += 1
        place, below_floor = impossible_state(now, f0, segments)
        if place >= 0:
            return Outcome(code=NOT_FINITE, time=t, place=place)
        code, rejections = DONE, 0
        while code == DONE and t < stop:
            if memory[SPECTRAL_RADIUS] == 0.0 or memory[RADIUS_AGE] >= MAX_RADIUS_AGE:
                radius = spectral_radius(context, t, now, f0, segments, memory, work.newest, work.before)
                memory[SPECTRAL_RADIUS], memory[RADIUS_AGE] = radius, 0.0
            planned = planned_step(memory)
            h = step_within(planned, stop - t)
            stages = stages_for(h, memory)
            work = chebyshev_step(context, t, h, stages, now, memory, work)
            y1, f1 = work.newest, work.before
            error = finish(t + h, now, f0, y1, f1, h, segments, context) / tolerance
            memory[EVALUATIONS] += 1
            place = -1
            if error <= 1.0:
                t = stop if h == stop - t else t + h  # Exact: a sum would miss stop by a rounding.
                now, y1, f0, f1 = y1, now, f1, f0
                work = Workspace(rates_start=f0, newest=y1, before=f1)
                accept(error, h, planned, memory)
                rejections = 0
            else:
                if not error <= MAX_ERROR:  # True of NaN too.
                    place, below_floor = impossible_state(y1, f1, segments)
                reject(error, h, place, rejections, memory)
                rejections += 1
                if memory[STEP] < MIN_STEP:
                    code = failure_code(place, below_floor)
        if now.ctypes.data != y.ctypes.data:  # Vectors swap roles instead of being copied.
            copy(now, y)
        return Outcome(code=code, time=t, place=place)

    return integrate


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

    def finish(
        t: float,
        y: Vector,
        f0: Vector,
        y_new: Vector,
        f1: Vector,
        h: float,
        segments: Segments,
        context: Any,
    ) -> float:
        add(y, y_new)
        rates(t, y_new, f1, context)
        return largest_error(y, y_new, f0, f1, h, segments, 0)

    return Equations(rates, stage, finish)


def chebyshev_step_of(stage: Any) -> Any:
    """Make the function that takes one step.

    Parameters
    ----------
    stage : callable
        See :class:`Equations`.
    """

    def chebyshev_step(
        context: Any,
        t: float,
        h: float,
        stages: int,
        y: Vector,
        memory: Vector,
        work: Workspace,
    ) -> Workspace:
        """One step of second order with the given number of stages.

        ``work.rates_start`` holds the rates at y. The increment of y is ``newest`` of the workspace that
        is returned. Stages are kept as increments, so that rounding is relative to the change and not
        to the state. Coefficients follow from the Chebyshev polynomials T_j at w0 (t1, and t2 of the
        stage before) and their first two derivatives (d1, d2; dd1, dd2).
        """
        f0, newest, before = work.rates_start, work.newest, work.before
        w0 = 1.0 + DAMPING / (stages * stages)
        w1 = _time_scale(stages, w0)
        t1, t2, d1, d2, dd1, dd2 = w0, 1.0, 1.0, 0.0, 0.0, 0.0
        b1 = 1.0 / (4.0 * w0 * w0)
        b2 = b1
        mu_s = w1 * b1
        time1, time2 = mu_s, 0.0
        first = mu_s * h
        for _ in range(2, stages + 1):
            tj = 2.0 * w0 * t1 - t2
            dj = 2.0 * w0 * d1 - d2 + 2.0 * t1
            ddj = 2.0 * w0 * dd1 - dd2 + 4.0 * d1
            bj = ddj / (dj * dj)
            mu = 2.0 * w0 * bj / b1
            nu = -bj / b2
            mu_s = mu * w1 / w0
            gamma_s = -(1.0 - t1 * b1) * mu_s
            weights = StageWeights(
                first=first, newest=mu, before=nu, rates=h * mu_s, rates_start=h * gamma_s
            )
            stage(t + h * time1, y, f0, newest, before, weights, context)
            first = 0.0
            newest, before = before, newest
            memory[EVALUATIONS] += 1
            time1, time2 = mu * time1 + nu * time2 + mu_s + gamma_s, time1
            t1, t2, d1, d2, dd1, dd2, b1, b2 = tj, t1, dj, d1, ddj, dd1, bj, b1
        return Workspace(rates_start=f0, newest=newest, before=before)

    return chebyshev_step


@procedure
def _time_scale(stages: int, w0: float) -> float:
    """Ratio of first to second derivative of the Chebyshev polynomial of the last stage at w0."""
    t1, t2, d1, d2, dd1, dd2 = w0, 1.0, 1.0, 0.0, 0.0, 0.0
    for _ in range(2, stages + 1):
        t1, t2, d1, d2, dd1, dd2 = (
            2.0 * w0 * t1 - t2,
            t1,
            2.0 * w0 * d1 - d2 + 2.0 * t1,
            d1,
            2.0 * w0 * dd1 - dd2 + 4.0 * d1,
            dd1,
        )
    return d1 / dd1


@vector_kernel
def first_stage(f0: Vector, step: float, newest: Vector, before: Vector) -> None:
    """Set the increments of stages 0 and 1 of a step."""
    for i in range(f0.size):
        before[i] = 0.0
        newest[i] = step * f0[i]


@vector_kernel
def next_stage(f0: Vector, f: Vector, newest: Vector, before: Vector, weights: StageWeights) -> None:
    """Set the next stage's increment in place of the one before the newest."""
    for i in range(f0.size):
        before[i] = next_increment(f0[i], f[i], newest[i], before[i], weights)


@law
def next_increment(f0: float, f: float, newest: float, before: float, weights: StageWeights) -> float:
    """Increment of the next stage from those of the two latest stages and the rates."""
    return (weights.newest * newest + weights.before * before) + (
        weights.rates * f + weights.rates_start * f0
    )


@vector_kernel
def copy(source: Vector, target: Vector) -> None:
    """Copy a vector."""
    for i in range(source.size):
        target[i] = source[i]


@vector_kernel
def add(source: Vector, target: Vector) -> None:
    """Add a vector to another."""
    for i in range(source.size):
        target[i] += source[i]
