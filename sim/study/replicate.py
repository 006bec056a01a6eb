"""One replicate: one body through all arms of a study.

Arms with a common past are simulated once until they diverge, and branch there. Results are those of
every arm run on its own, to the bit.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.conditions.plan import RunPlan
from sim.errors import IntegrationError, SteadyStateError
from sim.parameters import BodyParameters
from sim.physiology.virtual_persons import Person
from sim.quantities.amounts import Amounts
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.schedule import Schedule
from sim.simulation.survival import SurvivalMonitor
from sim.study.snapshots import Snapshots
from sim.tissue.tissue import Tissue

Array = NDArray[np.float64]


class ArmResult(NamedTuple):
    """Result of one replicate in one arm.

    Attributes
    ----------
    arm : int
        Number of the arm.
    outcome : str
        "finished"; "not survivable: " and which limit was crossed when; or "failed: " and the reason.
    person : Person
        Whose body it is.
    evaluations : int
        Evaluations of the right-hand side.
    days : array, (rows,)
        Times of the rows [day].
    course : array, (rows, variables)
        What was recorded.
    cells : dict of DataFrame
        Single cells by day.
    """

    arm: int
    outcome: str
    person: Person
    evaluations: int
    days: Array
    course: Array
    cells: dict[float, pd.DataFrame]


class Arms(NamedTuple):
    """Plans of all arms by number, and the time at which each pair diverges [h]."""

    plans: dict[int, RunPlan]
    divergence: dict[tuple[int, int], float]

    def only(self, numbers: Iterable[int]) -> "Arms":
        """Return some of the arms."""
        return self._replace(plans={number: self.plans[number] for number in numbers})


def prepare_arms(plans: Sequence[RunPlan]) -> Arms:
    """Find when each pair of arms diverges: from then on their inputs to a body may differ."""
    body = _with_distinct_diet(plans[0].model_parameters.body)
    numbers = range(len(plans))
    return Arms(
        plans=dict(enumerate(plans)),
        divergence={
            (i, j): _divergence(plans[i], plans[j], body) for i in numbers for j in numbers if i != j
        },
    )


def simulate_replicate(
    arms: Arms,
    variables: Sequence[str],
    snapshots: Snapshots | None = None,
) -> list[ArmResult]:
    """Simulate one replicate in all arms.

    Parameters
    ----------
    arms : Arms
        The arms, their plans all of one seed and replicate.
    variables : sequence of str
        What is recorded.
    snapshots : Snapshots, optional
        Single cells to keep.

    Returns
    -------
    list of ArmResult
        In the order of the arms. A body without a steady state, or whose simulation fails, is a result
        too: the outcome gives the reason.
    """
    results: list[ArmResult] = []
    waiting = list(arms.plans)
    while waiting:
        lead = waiting[0]
        alike = [i for i in waiting if i == lead or arms.divergence[lead, i] >= 0.0]
        waiting = [i for i in waiting if i not in alike]
        try:
            tissue, person = make_tissue(arms.plans[lead])
        except SteadyStateError as error:
            results += [_without_steady_state(i, str(error), variables) for i in alike]
            continue
        n_rows = len(recorded_days(arms.plans[lead]))
        start = _Branch(tissue, person, Recorder(variables, n_rows), SurvivalMonitor(), {})
        results += _simulate(start, arms.only(alike), snapshots)
    return sorted(results, key=lambda result: result.arm)


def recorded_days(plan: RunPlan) -> list[float]:
    """Days of the rows of an arm."""
    return [hours / HOURS_PER_DAY for hours in plan.steps.rows_every(plan.record_hours)]


def _with_distinct_diet(body: BodyParameters) -> BodyParameters:
    """Body whose usual diet equals no diet in a condition.

    A diet that happens to equal the typical one has no effect on a typical body but has one on a person
    who eats otherwise; compared on this body, the arms differ.
    """
    intakes = [f"intake_{ion}" for ion in Amounts._fields]
    return body._replace(**{name: getattr(body, name) * 1.0917381 for name in intakes})


def _divergence(a: RunPlan, b: RunPlan, body: BodyParameters) -> float:
    """First time at which the inputs of two arms may differ [h]; −1 if they differ from the start."""
    if (
        a.model_parameters != b.model_parameters
        or a.condition.has_subdaily_events != b.condition.has_subdaily_events
    ):
        return -1.0
    edges = [{t for t in c.edges() if t < c.duration} for c in (a.condition, b.condition)]
    differ = {
        t
        for t in {0.0} | (edges[0] & edges[1])
        if a.condition.control_at(t, body) != b.condition.control_at(t, body)
    }
    return min((edges[0] ^ edges[1]) | differ | {a.condition.duration, b.condition.duration})


class _Branch(NamedTuple):
    """A body on its way through one or more arms that have not diverged yet."""

    tissue: Tissue
    person: Person
    recorder: Recorder
    survival: SurvivalMonitor
    cells: dict[float, pd.DataFrame]

    def copy(self) -> "_Branch":
        return self._replace(
            tissue=self.tissue.branch(),
            recorder=self.recorder.branch(),
            survival=self.survival.branch(),
            cells=dict(self.cells),
        )


def _simulate(branch: _Branch, arms: Arms, snapshots: Snapshots | None) -> list[ArmResult]:
    """Simulate arms with a common past until the first diverges, then both groups on their own."""
    lead, *others = arms.plans
    divergence = {i: arms.divergence[lead, i] for i in others}
    soonest = min(divergence.values(), default=np.inf)
    try:
        _advance(branch, arms.plans[lead], soonest, snapshots)
    except IntegrationError as error:
        return [
            _result(i, f"failed: {error}", branch, plan, snapshots) for i, plan in arms.plans.items()
        ]
    if not others:
        return [_result(lead, branch.survival.outcome, branch, arms.plans[lead], snapshots)]
    leaving = [i for i, time in divergence.items() if time <= soonest]
    staying = [i for i in arms.plans if i not in leaving]
    copy = branch.copy()
    return [
        *_simulate(branch, arms.only(staying), snapshots),
        *_simulate(copy, arms.only(leaving), snapshots),
    ]


def _advance(branch: _Branch, plan: RunPlan, divergence: float, snapshots: Snapshots | None) -> None:
    """Simulate and record up to the last end of a step before a divergence [h], or to the end."""
    tissue, recorder, end = branch.tissue, branch.recorder, plan.condition.duration
    if divergence <= tissue.time:
        return  # Not even the inputs of this moment may be set: they differ between the arms.
    course, kept = Schedule(tissue, plan.condition, plan.step_hours), _snapshot_times(plan, snapshots)
    if divergence < np.inf:
        end = course.steps.last_before(divergence)
    rows = {
        t for t in course.steps.rows_every(plan.record_hours) if t > tissue.time or not recorder.times
    }
    for stop in sorted(t for t in rows | kept | {end} if tissue.time <= t <= end):
        branch.survival.advance(course, stop, _go_on)
        if stop in rows:
            recorder.record(tissue)
        if snapshots and stop in kept:
            cells = cell_table(tissue, snapshots.cells)
            branch.cells[stop / HOURS_PER_DAY] = cells[["type", *snapshots.variables]]


def _go_on() -> None:
    """Do nothing between steps."""


def _snapshot_times(plan: RunPlan, snapshots: Snapshots | None) -> set[float]:
    """Times at which an arm keeps single cells [h]: ends of steps."""
    return {plan.steps.nearest(t) for t in snapshots.at} if snapshots else set()


def _result(
    arm: int, outcome: str, branch: _Branch, plan: RunPlan, snapshots: Snapshots | None
) -> ArmResult:
    """Result of an arm: what its branch has recorded so far."""
    recorder = branch.recorder
    own = {hours / HOURS_PER_DAY for hours in _snapshot_times(plan, snapshots)}
    return ArmResult(
        arm=arm,
        outcome=outcome,
        person=branch.person,
        evaluations=branch.tissue.evaluations,
        days=np.array(recorder.times),
        course=recorder.values(),
        cells={day: cells for day, cells in branch.cells.items() if day in own},
    )


def _without_steady_state(arm: int, reason: str, variables: Sequence[str]) -> ArmResult:
    """Result of an arm whose body has no healthy steady state: no rows, and a person of NaN."""
    return ArmResult(
        arm=arm,
        outcome=f"failed: {reason}",
        person=Person(*np.full(len(Person._fields), np.nan).tolist()),
        evaluations=0,
        days=np.empty(0),
        course=Recorder(variables).values(),
        cells={},
    )
