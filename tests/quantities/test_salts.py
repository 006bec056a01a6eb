"""Masses that name their substance: what they hold of the ion, and masses that do not name it."""

import re

import pytest

from sim.conditions.condition import read
from sim.errors import ConditionError, InputError, QuantityError
from sim.parameters import FACTS
from sim.quantities.ions import CALCIUM, MAGNESIUM, POTASSIUM, SODIUM, SUPPLIED, Ion, ion_of
from sim.quantities.parsing import parse, parse_named
from sim.quantities.salts import SALTS, find_salt, salts_of, usual_salt
from sim.variables.endpoints import Endpoint
from sim.variables.table import VARIABLES

ATOMIC_WEIGHTS = {
    "H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Na": 22.990, "Mg": 24.305, "P": 30.974,
    "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078,
}  # fmt: skip


def weight(formula: str) -> float:
    """Molar mass of a formula with parentheses and water of crystallisation [g/mol]."""
    total = 0.0
    for part in formula.split("·"):
        count, rest = re.fullmatch(r"(\d*)(.*)", part).groups()  # type: ignore[union-attr]
        rest = re.sub(r"\(([^)]*)\)(\d+)", lambda m: m[1] * int(m[2]), rest)
        for symbol, n in re.findall(r"([A-Z][a-z]?)(\d*)", rest):
            total += int(count or 1) * int(n or 1) * ATOMIC_WEIGHTS[symbol]
    return total


@pytest.mark.parametrize("salt", SALTS, ids=lambda salt: salt.formula)
def test_molar_mass_and_number_of_ions_are_those_of_the_formula(salt) -> None:  # type: ignore[no-untyped-def]
    formula = salt.formula.removeprefix("anhydrous ")
    assert salt.molar_mass == pytest.approx(weight(formula), rel=2e-4)
    found = re.match(rf"{salt.ion.symbol}(\d*)(?![a-z])", formula)
    assert found is not None
    assert salt.n_ions == int(found[1] or 1)
    for name in (salt.formula, *salt.names):
        assert find_salt(name, salt.ion) == salt


@pytest.mark.parametrize("ion", SUPPLIED, ids=lambda ion: ion.name)
def test_each_spelling_that_is_offered_is_understood(ion: Ion) -> None:
    """The list in a refusal holds only what can be written."""
    offered = [find_salt(name, ion) for name in salts_of(ion)]
    assert [salt.ion for salt in offered if salt] == [ion] * len(salts_of(ion))
    assert usual_salt(ion) in offered


@pytest.mark.parametrize(
    ("text", "ion", "mmol"),
    [
        ("4 g MgSO4", MAGNESIUM, 16.23),
        ("4 g MgSO4·7H2O", MAGNESIUM, 16.23),
        ("4g magnesium sulphate", MAGNESIUM, 16.23),
        ("4 g of Magnesium Sulfate", MAGNESIUM, 16.23),
        ("4 g anhydrous MgSO4", MAGNESIUM, 33.23),
        ("300 mg Mg", MAGNESIUM, 12.34),
        ("300 mg elemental magnesium", MAGNESIUM, 12.34),
        ("400 mg magnesium oxide", MAGNESIUM, 9.925),
        ("16 mEq MgSO4", MAGNESIUM, 8.0),
        ("1.5 g KCl", POTASSIUM, 20.12),
        ("20 mEq KCl", POTASSIUM, 20.0),
        ("10 mmol K2HPO4", POTASSIUM, 20.0),
        ("500 mg CaCO3", CALCIUM, 4.996),
        ("1 g calcium gluconate", CALCIUM, 2.230),
        ("650 mg NaHCO3", SODIUM, 7.738),
        ("3 g table salt", SODIUM, 51.33),
    ],
)
def test_a_mass_of_a_salt_is_that_of_its_ion(text: str, ion: Ion, mmol: float) -> None:
    """As a pharmacist would convert it."""
    assert parse(text, "mmol", "1 mmol", ion, substance_required=True) == pytest.approx(mmol, rel=1e-3)


@pytest.mark.parametrize(
    "text", ["6 g NaCl/day", "6 g/day NaCl", "6 g of NaCl per day", "0.25 g NaCl/h"]
)
def test_a_substance_may_stand_before_or_after_the_time(text: str) -> None:
    assert parse(text, "mmol/day", "1 mmol/day", SODIUM) == pytest.approx(102.66, rel=1e-4)


BARE = {
    "supplement, intravenous": (
        {"supplement": [{"ion": "magnesium", "route": "intravenous", "amount": "4 g", "stop": "1 day"}]},
        ["4 g", "164.6 mmol", "16.23 mmol", "4 g Mg", "4 g MgSO4"],
    ),
    "supplement, oral rate": (
        {"supplement": [{"ion": "potassium", "dose": "1.5 g/day"}]},
        ["38.37 mmol/day", "20.12 mmol/day", "1.5 g KCl/day"],
    ),
    "meal": (
        {"meal": [{"start": "1 day", "calcium": "500 mg"}]},
        ["12.48 mmol", "4.996 mmol", "500 mg Ca", "500 mg CaCO3"],
    ),
    "sodium of a diet": (
        {"diet": [{"sodium": "6 g/day"}]},
        ["261 mmol/day", "102.7 mmol/day", "6 g NaCl/day"],
    ),
}


