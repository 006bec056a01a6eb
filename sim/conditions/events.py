"""Events of a condition: diets and meals, each with its span and with units as text.

Supplements and treatments, which are events too, have modules of their own.
"""

from collections.abc import Iterator, Sequence
from math import floor
from typing import Annotated, ClassVar, get_args

from pydantic import Field, model_validator

from sim.conditions.fields import (
    AmountsByIon,
    Data,
    IonName,
    Mass,
    MassRate,
    SupplyByIon,
    Time,
    TimeOfDay,
    time_of_day,
)
from sim.quantities.ions import SUPPLIED
from sim.quantities.units import HOURS_PER_DAY

MEAL_HOURS = 0.5
"""How long a meal lasts [h]."""
MAX_MEALS = 48
"""Meals a day, one after the other."""
ROUNDING = 1e-6
"""Two moments closer than this differ by rounding only [h]."""

ION_NAMES = " or ".join([", ".join(get_args(IonName)[:-1]), get_args(IonName)[-1]])
"""Ions that can be given, in words."""


class Event(Data):
    """Part of a condition that a file writes as a table.

    Attributes
    ----------
    example : dict
        Keys and values that ``sim init`` writes; they are valid.
    notes : dict
        Remarks of the template on some of these keys.
    """

    example: ClassVar[dict[str, object]] = {}
    notes: ClassVar[dict[str, str]] = {}


class Span(Event):
    """An event from start to stop, in text such as "10 day"; without stop it lasts to the end."""

    start: Time = 0.0
    stop: Time | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Span":
        if problem := order_problem(self.start, self.stop):
            raise ValueError(problem)
        return self

    def covers(self, hours: float) -> bool:
        """Say whether the span contains a moment [h]; it contains its start, not its stop."""
        return self.start <= hours and (self.stop is None or hours < self.stop)

    def overlaps(self, other: "Span") -> bool:
        """Say whether two spans share a moment."""
        return self.covers(other.start) or other.covers(self.start)


class Diet(SupplyByIon, Span):
    """Daily intake in place of the usual diet. Ions that are not named stay as usual."""

    example: ClassVar[dict[str, object]] = {
        "potassium": "20 mmol/day",
        "start": "0 day",
        "stop": "30 day",
    }
    notes: ClassVar[dict[str, str]] = {
        "potassium": 'also "800 mg/day" (elemental, as in food tables) or "20 mEq/day"',
        "stop": "without stop, to the end",
    }

    @model_validator(mode="after")
    def _sets_something(self) -> "Diet":
        if all(getattr(self, ion.name) is None for ion in SUPPLIED):
            raise ValueError(f"the diet sets nothing; name {ION_NAMES}")
        return self

    @property
    def label(self) -> str:
        """A few words for figures."""
        parts = [
            f"{ion.symbol} {getattr(self, ion.name) * HOURS_PER_DAY:g}"
            for ion in SUPPLIED
            if getattr(self, ion.name) is not None
        ]
        return "diet " + ", ".join(parts) + " mmol/day"


class Meals(Span):
    """The diet eaten in equal meals of half an hour at these times, instead of evenly over the day.

    The first day begins at midnight.
    """

    example: ClassVar[dict[str, object]] = {
        "at": ["7:00", "13:00", "19:00"],
        "carbohydrate": "270 g/day",
    }

    at: Annotated[tuple[TimeOfDay, ...], Field(max_length=MAX_MEALS)] = (7.0, 13.0, 19.0)
    carbohydrate: MassRate = 270.0

    @model_validator(mode="after")
    def _apart(self) -> "Meals":
        if problem := times_problem(self.at):
            raise ValueError(problem)
        return self

    def eating(self, hours: float) -> bool:
        """Say whether a meal is being eaten at a moment [h]."""
        return any((hours - start + ROUNDING) % HOURS_PER_DAY < MEAL_HOURS for start in self.at)

    @property
    def concentration(self) -> float:
        """Rate of intake during a meal, relative to an evenly eaten diet [1]."""
        return HOURS_PER_DAY / (len(self.at) * MEAL_HOURS)

    def edges(self, end: float) -> Iterator[float]:
        """Start and end of every meal before a moment [h]."""
        stop = end if self.stop is None else min(end, self.stop)
        for start in daily_times(self.at, self.start, stop):
            yield from (t for t in (start, start + MEAL_HOURS) if self.start <= t < stop)

    @property
    def label(self) -> str:
        """A few words for figures."""
        return f"{len(self.at)} meal{'s' if len(self.at) > 1 else ''} a day"


class MealTime(Event):
    """When a meal begins, and its carbohydrate."""

    start: Time
    carbohydrate: Mass = 0.0


class Meal(AmountsByIon, MealTime):
    """A single meal, drink or swallowed dose of half an hour, in addition to the diet, in amounts."""

    example: ClassVar[dict[str, object]] = {
        "start": "34 day",
        "potassium": "35 mmol",
        "carbohydrate": "75 g",
    }

    @model_validator(mode="after")
    def _not_empty(self) -> "Meal":
        if not any(self.contents().values()) and not self.carbohydrate:
            raise ValueError("the meal is empty; give carbohydrate, potassium or another ion")
        return self

    @property
    def stop(self) -> float:
        """End of the meal [h]."""
        return self.start + MEAL_HOURS

    def covers(self, hours: float) -> bool:
        """Say whether the meal is being eaten at a moment [h]."""
        return self.start <= hours < self.stop

    def contents(self) -> dict[str, float]:
        """Amount of each ion [mmol]."""
        return {ion.name: float(getattr(self, ion.name)) for ion in SUPPLIED}

    @property
    def label(self) -> str:
        """A few words for figures."""
        amounts = self.contents()
        parts = [f"{ion.symbol} {amounts[ion.name]:g} mmol" for ion in SUPPLIED if amounts[ion.name]]
        parts += [f"carbohydrate {self.carbohydrate:g} g"] if self.carbohydrate else []
        return "meal: " + ", ".join(parts)


def daily_times(at: Sequence[float], start: float, stop: float) -> Iterator[float]:
    """Times at which something happens daily, from a day before a start to a stop [h].

    Parameters
    ----------
    at : sequence of float
        Times of the day [h].
    start, stop : float
        The span [h]. It begins a day earlier because a meal that began before midnight may last into it.
    """
    for day in range(floor(start / HOURS_PER_DAY) - 1, floor(stop / HOURS_PER_DAY) + 1):
        yield from (day * HOURS_PER_DAY + hour for hour in at)


# Each rule between keys of one table, here and in the modules of other events, is a function, so that
# diagnostics can apply it to a table in which another key is invalid.


def order_problem(start: float, stop: float | None) -> str | None:
    """Say whether a span [h] ends before it begins."""
    if stop is None or stop > start:
        return None
    days = [f"day {hours / HOURS_PER_DAY:g}" for hours in (start, stop)]
    return f"stop is not after start ({' to '.join(days)}); give a later stop, or none"


def times_problem(at: Sequence[float], what: str = "meals") -> str | None:
    """Say whether there is no meal, or whether one begins before another has ended; times of day [h]."""
    if not at:
        return 'at is empty; give times of the day, such as ["7:00", "13:00"]'
    hours = sorted(at)
    for earlier, later in zip(hours, [*hours[1:], hours[0] + HOURS_PER_DAY], strict=True):
        if later - earlier < MEAL_HOURS - ROUNDING:
            times = f"{time_of_day(earlier)} and {time_of_day(later % HOURS_PER_DAY)}"
            return f"two {what} are less than half an hour apart, at {times}; give later times, or fewer"
    return None
