"""Events of a condition: diets, meals, supplements, treatments, each with its span and units as text."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from sim.quantities.ions import BY_NAME, SUPPLIED
from sim.quantities.parsing import AMOUNT, FLOW, MASS, MASS_RATE, RATE, TIME, parse, written
from sim.quantities.units import HOURS_PER_DAY, MINUTES_PER_HOUR

LONGEST_DAYS = 3650.0
HIGHEST_RATE = 2000.0 / HOURS_PER_DAY
"""Supply above 2 mol/day [mmol/h] is a slip of the unit."""
HIGHEST_AMOUNT = 1000.0
"""So is more than 1 mol at once [mmol]."""
HIGHEST_FLOW = 20.0 / HOURS_PER_DAY
"""So is a loss of more than 20 L/day [L/h]."""
MOST_NEPHRONS_LOST = 0.98
"""Without a kidney there is no steady excretion."""
MEAL_HOURS = 0.5
"""How long a meal lasts [h]."""
ROUNDING = 1e-6
"""Less than this between two moments is rounding [h]."""
TIME_OF_DAY = re.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _not_negative(value: float) -> float:
    if value < 0.0:
        raise ValueError("is negative; give zero or more")
    return value


def hours_of(text: object) -> float:
    """Read a time such as "30 day" [h]."""
    return parse(text, TIME, "30 day")


def _rate_of(name: str) -> BeforeValidator:
    """Read the supply of a named ion [mmol/h]."""
    return BeforeValidator(lambda text: parse(text, RATE, "40 mmol/day", BY_NAME[name]))


def _amount_of(name: str) -> BeforeValidator:
    """Read an amount of a named ion [mmol]."""
    return BeforeValidator(lambda text: parse(text, AMOUNT, "35 mmol", BY_NAME[name]))


def _at_most(highest: float, words: str) -> AfterValidator:
    """Refuse a value above the highest plausible one, which words tell with its unit."""

    def checked(value: float) -> float:
        if value > highest:
            raise ValueError(f"is more than {words}; check the unit")
        return value

    return AfterValidator(checked)


def hour_of_day(text: object) -> float:
    """Read a time of day such as "7:30" [h]."""
    parts = TIME_OF_DAY.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        raise ValueError('is not a time of day; write it like "7:30"')
    return int(parts[1]) + int(parts[2]) / MINUTES_PER_HOUR


def _plain_number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is not a number")
    return value


def _share(value: object) -> object:
    return parse(value, "1", "80 %") if isinstance(value, str) else _plain_number(value)


def _of_its_ion(unit: str, example: str) -> BeforeValidator:
    """Read a quantity [unit] of the ion that was read before it, or of any if that is invalid."""

    def read(text: object, info: ValidationInfo) -> float:
        return parse(text, unit, example, BY_NAME[info.data.get("ion", "potassium")])

    return BeforeValidator(read)


def measure_problem(dose: object, amount: object, stop: object) -> str | None:
    """Say whether a supplement has either a dose or an amount, and an end where it needs one."""
    if (dose is None) == (amount is None):
        return 'give either a dose ("80 mmol/day") or an amount ("30 mmol") with a stop'
    if amount is not None and stop is None:
        return "an amount needs a stop, by which it has been given"
    return None


def order_problem(start: float, stop: float | None) -> str | None:
    """Say whether a span ends before it begins."""
    return "stop is not after start" if stop is not None and stop <= start else None


def times_problem(at: Sequence[float]) -> str | None:
    """Say whether no meal is eaten, or one begins before another has ended; times are [h] of the day."""
    if not at:
        return 'give times of the day, such as ["7:00", "13:00"]'
    hours = sorted(at)
    gaps = [b - a for a, b in zip(hours, [*hours[1:], hours[0] + HOURS_PER_DAY], strict=True)]
    if min(gaps) < MEAL_HOURS - ROUNDING:
        return "two meals are less than half an hour apart"
    return None


def strength_problem(kind: str, given: dict[str, object]) -> str | None:
    """Say whether a treatment has the one strength it takes."""
    wanted = TREATMENTS[kind].strength
    if any((given[name] is not None) != (name == wanted) for name in STRENGTHS):
        others = " or ".join(repr(name) for name in STRENGTHS if name != wanted)
        return f"{kind} takes {wanted!r} and not {others}"
    effect = given["effect"]
    if kind == "nephron-loss" and isinstance(effect, float) and effect > MOST_NEPHRONS_LOST:
        return f"{kind} {effect:g} leaves no kidney; give at most {MOST_NEPHRONS_LOST:g}"
    return None


def text_in(unit: str) -> PlainSerializer:
    """Write a quantity as text in JSON, as it is read again."""
    return PlainSerializer(lambda value: written(value, unit), when_used="json-unless-none")


Time = Annotated[float, BeforeValidator(hours_of), AfterValidator(_not_negative), text_in(TIME)]
Checked = (AfterValidator(_not_negative), _at_most(HIGHEST_RATE, "2000 mmol/day"), text_in(RATE))
Sodium = Annotated[float, _rate_of("sodium"), *Checked]
Potassium = Annotated[float, _rate_of("potassium"), *Checked]
Magnesium = Annotated[float, _rate_of("magnesium"), *Checked]
Calcium = Annotated[float, _rate_of("calcium"), *Checked]
Portion = (
    AfterValidator(_not_negative), _at_most(HIGHEST_AMOUNT, "1000 mmol at once"), text_in(AMOUNT),
)  # fmt: skip
Grams = Annotated[
    float,
    BeforeValidator(lambda text: parse(text, MASS, "75 g")),
    AfterValidator(_not_negative),
    Field(le=1000.0),
    text_in(MASS),
]
GramsPerDay = Annotated[
    float,
    BeforeValidator(lambda text: parse(text, MASS_RATE, "270 g/day")),
    AfterValidator(_not_negative),
    Field(le=2000.0),
    text_in(MASS_RATE),
]
Share = Annotated[float, BeforeValidator(_share), Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Fold = Annotated[float, BeforeValidator(_plain_number), Field(ge=1.0, le=100.0, allow_inf_nan=False)]
Flow = Annotated[
    float,
    BeforeValidator(lambda text: parse(text, FLOW, "2 L/day")),
    AfterValidator(_not_negative),
    _at_most(HIGHEST_FLOW, "20 L/day"),
    text_in(FLOW),
]
Clock = Annotated[
    float,
    BeforeValidator(hour_of_day),
    PlainSerializer(lambda hours: f"{int(hours)}:{round(hours % 1.0 * 60):02d}", when_used="json"),
]


class Data(BaseModel):
    """Data that knows its keys and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Data):
    """Something that lasts from start to stop, in text such as "10 day"; without stop to the end."""

    start: Time = 0.0
    stop: Time | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Span":
        if problem := order_problem(self.start, self.stop):
            raise ValueError(problem)
        return self

    def covers(self, hours: float) -> bool:
        """Say whether a moment lies in the span; the start does, the stop does not."""
        return self.start <= hours and (self.stop is None or hours < self.stop)

    def overlaps(self, other: "Span") -> bool:
        """Say whether two spans share a moment."""
        return self.covers(other.start) or other.covers(self.start)


