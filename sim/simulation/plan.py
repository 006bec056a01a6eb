"""Planning a run: its arguments are checked as a whole before anything is computed."""

import os
from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim.conditions.condition import Condition, load, problems_of, without_problems
from sim.conditions.events import LONGEST_DAYS
from sim.errors import InputError, SteadyStateError
from sim.parameters import Parameters, describe
from sim.physiology.virtual_persons import Person, draw_person, embodied
from sim.simulation.schedule import SWIFT_STEP
from sim.tissue.tissue import Tissue

RECORD_HOURS = 6.0
SWIFT_ROWS = 500
SNAPSHOTS = 13
"""Defaults: time between rows [h], rows of a swift condition, number of snapshots of cells."""
MOST_CELLS = 100_000_000
MOST_THREADS = 256
BYTES_PER_CELL = 350
"""Memory a cell takes at most while a run records [B]."""
MOST_ATTEMPTS = 20
"""How often a person who could not be healthy is drawn anew."""


class Plan(NamedTuple):
    """A run that was checked and can start; from :func:`plan`."""

    condition: Condition
    parameters: Parameters
    changes: dict[str, float]
    n_cells: int
    seed: int
    replicate: int
    person: bool
    noise: bool
    heterogeneous: bool
    step_hours: float | None
    record_hours: float
    snapshots: int
    threads: int | None

    def tissue(self) -> tuple[Tissue, Person]:
        """Make the healthy tissue, and say whose it is.

        Raises
        ------
        SteadyStateError
            If the parameters allow no healthy body; a person without one is drawn anew before.
        """
        attempts = MOST_ATTEMPTS if self.person else 1
        for attempt in range(attempts):
            person, p = Person(), self.parameters
            if self.person:
                person = draw_person(p.person, self.seed, self.replicate, attempt)
                p = embodied(person, p)
            try:
                return self._tissue_with(p), person
            except SteadyStateError:
                if attempt == attempts - 1:
                    raise
        raise AssertionError("there is at least one attempt")

    def _tissue_with(self, parameters: Parameters) -> Tissue:
        return Tissue(
            self.n_cells,
            parameters=parameters,
            seed=self.seed,
            replicate=self.replicate,
            heterogeneous=self.heterogeneous,
            noise=self.noise,
            threads=self.threads,
        )

    def described(self) -> dict[str, Any]:
        """Everything that a repeat of the run needs."""
        return {
            "condition": self.condition.model_dump(mode="json"),
            "n_cells": self.n_cells,
            "seed": self.seed,
            "replicate": self.replicate,
            "person": self.person,
            "noise": self.noise,
            "heterogeneous": self.heterogeneous,
            "record_hours": self.record_hours,
            "snapshots": self.snapshots,
            "parameters_changed": self.changes,
            "parameters": {entry.name: entry.value for entry in describe(self.parameters)},
        }


def plan(
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
) -> Plan:
    """Check the arguments of :func:`sim.run` as a whole, without running anything.

    Raises
    ------
    InputError
        Lists every problem.
    """
    problems = list(
        _argument_problems(n_cells, seed, replicate, days, step_hours, record_hours, snapshots, threads)
    )
    changes, without = _changes(parameters, problems), _mechanisms(without, problems)
    chosen = None
    try:
        chosen = _revised(load(condition), None if problems else days, without)
        changes = {**chosen.parameters, **changes}
    except InputError as error:
        problems += [*error.problems, *without_problems(without)]
    except ValidationError as error:
        problems += problems_of(error)
    numbers = Parameters()
    try:
        numbers = numbers.replace(changes)
    except InputError as error:
        problems += error.problems
    if problems or chosen is None:
        raise InputError(problems)
    return Plan(
        chosen,
        numbers,
        changes,
        int(n_cells),
        int(seed),
        int(replicate),
        person,
        noise,
        heterogeneous,
        step_hours,
        _recording(chosen) if record_hours is None else record_hours,
        int(snapshots),
        threads,
    )


