"""Adaptive, error-controlled integration of stiff equations with a nearly real, negative spectrum.

Runge–Kutta–Chebyshev of second order (Sommeijer, Shampine & Verwer 1997, J Comput Appl Math 88:315):
explicit, so any linear invariant of the equations is kept to rounding, and stable over an interval
that grows with the square of the number of stages. It knows no biology: equations are a function
``rates(t, y, dy, context)``, states are a flat vector in segments that share a scale. Equations that
can work piece by piece bring a stage and an end of a step of their own, so that memory is passed once
for each; see :class:`Equations`.

The same text runs compiled (called from a kernel) and interpreted (called from Python), and gives the
same bits both ways: all sums over the vector are inside kernels, all norms are maxima.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.elementary import cube_root
from sim.numerics.jit import kernel, law, procedure, vector_kernel

Vector = NDArray[np.float64]

DONE, TOO_STIFF, NOT_FINITE, NEGATIVE = 0, 1, 2, 3
"""Outcomes of :func:`integrator_of`'s function."""

MOST_STAGES = 120
POWER_STEPS = 60
SETTLED = 3
"""Steps of the power method in turn that must agree; two may agree by chance."""
SAFETY = 1.15
"""Margin on the estimated spectral radius."""
REUSE = 40
"""Steps for which an estimate of the spectral radius serves."""
AIM = 0.9
"""Part of the step that would use up the tolerance which is tried next."""
MOST_ERROR = 1e300
"""Error over the tolerance beyond which a state is looked for that cannot be."""
SIDE_BY_SIDE = 512
"""States whose errors are looked at together."""
SMALLEST_STEP = 1e-9
"""Least step [units of t] before integration gives up."""
FIRST_STEP = 1.0
"""First step over the reciprocal of the spectral radius."""
DAMPING = 2.0 / 13.0

(
    STEP,
    RADIUS,
    AGE,
    LAST_STEP,
    LAST_ERROR,
    KICKED,
    STEP_AFTER_KICK,
    EVALUATIONS,
    ACCEPTED,
    REJECTED,
) = range(10)
"""Places in the memory vector of :func:`new_memory`."""


class Segments(NamedTuple):
    """How the flat state vector divides into quantities.

    ``ends`` holds the index after each segment, ``scales`` the size below which its errors are seen
    as absolute, ``floors`` the value below which a state is impossible, ``weights`` by how
    much its errors count [1].
    """

    ends: NDArray[np.int64]
    scales: Vector
    floors: Vector
    weights: Vector


class Workspace(NamedTuple):
    """Vectors as long as the state that integration needs."""

    rates_start: Vector
    newest: Vector
    before: Vector


class StageWeights(NamedTuple):
    """Weights of one stage: of the two latest increments, of the latest and the first rates.

    ``first`` is the weight of the first rates in the first increment, zero when that has been made.
    """

    first: float
    newest: float
    before: float
    rates: float
    rates_start: float


@law
def next_increment(f0: float, f: float, newest: float, before: float, weights: StageWeights) -> float:
    """Increment of the next stage from those of the two latest stages and the rates."""
    return (weights.newest * newest + weights.before * before) + (
        weights.rates * f + weights.rates_start * f0
    )


class Outcome(NamedTuple):
    """How integration ended: a code, the time reached, and the place of the offending state (or −1)."""

    code: int
    time: float
    place: int


def new_memory() -> Vector:
    """What integration carries from one call to the next: step size, spectral radius, counts."""
    return np.zeros(10)


def kick(memory: Vector) -> None:
    """Tell that the equations have changed: fast modes are awake again, the first step is short."""
    memory[KICKED] = 1.0


def forget_radius(memory: Vector) -> None:
    """Tell that the spectral radius may have grown."""
    memory[RADIUS] = 0.0


def new_workspace(size: int) -> Workspace:
    """Workspace for a state of the given length."""
    return Workspace(np.zeros(size), np.zeros(size), np.zeros(size))


def _plain(function: Any) -> Any:
    """Leave a function to the interpreter."""
    return function


