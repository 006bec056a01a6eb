"""Beyond the range of life: what a run, a study and a figure say, and what they do not change."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.conditions.condition import Condition, built_in_conditions, read
from sim.errors import SimulationError
from sim.numerics.layout import names_of
from sim.numerics.step_control import NEGATIVE, NOT_FINITE, TOO_STIFF, Outcome
from sim.parameters.survival import SURVIVAL_LIMITS
from sim.physiology.body_state import BodyState
from sim.physiology.cell_traits import N_STATES
from sim.simulation.survival import Crossing, SurvivalMonitor, is_finished
from sim.tissue.failure import body_state_in_words, describe_failure
from sim.variables.table import VARIABLES

COUNTS = [3, 1, 1, 1, 1]


def make(duration: str = "6 hour", **fields: Any) -> Condition:
    return read({"name": "x", "duration": duration, **fields})


def infusion(ion: str, amount: str, hours: float) -> dict[str, Any]:
    return {"ion": ion, "amount": amount, "route": "intravenous", "stop": f"{hours} hour"}


KCL = make(supplement=[infusion("potassium", "1000 mmol", 1.0)])


@pytest.mark.parametrize("limit", SURVIVAL_LIMITS, ids=lambda limit: limit.variable)
def test_a_limit_is_of_a_variable_in_its_unit_around_its_reference_range(limit) -> None:  # type: ignore[no-untyped-def]
    variable = VARIABLES[limit.variable]
    assert limit.unit == variable.unit
    assert limit.low < variable.low < variable.high < limit.high
    assert all(source.citation for source in limit.sources)


@pytest.mark.parametrize("limit", SURVIVAL_LIMITS, ids=lambda limit: limit.variable)
def test_a_limit_is_crossed_beyond_it_and_named_once(limit) -> None:  # type: ignore[no-untyped-def]
    for bound, side, beyond in ((limit.low, "below", -1e-6), (limit.high, "above", 1e-6)):
        if math.isfinite(bound):
            monitor = SurvivalMonitor()
            for day, value in ((0.0, bound), (1.0, bound + beyond), (2.0, bound + beyond)):
                monitor.compare(day, {limit.variable: value, "unknown": math.nan})
            words = f"{limit.meaning} {side} {bound:g} {limit.unit}"
            assert monitor.crossings == [Crossing(limit.variable, words, 1.0)]
            assert monitor.outcome == f"not survivable: {words} from day 1"


def test_a_branch_of_a_monitor_goes_on_alone() -> None:
    monitor = SurvivalMonitor()
    branch = monitor.branch()
    branch.compare(0.5, {"plasma_k": 12.0})
    assert (monitor.outcome, is_finished(branch.outcome)) == ("finished", True)
    assert str(branch.crossings[0]) == "plasma K above 9 mM from day 0.5"


CASES = {
    "potassium in an hour": (KCL, "plasma K above 9 mM from day 0.0"),
    "magnesium in an hour": (
        make(supplement=[infusion("magnesium", "24 g MgSO4", 0.5), ]),
        "total plasma Mg above 7.5 mM from day 0.0",
    ),
    "calcium in an hour": (
        make(supplement=[infusion("calcium", "200 mmol", 1.0)]),
        "ionised plasma Ca above 4 mM from day 0.0",
    ),
    "blocked pumps": (
        make("3 day", treatment=[{"kind": "pump-inhibitor", "effect": 0.97}]),
        "plasma K above 9 mM from day ",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("condition", "words"), CASES.values(), ids=CASES.keys())
def test_a_run_that_nobody_survives_says_so(condition: Condition, words: str) -> None:
    """In its outcome and provenance; its table goes on to the end."""
    try:
        result = sim.run(condition, n_cells=8, noise=False)
    except SimulationError as error:
        result = error.result
    crossings = [crossing["text"] for crossing in result.provenance["survival"]]
    assert words in crossings[0]
    assert not result.survivable
    if result.finished:
        assert result.provenance["outcome"] == f"not survivable: {crossings[0]}"
        assert result.table.index[-1] == condition.duration / 24.0
    assert "Not survivable: " + crossings[0] in [text.get_text() for text in result.plot().texts]


def test_columns_and_values_do_not_depend_on_limits() -> None:
    """The mark is in the provenance, not in the table."""
    table = sim.run(KCL, n_cells=8).table
    assert list(table) == list(VARIABLES)
    assert table["plasma_k"].max() > 9.0
    assert table["qtc"].min() > 0.0
    assert math.isfinite(table.to_numpy().sum())


@pytest.mark.parametrize(
    "name", ["severe-magnesium-loss", "kidney-failure", "vomiting", "potassium-load"]
)
def test_built_in_conditions_are_survivable(name: str) -> None:
    result = sim.run(name, n_cells=6, noise=False)
    assert result.provenance["outcome"] == "finished"
    assert result.survivable
    assert result.provenance["survival"] == []
    assert not [text for text in result.plot().texts if "urvivable" in text.get_text()]


@pytest.mark.slow
@pytest.mark.parametrize("name", built_in_conditions())
def test_virtual_persons_survive_built_in_conditions(name: str) -> None:
    for replicate in range(5):
        assert sim.run(name, n_cells=6, noise=False, person=True, replicate=replicate).survivable


def test_a_study_says_which_arm_is_not_survivable(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Its outcome names the limit; such a case has finished, it is no failure."""
    usual = make().revised(name="usual")
    design = sim.Design(
        conditions=[usual, KCL.revised(name="kcl")], replicates=2, cells=6, every="3 hour",
        variables=["plasma_na"],
    )  # fmt: skip
    study = sim.run_study(design, tmp_path / "study", workers=1)
    outcomes = study.cases.set_index(["condition", "replicate"])["outcome"]
    assert outcomes["usual"].tolist() == ["finished"] * 2
    assert all(o.startswith("not survivable: plasma K above 9 mM from day 0.0") for o in outcomes["kcl"])
    assert study.failures == []
    assert study.complete
    assert [text.partition(":")[0] for text in study.not_survivable] == [
        "replicate 0, kcl", "replicate 1, kcl",
    ]  # fmt: skip


# How an integration failed


def test_every_state_of_the_body_has_words() -> None:
    """No name of the code reaches a user."""
    words = [body_state_in_words(name) for name in names_of(BodyState)]
    assert len(set(words)) == len(words)
    assert not [word for word in words if "_" in word]


@given(
    place=st.integers(0, N_STATES * sum(COUNTS) + len(names_of(BodyState)) - 1),
    code=st.sampled_from([NEGATIVE, NOT_FINITE]),
)
def test_a_failure_is_a_sentence_of_physiology(place: int, code: int) -> None:
    text = describe_failure(Outcome(code=code, place=place, time=1.5), COUNTS)
    assert "_" not in text
    assert "on day 0.062" in text or "on day 0.063" in text
    assert "no body survives this" in text
    assert "check the condition's doses" in text


def test_equations_that_are_too_stiff_are_said_to_be() -> None:
    text = describe_failure(Outcome(code=TOO_STIFF, place=-1, time=24.0), COUNTS)
    assert text.startswith("levels changed too fast to be followed on day 1.000")
