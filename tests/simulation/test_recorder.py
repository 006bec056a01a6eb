"""Recording: a variable has the same value whatever else is recorded; only its inputs are computed."""

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
from sim.simulation.observation import needs_of
from sim.simulation.recorder import Recorder, cell_table
from sim.simulation.schedule import Schedule
from sim.tissue.audit import Audit
from sim.tissue.cell_variables import (
    ITS_CONCENTRATIONS,
    ITS_POTENTIAL,
    NO_MEMBRANE,
    WHOLE_MEMBRANE,
    membrane_needed,
)
from sim.tissue.raw_row import ADDED, N_STATISTICS, SD, new_row_workspace, row_form
from sim.tissue.raw_row import CONTENTS as CONTENTS_AT
from sim.tissue.tissue import Tissue
from sim.variables import table
from sim.variables.observation import Observation
from sim.variables.table import AUDITED, PER_CELL, VARIABLES
from sim.variables.variable import PERCENTILES, RecordedVariable
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
CONTENTS = ("contents",)
FLOWS = ("flows",)
NEEDED = {
    "renin": (),
    "osmolality": (),
    "qtc": (),
    "plasma_ca_ionised": (),
    "urine_k": FLOWS,
    "body_mg": CONTENTS,
    "audit_charge": CONTENTS,
    "na_in_mean": ("muscle na_in 0",),
    "heart_mg_free_sd": ("heart mg_free 1",),
    "k_in_p5": ("muscle k_in 2",),
    "pressure": ("smooth_muscle na_in 0",),
    "margin_heart": ("heart potential 0",),
}
"""What must be recorded for a variable besides body and fluid; numbers are places of statistics."""
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


def asked_of_rows(names: list[str]) -> set[str]:
    """What rows contain for some variables besides body and fluid."""
    needs = needs_of(tuple(VARIABLES[name].read for name in names))
    statistics = {
        f"{cell_type} {variable} {2 * percentiles + (sd and not percentiles)}"
        for (cell_type, variable), (_, _, _, sd, percentiles) in zip(
            needs.form.places, needs.form.requests.tolist(), strict=True
        )
    }
    return statistics | {*CONTENTS * needs.form.contents, *FLOWS * needs.rates}


@given(names=st.lists(st.sampled_from(sorted(NEEDED)), min_size=1, unique=True))
@reproducible
def test_only_what_the_variables_read_is_asked_of_rows(names: list[str]) -> None:
    """Contents of cells, flows of the moment, and statistics of a type, for those that need them."""
    assert asked_of_rows(names) == {part for name in names for part in NEEDED[name]}


def test_what_is_not_asked_for_is_not_computed() -> None:
    """It is NaN in a row."""
    tissue = Tissue(12, seed=6)
    form = row_form(contents=False, statistics={("muscle", "na_in"): [SD]})
    row = np.zeros(form.width)
    tissue.write_row(form, new_row_workspace(form, tissue.counts), row)
    assert np.isnan(row[CONTENTS_AT:ADDED]).all()
    assert np.isfinite(row[:CONTENTS_AT]).all()
    statistics = row[form.places["muscle", "na_in"] :]
    assert np.isfinite(statistics).tolist() == [True, True, *[False] * len(PERCENTILES)]


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("expression", NO_MEMBRANE),
        ("k_leak_trait", NO_MEMBRANE),
        ("na_in", ITS_CONCENTRATIONS),
        ("water", ITS_CONCENTRATIONS),
        ("potential", ITS_POTENTIAL),
        ("pump", ITS_POTENTIAL),
        ("k_leak", WHOLE_MEMBRANE),
    ],
)
def test_membranes_are_computed_as_far_as_a_variable_needs_them(name: str, needed: int) -> None:
    """Found from its reader."""
    assert membrane_needed(name) == needed


@pytest.mark.parametrize("name", [name for name in PER_CELL if name != "type"])
@pytest.mark.parametrize("n_cells", [12, 900])
def test_compiled_statistics_are_those_of_the_table_of_cells(name: str, n_cells: int) -> None:
    """Of every variable of cells, whether a run records it or not, of each type."""
    tissue = Tissue(n_cells, seed=6)
    tissue.fluctuate(6.0)
    tissue.advance_to(4.0)
    statistics = {(cell_type, name): range(N_STATISTICS) for cell_type in CELL_TYPES}
    form = row_form(contents=False, statistics=statistics)
    row = np.empty(form.width)
    tissue.write_row(form, new_row_workspace(form, tissue.counts), row)
    table = cell_table(tissue)
    for cell_type in CELL_TYPES:
        values = table.loc[table["type"] == cell_type, name].to_numpy()
        found = row[form.places[cell_type, name] :][:N_STATISTICS]
        expected = [values.mean(), values.std(), *np.percentile(values, PERCENTILES)]
        assert found == pytest.approx(np.array(expected), rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", ["arterial_pressure", "qt_interval", "excitability"])
def test_signs_are_computed_only_if_recorded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They cost nothing where only plasma, cells and balances are recorded."""
    monkeypatch.setattr(observation, name, None)
    recorder = Recorder(["plasma_k", "na_in_mean", "body_k", "audit_k", "urine_k"])
    recorded(recorder)
    assert np.isfinite(recorder.values()).all()


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_can_be_recorded_without_its_inputs(sign: str, everything: pd.DataFrame) -> None:
    """Plasma levels and cells behind a sign are computed though not recorded."""
    recorder = Recorder([sign])
    recorded(recorder)
    assert recorder.table()[sign].to_numpy().tobytes() == everything[sign].to_numpy().tobytes()


# The table of variables


def test_a_new_variable_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader may use every part of an observation."""

    def read(now: Observation) -> object:
        return now.fluid.k / now.cells("heart").mean("k_in")

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


def test_more_rows_can_be_recorded_than_room_was_made_for() -> None:
    """The room doubles; rows stay as they were."""
    small, large = Recorder(["plasma_k", "urine_na"], n_rows=1), Recorder(["plasma_k", "urine_na"])
    recorded(small, large)
    assert small.rows == large.rows
    assert small.times == [moment / 24.0 for moment in MOMENTS]


def test_the_latest_flow_is_that_of_the_last_row() -> None:
    """In the first row, and later, where it is a mean since the row before."""
    recorder = Recorder(["urine_k", "stool_mg"])
    tissue = Tissue(5, seed=6)
    course = Schedule(tissue, BUSY)
    for hours in MOMENTS:
        course.advance_until(hours)
        recorder.record(tissue)
        assert [recorder.latest(name) for name in recorder.variables] == recorder.rows[-1]


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
