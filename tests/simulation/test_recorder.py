"""Recording: a variable has the same value whatever else is recorded; only its inputs are computed."""

import functools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conditions.condition import read
from sim.parameters import CELL_TYPES
from sim.quantities.ions import BY_NAME, SUPPLIED, Ion
from sim.simulation import observation
from sim.simulation.observation import TissueCells, TissueObservation
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.schedule import Schedule
from sim.tissue.audit import Audit
from sim.tissue.tissue import Tissue
from sim.variables import table
from sim.variables.observation import Observation
from sim.variables.table import AUDITED, PER_CELL, VARIABLES
from sim.variables.variable import RecordedVariable
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
PARTS = {
    "fluid": "osmolality",
    "body": "renin",
    "totals": "body_mg",
    "audit": "audit_charge",
    "signs": "qtc",
    "_flows": "urine_k",
    "_ionised_calcium": "plasma_ca_ionised",
}
"""A variable that needs each part of an observation."""
INDEPENDENT = {
    "fluid": ("renin", "body_mg", "audit_charge", "urine_k", "heart_mg_free_mean"),
    "body": ("osmolality", "body_mg", "audit_charge", "qtc", "heart_mg_free_mean"),
    "totals": ("osmolality", "renin", "audit_charge", "urine_k", "qtc"),
    "audit": ("osmolality", "renin", "body_mg", "urine_k", "qtc", "pressure"),
    "signs": ("osmolality", "renin", "body_mg", "urine_k", "audit_charge"),
    "_flows": ("osmolality", "renin", "body_mg", "audit_charge", "pressure"),
    "_ionised_calcium": ("plasma_mg", "renin", "urine_k", "pressure", "audit_charge"),
}
"""Variables that do not."""
SIGNS = ("pressure", "qtc", "margin_muscle", "margin_heart")


def recorded(*recorders: Recorder, n_cells: int = 12) -> Tissue:
    """Tissue after a course whose rows some recorders have taken."""
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


# Some of the variables


def test_a_variable_alone_has_the_value_it_has_among_all(everything: pd.DataFrame) -> None:
    """To the bit."""
    alone = [Recorder([name]) for name in VARIABLES]
    recorded(*alone)
    for recorder, name in zip(alone, VARIABLES, strict=True):
        assert recorder.table().columns.tolist() == [name]
        assert recorder.values()[:, 0].tobytes() == everything[name].to_numpy().tobytes(), name


@given(names=st.lists(st.sampled_from(sorted(VARIABLES)), min_size=1, max_size=8, unique=True))
@reproducible
def test_columns_are_in_the_order_given(everything: pd.DataFrame, names: list[str]) -> None:
    """Any choice in any order gives those columns of the whole table."""
    recorder = Recorder(names)
    recorded(recorder)
    pd.testing.assert_frame_equal(recorder.table(), everything[names], rtol=0, atol=0)


def test_all_variables_are_recorded_by_default(everything: pd.DataFrame) -> None:
    """In the order of the table of variables, one row per time, indexed by days."""
    assert everything.columns.tolist() == list(VARIABLES)
    assert everything.index.tolist() == [0.0, 0.25, 0.625, 1.0]
    assert everything.index.name == "time"
    assert np.isfinite(everything.to_numpy()).all()


def test_a_recorder_without_rows_has_an_empty_table() -> None:
    """With the columns it would have."""
    recorder = Recorder(["plasma_k", "pressure"])
    assert recorder.values().shape == (0, 2)
    assert recorder.table().empty


