"""The course of a condition: what happens in one step, and in which order."""

from collections.abc import Callable
from math import ceil, floor
from typing import NamedTuple

from sim.conditions.condition import Condition
from sim.tissue.tissue import Tissue

STEP_WITH_NOISE = 3.0
STEP_WITHOUT_NOISE = 6.0
SWIFT_STEP = 0.5
"""Default length of a step [h]: how often integration comes to a stop. The last is for conditions with
meals or tests of a day; cells fluctuate every three hours in any."""

ROUNDING = 1e-8
"""Part of a step that is only rounding [1]."""


def default_step(condition: Condition, noise: bool) -> float:
    """Length of a step [h] that suits a condition."""
    if condition.swift:
        return SWIFT_STEP
    return STEP_WITH_NOISE if noise else STEP_WITHOUT_NOISE


class Steps(NamedTuple):
    """When the steps of a course end: every some hours [h], at the end of the condition at the latest.

    Cells begin to fluctuate towards new values every ``noise_hours``.
    """

    hours: float
    noise_hours: float
    end: float

    @classmethod
    def of(cls, condition: Condition, noise: bool, step_hours: float | None = None) -> "Steps":
        """Steps that suit a condition, or that have a length of their own [h]."""
        hours = step_hours or default_step(condition, noise)
        return cls(hours, step_hours or max(STEP_WITH_NOISE, hours), condition.duration)

    def after(self, time: float) -> float:
        """End of the step that begins at a time or holds it [h], whether or not the condition lasts."""
        return self._end_of(floor(time / self.hours + ROUNDING) + 1)

    def nearest(self, time: float) -> float:
        """End of a step that is nearest to a time [h]."""
        return min(self._regular(time), self.end, key=lambda end: abs(end - time))

    def last_before(self, time: float) -> float:
        """End of the last step before a time [h], that time itself not counted."""
        return self._end_of(ceil(time / self.hours - ROUNDING) - 1)

    def rows_every(self, hours: float) -> list[float]:
        """Moments to record at [h]: ends of steps some hours apart, and the end.

        Those before the end are the same in a longer condition.
        """
        count = int((self.end + self.hours) / hours) + 1
        return sorted({self._regular(k * hours) for k in range(count)} | {self.end})

    def _regular(self, time: float) -> float:
        """End of a step of full length that is nearest to a time, or the end [h]."""
        return min(self.end, self._end_of(round(time / self.hours)))

    def _end_of(self, number: int) -> float:
        """End of a step by number [h]: the end of the condition, if only rounding lies between."""
        end = number * self.hours
        return self.end if abs(end - self.end) < ROUNDING * self.hours else end


class Course:
    """A tissue under a condition, advanced step by step.

    A step is (1) chance, when it is due: pump capacity and leak of every cell begin to fluctuate towards
    new values; (2) for each span between events: what is done to the body is set, and everything is
    integrated to the end of the span.

    Nothing but the tissue is carried from step to step, so a course taken up again where another one
    ended a step goes on to the bit.

    Parameters
    ----------
    tissue : Tissue
        Fresh, or at any time of the condition's clock.
    condition : Condition
        What is done to it.
    step_hours : float, optional
        Length of a step, and time between fluctuations [h]; by default steps suit the condition, see
        :func:`default_step`, and cells fluctuate every three hours, so that two conditions share
        their noise.
    """

    def __init__(self, tissue: Tissue, condition: Condition, step_hours: float | None = None) -> None:
        self.tissue = tissue
        self.condition = condition
        self.steps = Steps.of(condition, tissue.noise, step_hours)
        self._events = condition.edges()
        self._set_control()

    def next_stop(self, until: float = float("inf")) -> float:
        """Time at which the next step ends [h], ``until`` at the latest."""
        return min(until, self.steps.after(self.tissue.time))

    def follow_to(self, hours: float, after_step: Callable[[], None] | None = None) -> None:
        """Take steps until a time [h]; the last ends there."""
        while self.tissue.time < hours:
            self.step(until=hours)
            if after_step is not None:
                after_step()

    def step(self, rates: Callable[..., None] | None = None, until: float = float("inf")) -> None:
        """Advance by one step, or to ``until`` [h] if that comes first.

        Parameters
        ----------
        rates : callable, optional
            Rates of the tissue in place of the compiled ones; see :meth:`Tissue.advance_to`.
        until : float
            Latest end of the step [h].
        """
        tissue, stop = self.tissue, self.next_stop(until)
        if tissue.fluctuates_until < 0.5 * (tissue.time + self.steps.after(tissue.time)):
            tissue.fluctuate(self.steps.noise_hours)
        for edge in [*(t for t in self._events if tissue.time < t < stop), stop]:
            self._set_control()
            tissue.advance_to(edge, rates)
        self._set_control()

    def _set_control(self) -> None:
        body = self.tissue.parameters.body
        self.tissue.control = self.condition.control_at(self.tissue.time, body)
