"""The plan of a run: all its arguments, checked as a whole before anything is computed.

:func:`sim.run`, :func:`sim.resume`, :class:`sim.TissueModel`, studies and the command line all make a
:class:`RunPlan`, so that the same input meets the same checks and the same sentences everywhere.
Nothing here needs the compiled engine.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from sim.conditions.condition import Condition, load, read
from sim.conditions.diagnostics import EVENTS, problems_of, sentences_of, without_problems
from sim.conditions.fields import MAX_DAYS, Data
from sim.conditions.plan_fields import MIN_HOURS, hours, number, switch, whole_number
from sim.conditions.plan_remarks import (
    idle_parameters,
    recording_remarks,
    replaced_parameters,
    usual_diets,
)
from sim.conditions.remarks import remarks_on
from sim.conditions.size import (
    BYTES_PER_CELL,
    MAX_ROWS,
    MAX_SNAPSHOTS,
    Size,
    bytes_in_words,
    size_of_run,
)
from sim.conditions.steps import SUBDAILY_STEP, Steps
from sim.errors import InputError, shown
from sim.parameters import Parameters, describe
from sim.quantities.units import HOURS_PER_DAY
from sim.system.memory import memory_bytes

N_CELLS = 1000
SNAPSHOTS = 13
RECORD_HOURS = 6.0
"""Defaults: number of cells, number of snapshots of cells, time between rows [h]."""
SUBDAILY_ROWS = 500
"""Rows of a condition with events within a day, about."""
MAX_CELLS = 100_000_000
MAX_THREADS = 256
MAX_SEED = 10**100 - 1


def _fits_in_memory(n_cells: int) -> int:
    """Refuse more cells than this machine's memory can hold."""
    if n_cells * BYTES_PER_CELL > (memory := memory_bytes()):
        fit = int(memory / BYTES_PER_CELL)
        raise InputError(
            [f"cells = {n_cells:,} need more memory than this machine has; it can hold {fit:,}"]
        )
    return n_cells


def _read_without(value: object) -> tuple[str, ...]:
    """Read names of mechanisms to switch off."""
    single = isinstance(value, (str, bytes)) or not isinstance(value, Iterable)
    names = (value,) if single else tuple(value)  # type: ignore[arg-type]
    problems = [
        f"without: {shown(name)} is not the name of a mechanism, such as 'romk-mg-block'"
        for name in names
        if not isinstance(name, str)
    ]
    known = tuple(name for name in names if isinstance(name, str))
    problems += without_problems(known)
    if problems:
        raise InputError(problems)
    return known


def _read_condition(value: Any, info: ValidationInfo) -> Condition:
    """Load a condition, with the duration and the mechanisms that the plan asks for."""
    condition = read(value) if isinstance(value, Mapping) else load(value)
    changes: dict[str, Any] = {}
    if (days := info.data.get("days")) is not None:
        changes["duration"] = f"{days} day"
    without = info.data.get("without", ())
    if extra := tuple(name for name in without if name not in condition.without):
        changes["without"] = (*condition.without, *extra)
    try:
        return condition.revised(**changes) if changes else condition
    except ValidationError as error:
        raise InputError(problems_of(error, Condition, EVENTS)) from None


def _read_parameters(value: object, info: ValidationInfo) -> dict[str, float]:
    """Read the parameters to change; those of the condition come first, so that these win."""
    value = {} if value is None else value
    if not isinstance(value, Mapping):
        raise InputError([f"parameters = {shown(value)}; give names and numbers, {{'gfr': 170.0}}"])
    problems = [
        f"parameters: {shown(name)} is not the name of a parameter, such as 'pump_half_mg'"
        for name in value
        if not isinstance(name, str)
    ]
    condition = info.data.get("condition")
    changes = {} if condition is None else dict(condition.parameters)
    changes |= {name: number for name, number in value.items() if isinstance(name, str)}
    try:
        Parameters().replace(changes)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return {name: float(number) for name, number in changes.items()}


def _unless_default(step_hours: float | None, info: ValidationInfo) -> float | None:
    """Leave out a length of step that the run would have anyway, so that equal plans are equal."""
    condition, noise = info.data.get("condition"), info.data.get("noise")
    if condition is None or noise is None or step_hours is None:
        return step_hours
    same = Steps.of(condition, noise, step_hours) == Steps.of(condition, noise)
    return None if same else step_hours


