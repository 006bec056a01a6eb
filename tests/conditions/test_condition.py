"""Conditions: their control at every moment, in files, in Python and revised."""

import json
import signal
import tomllib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.conditions.condition import FOLDER, Condition, built_in_conditions, load, named, read
from sim.conditions.events import Diet, Meal, Meals
from sim.conditions.supplements import Supplement
from sim.conditions.treatments import TREATMENTS, Treatment
from sim.parameters import BodyParameters, Parameters
from sim.parameters.inputs import KNOCK_OUTS, Control
from sim.quantities.amounts import Amounts
from sim.quantities.ions import BY_NAME, SUPPLIED
from sim.quantities.parsing import parse, written
from tests.conditions.flat import flat, flat_at

BODY = BodyParameters()
USUAL = flat(
    Control(
        oral=Amounts(
            na=BODY.intake_na / 24.0,
            k=BODY.intake_k / 24.0,
            mg=BODY.intake_mg / 24.0,
            ca=BODY.intake_ca / 24.0,
        )
    )
)
"""Control without any intervention."""
SUPPLY_AND_TARGETS = {"oral", "infused", "carbohydrate", *(rule.target for rule in TREATMENTS.values())}
GATES = tuple(name for name in Control._fields if name not in SUPPLY_AND_TARGETS)
"""Inputs that neither supply nor a treatment sets, in their order."""
BUILT_IN = tuple(built_in_conditions())
GIVEN = {"effect": 0.25, "fold": 3.0, "rate": "2 L/day"}
"""A strength of every kind, as a file writes it."""
CONTROLLED = {"effect": 0.25, "fold": 3.0, "rate": 2.0 / 24.0}
"""The same in the unit of the model."""


def make(**fields: Any) -> Condition:
    """Condition of thirty days from nested data."""
    return read({"name": "mine", "duration": "30 day", **fields})


def at(condition: Condition, day: float) -> Any:
    """Control on a day, with the usual parameters."""
    return flat_at(condition, 24.0 * day, BODY)


def daily(rate: float) -> Any:
    """The rate [mmol/h] that an amount a day comes to."""
    return pytest.approx(rate / 24.0, rel=1e-14)


# Built-in conditions


def test_built_in_conditions_are_listed_in_order() -> None:
    """Every file is listed, in alphabetical order, under the former name too."""
    assert list(BUILT_IN) == sorted(BUILT_IN) == named()
    assert {"baseline", "refractory-hypokalaemia"} <= set(BUILT_IN)
    assert {path.stem for path in FOLDER.iterdir()} == set(BUILT_IN)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_condition_has_title_and_description(name: str) -> None:
    """Each has its file's name, a title and a description."""
    condition = load(name)
    assert condition.name == name
    assert condition.title
    assert condition.description.endswith(".")


def spans_of(data: dict[str, Any]) -> list[tuple[float, float | None]]:
    """Start and stop [h] of every event in a parsed file."""
    items = [item for key in ("diet", "meals", "supplement", "treatment") for item in data.get(key, [])]
    return [
        (
            parse(item.get("start", "0 day"), "hour", ""),
            parse(item["stop"], "hour", "") if "stop" in item else None,
        )
        for item in items
    ]


@pytest.mark.parametrize("name", BUILT_IN)
def test_events_of_built_in_conditions_are_those_of_their_files(name: str) -> None:
    """Every event of a file has its span, cut at the end; there are no others."""
    condition = load(name)
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    end = parse(data["duration"], "hour", "")
    assert condition.duration == end
    spans = sorted((start, min(end, end if stop is None else stop)) for start, stop in spans_of(data))
    spans += sorted((meal.start, meal.stop) for meal in condition.meal)
    assert sorted((start, stop) for start, stop, _ in condition.events()) == sorted(spans)
    assert condition.times() == sorted({t for span in spans for t in span if 0.0 < t < end})


def test_the_baseline_has_no_interventions() -> None:
    """A healthy body on its usual diet."""
    assert [at(load("baseline"), day) for day in (0, 15, 30)] == [USUAL] * 3


