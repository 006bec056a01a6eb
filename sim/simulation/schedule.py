"""A tissue under a condition, advanced step by step, and the order of what happens in a step."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

import numpy as np

from sim.conditions.condition import Condition
from sim.conditions.plan import RunPlan
from sim.numerics.layout import flattened
from sim.parameters.inputs import Control
from sim.quantities.units import HOURS_PER_DAY
from sim.system.interruption import guarded_signals
from sim.tissue.context import Array
from sim.tissue.spans import Span
from sim.tissue.tissue import N_BODY, Tissue

Watch = Callable[[Sequence[float], Array], None]
"""Called with times [h] and states of the body, (times, body); see :meth:`Schedule.advance_until`."""


class Schedule:
    """A tissue under a condition, advanced step by step.

    Order of a step:

    1. Rules of agents act, each once, if the tissue belongs to a :class:`sim.TissueModel` whose
       agents have rules.
    2. When fluctuations are due, pump capacity and leaks of every cell begin to move towards new
       random values.
    3. For each span between events within the step: the control (diet, treatments, switched-off
       mechanisms) is set, and everything is integrated to the end of the span.
    4. At the end of the step, the control is set to that of the moment; then the recorder reads the
       tissue, if a row or a snapshot is due.

    Nothing but the tissue is carried from step to step, so a schedule resumed where another one ended
    a step gives the same bits.

    Parameters
    ----------
    tissue : Tissue
        Fresh, or at any time of the condition's clock.
    condition : Condition
        The interventions.
    step_hours : float, optional
        Length of a step, and time between fluctuations [h]; by default steps suit the condition, see
        :meth:`~sim.conditions.steps.Steps.of`.

    Raises
    ------
    InputError
        If there is no such condition or step.
    """

    def __init__(self, tissue: Tissue, condition: Condition, step_hours: float | None = None) -> None:
        plan = RunPlan(condition=condition, noise=tissue.noise, step_hours=step_hours)
        self.tissue = tissue
        self.condition = plan.condition
        self.steps = plan.steps
        self._edges = self.condition.edges()
        self._controls: dict[int, Control] = {}
        self._set_control()

    def next_stop(self, until: float = float("inf")) -> float:
        """Time at which the next step ends [h], ``until`` at the latest."""
        return min(until, self.steps.after(self.tissue.time))

    def advance_until(
        self,
        hours: float,
        after_step: Callable[[], None] | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Take steps until a time [h]; the last one ends there.

        Parameters
        ----------
        hours : float
            The time [h].
        after_step : callable, optional
            Called after each step. Steps of a small tissue are then taken one at a time, and not up to a
            day at a time.
        watch : callable, optional
            Called as ``watch(times, bodies)`` after each step or after several, with the end of each
            [h] and the states of the body then, (times, body).
        """
        with guarded_signals():
            while self.tissue.time < hours:
                if after_step is None and self.tissue.is_small:
                    self._take_steps(hours, watch)
                    continue
                self.step(until=hours)
                if after_step is not None:
                    after_step()
                if watch is not None:
                    watch([self.tissue.time], flattened(self.tissue.body)[np.newaxis])

    def _take_steps(self, until: float, watch: Watch | None) -> None:
        """Take the steps of a day at once, or those until a time."""
        tissue, spans, ends = self.tissue, [], []
        time, fluctuates_until = tissue.time, tissue.fluctuates_until
        while time < min(until, tissue.time + HOURS_PER_DAY):
            middle, stop = 0.5 * (time + self.steps.after(time)), min(until, self.steps.after(time))
            fluctuate_hours = None
            if fluctuates_until < middle:
                fluctuate_hours = self.steps.noise_hours
                fluctuates_until = time + fluctuate_hours
            for edge in self._edges_between(time, stop):
                spans.append(Span(edge, self._control_at(time), fluctuate_hours))
                time, fluctuate_hours = edge, None
            ends.append(len(spans) - 1)
        bodies = np.empty((len(spans), N_BODY))
        try:
            tissue.advance_through(spans, bodies)
        finally:  # If it failed: what came before.
            taken = [k for k in ends if spans[k].stop <= tissue.time]
            if watch is not None and taken:
                watch([spans[k].stop for k in taken], bodies[taken])
        self._set_control()

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
        # A step that was cut short is resumed without a new draw: fluctuations are due only if they
        # end before the middle of the step.
        if tissue.fluctuates_until < 0.5 * (tissue.time + self.steps.after(tissue.time)):
            tissue.fluctuate(self.steps.noise_hours)
        for edge in self._edges_between(tissue.time, stop):
            self._set_control()
            tissue.advance_to(edge, rates)
        self._set_control()

    def _edges_between(self, time: float, stop: float) -> list[float]:
        """Ends of the spans between events from a time to the end of a step [h]."""
        first, last = bisect_right(self._edges, time), bisect_left(self._edges, stop)
        return [*self._edges[first:last], stop]

    def _set_control(self) -> None:
        self.tissue.control = self._control_at(self.tissue.time)

    def _control_at(self, time: float) -> Control:
        """Control at a time [h]; between two edges it is the same."""
        span = bisect_right(self._edges, time)
        if span not in self._controls:
            self._controls[span] = self.condition.control_at(time, self.tissue.parameters.body)
        return self._controls[span]
