"""The design of a study, as data: which arms, how many bodies, what differs, what is recorded.

Written in Python or in a TOML file, checked as a whole before anything runs. :class:`DesignError` lists
every problem.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from sim.conditions.condition import Condition, load, read, read_parameters, with_units
from sim.conditions.diagnostics import problems_of
from sim.conditions.fields import MAX_DAYS, Data, Time
from sim.conditions.plan import RunPlan
from sim.errors import DesignError, InputError, unknown_names
from sim.quantities.units import HOURS_PER_DAY
from sim.study.samples import Samples
from sim.variables.endpoints import Question
from sim.variables.table import PER_CELL, VARIABLES

RECORDED = (
    "plasma_na", "plasma_k", "plasma_mg", "plasma_ca", "plasma_hco3", "ecf_volume", "aldosterone", "pth",
    "pressure", "qtc", "urine_na", "urine_k", "urine_mg", "na_in_mean", "k_in_mean", "mg_free_mean",
    "potential_mean",
)  # fmt: skip
"""What is recorded unless a design says otherwise."""
SEEN_OF_CELLS = ("na_in", "k_in", "mg_free", "potential")
MOST_UNITS = 100_000_000
LAST_REPLICATE = 2_000_000_000
"""With all that follow it, a number of four bytes."""
MOST_OFTEN, MOST_SELDOM = 0.01, 1000.0
"""Bounds of the time between rows [h]."""


def _some(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that is empty or names something twice."""
    if not items:
        raise ValueError("is empty; give one or more")
    if len(set(items)) < len(items):
        raise ValueError("is not all different; give each once")
    return items


def _seen(names: tuple[str, ...]) -> tuple[str, ...]:
    return _known(names, (name for name in PER_CELL if name != "type"))


def _recordable(names: tuple[str, ...]) -> tuple[str, ...]:
    return _known(names, VARIABLES)


def _known(names: tuple[str, ...], variables: Iterable[str]) -> tuple[str, ...]:
    """Refuse names of variables that do not exist."""
    if problems := list(unknown_names(names, variables, "variable")):
        raise ValueError("\n".join(problems))
    return names


class Snapshots(Data):
    """When single cells are kept, how many of them, and what of each."""

    at: Annotated[tuple[Time, ...], AfterValidator(_some)]
    cells: Annotated[int, Field(ge=1)] = 100
    variables: Annotated[tuple[str, ...], AfterValidator(_some), AfterValidator(_seen)] = SEEN_OF_CELLS


PARTS: dict[str, type[Data]] = {"samples": Samples, "snapshots": Snapshots}


