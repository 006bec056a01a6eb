"""Quantities as text: conversion to numbers, and messages of refused texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import QuantityError
from sim.parameters import describe
from sim.quantities.ions import (
    BICARBONATE,
    CALCIUM,
    CHLORIDE,
    MAGNESIUM,
    POTASSIUM,
    SODIUM,
    SUPPLIED,
    Ion,
)
from sim.quantities.parsing import AMOUNT, RATE, TIME, parse

EXAMPLE = "40 mmol/day"


def refusal(text: object, unit: str = RATE, ion: Ion | None = POTASSIUM) -> str:
    """Message for a refused text."""
    with pytest.raises(QuantityError) as caught:
        parse(text, unit, EXAMPLE, ion)
    return str(caught.value)


# Conversion


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("36 hour", 36.0),
        ("36 h", 36.0),
        ("90 min", 1.5),
        ("1 day", 24.0),
        ("30 days", 720.0),
        ("0.5 d", 12.0),
        ("2 week", 336.0),
        ("2 weeks", 336.0),
        ("30day", 720.0),
        ("  4   day ", 96.0),
        ("1e2 day", 2400.0),
        ("0 day", 0.0),
        ("-3 day", -72.0),
    ],
)
def test_times_become_hours(text: str, hours: float) -> None:
    """Minutes, hours, days and weeks, singular, plural and short; the caller checks the sign."""
    assert parse(text, TIME, "30 day") == pytest.approx(hours, rel=1e-14)


@pytest.mark.parametrize("ion", [*SUPPLIED, CHLORIDE, BICARBONATE], ids=lambda ion: ion.name)
@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("48 mmol/day", 2.0),
        ("2 mmol/hour", 2.0),
        ("2000 µmol/h", 2.0),
        ("0.336 mol/week", 2.0),
    ],
)
def test_moles_do_not_depend_on_the_ion(ion: Ion, text: str, rate: float) -> None:
    """Amounts in moles are the same for every ion, and need none."""
    assert parse(text, RATE, EXAMPLE, ion) == pytest.approx(rate, rel=1e-14)
    assert parse(text, RATE, EXAMPLE) == pytest.approx(rate, rel=1e-14)


@pytest.mark.parametrize(
    ("ion", "text", "per_day"),
    [
        (SODIUM, "2299 mg/day", 100.0),
        (SODIUM, "2.299 g/day", 100.0),
        (POTASSIUM, "390.98 mg/day", 10.0),
        (POTASSIUM, "3.9098 g/day", 100.0),
        (MAGNESIUM, "243.05 mg/day", 10.0),
        (MAGNESIUM, "1.70135 g/week", 10.0),
        (CALCIUM, "1001.95 mg/day", 25.0),
        (CHLORIDE, "3.5453 g/day", 100.0),
    ],
)
def test_masses_become_moles_by_molar_mass(ion: Ion, text: str, per_day: float) -> None:
    """A mass is that of the ion itself, not of its salt."""
    assert parse(text, "mmol/day", EXAMPLE, ion) == pytest.approx(per_day, rel=1e-12)


@pytest.mark.parametrize(
    ("ion", "moles"),
    [(SODIUM, 20.0), (POTASSIUM, 20.0), (MAGNESIUM, 10.0), (CALCIUM, 10.0), (CHLORIDE, 20.0)],
)
@pytest.mark.parametrize(
    "text", ["20 mEq/day", "20 meq/day", "0.02 Eq/day", "0.02 eq/day", "20 milliequivalent/day"]
)
def test_equivalents_become_moles_by_valence(ion: Ion, moles: float, text: str) -> None:
    """Twenty milliequivalents are ten millimoles of Mg; the sign of the charge is ignored."""
    assert parse(text, "mmol/day", EXAMPLE, ion) == pytest.approx(moles, rel=1e-12)


def test_amounts_without_a_time_are_converted() -> None:
    """Mass and equivalents become moles, whatever their denominator."""
    assert parse("24.305 mg", "mmol", "1 mmol", MAGNESIUM) == pytest.approx(1.0, rel=1e-12)
    assert parse("40 mEq", "mmol", "1 mmol", MAGNESIUM) == pytest.approx(20.0, rel=1e-12)
    assert parse("40 meq", "mmol", "1 mmol", CALCIUM) == pytest.approx(20.0, rel=1e-12)
    assert parse("40 mEq/L", "mM", "1 mM", POTASSIUM) == pytest.approx(40.0, rel=1e-12)
    assert parse("30 mmol", AMOUNT, "1 mmol", POTASSIUM) == parse("30 mmol", AMOUNT, "1 mmol") == 30.0


@pytest.mark.parametrize(
    ("text", "fraction"), [("80 %", 0.8), ("80%", 0.8), ("80 percent", 0.8), ("0.8", 0.8), ("0 %", 0.0)]
)
def test_percent_and_plain_numbers_are_fractions(text: str, fraction: float) -> None:
    """A dimensionless quantity may be a number or a percentage."""
    assert parse(text, "1", "80 %") == pytest.approx(fraction, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("100 uM", "mM", 0.1),
        ("7.5 L/hour", "L/day", 180.0),
        ("-0.085 V", "mV", -85.0),
        ("0.9 1/mM", "1/mM", 0.9),
        ("285 mosm/L", "mosm/L", 285.0),
        ("2 L/day", "L/hour", 2.0 / 24.0),
        ("90 mL/hour", "L/hour", 0.09),
        ("75 g", "gram", 75.0),
        ("0.27 kg/day", "gram/day", 270.0),
        ("0.4 s", "ms", 400.0),
        ("12.4 kPa", "mmHg", 93.008),
    ],
)
def test_units_of_parameters_are_converted(text: str, unit: str, value: float) -> None:
    """Concentrations, flows, potentials and slopes are converted."""
    assert parse(text, unit, EXAMPLE) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    "unit",
    sorted({entry.fact.unit for entry in describe()}),
)
def test_every_parameter_can_be_written_in_its_own_unit(unit: str) -> None:
    """Value and unit as printed by `sim describe` give the same number again."""
    values = [entry.value for entry in describe() if entry.fact.unit == unit]
    assert [parse(f"{value!r} {unit}", unit, EXAMPLE) for value in values] == pytest.approx(
        values, rel=1e-14
    )


def test_result_is_a_plain_float() -> None:
    """Compiled code needs floats, also for integers in the text."""
    assert type(parse("3 day", TIME, "30 day")) is float


@given(
    value=st.floats(0.0, 1e6, allow_nan=False),
    ion=st.sampled_from(SUPPLIED),
)
def test_moles_masses_and_equivalents_agree(value: float, ion: Ion) -> None:
    """The same amount in three units gives the same number."""
    moles = parse(f"{value!r} mmol/day", RATE, EXAMPLE, ion)
    mass = parse(f"{value * ion.molar_mass!r} mg/day", RATE, EXAMPLE, ion)
    charge = parse(f"{value * ion.valence!r} mEq/day", RATE, EXAMPLE, ion)
    assert moles == pytest.approx(value / 24.0, rel=1e-12)
    assert (mass, charge) == pytest.approx((moles, moles), rel=1e-12)


# Refusal


REFUSED = {
    "no unit": "5",
    "no unit, decimal": "5.0",
    "unknown unit": "5 foo/day",
    "misspelt unit": "5 mmoll/day",
    "wrong kind: time": "5 hour",
    "wrong kind: amount without time": "5 mmol",
    "wrong kind: mass without time": "5 mg",
    "wrong kind: charge without time": "40 mEq",
    "wrong kind: concentration": "5 mM",
    "wrong kind: percent": "5 %",
    "not a number": "nan mmol/day",
    "infinite": "inf mmol/day",
    "minus infinite": "-inf mmol/day",
    "overflow": "1e400 mmol/day",
    "empty": "",
    "blank": "   ",
    "a word": "banana",
    "a sentence": "as much as you can",
    "code": "__import__('os')",
    "unbalanced": "(5 mmol/day",
    "only operators": "**",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_message_quotes_the_text_and_an_example(text: str) -> None:
    """Every message quotes the given text and an example."""
    message = refusal(text)
    assert repr(text) in message
    assert repr(EXAMPLE) in message
    assert "\n" not in message


@pytest.mark.parametrize("given_", [5, 5.0, 0, -1.5, float("nan"), True, None, ["5 day"], {"day": 5}])
def test_values_other_than_text_are_refused(given_: object) -> None:
    """A bare number has no unit, and is refused even where its unit could be guessed."""
    message = refusal(given_)
    assert message.startswith(f"{given_!r} has no unit")
    assert repr(EXAMPLE) in message


@pytest.mark.parametrize("text", ["5", "-5.5", "0"])
def test_text_without_a_unit_is_refused(text: str) -> None:
    """A number in quotation marks still has no unit."""
    assert f"{text!r} has no unit" in refusal(text)


def test_unknown_unit_is_named() -> None:
    """The message names the unknown part."""
    assert "'foo'" in refusal("5 foo/day")


@pytest.mark.parametrize(
    ("text", "unit"), [("5 hour", RATE), ("5 mmol/day", TIME), ("5 mM", RATE), ("5 hour", "1")]
)
def test_message_names_the_required_unit(text: str, unit: str) -> None:
    """The message names the unit to which the quantity must be convertible."""
    assert f"is not in a unit of {unit!r}" in refusal(text, unit)


@pytest.mark.parametrize("text", ["nan day", "inf day", "-inf day", "1e400 day"])
def test_non_finite_number_is_refused(text: str) -> None:
    """Neither NaN nor infinity is accepted, even with a valid unit."""
    assert "is not a finite number" in refusal(text, TIME, None)


@pytest.mark.parametrize("text", ["nan", "inf"])
def test_non_finite_fraction_is_refused(text: str) -> None:
    """NaN and infinity are also refused for dimensionless quantities."""
    assert "is not a finite number" in refusal(text, "1", None)


@pytest.mark.parametrize("text", ["40 mg/day", "40 mEq/day"])
def test_mass_and_charge_need_an_ion(text: str) -> None:
    """Without an ion, mass and equivalents cannot be converted to moles."""
    assert "is not in a unit of" in refusal(text, RATE, None)


@pytest.mark.parametrize("text", ["60 mosm/day", "60 mOsm/day", "0.06 osmole/day", "60 mosmol/day"])
@pytest.mark.parametrize("ion", SUPPLIED, ids=lambda ion: ion.name)
def test_osmoles_are_not_an_amount_of_an_ion(text: str, ion: Ion) -> None:
    """The number of particles of a salt does not determine the amount of the ion."""
    message = refusal(text, RATE, ion)
    assert message.startswith(f"{text!r} counts particles of every kind, not {ion.name}; ")
    assert repr(EXAMPLE) in message


@pytest.mark.parametrize("text", ["5 mg²/day", "5 mEq*mg/day", "5 day/mg"])
def test_mass_at_another_power_is_refused(text: str) -> None:
    """Only the first power of a mass or charge can be converted to moles."""
    assert repr(text) in refusal(text)


@pytest.mark.parametrize("text", ["5 degC", "2 dB", "5 degC/day"])
def test_units_with_an_offset_or_a_logarithm_are_refused(text: str) -> None:
    """Unusual units of the registry give a message, not a traceback."""
    assert repr(text) in refusal(text)


@pytest.mark.parametrize("text", ["1,5 mmol/day", "0,5 mmol/day"])
def test_decimal_comma_is_refused_or_read_correctly(text: str) -> None:
    """A comma never changes a dose silently."""
    try:
        value = parse(text, "mmol/day", EXAMPLE, POTASSIUM)
    except QuantityError:
        return
    assert value == pytest.approx(float(text.split()[0].replace(",", ".")))


@pytest.mark.parametrize("text", ["mmol/day", "mg/day", "mEq/day"])
def test_unit_without_a_number_is_refused(text: str) -> None:
    """A missing number is not taken as one."""
    assert repr(text) in refusal(text)


@pytest.mark.parametrize("text", ["2**3 mmol/day", "2 * 3 mmol/day", "1 mmol/day + 1 mmol/day"])
def test_arithmetic_is_refused(text: str) -> None:
    """A quantity is one number and one unit; formulas are not evaluated."""
    assert repr(text) in refusal(text)


@pytest.mark.parametrize(
    "text", ["1 000 mmol/day", "1.2.3 mmol/day", "20–30 mmol/day", "5±1 mmol/day", "<5 mmol/day"]
)
def test_more_than_one_number_is_refused(text: str) -> None:
    """Separators of thousands, ranges and uncertainties never change a dose silently."""
    assert repr(text) in refusal(text)
