"""One replicate through all arms: every arm's results are those of a run on its own, to the bit."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.conditions.condition import Condition, read
from sim.conditions.plan import RunPlan
from sim.errors import SimulationError
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.recorder import cell_table
from sim.simulation.running import run
from sim.simulation.schedule import Schedule
from sim.simulation.survival import FINISHED, is_finished
from sim.study import replicate as replicates
from sim.study.design import Design, read_design
from sim.study.replicate import ArmResult, prepare_arms, recorded_days, simulate_replicate
from sim.tissue.spans import Span
from sim.tissue.tissue import Tissue
from sim.variables.table import VARIABLES
from tests.laws.law_tests import reproducible


def make(name: str, **fields: Any) -> Condition:
    """Condition of two days from nested data."""
    return read({"name": name, "duration": "2 day", **fields})


def blocker(start: str, effect: float = 0.5, **fields: Any) -> dict[str, Any]:
    """A treatment from some time on."""
    return {"kind": "thiazide", "effect": effect, "start": start, **fields}


ARMS = {
    condition.name: condition
    for condition in (
        make("usual"),
        make("again"),
        make("at-once", treatment=[blocker("0 day")]),
        make("within-a-step", treatment=[blocker("100 min")]),
        make("later", treatment=[blocker("30 hour")]),
        make("later-and-more", treatment=[blocker("30 hour"), {"kind": "vomiting", "rate": "1 L/day",
                                                               "start": "32.2 hour"}]),
        make("for-a-day", treatment=[blocker("6 hour", stop="30 hour")]),
        make("diet", diet=[{"potassium": "20 mmol/day", "start": "12 hour"}]),
        make("eating", meals=[{"at": ["7:10", "19:00"]}]),
        make("eating-later", meals=[{"at": ["7:10", "19:00"]}], treatment=[blocker("30 hour")]),
        make("short", duration="1 day"),
        make("shorter", duration="13.3 hour"),
        make("long", duration="50 hour"),
        make("without", without=["romk-mg-block"]),
        make("changed", parameters={"pump_half_mg": "0.2 mM"}),
        make("changed-later", parameters={"pump_half_mg": "0.2 mM"}, treatment=[blocker("30 hour")]),
        make("changed-back", parameters={"pump_half_mg": "0.2 mM"}, without=["romk-mg-block"]),
    )
}  # fmt: skip
"""Arms that diverge at once, in a step, later, never; with meals; of other lengths and parameters."""
DEADLY = {"kind": "pump-inhibitor", "effect": 0.95, "start": "6 hour"}
"""Cells lose so much K, and gain so much NaCl, that no Cl is left outside."""
IMPOSSIBLE = {"correlation_pump_k_leak": 0.9, "correlation_pump_na_leak": 0.9, "correlation_leaks": 0.0}
"""No cells are like that."""
SETTING: dict[str, Any] = {"cells": 6, "seed": 3, "every": "5 hour"}


def design_of(arms: Sequence[Condition], **options: Any) -> Design:
    """Design with some arms and all variables."""
    return read_design({"conditions": arms, "variables": list(VARIABLES), **SETTING, **options})


def results_of(arms: Sequence[Condition], replicate: int = 7, **options: Any) -> dict[str, ArmResult]:
    """Result of one replicate in each arm, by name."""
    design = design_of(arms, **options)
    plans = [p.of_replicate(replicate) for p in design.plans()]
    results = simulate_replicate(prepare_arms(plans), design.variables, design.snapshots)
    assert [result.arm for result in results] == list(range(len(arms)))
    return dict(zip(design.arms, results, strict=True))


def check_alone(condition: Condition, result: ArmResult, replicate: int = 7, **options: Any) -> None:
    """A result is, to the bit, what a run of the condition gives."""
    design = design_of([condition], **options)
    days = None if design.duration is None else design.duration / 24.0
    alone = run(
        condition, design.cells, days=days, seed=design.seed, replicate=replicate, person=design.persons,
        noise=design.noise, heterogeneous=design.heterogeneous, parameters=design.parameters,
        record_hours=design.every,
    )  # fmt: skip
    assert result.outcome == alone.provenance["outcome"]
    assert is_finished(result.outcome)
    assert result.days.tobytes() == alone.table.index.to_numpy().tobytes()
    assert result.course.tobytes() == alone.table.to_numpy().tobytes()
    assert result.evaluations == alone.provenance["evaluations"]
    if design.persons:
        assert result.person._asdict() == alone.provenance["person"]


def same(one: ArmResult, other: ArmResult) -> bool:
    """Whether two results agree in all but the number of the arm."""
    return (
        (one.outcome, one.person, one.evaluations) == (other.outcome, other.person, other.evaluations)
        and one.days.tobytes() == other.days.tobytes()
        and one.course.tobytes() == other.course.tobytes()
        and one.cells.keys() == other.cells.keys()
        and all(frame.equals(other.cells[day]) for day, frame in one.cells.items())
    )


# Arms alone and together


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"persons": False},
        {"noise": False},
        {"noise": False, "heterogeneous": False, "cells": 5},
        {"duration": "31 hour", "parameters": {"gfr": "140 L/day"}},
        {"every": "1 hour", "seed": 11},
    ],
    ids=["usual", "typical", "quiet", "twin", "revised", "hourly"],
)
def test_every_arm_is_a_run_of_its_own(options: dict[str, Any]) -> None:
    """All arms at once, and each as if it were the only one: rows, evaluations, person."""
    results = results_of(list(ARMS.values()), **options)
    for name, result in results.items():
        check_alone(ARMS[name], result, **options)


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_alone_is_a_run(name: str) -> None:
    """With no other arm beside it."""
    check_alone(ARMS[name], results_of([ARMS[name]], 2)[name], 2)


def test_another_replicate_is_another_body() -> None:
    """Persons, cells and fluctuations are its own."""
    mine, other = (results_of([ARMS["usual"], ARMS["later"]], number) for number in (7, 8))
    assert mine["usual"].person != other["usual"].person
    assert mine["usual"].person == mine["later"].person
    assert (mine["usual"].course[-1] != other["usual"].course[-1]).mean() > 0.8


TOGETHER = [ARMS[name] for name in ("usual", "later", "later-and-more", "shorter", "eating", "changed")]


@pytest.mark.parametrize("first", TOGETHER, ids=lambda condition: condition.name)
def test_the_order_of_arms_changes_nothing(first: Condition) -> None:
    """Whichever arm leads, and whichever branch off from it."""
    snapshots = {"at": ["0 hour", "12.9 hour", "40 hour"], "cells": 6}
    wanted = results_of(TOGETHER, snapshots=snapshots)
    others = [condition for condition in TOGETHER if condition is not first]
    for order in list(permutations(others))[::24]:
        results = results_of([first, *order], snapshots=snapshots)
        assert all(same(results[name], wanted[name]) for name in wanted)


ANY_ARMS = st.lists(st.sampled_from(sorted(ARMS)), min_size=2, max_size=5, unique=True)


@given(names=ANY_ARMS, every=st.sampled_from(["1 hour", "5 hour", "9.8 hour", "14 hour", "1 day"]))
@example(["shorter", "usual"], "14 hour")
@example(["usual", "shorter"], "14 hour")
@settings(reproducible, max_examples=50)
def test_any_arms_in_any_order_are_as_alone(names: list[str], every: str) -> None:
    """However rows and lengths fall; plasma of the mean-field twin."""
    options: dict[str, Any] = {
        "noise": False, "heterogeneous": False, "cells": 5, "every": every,
        "variables": ["plasma_k", "urine_k"], "snapshots": {"at": ["9.8 hour", "12.9 hour"]},
    }  # fmt: skip
    results = results_of([ARMS[name] for name in names], **options)
    for name in names:
        alone = results_of([ARMS[name]], **options)[name]
        assert same(results[name], alone)


def test_a_shared_past_is_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arms that diverge on day two share the first, however many they are."""
    simulated: list[float] = []
    advance: Callable[..., None] = Tissue.advance_through

    def counted(tissue: Tissue, spans: Sequence[Span], bodies: Any) -> None:
        simulated.append(spans[-1].stop - tissue.time)
        advance(tissue, spans, bodies)

    monkeypatch.setattr(Tissue, "advance_through", counted)
    arms = [make(f"arm-{i}", treatment=[blocker("30 hour", 0.1 * i)]) for i in range(1, 6)]
    results_of(arms)
    assert sum(simulated) == pytest.approx(27.0 + 5 * 21.0)
    simulated.clear()
    results_of([ARMS["usual"], ARMS["again"]])
    assert sum(simulated) == pytest.approx(45.0 + 2 * 3.0)


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("usual", "again", 48.0),
        ("usual", "at-once", 0.0),
        ("usual", "within-a-step", 100 / 60),
        ("usual", "later", 30.0),
        ("later", "later-and-more", 32.2),
        ("usual", "for-a-day", 6.0),
        ("later", "for-a-day", 6.0),
        ("usual", "short", 24.0),
        ("long", "shorter", 13.3),
        ("usual", "without", 0.0),
        ("usual", "eating", -1.0),
        ("eating", "eating-later", 30.0),
        ("usual", "changed", -1.0),
        ("changed", "changed-later", 30.0),
        ("changed", "changed-back", 0.0),
    ],
)
def test_arms_diverge_when_their_inputs_may_differ(one: str, other: str, hours: float) -> None:
    """At the first such moment, at the end of the shorter one, or never together."""
    arms = prepare_arms([RunPlan(ARMS[one], 5), RunPlan(ARMS[other], 5)])
    assert arms.divergence == {(0, 1): pytest.approx(hours), (1, 0): pytest.approx(hours)}


