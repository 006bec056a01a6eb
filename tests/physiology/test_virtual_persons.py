"""Virtual persons: distributions of their factors, their parameters, and their healthy steady state.

Statistical tests have a fixed seed, so that they pass always or never. The probability that a correct
mean, width or correlation lies more than :data:`FAR` standard errors off is 6e-5 per test.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sim.conditions.condition import Condition, read
from sim.conditions.plan import RunPlan
from sim.errors import SteadyStateError
from sim.parameters import FACTS, BodyParameters, Parameters, PersonParameters
from sim.physiology.virtual_persons import EXTENSIVE, Person, apply_person, draw_person
from sim.quantities.amounts import Amounts
from sim.simulation import initial_tissue
from sim.simulation.initial_tissue import MAX_DRAWS, make_tissue
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.running import run
from sim.simulation.schedule import Schedule
from sim.tissue.tissue import Tissue
from sim.variables.table import VARIABLES

Array = NDArray[np.float64]

FAR = 4.0
MANY = 20_000
P = PersonParameters()
WIDTHS = {
    factor: getattr(P, "sd_person_na_leak" if factor == "na_leak" else f"sd_{factor}")
    for factor in Person._fields
}
INTAKE_FACTORS = [f"intake_{ion}" for ion in Amounts._fields]
HEALTHY = 300
"""Number of persons tested for a healthy steady state."""
AT_REST = 1e-6
"""Relative change of plasma K in days that is attributable to integration error."""
NA_SPREAD = (0.13, 0.17)
"""Coefficient of variation of cell Na between healthy persons, each all typical cells: 0.149 over the
first 300 of seed 0, and 0.151 over 1000, with a standard error of 0.006. Pump sites (0.12) and Na leak
(0.25) spread by 0.28 together, and cell Na varies about as the square root of leak over pumps."""
EXAMPLE = Person(
    body_size=1.006325777250312,
    gfr=0.8228603089668522,
    intake_na=1.0173718098224824,
    intake_k=0.8578410693930909,
    intake_mg=0.8723527941917867,
    intake_ca=0.7910838510949456,
    plasma_k=0.9977792788860191,
    plasma_mg=0.9409532413843771,
    cell_mg=0.9731177639557725,
    free_mg=0.9458319898281357,
    mg_absorption=0.8623050401924026,
    pump_sites=0.8978510741108223,
    na_leak=0.9606954718453113,
)
"""Replicate 2 of seed 1."""


def drawn(number: int, p: PersonParameters = P, seed: int = 0) -> pd.DataFrame:
    """Factors of persons, a row a replicate."""
    return pd.DataFrame([draw_person(p, seed, replicate) for replicate in range(number)])


@pytest.fixture(scope="module")
def logs() -> pd.DataFrame:
    """Logarithms of the factors of many persons."""
    return drawn(MANY).transform(np.log)


# Factors


@pytest.mark.parametrize("factor", Person._fields)
def test_factors_have_median_one_and_the_width_of_their_parameter(
    logs: pd.DataFrame, factor: str
) -> None:
    """The logarithm has mean zero and the parameter as SD, within sampling error."""
    width = WIDTHS[factor]
    assert abs(logs[factor].mean()) < FAR * width / np.sqrt(MANY)
    assert abs(logs[factor].std() - width) < FAR * width / np.sqrt(2 * MANY)


@pytest.mark.parametrize("factor", Person._fields)
def test_factors_are_log_normal(logs: pd.DataFrame, factor: str) -> None:
    """Third and fourth moments of the logarithm are those of a normal variable."""
    z = logs[factor] / logs[factor].std()
    assert abs((z**3).mean()) < FAR * np.sqrt(15 / MANY)
    assert abs((z**4).mean() - 3.0) < FAR * np.sqrt(96 / MANY)


@pytest.mark.parametrize(("a", "b"), list(combinations(Person._fields, 2)))
def test_only_intakes_are_correlated(logs: pd.DataFrame, a: str, b: str) -> None:
    """Intakes have the declared pairwise correlation; all other factors are independent."""
    wanted = P.correlation_intakes if a in INTAKE_FACTORS and b in INTAKE_FACTORS else 0.0
    assert abs(logs[a].corr(logs[b]) - wanted) < FAR * (1 - wanted**2) / np.sqrt(MANY)


@pytest.mark.parametrize("correlation", [0.0, 1.0])
def test_intakes_may_be_independent_or_fully_correlated(correlation: float) -> None:
    """At the ends of the range intakes are independent or identical."""
    logs = np.log(drawn(300, P._replace(correlation_intakes=correlation))[INTAKE_FACTORS].to_numpy())
    found = np.corrcoef(logs.T)[~np.eye(len(INTAKE_FACTORS), dtype=bool)]
    assert (abs(found - correlation) < FAR / np.sqrt(300)).all()


def test_a_factor_of_zero_width_is_one_and_does_not_affect_the_others() -> None:
    """Persons may have one property in common."""
    alike, typical = drawn(20, P._replace(sd_gfr=0.0)), drawn(20)
    assert (alike["gfr"] == 1.0).all()
    pd.testing.assert_frame_equal(alike.drop(columns="gfr"), typical.drop(columns="gfr"), rtol=0, atol=0)


def test_a_person_depends_on_seed_replicate_and_attempt() -> None:
    """The same key gives the same person; another key gives other values of every factor."""
    mine = draw_person(P, 4, 5)
    assert draw_person(P, 4, 5, 0) == mine
    for other in (draw_person(P, 5, 4), draw_person(P, 4, 6), draw_person(P, 4, 5, 1)):
        assert not set(other) & set(mine)


def test_persons_are_those_of_all_earlier_studies() -> None:
    """Results of earlier seeds depend on the order of the draws; hence one person is recorded here."""
    assert draw_person(P, 1, 2) == pytest.approx(EXAMPLE, rel=1e-15)


# Parameters of persons


def test_the_typical_person_changes_nothing() -> None:
    """Factors of one give the typical body exactly."""
    assert apply_person(Person(), Parameters()) == Parameters()


def test_parameters_that_scale_with_body_size_have_extensive_units() -> None:
    """Volumes, amounts, intakes and flows scale; concentrations, fractions and times do not."""
    units = {name: FACTS[name].unit for name in BodyParameters._fields}
    assert {units[name] for name in EXTENSIVE} == {"L", "mmol", "mmol/day", "L/day"}
    assert not {"gfr", "cell_water", "intake_mg"} - set(EXTENSIVE)


@pytest.mark.parametrize(
    ("factor", "parameters"),
    [
        ("gfr", ["body.gfr"]),
        ("intake_na", ["body.intake_na"]),
        ("intake_k", ["body.intake_k"]),
        ("intake_mg", ["body.intake_mg"]),
        ("intake_ca", ["body.intake_ca"]),
        ("plasma_k", ["body.plasma_k"]),
        ("plasma_mg", [f"body.plasma_mg_{form}" for form in ("ionised", "complexed", "bound")]),
        ("mg_absorption", ["body.mg_absorption_active"]),
        ("pump_sites", ["population.median_pump_capacity"]),
        ("na_leak", ["population.median_na_leak"]),
        ("cell_mg", [f"{cells}rest_mg_total" for cells in ("cell.", "types.red_cell_", "types.other_")]),
        ("free_mg", [f"{cells}rest_mg_free" for cells in ("cell.", "types.red_cell_", "types.heart_")]),
    ],
)
def test_a_factor_multiplies_its_parameters_and_no_other(factor: str, parameters: list[str]) -> None:
    """Each factor acts on its own parameters only."""
    before, after = flat(Parameters()), flat(apply_person(Person(**{factor: 1.25}), Parameters()))
    changed = {name: after[name] for name in before if after[name] != before[name]}
    assert changed == pytest.approx({name: 1.25 * before[name] for name in parameters}, rel=1e-15)


def flat(p: Parameters) -> dict[str, float]:
    """All parameters by group and name."""
    return {
        f"{group}.{name}": value
        for group, numbers in p._asdict().items()
        for name, value in numbers._asdict().items()
    }


def test_persons_preserve_changed_parameters() -> None:
    """A person's factors multiply the values set by a study."""
    changed = Parameters().replace(plasma_k=4.0, median_na_leak=0.8)
    p = apply_person(Person(plasma_k=1.1, na_leak=0.5), changed)
    assert p.body.plasma_k == pytest.approx(4.4)
    assert p.population.median_na_leak == pytest.approx(0.4)


