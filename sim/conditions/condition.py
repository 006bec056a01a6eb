"""Conditions: interventions on the body over time, as data.

A condition is written in Python or in a TOML file with units as text. It is checked as a whole before
anything runs; :class:`ConditionError` lists every problem. At any moment it yields a
:class:`~sim.parameters.inputs.Control`, constant between events.
"""

import difflib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, model_validator

from sim.conditions.diagnostics import (
    EVENTS,
    MAX_EVENTS,
    contradictions,
    duration_problems,
    hidden_problems,
    problems_of,
    without_problems,
)
from sim.conditions.events import MEAL_HOURS, Diet, Meal, Meals
from sim.conditions.fields import MAX_DESCRIPTION, MAX_TITLE, Data, Name, read_hours, text_in
from sim.conditions.supplements import Supplement
from sim.conditions.treatments import Treatment, targets_of
from sim.errors import MAX_PROBLEMS, ConditionError, InputError, ParameterError, QuantityError, shown
from sim.parameters import FACTS, BodyParameters, Parameters
from sim.parameters.inputs import Control
from sim.quantities.amounts import Amounts
from sim.quantities.ions import BY_NAME, SUPPLIED
from sim.quantities.parsing import TIME, parse_named, written
from sim.quantities.units import HOURS_PER_DAY
from sim.system.data_files import read_toml

FOLDER = Path(__file__).parent / "library"
"""Files of the built-in conditions."""


def read_parameters(data: object) -> object:
    """Read parameter values, each in its own unit."""
    if not isinstance(data, Mapping):
        return data
    values: dict[str, Any] = {}
    problems = []
    for name, text in data.items():
        if not isinstance(name, str):
            problems.append(f"{shown(name)} is not the name of a parameter; names are text")
            continue
        fact = FACTS.get(name)
        if fact is None or (fact.unit == "1" and not isinstance(text, str)):
            values[name] = text
            continue
        try:
            values[name] = parse_named(name, text, fact.unit, f"{fact.high:g} {fact.unit}")
        except QuantityError as error:
            problems.append(f"{name}: {error}")
    try:
        Parameters().replace(values)
    except ParameterError as error:
        problems += [_as_given(problem, data) for problem in error.problems]
    if problems:
        raise ValueError("\n".join(problems))
    return values


def _as_given(problem: str, data: Mapping[Any, Any]) -> str:
    """Add to a problem of a parameter what was given, if that was in another unit."""
    name = problem.partition(" ")[0]
    text = data.get(name)
    if not isinstance(text, str) or text.strip().endswith(f" {FACTS[name].unit}"):
        return problem
    return f"{problem}; given was {shown(text)}"


def with_units(parameters: Mapping[str, float]) -> dict[str, str]:
    """Write parameter values, each in its own unit."""
    return {name: written(value, FACTS[name].unit) for name, value in parameters.items()}


