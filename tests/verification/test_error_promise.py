"""The promise on the error: 1e-4 of every state, at every step, in every built-in condition."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import sim
from sim.conditions.condition import built_in_conditions
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.schedule import Schedule
from sim.tissue.equations import tissue_rates
from sim.tissue.tissue import Tissue

Array = NDArray[np.float64]

PROMISE = 1e-4
N_CELLS, STEP_HOURS = 10, 3.0
RTOL = 1e-10
"""Relative tolerance of the solution that counts as exact; the absolute one follows from the scales."""
FEW_DAYS, MANY_DAYS = 2.0, 15.0
SWIFT = ("daily-meals", "potassium-load", "vomiting", "insulin")
"""Conditions that show every kind of discontinuity."""


class ExactTissue(Tissue):
    """A tissue that advances by LSODA."""

    def advance_to(self, time: float, _rates: Callable[..., None] | None = None) -> None:
        """Integrate to a time [h]."""
        if time <= self.time:
            return

        def derivatives(t: float, y: Array) -> Array:
            dy = np.empty_like(y)
            tissue_rates(t, y, dy, self.context)
            return dy

        span = (self.time, float(time))
        atol = RTOL * scales_of(self)
        done = solve_ivp(derivatives, span, self.y, "LSODA", t_eval=[span[1]], rtol=RTOL, atol=atol)
        assert done.success, done.message
        self.y[:] = done.y[:, -1]
        self.time = span[1]
        self._post_totals()


def scales_of(tissue: Tissue) -> Array:
    """Size of each state below which its errors are absolute."""
    segments = tissue._segments
    return np.repeat(segments.scales, np.diff(segments.ends, prepend=0))


def course_of(tissue: Tissue, condition: str, days: float) -> Array:
    """States after every step, (steps, states)."""
    schedule, states = Schedule(tissue, sim.load(condition), STEP_HOURS), []
    schedule.advance_until(HOURS_PER_DAY * days, lambda: states.append(tissue.y.copy()))
    return np.array(states)


def largest_error(condition: str, days: float, *, noise: bool) -> float:
    """Largest error of any state after any step, relative to the larger of the state and its scale."""
    days = min(days, sim.load(condition).duration / HOURS_PER_DAY)
    found, exact = (
        course_of(kind(N_CELLS, noise=noise, seed=16), condition, days) for kind in (Tissue, ExactTissue)
    )
    sizes = np.maximum(np.abs(exact), scales_of(Tissue(N_CELLS, noise=False)))
    return float((np.abs(found - exact) / sizes).max())


@pytest.mark.parametrize("noise", [False, True], ids=["no noise", "noise"])
@pytest.mark.parametrize("condition", SWIFT)
def test_every_state_keeps_the_promise(condition: str, noise: bool) -> None:
    assert largest_error(condition, FEW_DAYS, noise=noise) <= PROMISE


@pytest.mark.slow
@pytest.mark.parametrize("noise", [False, True], ids=["no noise", "noise"])
@pytest.mark.parametrize("condition", built_in_conditions())
def test_every_state_keeps_the_promise_for_weeks(condition: str, noise: bool) -> None:
    assert largest_error(condition, MANY_DAYS, noise=noise) <= PROMISE
