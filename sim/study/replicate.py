"""One body through all arms of a study.

Arms that share a past are simulated once up to where they part, and branch there. Results are those of
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
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.schedule import Schedule
from sim.study.design import Snapshots
from sim.tissue.tissue import Tissue

Array = NDArray[np.float64]
FINISHED = "finished"


class Case(NamedTuple):
    """What became of one body in one arm.

    ``days`` (rows,) and ``course`` (rows, variables) are what was recorded, ``cells`` tables by day.
    """

    arm: int
    outcome: str
    person: Person
    evaluations: int
    days: Array
    course: Array
    cells: dict[float, pd.DataFrame]


class _Path(NamedTuple):
    """A body on its way through one or more arms that have not parted yet."""

    tissue: Tissue
    person: Person
    recorder: Recorder
    cells: dict[float, pd.DataFrame]

    def branch(self) -> "_Path":
        return self._replace(
            tissue=self.tissue.branch(), recorder=self.recorder.branch(), cells=dict(self.cells)
        )


class Arms(NamedTuple):
    """Plans of all arms by number, and when each pair parts [h]."""

    plans: dict[int, RunPlan]
    partings: dict[tuple[int, int], float]

    def only(self, numbers: Iterable[int]) -> "Arms":
        """Return some of the arms."""
        return self._replace(plans={number: self.plans[number] for number in numbers})


def arms_of(plans: Sequence[RunPlan]) -> Arms:
    """Find when each pair of arms parts: from then on they may do different things to a body."""
    odd = _odd_eater(plans[0].model_parameters.body)
    numbers = range(len(plans))
    return Arms(
        dict(enumerate(plans)),
        {(i, j): _parting(plans[i], plans[j], odd) for i in numbers for j in numbers if i != j},
    )


def _odd_eater(body: BodyParameters) -> BodyParameters:
    """A body whose usual diet equals no diet that anyone writes down by chance."""
    return body._replace(
        intake_na=body.intake_na * 1.0917381,
        intake_k=body.intake_k * 1.0917381,
        intake_mg=body.intake_mg * 1.0917381,
        intake_ca=body.intake_ca * 1.0917381,
    )


def _parting(a: RunPlan, b: RunPlan, body: BodyParameters) -> float:
    """First moment at which two arms may do different things to a body [h]."""
    if (
        a.model_parameters != b.model_parameters
        or a.condition.has_subdaily_events != b.condition.has_subdaily_events
    ):
        return -1.0
    edges = [{t for t in c.edges() if t < c.duration} for c in (a.condition, b.condition)]
    differ = {
        t for t in {0.0} | (edges[0] & edges[1])
        if a.condition.control_at(t, body) != b.condition.control_at(t, body)
    }  # fmt: skip
    return min((edges[0] ^ edges[1]) | differ | {a.condition.duration, b.condition.duration})


def recorded_days(plan: RunPlan) -> list[float]:
    """Days of the rows of an arm."""
    return [hours / HOURS_PER_DAY for hours in plan.steps.rows_every(plan.record_hours)]


def _pictures_of(plan: RunPlan, snapshots: Snapshots | None) -> set[float]:
    """Moments at which an arm keeps single cells [h]."""
    return {plan.steps.nearest(t) for t in snapshots.at} if snapshots else set()


def simulate_body(
    arms: Arms,
    variables: Sequence[str],
    snapshots: Snapshots | None = None,
) -> list[Case]:
    """Simulate one body in all arms.

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
    list of Case
        In the order of the arms. A body that cannot be, or does not live to the end, is told in the
        outcome.
    """
    cases: list[Case] = []
    waiting = list(arms.plans)
    while waiting:
        lead = waiting[0]
        alike = [i for i in waiting if i == lead or arms.partings[lead, i] >= 0.0]
        waiting = [i for i in waiting if i not in alike]
        try:
            tissue, person = make_tissue(arms.plans[lead])
        except SteadyStateError as error:
            cases += [_never_lived(i, str(error), variables) for i in alike]
            continue
        start = _Path(tissue, person, Recorder(variables), {})
        cases += _follow(start, arms.only(alike), snapshots)
    return sorted(cases, key=lambda case: case.arm)


def _never_lived(arm: int, why: str, variables: Sequence[str]) -> Case:
    """Case of a body that cannot be."""
    nobody = Person(*np.full(len(Person._fields), np.nan).tolist())
    return Case(arm, f"failed: {why}", nobody, 0, np.empty(0), Recorder(variables).values(), {})


def _follow(path: _Path, arms: Arms, snapshots: Snapshots | None) -> list[Case]:
    """Go on with a body through arms that share its past."""
    lead, *others = arms.plans
    partings = {i: arms.partings[lead, i] for i in others}
    soonest = min(partings.values(), default=np.inf)
    try:
        _advance(path, arms.plans[lead], soonest, snapshots)
    except IntegrationError as error:
        return [_case(i, f"failed: {error}", path, plan, snapshots) for i, plan in arms.plans.items()]
    if not others:
        return [_case(lead, FINISHED, path, arms.plans[lead], snapshots)]
    leaving = [i for i, moment in partings.items() if moment <= soonest]
    staying = [i for i in arms.plans if i not in leaving]
    branch = path.branch()
    return [
        *_follow(path, arms.only(staying), snapshots),
        *_follow(branch, arms.only(leaving), snapshots),
    ]


def _advance(path: _Path, plan: RunPlan, parting: float, snapshots: Snapshots | None) -> None:
    """Simulate to the last end of a step before a parting [h], or to the end; record on the way."""
    tissue, recorder, end = path.tissue, path.recorder, plan.condition.duration
    if parting <= tissue.time:
        return  # Not even the control of this moment may be set: it is another one in each arm.
    schedule, pictures = Schedule(tissue, plan.condition, plan.step_hours), _pictures_of(plan, snapshots)
    if parting < np.inf:
        end = schedule.steps.last_before(parting)
    rows = {
        t for t in schedule.steps.rows_every(plan.record_hours) if t > tissue.time or not recorder.times
    }
    for stop in sorted(t for t in rows | pictures | {end} if tissue.time <= t <= end):
        schedule.advance_until(stop)
        if stop in rows:
            recorder.record(tissue)
        if snapshots and stop in pictures:
            seen = cell_table(tissue, snapshots.cells)
            path.cells[stop / HOURS_PER_DAY] = seen[["type", *snapshots.variables]]


def _case(arm: int, outcome: str, path: _Path, plan: RunPlan, snapshots: Snapshots | None) -> Case:
    """What a body on its way has to show for an arm."""
    recorder = path.recorder
    own = {hours / HOURS_PER_DAY for hours in _pictures_of(plan, snapshots)}
    return Case(
        arm,
        outcome,
        path.person,
        path.tissue.evaluations,
        np.array(recorder.times),
        recorder.values(),
        {day: cells for day, cells in path.cells.items() if day in own},
    )
