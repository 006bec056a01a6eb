"""Runs from Python: results of `sim.run`, invalid input, failures and interruptions."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.conditions.condition import FOLDER, load
from sim.conditions.plan import RunPlan
from sim.errors import SimulationError
from sim.parameters import CELL_TYPES, BodyParameters, Parameters
from sim.variables.table import PER_CELL, VARIABLES
from tests.cli.commands import FILES, TINY, call, child_environment, output_of, provenance_of

# From Python


def problems(*arguments: Any, **options: Any) -> list[str]:
    """Problems with which `sim.run` is refused."""
    with pytest.raises(sim.InputError) as refusal:
        sim.run(*arguments, **options)
    assert str(refusal.value) == "\n".join(refusal.value.problems)
    return refusal.value.problems


def test_run_raises_one_error_with_every_problem() -> None:
    """Arguments, condition, mechanisms and parameters are listed together, in the order of checks."""
    found = problems(
        "baselin",
        0,
        days=-1,
        seed=-1,
        step_hours=0,
        record_hours=float("nan"),
        snapshots=1,
        threads=0,
        without=["zzz"],
        parameters={"pump_haf_mg": 0.1, "gfr": -5.0},
    )
    expected = [
        "cells = 0",
        "days = -1",
        "seed = -1",
        "'zzz'",
        "'baselin'",
        "'pump_haf_mg'",
        "gfr = -5.0",
    ]
    expected += ["step_hours = 0", "record_hours = nan", "snapshots = 1", "threads = 0"]
    assert [
        words for words, sentence in zip(expected, found, strict=True) if words not in sentence
    ] == []


def test_run_refuses_a_file_with_problems(desk: Path) -> None:
    """Problems of a file are in the same error."""
    (desk / "bad.toml").write_text('zzz = 1\nduration = "3 hour"\n', encoding="utf-8")
    found = problems("bad.toml", 0)
    assert [("cells = 0" in f, "zzz" in f) for f in found] == [(True, False), (False, True)]


@pytest.mark.parametrize("cells", [10**12, 99_999_999])
def test_more_cells_than_fit_are_refused(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that exceeds memory is not started; the message gives the largest number of cells."""
    monkeypatch.setattr("sim.conditions.plan.memory_bytes", lambda: 350_000_000)
    (problem,) = problems("baseline", cells)
    assert ("100,000,000" if cells > 10**8 else "it can hold 1,000,000") in problem


@pytest.mark.parametrize(
    "options",
    [
        {"n_cells": 2.5},
        {"n_cells": "3"},
        {"seed": 1.5},
        {"days": "3"},
        {"snapshots": 2.5},
        {"threads": 1.5},
        {"parameters": {"pump_half_mg": "0.1 mM"}},
        {"condition": None},
    ],
    ids=str,
)
def test_arguments_of_another_type_are_refused(options: dict[str, Any]) -> None:
    """A non-numeric value is invalid input like any other."""
    (problem,) = problems(**{"condition": "baseline", "n_cells": 3, **options})
    assert str(next(reversed(options.values()))) in problem or "0.1 mM" in problem


NO_NAMES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no mechanisms": ({"without": None}, ["without: None is not the name of a mechanism"]),
    "mechanisms that are a number": ({"without": 7}, ["without: 7 is not the name"]),
    "a mechanism that is a number": (
        {"without": ["romk", 3]},
        ["without: 3 is not the name", "called 'romk'"],
    ),
    "such a mechanism and an unknown condition": (
        {"without": [None, "romk"], "condition": "baselin"},
        ["without: None is not the name", "called 'romk'", "'baselin'"],
    ),
    "parameters in a list": ({"parameters": [1]}, ["parameters = [1]; give names and numbers"]),
    "parameters as text": ({"parameters": "gfr"}, ["parameters = 'gfr'; give names and numbers"]),
    "a parameter that is a number": (
        {"parameters": {3: 4}},
        ["parameters: 3 is not the name of a parameter"],
    ),
    "such a parameter and other problems": (
        {"parameters": {3: 4, "gf": 1.0, "gfr": "170"}, "n_cells": 0},
        ["cells = 0", "parameters: 3 is not the name", "called 'gf'", "gfr = '170' is not a number"],
    ),
}