def test_refractory_hypokalaemia_is_mg_loss_then_k_then_mg_then_both() -> None:
    """The condition at the beginning of the README does what its description says."""
    condition = load("refractory-hypokalaemia")
    lost = [at(condition, day).mg_malabsorption for day in (0, 119, 121, 151, 181)]
    assert lost == [lost[0]] * 5
    assert lost[0] > 0.5
    given = [
        (at(condition, day).oral_k > USUAL.oral_k, at(condition, day).infused_mg > 0.0)
        for day in (119, 121, 151, 181)
    ]
    assert given == [(False, False), (True, False), (False, True), (True, True)]


# Control at a moment


def test_a_diet_replaces_what_it_names_and_leaves_the_rest_usual() -> None:
    """Each ion is overridden on its own; zero is a diet too."""
    condition = make(diet=[{"potassium": "20 mmol/day", "magnesium": "0 mmol/day"}])
    assert at(condition, 3) == USUAL._replace(oral_k=daily(20.0), oral_mg=0.0)


def test_two_diets_of_different_ions_hold_at_once() -> None:
    """Diets that name different ions do not contradict each other."""
    condition = make(diet=[{"potassium": "20 mmol/day"}, {"sodium": "10 mmol/day", "start": "10 day"}])
    assert at(condition, 5) == USUAL._replace(oral_k=daily(20.0))
    assert at(condition, 15) == USUAL._replace(oral_k=daily(20.0), oral_na=daily(10.0))


def test_diets_follow_one_another_without_a_gap() -> None:
    """One ends where the next starts: the next one's start belongs to the next."""
    condition = make(
        diet=[
            {"potassium": "20 mmol/day", "stop": "10 day"},
            {"potassium": "40 mmol/day", "start": "10 day", "stop": "20 day"},
        ]
    )
    found = [at(condition, day).oral_k * 24.0 for day in (0.0, 9.999, 10.0, 19.999, 20.0, 29.0)]
    assert found == pytest.approx([20.0, 20.0, 40.0, 40.0, 75.0, 75.0], rel=1e-14)


def test_the_usual_diet_is_that_of_the_parameters() -> None:
    """A body with another usual intake eats that where no diet is given."""
    body = Parameters().replace(intake_na=120.0, intake_k=60.0, intake_mg=12.0, intake_ca=20.0).body
    control = flat_at(make(diet=[{"potassium": "20 mmol/day"}]), 0.0, body)
    assert control[:4] == (daily(120.0), daily(20.0), daily(12.0), daily(20.0))


@pytest.mark.parametrize("ion", SUPPLIED, ids=lambda ion: ion.name)
def test_supplements_add_to_the_diet_by_their_route(ion: Any) -> None:
    """Oral salt adds to what is eaten; infused salt goes its own way; both may run at once."""
    key = ion.symbol.lower()
    condition = make(
        diet=[{ion.name: "5 mmol/day"}],
        supplement=[
            {"ion": ion.name, "dose": "12 mmol/day"},
            {"ion": ion.name, "dose": "7 mmol/day", "route": "intravenous", "start": "10 day"},
        ],
    )
    assert at(condition, 0) == USUAL._replace(**{f"oral_{key}": daily(17.0)})
    assert at(condition, 10) == USUAL._replace(
        **{f"oral_{key}": daily(17.0), f"infused_{key}": daily(7.0)}
    )


@pytest.mark.parametrize(
    ("dose", "ion", "per_day"),
    [
        ("365 mg Mg/day", "magnesium", 365 / 24.305),
        ("20 mEq/day", "magnesium", 10.0),
        ("20 mEq/day", "potassium", 20.0),
        ("20 meq/day", "calcium", 10.0),
        ("1 g Ca/day", "calcium", 1000 / 40.078),
        ("6 g NaCl/day", "sodium", 6000 / 58.443),
        ("560 mmol/week", "potassium", 80.0),
    ],
)
def test_doses_may_be_masses_and_equivalents(dose: str, ion: str, per_day: float) -> None:
    """Diet and supplement take every unit of an amount over time."""
    key = BY_NAME[ion].symbol.lower()
    eaten = at(make(diet=[{ion: dose}]), 0)
    infused = at(make(supplement=[{"ion": ion, "dose": dose, "route": "intravenous"}]), 0)
    assert getattr(eaten, f"oral_{key}") == pytest.approx(per_day / 24.0, rel=1e-12)
    assert getattr(infused, f"infused_{key}") == pytest.approx(per_day / 24.0, rel=1e-12)


