"""Control of the step: which step to try, what an accepted or rejected one changes, how it may fail.

What the control remembers from step to step, and from one call of the integrator to the next, is one
small vector, the memory, so that compiled code can change it and a checkpoint can hold it.

References
----------
Sommeijer, Shampine & Verwer 1997, J Comput Appl Math 88:315 (prediction of the step from the trend of
the error).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.elementary import cube_root
from sim.numerics.jit import kernel

Vector = NDArray[np.float64]

DONE, TOO_STIFF, NOT_FINITE, NEGATIVE = 0, 1, 2, 3
"""How integration can end; see :class:`Outcome`."""

(
    STEP,
    SPECTRAL_RADIUS,
    RADIUS_AGE,
    LAST_STEP,
    LAST_ERROR,
    DISCONTINUITY,
    STEP_AFTER_DISCONTINUITY,
    EVALUATIONS,
    ACCEPTED,
    REJECTED,
    ORDER,
    LAST_ORDER,
    LAST_DISCONTINUITY,
) = range(13)
"""Places in the memory of :func:`new_memory`.

Checkpoints hold the memory as it is: the order of places is part of their format. Append only.
"""
MEMORY_SIZE = 13

AUTOMATIC, SECOND, FOURTH = 0, 2, 4
ORDERS = (AUTOMATIC, SECOND, FOURTH)
"""Orders of the method that can be asked for; see :func:`choose_order`."""
SMOOTH_AFTER = 24.0
"""Time without discontinuity after which steps are long and second order is cheaper [units of t]."""
MAX_STAGES, MAX_STAGES_FOURTH, MIN_STAGES_FOURTH = 120, 16, 5
"""Largest number of stages of a step of second order, since what rounding adds to the error grows with
its square; largest and smallest of fourth order."""
LAST_STAGES = 4
"""Stages of a step of fourth order that are not part of its recurrence."""
STABLE_LENGTH, STAGES_PER_LENGTH = 0.65, 1.54
"""Second order: length of the stable interval of the real axis over stages² − 1, and its reciprocal [1].

With the damping of :mod:`sim.numerics.chebyshev`; rounded down and up, to be safe.
"""
STABLE_LENGTH_FOURTH, STABLE_OFFSET_FOURTH = 0.353, 3.0
"""Fourth order: the stable interval is at least 0.353 stages² − 3 long [1]."""
MAX_RADIUS_AGE = 400
"""Steps for which one estimate of the spectral radius is used."""
MIN_STEP = 1e-9
"""Smallest step before integration gives up [units of t]."""
MIN_SPAN = 1e-200
"""Shorter spans are over without a step, whose weights would underflow [units of t]."""
INITIAL_STEP = 2.0
"""Step after the first discontinuity over the reciprocal of the spectral radius [1].

It is long enough for the fastest modes to decay: later steps are so long that they damp them slowly,
which the estimated error does not show.
"""
ERROR_SAFETY = 0.9
"""Part of the step that would just use up the tolerance which is tried next [1]."""
MIN_CHANGE, MAX_CHANGE = 0.2, 5.0
"""Bounds of the ratio of an accepted step's successor to it [1]."""
MIN_CHANGE_REJECTED, CHANGE_IF_IMPOSSIBLE = 0.1, 0.25
"""Ratio of the step after a rejected one to it: the smallest, and that if a state was impossible [1]."""
MIN_ERROR = 1e-10
"""Smaller errors over the tolerance count as this one, down to which cube roots are accurate [1]."""
PLANNED_IN_FULL = 0.9
"""Part of the planned step from which a step counts as the planned one [1]."""


class Outcome(NamedTuple):
    """How integration ended: a code, the time reached, and the index of the offending state (or −1)."""

    code: int
    time: float
    place: int


def new_memory(order: int = AUTOMATIC) -> Vector:
    """What integration remembers from one call to the next: step size, spectral radius, counts.

    Parameters
    ----------
    order : int
        Order of the method; see :func:`choose_order`.
    """
    memory = np.zeros(MEMORY_SIZE)
    memory[ORDER] = order
    return memory


def mark_discontinuity(memory: Vector) -> None:
    """Note that the equations have jumped, which excites fast modes: the next step must be short."""
    memory[DISCONTINUITY] = 1.0


def invalidate_spectral_radius(memory: Vector) -> None:
    """Note that the spectral radius may have grown; it is estimated anew before the next step."""
    memory[SPECTRAL_RADIUS] = 0.0


@kernel
def choose_order(t: float, memory: Vector) -> int:
    """Order of the method for the next step: the one that was asked for, or that suits the time.

    Discontinuities excite fast transients, which the fourth order follows with fewer evaluations; once
    they have decayed, the second order takes steps of many more stages.
    """
    order = int(memory[ORDER])
    if order == AUTOMATIC:
        smooth = memory[DISCONTINUITY] == 0.0 and t - memory[LAST_DISCONTINUITY] >= SMOOTH_AFTER
        order = SECOND if smooth else FOURTH
    if order != memory[LAST_ORDER]:
        memory[LAST_ORDER], memory[LAST_ERROR] = order, 0.0  # Errors of two methods make no trend.
    return order


