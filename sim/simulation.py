"""Running a condition from start to end: :func:`run` and what it gives, a :class:`Result`."""

import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from math import ceil
from numbers import Integral, Real
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import ValidationError

from sim.condition import Condition, faults_of, load, without_faults
from sim.course import SWIFT_STEP, Course
from sim.events import LONGEST_DAYS
from sim.faults import InputError
from sim.interruption import Request, deferred_interrupt
from sim.observation import PER_CELL, VARIABLES, Recorder, cell_table
from sim.parameters import Parameters, describe
from sim.population import SteadyStateError
from sim.result import Result
from sim.tissue import IntegrationError, Tissue
from sim.units import HOURS_PER_DAY

RECORD_HOURS = 6.0
SWIFT_ROWS = 500
SNAPSHOTS = 13
SNAPSHOT_CELLS = 10_000
"""Defaults: time between rows [h], rows of a swift condition, number of snapshots of cells, and of cells
in one."""


MOST_CELLS = 100_000_000
BYTES_PER_CELL = 350
"""Memory a cell takes at most while a run records [B]."""


class SimulationError(RuntimeError):
    """A run that could not go on. ``result`` holds what was recorded until then."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result


class Plan(NamedTuple):
    """A run that was checked and can start; from :func:`plan`, done by :meth:`carry_out`."""

    condition: Condition
    parameters: Parameters
    changes: dict[str, float]
    n_cells: int
    seed: int
    noise: bool
    heterogeneous: bool
    step_hours: float | None
    record_hours: float
    snapshots: int
    threads: int | None


def run(
    condition: str | Path | Condition,
    n_cells: int = 1000,
    *,
    days: float | None = None,
    seed: int = 0,
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
    noise, heterogeneous : bool
        Whether cells fluctuate in time, and whether they differ.
    without : iterable of str
        Mechanisms to switch off, beside those of the condition.
    parameters : mapping, optional
        Parameters to change, each in the unit that ``sim describe`` shows.
    step_hours : float, optional
        Length of a step, and time between fluctuations [h]; see :class:`~sim.course.Course`.
    record_hours : float, optional
        Time between rows [h]; by default 6, or less for a condition with meals or tests of a day. Rows
        fall on ends of steps.
    snapshots : int
        Number of snapshots of cells, evenly spread from start to end; events get one each besides.
    threads : int, optional
        See :class:`~sim.tissue.Tissue`.
    on_record : callable, optional
        Called as ``on_record(recorder, hours)`` after each row.

    Returns
    -------
    Result
        If interrupted from the keyboard, what was recorded until then; ``finished`` is false.

    Raises
    ------
    InputError
        If the input is at fault; every fault is listed.
    SimulationError
        If integration fails; holds what was recorded until then.
    """
    return carry_out(
        plan(
            condition,
            n_cells,
            days=days,
            seed=seed,
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


def plan(
    condition: str | Path | Condition,
    n_cells: int = 1000,
    *,
    days: float | None = None,
    seed: int = 0,
    noise: bool = True,
    heterogeneous: bool = True,
    without: Iterable[str] = (),
    parameters: Mapping[str, float] | None = None,
    step_hours: float | None = None,
    record_hours: float | None = None,
    snapshots: int = SNAPSHOTS,
    threads: int | None = None,
) -> Plan:
    """Check the arguments of :func:`run` as a whole, without running anything.

    Raises
    ------
    InputError
        Lists every fault.
    """
    faults = list(_argument_faults(n_cells, seed, days, step_hours, record_hours, snapshots, threads))
    changes, without = _changes(parameters, faults), _mechanisms(without, faults)
    chosen = None
    try:
        chosen = _revised(load(condition), None if faults else days, without)
        changes = {**chosen.parameters, **changes}
    except InputError as error:
        faults += [*error.faults, *without_faults(without)]
    except ValidationError as error:
        faults += faults_of(error)
    numbers = Parameters()
    try:
        numbers = numbers.replace(changes)
    except InputError as error:
        faults += error.faults
    if faults or chosen is None:
        raise InputError(faults)
    return Plan(
        chosen,
        numbers,
        changes,
        n_cells,
        seed,
        noise,
        heterogeneous,
        step_hours,
        _recording(chosen) if record_hours is None else record_hours,
        snapshots,
        threads,
    )


def _recording(condition: Condition) -> float:
    """Time between rows [h] that suits a condition."""
    if not condition.swift:
        return RECORD_HOURS
    steps = ceil(condition.duration / SWIFT_ROWS / SWIFT_STEP)
    return min(RECORD_HOURS, steps * SWIFT_STEP)


def carry_out(plan: Plan, on_record: Callable[[Recorder, float], None] | None = None) -> Result:
    """Do a run that was planned; see :func:`run`."""
    began, clock = datetime.now(UTC), perf_counter()
    tissue = _tissue_of(plan)
    course, recorder = Course(tissue, plan.condition, plan.step_hours), Recorder()
    pictures: dict[float, pd.DataFrame] = {}
    stops = _schedule(plan.condition, course.step_hours, plan.record_hours, plan.snapshots)
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
        **_described(plan),
        "step_hours": course.step_hours,
        "noise_hours": course.noise_hours,
        "tolerance": tissue.tolerance,
        "evaluations": tissue.evaluations,
        "worst_imbalance": recorder.worst_imbalance(),
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(perf_counter() - clock, 3),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "versions": _versions(),
    }
    units = {name: variable.unit for name, variable in {**VARIABLES, **PER_CELL}.items()}
    result = Result(plan.condition, recorder.table(), units, pictures, provenance)
    if failure is not None:
        raise SimulationError(str(failure), result) from failure
    return result


def _tissue_of(plan: Plan) -> Tissue:
    """Make the tissue of a plan."""
    try:
        return Tissue(
            plan.n_cells,
            parameters=plan.parameters,
            seed=plan.seed,
            heterogeneous=plan.heterogeneous,
            noise=plan.noise,
            threads=plan.threads,
        )
    except SteadyStateError as error:
        raise InputError([str(error)]) from None


def _described(plan: Plan) -> dict[str, Any]:
    """Everything in a plan that a repeat of the run needs."""
    return {
        "condition": plan.condition.model_dump(mode="json"),
        "n_cells": plan.n_cells,
        "seed": plan.seed,
        "noise": plan.noise,
        "heterogeneous": plan.heterogeneous,
        "record_hours": plan.record_hours,
        "snapshots": plan.snapshots,
        "parameters_changed": plan.changes,
        "parameters": {entry.name: entry.value for entry in describe(plan.parameters)},
    }


def _argument_faults(
    n_cells: int,
    seed: int,
    days: float | None,
    step_hours: float | None,
    record_hours: float | None,
    snapshots: int,
    threads: int | None,
) -> Iterator[str]:
    """Say what is wrong with the plain numbers of a run."""
    whole = {"cells": n_cells, "seed": seed, "snapshots": snapshots, "threads": threads}
    numbers = {"days": days, "step_hours": step_hours, "record_hours": record_hours}
    wrong = [name for name, value in whole.items() if not _is_whole(value, name == "threads")]
    wrong += [name for name, value in numbers.items() if not _is_number(value, True)]
    given = {**whole, **numbers}
    for name in wrong:
        yield f"{name} = {given[name]!r} is not a {'whole ' if name in whole else ''}number"
    if "cells" not in wrong:
        yield from _cell_faults(n_cells)
    if "seed" not in wrong and seed < 0:
        yield f"seed = {seed}; give a whole number, zero or more"
    if "days" not in wrong and days is not None and not 0.0 < days <= LONGEST_DAYS:
        yield f"days = {days:g}; give more than 0 and at most {LONGEST_DAYS:g}"
    for name in ("step_hours", "record_hours"):
        hours = numbers[name]
        if name not in wrong and hours is not None and not 0.01 <= hours <= 1000.0:
            yield f"{name} = {hours:g}; give 0.01 to 1000 hours"
    if "snapshots" not in wrong and snapshots < 2:
        yield f"snapshots = {snapshots}; give 2 or more, for start and end have one each"
    if "threads" not in wrong and threads is not None and not 1 <= threads <= 256:
        yield f"threads = {threads}; give 1 to 256"


def _mechanisms(without: object, faults: list[str]) -> tuple[str, ...]:
    """Names of mechanisms to switch off; what is no name becomes a fault."""
    single = isinstance(without, str) or not isinstance(without, Iterable)
    names = (without,) if single else tuple(without)  # type: ignore[arg-type]
    faults += [
        f"without: {name!r} is not the name of a mechanism, such as 'romk-mg-block'"
        for name in names
        if not isinstance(name, str)
    ]
    return tuple(name for name in names if isinstance(name, str))


def _changes(parameters: object, faults: list[str]) -> dict[str, Any]:
    """Parameters to change by name; what is no name becomes a fault."""
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        faults.append(f"parameters = {parameters!r}; give names and numbers: {{'pump_half_mg': 0.1}}")
        return {}
    faults += [
        f"parameters: {name!r} is not the name of a parameter, such as 'pump_half_mg'"
        for name in parameters
        if not isinstance(name, str)
    ]
    return {name: value for name, value in parameters.items() if isinstance(name, str)}


def _cell_faults(n_cells: int) -> Iterator[str]:
    """Say whether there are too few or too many cells."""
    if not 1 <= n_cells <= MOST_CELLS:
        yield f"cells = {n_cells}; give 1 to {MOST_CELLS:,}"
    elif n_cells * BYTES_PER_CELL > (memory := _memory()):
        fit = int(memory / BYTES_PER_CELL)
        yield f"cells = {n_cells:,} need more memory than this machine has; it can hold {fit:,}"


def _is_whole(value: object, optional: bool) -> bool:
    """Say whether a value is a whole number, or nothing where that is allowed."""
    return (optional and value is None) or (isinstance(value, Integral) and not isinstance(value, bool))


def _is_number(value: object, optional: bool) -> bool:
    """Say whether a value is a number, or nothing where that is allowed."""
    return (optional and value is None) or (isinstance(value, Real) and not isinstance(value, bool))


def _memory() -> int:
    """Memory of this machine [B]."""
    return int(os.sysconf("SC_PAGE_SIZE")) * int(os.sysconf("SC_PHYS_PAGES"))


def _revised(condition: Condition, days: float | None, without: Iterable[str]) -> Condition:
    """Return the condition with another duration [day] or with mechanisms switched off."""
    revision: dict[str, Any] = {}
    if days is not None:
        revision["duration"] = f"{days} day"
    if extra := tuple(name for name in without if name not in condition.without):
        revision["without"] = (*condition.without, *extra)
    return condition.revised(**revision) if revision else condition


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
        while tissue.time < stop.hours:
            course.step(until=stop.hours)
            request.check()
        if stop.row:
            recorder.record(tissue)
            if on_record is not None:
                on_record(recorder, tissue.time)
        if stop.snapshot:
            pictures[stop.hours / HOURS_PER_DAY] = cell_table(tissue, SNAPSHOT_CELLS)


def _schedule(condition: Condition, step: float, record_hours: float, snapshots: int) -> list[_Stop]:
    """Moments at which a run stops to be looked at.

    All fall on ends of steps, so that recording more changes no result; the end of a run has a row
    and a snapshot.
    """
    end = condition.duration

    def on_step(hours: float) -> float:
        return min(end, round(hours / step) * step)

    rows = {on_step(k * record_hours) for k in range(int(end / record_hours) + 1)} | {end}
    even = np.linspace(0.0, end, max(2, snapshots)).tolist()
    pictures = {on_step(t) for t in (*even, *condition.times())} | {end}
    return [_Stop(t, t in rows, t in pictures) for t in sorted(rows | pictures)]


def _versions() -> dict[str, str]:
    """Versions of everything that results depend on."""
    packages = ("sim-mg", "numpy", "numba", "llvmlite", "pandas")
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
