"""Running a condition from start to end: :func:`run` and what it gives, a :class:`Result`."""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition
from sim.errors import InputError, IntegrationError, SimulationError, SteadyStateError
from sim.parameters import describe
from sim.physiology.virtual_persons import Person
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.plan import SNAPSHOTS, Plan, plan
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.result import Result
from sim.simulation.schedule import Course
from sim.system.interruption import Request, deferred_interrupt
from sim.system.versions import package_versions
from sim.tissue.checkpoint import load_tissue
from sim.tissue.tissue import Tissue
from sim.variables.table import PER_CELL, VARIABLES

SNAPSHOT_CELLS = 10_000
"""Cells in one snapshot at most."""


def run(
    condition: str | Path | Condition,
    n_cells: int = 1000,
    *,
    days: float | None = None,
    seed: int = 0,
    replicate: int = 0,
    person: bool = False,
    noise: bool = True,
    heterogeneous: bool = True,
    without: Iterable[str] = (),
    parameters: Mapping[str, float] | None = None,
    step_hours: float | None = None,
    record_hours: float | None = None,
    snapshots: int = SNAPSHOTS,
    threads: int | None = None,
    on_record: Callable[[Recorder, float], None] | None = None,
) -> Result:
    """Simulate a condition.

    Parameters
    ----------
    condition : str, path or Condition
        Name of a condition that ships, a TOML file, or a condition.
    n_cells : int
        Number of cells.
    days : float, optional
        Duration [day]; by default the condition's.
    seed : int
        Names all random draws; the same seed gives the same cells under any condition.
    replicate : int
        Names the random draws together with the seed; counts the bodies of a study.
    person : bool
        Whether the body is a virtual person, drawn for the replicate, instead of the typical one.
    noise, heterogeneous : bool
        Whether cells fluctuate in time, and whether they differ.
    without : iterable of str
        Mechanisms to switch off, beside those of the condition.
    parameters : mapping, optional
        Parameters to change, each in the unit that ``sim describe`` shows.
    step_hours : float, optional
        Length of a step, and time between fluctuations [h]; see
        :class:`~sim.simulation.schedule.Course`.
    record_hours : float, optional
        Time between rows [h]; by default 6, or less for a condition with meals or tests of a day. Rows
        fall on ends of steps.
    snapshots : int
        Number of snapshots of cells, evenly spread from start to end; events get one each besides.
    threads : int, optional
        See :class:`~sim.tissue.tissue.Tissue`.
    on_record : callable, optional
        Called as ``on_record(recorder, hours)`` after each row.

    Returns
    -------
    Result
        If interrupted from the keyboard, what was recorded until then; ``finished`` is false.

    Raises
    ------
    InputError
        If the input is invalid; every problem is listed.
    SimulationError
        If integration fails; holds what was recorded until then.
    """
    return carry_out(
        plan(
            condition,
            n_cells,
            days=days,
            seed=seed,
            replicate=replicate,
            person=person,
            noise=noise,
            heterogeneous=heterogeneous,
            without=without,
            parameters=parameters,
            step_hours=step_hours,
            record_hours=record_hours,
            snapshots=snapshots,
            threads=threads,
        ),
        on_record,
    )


def resume(
    start: Tissue | str | Path,
    condition: str | Path | Condition,
    *,
    days: float | None = None,
    noise_of: int | None = None,
    step_hours: float | None = None,
    record_hours: float | None = None,
    snapshots: int = SNAPSHOTS,
    threads: int | None = None,
    on_record: Callable[[Recorder, float], None] | None = None,
) -> Result:
    """Go on with a tissue under a condition whose clock is the tissue's.

    With the condition it lived under before, it goes on to the bit as if it had not stopped; with
    others, one past branches into many futures.

    Parameters
    ----------
    start : Tissue, str or path
        A tissue, such as ``result.tissue`` (left as it is), or a file of :func:`sim.save_tissue`.
    condition : str, path or Condition
        What is done from now on. Its times count from the tissue's beginning; what lies before its
        present is not done.
    days : float, optional
        End on the same clock [day]; by default the condition's.
    noise_of : int, optional
        Replicate whose fluctuations the cells follow from now on; by default their own.
    step_hours, record_hours, snapshots, threads, on_record
        See :func:`run`.

    Raises
    ------
    InputError, SimulationError
        As :func:`run`.
    """
    tissue = start.branch() if isinstance(start, Tissue) else load_tissue(start, threads=threads)
    planned = plan(
        condition, tissue.n_cells, days=days, seed=tissue.seed,
        replicate=tissue.replicate if noise_of is None else noise_of, noise=tissue.noise,
        heterogeneous=tissue.heterogeneous, step_hours=step_hours, record_hours=record_hours,
        snapshots=snapshots, threads=threads,
    )  # fmt: skip
    own = {entry.name: entry.value for entry in describe(tissue.parameters)}
    problems = [
        f"{name} = {value:g} in the condition, {own[name]:g} in the tissue; one that lives keeps its own"
        for name, value in planned.changes.items()
        if value != own[name]
    ]
    if planned.condition.duration <= tissue.time:
        now, end = tissue.time / HOURS_PER_DAY, planned.condition.duration / HOURS_PER_DAY
        problems.append(
            f"the condition ends on day {end:g}, the tissue is at day {now:g}; give more days"
        )
    if problems:
        raise InputError(problems)
    if noise_of is not None:
        tissue.fluctuate_as(noise_of)
    return _simulate(tissue, planned._replace(parameters=tissue.parameters), on_record)


