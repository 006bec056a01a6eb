"""Runge–Kutta–Chebyshev method of fourth order, ROCK4: one step.

References
----------
Abdulle 2002, SIAM J Sci Comput 23:2041.
"""

from typing import Any

from sim.numerics.error_norm import ErrorWeights
from sim.numerics.jit import procedure
from sim.numerics.rock_coefficients import EMBEDDED_WEIGHTS, FINAL_STAGES, RECURRENCE, STEP_WEIGHTS
from sim.numerics.step_control import EVALUATIONS, LAST_STAGES
from sim.numerics.workspace import (
    Combination,
    FinalWeights,
    StageWeights,
    Vector,
    Workspace,
    first_stage,
)


@procedure
def rock_error(h: float, stages: int) -> ErrorWeights:
    """Weights of the estimated error of a step, most of which the step keeps."""
    return ErrorWeights(change=0.0, kept=1.0, rates=h * EMBEDDED_WEIGHTS[stages - LAST_STAGES - 1, 4])


def rock_step_of(stage: Any, final: Any) -> Any:
    """Make the function that takes one step.

    Parameters
    ----------
    stage, final : callable
        See :class:`~sim.numerics.integrator.Equations`.
    """

    def rock_step(
        context: Any,
        t: float,
        h: float,
        stages: int,
        y: Vector,
        memory: Vector,
        work: Workspace,
    ) -> Workspace:
        """One step of fourth order with the given number of stages, at least five.

        ``work.rates_start`` holds the rates at y and is overwritten. The increment of y is ``newest`` of
        the workspace that is returned, ``before`` the part of the error that is known before the rates
        at the end of the step.
        """
        f0, newest, before = work.rates_start, work.newest, work.before
        recurring = stages - LAST_STAGES
        place = (recurring - 1) ** 2
        time1, time2 = RECURRENCE[place], 0.0
        first = h * time1
        for i in range(1, recurring):
            mu, kappa = RECURRENCE[place + 2 * i - 1], RECURRENCE[place + 2 * i]
            weights = StageWeights(
                first=first, newest=1.0 + kappa, before=-kappa, rates=h * mu, rates_start=0.0
            )
            stage(t + h * time1, y, f0, newest, before, weights, context)
            first = 0.0
            newest, before = before, newest
            time1, time2 = mu + (1.0 + kappa) * time1 - kappa * time2, time1
        if first > 0.0:
            first_stage(f0, first, newest, before)
        for i in range(LAST_STAGES):
            time, weights_of_last = _last_stage(i, recurring - 1, h)
            final(t + h * (time1 + time), y, newest, before, f0, weights_of_last, context)
        memory[EVALUATIONS] += stages - 1
        return Workspace(rates_start=f0, newest=newest, before=before)

    return rock_step


@procedure
def _last_stage(i: int, row: int, h: float) -> tuple[float, FinalWeights]:
    """Time after the recurrence over the step, and weights, of one of the last stages.

    The vectors hold the increment of the recurrence and, times h, the first two rates of the last
    stages; the third stage has all that is needed to leave the increments at which the fourth is
    evaluated, the step but for the fourth rates, and the error likewise.
    """
    a, b, e = FINAL_STAGES[row], STEP_WEIGHTS[row], EMBEDDED_WEIGHTS[row]
    time = probe_before = probe_start = 0.0
    newest = before = rates_start = combination(0.0, 0.0, 0.0)
    if i == 0:
        before = combination(0.0, 0.0, h)
    elif i == 1:
        time = probe_before = a[0]
        rates_start = combination(0.0, 0.0, h)
    elif i == 2:
        time, probe_before, probe_start = a[1] + a[2], a[1], a[2]
        newest = combination(a[3], a[4], h * a[5])
        before = combination(b[0], b[1], h * b[2])
        rates_start = combination(e[0] - b[0], e[1] - b[1], h * (e[2] - b[2]))
    else:
        time = a[3] + a[4] + a[5]
        newest = combination(0.0, 0.0, h * b[3])
        before = combination(0.0, 0.0, h * (e[3] - b[3]))
    return time, FinalWeights(
        stage=i,
        probe_before=probe_before,
        probe_start=probe_start,
        newest=newest,
        before=before,
        rates_start=rates_start,
    )


@procedure
def combination(before: float, rates_start: float, rates: float) -> Combination:
    """Make a combination of numbers."""
    return Combination(before=before, rates_start=rates_start, rates=rates)
