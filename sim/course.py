"""The course of a condition: what happens in one step, and in which order."""

from collections.abc import Callable

from sim.condition import Condition
from sim.tissue import Tissue

STEP_WITH_NOISE = 3.0
STEP_WITHOUT_NOISE = 6.0
SWIFT_STEP = 0.5
"""Default length of a step [h]: how often integration comes to a stop. The last is for conditions with
meals or tests of a day; cells fluctuate every three hours in any."""


def default_step(condition: Condition, noise: bool) -> float:
    """Length of a step [h] that suits a condition."""
    if condition.swift:
        return SWIFT_STEP
    return STEP_WITH_NOISE if noise else STEP_WITHOUT_NOISE


class Course:
    """A tissue under a condition, advanced step by step.

    A step is (1) chance, when it is due: pump capacity and leak of every cell begin to fluctuate towards
    new values; (2) for each span between events: what is done to the body is set, and everything is
    integrated to the end of the span.

    Parameters
    ----------
    tissue : Tissue
        Fresh, at time zero.
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
        self.step_hours = step_hours or default_step(condition, tissue.noise)
        self.noise_hours = step_hours or max(STEP_WITH_NOISE, self.step_hours)
        self._events = condition.edges()
        self._steps = 0
        self._set_control()

    def next_stop(self, until: float = float("inf")) -> float:
        """Time at which the next step ends [h], ``until`` at the latest."""
        return min(until, (self._steps + 1) * self.step_hours)

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
        if self._steps % round(self.noise_hours / self.step_hours) == 0:
            tissue.fluctuate(self.noise_hours)
        for edge in [*(t for t in self._events if tissue.time < t < stop), stop]:
            self._set_control()
            tissue.advance_to(edge, rates)
        self._set_control()
        self._steps += 1

    def _set_control(self) -> None:
        body = self.tissue.parameters.body
        self.tissue.control = self.condition.control_at(self.tissue.time, body)
