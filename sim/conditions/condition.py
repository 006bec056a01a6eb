"""Conditions: what is done to the body over time, as data.

A condition is written in Python or in a TOML file with units as text. It is checked as a whole before
anything runs; :class:`ConditionError` lists every problem. At any moment it yields a
:class:`~sim.parameters.inputs.Control`, constant between events.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, model_validator

from sim.conditions.events import (
    LONGEST_DAYS,
    MEAL_HOURS,
    STRENGTHS,
    TREATMENTS,
    Data,
    Diet,
    Meal,
    Meals,
    Supplement,
    Treatment,
    hour_of_day,
    hours_of,
    measure_problem,
    order_problem,
    strength_problem,
    text_in,
    times_problem,
)
from sim.errors import ConditionError, ParameterError, QuantityError
from sim.parameters import FACTS, BodyParameters, Parameters
from sim.parameters.inputs import KNOCK_OUTS, Control
from sim.quantities.amounts import Amounts
from sim.quantities.ions import BY_NAME, SUPPLIED
from sim.quantities.parsing import TIME, parse, written
from sim.quantities.units import HOURS_PER_DAY

FOLDER = Path(__file__).parent / "library"
"""Where the named conditions are."""


def read_parameters(data: object) -> object:
    """Read parameter values, each in its own unit."""
    if not isinstance(data, Mapping):
        return data
    read: dict[str, Any] = {}
    problems = []
    for name, text in data.items():
        if not isinstance(name, str):
            problems.append(f"{name!r} is not the name of a parameter; names are text")
            continue
        fact = FACTS.get(name)
        if fact is None or (fact.unit == "1" and not isinstance(text, str)):
            read[name] = text
            continue
        try:
            read[name] = parse(text, fact.unit, f"{fact.high:g} {fact.unit}")
        except QuantityError as error:
            problems.append(f"{name}: {error}")
    try:
        Parameters().replace(read)
    except ParameterError as error:
        problems += error.problems
    if problems:
        raise ValueError("\n".join(problems))
    return read


def with_units(parameters: Mapping[str, float]) -> dict[str, str]:
    """Write parameter values, each in its own unit."""
    return {name: written(value, FACTS[name].unit) for name, value in parameters.items()}


class Condition(Data):
    """A course of events in a body that starts healthy.

    Parameters
    ----------
    name, title, description : str
        How it is called, in a word, a line and a paragraph.
    duration : str
        Such as "30 day".
    diet, meals, meal, supplement, treatment : sequences
        What is done, each with its span: the daily diet and how it is eaten, single meals or doses,
        steady supplements, drugs and losses.
    without : sequence of str
        Mechanisms that are switched off, from :data:`sim.parameters.inputs.KNOCK_OUTS`.
    parameters : mapping
        Parameters that differ from the published ones, such as {"pump_half_mg": "0.1 mM"}.

    Raises
    ------
    pydantic.ValidationError
        From Python; lists every problem. :func:`read` and :func:`load` raise
        :class:`ConditionError` instead.
    """

    name: str
    title: str = ""
    description: str = ""
    duration: Annotated[float, BeforeValidator(hours_of), text_in(TIME)]
    diet: tuple[Diet, ...] = ()
    meals: tuple[Meals, ...] = ()
    meal: tuple[Meal, ...] = ()
    supplement: tuple[Supplement, ...] = ()
    treatment: tuple[Treatment, ...] = ()
    without: tuple[str, ...] = ()
    parameters: Annotated[
        dict[str, float],
        BeforeValidator(read_parameters),
        PlainSerializer(with_units, when_used="json"),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "Condition":
        problems = [*_duration_problems(self.duration), *without_problems(self.without)]
        problems += _contradictions(self.diet, self.meals, self.supplement, self.treatment)
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def control_at(self, hours: float, p: BodyParameters) -> Control:
        """What is done to a body at a moment [h]."""
        carbohydrate, pace = 0.0, 1.0
        for pattern in (m for m in self.meals if m.covers(hours)):
            pace = pattern.concentration if pattern.eating(hours) else 0.0
            carbohydrate = pace * pattern.carbohydrate / HOURS_PER_DAY
        supply = {ion.name: pace * self._eaten(ion.name, hours, p) for ion in SUPPLIED}
        for meal in (m for m in self.meal if m.covers(hours)):
            carbohydrate += meal.carbohydrate / MEAL_HOURS
            for name, amount in meal.contents().items():
                supply[name] += amount / MEAL_HOURS
        infused = dict.fromkeys(supply, 0.0)
        for s in (s for s in self.supplement if s.covers(hours)):
            (supply if s.route == "oral" else infused)[s.ion] += s.rate
        return Control(
            oral=_amounts(supply),
            infused=_amounts(infused),
            carbohydrate=carbohydrate,
            **self._treated(hours),
            **{name.replace("-", "_"): 0.0 for name in self.without},
        )

    def _treated(self, hours: float) -> dict[str, float]:
        """Controls that treatments set at a moment; two on one target leave what neither takes away."""
        controls: dict[str, float] = {}
        for t in (t for t in self.treatment if t.covers(hours)):
            kind = TREATMENTS[t.kind]
            if kind.strength == "effect":
                left = (1.0 - controls.get(kind.control, 0.0)) * (1.0 - t.strength)
                controls[kind.control] = 1.0 - left
            else:
                controls[kind.control] = t.strength - (1.0 if t.kind == "insulin" else 0.0)
        return controls

    def _eaten(self, name: str, hours: float, p: BodyParameters) -> float:
        """Mean dietary supply of an ion at a moment [mmol/h]."""
        usual = float(getattr(p, f"intake_{BY_NAME[name].symbol.lower()}")) / HOURS_PER_DAY
        for diet in self.diet:
            value: float | None = getattr(diet, name)
            if value is not None and diet.covers(hours):
                return value
        return usual

    @property
    def swift(self) -> bool:
        """Whether it has meals or anything else that is over within a day."""
        spans = (*self.diet, *self.meals, *self.supplement, *self.treatment)
        short = (s for s in spans if s.stop is not None and s.stop - s.start < HOURS_PER_DAY)
        return bool(self.meals or self.meal or any(short))

    def events(self) -> list[tuple[float, float, str]]:
        """Every span within the duration as (start [h], stop [h], label), in order of start."""
        spans: tuple[Diet | Meals | Meal | Supplement | Treatment, ...] = (
            *self.diet, *self.meals, *self.meal, *self.supplement, *self.treatment)  # fmt: skip
        rows = [
            (s.start, min(self.duration, self.duration if s.stop is None else s.stop), s.label)
            for s in spans
            if s.start < self.duration
        ]
        return sorted(rows)

    def times(self) -> list[float]:
        """Moments within the duration at which something starts or stops [h], in order."""
        edges = {edge for start, stop, _ in self.events() for edge in (start, stop)}
        return sorted(edge for edge in edges if 0.0 < edge < self.duration)

    def edges(self) -> list[float]:
        """Moments within the duration at which what is done changes [h]: events, and daily meals."""
        meals = {edge for pattern in self.meals for edge in pattern.edges(self.duration)}
        return sorted(meals.difference([0.0]) | set(self.times()))

    def revised(self, **changes: Any) -> "Condition":
        """Return a copy with some fields replaced, checked again."""
        fields: dict[str, Any] = {
            name: getattr(self, name) for name in type(self).model_fields if name not in changes
        }
        fields["duration"] = written(self.duration, TIME)
        fields["parameters"] = with_units(self.parameters)
        return Condition(**{**fields, **changes})


def _amounts(supply: Mapping[str, float]) -> Amounts:
    """Rates of supply by ion [mmol/h], from those by name."""
    return Amounts(**{BY_NAME[name].symbol.lower(): rate for name, rate in supply.items()})


def named() -> list[str]:
    """Return the names of the conditions that ship, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str | Path | Condition) -> Condition:
    """Return a condition by name, from a TOML file, or as it is.

    Raises
    ------
    ConditionError
        If there is no such condition or file, or the file has problems; lists them all.
    """
    if isinstance(name, Condition):
        return name
    if not isinstance(name, (str, Path)):
        raise ConditionError([f"condition = {name!r}; give a name, a TOML file or a Condition"])
    path = Path(name)
    if path.suffix != ".toml":
        if str(name) not in named():
            near = difflib.get_close_matches(str(name), named(), n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ConditionError(
                [
                    f"no condition is called {str(name)!r}; {hint}"
                    f"there are {', '.join(named())}; a file's name ends in .toml"
                ]
            )
        path = FOLDER / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConditionError([f"{path} cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConditionError([f"{path} is not valid TOML: {error}"]) from None
    return read({"name": path.stem, **data})


def read(data: Mapping[str, Any]) -> Condition:
    """Make a condition from nested data, such as a parsed TOML file.

    Raises
    ------
    ConditionError
        Lists every problem: unknown keys with the nearest known one, units, signs, contradictions.
    """
    try:
        return Condition.model_validate(data)
    except ValidationError as error:
        told = [*problems_of(error), *_problems_behind(data, error)]
        raise ConditionError(list(dict.fromkeys(told))) from None


def problems_of(
    error: ValidationError,
    whole: type[Data] | None = None,
    parts: Mapping[str, type[Data]] | None = None,
) -> list[str]:
    """Turn pydantic's errors into sentences.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    whole : type
        What was being read; by default a :class:`Condition`.
    parts : mapping
        What each of its lists or tables holds; by default a condition's events.
    """
    known = {"": whole or Condition, **(PARTS if parts is None else parts)}
    return [problem for detail in error.errors() for problem in _sentences(detail, known)]


PARTS: dict[str, type[Data]] = {
    "diet": Diet, "meals": Meals, "meal": Meal, "supplement": Supplement, "treatment": Treatment,
}  # fmt: skip
"""What each list of events in a file holds."""


def _problems_behind(data: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    """Problems that pydantic does not look for once it has found another in the same place."""
    if any(detail["loc"] == () for detail in error.errors()):
        return
    valid: dict[str, list[Any]] = {key: [] for key in PARTS}
    for key, kind in PARTS.items():
        items = data.get(key, ())
        for number, item in enumerate(items if isinstance(items, (list, tuple)) else (), start=1):
            try:
                valid[key].append(kind.model_validate(item))
            except ValidationError:
                yield from (f"{key} no. {number}: {problem}" for problem in _cross_problems(item))
    yield from _contradictions(valid["diet"], valid["meals"], valid["supplement"], valid["treatment"])
    without = data.get("without", ())
    if isinstance(without, (list, tuple)):
        yield from without_problems([name for name in without if isinstance(name, str)])
    try:
        yield from _duration_problems(hours_of(data.get("duration")))
    except QuantityError:
        return


def _cross_problems(item: Any) -> Iterator[str]:
    """Problems between the keys of one event, some of which may be invalid themselves."""
    if not isinstance(item, Mapping):
        return
    try:
        stop = hours_of(item["stop"]) if "stop" in item else None
        if problem := order_problem(hours_of(item.get("start", "0 day")), stop):
            yield problem
    except QuantityError:
        pass
    if "at" in item and (problem := _times_problem(item["at"])):
        yield problem
    kind = item.get("kind")
    misspelt = not set(item) <= set(Treatment.model_fields)
    problems: list[str | None] = []
    if isinstance(kind, str) and kind in TREATMENTS and not misspelt:
        problems.append(strength_problem(kind, {name: item.get(name) for name in STRENGTHS}))
    if "ion" in item and set(item) <= set(Supplement.model_fields):
        problems.append(measure_problem(item.get("dose"), item.get("amount"), item.get("stop")))
    yield from filter(None, problems)


def _times_problem(at: Any) -> str | None:
    """Say what is wrong with the times of meals, if they are times of the day at all."""
    try:
        return times_problem([hour_of_day(text) for text in at])
    except (TypeError, ValueError):
        return None


def _duration_problems(hours: float) -> Iterator[str]:
    """Say what is wrong with a duration."""
    if not 0.0 < hours <= LONGEST_DAYS * HOURS_PER_DAY:
        days = hours / HOURS_PER_DAY
        yield f"duration is {days:g} days; give more than 0 and at most {LONGEST_DAYS:g} days"


def without_problems(names: Any) -> Iterator[str]:
    """Say which switched-off mechanisms do not exist."""
    for name in names:
        if name not in KNOCK_OUTS:
            near = difflib.get_close_matches(name, KNOCK_OUTS, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            yield f"without: no mechanism is called {name!r}; {hint}there are " + ", ".join(
                KNOCK_OUTS)  # fmt: skip


def _contradictions(diets: Any, meals: Any, supplements: Any, treatments: Any) -> Iterator[str]:
    """Say which events overlap and cannot both hold."""
    for a, b in combinations(diets, 2):
        both = [
            ion.name for ion in SUPPLIED
            if None not in (getattr(a, ion.name), getattr(b, ion.name))
        ]  # fmt: skip
        if both and a.overlaps(b):
            yield f"two diets set {' and '.join(both)} at once ({a.label}; {b.label})"
    for a, b in combinations(meals, 2):
        if a.overlaps(b):
            yield f"two patterns of meals overlap ({a.label}; {b.label})"
    for a, b in combinations(supplements, 2):
        if (a.ion, a.route) == (b.ion, b.route) and a.overlaps(b):
            yield (
                f"two {a.route} supplements of {a.ion} overlap ({a.label}; {b.label}); "
                "give one with the sum of the doses"
            )
    for a, b in combinations(treatments, 2):
        if a.kind == b.kind and a.overlaps(b):
            yield f"two treatments {a.kind} overlap ({a.label}; {b.label})"


WRONG_SHAPE = {
    "tuple_type": 'a list: [[{name}]] for events, ["…"] for text',
    "model_type": "a table under [[{name}]]",
    "dict_type": "a table under [{name}]",
    "string_type": "text in quotes",
}
"""What to do about a value of another shape, by pydantic's name of the error."""


def _sentences(detail: Any, kinds: Mapping[str, type[Data]]) -> list[str]:
    """Turn one of pydantic's errors into sentences that say where, what and what is allowed."""
    where = " ".join(f"no. {part + 1}" if isinstance(part, int) else str(part) for part in detail["loc"])
    prefix = f"{where}: " if where else ""
    if detail["type"] == "extra_forbidden":
        place = detail["loc"][:-1]
        known = list(kinds.get(place[0] if place else "", kinds[""]).model_fields)
        near = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return [f"{prefix}unknown key; {hint}allowed are {', '.join(known)}"]
    if detail["type"] in WRONG_SHAPE:
        name = str(detail["loc"][0]) if detail["loc"] else "the file"
        shape = WRONG_SHAPE[detail["type"]].format(name=name)
        if detail["type"] == "tuple_type" and len(detail["loc"]) > 1:
            shape = 'a list: ["…"]'
        if detail["type"] == "model_type" and len(detail["loc"]) == 1:
            shape = f"a table under [{name}]"
        return [f"{prefix}{detail['input']!r}: write {shape}"]
    if detail["type"] == "missing":
        return [f"{prefix}is missing"]
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    if detail["type"] != "value_error" or message.startswith("is "):
        message = f"{given!r}: {message[0].lower()}{message[1:]}"
    return [prefix + line for line in message.split("\n")]