@pytest.mark.parametrize(("data", "wanted"), BARE.values(), ids=BARE.keys())
def test_a_bare_mass_is_refused_with_both_readings(data: dict[str, object], wanted: list[str]) -> None:
    """Which of two numbers is meant, the program cannot know."""
    with pytest.raises(ConditionError) as caught:
        read({"name": "x", "duration": "2 day", **data})
    (problem,) = caught.value.problems
    assert all(words in problem for words in wanted), problem


def test_food_tables_and_laboratories_mean_the_element() -> None:
    """A diet in mg of K, Mg or Ca is elemental by convention; so is a plasma level in mg/dL."""
    diet = read({"name": "x", "duration": "1 day", "diet": [{"magnesium": "243.05 mg/day"}]}).diet[0]
    assert diet.magnesium == pytest.approx(10.0 / 24.0)
    assert diet.label == "diet Mg 10 mmol/day"
    assert parse("2.43 mg/dL", "mM", "1 mM", MAGNESIUM) == pytest.approx(1.0, rel=1e-3)
    assert parse("322 mg/dL", "mM", "140 mM", SODIUM) == pytest.approx(140.0, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 g KCl", ["KCl supplies potassium, not magnesium"]),
        ("1 g Fooium", ["no substance is called 'Fooium'", "MgSO4", "magnesium citrate"]),
        ("1 g mg", ["no substance is called 'mg'"]),
        ("1 g MgSO4/day", ["is not in a unit of 'mmol'"]),
        ("1 g MgSO4 and 1 g KCl", ["no substance is called"]),
        ("inf g MgSO4", ["is not one number"]),
        ("1e999 g MgSO4", ["is not a finite number"]),
        ("4 osm MgSO4", ["counts particles of every kind"]),
    ],
)
def test_a_wrong_substance_is_refused_in_words(text: str, words: list[str]) -> None:
    with pytest.raises(QuantityError) as caught:
        parse(text, "mmol", "30 mmol", MAGNESIUM)
    assert all(word in str(caught.value) for word in words), caught.value


def test_values_of_parameters_may_be_in_units_of_a_laboratory() -> None:
    """The ion is that of the parameter or variable."""
    for name, text, value in (
        ("plasma_k", "4.2 mEq/L", 4.2),
        ("plasma_mg_ionised", "1.1 mEq/L", 0.55),
        ("plasma_ca_ionised", "4.8 mg/dL", 1.1977),
        ("intake_mg", "365 mg/day", 15.018),
    ):
        assert parse_named(name, text, FACTS[name].unit, "") == pytest.approx(value, rel=1e-4)


def test_the_ion_of_a_name_is_its_last_symbol_and_only_of_amounts() -> None:
    assert ion_of("k_leak_half_mg", "mM") == MAGNESIUM
    assert ion_of("mg_exchange_half_na", "mM") == SODIUM
    assert ion_of("urine_ca", "mmol/day") == CALCIUM
    assert ion_of("qtc_k", "ms/mM") is None
    assert ion_of("atp", "mM") is None
    assert ion_of("pressure_na_exponent", "1") is None
    plasma = [name for name in VARIABLES if name.startswith("plasma_")]
    assert all(ion_of(name, VARIABLES[name].unit) is not None for name in plasma)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("plasma_k < 3.5 mEq/L", 3.5),
        ("plasma_k < 3500 umol/L", 3.5),
        ("plasma_mg < 1.7 mg/dL", 0.69944),
        ("plasma_ca_ionised > 2.6 mEq / L", 1.3),
        ("urine_k > 20 mEq/day", 20.0),
        ("pressure > 16 kPa", 120.0099),
        ("ecf_volume < 12000 mL", 12.0),
    ],
)
def test_endpoints_are_read_in_any_unit_of_their_kind(text: str, bound: float) -> None:
    endpoint = Endpoint.read(text)
    assert endpoint.bound == pytest.approx(bound, rel=1e-4)
    assert Endpoint.read(str(endpoint)) == endpoint


def test_one_endpoint_in_two_units_is_one_endpoint() -> None:
    assert Endpoint.read("plasma_k < 3.5 mEq/L") == Endpoint.read("plasma_k < 3.5")


@pytest.mark.parametrize("text", ["plasma_k < 3.5 g", "plasma_k < 3.5 foo", "pressure > 3 mEq/L"])
def test_an_endpoint_in_a_unit_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write it like"):
        Endpoint.read(text)