@pytest.mark.parametrize(
    ("amount", "hours"),
    [
        ("30 mmol", 10.0),
        ("60 mEq", 10.0),
        ("60 meq", 2.5),
        ("729.15 mg Mg", 24.0),
        ("7.39425 g MgSO4", 2.0),
    ],
)
def test_an_amount_is_given_evenly_until_the_stop(amount: str, hours: float) -> None:
    """Thirty millimoles of Mg in any unit are thirty between start and stop, and nothing outside."""
    item = {"ion": "magnesium", "amount": amount, "route": "intravenous", "start": "5 day"}
    condition = make(supplement=[item | {"stop": f"{120.0 + hours} hour"}])
    found = [flat_at(condition, 120.0 + h, BODY).infused_mg for h in (-0.01, 0.0, 0.99 * hours, hours)]
    assert found == pytest.approx([0.0, 30.0 / hours, 30.0 / hours, 0.0], rel=1e-12)
    assert condition.events()[0][2] == "Mg i.v. 30 mmol"


@pytest.mark.parametrize("start", ["0 day", "24 hour", "2 week"])
def test_a_span_includes_its_start_and_excludes_its_stop(start: str) -> None:
    """At the start the drug is there, at the stop it is gone."""
    hours = {"0 day": 0.0, "24 hour": 24.0, "2 week": 336.0}[start]
    condition = make(treatment=[{"kind": "thiazide", "effect": 0.5, "start": start, "stop": "20 day"}])
    moments = (hours - 1e-9, hours, 480.0 - 1e-9, 480.0)
    found = [flat_at(condition, moment, BODY).ncc_loss for moment in moments]
    assert found == [0.0, 0.5, 0.5, 0.0]


@pytest.mark.parametrize("mechanism", KNOCK_OUTS)
def test_each_knock_out_closes_its_own_gate_and_no_other(mechanism: str) -> None:
    """What is switched off is off from start to end, and all else lives."""
    condition = make(without=[mechanism])
    closed = USUAL._replace(**{mechanism.replace("-", "_"): 0.0})
    assert [at(condition, day) for day in (0, 15, 30)] == [closed] * 3


def test_there_is_a_knock_out_for_every_gate() -> None:
    """Gates of the control and mechanisms that users may name are the same list."""
    assert tuple(name.replace("-", "_") for name in KNOCK_OUTS) == GATES


def test_several_mechanisms_can_be_off_at_once() -> None:
    """All gates close together."""
    control = at(make(without=list(KNOCK_OUTS)), 0)
    assert control == USUAL._replace(**dict.fromkeys(GATES, 0.0))


# Spans within the duration


def test_events_are_cut_at_the_end_and_later_ones_left_out() -> None:
    """What lasts beyond the end stops at the end; what starts after it is not an event."""
    condition = make(
        supplement=[{"ion": "potassium", "dose": "80 mmol/day", "start": "20 day", "stop": "60 day"}],
        diet=[{"sodium": "10 mmol/day", "start": "30 day"}],
        treatment=[{"kind": "hyperaldosteronism", "fold": 3, "start": "12 hour"}],
    )
    assert condition.events() == [
        (12.0, 720.0, "hyperaldosteronism ×3"),
        (480.0, 720.0, "K 80 mmol/day"),
    ]
    assert condition.times() == [12.0, 480.0]


def test_moments_are_sorted_and_named_once() -> None:
    """Start and stop of several events at the same moment are one moment; start and end are none."""
    condition = make(
        diet=[{"sodium": "10 mmol/day", "start": "20 day"}],
        supplement=[
            {"ion": "potassium", "dose": "1 mmol/day", "stop": "5 day"},
            {"ion": "magnesium", "dose": "1 mmol/day", "start": "5 day", "stop": "20 day"},
        ],
        treatment=[{"kind": "thiazide", "effect": 1, "start": "0 day", "stop": "30 day"}],
    )
    assert condition.times() == [120.0, 480.0]