class Diet(Span):
    """What is eaten in place of the usual diet; an ion that is not named stays as usual."""

    sodium: Sodium | None = None
    potassium: Potassium | None = None
    magnesium: Magnesium | None = None
    calcium: Calcium | None = None

    @model_validator(mode="after")
    def _sets_something(self) -> "Diet":
        if all(getattr(self, ion.name) is None for ion in SUPPLIED):
            raise ValueError("the diet sets nothing; name sodium, potassium, magnesium or calcium")
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


class Supplement(Span):
    """Chloride salt of an ion, swallowed or infused at a steady rate, in addition to the diet.

    Either ``dose`` ("80 mmol/day") while it lasts, or ``amount`` ("30 mmol") between start and stop.
    """

    ion: Literal["sodium", "potassium", "magnesium", "calcium"]
    dose: Annotated[float, _of_its_ion(RATE, "80 mmol/day"), *Checked] | None = None
    amount: Annotated[float, _of_its_ion(AMOUNT, "30 mmol"), *Portion] | None = None
    route: Literal["oral", "intravenous"] = "oral"

    @model_validator(mode="after")
    def _one_measure(self) -> "Supplement":
        if problem := measure_problem(self.dose, self.amount, self.stop):
            raise ValueError(problem)
        return self

    @property
    def rate(self) -> float:
        """Supply while it lasts [mmol/h]."""
        if self.dose is not None:
            return self.dose
        assert self.amount is not None
        assert self.stop is not None
        return self.amount / (self.stop - self.start)

    @property
    def label(self) -> str:
        """A few words for figures."""
        way = "" if self.route == "oral" else " i.v."
        much = (
            f"{self.rate * HOURS_PER_DAY:g} mmol/day" if self.amount is None else f"{self.amount:g} mmol"
        )
        return f"{BY_NAME[self.ion].symbol}{way} {much}"


class Meal(Data):
    """One meal, drink or swallowed dose, taken within half an hour, in addition to the diet."""

    start: Time
    carbohydrate: Grams = 0.0
    sodium: Annotated[float, _amount_of("sodium"), *Portion] = 0.0
    potassium: Annotated[float, _amount_of("potassium"), *Portion] = 0.0
    magnesium: Annotated[float, _amount_of("magnesium"), *Portion] = 0.0
    calcium: Annotated[float, _amount_of("calcium"), *Portion] = 0.0

    @model_validator(mode="after")
    def _holds_something(self) -> "Meal":
        if not any(self.contents().values()) and not self.carbohydrate:
            raise ValueError("the meal is empty; give carbohydrate, potassium or another ion")
        return self

    @property
    def stop(self) -> float:
        """End of the meal [h]."""
        return self.start + MEAL_HOURS

    def covers(self, hours: float) -> bool:
        """Say whether a moment lies in the meal."""
        return self.start <= hours < self.stop

    def contents(self) -> dict[str, float]:
        """Amount of each ion [mmol]."""
        return {ion.name: float(getattr(self, ion.name)) for ion in SUPPLIED}

    @property
    def label(self) -> str:
        """A few words for figures."""
        parts = [
            f"{ion.symbol} {self.contents()[ion.name]:g} mmol"
            for ion in SUPPLIED
            if self.contents()[ion.name]
        ]
        parts += [f"carbohydrate {self.carbohydrate:g} g"] if self.carbohydrate else []
        return "meal: " + ", ".join(parts)


