"""Running a condition from start to end: :func:`run` and :func:`resume` give a :class:`Result`."""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition
from sim.conditions.plan import N_CELLS, SNAPSHOTS, RunPlan, values_of
from sim.errors import InputError, IntegrationError, SimulationError, SteadyStateError
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.result import Result
from sim.simulation.schedule import Schedule
from sim.system.interruption import StopRequest, deferred_interrupt
from sim.system.versions import package_versions, source_digest
from sim.tissue.checkpoint import load_tissue
from sim.tissue.tissue import Tissue
from sim.variables.table import PER_CELL, VARIABLES

SNAPSHOT_CELLS = 10_000
"""Largest number of cells in one snapshot."""

OnRecord = Callable[[Recorder, float], None]


def run(
    condition: str | Path | Condition,
    n_cells: int = N_CELLS,
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
    on_record: OnRecord | None = None,
) -> Result:
    """Simulate a condition.

    Parameters
    ----------
    condition : str, path or Condition
        Name of a built-in condition, a TOML file, or a condition.
    n_cells : int
        Number of cells.
    days : float, optional
        Duration [day]; by default the condition's.
    seed : int
        Seed of all random draws; the same seed gives the same cells under any condition.
    replicate : int
        Number of the replicate, which selects random draws together with the seed.
    person : bool
        Whether the body is a virtual person, drawn for the replicate, instead of the typical one.
    noise, heterogeneous : bool
        Whether cells fluctuate in time, and whether they differ.
    without : iterable of str
        Mechanisms to switch off, in addition to those of the condition.
    parameters : mapping, optional
        Parameters to change, each in the unit that ``sim describe`` shows.
    step_hours : float, optional
        Length of a step, and time between fluctuations [h]; see
        :class:`~sim.simulation.schedule.Schedule`.
    record_hours : float, optional
        Time between rows [h]; by default 6, or less for a condition with events within a day. Rows
        fall on ends of steps.
    snapshots : int
        Number of snapshots of cells, evenly spaced from start to end; each event adds one.
    threads : int, optional
        See :class:`~sim.tissue.tissue.Tissue`; results do not depend on it.
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
    plan = RunPlan(
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
    )
    return execute(plan, on_record)


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
    on_record: OnRecord | None = None,
) -> Result:
    """Continue with a tissue under a condition whose clock is the tissue's.

    Under the condition of its past, results are to the bit those of a run that was not stopped. Under
    others, one past branches into many futures.

    Parameters
    ----------
    start : Tissue, str or path
        A tissue, such as ``result.tissue`` (left as it is), or a file of :func:`sim.save_tissue`.
    condition : str, path or Condition
        The interventions from now on. Its times count from the tissue's beginning; events before its
        present time have no effect.
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
    plan = RunPlan(
        condition,
        tissue.n_cells,
        days=days,
        seed=tissue.seed,
        replicate=tissue.replicate if noise_of is None else noise_of,
        noise=tissue.noise,
        heterogeneous=tissue.heterogeneous,
        step_hours=step_hours,
        record_hours=record_hours,
        snapshots=snapshots,
        threads=threads,
    )
    own = values_of(tissue.parameters)
    problems = [
        f"{name} = {value:g} in the condition, {own[name]:g} in the tissue, which keeps its own"
        for name, value in plan.parameters.items()
        if value != own[name]
    ]
    if plan.condition.duration <= tissue.time:
        now, end = tissue.time / HOURS_PER_DAY, plan.condition.duration / HOURS_PER_DAY
        problems.append(
            f"the condition ends on day {end:g}, the tissue is at day {now:g}; give more days"
        )
    if problems:
        raise InputError(problems)
    if noise_of is not None:
        tissue.fluctuate_as(noise_of)
    resumed = {"resumed_at": tissue.time / HOURS_PER_DAY} if tissue.time > 0.0 else {}
    return _simulate(tissue, plan, on_record, {"parameters": own, **resumed})


