"""Targets: published findings with accepted bands, and how each is measured on the model.

The targets are data, in ``targets.toml``, whose head explains each key. Those of the group "calibration"
were used to fit parameters; those "held out" were not.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from sim.errors import InputError, unknown_names
from sim.parameters import sources
from sim.parameters.sources import Source
from sim.quantities.units import HOURS_PER_DAY
from sim.system.data_files import read_toml
from sim.validation.measures import MEASURES, arguments_of
from sim.validation.trials import TRIALS, Trials

TARGETS_FILE = Path(__file__).with_name("targets.toml")
CALIBRATION: Final = "calibration"
"""Group of the targets that parameters were fitted to."""
HELD_OUT: Final = "held out"
"""Group of the targets that the fit did not see."""
SOURCES: Final = {source.key: source for source in vars(sources).values() if isinstance(source, Source)}


def _source(given: object) -> object:
    """Read a source: the key of a known one, or a table with ``key`` and ``citation``."""
    if isinstance(given, str):
        for problem in unknown_names([given], SOURCES, "source"):
            raise ValueError(problem)
        return SOURCES[given]
    if isinstance(given, Mapping) and set(given) == set(Source._fields):
        return Source(**given)
    return given


def _measure(name: str) -> str:
    """Check the name of a measure."""
    for problem in unknown_names([name], MEASURES, "measure"):
        raise ValueError(problem)
    return name


Text = Annotated[str, Field(min_length=1)]


class Target(BaseModel):
    """One published finding, and how the model is compared with it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Text
    what: Text
    """The quantity, and under which circumstances."""
    unit: Text
    published: Text
    """As printed in the source."""
    value: float
    low: float
    high: float
    """The published value, and the accepted band."""
    band: Text
    """Reason for the band."""
    source: Annotated[Source, BeforeValidator(_source)]
    measure: Annotated[str, AfterValidator(_measure)]
    """Name of one of :data:`~sim.validation.measures.MEASURES`."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """Its arguments."""
    group: Literal["calibration", "held out"] = CALIBRATION
    weight: Annotated[float, Field(gt=0.0)] = 1.0
    """Factor of the squared distance in the fit: above 1, the target must not be missed; below 1, it is
    out of reach of the model's equations and should not distort the fit of the others."""
    miss: str = ""
    """Why the model is known to miss it; empty if it is met."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError(
                f"value {self.value:g} lies outside the band, low {self.low:g} to high {self.high:g}"
            )
        if problems := _argument_problems(self.measure, self.arguments):
            raise ValueError("\n".join(problems))
        return self

    def evaluate(self, trials: Trials) -> float:
        """Measure the model [unit of the target]."""
        return float(MEASURES[self.measure](trials, **self.arguments))


OWN_KEYS: Final = Target.model_fields.keys() - {"arguments"}
"""Keys of a target in a file; the others are arguments of its measure."""


def load_targets(path: Path = TARGETS_FILE) -> tuple[Target, ...]:
    """Read targets from a TOML file.

    Parameters
    ----------
    path : path
        A file in the form of ``sim/validation/targets.toml``.

    Raises
    ------
    InputError
        Lists every problem of every target: missing and unknown keys, unknown measures, arguments,
        trials, variables and sources, values outside of bands.
    """
    tables = read_toml(path).get("target", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError([f"{path}: target = {tables!r}; write each target as a table [[target]]"])
    targets: dict[str, Target] = {}
    problems = []
    for number, table in enumerate(tables, start=1):
        name = table.get("name", f"no. {number}")
        own = {key: table[key] for key in table if key in OWN_KEYS}
        arguments = {key: table[key] for key in table if key not in OWN_KEYS}
        found = []
        try:
            target = Target.model_validate({**own, "arguments": arguments})
        except ValidationError as error:
            found = [*_sentences(error), *_argument_problems(table.get("measure"), arguments)]
        else:
            if name in targets:
                found = ["there are two of this name; rename one"]
            targets[name] = target
        problems += [f"{path.name}, target {name}: {problem}" for problem in dict.fromkeys(found)]
    if problems:
        raise InputError(problems)
    return tuple(targets.values())


def _argument_problems(measure: object, arguments: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with the arguments of a measure; nothing if there is no such measure."""
    if not isinstance(measure, str) or measure not in MEASURES:
        return []
    model = arguments_of(measure)
    try:
        model.model_validate(arguments)
    except ValidationError as error:
        takes = ", ".join(model.model_fields) or "no arguments"
        return list(_sentences(error, f"measure {measure!r} takes {takes}"))
    day, trial = arguments.get("day"), arguments.get("trial")
    if day is None or trial is None:
        return []
    days = TRIALS[trial].condition.duration / HOURS_PER_DAY
    return [f"day = {day:g}; trial {trial!r} ends on day {days:g}"] if day > days else []


def _sentences(error: ValidationError, allowed: str = "") -> Iterator[str]:
    """Turn pydantic's errors into sentences: what was given, what is allowed."""
    for detail in error.errors():
        key = ".".join(str(part) for part in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "missing":
            yield f"{key} is missing"
        elif detail["type"] == "extra_forbidden":
            yield f"unknown key {key!r}; {allowed}"
        elif detail["type"] == "value_error":
            yield from (f"{key}: {line}" if key else line for line in message.split("\n"))
        else:
            yield f"{key} = {detail['input']!r}: {message[0].lower()}{message[1:]}"


TARGETS = load_targets()
"""Every target, in the order of the file."""