def test_steady_state_reflects_the_factors_of_the_person() -> None:
    """Plasma K and Mg, intakes, body water and cell Mg are the typical ones times the factors."""
    result = run("baseline", 5, days=0.25, seed=3, replicate=8, person=True, noise=False)
    typical = run("baseline", 5, days=0.25, seed=3, replicate=8, noise=False)
    who, first = Person(**result.provenance["person"]), result.table.iloc[0]
    ratio = first / typical.table.iloc[0]
    size = who.body_size
    assert ratio["plasma_k"] == pytest.approx(who.plasma_k)
    assert ratio["plasma_mg"] == pytest.approx(who.plasma_mg)
    assert ratio["plasma_na"] == pytest.approx(1.0)
    assert ratio["ecf_volume"] == pytest.approx(size)
    assert ratio["body_water"] == pytest.approx(size)
    assert ratio["intake_mg"] == pytest.approx(size * who.intake_mg)
    assert ratio["intake_na"] == pytest.approx(size * who.intake_na)


def test_provenance_contains_the_person() -> None:
    """Provenance contains the person of a run, if there is one."""
    mine = run("baseline", 5, days=0.25, seed=3, replicate=8, person=True, noise=False).provenance
    assert mine["person"] == draw_person(P, 3, 8)._asdict()
    assert run("baseline", 5, days=0.25, noise=False).provenance["person"] is False


