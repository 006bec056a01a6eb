"""Quantities as text: "49 mmol/day", "300 mg/day", "40 mEq", "2 weeks".

The only place where external units are converted to those of the program. Masses and equivalents of an
ion become moles. A bare number is refused, because its unit is unknown.
"""

import math
import re
from functools import cache
from typing import Any

from sim.errors import QuantityError
from sim.quantities.ions import Ion
from sim.quantities.units import HOURS_PER_DAY

RATE = "mmol/hour"
"""Internal unit of supply."""
AMOUNT = "mmol"
"""Internal unit of amounts."""
TIME = "hour"
"""Internal unit of time."""
FLOW, MASS, MASS_RATE = "L/hour", "gram", "gram/day"
"""Internal units of digestive juices, of carbohydrate and of its supply."""


FREQUENT = {("day", TIME): HOURS_PER_DAY, ("mmol/day", RATE): 1.0 / HOURS_PER_DAY}
"""Conversions that nearly every condition needs, available without loading the registry."""
NUMBER_AND_UNIT = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)\b)"
    r"\s*(1|(?:1\s*/\s*)?(?:[A-Za-zµμ°%]+(?:\s*/\s*|\s*\*\s*|\s+per\s+|$))*)",
    re.IGNORECASE,
)
"""One number, then a unit made of names that are multiplied or divided: no arithmetic, no lists."""


MAX_LENGTH = 100
"""Maximum length of the text of a quantity."""


@cache
def registry() -> Any:
    """Return the registry of units; imported on first use, because it takes a quarter of a second."""
    import pint

    units = pint.UnitRegistry()
    units.define("equivalent = [equivalence] = Eq = eq")
    units.define("osmole = mole = osm")
    return units


def parse(text: object, unit: str, example: str, ion: Ion | None = None) -> float:
    """Convert a quantity as text to a number.

    Parameters
    ----------
    text : str
        Number and unit.
    unit : str
        Unit of the result.
    example : str
        Example shown in the message if the text is refused.
    ion : Ion, optional
        Ion of which the quantity is an amount; masses and equivalents are then allowed.

    Returns
    -------
    float
        The number, in ``unit``.

    Raises
    ------
    QuantityError
        If the text has no unit, an unknown unit, a unit of another dimension, or no finite number.
    """
    if not isinstance(text, str):
        raise QuantityError(f"{text!r} has no unit; write it as text, such as {example!r}")
    parts = NUMBER_AND_UNIT.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    if parts is None:
        raise QuantityError(f"{text!r} is not one number with a unit, such as {example!r}")
    number, unit_text = parts.groups()
    if not unit_text and unit != "1":
        raise QuantityError(f"{text!r} has no unit; write it like {example!r}")
    if unit_text == unit or (unit_text, unit) in FREQUENT:
        value = float(number) * FREQUENT.get((unit_text, unit), 1.0)
    else:
        value = _converted(text, float(number), unit_text, unit, example, ion)
    if not math.isfinite(value):
        raise QuantityError(f"{text!r} is not a finite number; write it like {example!r}")
    return value


def written(value: float, unit: str) -> str:
    """Write a number and its unit so that :func:`parse` restores exactly the same number."""
    return f"{value!r} {unit}"


def _converted(
    text: str, number: float, unit_text: str, unit: str, example: str, ion: Ion | None
) -> float:
    """Convert a number from the unit of a text to an internal unit."""
    import pint

    if ion is not None and "osm" in unit_text.lower():
        raise QuantityError(
            f"{text!r} counts particles of every kind, not {ion.name}; write it like {example!r}"
        )
    try:
        quantity = number * registry().Unit(_unit_name(unit_text))
    except pint.UndefinedUnitError as problem:
        raise QuantityError(f"{text!r}: {problem}; write it like {example!r}") from None
    except Exception:
        raise QuantityError(
            f"{text!r} has no unit that can be read; write it like {example!r}"
        ) from None
    if ion is not None:
        quantity = _in_moles(quantity, ion)
    try:
        return float(quantity.to("" if unit == "1" else unit).magnitude)
    except pint.DimensionalityError:
        raise QuantityError(
            f"{text!r} is not in a unit of {unit!r}; write it like {example!r}"
        ) from None


def _in_moles(quantity: Any, ion: Ion) -> Any:
    """Convert the mass or the equivalents of an ion to moles."""
    units, dimensions = registry(), quantity.dimensionality
    if "[mass]" in dimensions:
        return quantity / (ion.molar_mass * units.gram / units.mole)
    if "[equivalence]" in dimensions:
        return quantity / (abs(ion.valence) * units.equivalent / units.mole)
    return quantity


def _unit_name(text: str) -> str:
    """Name of a unit in the registry."""
    return "" if text == "1" else text.replace("%", "percent")
