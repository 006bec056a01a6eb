"""What is recorded: few variables have the numbers they have among all, and cost what they need."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conditions.condition import read
from sim.parameters import CELL_TYPES
from sim.simulation import recorder as observation
from sim.simulation.recorder import SIGNS, Recorder, cell_table
from sim.simulation.schedule import Schedule
from sim.tissue.tissue import Tissue
from sim.variables.table import PER_CELL, VARIABLES
from tests.laws.law_tests import reproducible

BUSY = read(
    {
        "name": "busy",
        "duration": "2 day",
        "diet": [{"potassium": "20 mmol/day"}],
        "treatment": [{"kind": "loop-diuretic", "effect": 0.5, "start": "10 hour"}],
    }
)
MOMENTS = (0.0, 6.0, 15.0, 24.0)
GROUPS = {
    "_body": "plasma_k",
    "_totals": "body_mg",
    "_cells": "heart_mg_free_mean",
    "_audit": "audit_charge",
}
"""A variable of each group that is computed together."""


def recorded(*recorders: Recorder, n_cells: int = 12) -> Tissue:
    """Tissue whose course some recorders have watched."""
    tissue = Tissue(n_cells, seed=6)
    course = Schedule(tissue, BUSY)
    for hours in MOMENTS:
        course.advance_until(hours)
        for recorder in recorders:
            recorder.record(tissue)
    return tissue


@pytest.fixture(scope="module")
def everything() -> pd.DataFrame:
    """Table of all variables."""
    recorder = Recorder()
    recorded(recorder)
    return recorder.table()


# Few variables


def test_each_variable_alone_is_what_it_is_among_all(everything: pd.DataFrame) -> None:
    """Whatever else is recorded, a number is the same to the bit."""
    alone = [Recorder([name]) for name in VARIABLES]
    recorded(*alone)
    for recorder, name in zip(alone, VARIABLES, strict=True):
        assert recorder.table().columns.tolist() == [name]
        assert recorder.values()[:, 0].tobytes() == everything[name].to_numpy().tobytes(), name


@given(names=st.lists(st.sampled_from(sorted(VARIABLES)), min_size=1, max_size=8, unique=True))
@reproducible
def test_some_variables_are_in_the_order_asked_for(everything: pd.DataFrame, names: list[str]) -> None:
    """Any choice of variables, in any order, is that part of the whole table."""
    recorder = Recorder(names)
    recorded(recorder)
    pd.testing.assert_frame_equal(recorder.table(), everything[names], rtol=0, atol=0)


def test_all_variables_are_recorded_unless_told_otherwise(everything: pd.DataFrame) -> None:
    """In the order of their list, a row a moment, indexed by days."""
    assert everything.columns.tolist() == list(VARIABLES)
    assert everything.index.tolist() == [0.0, 0.25, 0.625, 1.0]
    assert everything.index.name == "time"
    assert np.isfinite(everything.to_numpy()).all()


def test_a_recorder_without_rows_has_an_empty_table() -> None:
    """As a body has that never lived."""
    recorder = Recorder(["plasma_k", "pressure"])
    assert recorder.values().shape == (0, 2)
    assert recorder.table().empty


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_not_asked_for_is_not_computed(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group of variables that would fail does no harm unless one of them is wanted."""
    break_group(group, monkeypatch)
    others = [name for own, name in GROUPS.items() if own != group]
    recorded(Recorder([*others, "urine_k"]))
    with pytest.raises(AssertionError, match="computed"):
        recorded(Recorder([GROUPS[group]]))