# Size


EXTENSIVE_PREFIXES = ("intake_", "urine_", "stool_", "body_", "ecf_volume", "bone_mg")
"""Prefixes of variables that scale with body size."""


def eventful(size: float) -> Condition:
    """Nearly all interventions at once, with doses proportional to body size."""
    return read({
        "name": "busy",
        "duration": "8 day",
        "diet": [{"potassium": f"{30 * size} mmol/day", "sodium": f"{200 * size} mmol/day",
                  "start": "2 day"}],
        "meal": [{"start": "5 day", "potassium": f"{30 * size} mmol", "carbohydrate": f"{60 * size} g"}],
        "supplement": [
            {"ion": "magnesium", "dose": f"{15 * size} mmol/day", "route": "intravenous",
             "start": "3 day"},
            {"ion": "calcium", "dose": f"{5 * size} mmol/day"},
        ],
        "treatment": [
            {"kind": "thiazide", "effect": 0.5, "start": "1 day"},
            {"kind": "insulin", "fold": 5, "start": "4 day", "stop": "108 hour"},
            {"kind": "vomiting", "rate": f"{size} L/day", "start": "5 day", "stop": "6 day"},
            {"kind": "diarrhoea", "rate": f"{size} L/day", "start": "6 day"},
            {"kind": "nephron-loss", "effect": 0.3, "start": "7 day"},
        ],
    })  # fmt: skip


def time_course(size: float, tolerance: float) -> pd.DataFrame:
    """Half-daily rows of a body of some size under these interventions."""
    parameters = apply_person(Person(body_size=size), Parameters())
    tissue = Tissue(15, parameters=parameters, seed=1, tolerance=tolerance)
    course, recorder = Schedule(tissue, eventful(size)), Recorder()
    for hours in range(0, 193, 12):
        course.advance_until(float(hours))
        recorder.record(tissue)
    return recorder.table()


@pytest.mark.parametrize("size", [0.6, 1.7])
@pytest.mark.parametrize("tolerance", [1e-5, 1e-7])
def test_body_size_scales_amounts_but_not_concentrations(size: float, tolerance: float) -> None:
    """With doses proportional to size, concentrations are equal at all times and amounts proportional.

    The only difference is integration error, which decreases with the tolerance.
    """
    typical, mine = time_course(1.0, tolerance), time_course(size, tolerance)
    for name in VARIABLES:
        if not name.startswith("audit_"):
            scale = size if name.startswith(EXTENSIVE_PREFIXES) else 1.0
            expected = pytest.approx(scale * typical[name], rel=3.0 * tolerance, abs=1e-9, nan_ok=True)
            assert mine[name].to_numpy() == expected, name


# Health