class Equations(NamedTuple):
    """Equations, and what is done with them in a step.

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


def equations_of(rates: Any) -> Equations:
    """Make equations that are given by their rates alone; see :class:`Equations`."""

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


def integrator_of(equations: Equations, mark: Callable[[Any], Any] = _plain) -> Any:
    """Make the function that integrates given equations.

    Parameters
    ----------
    equations : Equations
        What to integrate.
    mark : callable
        :func:`sim.numerics.jit.procedure` if the result is to be called from compiled code.

    Returns
    -------
    callable
        ``integrate(context, y, start, stop, tolerance, segments, memory, work)`` advances y from
        start to stop exactly, in steps whose error is at most ``tolerance`` relative to the larger
        of each state and its scale, and returns an :class:`Outcome`. It overwrites y; if it fails,
        y is the last accepted state. ``context`` is passed on to the equations, ``memory`` (from
        :func:`new_memory`) carries the step size on, ``work`` is scratch.
    """
    rates, stage, finish = equations
    chebyshev_step = mark(_step_of(stage))
    spectral_radius = mark(_radius_of(rates))

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
        place, negative = impossible_state(now, f0, segments)
        if place >= 0:
            return Outcome(NOT_FINITE, t, place)
        code, refusals = DONE, 0
        while code == DONE and t < stop:
            if memory[RADIUS] == 0.0 or memory[AGE] >= REUSE:
                memory[RADIUS] = spectral_radius(context, t, now, segments, memory, work)
                memory[AGE] = 0.0
            planned = planned_step(memory)
            h = step_within(planned, stop - t)
            stages = max(2, 1 + int(np.sqrt(1.0 + 1.54 * h * memory[RADIUS])))
            work = chebyshev_step(context, t, h, stages, now, memory, work)
            y1, f1 = work.newest, work.before
            error = finish(t + h, now, f0, y1, f1, h, segments, context) / tolerance
            memory[EVALUATIONS] += 1
            place = -1
            if error <= 1.0:
                t = stop if h == stop - t else t + h
                now, y1, f0, f1 = y1, now, f1, f0
                work = Workspace(f0, y1, f1)
                accept(error, h, planned, memory)
                refusals = 0
            else:
                if not error <= MOST_ERROR:
                    place, negative = impossible_state(y1, f1, segments)
                refuse(error, h, place, refusals, memory)
                refusals += 1
                if memory[STEP] < SMALLEST_STEP:
                    code = problem(place, negative)
        if now.ctypes.data != y.ctypes.data:  # Vectors change places; y may be any of them.
            copy(now, y)
        return Outcome(code, t, place)

    return integrate


def _step_of(stage: Any) -> Any:
    """Make the function that takes one step."""

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

        The rates at y must be in work.rates_start. What y grows by is the newest of the workspace that
        is returned: stages are kept as increments, so that rounding is relative to the change and not
        to the state. Coefficients follow from Chebyshev polynomials T_j at w0 and their first two
        derivatives.
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
            weights = StageWeights(first, mu, nu, h * mu_s, h * gamma_s)
            stage(t + h * time1, y, f0, newest, before, weights, context)
            first = 0.0
            newest, before = before, newest
            memory[EVALUATIONS] += 1
            time1, time2 = mu * time1 + nu * time2 + mu_s + gamma_s, time1
            t1, t2, d1, d2, dd1, dd2, b1, b2 = tj, t1, dj, d1, ddj, dd1, bj, b1
        return Workspace(f0, newest, before)

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


def _radius_of(rates: Any) -> Any:
    """Make the function that estimates the spectral radius."""

    def spectral_radius(
        context: Any,
        t: float,
        y: Vector,
        segments: Segments,
        memory: Vector,
        work: Workspace,
    ) -> float:
        """Largest size of an eigenvalue of the Jacobian, with a margin, by a nonlinear power method.

        The rates at y must be in work.rates_start. Starts from a fixed rough direction, so the
        result is a pure function of the state.
        """
        f0, direction, probe = work.rates_start, work.newest, work.before
        start_direction(direction)
        radius, settled = 0.0, 0
        for _ in range(POWER_STEPS):
            displace(y, direction, 1e-6, segments, probe)
            rates(t, probe, direction, context)
            memory[EVALUATIONS] += 1
            size = difference(direction, f0, 1e-6, segments)
            settled = settled + 1 if abs(size - radius) <= 0.02 * size else 0
            radius = size
            if settled == SETTLED:
                break
        return max(SAFETY * radius, 1e-6)

    return spectral_radius


@kernel
def planned_step(memory: Vector) -> float:
    """Step that accuracy and stability allow next."""
    longest = 0.65 * (MOST_STAGES * MOST_STAGES - 1.0) / memory[RADIUS]
    wanted = memory[STEP] if memory[STEP] > 0.0 else FIRST_STEP / memory[RADIUS]
    if memory[KICKED] > 0.0:
        wanted = min(wanted, memory[STEP_AFTER_KICK] or FIRST_STEP / memory[RADIUS])
    return float(min(wanted, longest))


@kernel
def step_within(planned: float, left: float) -> float:
    """Step to take when some time is left: all of it, half of it, or the planned step."""
    if planned >= left:
        return left
    return 0.5 * left if planned >= 0.5 * left else planned


@kernel
def accept(error: float, h: float, planned: float, memory: Vector) -> None:
    """Note an accepted step, and plan the next from its error and the trend since the last."""
    floored = max(error, 1e-10)
    factor = AIM / cube_root(floored)
    if memory[KICKED] > 0.0:
        memory[STEP_AFTER_KICK] = h * min(1.0, factor)
        memory[KICKED] = 0.0
        memory[STEP] = h
    elif memory[LAST_ERROR] > 0.0:
        trend = cube_root(memory[LAST_ERROR] / floored) * h / memory[LAST_STEP]
        factor = min(factor, factor * trend)
    wanted = h * min(5.0, max(0.2, factor))
    if h >= 0.9 * planned or factor < 1.0 or wanted > memory[STEP]:
        memory[STEP] = wanted
    memory[LAST_ERROR] = floored
    memory[LAST_STEP] = h
    memory[ACCEPTED] += 1
    memory[AGE] += 1


@kernel
def refuse(error: float, h: float, place: int, before: int, memory: Vector) -> None:
    """Note a refused step after some others, and plan a shorter one."""
    memory[REJECTED] += 1
    memory[STEP] = h * (0.25 if place >= 0 else max(0.1, AIM / cube_root(error)))
    if before > 0:
        memory[RADIUS] = 0.0


@kernel
def problem(place: int, negative: bool) -> int:
    """Outcome if even the shortest step is refused, given the place of a state that cannot be or −1."""
    if place < 0:
        return TOO_STIFF
    return NEGATIVE if negative else NOT_FINITE


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
def error_of_state(
    y: float, y_new: float, f0: float, f1: float, h: float, scale: float, floor: float
) -> float:
    """Estimated error of a state after a step over its size [1]; infinite if the state cannot be."""
    size = abs(y_new)
    size = size if size > scale else scale
    error = abs(0.8 * (y - y_new) + 0.4 * h * (f0 + f1)) / size
    possible = error < np.inf and y_new >= floor
    return error if possible else np.inf


@kernel
def largest_error(
    y: Vector, y_new: Vector, f0: Vector, f1: Vector, h: float, segments: Segments, since: int
) -> float:
    """Largest estimated error of a step over the state [1]; infinite if a state cannot be.

    That of the segments from ``since`` on.
    """
    side_by_side, worst = np.empty(SIDE_BY_SIDE), 0.0
    for s in range(since, segments.ends.size):
        first, last = segments.ends[s - 1] if s > 0 else 0, segments.ends[s]
        if last == first + 1:
            scale, floor = segments.scales[s], segments.floors[s]
            error = error_of_state(y[first], y_new[first], f0[first], f1[first], h, scale, floor)
            worst = max(worst, segments.weights[s] * error)
        else:
            cut = slice(first, last)
            error = error_in_segment(y[cut], y_new[cut], f0[cut], f1[cut], h, s, segments, side_by_side)
            worst = max(worst, error)
    return worst


@procedure
def error_in_segment(
    y: Vector, y_new: Vector, f0: Vector, f1: Vector, h: float, s: int, segments: Segments,
    side_by_side: Vector,
) -> float:  # fmt: skip
    """Largest error of some states of one segment; see :func:`largest_error`.

    They are gone through once, as many side by side as the last vector has places.
    """
    scale, floor, worst = segments.scales[s], segments.floors[s], 0.0
    errors = side_by_side[: y.size]
    errors[:] = 0.0
    for start in range(0, y.size, errors.size):
        stop = min(start + errors.size, y.size)
        _raise_errors(
            y[start:stop], y_new[start:stop], f0[start:stop], f1[start:stop], h, scale, floor, errors
        )
    for error in errors:
        worst = max(worst, error)
    return float(segments.weights[s] * worst)


@vector_kernel
def _raise_errors(
    y: Vector, y_new: Vector, f0: Vector, f1: Vector, h: float, scale: float, floor: float,
    errors: Vector,
) -> None:  # fmt: skip
    """Raise each error to that of a state."""
    for i in range(y.size):
        error = error_of_state(y[i], y_new[i], f0[i], f1[i], h, scale, floor)
        errors[i] = error if error > errors[i] else errors[i]


@kernel
def impossible_state(y: Vector, f: Vector, segments: Segments) -> tuple[int, bool]:
    """Index of the first state that is not finite or below its floor, and whether it is the latter.

    The index is −1 when all is well.
    """
    first = 0
    for s in range(segments.ends.size):
        floor = segments.floors[s]
        for i in range(first, segments.ends[s]):
            if not (np.isfinite(y[i]) and np.isfinite(f[i])):
                return i, False
            if y[i] < floor:
                return i, True
        first = segments.ends[s]
    return -1, False


@kernel
def start_direction(direction: Vector) -> None:
    """Fill a rough direction with a part of every mode: unequal weights, alternating signs."""
    for i in range(direction.size):
        direction[i] = 1.0 - 0.61 * (i % 3)


@kernel
def displace(y: Vector, direction: Vector, amount: float, segments: Segments, probe: Vector) -> None:
    """Set probe to y moved along a direction that is in units of the scales."""
    first = 0
    for s in range(segments.ends.size):
        scale = segments.scales[s]
        for i in range(first, segments.ends[s]):
            probe[i] = y[i] + amount * scale * direction[i]
        first = segments.ends[s]


@kernel
def difference(f: Vector, f0: Vector, amount: float, segments: Segments) -> float:
    """Turn rates f into their change in units of the scales, normalised; return its size."""
    size = 0.0
    first = 0
    for s in range(segments.ends.size):
        scale = segments.scales[s]
        for i in range(first, segments.ends[s]):
            f[i] = (f[i] - f0[i]) / (amount * scale)
            size = max(size, abs(f[i]))
        first = segments.ends[s]
    if size > 0.0:
        for i in range(f.size):
            f[i] /= size
    return size