def test_a_diet_is_labelled_with_all_that_it_sets() -> None:
    """The label of a figure names each ion and its amount."""
    condition = make(diet=[{"sodium": "10 mmol/day", "magnesium": "1.5 mmol/day"}])
    assert condition.events()[0][2] == "diet Na 10, Mg 1.5 mmol/day"


LABELS: dict[str, tuple[dict[str, Any], str]] = {
    "diet of Ca": ({"diet": [{"calcium": "10 mmol/day"}]}, "diet Ca 10 mmol/day"),
    "dose": ({"supplement": [{"ion": "calcium", "dose": "9 mmol/day"}]}, "Ca 9 mmol/day"),
    "amount": ({"supplement": [{"ion": "calcium", "amount": "9 mmol", "stop": "1 day"}]}, "Ca 9 mmol"),
    "effect": ({"treatment": [{"kind": "gitelman-defect", "effect": 0.5}]}, "gitelman-defect 50 %"),
    "fold": ({"treatment": [{"kind": "insulin", "fold": 2.5}]}, "insulin ×2.5"),
    "rate": ({"treatment": [{"kind": "diarrhoea", "rate": "2 L/day"}]}, "diarrhoea 2 L/day"),
    "meals": ({"meals": [{"at": ["8:00", "18:00"]}]}, "2 meals a day"),
    "meal": (
        {"meal": [{"start": "1 day", "potassium": "35 mmol", "carbohydrate": "75 g"}]},
        "meal: K 35 mmol, carbohydrate 75 g",
    ),
}


@pytest.mark.parametrize(("fields", "label"), LABELS.values(), ids=LABELS.keys())
def test_every_event_has_a_short_label(fields: dict[str, Any], label: str) -> None:
    """Labels name what is done and how much."""
    assert [text for _, _, text in make(**fields).events()] == [label]


# In Python and in files


def in_python() -> Condition:
    """The condition of refractory hypokalaemia, written in Python."""
    file = load("refractory-hypokalaemia")
    return Condition(
        name="refractory-hypokalaemia",
        title=file.title,
        description=file.description,
        duration="30 week",
        treatment=[Treatment(kind="mg-malabsorption", effect=0.95)],
        supplement=[
            Supplement(ion="potassium", dose="80 mEq/day", start="120 day", stop="150 day"),
            Supplement(
                ion="magnesium",
                dose="20 mEq/day",
                route="intravenous",
                start="150 day",
                stop="210 day",
            ),
            Supplement(ion="potassium", dose="80 mmol/day", start="180 day", stop="210 day"),
        ],
    )


def test_a_condition_in_python_equals_the_one_in_a_file() -> None:
    """Text units, classes and files are three ways to one thing."""
    assert in_python() == load("refractory-hypokalaemia")


def test_loading_a_condition_gives_it_back() -> None:
    """What is a condition already needs no loading."""
    condition = in_python()
    assert load(condition) is condition


@pytest.mark.parametrize("as_text", [True, False])
def test_a_file_of_ones_own_is_loaded_by_its_path(tmp_path: Path, as_text: bool) -> None:
    """The name is that of the file; a path may be text."""
    path = tmp_path / "own.toml"
    path.write_text('duration = "3 day"\n[[diet]]\npotassium = "20 mmol/day"\n', encoding="utf-8")
    condition = load(str(path) if as_text else path)
    assert condition == Condition(name="own", duration="3 day", diet=[Diet(potassium="20 mmol/day")])


def test_a_file_may_name_itself(tmp_path: Path) -> None:
    """A name in the file goes before the name of the file."""
    path = tmp_path / "own.toml"
    path.write_text('name = "other"\nduration = "3 day"\n', encoding="utf-8")
    assert load(path).name == "other"


def test_parameters_in_a_file_are_text_with_units(tmp_path: Path) -> None:
    """Each is read in its own unit; a share may be a plain number or a percentage."""
    path = tmp_path / "own.toml"
    path.write_text(
        'duration = "3 day"\n[parameters]\npump_half_mg = "100 uM"\ngfr = "7.5 L/hour"\n'
        'noise_time = "1 day"\nsd_size = 0.2\nabsorbed_k = "90 %"\nrest_potential = "-0.085 V"\n',
        encoding="utf-8",
    )
    assert load(path).parameters == pytest.approx(
        {
            "pump_half_mg": 0.1,
            "gfr": 180.0,
            "noise_time": 24.0,
            "sd_size": 0.2,
            "absorbed_k": 0.9,
            "rest_potential": -85.0,
        },
        rel=1e-14,
    )


