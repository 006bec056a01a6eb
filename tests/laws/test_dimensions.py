"""Dimensions of the laws: applied to quantities with units, each gives the unit of its docstring."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pint
import pytest

from sim.laws.aldosterone import aldosterone_target
from sim.laws.arterial_pressure import mean_arterial_pressure
from sim.laws.body_water import water_gain
from sim.laws.bone_magnesium import bone_release
from sim.laws.calcium import bone_calcium_release, calcium_absorption, calcium_excretion
from sim.laws.distal_delivery import distal_delivery, ncc_target
from sim.laws.electrodiffusion import ghk_flux, ghk_potential, inward_drive, nernst_potential
from sim.laws.excitability import available_channels, threshold_potential
from sim.laws.gut import absorption, magnesium_absorbed_fraction
from sim.laws.insulin import insulin_target, pump_drive
from sim.laws.ion_binding import ionised_concentration
from sim.laws.knock_out import gated_input
from sim.laws.magnesium_buffer import free_magnesium, total_magnesium
from sim.laws.magnesium_dependence import magnesium_dependence
from sim.laws.magnesium_transport import magnesium_influx_ratio, sodium_magnesium_exchange_ratio
from sim.laws.membrane_potential import (
    Balance,
    InitialGuess,
    Ions,
    KGate,
    Permeabilities,
    k_permeability,
    zero_current,
)
from sim.laws.osmosis import cell_chloride, cell_osmoles, fluid_volume
from sim.laws.parathyroid_hormone import saturating_action, secretion
from sim.laws.potassium_leak import block_ratio, conductance_factor, open_fraction, unblocked_part
from sim.laws.proton_exchange import proton_uptake
from sim.laws.pump_expression import expression_rate
from sim.laws.qt_interval import corrected_qt
from sim.laws.relaxation import relaxation_rate
from sim.laws.renal_bicarbonate import bicarbonate_excretion
from sim.laws.renal_magnesium import excreted_fraction, magnesium_excretion
from sim.laws.renal_potassium import feed_forward, potassium_secretion, romk_openness
from sim.laws.renal_sodium import sodium_excretion
from sim.laws.renin import renin_target
from sim.laws.sodium_leak import leak_factor
from sim.laws.sodium_pump import mg_atp_ratio, pump_rate_ratio
from sim.laws.volume_regulation import potassium_chloride_efflux
from sim.numerics.elementary import exp, expm1, log, power
from sim.numerics.ratio import Ratio, value_of
from tests.laws.law_tests import public_laws

UNITS = pint.UnitRegistry()
UNITS.define("osmole = mole = osm")
UNITS.define("equivalent = mole = eq")

PATHS = Permeabilities(na="0.05/h", cl="5/h", k_constant="1/h", k_gated="4/h")
GATE = KGate(mg_free="0.5 mM", u_k="-3.5", half_mg="0.43 mM", steepness="1.3", resistant="0.1")
GUESS = InitialGuess(weight="0.3", block="3.4/mM")
IONS = Ions("10 mM", "142 mM", "4.3 mM", "140 mM", "4.2 mM", "104 mM")


class Case(NamedTuple):
    """A law, its arguments as text with units, the unit of its result, and its unused arguments."""

    law: Callable[..., Any]
    arguments: dict[str, Any]
    unit: str
    unused: tuple[str, ...] = ()


TABLE = [
    Case(
        aldosterone_target,
        {
            "renin": "1.4",
            "plasma_k": "4.6 mM",
            "k_normal": "4.2 mM",
            "mg_relative": "0.8",
            "renin_exponent": "0.7",
            "k_slope": "0.9/mM",
            "mg_gain": "1",
        },
        "1",
    ),
    Case(
        water_gain,
        {"body_water": "38 L", "osmolality": "295 mosm/L", "normal": "290 mosm/L", "time": "4 h"},
        "L/h",
    ),
    Case(
        bone_release,
        {"bone": "60 mmol", "mg_relative": "0.7", "normal": "55 mmol", "time": "960 h"},
        "mmol/h",
    ),
    Case(
        bone_calcium_release,
        {
            "ca": "1.1 mM",
            "normal": "1.25 mM",
            "volume": "14 L",
            "effect": "1.2",
            "floor": "0.66",
            "rate": "0.2/h",
        },
        "mmol/h",
    ),
    Case(
        calcium_absorption,
        {"supply": "1 mmol/h", "fraction": "0.2", "effect": "1.2", "independent": "0.5"},
        "mmol/h",
    ),
    Case(
        calcium_excretion,
        {
            "normal": "0.2 mmol/h",
            "ca_relative": "0.9",
            "action": "1.3",
            "exponent": "4",
            "saving": "1",
        },
        "mmol/h",
    ),
    Case(
        ncc_target,
        {"k_relative": "0.8", "competence": "0.7", "exponent": "3", "loss": "0.3"},
        "1",
    ),
    Case(
        distal_delivery,
        {
            "ncc": "1.2",
            "uptake_ratio": "1.5",
            "loop": "0.3",
            "loop_rise": "0.8",
            "volume_relative": "0.98",
            "volume_exponent": "4",
            "nephrons": "0.7",
        },
        "1",
    ),
    Case(nernst_potential, {"outside": "4.2 mM", "inside": "142 mM"}, "1"),
    Case(inward_drive, {"u": "-3.2"}, "1"),
    Case(
        ghk_flux,
        {
            "permeability": "2.6/h",
            "inside": "142 mM",
            "outside": "4.2 mM",
            "u": "-3.2",
            "drive": "3.3",
        },
        "mmol/L/h",
    ),
    Case(ghk_potential, {"outward": "900 mM/h", "inward": "30 mM/h"}, "1"),
    Case(
        available_channels,
        {"potential": "-80 mV", "half": "-73 mV", "slope": "6 mV"},
        "1",
    ),
    Case(
        threshold_potential,
        {
            "normal": "-58 mV",
            "divalent_relative": "0.9",
            "available_relative": "0.8",
            "shift": "8 mV",
            "slope": "5 mV",
        },
        "mV",
    ),
    Case(
        magnesium_absorbed_fraction,
        {"content": "4.7 mmol", "active": "1.75 mmol", "half": "3.05 mmol", "passive": "0.07"},
        "1",
    ),
    Case(absorption, {"content": "4.7 mmol", "fraction": "0.3", "transit": "8 h"}, "mmol/h"),
    Case(insulin_target, {"carbohydrate_rate": "20 g/h", "gain": "0.5 h/g", "infused": "2"}, "1"),
    Case(pump_drive, {"insulin": "5", "gain": "0.2", "half": "8"}, "1"),
    Case(total_magnesium, {"mg_free": "0.5 mM", "sites": "25 mM", "half": "0.4 mM"}, "mM"),
    Case(free_magnesium, {"mg_total": "15 mM", "sites": "25 mM", "half": "0.4 mM"}, "mM"),
    Case(
        magnesium_influx_ratio,
        {
            "mg_out": "0.5 mM",
            "mg_free": "0.6 mM",
            "maximal": "0.4 mmol/L/h",
            "half_out": "0.23 mM",
            "half_in": "0.51 mM",
        },
        "mmol/L/h",
    ),
    Case(
        sodium_magnesium_exchange_ratio,
        {
            "mg_free": "0.5 mM",
            "na_in": "10 mM",
            "na_out": "140 mM",
            "mg_out": "0.5 mM",
            "maximal": "0.5 mmol/L/h",
            "half_mg": "0.7 mM",
            "half_na": "62 mM",
            "block_na": "40 mM",
            "block_mg": "10 mM",
        },
        "mmol/L/h",
    ),
    Case(
        k_permeability,
        {"unblocked": "0.6", "permeabilities": PATHS, "resistant": "0.1"},
        "1/h",
        unused=("permeabilities.na", "permeabilities.cl"),
    ),
    Case(
        zero_current,
        {"ions": IONS, "permeabilities": PATHS, "gate": GATE, "active": "7 meq/L/h", "guess": GUESS},
        "1",
    ),
    Case(
        cell_chloride,
        {
            "na": "10 mmol/L",
            "k": "142 mmol/L",
            "mg": "15 mmol/L",
            "buffered": "2 mmol/L",
            "fixed_charge": "177 meq/L",
        },
        "mmol/L",
    ),
    Case(
        cell_osmoles,
        {"na": "10 mmol/L", "k": "142 mmol/L", "cl": "4 mmol/L", "impermeant": "134 mosm/L"},
        "mosm/L",
    ),
    Case(
        fluid_volume,
        {"osmoles": "4200 mosm", "body_osmoles": "11000 mosm", "body_water": "38 L"},
        "L",
    ),
    Case(
        secretion,
        {"signal": "1.2 mM", "normal": "1.36 mM", "half": "0.9", "hill": "14", "floor": "0.26"},
        "1",
    ),
    Case(saturating_action, {"action": "1.5"}, "1"),
    Case(magnesium_dependence, {"mg_relative": "0.6", "half": "0.45", "hill": "4"}, "1"),
    Case(
        ionised_concentration,
        {
            "amount": "10 mmol",
            "volume": "14.5 L",
            "plasma_share": "0.31",
            "complexed_ratio": "0.1",
            "bound_ratio": "0.5",
        },
        "mM",
    ),
    Case(
        block_ratio,
        {
            "mg_free": "0.5 mM",
            "u": "-3.2",
            "u_k": "-3.5",
            "half_mg": "0.43 mM",
            "steepness": "1.3",
        },
        "1",
    ),
    Case(unblocked_part, {"ratio": "1.7"}, "1"),
    Case(open_fraction, {"unblocked": "0.4", "resistant": "0.1"}, "1"),
    Case(conductance_factor, {"k_relative": "0.8"}, "1"),
    Case(
        proton_uptake,
        {
            "k_amount": "130 mmol/L",
            "buffered": "2 mmol/L",
            "k_normal": "142 mmol/L",
            "share": "0.5",
            "time": "12 h",
        },
        "mmol/L/h",
    ),
    Case(
        expression_rate,
        {"expression": "0.9", "k_relative": "0.8", "exponent": "1.4", "time": "120 h"},
        "1/h",
    ),
    Case(
        corrected_qt,
        {
            "normal": "405 ms",
            "k": "3.5 mM",
            "k_from": "4 mM",
            "k_slope": "25 ms/mM",
            "mg_deficit": "0.2 mM",
            "mg_slope": "46 ms/mM",
            "ca_deficit": "0.1 mM",
            "ca_slope": "95 ms/mM",
            "shortest": "200 ms",
        },
        "ms",
    ),
    Case(relaxation_rate, {"level": "0.5 mM", "target": "0.4 mM", "time": "24 h"}, "mM/h"),
    Case(
        bicarbonate_excretion,
        {
            "hco3": "400 mmol",
            "volume": "14 L",
            "normal": "24 mM",
            "cl_relative": "0.9",
            "cl_exponent": "1.5",
            "time": "48 h",
        },
        "mmol/h",
    ),
    Case(
        excreted_fraction,
        {
            "mg_relative": "0.9",
            "normal": "0.035",
            "floor": "0.005",
            "exponent": "7",
            "escaping": "0.04",
        },
        "1",
    ),
    Case(
        magnesium_excretion,
        {"gfr": "7.5 L/h", "mg_ultrafilterable": "0.62 mM", "fraction": "0.035"},
        "mmol/h",
    ),
    Case(
        romk_openness,
        {"mg_tubule": "0.3 mM", "mg_normal": "0.52 mM", "half_mg": "0.15 mM"},
        "1",
    ),
    Case(
        feed_forward,
        {"absorbed_relative": "3", "gain": "4", "half": "10"},
        "1",
    ),
    Case(
        potassium_secretion,
        {
            "k_relative": "0.8",
            "aldosterone": "1.3",
            "romk": "1.5",
            "delivery": "1.1",
            "hco3_relative": "0.9",
            "k_exponent": "1.5",
            "aldosterone_exponent": "0.4",
            "delivery_exponent": "0.8",
            "hco3_exponent": "0.8",
        },
        "1",
    ),
    Case(
        sodium_excretion,
        {
            "normal": "6 mmol/h",
            "volume_relative": "1.02",
            "aldosterone": "0.9",
            "natriuresis": "1.4",
            "volume_exponent": "18",
            "aldosterone_exponent": "0.3",
        },
        "mmol/h",
    ),
    Case(renin_target, {"volume_relative": "0.95", "exponent": "12"}, "1"),
    Case(gated_input, {"gate": "0.4", "actual": "0.3 mM", "normal": "0.5 mM"}, "mM"),
    Case(
        leak_factor,
        {"mg_out": "0.3 mM", "mg_normal": "0.56 mM", "half_mg": "0.4 mM", "gated_share": "0.6"},
        "1",
    ),
    Case(
        mean_arterial_pressure,
        {
            "normal": "93 mmHg",
            "volume_relative": "0.95",
            "na_relative": "1.1",
            "volume_exponent": "1",
            "na_exponent": "0.4",
            "ceiling": "0.15",
        },
        "mmHg",
    ),
    Case(
        potassium_chloride_efflux,
        {
            "k_in": "142 mM",
            "cl_in": "5 mM",
            "k_out": "4.2 mM",
            "cl_out": "104 mM",
            "water": "1.03",
            "coefficient": "0.002 mmol/L/h/mM^2",
        },
        "mmol/L/h",
    ),
    Case(mg_atp_ratio, {"mg_free": "0.5 mM", "atp": "8 mM", "dissociation": "0.08 mM"}, "mM"),
    Case(
        pump_rate_ratio,
        {
            "na_in": "10 mM",
            "k_out": "4.2 mM",
            "mgatp": Ratio("7 mM", "1"),
            "mg_free": "0.5 mM",
            "capacity": "160 mmol/L/h",
            "half_na": "12 mM",
            "half_k": "1.3 mM",
            "half_mgatp": "0.2 mM",
            "half_mg": "0.3 mM",
        },
        "mmol/L/h",
    ),
]

by_law = pytest.mark.parametrize("case", TABLE, ids=lambda case: case.law.__name__)


def converted(argument: Any, convert: Callable[[str], Any]) -> Any:
    """Argument with its text, or the text in each field of a tuple, converted."""
    if isinstance(argument, str):
        return convert(argument)
    return type(argument)._make(map(convert, argument))


def call(case: Case, convert: Callable[[str], Any]) -> Any:
    """Call a law with the converted arguments of a case."""
    arguments = {name: converted(text, convert) for name, text in case.arguments.items()}
    return number_of(case.law(**arguments))


def number_of(result: Any) -> Any:
    """Value of a law in ratio form, potential of a membrane, or the number itself."""
    if isinstance(result, Ratio):
        return value_of(result)
    return result.u if isinstance(result, Balance) else result


def with_wrong_unit(case: Case) -> Iterator[tuple[str, dict[str, Any]]]:
    """Arguments of a case as quantities, each in turn with a wrong unit."""
    right = {name: converted(text, UNITS.Quantity) for name, text in case.arguments.items()}
    for name, argument in right.items():
        if isinstance(argument, tuple):
            for field, value in argument._asdict().items():
                wrong = argument._replace(**{field: value * UNITS.second})
                yield f"{name}.{field}", {**right, name: wrong}
        else:
            yield name, {**right, name: argument * UNITS.second}


def test_table_contains_every_law() -> None:
    """Every public function in every module of the laws has one row in the table."""
    laws = set(public_laws())
    assert {case.law for case in TABLE} == laws
    assert len(TABLE) == len(laws)


@by_law
def test_result_has_the_unit_of_the_docstring(case: Case) -> None:
    """The result has the dimension of the unit in the table, which is the one in the docstring."""
    document = inspect.getdoc(case.law) or ""
    said = (document.partition("Returns\n-------\n")[2] or document).split("\n\n")[0]
    assert f"[{case.unit}]" in said or "in the unit of" in said
    assert call(case, UNITS.Quantity).is_compatible_with(UNITS.Unit(case.unit))


@by_law
def test_law_contains_no_conversion_factor(case: Case) -> None:
    """Plain numbers in the units of the docstring give the plain number in its unit."""
    plain = call(case, lambda text: float(UNITS.Quantity(text).magnitude))
    assert call(case, UNITS.Quantity).m_as(case.unit) == pytest.approx(plain, rel=1e-12)


@by_law
def test_wrong_unit_of_any_argument_is_detected(case: Case) -> None:
    """One argument multiplied by a second makes the law fail or changes the unit of the result."""
    unnoticed = set()
    for name, arguments in with_wrong_unit(case):
        try:
            result = number_of(case.law(**arguments))
        except pint.DimensionalityError:
            continue
        if result.is_compatible_with(UNITS.Unit(case.unit)):
            unnoticed.add(name)
    assert unnoticed == set(case.unused)


@pytest.mark.parametrize(
    "function",
    [exp, expm1, log, lambda x: power(x, 2.0)],
    ids=["exp", "expm1", "log", "power"],
)
def test_elementary_functions_refuse_a_dimension(function: Callable[..., Any]) -> None:
    """A concentration has no exponential, logarithm or real power."""
    with pytest.raises(pint.DimensionalityError):
        function(UNITS.Quantity("2 mM"))