class Condition(Data):
    """Interventions over time on a body that starts healthy.

    Parameters
    ----------
    name, title, description : str
        Name in a word, a line and a paragraph.
    duration : str
        Such as "30 day".
    diet, meals, meal, supplement, treatment : sequences
        The interventions, each with its span: the daily diet and how it is eaten, single meals or
        doses, supplements as a steady drip or in repeated doses, drugs, disorders and losses.
    without : sequence of str
        Mechanisms to switch off, from :data:`sim.parameters.inputs.KNOCK_OUTS`.
    parameters : mapping
        Parameters that differ from the published ones, such as {"pump_half_mg": "0.1 mM"}.

    Raises
    ------
    pydantic.ValidationError
        From Python; lists every problem. :func:`read` and :func:`load` raise
        :class:`ConditionError` instead.
    """

    name: Name
    title: Annotated[str, Field(max_length=MAX_TITLE)] = ""
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION)] = ""
    duration: Annotated[float, BeforeValidator(read_hours), text_in(TIME)]
    diet: Annotated[tuple[Diet, ...], Field(max_length=MAX_EVENTS)] = ()
    meals: Annotated[tuple[Meals, ...], Field(max_length=MAX_EVENTS)] = ()
    meal: Annotated[tuple[Meal, ...], Field(max_length=MAX_EVENTS)] = ()
    supplement: Annotated[tuple[Supplement, ...], Field(max_length=MAX_EVENTS)] = ()
    treatment: Annotated[tuple[Treatment, ...], Field(max_length=MAX_EVENTS)] = ()
    without: Annotated[tuple[str, ...], Field(max_length=MAX_EVENTS)] = ()
    parameters: Annotated[
        dict[str, float],
        BeforeValidator(read_parameters),
        PlainSerializer(with_units, when_used="json"),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "Condition":
        problems = [*duration_problems(self.duration), *without_problems(self.without)]
        found = contradictions(self.diet, self.meals, self.supplement, self.treatment)
        problems += islice(found, MAX_PROBLEMS)
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def control_at(self, hours: float, p: BodyParameters) -> Control:
        """Inputs of the model at a moment [h].

        Parameters
        ----------
        hours : float
            Time since the start of the condition [h].
        p : BodyParameters
            Of which the usual intakes are used.
        """
        carbohydrate, concentration = 0.0, 1.0
        for pattern in (m for m in self.meals if m.covers(hours)):
            concentration = pattern.concentration if pattern.eating(hours) else 0.0
            carbohydrate = concentration * pattern.carbohydrate / HOURS_PER_DAY
        oral = {ion.name: concentration * self._diet_at(ion.name, hours, p) for ion in SUPPLIED}
        for meal in (m for m in self.meal if m.covers(hours)):
            carbohydrate += meal.carbohydrate / MEAL_HOURS
            for name, amount in meal.contents().items():
                oral[name] += amount / MEAL_HOURS
        infused = dict.fromkeys(oral, 0.0)
        for s in (s for s in self.supplement if s.covers(hours)):
            (oral if s.route == "oral" else infused)[s.ion] += s.rate_at(hours)
        return Control(
            oral=_amounts(oral),
            infused=_amounts(infused),
            carbohydrate=carbohydrate,
            **targets_of(self.treatment, hours),
            **{name.replace("-", "_"): 0.0 for name in self.without},
        )

    def _diet_at(self, ion: str, hours: float, p: BodyParameters) -> float:
        """Mean dietary supply of an ion at a moment [mmol/h]."""
        usual = float(getattr(p, f"intake_{BY_NAME[ion].symbol.lower()}")) / HOURS_PER_DAY
        for diet in self.diet:
            supply: float | None = getattr(diet, ion)
            if supply is not None and diet.covers(hours):
                return supply
        return usual

    @property
    def has_subdaily_events(self) -> bool:
        """Whether it has meals, repeated doses or any other event shorter than a day."""
        spans = (*self.diet, *self.meals, *self.supplement, *self.treatment)
        short = (s for s in spans if s.stop is not None and s.stop - s.start < HOURS_PER_DAY)
        doses = (s for s in self.supplement if s.in_doses)
        return bool(self.meals or self.meal or any(short) or any(doses))

    @property
    def swift(self) -> bool:
        """Former name of :attr:`has_subdaily_events`, kept for version 0.2."""
        return self.has_subdaily_events

    def events(self) -> list[tuple[float, float, str]]:
        """Every span within the duration as (start [h], stop [h], label), in order of start."""
        spans: tuple[Diet | Meals | Meal | Supplement | Treatment, ...] = (
            *self.diet,
            *self.meals,
            *self.meal,
            *self.supplement,
            *self.treatment,
        )
        rows = [
            (s.start, min(self.duration, self.duration if s.stop is None else s.stop), s.label)
            for s in spans
            if s.start < self.duration
        ]
        return sorted(rows)

    def times(self) -> list[float]:
        """Moments within the duration at which an event starts or stops [h], in order."""
        edges = {edge for start, stop, _ in self.events() for edge in (start, stop)}
        return sorted(edge for edge in edges if 0.0 < edge < self.duration)

    def edges(self) -> list[float]:
        """Moments within the duration at which the control changes [h]: events, meals and doses."""
        doses = (s for s in self.supplement if s.in_doses)
        patterns: tuple[Meals | Supplement, ...] = (*self.meals, *doses)
        within = {edge for pattern in patterns for edge in pattern.edges(self.duration)}
        return sorted(within.difference([0.0]) | set(self.times()))

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


def built_in_conditions() -> list[str]:
    """Return the names of the built-in conditions, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def named() -> list[str]:
    """Former name of :func:`built_in_conditions`, kept for version 0.2."""
    return built_in_conditions()


def load(name: str | Path | Condition) -> Condition:
    """Return a built-in condition by name, one from a TOML file, or a condition as it is.

    Raises
    ------
    ConditionError
        If there is no such condition or file, or the file has problems; lists them all.
    """
    if isinstance(name, Condition):
        return name
    if not isinstance(name, (str, Path)):
        raise ConditionError([f"condition = {shown(name)}; give a name, a TOML file or a Condition"])
    path = Path(name)
    if path.suffix != ".toml":
        names = built_in_conditions()
        if str(name) not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ConditionError(
                [
                    f"no condition is called {shown(str(name))}; {hint}"
                    f"there are {', '.join(names)}; a file's name ends in .toml"
                ]
            )
        path = FOLDER / f"{name}.toml"
    try:
        data = read_toml(path)
    except InputError as error:
        raise ConditionError(error.problems) from None
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
        problems = [*problems_of(error, Condition, EVENTS), *hidden_problems(data, error)]
        raise ConditionError(list(dict.fromkeys(problems))) from None
