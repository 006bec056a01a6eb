"""Supplements: salts given in addition to the diet, as a steady drip or in repeated doses."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import ClassVar, Literal, get_args

from pydantic import model_validator

from sim.conditions.events import (
    ION_NAMES,
    MEAL_HOURS,
    ROUNDING,
    Span,
    daily_times,
    times_problem,
)
from sim.conditions.fields import MAX_DAILY_AMOUNT, Amount, Dose, Interval, IonName, TimeOfDay
from sim.quantities.ions import BY_NAME
from sim.quantities.units import HOURS_PER_DAY

Route = Literal["oral", "intravenous"]


class Supplement(Span):
    """Chloride salt of an ion, given in addition to the diet: a steady drip, or doses of half an hour.

    Steady: a ``dose`` ("80 mmol/day") while it lasts, or an ``amount`` ("30 mmol") from start to stop.
    In doses: the ``amount`` of one, and ``at`` (times of the day) or ``every`` ("8 hour"). A mass names
    its substance ("4 g MgSO4", "300 mg Mg"); other anions than chloride act as chloride.
    """

    example: ClassVar[dict[str, object]] = {
        "ion": "potassium",
        "dose": "80 mmol/day",
        "route": "oral",
        "start": "30 day",
    }
    notes: ClassVar[dict[str, str]] = {
        "ion": ION_NAMES,
        "dose": 'steady; or amount = "30 mmol" with stop, at or every',
        "route": f"{' or '.join(get_args(Route))}; oral if not given",
    }

    ion: IonName
    dose: Dose | None = None
    amount: Amount | None = None
    at: tuple[TimeOfDay, ...] | None = None
    every: Interval | None = None
    route: Route = "oral"

    @model_validator(mode="after")
    def _one_measure(self) -> "Supplement":
        measures = (self.dose, self.amount, self.stop, self.at, self.every)
        if problem := measure_problem(*measures) or schedule_problem(self.amount, self.at, self.every):
            raise ValueError(problem)
        return self

    @property
    def in_doses(self) -> bool:
        """Whether it is given in repeated doses rather than as a steady drip."""
        return self.at is not None or self.every is not None

    @property
    def rate(self) -> float:
        """Supply while it is given, during a dose or all the time [mmol/h]."""
        if self.dose is not None:
            return self.dose
        assert self.amount is not None
        if self.in_doses:
            return self.amount / MEAL_HOURS
        assert self.stop is not None
        return self.amount / (self.stop - self.start)

    @property
    def daily_amount(self) -> float:
        """Mean supply over the days on which it is given [mmol/day]."""
        if not self.in_doses:
            return self.rate * HOURS_PER_DAY
        assert self.amount is not None
        return self.amount * _doses_per_day(self.at, self.every)

    def rate_at(self, hours: float) -> float:
        """Supply at a moment [mmol/h]."""
        if not self.covers(hours):
            return 0.0
        return self.rate if not self.in_doses or self._taking(hours) else 0.0

    def doses(self, end: float) -> list[float]:
        """Start of every dose that is complete by the stop and begins before a moment [h].

        A dose that the stop would cut short is not given.
        """
        stop = float("inf") if self.stop is None else self.stop
        if self.at is not None:
            starts = daily_times(self.at, self.start, min(end, stop))
        elif self.every is not None:
            count = ceil((min(end, stop) - self.start) / self.every)
            starts = (self.start + number * self.every for number in range(max(0, count)))
        else:
            return []
        latest = stop - MEAL_HOURS + ROUNDING
        return sorted(t for t in starts if self.start <= t < end and t <= latest)

    def edges(self, end: float) -> Iterator[float]:
        """Start and end of every dose before a moment [h]."""
        for start in self.doses(end):
            yield from (t for t in (start, start + MEAL_HOURS) if t < end)

    def _taking(self, hours: float) -> bool:
        """Say whether a dose is being given at a moment [h]."""
        if self.every is not None:
            begun = [(hours - self.start + ROUNDING) % self.every]
        else:
            begun = [(hours - time + ROUNDING) % HOURS_PER_DAY for time in self.at or ()]
        stop = float("inf") if self.stop is None else self.stop
        return any(
            since < MEAL_HOURS
            and hours - since + 2.0 * ROUNDING >= self.start
            and hours - since + MEAL_HOURS <= stop
            for since in begun
        )

    @property
    def label(self) -> str:
        """A few words for figures."""
        route = "" if self.route == "oral" else " i.v."
        quantity = (
            f"{self.rate * HOURS_PER_DAY:g} mmol/day" if self.amount is None else f"{self.amount:g} mmol"
        )
        if self.at is not None:
            quantity += f" × {len(self.at)} a day"
        elif self.every is not None:
            quantity += f" every {self.every:g} h"
        return f"{BY_NAME[self.ion].symbol}{route} {quantity}"


def measure_problem(
    dose: object, amount: object, stop: object, at: object = None, every: object = None
) -> str | None:
    """Say whether a supplement lacks its one measure, or the end or times that this needs."""
    if at is not None and every is not None:
        return 'give either at (["8:00", "20:00"]) or every ("12 hour"), not both'
    if (dose is None) == (amount is None):
        return 'give either a dose ("80 mmol/day") or an amount ("30 mmol") with a stop'
    if dose is not None and (at is not None or every is not None):
        return (
            "a dose is a steady rate; for repeated doses give the amount of one: "
            'amount = "20 mmol" with at or every'
        )
    if amount is not None and stop is None and at is None and every is None:
        return "an amount needs a stop, by which it has been given, or at or every for repeated doses"
    return None


def schedule_problem(
    amount: float | None, at: Sequence[float] | None, every: float | None
) -> str | None:
    """Say whether repeated doses overlap, or are too much in a day [mmol]."""
    if at is not None and (problem := times_problem(at, "doses")):
        return problem
    if every is not None and every < MEAL_HOURS - ROUNDING:
        return "doses are less than half an hour apart; give every at least half an hour"
    if amount is None or (at is None and every is None):
        return None
    daily = amount * _doses_per_day(at, every)
    if daily > MAX_DAILY_AMOUNT * (1.0 + ROUNDING):
        return (
            f"doses of {amount:g} mmol are {daily:g} mmol/day, more than {MAX_DAILY_AMOUNT:g} mmol/day; "
            "check the unit"
        )
    return None


def _doses_per_day(at: Sequence[float] | None, every: float | None) -> float:
    """Doses on a day on which any are given, on average: at least one, however far apart they are."""
    if at is not None:
        return float(len(at))
    assert every is not None
    return max(1.0, HOURS_PER_DAY / every)