@pytest.fixture(scope="module")
def healthy() -> pd.DataFrame:
    """Persons after three days without intervention: change of K, and Na of cells."""
    rows = []
    for replicate in range(HEALTHY):
        planned = RunPlan("baseline", 5, days=3.0, replicate=replicate, person=True, noise=False,
                       heterogeneous=False)  # fmt: skip
        tissue, who = make_tissue(planned)
        start, na = tissue.fluid.k, float(cell_table(tissue)["na_in"].iloc[0])
        Schedule(tissue, planned.condition).advance_until(72.0)
        rows.append({
            "first": who == draw_person(P, 0, replicate), "plasma_k": start,
            "change": abs(tissue.fluid.k / start - 1.0), "na_in": na,
        })  # fmt: skip
    return pd.DataFrame(rows)


def test_every_person_has_a_healthy_steady_state(healthy: pd.DataFrame) -> None:
    """All of the first 300 persons have a healthy steady state at the first attempt."""
    assert healthy["first"].all()
    assert healthy["change"].max() < AT_REST


def test_plasma_potassium_differs_between_persons_as_declared(healthy: pd.DataFrame) -> None:
    """Its logarithm has the measured width."""
    width = np.log(healthy["plasma_k"]).std()
    assert abs(width - P.sd_plasma_k) < FAR * P.sd_plasma_k / np.sqrt(2 * HEALTHY)


def test_cell_sodium_differs_between_persons_as_pumps_and_leaks_do(healthy: pd.DataFrame) -> None:
    """The spread of cell Na follows from those of pump sites and Na leak; see the band's docstring."""
    low, high = NA_SPREAD
    assert low < healthy["na_in"].std() / healthy["na_in"].mean() < high
    assert healthy["na_in"].median() == pytest.approx(10.0, rel=0.03)


def test_heterogeneous_cells_of_persons_are_in_steady_state() -> None:
    """A heterogeneous tissue starts in the steady state of each cell."""
    for replicate in range(10):
        planned = RunPlan("baseline", 20, days=3.0, replicate=replicate, person=True, noise=False)
        tissue, _ = make_tissue(planned)
        start = tissue.fluid.k
        Schedule(tissue, planned.condition).advance_until(72.0)
        assert tissue.fluid.k == pytest.approx(start, rel=AT_REST)


# Persons without a healthy steady state


def reject(times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Make the first persons fail to have a steady state; return the attempts drawn."""
    attempts: list[int] = []

    def counted(p: PersonParameters, seed: int, replicate: int, attempt: int = 0) -> Person:
        attempts.append(attempt)
        return draw_person(p, seed, replicate, attempt)

    def fragile(*arguments: Any, **options: Any) -> Tissue:
        if len(attempts) <= times:
            raise SteadyStateError("these parameters allow no healthy body")
        return Tissue(*arguments, **options)

    monkeypatch.setattr(initial_tissue, "draw_person", counted)
    monkeypatch.setattr(initial_tissue, "Tissue", fragile)
    return attempts


def test_a_person_without_steady_state_is_redrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person of the next attempt is used and reported."""
    attempts = reject(2, monkeypatch)
    tissue, who = make_tissue(RunPlan("baseline", 5, seed=3, replicate=8, person=True))
    assert attempts == [0, 1, 2]
    assert who == draw_person(P, 3, 8, 2)
    assert tissue.parameters == apply_person(who, Parameters())


def test_number_of_attempts_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last attempt the problem of the parameters is reported."""
    attempts = reject(1000, monkeypatch)
    with pytest.raises(SteadyStateError, match="no healthy body"):
        make_tissue(RunPlan("baseline", 5, person=True))
    assert attempts == list(range(MAX_DRAWS))


def test_the_typical_body_is_not_redrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without persons nothing is drawn."""
    attempts = reject(1000, monkeypatch)
    with pytest.raises(SteadyStateError, match="no healthy body"):
        make_tissue(RunPlan("baseline", 5))
    assert attempts == []


def test_persons_do_not_depend_on_the_condition() -> None:
    """Person and cells of a replicate are the same for all interventions and recording intervals."""
    plain, who = make_tissue(RunPlan("baseline", 6, seed=3, replicate=8, person=True))
    treated, same = make_tissue(
        RunPlan("severe-magnesium-loss", 6, days=5.0, seed=3, replicate=8, person=True, record_hours=3.0)
    )
    assert who == same
    assert plain.y.tobytes() == treated.y.tobytes()
    assert plain.traits.tobytes() == treated.traits.tobytes()