def test_the_usual_diet_written_down_diverges_from_the_usual_one() -> None:
    """It is the same for a typical body, and another for a person who eats otherwise."""
    body = RunPlan("baseline", 5).model_parameters.body
    diet = {"potassium": f"{body.intake_k / 24.0!r} mmol/hour"}
    arms = [make("plain"), make("written", diet=[diet])]
    assert arms[0].control_at(0.0, body) == arms[1].control_at(0.0, body)
    assert prepare_arms([RunPlan(arm, 5) for arm in arms]).divergence[0, 1] == 0.0
    results = results_of(arms)
    for arm in arms:
        check_alone(arm, results[arm.name])
    assert results["plain"].course.tobytes() != results["written"].course.tobytes()


# Rows and single cells


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.parametrize("every", [1.0, 5.0, 9.8, 24.0])
def test_the_days_of_rows_are_known_beforehand(name: str, every: float) -> None:
    """From the plan alone."""
    planned = RunPlan(ARMS[name], 5, noise=False, heterogeneous=False, record_hours=every)
    (result,) = simulate_replicate(prepare_arms([planned]), ["plasma_k"])
    assert result.days.tolist() == recorded_days(planned)
    assert (result.days[0], result.days[-1]) == (0.0, planned.condition.duration / 24.0)


