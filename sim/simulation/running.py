"""Running a condition from start to end: :func:`run` gives a :class:`Result`."""

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition
from sim.conditions.plan import N_CELLS, SNAPSHOTS, RunPlan
from sim.conditions.remarks import warn_of
from sim.conditions.size import SNAPSHOT_CELLS
from sim.errors import (
    InputError,
    IntegrationError,
    SimulationError,
    SimulationInterrupted,
    SteadyStateError,
)
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.result import Result
from sim.simulation.schedule import Schedule
from sim.simulation.survival import FINISHED, SurvivalMonitor
from sim.system.interruption import deferred_interrupt, termination_as_interrupt
from sim.system.versions import package_versions, source_digest
from sim.tissue.tissue import Tissue
from sim.variables.table import PER_CELL, VARIABLES

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
        Of the whole run.

    Warns
    -----
    InputWarning
        Of valid input that may not do what was meant, such as a dose that is due after the end.

    Raises
    ------
    InputError
        If the input is invalid; every problem is listed.
    SimulationError
        If integration fails; holds what was recorded until then.
    SimulationInterrupted
        After Ctrl-C, SIGTERM or SIGHUP, at the end of the present step; holds what was recorded until
        then. It is a KeyboardInterrupt, so that it also ends a loop of runs.
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
    warn_of(plan.remarks, stacklevel=3)
    return execute(plan, on_record)


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
    SimulationError, SimulationInterrupted
        As :func:`run`.
    """
    try:
        tissue, person = make_tissue(plan)
    except SteadyStateError as error:
        raise InputError([str(error)]) from None
    return simulate(tissue, plan, on_record, {"person": person._asdict()} if plan.person else {})


def simulate(
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
    schedule, survival = Schedule(tissue, plan.condition, plan.step_hours), SurvivalMonitor()
    snapshots: dict[float, pd.DataFrame] = {}
    times = [time for time in _recording_times(plan) if time.hours >= start]
    recorder = Recorder(n_rows=sum(time.row for time in times))
    outcome, failure, interrupted = FINISHED, None, False
    with termination_as_interrupt(), deferred_interrupt() as request:

        def advance(hours: float) -> None:
            survival.advance(schedule, hours, request.check)

        try:
            _record_at(times, tissue, recorder, snapshots, on_record, advance)
        except KeyboardInterrupt:
            outcome, interrupted = f"interrupted on day {tissue.time / HOURS_PER_DAY:.2f}", True
        except IntegrationError as error:
            outcome, failure = f"failed: {error}", error
            survival.check(tissue)
        if outcome != FINISHED:
            snapshots[tissue.time / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)
        provenance = {
            "outcome": survival.outcome if outcome == FINISHED else outcome,
            "survival": [crossing.to_provenance() for crossing in survival.crossings],
            **plan.to_provenance(),
            **facts,
            "tolerance": tissue.tolerance,
            "order": tissue.order,
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
        if interrupted or request.received:  # Also a signal that came after the last step.
            raise SimulationInterrupted(f"{outcome}; .result holds what was recorded", result) from None
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
    tissue: Tissue,
    recorder: Recorder,
    snapshots: dict[float, pd.DataFrame],
    on_record: OnRecord | None,
    advance: Callable[[float], None],
) -> None:
    """Advance through all recording times; fill recorder and snapshots on the way."""
    for time in times:
        advance(time.hours)
        if time.row:
            recorder.record(tissue)
            if on_record is not None:
                on_record(recorder, tissue.time)
        if time.snapshot:
            snapshots[time.hours / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)
