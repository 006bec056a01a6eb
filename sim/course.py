"""The course of a condition: what happens in one step, and in which order."""

from collections.abc import Callable

from sim.condition import Condition
from sim.tissue import Tissue

STEP_WITH_NOISE = 3.0
STEP_WITHOUT_NOISE = 6.0
"""Default length of a step [h]: how often cells fluctuate, or how often integration comes to a stop."""


class Course:
    """A tissue under a condition, advanced step by step.

    A step is (1) chance: pump capacity and leak of every cell fluctuate; (2) for each span between
    events: what is done to the body is set, and everything is integrated to the end of the span.

    Parameters
    ----------
    tissue : Tissue
        Fresh, at time zero.
    condition : Condition
        What is done to it.
    step_hours : float, optional
        Length of a step [h]; by default 3 with noise, else 6.
    """

    def __init__(self, tissue: Tissue, condition: Condition, step_hours: float | None = None) -> None:
        default = STEP_WITH_NOISE if tissue.noise else STEP_WITHOUT_NOISE
        self.tissue = tissue
        self.condition = condition
        self.step_hours = step_hours or default
        self._events = condition.times()
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
        tissue.fluctuate(stop - tissue.time)
        for edge in [*(t for t in self._events if tissue.time < t < stop), stop]:
            self._set_control()
            tissue.advance_to(edge, rates)
        self._set_control()
        self._steps += 1

    def _set_control(self) -> None:
        body = self.tissue.parameters.body
        self.tissue.control = self.condition.control_at(self.tissue.time, body)