def _recording(condition: Condition) -> float:
    """Time between rows [h] that suits a condition."""
    if not condition.swift:
        return RECORD_HOURS
    steps = ceil(condition.duration / SWIFT_ROWS / SWIFT_STEP)
    return min(RECORD_HOURS, steps * SWIFT_STEP)


def _argument_problems(
    n_cells: int,
    seed: int,
    replicate: int,
    days: float | None,
    step_hours: float | None,
    record_hours: float | None,
    snapshots: int,
    threads: int | None,
) -> Iterator[str]:
    """Say what is wrong with the plain numbers of a run."""
    whole = {
        "cells": n_cells, "seed": seed, "replicate": replicate, "snapshots": snapshots,
        "threads": threads,
    }  # fmt: skip
    numbers = {"days": days, "step_hours": step_hours, "record_hours": record_hours}
    wrong = [
        name
        for name, value in whole.items()
        if not (_is_whole(value) or (name == "threads" and value is None))
    ]
    wrong += [name for name, value in numbers.items() if not (value is None or _is_number(value))]
    given = {**whole, **numbers}
    for name in wrong:
        yield f"{name} = {given[name]!r} is not a {'whole ' if name in whole else ''}number"
    if "cells" not in wrong:
        yield from _cell_problems(n_cells)
    for name, number in (("seed", seed), ("replicate", replicate)):
        if name not in wrong and number < 0:
            yield f"{name} = {number}; give a whole number, zero or more"
    if "days" not in wrong and days is not None and not 0.0 < days <= LONGEST_DAYS:
        yield f"days = {days:g}; give more than 0 and at most {LONGEST_DAYS:g}"
    for name in ("step_hours", "record_hours"):
        hours = numbers[name]
        if name not in wrong and hours is not None and not 0.01 <= hours <= 1000.0:
            yield f"{name} = {hours:g}; give 0.01 to 1000 hours"
    if "snapshots" not in wrong and snapshots < 2:
        yield f"snapshots = {snapshots}; give 2 or more, for start and end have one each"
    if "threads" not in wrong and threads is not None and not 1 <= threads <= MOST_THREADS:
        yield f"threads = {threads}; give 1 to {MOST_THREADS}"


def _mechanisms(without: object, problems: list[str]) -> tuple[str, ...]:
    """Names of mechanisms to switch off; what is no name becomes a problem."""
    single = isinstance(without, str) or not isinstance(without, Iterable)
    names = (without,) if single else tuple(without)  # type: ignore[arg-type]
    problems += [
        f"without: {name!r} is not the name of a mechanism, such as 'romk-mg-block'"
        for name in names
        if not isinstance(name, str)
    ]
    return tuple(name for name in names if isinstance(name, str))


def _changes(parameters: object, problems: list[str]) -> dict[str, Any]:
    """Parameters to change by name; what is no name becomes a problem."""
    if parameters is None:
        return {}
    if not isinstance(parameters, Mapping):
        problems.append(f"parameters = {parameters!r}; give names and numbers: {{'pump_half_mg': 0.1}}")
        return {}
    problems += [
        f"parameters: {name!r} is not the name of a parameter, such as 'pump_half_mg'"
        for name in parameters
        if not isinstance(name, str)
    ]
    return {name: value for name, value in parameters.items() if isinstance(name, str)}


def _cell_problems(n_cells: int) -> Iterator[str]:
    """Say whether there are too few or too many cells."""
    if not 1 <= n_cells <= MOST_CELLS:
        yield f"cells = {n_cells}; give 1 to {MOST_CELLS:,}"
    elif n_cells * BYTES_PER_CELL > (memory := _memory()):
        fit = int(memory / BYTES_PER_CELL)
        yield f"cells = {n_cells:,} need more memory than this machine has; it can hold {fit:,}"


def _is_whole(value: object) -> bool:
    """Say whether a value is a whole number."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    """Say whether a value is a number."""
    return isinstance(value, Real) and not isinstance(value, bool)


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