@pytest.mark.parametrize("part", PARTS)
def test_only_what_a_variable_reads_is_computed(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the observation that fails matters only to the variables that read it."""

    def fail(_: TissueObservation) -> None:
        raise AssertionError("computed")

    monkeypatch.setattr(TissueObservation, part, property(fail))
    recorded(Recorder(INDEPENDENT[part]))
    with pytest.raises(AssertionError, match="computed"):
        recorded(Recorder([PARTS[part]]))


@pytest.mark.parametrize("part", ["membrane", "traits", "state"])
def test_cells_are_evaluated_only_for_their_own_variables(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One part of the cells, of one type, serves all its variables and is computed once a row."""
    types: list[object] = []
    compute = getattr(TissueCells, part).func

    def count(cells: TissueCells) -> object:
        types.append(cells._kinds)
        return compute(cells)

    counted = functools.cached_property(count)
    counted.__set_name__(TissueCells, part)
    monkeypatch.setattr(TissueCells, part, counted)
    recorded(
        Recorder(["plasma_k", "na_in_mean", "k_in_p5", "k_in_p95", "expression_mean", "heart_k_in_sd"])
    )
    heart = CELL_TYPES.index("heart")
    a_row = {"membrane": [(0,), (heart,)], "traits": [], "state": [(0,)]}[part]
    assert types == a_row * len(MOMENTS)


@pytest.mark.parametrize("name", ["arterial_pressure", "qt_interval", "excitability"])
def test_signs_are_computed_only_if_recorded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They cost nothing where only plasma, cells and balances are recorded."""
    monkeypatch.setattr(observation, name, None)
    recorded(Recorder(["plasma_k", "na_in_mean", "body_k", "audit_k", "urine_k"]))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_can_be_recorded_without_its_inputs(sign: str, everything: pd.DataFrame) -> None:
    """Plasma levels and cells behind a sign are computed though not recorded."""
    recorder = Recorder([sign])
    recorded(recorder)
    assert recorder.table()[sign].to_numpy().tobytes() == everything[sign].to_numpy().tobytes()


def test_percentiles_are_computed_only_if_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longest."""
    monkeypatch.setattr(np, "percentile", None)
    recorded(Recorder(["na_in_mean", "heart_potential_sd"]))


# The table of variables


def test_a_new_variable_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader may use every part of an observation."""

    def read(now: Observation) -> float:
        return float(now.fluid.k / now.cells("heart").mean("k_in"))

    monkeypatch.setitem(VARIABLES, "k_ratio", RecordedVariable("1", "K outside over inside", read=read))
    recorder = Recorder(["k_ratio", "plasma_k", "heart_k_in_mean"])
    recorded(recorder)
    ratio, outside, inside = recorder.values().T
    assert (ratio == outside / inside).all()


def test_a_new_type_of_cells_gets_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its name alone: mean and SD of what is summarised for every type."""
    monkeypatch.setitem(table.TITLES, "liver", "liver cells")
    columns = dict(table.cell_columns("liver"))
    summarised = [name for name, variable in PER_CELL.items() if variable.summary.of_others]
    assert list(columns) == [f"liver_{name}_{end}" for name in summarised for end in ("mean", "sd")]
    assert columns["liver_k_in_sd"].meaning == "K in cell water, SD of liver cells"
    recorded_of = {name.split("_na_in")[0] for name in VARIABLES if name.endswith("_na_in_mean")}
    assert recorded_of == {*CELL_TYPES[1:]}


def test_a_new_ion_gets_its_columns() -> None:
    """A cation in plasma, free and bound, and in intake, urine and stool."""
    lithium, strontium = Ion("lithium", "Li", 1, 6.94), Ion("strontium", "Sr", 2, 87.62)
    assert [name for name, _ in table.plasma_columns(lithium)] == ["plasma_li"]
    assert [name for name, _ in table.plasma_columns(strontium)] == ["plasma_sr", "plasma_sr_ionised"]
    assert [table.flow_column(lithium, route)[0] for route in table.ROUTES] == [
        "intake_li", "urine_li", "stool_li",
    ]  # fmt: skip
    keys = [ion.symbol.lower() for ion in SUPPLIED]
    assert {f"{route}_{key}" for route in table.ROUTES for key in keys} <= set(VARIABLES)
    assert {f"plasma_{ion.symbol.lower()}" for ion in BY_NAME.values()} <= set(VARIABLES)


def test_every_balance_of_the_audit_is_recorded() -> None:
    """All that is relative; the number of edits is not."""
    assert tuple(name for name in Audit._fields if name != "edits") == AUDITED


def test_total_plasma_levels_are_in_all_forms(everything: pd.DataFrame) -> None:
    """Ionised, complexed and bound, in the proportions of the healthy body."""
    p = Tissue(1).parameters.body
    for ion in ("mg", "ca"):
        healthy = [getattr(p, f"plasma_{ion}_{form}") for form in ("ionised", "complexed", "bound")]
        ratio = everything[f"plasma_{ion}"] / everything[f"plasma_{ion}_ionised"]
        assert ratio.to_numpy() == pytest.approx(sum(healthy) / healthy[0], rel=1e-14)


# Rows


def test_a_branch_is_independent() -> None:
    """It has the rows so far; rows that either adds later are its own."""
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
    """A branch knows the last row, so its next one equals that of the original recorder."""
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
    """Rows twice as far apart have the means of two; the first row has the flows of its moment."""
    often, rarely = Recorder(["urine_k", "intake_k"]), Recorder(["urine_k", "intake_k"])
    tissue = Tissue(5, seed=6)
    course = Schedule(tissue, BUSY)
    for hours in (0.0, 6.0, 12.0):
        course.advance_until(hours)
        often.record(tissue)
        if hours != 6.0:
            rarely.record(tissue)
    assert rarely.rows[0] == often.rows[0]
    assert rarely.rows[0][1] == pytest.approx(20.0)
    assert rarely.values()[1] == pytest.approx(often.values()[1:].mean(axis=0), rel=1e-12)


def test_the_latest_value_is_that_of_the_last_row() -> None:
    """Looked up by name."""
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
    """One cell is muscle; variables of the other types are NaN."""
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
