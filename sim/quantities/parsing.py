"""Quantities as text: "49 mmol/day", "300 mg/day", "40 mEq", "2 weeks".

The only place where units of the outside become the program's own. Masses and equivalents of an ion
become moles. A bare number is refused: it does not say what it means.
"""

import math
import re
from functools import cache
from typing import Any

from sim.errors import QuantityError
from sim.quantities.ions import Ion
from sim.quantities.units import HOURS_PER_DAY

RATE = "mmol/hour"
"""Unit of supply inside the program."""
AMOUNT = "mmol"
"""Unit of amounts inside the program."""
TIME = "hour"
"""Unit of time inside the program."""
FLOW, MASS, MASS_RATE = "L/hour", "gram", "gram/day"
"""Units of juices, of carbohydrate and of its supply inside the program."""


USUAL = {("day", TIME): HOURS_PER_DAY, ("mmol/day", RATE): 1.0 / HOURS_PER_DAY}
"""Conversions that nearly every condition needs, known without loading the registry."""
NUMBER_AND_UNIT = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)\b)"
    r"\s*(1|(?:1\s*/\s*)?(?:[A-Za-zµμ°%]+(?:\s*/\s*|\s*\*\s*|\s+per\s+|$))*)",
    re.IGNORECASE,
)
"""One number, then a unit made of names that are multiplied or divided: no arithmetic, no lists."""


LONGEST = 100
"""Longest text that may be a quantity."""


@cache
def registry() -> Any:
    """Return the registry of units; imported late, for it takes a quarter of a second."""
    import pint

    units = pint.UnitRegistry()
    units.define("equivalent = [equivalence] = Eq = eq")
    units.define("osmole = mole = osm")
    return units


def parse(text: object, unit: str, example: str, ion: Ion | None = None) -> float:
    """Turn a quantity as text into a number.

    Parameters
    ----------
    text : str
        Number and unit.
    unit : str
        Unit of the result.
    example : str
        Shown when the text is refused.
    ion : Ion, optional
        The ion it is an amount of; then masses and equivalents are allowed too.

    Returns
    -------
    float
        The number, in ``unit``.

    Raises
    ------
    QuantityError
        If the text has no unit, an unknown unit, a unit of another kind, or no finite number.
    """
    if not isinstance(text, str):
        raise QuantityError(f"{text!r} has no unit; write it as text, such as {example!r}")
    parts = NUMBER_AND_UNIT.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if parts is None:
        raise QuantityError(f"{text!r} is not one number with a unit, such as {example!r}")
    number, unit_text = parts.groups()
    if not unit_text and unit != "1":
        raise QuantityError(f"{text!r} has no unit; write it like {example!r}")
    if unit_text == unit or (unit_text, unit) in USUAL:
        value = float(number) * USUAL.get((unit_text, unit), 1.0)
    else:
        value = _converted(text, float(number), unit_text, unit, example, ion)
    if not math.isfinite(value):
        raise QuantityError(f"{text!r} is not a finite number; write it like {example!r}")
    return value


def written(value: float, unit: str) -> str:
    """Write a number and its unit so that :func:`parse` gives the same number, to the bit."""
    return f"{value!r} {unit}"


def _converted(
    text: str, number: float, unit_text: str, unit: str, example: str, ion: Ion | None
) -> float:
    """Convert a number from the unit in a text to a unit of the program."""
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
    """Turn the mass or the equivalents of an ion into its moles."""
    units, dimensions = registry(), quantity.dimensionality
    if "[mass]" in dimensions:
        return quantity / (ion.molar_mass * units.gram / units.mole)
    if "[equivalence]" in dimensions:
        return quantity / (abs(ion.valence) * units.equivalent / units.mole)
    return quantity


def _unit_name(text: str) -> str:
    """Name that the registry knows a unit by."""
    return "" if text == "1" else text.replace("%", "percent")
