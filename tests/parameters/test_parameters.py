"""The parameter table: validation of changes, and facts of every parameter."""

import math
from collections import Counter

import pint
import pytest

from sim.errors import ParameterError
from sim.parameters import (
    CELL_TYPES,
    FACTS,
    TITLES,
    Basis,
    CellParameters,
    Entry,
    Parameters,
    TypeParameters,
    describe,
    sources,
)

ENTRIES = list(describe())
by_name = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def problems_of(changes: dict[str, float]) -> list[str]:
    """Problems with which a change of parameters is refused."""
    with pytest.raises(ParameterError) as refusal:
        Parameters().replace(changes)
    return refusal.value.problems


def test_replace_changes_named_parameters_only() -> None:
    """Parameters of several groups are changed together; all others keep their values."""
    changed = Parameters().replace({"pump_half_mg": 0.1}, gfr=150, noise_time=24.0)
    new = {entry.name: entry.value for entry in describe(changed)}
    old = {entry.name: entry.value for entry in ENTRIES}
    assert {name for name in new if new[name] != old[name]} == {"pump_half_mg", "gfr", "noise_time"}
    assert (new["pump_half_mg"], new["gfr"], new["noise_time"]) == (0.1, 150.0, 24.0)


def test_replace_does_not_change_the_original() -> None:
    """The original record keeps its values."""
    original = Parameters()
    original.replace(gfr=150.0)
    assert original == Parameters()


def test_replace_without_changes_gives_equal_parameters() -> None:
    """Without changes the result is equal to the original."""
    assert Parameters().replace() == Parameters()


def test_replace_makes_floats() -> None:
    """Integers become floats, which compiled code requires."""
    assert type(Parameters().replace(gfr=150).body.gfr) is float


def test_replace_suggests_the_nearest_name() -> None:
    """The message for an unknown name suggests the most similar name."""
    (problem,) = problems_of({"pump_haf_mg": 0.1})
    assert "'pump_haf_mg'" in problem
    assert "did you mean 'pump_half_mg'" in problem


def test_replace_suggests_nothing_for_a_name_like_no_other() -> None:
    """A name without similar names is refused without a suggestion."""
    (problem,) = problems_of({"qqqqqqqq": 0.1})
    assert "did you mean" not in problem


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_replace_refuses_values_that_are_not_finite(value: float) -> None:
    """NaN and infinities are refused."""
    (problem,) = problems_of({"gfr": value})
    assert problem.startswith(f"gfr = {value}")


@by_name
def test_replace_allows_one_width_beyond_the_plausible_range(entry: Entry) -> None:
    """Values within the range widened by its width at each end are accepted; others are refused.

    A number whose range is not negative cannot become negative.
    """
    low, high = entry.fact.low, entry.fact.high
    width = high - low
    least = max(low - width, 0.1 * low) if low >= 0.0 else low - width
    most = 1.0 if entry.fact.unit == "1" and high <= 1.0 else high + width
    most = min(most, high + width)
    for value in (least, low, high, most):
        assert dict(_values(Parameters().replace({entry.name: value})))[entry.name] == value
    for value in (least - 1e-3 * width, most + 1e-3 * width):
        (problem,) = problems_of({entry.name: value})
        assert problem.startswith(f"{entry.name} = {value} {entry.fact.unit} is out of bounds")


def test_replace_lists_all_problems_at_once() -> None:
    """Each problem is a separate sentence, in the order given, and all are in the message."""
    changes = {"pump_haf_mg": 0.1, "gfr": math.nan, "atp": 1e9, "bone_mg": 60.0}
    problems = problems_of(changes)
    assert len(problems) == 3
    assert "pump_haf_mg" in problems[0]
    assert problems[1].startswith("gfr = nan")
    assert problems[2].startswith("atp = 1000000000.0")
    assert str(ParameterError(problems)) == "\n".join(problems)


def test_one_problem_refuses_the_whole_change() -> None:
    """A valid value together with an invalid one is not applied either."""
    with pytest.raises(ParameterError, match="no parameter is called 'nonsense'"):
        Parameters().replace(gfr=150.0, nonsense=1.0)


def _values(parameters: Parameters) -> list[tuple[str, float]]:
    """Name and value of every parameter, read from the tuples themselves."""
    return [item for group in parameters for item in group._asdict().items()]