def carry_out(plan: Plan, on_record: Callable[[Recorder, float], None] | None = None) -> Result:
    """Do a run that was planned; see :func:`run`."""
    try:
        tissue, person = plan.tissue()
    except SteadyStateError as error:
        raise InputError([str(error)]) from None
    return _simulate(tissue, plan, on_record, person)


def _simulate(
    tissue: Tissue,
    plan: Plan,
    on_record: Callable[[Recorder, float], None] | None,
    person: Person | None = None,
) -> Result:
    """Follow a condition with a tissue from its present to the end."""
    began, clock, start = datetime.now(UTC), perf_counter(), tissue.time
    course, recorder = Course(tissue, plan.condition, plan.step_hours), Recorder()
    pictures: dict[float, pd.DataFrame] = {}
    stops = [
        stop for stop in _schedule(course, plan.record_hours, plan.snapshots) if stop.hours >= start
    ]
    outcome, failure = "finished", None
    try:
        with deferred_interrupt() as request:
            _follow(course, stops, recorder, pictures, on_record, request)
    except KeyboardInterrupt:
        outcome = f"interrupted on day {tissue.time / HOURS_PER_DAY:.2f}"
    except IntegrationError as error:
        outcome, failure = f"failed: {error}", error
    if outcome != "finished":
        pictures[tissue.time / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)
    provenance = {
        "outcome": outcome,
        **plan.described(),
        **({} if person is None or not plan.person else {"person": person._asdict()}),
        **({"resumed_at": start / HOURS_PER_DAY} if start > 0.0 else {}),
        "step_hours": course.steps.hours,
        "noise_hours": course.steps.noise_hours,
        "tolerance": tissue.tolerance,
        "evaluations": tissue.evaluations,
        "worst_imbalance": recorder.worst_imbalance(),
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - clock, 3),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "versions": package_versions(),
    }
    units = {name: variable.unit for name, variable in {**VARIABLES, **PER_CELL}.items()}
    result = Result(plan.condition, recorder.table(), units, pictures, provenance, tissue)
    if failure is not None:
        raise SimulationError(str(failure), result) from failure
    return result


class _Stop(NamedTuple):
    """A moment to stop at [h], and whether it gives a row and a snapshot of cells."""

    hours: float
    row: bool
    snapshot: bool


def _follow(
    course: Course,
    stops: list[_Stop],
    recorder: Recorder,
    pictures: dict[float, pd.DataFrame],
    on_record: Callable[[Recorder, float], None] | None,
    request: Request,
) -> None:
    """Advance through all stops; fill recorder and pictures on the way."""
    tissue = course.tissue
    for stop in stops:
        course.follow_to(stop.hours, request.check)
        if stop.row:
            recorder.record(tissue)
            if on_record is not None:
                on_record(recorder, tissue.time)
        if stop.snapshot:
            pictures[stop.hours / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)


def _schedule(course: Course, record_hours: float, snapshots: int) -> list[_Stop]:
    """Moments at which a run stops to be looked at.

    All fall on ends of steps, so that recording more changes no result; the end of a run has a row
    and a snapshot.
    """
    end = course.condition.duration
    rows = set(course.steps.rows_every(record_hours))
    even = np.linspace(0.0, end, max(2, snapshots)).tolist()
    pictures = {course.steps.nearest(t) for t in (*even, *course.condition.times())} | {end}
    return [_Stop(t, t in rows, t in pictures) for t in sorted(rows | pictures)]