@pytest.mark.parametrize(("options", "expected"), NO_NAMES.values(), ids=NO_NAMES.keys())
def test_invalid_names_are_refused_with_all_other_problems(
    options: dict[str, Any], expected: list[str]
) -> None:
    """Mechanisms and parameters that are not text are problems like others, not a crash."""
    found = problems(**{"condition": "baseline", "n_cells": 3, **options})
    assert [
        words for words, sentence in zip(expected, found, strict=True) if words not in sentence
    ] == []


def test_empty_parameters_and_mechanisms_are_accepted() -> None:
    """Several equivalent values mean no change."""
    for options in ({"parameters": None}, {"parameters": {}}, {"without": ()}, {"without": iter([])}):
        planned = RunPlan("baseline", 3, **options)
        assert (planned.parameters, planned.condition.without) == ({}, ())


def test_one_mechanism_as_text_is_accepted_or_refused_once() -> None:
    """`without="romk-mg-block"` gives at most one problem."""
    try:
        sim.run("baseline", 3, days=0.1, without="romk-mg-block")
    except sim.InputError as refusal:
        count = len(refusal.problems)
    else:
        count = 0
    assert count <= 1


@pytest.fixture(scope="module")
def result() -> sim.Result:
    """Four days of thirty fluctuating cells."""
    return sim.run("severe-magnesium-loss", 30, days=4.0, seed=2)


def test_table_has_a_row_every_six_hours_and_a_column_for_every_variable(result: sim.Result) -> None:
    """Index in days from start to end; a float for every variable."""
    assert result.table.index.name == "time"
    assert result.table.index.tolist() == [0.25 * k for k in range(17)]
    assert list(result.table.columns) == list(VARIABLES)
    assert {str(kind) for kind in result.table.dtypes} == {"float64"}
    assert np.isfinite(result.table.to_numpy()).all()


def test_every_column_has_a_unit(result: sim.Result) -> None:
    """Units are known for all columns of the table and of cells."""
    assert {*result.table.columns, *result.cells().columns} <= set(result.units)
    assert result.units["plasma_k"] == "mM"
    assert result.units["urine_k"] == "mmol/day"
    assert result.units["potential"] == "mV"
    assert [name for name, unit in result.units.items() if not unit] == ["type"]


def test_a_run_starts_healthy(result: sim.Result) -> None:
    """The first row is the steady state of the parameters."""
    body, first = BodyParameters(), result.table.iloc[0]
    assert (first["plasma_na"], first["plasma_k"]) == pytest.approx((body.plasma_na, body.plasma_k))
    assert first["intake_k"] == pytest.approx(body.intake_k)
    assert first["urine_k"] + first["stool_k"] == pytest.approx(body.intake_k)


def test_cells_are_those_of_the_nearest_snapshot(result: sim.Result) -> None:
    """Any time selects the nearest snapshot and reports its time; the default is the end."""
    times = list(result.snapshots)
    assert (times[0], times[-1], len(times)) == (0.0, 4.0, 13)
    assert result.cells().attrs["time"] == 4.0
    for wanted in (0.0, 1.3, 2.0, 3.99, 100.0, -5.0):
        frame = result.cells(wanted)
        assert frame.attrs["time"] == min(times, key=lambda t: abs(t - wanted))
        pd.testing.assert_frame_equal(frame, result.snapshots[frame.attrs["time"]])


