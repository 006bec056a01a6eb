"""The design of a study, as data: which arms, how many bodies, what differs, what is recorded.

Written in Python or in a TOML file, checked as a whole before anything runs. :class:`DesignError` lists
every fault.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from sim.condition import Condition, faults_of, load, read, read_parameters, with_units
from sim.events import LONGEST_DAYS, Data, Time
from sim.faults import InputError
from sim.parameters import FACTS, Parameters
from sim.planning import Plan, plan
from sim.quantity import QuantityError, parse, written
from sim.randomness import Purpose, stream
from sim.units import HOURS_PER_DAY
from sim.variables import PER_CELL, VARIABLES

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
MOST_DIMENSIONS = 50
QUESTION = re.compile(r"\s*([a-z]\w*)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*")


class DesignError(InputError):
    """A design that cannot be."""


class Question(NamedTuple):
    """A statement about a variable that holds in a body or does not."""

    variable: str
    relation: str
    bound: float

    @classmethod
    def read(cls, text: str) -> "Question":
        """Read text such as "plasma_k < 3.5"; the bound is in the variable's unit.

        Raises
        ------
        DesignError
            If the text is no such statement.
        """
        parts = QUESTION.fullmatch(text) if isinstance(text, str) else None
        if parts is None:
            raise DesignError([f'{text!r} is not a statement such as "plasma_k < 3.5"'])
        name, relation, bound = parts.groups()
        if faults := list(_unknown([name], VARIABLES, "variable")):
            raise DesignError(faults)
        return cls(name, relation, float(bound))

    def holds(self, values: Any) -> Any:
        """Whether it holds for each value; False where there is none."""
        compare = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}
        return compare[self.relation](values, self.bound)

    def __str__(self) -> str:
        unit = VARIABLES[self.variable].unit
        return f"{self.variable} {self.relation} {self.bound:g}" + ("" if unit == "1" else f" {unit}")


def _read_ranges(data: object) -> object:
    """Read the values of each sampled parameter, in its own unit."""
    if not isinstance(data, Mapping):
        return data
    found: dict[str, Any] = {}
    faults = list(_unknown(data, FACTS, "parameter"))
    for name in (name for name in data if name in FACTS):
        values = data[name] if isinstance(data[name], (list, tuple)) else [data[name]]
        unit, example = FACTS[name].unit, f"{FACTS[name].high:g} {FACTS[name].unit}"
        try:
            read = [
                v if unit == "1" and not isinstance(v, str) else parse(v, unit, example) for v in values
            ]
            found[name] = tuple(read)
        except QuantityError as error:
            faults.append(f"{name}: {error}")
    for name, numbers in found.items():
        for value in numbers:
            try:
                Parameters().replace({name: value})
            except InputError as error:
                faults += error.faults
    if faults:
        raise ValueError("\n".join(faults))
    return found


def _ranges_with_units(ranges: Mapping[str, tuple[float, ...]]) -> dict[str, list[str]]:
    """Write the values of each sampled parameter with its unit."""
    return {name: [written(v, FACTS[name].unit) for v in values] for name, values in ranges.items()}


class Samples(Data):
    """Parameter sets that every replicate is simulated with.

    Parameters
    ----------
    method : {"grid", "latin-hypercube", "sobol"}
        All combinations of the values given, or points spread evenly between two bounds.
    number : int
        Points, for the last two; a power of two for Sobol's.
    ranges : mapping
        Values of each parameter (grid), or its lower and upper bound, with units.
    """

    method: Literal["grid", "latin-hypercube", "sobol"]
    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    ranges: Annotated[
        dict[str, tuple[float, ...]],
        BeforeValidator(_read_ranges),
        PlainSerializer(_ranges_with_units, when_used="json"),
    ]

    @model_validator(mode="after")
    def _consistent(self) -> "Samples":
        faults = (
            [f"more than {MOST_DIMENSIONS} parameters"] if len(self.ranges) > MOST_DIMENSIONS else []
        )
        if not self.ranges:
            faults.append('ranges is empty; give parameters: pump_half_mg = ["0.05 mM", "0.2 mM"]')
        if self.method == "grid":
            faults += ["a grid takes all its values; leave number out"] if self.number else []
            faults += [
                f"{name} = {list(values)}; give one value or more, each once"
                for name, values in self.ranges.items()
                if not 0 < len(set(values)) == len(values)
            ]
        else:
            faults += [] if self.number else [f"{self.method} needs a number of points"]
            faults += [
                f"{name} has {len(values)} values; give a lower and a larger upper bound"
                for name, values in self.ranges.items()
                if len(values) != 2 or not values[0] < values[1]
            ]
        if self.method == "sobol" and self.number and self.number & (self.number - 1):
            near = 2 ** (self.number.bit_length() - 1)
            faults.append(f"number = {self.number} is no power of two; give {near} or {2 * near}")
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def size(self) -> int:
        """Number of parameter sets."""
        return self.number or prod(len(values) for values in self.ranges.values())

    def points(self, seed: int) -> list[dict[str, float]]:
        """Parameter sets, each by name in the unit of its table row."""
        names = list(self.ranges)
        if self.method == "grid":
            mesh = np.meshgrid(*self.ranges.values(), indexing="ij")
            rows = np.stack([axis.ravel() for axis in mesh], axis=1)
        else:
            low, high = np.array(list(self.ranges.values())).T
            rows = low + self._spread(len(names), seed) * (high - low)
        return [dict(zip(names, row, strict=True)) for row in rows.tolist()]

    def _spread(self, dimensions: int, seed: int) -> Any:
        """Points in the unit cube, (points, dimensions)."""
        from scipy.stats import qmc

        rng = np.random.default_rng(int(stream(seed, 0, Purpose.SAMPLE).integers(2**62)))
        sampler = qmc.Sobol if self.method == "sobol" else qmc.LatinHypercube
        return sampler(dimensions, rng=rng).random(self.number or 1)


def _some(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that is empty or names something twice."""
    if not items:
        raise ValueError("is empty; give one or more")
    if twice := [str(item) for item in dict.fromkeys(items) if items.count(item) > 1]:
        raise ValueError("names twice: " + ", ".join(twice))
    return items


