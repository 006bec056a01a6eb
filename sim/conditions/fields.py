"""Quantities as fields of validated data: read from text with a unit, written back as such text."""

import re
from numbers import Integral
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
)

from sim.quantities.ions import BY_NAME
from sim.quantities.parsing import AMOUNT, FLOW, MASS, MASS_RATE, RATE, TIME, parse, written
from sim.quantities.units import HOURS_PER_DAY, MINUTES_PER_HOUR
from sim.system.interruption import uninterrupted
from sim.system.names import name_problem

# Limits beyond which a quantity is a mistake in its unit rather than an extreme experiment.
MAX_DAYS = 3650.0
"""Longest duration [day]."""
MAX_DAILY_AMOUNT = 2000.0
"""Largest amount of an ion in a day [mmol]."""
MAX_RATE = MAX_DAILY_AMOUNT / HOURS_PER_DAY
"""Largest supply of an ion [mmol/h]."""
MAX_AMOUNT = 1000.0
"""Largest single amount of an ion [mmol]."""
MAX_FLOW = 20.0 / HOURS_PER_DAY
"""Largest loss of a digestive juice [L/h]."""
MAX_TITLE, MAX_DESCRIPTION = 300, 10_000
"""Longest title and description [letters]; figures cannot hold more."""
EFFECT_RANGE = (0.0, 1.0)
"""Effect of a treatment, from none to complete [1]."""
FOLD_RANGE = (1.0, 100.0)
"""Level of a hormone relative to normal [1]."""
TIME_OF_DAY = re.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])")

IonName = Literal["sodium", "potassium", "magnesium", "calcium"]
"""Ions that a diet or a supplement supplies."""


class Data(BaseModel):
    """Immutable validated data that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # Pydantic would turn an interruption of a function that writes a field into another error.

    @uninterrupted
    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Fields as a dictionary; see Pydantic."""
        return super().model_dump(**options)

    @uninterrupted
    def model_dump_json(self, **options: Any) -> str:
        """Fields as JSON; see Pydantic."""
        return super().model_dump_json(**options)


def _not_a_path(name: str) -> str:
    if problem := name_problem(name):
        raise ValueError(problem)
    return name


Name = Annotated[str, AfterValidator(_not_a_path)]
"""Name of a condition or a study, which may become that of a file or folder."""


def read_hours(text: object) -> float:
    """Read a time such as "30 day" [h]."""
    return parse(text, TIME, "30 day")


def read_time_of_day(text: object) -> float:
    """Read a time of day such as "7:30" [h]."""
    parts = TIME_OF_DAY.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        raise ValueError('is not a time of day; write it like "7:30"')
    return int(parts[1]) + int(parts[2]) / MINUTES_PER_HOUR