def test_describe_yields_every_parameter_once_and_in_order() -> None:
    """The table has a row for every field of every group, with its value."""
    assert [(entry.name, entry.value) for entry in ENTRIES] == _values(Parameters())
    assert {entry.group for entry in ENTRIES} == set(Parameters._fields)


def test_describe_shows_changed_values() -> None:
    """A changed parameter is described with its new value."""
    changed = {entry.name: entry.value for entry in describe(Parameters().replace(gfr=150.0))}
    assert changed["gfr"] == 150.0


def test_names_are_unique_over_groups() -> None:
    """No name occurs in two groups, so that a name identifies a parameter."""
    repeated = [name for name, n in Counter(entry.name for entry in ENTRIES).items() if n > 1]
    assert repeated == []
    assert list(FACTS) == [entry.name for entry in ENTRIES]


@by_name
def test_value_lies_in_its_plausible_range(entry: Entry) -> None:
    """The default lies in the plausible range, which is not empty."""
    assert entry.fact.low < entry.fact.high
    assert entry.fact.low <= entry.value <= entry.fact.high


@pytest.fixture(scope="module")
def units() -> pint.UnitRegistry:
    """Units, with the osmole as a mole."""
    registry = pint.UnitRegistry()
    registry.define("osmole = mole = osm")
    return registry


@by_name
def test_unit_is_one_or_can_be_parsed(entry: Entry, units: pint.UnitRegistry) -> None:
    """A unit is "1" or the name of a unit that has dimensions."""
    assert entry.fact.unit == "1" or not units.Unit(entry.fact.unit).dimensionless


@by_name
def test_every_parameter_has_a_meaning(entry: Entry) -> None:
    """The meaning is not empty."""
    assert entry.fact.meaning.strip()


@by_name
def test_basis_agrees_with_source(entry: Entry) -> None:
    """A parameter without a source is neither measured nor derived."""
    honest = {sources.FITTED: {Basis.FITTED}, sources.ASSUMED: {Basis.ASSUMED}}
    assert entry.fact.basis in honest.get(entry.fact.source, set(Basis))


# Cell types


def test_fractions_of_all_types_add_up_to_one() -> None:
    """Skeletal muscle is the remainder."""
    shares = Parameters().shares()
    assert tuple(shares) == CELL_TYPES
    assert sum(shares.values()) == pytest.approx(1.0, rel=1e-15)
    assert min(shares.values()) > 0.0
    smaller = Parameters().replace(other_share=0.1).shares()
    assert smaller["other"] == 0.1
    assert smaller["muscle"] > shares["muscle"]


def test_every_type_has_a_description() -> None:
    """Names of types are unique, and each has a description."""
    assert len(set(CELL_TYPES)) == len(CELL_TYPES)
    assert set(TITLES) == set(CELL_TYPES)


@pytest.mark.parametrize("name", TypeParameters._fields)
def test_parameters_of_a_type_are_named_after_those_they_replace(name: str) -> None:
    """The name is the type, then a parameter of the typical cell of the same unit, or the fraction."""
    (kind,) = [kind for kind in CELL_TYPES if name.startswith(f"{kind}_")]
    own = name.removeprefix(f"{kind}_")
    assert kind != CELL_TYPES[0]
    if own != "share":
        assert own in CellParameters._fields
        assert FACTS[name].unit == FACTS[own].unit


def test_a_type_differs_from_skeletal_muscle_in_its_own_parameters_only() -> None:
    """Parameters that are not given for a type are those of skeletal muscle."""
    parameters = Parameters()
    for kind, cell in zip(CELL_TYPES, parameters.of_types(), strict=True):
        own = {
            name.removeprefix(f"{kind}_"): value
            for name, value in parameters.types._asdict().items()
            if name.startswith(f"{kind}_") and name != f"{kind}_share"
        }
        assert cell._asdict() == parameters.cell._asdict() | own


def test_a_change_of_the_typical_cell_applies_to_types_without_their_own_value() -> None:
    """Red cells keep their own Na; heart muscle, without its own K, follows skeletal muscle."""
    types = dict(
        zip(CELL_TYPES, Parameters().replace(rest_na=9.5, rest_k=141.0).of_types(), strict=True)
    )
    assert (types["muscle"].rest_na, types["muscle"].rest_k) == (9.5, 141.0)
    assert types["red_cell"].rest_na == Parameters().types.red_cell_rest_na
    assert types["heart"].rest_k == 141.0