def _read_record_hours(record_hours: float | None, info: ValidationInfo) -> float:
    """Time between rows [h]; if none is given, one that suits the condition."""
    if record_hours is not None:
        return record_hours
    condition = info.data.get("condition")
    return RECORD_HOURS if condition is None else suitable_record_hours(condition)


def suitable_record_hours(condition: Condition) -> float:
    """Time between rows that suits a condition [h]."""
    if not condition.has_subdaily_events:
        return RECORD_HOURS
    steps = math.ceil(condition.duration / SUBDAILY_ROWS / SUBDAILY_STEP)
    return float(min(RECORD_HOURS, steps * SUBDAILY_STEP))


_SEED = "a whole number, zero or more, of at most 100 digits"
_DAYS = f"more than 0 and at most {MAX_DAYS:g}"


class RunPlan(Data):
    """A run that was checked and can start.

    The arguments are those of :func:`sim.run`, which explains them. In the plan the condition has the
    duration and the mechanisms that were asked for, ``parameters`` holds those of the condition too,
    and ``record_hours`` is never None.

    Parameters
    ----------
    condition : str, path, mapping or Condition
        Name of a built-in condition, a TOML file, a condition as data, or a condition.
    n_cells : int
        Number of cells.
    **arguments
        Any other argument of :func:`sim.run` but ``on_record``.

    Raises
    ------
    InputError
        Lists every problem.
    """

    # A field is checked after those above it: the condition needs days and without, and parameters,
    # step_hours and record_hours need the condition.
    n_cells: Annotated[
        int,
        AfterValidator(_fits_in_memory),
        whole_number("cells", 1, MAX_CELLS, f"1 to {MAX_CELLS:,}"),
    ] = N_CELLS
    days: Annotated[float | None, number("days", lambda d: 0.0 < d <= MAX_DAYS, _DAYS)] = None
    seed: Annotated[int, whole_number("seed", 0, MAX_SEED, _SEED)] = 0
    replicate: Annotated[int, whole_number("replicate", 0, MAX_SEED, _SEED)] = 0
    person: Annotated[bool, switch("person")] = False
    noise: Annotated[bool, switch("noise")] = True
    heterogeneous: Annotated[bool, switch("heterogeneous")] = True
    without: Annotated[tuple[str, ...], BeforeValidator(_read_without)] = ()
    condition: Annotated[Condition, BeforeValidator(_read_condition)]
    parameters: Annotated[dict[str, float], BeforeValidator(_read_parameters)] = Field(
        default_factory=dict, validate_default=True
    )
    step_hours: Annotated[float | None, AfterValidator(_unless_default), hours("step_hours")] = None
    record_hours: Annotated[float, BeforeValidator(_read_record_hours), hours("record_hours")] = Field(
        default=None, validate_default=True
    )
    snapshots: Annotated[
        int,
        whole_number(
            "snapshots",
            2,
            MAX_SNAPSHOTS,
            f"2 or more, at most {MAX_SNAPSHOTS:,}; the start and the end have one each",
        ),
    ] = SNAPSHOTS
    threads: Annotated[
        int | None,
        whole_number("threads", 1, MAX_THREADS, f"1 to {MAX_THREADS}", optional=True),
    ] = None

    def __init__(
        self,
        condition: str | Path | Mapping[str, Any] | Condition,
        n_cells: int = N_CELLS,
        **arguments: Any,
    ) -> None:
        try:
            super().__init__(**{"condition": condition, "n_cells": n_cells, **arguments})
        except ValidationError as error:
            raise InputError(list(dict.fromkeys(_problems(error)))) from None

    @model_validator(mode="after")
    def _of_a_size_that_can_be(self) -> "RunPlan":
        """Refuse more rows than can be of use, and more than this machine's memory can hold."""
        rows, size = self.n_rows, self.size
        if rows > MAX_ROWS:
            days = self.condition.duration / HOURS_PER_DAY
            fit = max(MIN_HOURS, self.condition.duration / MAX_ROWS)
            raise InputError(
                [
                    f"record_hours = {self.record_hours:g} gives {rows:,} rows in {days:g} days; at "
                    f"most {MAX_ROWS:,} are kept: give {fit:.3g} hours or more, or fewer days"
                ]
            )
        if size.memory > (memory := memory_bytes()):
            raise InputError(
                [
                    f"{self.n_cells:,} cells, {rows:,} rows and {self.snapshots:,} snapshots need about "
                    f"{bytes_in_words(size.memory)} of memory, this machine has "
                    f"{bytes_in_words(memory)}; give fewer"
                ]
            )
        return self

    @property
    def n_rows(self) -> int:
        """Number of rows of its table, about."""
        return int(self.condition.duration / max(self.record_hours, self.steps.hours)) + 1

    @property
    def size(self) -> Size:
        """How much time, memory and disk it takes, roughly."""
        snapshots = self.snapshots + len(self.condition.times())
        duration = self.condition.duration
        return size_of_run(duration, self.n_rows, snapshots, self.n_cells, self.noise)

    @property
    def remarks(self) -> list[str]:
        """A sentence for everything that is valid but may not do what was meant."""
        changes = {name: (value,) for name, value in self.parameters.items()}
        found = remarks_on(self.condition)
        found += replaced_parameters(self.condition, self.parameters, "the run")
        found += idle_parameters(
            changes, person=self.person, noise=self.noise, heterogeneous=self.heterogeneous
        )
        if not self.person:  # The usual diets of persons differ.
            found += usual_diets(self.condition, self.model_parameters.body)
        random = self.person or self.noise or self.heterogeneous
        if not random and (self.seed or self.replicate):
            found.append("seed and replicate make no difference: nothing is drawn at random")
        rows = self.record_hours != suitable_record_hours(self.condition)
        return [
            *found,
            *recording_remarks(
                self.steps,
                self.record_hours if rows else None,
                self.snapshots if self.snapshots != SNAPSHOTS else None,
            ),
        ]

    @property
    def model_parameters(self) -> Parameters:
        """All numbers of the model, the changed ones among them."""
        return Parameters().with_values(self.parameters)

    @property
    def steps(self) -> Steps:
        """When the steps of the run end."""
        return Steps.of(self.condition, self.noise, self.step_hours)

    def of_replicate(
        self,
        replicate: int,
        parameters: Mapping[str, float] | None = None,
        threads: int | None = None,
    ) -> "RunPlan":
        """Return the same plan for another replicate, without checking it again.

        Parameters
        ----------
        replicate : int
            Its number.
        parameters : mapping, optional
            More parameters to change, already checked.
        threads : int, optional
            Threads; by default those of this plan.
        """
        changes = {**self.parameters, **(parameters or {})}
        threads = self.threads if threads is None else threads
        return self.model_copy(
            update={"replicate": replicate, "parameters": changes, "threads": threads}
        )

    def to_provenance(self) -> dict[str, Any]:
        """Everything that a repeat of the run needs, as JSON holds it."""
        fields = self.model_dump(mode="json", exclude={"condition", "parameters"})
        return {
            "condition": self.condition.model_dump(mode="json"),
            **fields,
            "remarks": self.remarks,
            "step_hours": self.steps.hours,
            "noise_hours": self.steps.noise_hours,
            "parameters_changed": dict(self.parameters),
            "parameters": values_of(self.model_parameters),
        }

    @classmethod
    def from_provenance(cls, provenance: Mapping[str, Any]) -> "RunPlan":
        """Rebuild the plan of a run.

        Parameters
        ----------
        provenance : mapping
            Of a result, or the contents of its ``provenance.json``.

        Raises
        ------
        InputError
            Lists every problem, for example a condition that this version refuses.
        """
        named = {name: provenance[name] for name in cls.model_fields if name in provenance}
        # Steps of their own length are the time between fluctuations too; others are the default.
        own_steps = provenance.get("step_hours") == provenance.get("noise_hours")
        changes = {
            "person": bool(provenance.get("person")),  # A result's provenance holds the person itself.
            "step_hours": provenance.get("step_hours") if own_steps else None,
            "parameters": provenance.get("parameters_changed"),
        }
        return cls(**{"condition": None, **named, **changes})


def values_of(parameters: Parameters) -> dict[str, float]:
    """Value of every parameter by name, each in its own unit."""
    return {entry.name: entry.value for entry in describe(parameters)}


def _problems(error: ValidationError) -> Iterator[str]:
    """Sentences of the checks above, and those for keys that do not exist."""
    for detail in error.errors():
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            yield from cause.problems
        else:
            yield from sentences_of(detail, {"": RunPlan})
