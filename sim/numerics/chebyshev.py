"""Runge–Kutta–Chebyshev method of second order: one step.

References
----------
Sommeijer, Shampine & Verwer 1997, J Comput Appl Math 88:315.
"""

from typing import Any

from sim.numerics.error_norm import ErrorWeights
from sim.numerics.jit import procedure
from sim.numerics.step_control import EVALUATIONS
from sim.numerics.workspace import StageWeights, Vector, Workspace

CAUTION = 3.0
"""Factor on the estimated error: where all is smooth, errors of steps add up rather than cancel [1]."""
DAMPING = 2.0 / 13.0
"""Damping of the stability polynomial, with which it stays clear of 1 between its zeros [1]."""


@procedure
def chebyshev_error(h: float) -> ErrorWeights:
    """Weights of the estimated error of a step; what the step keeps is its first rates."""
    change, rates = CAUTION * 0.8, CAUTION * 0.4 * h
    return ErrorWeights(change=-change, kept=rates, rates=rates)


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
