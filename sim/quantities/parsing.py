"""Quantities as text: "49 mmol/day", "4 g MgSO4", "40 mEq", "2 weeks".

The only place where external units are converted to those of the program. Masses and equivalents of an
ion become moles. A bare number is refused, because its unit is unknown. So is a mass that may be of an
ion or of its salt: "4 g" of magnesium is 165 mmol of Mg, or 16 mmol as MgSO4·7H2O.
"""

import math
import re
from functools import cache
from typing import Any

from sim.errors import QuantityError, shown
from sim.quantities.ions import SODIUM, Ion, ion_of
from sim.quantities.salts import Salt, element, find_salt, salts_of, usual_salt
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
OF_SUBSTANCE = re.compile(
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>[A-Za-zµμ]+)"
    r"(?P<before>(?:\s*/\s*|\s+per\s+)[A-Za-z]+)?\s+(?:of\s+)?(?!per\s)"
    r"(?P<name>[A-Za-z(][^/]*?)(?P<after>(?:\s*/\s*|\s+per\s+)[A-Za-z]+)?"
)
"""One number, a unit and a substance: "4 g MgSO4", "6 g NaCl/day", "300 mg/day of Mg"."""


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


def parse(
    text: object,
    unit: str,
    example: str,
    ion: Ion | None = None,
    *,
    substance_required: bool = False,
) -> float:
    """Convert a quantity as text to a number.

    Parameters
    ----------
    text : str
        Number and unit; of an ion also number, unit and substance: "4 g MgSO4", "300 mg Mg".
    unit : str
        Unit of the result.
    example : str
        Example shown in the message if the text is refused.
    ion : Ion, optional
        Ion of which the quantity is an amount; masses and equivalents are then allowed.
    substance_required : bool
        Whether a mass must name its substance. If not, a bare mass is of the element, as in food tables
        and laboratory reports; but one of sodium must name it unless it is a concentration, because some
        food labels give sodium and others salt.

    Returns
    -------
    float
        The number, in ``unit``.

    Raises
    ------
    QuantityError
        If the text has no unit, an unknown unit, a unit of another dimension, or no finite number; or
        if it is a mass that may be of an ion or of its salt.
    """
    if not isinstance(text, str):
        raise QuantityError(f"{shown(text)} has no unit; write it as text, such as {example!r}")
    parts = NUMBER_AND_UNIT.fullmatch(text.strip()) if len(text) <= MAX_LENGTH else None
    if parts is None and ion is not None and len(text) <= MAX_LENGTH:
        of_substance = OF_SUBSTANCE.fullmatch(text.strip())
        if of_substance is not None:
            return _finite(text, _of_substance(text, of_substance, unit, example, ion), example)
    if parts is None:
        raise QuantityError(f"{shown(text)} is not one number with a unit, such as {example!r}")
    number, unit_text = parts.groups()
    if not unit_text and unit != "1":
        raise QuantityError(f"{text!r} has no unit; write it like {example!r}")
    if unit_text == unit or (unit_text, unit) in FREQUENT:
        return _finite(text, float(number) * FREQUENT.get((unit_text, unit), 1.0), example)
    quantity = _quantity(text, float(number), unit_text, example, ion)
    if ion is not None:
        if _needs_substance(quantity, ion, substance_required):
            raise QuantityError(_both_readings(text, quantity, unit, example, ion))
        quantity = _in_moles(quantity, element(ion))
    return _finite(text, _converted(text, quantity, unit, example), example)


def parse_named(name: str, text: object, unit: str, example: str) -> float:
    """Convert a quantity as text to the value of a parameter or variable.

    Parameters
    ----------
    name : str
        Of the parameter or variable. If it measures an ion, masses and equivalents of that are allowed:
        ``plasma_mg`` may be given as "1.8 mg/dL", ``plasma_k`` as "4.2 mEq/L".
    text, unit, example
        As in :func:`parse`.
    """
    return parse(text, unit, example, ion_of(name, unit))


def written(value: float, unit: str) -> str:
    """Write a number and its unit so that :func:`parse` restores exactly the same number."""
    return f"{value!r} {unit}"