def _seen(names: tuple[str, ...]) -> tuple[str, ...]:
    return _known(names, (name for name in PER_CELL if name != "type"))


def _recordable(names: tuple[str, ...]) -> tuple[str, ...]:
    return _known(names, VARIABLES)


def _known(names: tuple[str, ...], variables: Iterable[str]) -> tuple[str, ...]:
    """Refuse names of variables that do not exist."""
    if faults := list(_unknown(names, variables, "variable")):
        raise ValueError("\n".join(faults))
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
    found, faults = [], []
    for number, item in enumerate(data, start=1):
        try:
            found.append(read(item) if isinstance(item, Mapping) else load(item))
        except InputError as error:
            faults += [f"no. {number}: {fault}" for fault in error.faults]
    names = [condition.name for condition in found]
    faults += [f"two are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    if faults:
        raise ValueError("\n".join(faults))
    return found


def _questions(texts: tuple[str, ...]) -> tuple[str, ...]:
    for text in texts:
        Question.read(text)
    return texts


def _lasting(hours: float) -> float:
    if not 0.0 < hours <= LONGEST_DAYS * HOURS_PER_DAY:
        raise ValueError(f"is no duration; give more than 0 and at most {LONGEST_DAYS:g} days")
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
        What is recorded, from :data:`sim.variables.VARIABLES`.
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
        faults = [
            f"ask: {name} is not recorded; add it to variables"
            for name in sorted(asked.difference(self.variables))
        ]
        if self.units > MOST_UNITS:
            faults.append(f"{self.units} bodies; at most {MOST_UNITS:,}")
        held = {*self.parameters, *(name for c in self.conditions for name in c.parameters)}
        if both := held & set(self.samples.ranges if self.samples else ()):
            faults.append(f"set and sampled at once: {', '.join(sorted(both))}")
        try:
            end = max(plan.condition.duration for plan in self.plans())
        except InputError as error:
            faults += error.faults
        else:
            faults += [
                f"snapshots: day {hours / HOURS_PER_DAY:g} is after the end, day {end / HOURS_PER_DAY:g}"
                for hours in (self.snapshots.at if self.snapshots else ())
                if hours > end
            ]
        if faults:
            raise ValueError("\n".join(dict.fromkeys(faults)))
        return self

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

    def plans(self, threads: int | None = None) -> list[Plan]:
        """Plan of each arm, for replicate zero.

        Raises
        ------
        InputError
            Lists every fault.
        """
        faults, plans = [], []
        days = None if self.duration is None else self.duration / HOURS_PER_DAY
        for condition in self.conditions:
            try:
                plans.append(
                    plan(
                        condition, self.cells, days=days, seed=self.seed, person=self.persons,
                        noise=self.noise, heterogeneous=self.heterogeneous, parameters=self.parameters,
                        record_hours=self.every, snapshots=2, threads=threads,
                    )
                )  # fmt: skip
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(list(dict.fromkeys(faults)))
        return plans


def read_design(data: Mapping[str, Any]) -> Design:
    """Make a design from nested data, such as a parsed TOML file.

    Raises
    ------
    DesignError
        Lists every fault.
    """
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise DesignError(list(dict.fromkeys(faults_of(error, Design, PARTS)))) from None


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
        If there is no such file, or it has faults; lists them all.
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


def _unknown(names: Iterable[str], known: Iterable[str], what: str) -> Iterable[str]:
    """Say which names do not exist, with the nearest one that does."""
    known = list(known)
    for name in (name for name in names if name not in known):
        near = difflib.get_close_matches(str(name), known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield f"no {what} is called {name!r}{hint}"