def test_table_of_cells_has_a_row_for_every_cell(result: sim.Result) -> None:
    """The index is the number of the cell; a column for every quantity."""
    cells = result.cells()
    assert cells.index.name == "cell"
    assert cells.index.tolist() == list(range(30))
    assert list(cells.columns) == list(PER_CELL)


def test_the_table_summarises_the_cells(result: sim.Result) -> None:
    """Mean, SD and percentiles of the last row are those of the last snapshot."""
    last, cells = result.table.iloc[-1], result.cells()
    assert set(cells["type"]) == set(CELL_TYPES)
    for kind in CELL_TYPES:
        own = cells[cells["type"] == kind]
        prefix = "" if kind == "muscle" else f"{kind}_"
        for name in ("na_in", "k_in", "mg_free", "potential"):
            assert last[f"{prefix}{name}_mean"] == pytest.approx(own[name].mean(), rel=1e-12)
            assert last[f"{prefix}{name}_sd"] == pytest.approx(own[name].std(ddof=0), abs=1e-12)
    muscle = cells[cells["type"] == "muscle"]
    for name in ("na_in", "k_in", "mg_free", "potential"):
        for q in (5, 25, 50, 75, 95):
            assert last[f"{name}_p{q}"] == pytest.approx(muscle[name].quantile(q / 100), rel=1e-12)


def test_a_run_records_signs_of_the_healthy_body(result: sim.Result) -> None:
    """Pressure, QTc and margins of the first row are those of the parameters."""
    signs, first = Parameters().signs, result.table.iloc[0]
    assert first["qtc"] == pytest.approx(signs.qtc, rel=0.05)
    assert first["pressure"] == pytest.approx(signs.pressure, rel=0.2)
    assert (first["margin_muscle"] > 0.0, first["margin_heart"] > 0.0) == (True, True)


def test_cells_are_a_copy(result: sim.Result) -> None:
    """Changes of the returned table do not affect the result."""
    cells = result.cells()
    cells["size"] = 0.0
    assert (result.cells()["size"] > 0.0).all()


def test_a_finished_run_is_marked_as_finished(result: sim.Result) -> None:
    """Outcome, provenance and condition agree with the run."""
    assert result.finished
    assert result.provenance["outcome"] == "finished"
    assert result.condition == load("severe-magnesium-loss").revised(duration="4 day")


def test_saving_into_a_folder_that_exists_is_refused(result: sim.Result, desk: Path) -> None:
    """Existing files are not changed."""
    with pytest.raises(FileExistsError, match="exists already"):
        result.save(desk)
    assert list(desk.iterdir()) == []