def break_group(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a group of variables fail when it is computed."""

    def fail(*_arguments: object) -> dict[str, float]:
        raise AssertionError("computed")

    groups = [
        (names, fail if observe.__name__ == group else observe) for names, observe in observation._GROUPS
    ]
    assert fail in [observe for _, observe in groups]
    monkeypatch.setattr(observation, "_GROUPS", tuple(groups))


@pytest.mark.parametrize("name", ["_flows_now", "arterial_pressure", "qt_interval", "excitability"])
def test_signs_and_flows_are_not_computed_in_vain(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They cost nothing where only plasma is recorded."""
    monkeypatch.setattr(observation, name, None)
    recorded(Recorder(["plasma_k", "na_in_mean", "body_k", "audit_k"]))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_needs_only_what_it_follows_from(sign: str, everything: pd.DataFrame) -> None:
    """The variables behind a sign are computed though not recorded."""
    assert set(SIGNS[sign]) <= set(VARIABLES)
    recorder = Recorder([sign])
    recorded(recorder)
    assert recorder.table()[sign].to_numpy().tobytes() == everything[sign].to_numpy().tobytes()


def test_quantiles_of_cells_are_not_computed_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longest."""
    monkeypatch.setattr(np, "percentile", None)
    recorded(Recorder(["na_in_mean", "heart_potential_sd"]))


# Rows


def test_a_branch_goes_on_by_itself() -> None:
    """It has the rows so far; what either records later the other does not see."""
    recorder = Recorder(["plasma_k", "urine_k"])
    tissue = Tissue(5, seed=6)
    course = Schedule(tissue, BUSY)
    for hours in (0.0, 6.0):
        course.advance_until(hours)
        recorder.record(tissue)
    branch, rows = recorder.branch(), [*recorder.rows]
    assert branch.variables == recorder.variables
    course.advance_until(12.0)
    recorder.record(tissue)
    assert (branch.times, branch.rows) == ([0.0, 0.25], rows)
    course.advance_until(18.0)
    branch.record(tissue)
    assert (recorder.times, branch.times) == ([0.0, 0.25, 0.5], [0.0, 0.25, 0.75])


def test_flows_of_a_branch_are_means_since_the_rows_before_it() -> None:
    """A branch remembers the last row, so its next one is that of the recorder it came from."""
    one = Recorder(["urine_k", "intake_na", "stool_mg"])
    tissue = Tissue(5, seed=6)
    course = Schedule(tissue, BUSY)
    one.record(tissue)
    course.advance_until(6.0)
    other = one.branch()
    for recorder in (one, other):
        recorder.record(tissue)
    assert one.rows == other.rows


def test_flows_are_means_since_the_last_row() -> None:
    """Rows twice as far apart have the means of two; the first row has the flow of its moment."""
    often, seldom = Recorder(["urine_k", "intake_k"]), Recorder(["urine_k", "intake_k"])
    tissue = Tissue(5, seed=6)
    course = Schedule(tissue, BUSY)
    for hours in (0.0, 6.0, 12.0):
        course.advance_until(hours)
        often.record(tissue)
        if hours != 6.0:
            seldom.record(tissue)
    assert seldom.rows[0] == often.rows[0]
    assert seldom.rows[0][1] == pytest.approx(20.0)
    assert seldom.values()[1] == pytest.approx(often.values()[1:].mean(axis=0), rel=1e-12)


def test_the_latest_value_is_that_of_the_last_row() -> None:
    """By name."""
    recorder = Recorder(["plasma_na", "plasma_k"])
    tissue = recorded(recorder)
    assert recorder.latest("plasma_k") == tissue.fluid.k


def test_the_worst_imbalance_is_that_of_any_audit_in_any_row(everything: pd.DataFrame) -> None:
    """Zero where no audit is recorded."""
    recorder = Recorder(["audit_k", "plasma_k", "audit_mg"])
    recorded(recorder)
    audits = everything[["audit_k", "audit_mg"]].abs()
    assert recorder.worst_imbalance() == audits.max().max() > 0.0
    assert Recorder(["plasma_k"]).worst_imbalance() == 0.0


def test_an_absent_type_of_cells_has_no_values() -> None:
    """With one cell there is muscle only; what follows from the others is not a number."""
    recorder = Recorder(["na_in_mean", "heart_na_in_mean", "heart_na_in_sd", "margin_heart", "pressure"])
    recorder.record(Tissue(1, seed=6))
    assert [math.isnan(x) for x in recorder.rows[0]] == [False, True, True, True, True]


# Statistics of cells, and tables of them


@pytest.mark.parametrize("kind", CELL_TYPES)
@pytest.mark.parametrize(
    ("ending", "statistic"),
    [
        ("mean", np.mean),
        ("sd", np.std),
        ("p5", lambda x: np.percentile(x, 5)),
        ("p95", lambda x: np.percentile(x, 95)),
    ],
)
def test_statistics_are_those_of_the_cells_of_a_type(
    kind: str, ending: str, statistic: Callable[[object], float]
) -> None:
    """Mean, SD and quantiles of the table of cells."""
    muscle = kind == CELL_TYPES[0]
    if not muscle and ending.startswith("p"):
        return
    name = f"mg_free_{ending}" if muscle else f"{kind}_mg_free_{ending}"
    recorder = Recorder([name])
    tissue = recorded(recorder, n_cells=30)
    table = cell_table(tissue)
    values = table.loc[table["type"] == kind, "mg_free"].to_numpy()
    assert recorder.latest(name) == pytest.approx(float(statistic(values)), rel=1e-14)


def test_a_table_of_cells_has_every_cell_and_variable() -> None:
    """One row a cell, numbered, types in the order of the cells."""
    tissue = Tissue(20, seed=6)
    table = cell_table(tissue)
    assert table.columns.tolist() == list(PER_CELL)
    assert table.index.tolist() == list(range(20))
    assert table["type"].value_counts()[list(CELL_TYPES)].tolist() == tissue.counts


@pytest.mark.parametrize("most", [1, 5, 8, 19, 20, 1000])
def test_a_smaller_table_has_cells_of_every_type(most: int) -> None:
    """So many cells or a few more; each type's first ones, with the values of the whole table."""
    tissue = Tissue(20, seed=6)
    whole, part = cell_table(tissue), cell_table(tissue, most)
    assert min(most, 20) <= len(part) <= min(most + len(CELL_TYPES), 20)
    pd.testing.assert_frame_equal(part, whole.loc[part.index])
    assert set(part["type"]) == set(CELL_TYPES)
    for kind in CELL_TYPES:
        own = whole.index[whole["type"] == kind]
        mine = part.index[part["type"] == kind]
        assert mine.tolist() == own[: len(mine)].tolist()


def test_a_table_of_cells_does_not_change_with_the_tissue() -> None:
    """It is a copy."""
    tissue = Tissue(8, seed=6)
    before = cell_table(tissue)
    kept = before.copy()
    Schedule(tissue, BUSY).advance_until(12.0)
    pd.testing.assert_frame_equal(before, kept)
    assert not cell_table(tissue)["k_in"].equals(before["k_in"])