@kernel
def planned_step(order: int, memory: Vector) -> float:
    """Step that accuracy and stability allow next."""
    if order == SECOND:
        length = STABLE_LENGTH * (MAX_STAGES * MAX_STAGES - 1.0)
    else:
        length = STABLE_LENGTH_FOURTH * (MAX_STAGES_FOURTH * MAX_STAGES_FOURTH) - STABLE_OFFSET_FOURTH
    stable = length / memory[SPECTRAL_RADIUS]
    accurate = memory[STEP] if memory[STEP] > 0.0 else INITIAL_STEP / memory[SPECTRAL_RADIUS]
    if memory[DISCONTINUITY] > 0.0:
        # Cells fluctuate at every step of a run, so discontinuities are many and alike: the step that
        # the last one allowed spares a row of rejected steps at each.
        initial = memory[STEP_AFTER_DISCONTINUITY] or INITIAL_STEP / memory[SPECTRAL_RADIUS]
        accurate = min(accurate, initial)
    return float(min(accurate, stable))


@kernel
def step_within(planned: float, left: float) -> float:
    """Step to take when some time is left: all of it, half of it, or the planned step.

    Halves spare a last step that is tiny.
    """
    if planned >= left:
        return left
    return 0.5 * left if planned >= 0.5 * left else planned


@kernel
def stages_for(h: float, order: int, memory: Vector) -> int:
    """Stages with which a step is stable."""
    length = h * memory[SPECTRAL_RADIUS]
    if order == SECOND:
        return max(2, 1 + int(np.sqrt(1.0 + STAGES_PER_LENGTH * length)))
    stages = int(np.ceil(np.sqrt((length + STABLE_OFFSET_FOURTH) / STABLE_LENGTH_FOURTH)))
    return min(MAX_STAGES_FOURTH, max(MIN_STAGES_FOURTH, stages))


@kernel
def error_root(ratio: float, order: int) -> float:
    """Factor of a step that changes its error by a ratio [1]: errors grow with the power order + 1.

    That of fourth order is estimated by a step of third order.
    """
    return cube_root(ratio) if order == SECOND else np.sqrt(np.sqrt(ratio))


@kernel
def accept(t: float, error: float, h: float, planned: float, order: int, memory: Vector) -> None:
    """Note an accepted step, and plan the next from its error and the trend since the last one.

    Parameters
    ----------
    t : float
        End of the step.
    error : float
        Of the step, over the tolerance [1].
    h, planned : float
        The step, and the one that was planned before it was cut to the time left [units of t].
    order : int
        Order of the method.
    memory : array
        See :func:`new_memory`.
    """
    error = max(error, MIN_ERROR)
    factor = ERROR_SAFETY / error_root(error, order)
    if memory[DISCONTINUITY] > 0.0:
        # The step before belongs to other equations: its error gives no trend, its length no plan.
        memory[STEP_AFTER_DISCONTINUITY] = h * min(1.0, factor)
        memory[DISCONTINUITY], memory[LAST_DISCONTINUITY] = 0.0, t - h
        memory[STEP] = h
    elif memory[LAST_ERROR] > 0.0:
        trend = error_root(memory[LAST_ERROR] / error, order) * h / memory[LAST_STEP]
        factor = min(factor, factor * trend)
    successor = h * min(MAX_CHANGE, max(MIN_CHANGE, factor))
    # A step that was cut to the time left, and was accurate, must not shorten the plan.
    if h >= PLANNED_IN_FULL * planned or factor < 1.0 or successor > memory[STEP]:
        memory[STEP] = successor
    memory[LAST_ERROR] = error
    memory[LAST_STEP] = h
    memory[ACCEPTED] += 1
    memory[RADIUS_AGE] += 1


@kernel
def reject(error: float, h: float, place: int, rejections: int, order: int, memory: Vector) -> None:
    """Note a rejected step, and plan a shorter one.

    Parameters
    ----------
    error, h, order, memory
        See :func:`accept`.
    place : int
        Index of an impossible state, or −1.
    rejections : int
        How many attempts at this step were rejected before.
    """
    memory[REJECTED] += 1
    if place >= 0:
        memory[STEP] = h * CHANGE_IF_IMPOSSIBLE
    else:
        memory[STEP] = h * max(MIN_CHANGE_REJECTED, ERROR_SAFETY / error_root(error, order))
    if rejections > 0:
        # A step that was shortened to suit its error and fails again is probably unstable.
        memory[SPECTRAL_RADIUS] = 0.0


@kernel
def failure_code(place: int, below_floor: bool) -> int:
    """Code of an outcome if even the smallest step is rejected; see :func:`.impossible_state`."""
    if place < 0:
        return TOO_STIFF
    return NEGATIVE if below_floor else NOT_FINITE