SEEN = (0.0, 12.9, 30.0, 31.5, 48.0)
"""Moments at which single cells are kept [h]."""


def in_words(times: Sequence[float]) -> list[str]:
    """Times as a design has them."""
    return [f"{hours!r} hour" for hours in times]


def test_single_cells_are_those_of_the_moment() -> None:
    """As many of each type as asked for, at the end of the step nearest to each moment."""
    snapshots = {"at": in_words(SEEN), "cells": 6, "variables": ["k_in", "potential"]}
    results = results_of(TOGETHER, cells=12, snapshots=snapshots)
    for name, result in results.items():
        planned = RunPlan(ARMS[name], 12, seed=3, replicate=7, person=True)
        tissue, _ = make_tissue(planned)
        course = Schedule(tissue, planned.condition)
        end = planned.condition.duration
        wanted = {course.steps.nearest(hours) for hours in SEEN}
        assert set(result.cells) == {hours / 24.0 for hours in wanted}
        assert max(result.cells) == end / 24.0
        for hours in sorted(wanted):
            course.advance_until(hours)
            seen = cell_table(tissue, 6)[["type", "k_in", "potential"]]
            pd.testing.assert_frame_equal(result.cells[hours / 24.0], seen, rtol=0, atol=0)


def test_keeping_cells_changes_no_result() -> None:
    """They are looked at where steps end anyway."""
    plain, seen = results_of(TOGETHER), results_of(TOGETHER, snapshots={"at": in_words(SEEN)})
    for name, result in plain.items():
        assert result.cells == {}
        assert same(result, seen[name]._replace(cells={}))


# Replicates that fail


def test_a_replicate_that_fails_is_reported_in_the_arms_it_concerns() -> None:
    """In all arms with the same past, with the rows until then; the other arms finish."""
    arms = [
        make("usual"),
        make("deadly", treatment=[DEADLY]),
        make("deadly-too", treatment=[DEADLY]),
        make("deadly-then-treated", treatment=[DEADLY, blocker("40 hour")]),
        make("treated-first", treatment=[blocker("3 hour"), DEADLY]),
        make("over-before", duration="9 hour", treatment=[DEADLY]),
    ]
    results = results_of(arms, every="3 hour")
    check_alone(arms[0], results["usual"], every="3 hour")
    check_alone(arms[5], results["over-before"], every="3 hour")
    for condition in arms[1:5]:
        result = results[condition.name]
        with pytest.raises(SimulationError) as failure:
            run(condition, 6, seed=3, replicate=7, person=True, record_hours=3.0)
        alone = failure.value.result
        assert result.outcome == alone.provenance["outcome"] == f"failed: {failure.value}"
        assert "extracellular Cl was used up on day 0." in result.outcome
        assert result.course.tobytes() == alone.table.to_numpy().tobytes()
        assert result.days.tolist() == alone.table.index.tolist()
        assert 2 < len(result.days) < 10
        assert result.evaluations == alone.provenance["evaluations"]
        assert result.person == results["usual"].person


def test_a_replicate_without_steady_state_is_reported_in_the_arms_it_concerns() -> None:
    """It has no rows and no person there; with other parameters it finishes."""
    arms = [
        make("usual"),
        make("impossible", parameters=IMPOSSIBLE),
        make("impossible-too", parameters=IMPOSSIBLE, treatment=[blocker("6 hour")]),
        make("treated", treatment=[blocker("6 hour")]),
    ]
    results = results_of(arms, snapshots={"at": ["1 day"]})
    for name in ("impossible", "impossible-too"):
        result = results[name]
        assert result.outcome.startswith("failed: the three correlations of traits exclude each other")
        assert (result.days.shape, result.course.shape) == ((0,), (0, len(VARIABLES)))
        assert (result.evaluations, result.cells) == (0, {})
        assert np.isnan(result.person).all()
    for name in ("usual", "treated"):
        assert results[name].outcome == FINISHED
        assert len(results[name].cells) == 1


def test_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the program is not a failure of a replicate."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(replicates, "cell_table", broken)
    with pytest.raises(ZeroDivisionError):
        results_of([ARMS["usual"]], snapshots={"at": ["1 day"]})