def plain(value: Any) -> Any:
    """A whole number or a truth value of NumPy as Python's own; anything else as it is."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    # Recognised by name, so that NumPy is not imported to read a file.
    return bool(value) if type(value).__name__ in ("bool", "bool_") else value


def text_in(unit: str) -> PlainSerializer:
    """Write a quantity to JSON as text that is read back as the same number."""
    return PlainSerializer(lambda value: written(value, unit), when_used="json-unless-none")


def _not_negative(value: float) -> float:
    if value < 0.0:
        raise ValueError("is negative; give zero or more")
    return value


def _at_most(limit: float, limit_as_text: str) -> AfterValidator:
    """Refuse a value above a limit, which the message states with its unit."""

    def checked(value: float) -> float:
        if value > limit:
            raise ValueError(f"is more than {limit_as_text}; check the unit")
        return value

    return AfterValidator(checked)


def _reader(unit: str, example: str) -> BeforeValidator:
    """Read a quantity [unit]."""
    return BeforeValidator(lambda text: parse(text, unit, example))


def _reader_of_field(unit: str, example: str, *, substance_required: bool) -> BeforeValidator:
    """Read a quantity [unit] of the ion that the field is called after; its mass and equivalents too."""

    def read(text: object, info: ValidationInfo) -> float:
        ion = BY_NAME[str(info.field_name)]
        return parse(text, unit, example, ion, substance_required=substance_required)

    return BeforeValidator(read)


def _reader_of_own_ion(unit: str, example: str) -> BeforeValidator:
    """Read a quantity [unit] of the ion in the same table; of any ion if that one is invalid."""

    def read(text: object, info: ValidationInfo) -> float:
        ion = BY_NAME[info.data.get("ion", "potassium")]
        return parse(text, unit, example, ion, substance_required="ion" in info.data)

    return BeforeValidator(read)


def _not_boolean(value: object) -> object:
    # Python counts True as the number 1; "effect = true" in a file does not say how strong it is.
    if isinstance(value, bool):
        raise ValueError("is not a number; give a number")
    return value


def _read_fraction(value: object) -> object:
    return parse(value, "1", "80 %") if isinstance(value, str) else _not_boolean(value)


def time_of_day(hours: float) -> str:
    """Write a time of day [h] as it is read: 7:30."""
    minutes = round(hours * MINUTES_PER_HOUR)
    return f"{minutes // 60}:{minutes % 60:02d}"


_SUPPLY = (AfterValidator(_not_negative), _at_most(MAX_RATE, "2000 mmol/day"), text_in(RATE))
_PORTION = (
    AfterValidator(_not_negative),
    _at_most(MAX_AMOUNT, "1000 mmol at once"),
    text_in(AMOUNT),
)

Time = Annotated[float, BeforeValidator(read_hours), AfterValidator(_not_negative), text_in(TIME)]
Interval = Annotated[
    float,
    BeforeValidator(read_hours),
    AfterValidator(_not_negative),
    _at_most(MAX_DAYS * HOURS_PER_DAY, f"{MAX_DAYS:g} days"),
    text_in(TIME),
]
"""Time from one dose to the next [h]."""
TimeOfDay = Annotated[
    float,
    BeforeValidator(read_time_of_day),
    PlainSerializer(time_of_day, when_used="json"),
]

Supply = Annotated[float, _reader_of_field(RATE, "40 mmol/day", substance_required=False), *_SUPPLY]
"""Supply of the ion that the field is called after [mmol/h]; a bare mass is elemental."""
Portion = Annotated[float, _reader_of_field(AMOUNT, "35 mmol", substance_required=True), *_PORTION]
"""Amount of the ion that the field is called after [mmol]; a mass names its substance."""
Dose = Annotated[float, _reader_of_own_ion(RATE, "80 mmol/day"), *_SUPPLY]
Amount = Annotated[float, _reader_of_own_ion(AMOUNT, "30 mmol"), *_PORTION]


class SupplyByIon(Data):
    """Supply of each ion, if it is given [mmol/h]."""

    sodium: Supply | None = None
    potassium: Supply | None = None
    magnesium: Supply | None = None
    calcium: Supply | None = None


class AmountsByIon(Data):
    """Amount of each ion [mmol]."""

    sodium: Portion = 0.0
    potassium: Portion = 0.0
    magnesium: Portion = 0.0
    calcium: Portion = 0.0


Mass = Annotated[
    float,
    _reader(MASS, "75 g"),
    AfterValidator(_not_negative),
    Field(le=1000.0),
    text_in(MASS),
]
MassRate = Annotated[
    float,
    _reader(MASS_RATE, "270 g/day"),
    AfterValidator(_not_negative),
    Field(le=2000.0),
    text_in(MASS_RATE),
]

Effect = Annotated[
    float,
    BeforeValidator(_read_fraction),
    Field(ge=EFFECT_RANGE[0], le=EFFECT_RANGE[1], allow_inf_nan=False),
]
Fold = Annotated[
    float,
    BeforeValidator(_not_boolean),
    Field(ge=FOLD_RANGE[0], le=FOLD_RANGE[1], allow_inf_nan=False),
]
Flow = Annotated[
    float,
    _reader(FLOW, "2 L/day"),
    AfterValidator(_not_negative),
    _at_most(MAX_FLOW, "20 L/day"),
    text_in(FLOW),
]