def execute(plan: RunPlan, on_record: OnRecord | None = None) -> Result:
    """Execute a plan; see :func:`run`.

    Parameters
    ----------
    plan : RunPlan
        The plan.
    on_record : callable, optional
        Called as ``on_record(recorder, hours)`` after each row.

    Raises
    ------
    InputError
        If the parameters allow no healthy body.
    SimulationError
        If integration fails; holds what was recorded until then.
    """
    try:
        tissue, person = make_tissue(plan)
    except SteadyStateError as error:
        raise InputError([str(error)]) from None
    return _simulate(tissue, plan, on_record, {"person": person._asdict()} if plan.person else {})


def _simulate(
    tissue: Tissue, plan: RunPlan, on_record: OnRecord | None, facts: Mapping[str, Any]
) -> Result:
    """Advance a tissue from its present time to the end of a plan.

    Parameters
    ----------
    tissue : Tissue
        Changed in place.
    plan : RunPlan
        The plan.
    on_record : callable, optional
        Called after each row.
    facts : mapping
        What provenance says of the tissue instead of the plan's entries, or in addition.
    """
    began, clock, start = datetime.now(UTC), perf_counter(), tissue.time
    schedule = Schedule(tissue, plan.condition, plan.step_hours)
    snapshots: dict[float, pd.DataFrame] = {}
    times = [time for time in _recording_times(plan) if time.hours >= start]
    recorder = Recorder(n_rows=sum(time.row for time in times))
    outcome, failure = "finished", None
    try:
        with deferred_interrupt() as request:
            _record_at(times, schedule, recorder, snapshots, on_record, request)
    except KeyboardInterrupt:
        outcome = f"interrupted on day {tissue.time / HOURS_PER_DAY:.2f}"
    except IntegrationError as error:
        outcome, failure = f"failed: {error}", error
    if outcome != "finished":
        snapshots[tissue.time / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)
    provenance = {
        "outcome": outcome,
        **plan.to_provenance(),
        **facts,
        "tolerance": tissue.tolerance,
        "evaluations": tissue.evaluations,
        "worst_imbalance": recorder.worst_imbalance(),
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - clock, 3),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "versions": package_versions(),
        "sources": source_digest(),
    }
    units = {name: variable.unit for name, variable in {**VARIABLES, **PER_CELL}.items()}
    result = Result(plan.condition, recorder.table(), units, snapshots, provenance, tissue)
    if failure is not None:
        raise SimulationError(str(failure), result) from failure
    return result


class _RecordingTime(NamedTuple):
    """A time [h] at which the run pauses, for a row of the table, a snapshot of cells, or both."""

    hours: float
    row: bool
    snapshot: bool


def _recording_times(plan: RunPlan) -> list[_RecordingTime]:
    """Times at which a run pauses to be recorded.

    All are ends of steps, so that recording more often changes no result. The end of a run has a row
    and a snapshot.
    """
    steps, end = plan.steps, plan.condition.duration
    rows = set(steps.rows_every(plan.record_hours))
    even = np.linspace(0.0, end, plan.snapshots).tolist()
    snapshots = {steps.nearest(t) for t in (*even, *plan.condition.times())} | {end}
    return [_RecordingTime(t, t in rows, t in snapshots) for t in sorted(rows | snapshots)]


def _record_at(
    times: list[_RecordingTime],
    schedule: Schedule,
    recorder: Recorder,
    snapshots: dict[float, pd.DataFrame],
    on_record: OnRecord | None,
    request: StopRequest,
) -> None:
    """Advance through all recording times; fill recorder and snapshots on the way."""
    tissue = schedule.tissue
    for time in times:
        schedule.advance_until(time.hours, request.check)
        if time.row:
            recorder.record(tissue)
            if on_record is not None:
                on_record(recorder, tissue.time)
        if time.snapshot:
            snapshots[time.hours / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)