def _read_conditions(data: object) -> object:
    """Read conditions by name, from files, as tables, or as they are."""
    if not isinstance(data, (list, tuple)):
        return data
    found, problems = [], []
    for number, item in enumerate(data, start=1):
        try:
            found.append(read(item) if isinstance(item, Mapping) else load(item))
        except InputError as error:
            problems += [f"no. {number}: {problem}" for problem in error.problems]
    names = [condition.name for condition in found]
    problems += [f"two are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _questions(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        Question.read(text)
    return texts


def _lasting(hours: float) -> float:
    if not 0.0 < hours <= MAX_DAYS * HOURS_PER_DAY:
        raise ValueError(f"is no duration; give more than 0 and at most {MAX_DAYS:g} days")
    return hours


def _between_rows(hours: float) -> float:
    if not MOST_OFTEN <= hours <= MOST_SELDOM:
        raise ValueError(f"is no time between rows; give {MOST_OFTEN:g} to {MOST_SELDOM:g} hours")
    return hours


class Design(Data):
    """What a study does.

    Parameters
    ----------
    name, title, description : str
        How it is called, in a word, a line and a paragraph.
    conditions : sequence of str, path, mapping or Condition
        The arms. Each body goes through all of them; the first is what the others are compared with.
    replicates : int
        Number of bodies.
    first_replicate : int
        Number of the first; replicate 17 is the same alone and among others.
    cells : int
        Cells of a body; five, one a type, with ``heterogeneous = false`` are the mean-field twin.
    seed : int
        Names all random draws.
    persons : bool
        Whether bodies are virtual persons who differ from one another, or all typical.
    noise : bool
        Whether cells fluctuate in time.
    heterogeneous : bool
        Whether cells of a body differ.
    duration : str, optional
        In place of the conditions' own, such as "30 day".
    every : str
        Time between rows.
    variables : sequence of str
        What is recorded, from :data:`sim.variables.table.VARIABLES`.
    parameters : mapping
        Parameters that differ from the published ones in all arms.
    samples : Samples, optional
        Parameter sets that every replicate is simulated with.
    snapshots : Snapshots, optional
        Single cells to keep.
    ask : sequence of str
        Statements whose probability is reported, such as "plasma_k < 3.5".
    """

    name: str = "study"
    title: str = ""
    description: str = ""
    conditions: Annotated[
        tuple[Condition, ...], BeforeValidator(_read_conditions), Field(min_length=1, max_length=100)
    ]
    replicates: Annotated[int, Field(ge=1, le=MOST_UNITS)] = 100
    first_replicate: Annotated[int, Field(ge=0, le=LAST_REPLICATE)] = 0
    cells: int = 100
    seed: int = 0
    persons: bool = True
    noise: bool = True
    heterogeneous: bool = True
    duration: Annotated[Time, AfterValidator(_lasting)] | None = None
    every: Annotated[Time, AfterValidator(_between_rows)] = HOURS_PER_DAY
    variables: Annotated[tuple[str, ...], AfterValidator(_some), AfterValidator(_recordable)] = RECORDED
    parameters: Annotated[
        dict[str, float],
        BeforeValidator(read_parameters),
        PlainSerializer(with_units, when_used="json"),
    ] = Field(default_factory=dict)
    samples: Samples | None = None
    snapshots: Snapshots | None = None
    ask: Annotated[tuple[str, ...], AfterValidator(_questions)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Design":
        asked = {Question.read(text).variable for text in self.ask}
        problems = [
            f"ask: {name} is not recorded; add it to variables"
            for name in sorted(asked.difference(self.variables))
        ]
        if self.units > MOST_UNITS:
            problems.append(f"{self.units} bodies; at most {MOST_UNITS:,}")
        held = {*self.parameters, *(name for c in self.conditions for name in c.parameters)}
        if both := held & set(self.samples.ranges if self.samples else ()):
            problems.append(f"set and sampled at once: {', '.join(sorted(both))}")
        try:
            end = max(plan.condition.duration for plan in self.plans())
        except InputError as error:
            problems += error.problems
        else:
            problems += [
                f"snapshots: day {hours / HOURS_PER_DAY:g} is after the end, day {end / HOURS_PER_DAY:g}"
                for hours in (self.snapshots.at if self.snapshots else ())
                if hours > end
            ]
        if problems:
            raise ValueError("\n".join(dict.fromkeys(problems)))
        return self

    def revised(self, **changes: Any) -> "Design":
        """Return a copy with some fields replaced, checked again.

        Raises
        ------
        DesignError
            Lists every problem.
        """
        fields = {**self.model_dump(mode="json"), "conditions": self.conditions}
        return read_design({**fields, **changes})

    def with_parameters(self, changes: Mapping[str, float]) -> "Design":
        """Return a design with more parameters changed, each in the unit of its table row."""
        held = with_units({**self.parameters, **changes})
        return read_design({**self.model_dump(mode="json"), "parameters": held})

    @property
    def arms(self) -> list[str]:
        """Names of the conditions, in order."""
        return [condition.name for condition in self.conditions]

    @property
    def sets(self) -> int:
        """Number of parameter sets."""
        return self.samples.size if self.samples else 1

    @property
    def units(self) -> int:
        """Number of bodies to simulate: each replicate with each parameter set."""
        return self.replicates * self.sets

    def unit(self, number: int) -> tuple[int, int]:
        """Replicate and parameter set of a unit; all sets of a replicate follow one another."""
        return self.first_replicate + number // self.sets, number % self.sets

    def points(self) -> list[dict[str, float]]:
        """Parameter sets; a single empty one if nothing is sampled."""
        return self.samples.points(self.seed) if self.samples else [{}]

    def plans(self, threads: int | None = None) -> list[RunPlan]:
        """Plan of each arm, for replicate zero.

        Raises
        ------
        InputError
            Lists every problem.
        """
        problems, plans = [], []
        days = None if self.duration is None else self.duration / HOURS_PER_DAY
        for condition in self.conditions:
            try:
                plans.append(
                    RunPlan(
                        condition, self.cells, days=days, seed=self.seed, person=self.persons,
                        noise=self.noise, heterogeneous=self.heterogeneous, parameters=self.parameters,
                        record_hours=self.every, snapshots=2, threads=threads,
                    )
                )  # fmt: skip
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(list(dict.fromkeys(problems)))
        return plans


def read_design(data: Mapping[str, Any]) -> Design:
    """Make a design from nested data, such as a parsed TOML file.

    Raises
    ------
    DesignError
        Lists every problem.
    """
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise DesignError(list(dict.fromkeys(problems_of(error, Design, PARTS)))) from None


def design_data(what: Sequence[str]) -> dict[str, Any]:
    """Design as data, not yet judged: of one study file, or with some conditions as arms.

    Parameters
    ----------
    what : sequence of str
        A TOML file with a key ``conditions``; or names and files of conditions.
    """
    if len(what) == 1 and what[0].endswith(".toml"):
        data = _parsed(Path(what[0]))
        if "conditions" in data:
            return data
    return {"name": "-".join(Path(name).stem for name in what)[:80], "conditions": list(what)}


def load_design(path: str | Path) -> Design:
    """Read the design in a TOML file; files of conditions are sought beside it.

    Raises
    ------
    DesignError
        If there is no such file, or it has problems; lists them all.
    """
    return read_design(_parsed(Path(path)))


def _parsed(path: Path) -> dict[str, Any]:
    """Contents of a study file."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DesignError([f"{path} cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DesignError([f"{path} is not valid TOML: {error}"]) from None
    if isinstance(data.get("conditions"), list):
        data["conditions"] = [
            path.parent / item if isinstance(item, str) and item.endswith(".toml") else item
            for item in data["conditions"]
        ]
    return {"name": path.stem, **data}