def test_a_condition_does_not_change() -> None:
    """Neither a condition nor a part of it can be assigned to."""
    condition = in_python()
    with pytest.raises(ValidationError, match="frozen"):
        condition.duration = 3.0  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        condition.supplement[0].dose = 3.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make_part", "sentence"),
    [
        (lambda: Diet(potassium="5 foo/day"), "'foo' is not defined"),
        (lambda: Supplement(ion="potassium", dose=5), "5 has no unit"),
        (lambda: Supplement(ion="potassium", amount="5 mmol"), "an amount needs a stop"),
        (lambda: Meal(start="1 hour"), "the meal is empty"),
        (lambda: Meals(at=["25:00"]), "is not a time of day"),
        (lambda: Treatment(kind="thiazid", effect=1.0), "did you mean 'thiazide'?"),
        (lambda: Treatment(kind="thiazide", fold=2.0), "takes 'effect' and not 'fold' or 'rate'"),
        (lambda: Condition(name="mine", duration="3 day", without=("romk",)), "'romk'"),
    ],
)
def test_problems_in_python_are_validation_errors(
    make_part: Callable[[], object], sentence: str
) -> None:
    """Parts made in Python are refused where they are made, in the same words."""
    with pytest.raises(ValidationError, match=sentence):
        make_part()


# A revised copy


def test_a_revised_copy_differs_only_in_what_was_asked() -> None:
    """Duration, mechanisms or anything else can be replaced; the original stays."""
    condition = make(
        diet=[{"potassium": "20 mmol/day"}],
        parameters={"pump_half_mg": "0.1 mM", "sd_size": 0.2, "rest_potential": "-80 mV"},
    )
    copy = condition.revised(duration="2 day", without=["romk-mg-block"])
    assert copy.duration == 48.0
    assert copy.without == ("romk-mg-block",)
    kept = {"duration", "without"}
    assert copy.model_dump(exclude=kept) == condition.model_dump(exclude=kept)
    assert (condition.duration, condition.without) == (720.0, ())


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_copy_without_changes_is_equal(name: str) -> None:
    """Going through text again changes nothing."""
    assert load(name).revised() == load(name)


def test_a_revised_copy_is_checked_again() -> None:
    """A change that cannot be is refused."""
    condition = make(diet=[{"potassium": "20 mmol/day"}])
    with pytest.raises(ValidationError, match="two diets set potassium"):
        condition.revised(diet=[*condition.diet, Diet(potassium="1 mmol/day")])
    with pytest.raises(ValidationError, match="duration is 0 days"):
        condition.revised(duration="0 day")
    with pytest.raises(ValidationError, match="has no unit"):
        condition.revised(duration=3)


def test_a_condition_with_another_osmolality_can_be_revised() -> None:
    """Every parameter survives a revision."""
    condition = make(parameters={"osmolality": "285 mosm/L"})
    assert condition.revised(duration="1 day").parameters == {"osmolality": 285.0}


# Any condition at all


class Drawn(NamedTuple):
    """A condition drawn at random, as data for a file and as plain numbers per hour."""

    data: dict[str, Any]
    diets: list[tuple[float, float | None, dict[str, float]]]
    supplements: list[tuple[float, float | None, str, str, float]]
    treatments: list[tuple[float, float | None, str, float]]
    without: list[str]
    meals: list[tuple[float, float, float, dict[str, float]]]