class Meals(Span):
    """The diet eaten in meals of equal size at times of the day, not evenly; each lasts half an hour.

    The first day begins at midnight.
    """

    at: tuple[Clock, ...] = (7.0, 13.0, 19.0)
    carbohydrate: GramsPerDay = 270.0

    @model_validator(mode="after")
    def _apart(self) -> "Meals":
        if problem := times_problem(self.at):
            raise ValueError(problem)
        return self

    def eating(self, hours: float) -> bool:
        """Say whether a moment lies in a meal."""
        return any((hours - start + ROUNDING) % HOURS_PER_DAY < MEAL_HOURS for start in self.at)

    @property
    def concentration(self) -> float:
        """How much faster than evenly the diet is eaten during a meal [1]."""
        return HOURS_PER_DAY / (len(self.at) * MEAL_HOURS)

    def edges(self, end: float) -> Iterator[float]:
        """Begin and end of every meal until a moment [h]."""
        stop = end if self.stop is None else min(end, self.stop)
        for day in range(floor(self.start / HOURS_PER_DAY) - 1, floor(stop / HOURS_PER_DAY) + 1):
            for hour in self.at:
                start = day * HOURS_PER_DAY + hour
                yield from (t for t in (start, start + MEAL_HOURS) if self.start <= t < stop)

    @property
    def label(self) -> str:
        """A few words for figures."""
        return f"{len(self.at)} meal{'s' if len(self.at) > 1 else ''} a day"


@dataclass(frozen=True)
class TreatmentKind:
    """What a treatment sets: the control, the kind of strength it takes, and what that means."""

    control: str
    strength: Literal["effect", "fold", "rate"]
    meaning: str


TREATMENTS = {
    "mg-malabsorption": TreatmentKind("mg_malabsorption", "effect", "part of all Mg absorption lost"),
    "proton-pump-inhibitor": TreatmentKind(
        "proton_pump_inhibitor", "effect", "part of the full loss of Mg absorption"
    ),
    "thiazide": TreatmentKind("ncc_loss", "effect", "part of NCC that is blocked"),
    "gitelman-defect": TreatmentKind("ncc_loss", "effect", "part of NCC that is missing"),
    "loop-diuretic": TreatmentKind("nkcc2_loss", "effect", "part of NKCC2 that is blocked"),
    "bartter-defect": TreatmentKind("nkcc2_loss", "effect", "part of NKCC2's work that is missing"),
    "nephron-loss": TreatmentKind("nephron_loss", "effect", "part of GFR and tubules that is lost"),
    "pump-inhibitor": TreatmentKind(
        "pump_inhibition", "effect", "part of Na,K-pumps blocked, as by digoxin or ouabain"
    ),
    "romk-blocker": TreatmentKind("romk_block", "effect", "part of ROMK that is blocked"),
    "hyperaldosteronism": TreatmentKind(
        "aldosterone_excess", "fold", "fold of the aldosterone the body calls for"
    ),
    "insulin": TreatmentKind("insulin_infused", "fold", "insulin level, fold of fasting"),
    "vomiting": TreatmentKind("vomiting", "rate", "gastric juice lost"),
    "diarrhoea": TreatmentKind("diarrhoea", "rate", "stool water lost"),
}
"""Drugs, defects and losses, by name."""
STRENGTHS = ("effect", "fold", "rate")


def _known_kind(value: object) -> object:
    if not isinstance(value, str) or value not in TREATMENTS:
        near = difflib.get_close_matches(str(value), TREATMENTS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"is not a treatment; {hint}there are {', '.join(TREATMENTS)}")
    return value


class Treatment(Span):
    """A drug, a disorder or a loss.

    Strength is ``effect`` from 0 to 1, ``fold`` for a hormone, or ``rate`` of a lost juice.
    """

    kind: Annotated[str, BeforeValidator(_known_kind)]
    effect: Share | None = None
    fold: Fold | None = None
    rate: Flow | None = None

    @model_validator(mode="after")
    def _one_strength(self) -> "Treatment":
        if problem := strength_problem(self.kind, {name: getattr(self, name) for name in STRENGTHS}):
            raise ValueError(problem)
        return self

    @property
    def strength(self) -> float:
        """Strength as it was given: effect, fold [1] or rate [L/h]."""
        return float(getattr(self, TREATMENTS[self.kind].strength))

    @property
    def label(self) -> str:
        """A few words for figures."""
        much = {
            "effect": f"{100 * self.strength:.0f} %",
            "fold": f"×{self.strength:g}",
            "rate": f"{self.strength * HOURS_PER_DAY:g} L/day",
        }
        return f"{self.kind} {much[TREATMENTS[self.kind].strength]}"