def test_saving_writes_all_or_nothing(
    result: sim.Result, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the figure fails, neither a folder nor a temporary one remains."""

    def fail(*_: object) -> None:
        raise OSError("disc full")

    monkeypatch.setattr("sim.figures.page.save", fail)
    with pytest.raises(OSError, match="disc full"):
        result.save(desk / "out")
    assert list(desk.iterdir()) == []


MEANS = [f"{flow}_{ion}" for flow in ("intake", "urine", "stool") for ion in ("na", "k", "mg", "ca")]
"""Columns that are means since the previous row, and so depend on the recording interval."""


@pytest.mark.parametrize("noise", [True, False])
def test_recording_interval_does_not_change_results(noise: bool) -> None:
    """Rows at common times agree bit for bit for any number of rows and snapshots."""
    options: dict[str, Any] = {"days": 2.0, "seed": 2, "noise": noise, "step_hours": 3.0}
    rare = sim.run("severe-magnesium-loss", 8, record_hours=12.0, snapshots=2, **options)
    often = sim.run("severe-magnesium-loss", 8, record_hours=3.0, snapshots=17, **options)
    assert (len(rare.table), len(often.table)) == (5, 17)
    states = [name for name in VARIABLES if name not in MEANS]
    common = often.table.loc[rare.table.index, states]
    assert common.to_numpy().tobytes() == rare.table[states].to_numpy().tobytes()
    pd.testing.assert_frame_equal(often.cells(), rare.cells(), rtol=0, atol=0)


def test_means_of_many_rows_are_the_mean_of_few() -> None:
    """Flows over 12 h are the mean of four flows over 3 h."""
    rare, often = (
        sim.run("severe-magnesium-loss", 8, days=2.0, seed=2, record_hours=hours)
        for hours in (12.0, 3.0)
    )
    for name in MEANS:
        fine = often.table[name].to_numpy()[1:].reshape(4, 4).mean(axis=1)
        assert rare.table[name].to_numpy()[1:] == pytest.approx(fine, rel=1e-9)


@pytest.mark.parametrize("step_hours", [None, 0.7, 5.0])
def test_rows_fall_on_steps_and_the_end_has_one(step_hours: float | None) -> None:
    """Uneven durations and steps give a first and a last row, in order, without duplicates."""
    result = sim.run("baseline", 3, days=0.83, record_hours=2.0, step_hours=step_hours)
    hours = 24.0 * result.table.index.to_numpy()
    assert (hours[0], result.table.index[-1]) == (0.0, 0.83)
    assert (np.diff(hours) > 0.0).all()
    steps = hours[:-1] / (step_hours or 3.0)
    assert steps == pytest.approx(np.round(steps), abs=1e-9)


def test_the_caller_is_notified_of_every_row() -> None:
    """When it is recorded, in order, with its values."""
    heard: list[tuple[float, float]] = []
    result = sim.run(
        "baseline", 3, days=1.0, on_record=lambda r, hours: heard.append((hours, r.latest("plasma_k")))
    )
    assert heard == list(zip(result.table.index * 24.0, result.table["plasma_k"], strict=True))


def test_parameters_take_effect(result: sim.Result) -> None:
    """A changed parameter acts from the start and is recorded as changed."""
    other = sim.run("baseline", 3, days=0.5, parameters={"plasma_k": 4.8, "sd_size": 0.0})
    assert other.table["plasma_k"].iloc[0] == pytest.approx(4.8, rel=1e-12)
    assert set(other.cells()["size"]) == {1.0}
    assert other.provenance["parameters_changed"] == {"plasma_k": 4.8, "sd_size": 0.0}
    assert other.provenance["parameters"]["plasma_k"] == 4.8
    assert result.provenance["parameters_changed"] == {}
    assert Parameters().body.plasma_k == 4.2


def test_parameters_of_a_call_override_those_of_the_condition() -> None:
    """Arguments of the call have precedence."""
    condition = sim.Condition(
        name="mine", duration="6 hour", parameters={"plasma_k": "4.0 mM", "gfr": "170 L/day"}
    )
    result = sim.run(condition, 3, parameters={"plasma_k": 4.8})
    assert result.provenance["parameters_changed"] == {"plasma_k": 4.8, "gfr": 170.0}
    assert result.table["plasma_k"].iloc[0] == pytest.approx(4.8, rel=1e-12)


def test_mechanisms_are_knocked_out(result: sim.Result) -> None:
    """Without bone exchange bone Mg is constant; knock-outs of the condition remain in force."""
    condition = sim.load("severe-magnesium-loss").revised(without=["romk-mg-block"])
    other = sim.run(condition, 30, days=4.0, seed=2, without=["bone-exchange", "romk-mg-block"])
    assert other.condition.without == ("romk-mg-block", "bone-exchange")
    assert set(other.table["bone_mg"]) == {BodyParameters().bone_mg}
    assert result.table["bone_mg"].iloc[-1] < 0.999 * BodyParameters().bone_mg


def test_threads_do_not_change_results(result: sim.Result) -> None:
    """Two threads agree bit for bit with one."""
    other = sim.run("severe-magnesium-loss", 30, days=4.0, seed=2, threads=2)
    assert other.table.to_numpy().tobytes() == result.table.to_numpy().tobytes()


def test_every_public_name_is_available() -> None:
    """All public names can be imported; other names raise an error."""
    assert [name for name in sim.__all__ if getattr(sim, name).__name__ != name] == []
    assert sim.__version__ == metadata.version("sim-mg")
    assert sim.named() == sim.built_in_conditions()
    assert set(dir(sim)) >= set(sim.__all__)
    with pytest.raises(AttributeError, match="zzz"):
        _ = sim.zzz


def test_the_error_of_a_failed_run_is_public() -> None:
    """SimulationError is available from the package like InputError."""
    assert sim.SimulationError is SimulationError  # type: ignore[attr-defined]


# Runs that fail


IMPOSSIBLE = (
    'duration = "9 day"\n[[treatment]]\nkind = "vomiting"\nrate = "20 L/day"\nstart = "7 hour"\n'
)
"""Losses of digestive juice that exhaust extracellular Cl."""
FAILURE = re.compile(
    r"((na|k|mg|buffered|expression) of cell \d+|\w+ of the body) became (negative|not finite) "
    r"on day (\d+\.\d{3}); check the condition's doses"
)


def test_a_failed_run_gives_exit_code_1_and_a_partial_result(desk: Path) -> None:
    """The message names quantity and day; tables until then are saved with the outcome."""
    (desk / "no.toml").write_text(IMPOSSIBLE, encoding="utf-8")
    result = call("run", "no.toml", "--cells", "8")
    assert result.exit_code == 1
    expected = FAILURE.search(result.stderr)
    assert expected is not None
    assert result.stderr.startswith("Error: ")
    assert "What was recorded until then is kept." in result.stderr
    folder = desk / "results" / "no"
    assert {path.name for path in folder.iterdir()} == FILES
    assert "Wrote results/no" in result.stdout
    table = pd.read_parquet(folder / "table.parquet")
    assert len(table) >= 3
    assert 0.0 <= float(expected[4]) - table.index[-1] <= 0.25
    assert np.isfinite(table.to_numpy()).all()
    assert provenance_of(folder)["outcome"] == f"failed: {result.stderr.splitlines()[0][7:]}"


def test_the_error_of_a_failed_run_contains_the_result(desk: Path) -> None:
    """In Python the partial result is an attribute of the error, with its cells."""
    (desk / "no.toml").write_text(IMPOSSIBLE, encoding="utf-8")
    with pytest.raises(SimulationError, match=FAILURE) as failure:
        sim.run("no.toml", 3)
    result = failure.value.result
    assert not result.finished
    assert result.provenance["outcome"] == f"failed: {failure.value}"
    assert result.table.index[0] == 0.0
    assert len(result.table) >= 3
    assert result.cells(0.0).attrs["time"] == 0.0
    assert isinstance(failure.value.__cause__, RuntimeError)


# Interruption


def until(master: int, wanted: str, seconds: float) -> str:
    """Read the output of a terminal until it matches a pattern, or the program ends."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                shown += os.read(master, 65536)
            except OSError:
                break  # The program has ended.
        if wanted and re.search(wanted, shown.decode(errors="ignore")):
            break
    return shown.decode(errors="ignore")


def test_ctrl_c_saves_the_partial_result(desk: Path) -> None:
    """In a terminal a progress bar shows the day; Ctrl-C gives exit code 130 and a partial result."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "sim", "run", "baseline"]
    command += ["--cells", "2000", "--days", "400", "--out", "partial"]
    environment = child_environment() | {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    with open("errors", "wb") as errors:
        process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=errors, env=environment, start_new_session=True
        )
    os.close(slave)
    try:
        shown = until(master, r"day [1-9]\d* of 400 +K 4\.\d\d  Mg 0\.\d\d mM", 120.0)
        assert re.search(r"day [1-9]\d* of 400", shown), shown
        process.send_signal(signal.SIGINT)
        until(master, "", 60.0)
        assert process.wait(timeout=60) == 130
    finally:
        process.kill()
        process.wait()
        os.close(master)
    expected = (desk / "errors").read_text(encoding="utf-8")
    day = re.fullmatch(
        r"The run was interrupted on day (\d+\.\d\d); what was recorded is kept\.\n", expected
    )
    assert day is not None, expected
    folder = desk / "partial"
    assert {path.name for path in desk.iterdir()} == {"errors", "partial"}
    assert {path.name for path in folder.iterdir()} == FILES
    found = provenance_of(folder)
    assert found["outcome"] == f"interrupted on day {day[1]}"
    table = pd.read_parquet(folder / "table.parquet")
    assert 0.5 <= table.index[-1] <= float(day[1]) + 0.005  # The bar rounds days.
    assert float(day[1]) - table.index[-1] <= 0.26
    assert np.isfinite(table.to_numpy()).all()
    assert len(pd.read_parquet(folder / "cells.parquet").loc[0.0]) == 2000


def interrupt(*_: object, **__: object) -> None:
    """Simulate Ctrl-C."""
    raise KeyboardInterrupt


def interrupted_at(hours: float) -> sim.Result:
    """Result of a run that is interrupted when it records a given time [h]."""
    return sim.run("baseline", 3, days=4.0, on_record=lambda _, t: interrupt() if t >= hours else None)


def test_an_interrupted_run_returns_a_partial_result() -> None:
    """In Python the rows until then are available, and the result is not marked as finished."""
    result = interrupted_at(24.0)
    assert not result.finished
    assert result.provenance["outcome"] == "interrupted on day 1.00"
    assert result.table.index.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert result.cells(0.0).attrs["time"] == 0.0


@pytest.mark.parametrize("use", ["save", "cells"])
def test_a_run_interrupted_immediately_can_be_used(desk: Path, use: str) -> None:
    """A result is valid even between the first row and the first snapshot."""
    result = interrupted_at(0.0)
    assert len(result.table) == 1
    if use == "save":
        assert {path.name for path in result.save(desk / "out")} == FILES
    else:
        assert len(result.cells()) == 3


@pytest.mark.parametrize(
    "place", ["sim.simulation.initial_tissue.Tissue", "sim.conditions.plan.RunPlan"]
)
def test_ctrl_c_before_the_first_step_ends_with_code_130(
    desk: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The exit code of an interruption does not depend on its time; no files remain."""
    monkeypatch.setattr(place, interrupt)
    result = CliRunner().invoke(main, ["run", "baseline", *TINY])
    assert list(desk.iterdir()) == []
    assert result.exit_code == 130


def test_ctrl_c_while_saving_leaves_no_incomplete_result(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is complete or absent."""
    monkeypatch.setattr("sim.figures.page.save", interrupt)
    result = CliRunner().invoke(main, ["run", "baseline", *TINY])
    assert result.exit_code != 0
    assert [path for path in desk.rglob("*") if path.is_file()] == []
    assert not (desk / "results" / "baseline").exists()


def test_files_of_built_in_conditions_are_valid_toml_with_known_keys() -> None:
    """Every file is a template that users can copy and change."""
    paths = list(FOLDER.glob("*.toml"))
    assert len(paths) == len(sim.built_in_conditions())
    for path in paths:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert {"title", "description", "duration"} <= set(data)


@pytest.mark.parametrize("kept", [False, True], ids=["nothing compiled yet", "compiled before"])
def test_a_first_run_announces_compilation(
    kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compilation takes half a minute, during which the program must not appear to hang."""
    monkeypatch.setattr("sim.numerics.jit.CACHE_FOLDER", tmp_path)
    if kept:
        (tmp_path / "sim_1").mkdir()
        (tmp_path / "sim_1" / "stages.integrate_tissue-1.py311.nbi").touch()
    assert ("Compiling for this machine" in output_of("run", "baseline", *TINY)) != kept
