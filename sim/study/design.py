"""The design of a study, as data: arms, replicates, what varies and what is recorded.

Written in Python or in a TOML file, checked as a whole before anything runs. :class:`DesignError` lists
every problem.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from sim.conditions.condition import Condition, read_parameters, with_units
from sim.conditions.diagnostics import EVENTS, problems_of
from sim.conditions.fields import MAX_DESCRIPTION, MAX_TITLE, Data, Name, Time
from sim.conditions.plan import RunPlan
from sim.conditions.plan_remarks import idle_parameters
from sim.conditions.size import Size
from sim.errors import DesignError, InputError
from sim.quantities.units import HOURS_PER_DAY
from sim.study.remarks import (
    arm_remarks,
    draw_remarks,
    endpoint_remarks,
    sample_remarks,
    snapshot_remarks,
)
from sim.study.samples import Samples
from sim.study.size import size_of_study, size_problems
from sim.study.snapshots import Snapshots
from sim.study.validators import (
    Switch,
    WholeNumber,
    non_empty_and_distinct,
    read_conditions,
    recorded_over_time,
    valid_duration,
    valid_endpoints,
    valid_row_interval,
)
from sim.variables.endpoints import Endpoint

DEFAULT_VARIABLES = (
    "plasma_na", "plasma_k", "plasma_mg", "plasma_ca", "plasma_hco3", "ecf_volume", "aldosterone", "pth",
    "pressure", "qtc", "urine_na", "urine_k", "urine_mg", "na_in_mean", "k_in_mean", "mg_free_mean",
    "potential_mean",
)  # fmt: skip
"""What is recorded unless a design says otherwise."""
MAX_MEMBERS = 10_000_000
MAX_ENDPOINTS = 100
MAX_EVENTS = 5000
"""Events of all arms together."""
MAX_DESIGN_VALUES = 200_000
"""Values in a design as data; one within the other limits has half as many."""
MAX_FIRST_REPLICATE = 2_000_000_000
"""It and all that follow fit into four bytes."""
SECTIONS: dict[str, type[Data]] = {"samples": Samples, "snapshots": Snapshots}
FORMER_KEYS = {"ask": "endpoints"}
"""Keys of designs of version 0.1, and their present names."""


class Design(Data):
    """What a study does.

    Each replicate is one body that goes through all arms. With ``samples``, every replicate is
    simulated with every parameter set; a replicate with a set is a member of the study.

    Parameters
    ----------
    name, title, description : str
        A short name, a title of one line, and a paragraph.
    conditions : sequence of str, path, mapping or Condition
        The arms; the first is the reference of the others.
    replicates : int
        Number of replicates.
    first_replicate : int
        Number of the first; replicate 17 is the same alone and among others.
    cells : int
        Cells of a body; one of each type with ``heterogeneous = false`` is the mean-field twin.
    seed : int
        Of all random draws.
    persons : bool
        Whether bodies are virtual persons with parameters of their own, or all typical.
    noise : bool
        Whether cells fluctuate over time.
    heterogeneous : bool
        Whether the cells of a body differ.
    duration : str, optional
        Instead of that of each condition, such as "30 day".
    every : str
        Time between rows.
    variables : sequence of str
        What is recorded, from :data:`sim.variables.table.VARIABLES`.
    parameters : mapping
        Parameters that differ from the published ones in all arms.
    samples : Samples, optional
        Parameter sets.
    snapshots : Snapshots, optional
        Single cells to keep.
    endpoints : sequence of str
        Endpoints whose probability is reported, such as "plasma_k < 3.5". Also read as ``ask``, the key
        of version 0.1.
    """

    name: Name = "study"
    title: Annotated[str, Field(max_length=MAX_TITLE)] = ""
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] = ""
    conditions: Annotated[tuple[Condition, ...], BeforeValidator(read_conditions), Field(min_length=1)]
    replicates: Annotated[WholeNumber, Field(ge=1, le=MAX_MEMBERS)] = 100
    first_replicate: Annotated[WholeNumber, Field(ge=0, le=MAX_FIRST_REPLICATE)] = 0
    cells: WholeNumber = 100
    seed: WholeNumber = 0
    persons: Switch = True
    noise: Switch = True
    heterogeneous: Switch = True
    duration: Annotated[Time, AfterValidator(valid_duration)] | None = None
    every: Annotated[Time, AfterValidator(valid_row_interval)] = HOURS_PER_DAY
    variables: Annotated[
        tuple[str, ...], AfterValidator(non_empty_and_distinct), AfterValidator(recorded_over_time)
    ] = DEFAULT_VARIABLES
    parameters: Annotated[
        dict[str, float],
        BeforeValidator(read_parameters),
        PlainSerializer(with_units, when_used="json"),
    ] = Field(default_factory=dict)
    samples: Samples | None = None
    snapshots: Snapshots | None = None
    endpoints: Annotated[
        tuple[str, ...], Field(max_length=MAX_ENDPOINTS), AfterValidator(valid_endpoints)
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_present_keys(cls, data: Any) -> Any:
        return with_present_keys(data) if isinstance(data, Mapping) else data

    @model_validator(mode="after")
    def _consistent(self) -> "Design":
        wanted = {Endpoint.read(text).variable for text in self.endpoints}
        problems = [
            f"endpoints: {name} is not recorded; add it to variables"
            for name in sorted(wanted.difference(self.variables))
        ]
        events = sum(len(getattr(condition, key)) for condition in self.conditions for key in EVENTS)
        if events > MAX_EVENTS:
            problems.append(f"the arms have {events:,} events together; give at most {MAX_EVENTS:,}")
        if self.n_members > MAX_MEMBERS:
            problems.append(f"{self.n_members} replicates times parameter sets; at most {MAX_MEMBERS:,}")
        fixed = {*self.parameters, *(name for c in self.conditions for name in c.parameters)}
        if both := fixed & set(self.samples.ranges if self.samples else ()):
            problems.append(f"set and sampled at once: {', '.join(sorted(both))}")
        try:
            plans = self.plans()
        except InputError as error:
            problems += error.problems
        else:
            problems += size_problems(self, plans) if self.n_members <= MAX_MEMBERS else []
            end = max(plan.condition.duration for plan in plans)
            problems += [
                f"snapshots: day {hours / HOURS_PER_DAY:g} is after the end, day "
                f"{end / HOURS_PER_DAY:g}; give earlier times or a longer duration"
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
        return read_design({**fields, **with_present_keys(changes)})

    def with_parameters(self, changes: Mapping[str, float]) -> "Design":
        """Return a design with more parameters changed, each in the unit of its table row."""
        return self.revised(parameters=with_units({**self.parameters, **changes}))

    @property
    def arms(self) -> list[str]:
        """Names of the conditions, in order."""
        return [condition.name for condition in self.conditions]

    @property
    def sets(self) -> int:
        """Number of parameter sets."""
        return self.samples.size if self.samples else 1

    @property
    def n_members(self) -> int:
        """Number of members: each replicate with each parameter set."""
        return self.replicates * self.sets

    @property
    def size(self) -> Size:
        """How much time, memory and disk it takes, roughly."""
        return size_of_study(self, self.plans())

    @property
    def remarks(self) -> list[str]:
        """A sentence for everything that is valid but may not do what was meant, by arm."""
        plans, draws = self.plans(), {"noise": self.noise, "heterogeneous": self.heterogeneous}
        found = [*arm_remarks(plans), *endpoint_remarks(self.endpoints)]
        found += draw_remarks(self.replicates, persons=self.persons, **draws)
        if self.samples:
            found += sample_remarks(self.samples)
            found += idle_parameters(self.samples.ranges, person=self.persons, key="samples", **draws)
        if self.snapshots:
            ends = {plan.condition.name: plan.condition.duration for plan in plans}
            found += snapshot_remarks(self.snapshots, self.cells, ends)
        return found

    @property
    def units(self) -> int:
        """Former name of :attr:`n_members`, kept for version 0.2."""
        return self.n_members

    @property
    def ask(self) -> tuple[str, ...]:
        """Former name of :attr:`endpoints`, kept for version 0.2."""
        return self.endpoints

    def member(self, number: int) -> tuple[int, int]:
        """Replicate and parameter set of a member; all sets of a replicate follow one another."""
        return self.first_replicate + number // self.sets, number % self.sets

    def points(self) -> list[dict[str, float]]:
        """Parameter sets; a single empty one if nothing is sampled."""
        return self.samples.points(self.seed) if self.samples else [{}]

    def plans(self, threads: int | None = None) -> list[RunPlan]:
        """RunPlan of each arm, for replicate zero.

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
        raise DesignError(list(dict.fromkeys(problems_of(error, Design, SECTIONS)))) from None


def with_present_keys(data: Mapping[str, Any]) -> dict[str, Any]:
    """Design as data, with keys of version 0.1 under their present names.

    A former key beside its present one is left, and refused as unknown.
    """
    return {
        FORMER_KEYS[key] if key in FORMER_KEYS and FORMER_KEYS[key] not in data else key: value
        for key, value in data.items()
    }
