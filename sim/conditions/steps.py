"""When the steps of a run end, and which steps suit a condition."""

from math import ceil, floor
from typing import NamedTuple

from sim.conditions.condition import Condition

STEP_WITH_NOISE = 3.0
STEP_WITHOUT_NOISE = 6.0
SUBDAILY_STEP = 0.5
"""Default length of a step [h]; the last is for conditions with meals or other events within a day."""
ROUNDING = 1e-8
"""Difference between two times that is rounding only [step]."""


class Steps(NamedTuple):
    """When the steps of a run end: every ``hours`` [h], at the end of the condition at the latest.

    Cells begin to fluctuate towards new values every ``noise_hours``.
    """

    hours: float
    noise_hours: float
    end: float

    @classmethod
    def of(cls, condition: Condition, noise: bool, step_hours: float | None = None) -> "Steps":
        """Steps that suit a condition, or that have a given length [h].

        Cells fluctuate every three hours under any condition, so that all arms of a study share
        their fluctuations; a given length is the time between fluctuations too.
        """
        hours = step_hours or default_step(condition, noise)
        return cls(hours, step_hours or max(STEP_WITH_NOISE, hours), condition.duration)

    def after(self, time: float) -> float:
        """End of the step that begins at a time or contains it [h], even beyond the condition's end."""
        return self._end_of(floor(time / self.hours + ROUNDING) + 1)

    def nearest(self, time: float) -> float:
        """End of a step that is nearest to a time [h]."""
        return min(self._regular(time), self.end, key=lambda end: abs(end - time))

    def last_before(self, time: float) -> float:
        """End of the last step before a time [h], that time itself excluded."""
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


def default_step(condition: Condition, noise: bool) -> float:
    """Length of a step [h] that suits a condition."""
    if condition.has_subdaily_events:
        return SUBDAILY_STEP
    return STEP_WITH_NOISE if noise else STEP_WITHOUT_NOISE