HOUR_UNITS = {"hour": 1.0, "day": 24.0, "week": 168.0, "min": 1.0 / 60.0}


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[float, float | None]]:
    """Up to three spans [h] that do not overlap; the last may have no end."""
    edges = sorted(draw(st.lists(st.integers(0, 900), unique=True, max_size=6)))
    pairs: list[tuple[float, float | None]] = [
        (float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    if len(edges) % 2:
        pairs.append((float(edges[-1]), None))
    return pairs


def written_time(hours: float, unit: str) -> str:
    """A time in a unit if that gives exactly the same hours again, else in hours."""
    text = f"{hours / HOUR_UNITS[unit]!r} {unit}"
    return text if parse(text, "hour", "") == hours else f"{hours!r} hour"


@st.composite
def written_span(draw: st.DrawFn, start: float, stop: float | None) -> dict[str, str]:
    """A span as text, in any unit of time."""
    unit = draw(st.sampled_from(sorted(HOUR_UNITS)))
    fields = {} if start == 0.0 and draw(st.booleans()) else {"start": start}
    fields |= {} if stop is None else {"stop": stop}
    return {key: written_time(value, unit) for key, value in fields.items()}


@st.composite
def written_rate(draw: st.DrawFn, name: str, rate: float) -> str:
    """A supply [mmol/h] as text, in moles, mass or charge."""
    ion = BY_NAME[name]
    amount, unit = draw(
        st.sampled_from(
            [
                (rate, "mmol/hour"),
                (rate * 24.0, "mmol/day"),
                (rate * 24.0 * ion.molar_mass, f"mg {ion.symbol}/day"),
                (rate * 0.168 * ion.molar_mass, f"g/week {ion.symbol}"),
                (rate * 24.0 * ion.valence, "mEq/day"),
            ]
        )
    )
    return f"{amount!r} {unit}"


RATES = st.one_of(st.just(0.0), st.floats(1e-3, 80.0))


DRAWN_STRENGTHS = {
    "effect": st.floats(0.0, 0.98),
    "fold": st.floats(1.0, 100.0),
    "rate": st.floats(0.0, 20.0 / 24.0),
}


@st.composite
def conditions(draw: st.DrawFn) -> Drawn:
    """A valid condition of any kind."""
    duration = draw(st.integers(1, 1000))
    data: dict[str, Any] = {"name": "drawn", "duration": f"{duration} hour"}
    without = draw(st.lists(st.sampled_from(sorted(KNOCK_OUTS)), unique=True))
    drawn = Drawn(data, [], [], [], without, [])
    data |= {"diet": [], "meal": [], "supplement": [], "treatment": [], "without": drawn.without}
    for start, stop in draw(spans()):
        names = draw(st.lists(st.sampled_from([ion.name for ion in SUPPLIED]), unique=True, min_size=1))
        rates = {name: draw(RATES) for name in names}
        texts = {name: draw(written_rate(name, rate)) for name, rate in rates.items()}
        drawn.diets.append((start, stop, rates))
        data["diet"].append(texts | draw(written_span(start, stop)))
    for ion in SUPPLIED:
        for route in ("oral", "intravenous"):
            for start, stop in draw(spans()):
                rate = draw(RATES)
                drawn.supplements.append((start, stop, ion.name, route, rate))
                dose = draw(written_rate(ion.name, rate))
                item = {"ion": ion.name, "dose": dose, "route": route}
                data["supplement"].append(item | draw(written_span(start, stop)))
    for kind in draw(st.lists(st.sampled_from(sorted(TREATMENTS)), unique=True)):
        for start, stop in draw(spans()):
            sort = TREATMENTS[kind].strength.name
            strength = draw(DRAWN_STRENGTHS[sort])
            drawn.treatments.append((start, stop, kind, strength))
            item = {"kind": kind, sort: f"{strength!r} L/hour" if sort == "rate" else strength}
            data["treatment"].append(item | draw(written_span(start, stop)))
    for start in draw(st.lists(st.integers(0, 900), max_size=3)):
        names = draw(st.lists(st.sampled_from([ion.name for ion in SUPPLIED]), unique=True))
        amounts = {name: draw(st.floats(0.5, 100.0)) for name in names}
        grams = draw(st.floats(1.0, 100.0))
        drawn.meals.append((float(start), start + 0.5, grams, amounts))
        texts = {name: f"{amount!r} mmol" for name, amount in amounts.items()}
        data["meal"].append({"start": f"{start} hour", "carbohydrate": f"{grams!r} g"} | texts)
    return drawn


def holds(start: float, stop: float | None, hours: float) -> bool:
    """Whether a moment lies in a span, independently of the program."""
    return not (hours < start or (stop is not None and hours >= stop))


def expected_control(drawn: Drawn, hours: float) -> dict[str, float]:
    """What the drawn numbers mean at a moment, independently of the program."""
    control = USUAL._asdict()
    for start, stop, rates in drawn.diets:
        if holds(start, stop, hours):
            control |= {f"oral_{BY_NAME[name].symbol.lower()}": rate for name, rate in rates.items()}
    for start, stop, name, route, rate in drawn.supplements:
        if holds(start, stop, hours):
            way = {"oral": "oral", "intravenous": "infused"}[route]
            control[f"{way}_{BY_NAME[name].symbol.lower()}"] += rate
    for start, stop, kind, strength in drawn.treatments:
        if holds(start, stop, hours):
            target, sort = TREATMENTS[kind].target, TREATMENTS[kind].strength.name
            left = (1.0 - control[target]) * (1.0 - strength)
            control[target] = 1.0 - left if sort == "effect" else strength - (kind == "insulin")
    for start, stop, grams, amounts in drawn.meals:
        if holds(start, stop, hours):
            control["carbohydrate"] += grams / 0.5
            for name, amount in amounts.items():
                control[f"oral_{BY_NAME[name].symbol.lower()}"] += amount / 0.5
    return control | {name.replace("-", "_"): 0.0 for name in drawn.without}


def written_again(condition: Condition) -> dict[str, Any]:
    """A condition as JSON holds it."""
    data: dict[str, Any] = json.loads(condition.model_dump_json())
    return data


MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MOMENTS = st.one_of(st.integers(0, 1000).map(float), st.floats(0.0, 1000.0))


@MANY
@given(drawn=conditions(), hours=st.lists(MOMENTS, min_size=1, max_size=5))
def test_any_condition_does_what_its_numbers_say(drawn: Drawn, hours: list[float]) -> None:
    """Supply is the sum of diet and supplements, the rest as written; no control is ever negative."""
    condition = read(drawn.data)
    for moment in hours:
        control = flat_at(condition, moment, BODY)
        assert min(control) >= 0.0
        expected = expected_control(drawn, moment)
        assert control._asdict() == pytest.approx(expected, rel=1e-12, abs=1e-15)


@MANY
@given(drawn=conditions(), hours=MOMENTS)
def test_any_condition_survives_being_written_down(drawn: Drawn, hours: float) -> None:
    """What is dumped as JSON and read again, units put back, is the same condition."""
    condition = read(drawn.data)
    again = read(written_again(condition))
    assert again == condition
    assert flat_at(again, hours, BODY) == flat_at(condition, hours, BODY)
    assert condition.revised() == condition


@MANY
@given(drawn=conditions())
def test_control_is_constant_between_moments(drawn: Drawn) -> None:
    """Nothing changes but at the moments listed, and those lie within the duration."""
    condition = read(drawn.data)
    edges = [0.0, *condition.times(), condition.duration]
    assert edges == sorted(set(edges))
    for start, stop in pairwise(edges):
        inside = [start + share * (stop - start) for share in (0.0, 0.3, 0.999)]
        assert len({flat_at(condition, hours, BODY) for hours in inside}) == 1


@MANY
@given(drawn=conditions())
def test_events_lie_within_the_duration_in_order(drawn: Drawn) -> None:
    """Spans for a figure are sorted, not empty, and cut at the end."""
    condition = read(drawn.data)
    events = condition.events()
    assert events == sorted(events)
    assert all(0.0 <= start < stop <= condition.duration for start, stop, _ in events)
    started = [*drawn.diets, *drawn.supplements, *drawn.treatments, *drawn.meals]
    assert len(events) == sum(item[0] < condition.duration for item in started)


@pytest.mark.parametrize("method", ["model_dump_json", "model_dump"])
def test_an_interruption_while_a_condition_is_written_is_one(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not become an error of serialisation, whichever field is being written."""
    monkeypatch.setattr("sim.conditions.fields.written", _interrupted)
    options = {"mode": "json"} if method == "model_dump" else {}
    write = getattr(load("severe-magnesium-loss"), method)
    with pytest.raises(KeyboardInterrupt):
        write(**options)


def _interrupted(value: float, unit: str) -> str:
    signal.raise_signal(signal.SIGINT)
    return written(value, unit)