def _finite(text: str, value: float, example: str) -> float:
    """Refuse a number that is not finite."""
    if not math.isfinite(value):
        raise QuantityError(f"{text!r} is not a finite number; write it like {example!r}")
    return value


def _quantity(text: str, number: float, unit_text: str, example: str, ion: Ion | None) -> Any:
    """Give a number the unit that a text names."""
    import pint

    if ion is not None and "osm" in unit_text.lower():
        raise QuantityError(
            f"{text!r} counts particles of every kind, not {ion.name}; write it like {example!r}"
        )
    try:
        return number * registry().Unit(_unit_name(unit_text))
    except pint.UndefinedUnitError as problem:
        raise QuantityError(f"{text!r}: {problem}; write it like {example!r}") from None
    except Exception:
        raise QuantityError(
            f"{text!r} has no unit that can be read; write it like {example!r}"
        ) from None


def _converted(text: str, quantity: Any, unit: str, example: str) -> float:
    """Convert a quantity to a unit of the program."""
    import pint

    try:
        return float(quantity.to("" if unit == "1" else unit).magnitude)
    except pint.DimensionalityError:
        raise QuantityError(
            f"{text!r} is not in a unit of {unit!r}; write it like {example!r}"
        ) from None


def _of_substance(text: str, parts: re.Match[str], unit: str, example: str, ion: Ion) -> float:
    """Convert a quantity that names its substance."""
    name, before, after = parts["name"].strip(), parts["before"] or "", parts["after"] or ""
    salt = find_salt(name, ion)
    if salt is None:
        known = ", ".join(salts_of(ion))
        raise QuantityError(
            f"{text!r}: no substance is called {name!r}; for {ion.name} there are {known}"
        )
    if salt.ion != ion:
        raise QuantityError(
            f"{text!r}: {name} supplies {salt.ion.name}, not {ion.name}; for that there are "
            f"{', '.join(salts_of(ion))}"
        )
    quantity = _quantity(text, float(parts["number"]), parts["unit"] + before + after, example, ion)
    return _converted(text, _in_moles(quantity, salt), unit, example)


def _in_moles(quantity: Any, salt: Salt) -> Any:
    """Convert a mass, equivalents or moles of a substance to moles of its ion."""
    units, dimensions = registry(), quantity.dimensionality
    if "[mass]" in dimensions:
        moles = quantity / (salt.molar_mass * units.gram / units.mole)
    elif "[equivalence]" in dimensions:  # Counted by charge, whatever the salt.
        return quantity / (abs(salt.ion.valence) * units.equivalent / units.mole)
    else:
        moles = quantity
    return moles if salt.n_ions == 1 else salt.n_ions * moles


def _needs_substance(quantity: Any, ion: Ion, required: bool) -> bool:
    """Whether a quantity is a mass of which it is unclear whether it is of an ion or of its salt."""
    mass = quantity.dimensionality.get("[mass]", 0) == 1
    concentration = quantity.dimensionality.get("[length]", 0) == -3
    return mass and not concentration and usual_salt(ion) is not None and (required or ion == SODIUM)


def _both_readings(text: str, quantity: Any, unit: str, example: str, ion: Ion) -> str:
    """Say what a bare mass may mean, each in moles, and how to write it."""
    salt = usual_salt(ion)
    assert salt is not None
    shown = "mmol/day" if unit == RATE else unit
    by_element, by_salt = (
        f"{_converted(text, _in_moles(quantity, each), shown, example):.4g} {shown}"
        for each in (element(ion), salt)
    )
    written_out = [_with_name(text.strip(), name) for name in (ion.symbol, salt.formula.split("·")[0])]
    return (
        f"{text!r} does not name its substance: as {ion.symbol} itself it is {by_element}, as "
        f'{salt.formula} {by_salt} of {ion.symbol}; write "{written_out[0]}" or "{written_out[1]}", '
        "or give mmol or mEq"
    )


def _with_name(text: str, name: str) -> str:
    """Put the name of a substance after the unit of mass: "6 g/day" becomes "6 g NaCl/day"."""
    mass, slash, time = text.partition("/")
    return f"{mass.strip()} {name}{slash}{time.strip()}"


def _unit_name(text: str) -> str:
    """Name of a unit in the registry."""
    return "" if text == "1" else text.replace("%", "percent")
