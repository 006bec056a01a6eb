"""The benchmarks compare implementations of the same computation, and report their measurements."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from experiments.benchmarks import __main__ as suite
from experiments.benchmarks import c_kernel, integrators, replicates, thirty_days, users
from experiments.benchmarks import recording as rows
from experiments.benchmarks.race import AGENTS, BRIAN, MESA, NUMPY, OURS, C, Race, race, threaded_race
from experiments.benchmarks.sizes import Cost, recording
from experiments.benchmarks.traced import OPERATIONS, Trace, traced_rates


def test_peers_compute_the_same_rates(tmp_path: Path) -> None:
    result = race(200, (C, NUMPY, MESA, BRIAN, AGENTS), 1, tmp_path)  # Raises if rates differ.
    missing = {note.split(" is left out")[0] for note in result.notes if "left out" in note}
    assert set(result.seconds) == {OURS, C, NUMPY, MESA, BRIAN, AGENTS} - missing
    assert missing <= {C, BRIAN}


def test_threaded_peers_compute_the_same_rates(tmp_path: Path) -> None:
    assert OURS in threaded_race(500, 2, 1, tmp_path).seconds  # Raises if rates differ.


def test_strict_c_agrees_bitwise(tmp_path: Path) -> None:
    from experiments.benchmarks.peers import Compiled
    from experiments.benchmarks.race import active_tissue

    tissue = active_tissue(100)
    try:
        kernel = c_kernel.CKernel(tissue, c_kernel.compiled(c_kernel.BUILDS["own exp, -O3"], tmp_path))
    except c_kernel.NoCompilerError as error:
        pytest.skip(str(error))
    reference = Compiled(tissue)
    kernel.evaluate()
    reference.evaluate()
    assert np.array_equal(kernel.rates(), reference.rates())


@pytest.mark.parametrize("build", c_kernel.BUILDS)
def test_loading_the_kernel_preserves_subnormals(build: str, tmp_path: Path) -> None:
    """In a process of its own, because flushing to zero would outlast the test."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom experiments.benchmarks import c_kernel\n"
        "try:\n    c_kernel.compiled(c_kernel.BUILDS[sys.argv[1]], Path(sys.argv[2]))\n"
        "except c_kernel.NoCompilerError:\n    sys.exit(3)\n"
        "smallest = float(sys.argv[3])\nassert smallest / 2.0 > 0.0 and smallest * 0.5 > 0.0\n"
    )
    arguments = [build, str(tmp_path), repr(sys.float_info.min)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=False, capture_output=True)
    if done.returncode == 3:
        pytest.skip("no C compiler")
    assert done.returncode == 0, done.stderr.decode()


def test_missing_compiler_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_kernel.shutil, "which", lambda _: None)
    result = race(5, (C,), 1, tmp_path)
    assert set(result.seconds) == {OURS}
    assert "no C compiler" in result.notes[0]


def test_repeated_operations_are_traced_once() -> None:
    trace = Trace()
    a, b = trace.input("a"), trace.input("b")
    first, second = a * b + 1.0, a * b + 1.0
    assert first.name == second.name
    assert [operation for _, operation, _ in trace.operations] == ["*", "+"]
    with pytest.raises(TypeError, match="branches"):
        bool(first)
    assert len(traced_rates(OPERATIONS).rates) == 5


def test_error_of_a_run_is_that_of_the_integrator() -> None:
    ours, euler = thirty_days.months(20, 3.0, 1.0, thirty_days.EULER)
    assert 0.0 < ours.error < 1e-3
    assert 0.0 < euler.error < 1e-3
    assert euler.evaluations_a_day == 1440.0
    mesa = thirty_days.mesa_month(ours, euler, 1.0)
    assert mesa.seconds == pytest.approx(1440.0 * euler.error / ours.error * 20)
    assert mesa.extrapolated


def test_lsoda_agrees_with_this_program() -> None:
    ours, lsoda = thirty_days.months(5, 3.0, 0.5, thirty_days.LSODA)
    assert max(ours.error, lsoda.error) < 1e-3
    assert lsoda.evaluations_a_day > 0.0


def test_rosenbrock_method_is_of_fourth_order() -> None:
    def rates(t: float, y: np.ndarray) -> np.ndarray:
        """Prothero & Robinson's equation, whose solution is cos t."""
        return -20.0 * (y - np.cos(t)) - np.sin(t)

    errors = []
    for steps in (8, 16, 32):
        y = np.ones(1)
        for k in range(steps):
            y, _ = integrators.rodas_step(rates, k / steps, y, 1.0 / steps, np.ones(1))
        errors.append(abs(float(y[0]) - np.cos(1.0)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders.min() > 3.5


def test_integrators_are_compared_at_equal_error() -> None:
    rows = [
        (scenario, method, 1.0, error, evaluations)
        for scenario in integrators.SCENARIOS
        for method in integrators.LINE_STYLES
        for error, evaluations in ((1e-3, 10.0), (1e-5, 1000.0))
    ]
    columns = ["scenario", "method", "tolerance", "error", "evaluations_a_day"]
    table = pd.DataFrame(rows, columns=columns)
    found = integrators.at_equal_error(table)
    assert np.allclose(found.to_numpy(), 100.0)
    assert integrators.at_equal_error(table, 1e-6).isna().to_numpy().all()


def test_rosenbrock_and_chebyshev_agree_on_the_tissue() -> None:
    states = [
        integrators._simulated(tissue_class, "with noise each 3 h", 5, 1, tolerance)[0]
        for tissue_class, tolerance in ((sim.Tissue, 1e-8), (integrators.Rosenbrock, 1e-6))
    ]
    assert np.allclose(*states, rtol=1e-5, atol=1e-4)


def test_cost_of_recording_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorder that sleeps longer than the tissue takes to integrate more than doubles the time."""
    monkeypatch.setattr("sim.simulation.recorder.Recorder.record", lambda *_: time.sleep(0.3))
    assert recording(5, 2, 3)["adds"] > 1.0


def test_rows_are_timed_also_in_another_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A case reaches the other process, and its times come back, as a line each."""
    case = rows.Case(n_cells=5, few=True, hours=1.0, noise_hours=1.0, rows=3, goal=None)
    monkeypatch.setattr("sys.stdin", [json.dumps(case)])
    rows.serve()
    found = json.loads(capsys.readouterr().out)
    assert found.keys() == rows.measure(case).keys() == {"row", "table", "run"}
    assert min(found.values()) > 0.0


def test_share_of_recording_includes_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the median over rounds."""
    rounds = iter([4.0, 8.0, 7.0])
    monkeypatch.setattr(rows, "measure", lambda _: {"row": next(rounds), "table": 3.0, "run": 90.0})
    case = rows.Case(n_cells=5, few=True, hours=1.0, noise_hours=1.0, rows=3, goal=None)
    table = rows.compare((case,), 3, None)
    assert table["share"].tolist() == [0.1]


def test_goals_are_compared_with_measurements() -> None:
    one = Race(100, 1, {OURS: [1e-8], MESA: [2e-5], C: [0.9e-8]}, [])
    both = Race(100, 2, {OURS: [5e-9], C: [4.5e-9]}, [])
    ours, euler = thirty_days.months(5, 1.0, 0.25, thirty_days.EULER)
    found = {
        "races": [one, one, both],
        "months": [ours, euler, thirty_days.mesa_month(ours, euler, 2e-5)],
        "costs": [Cost(10**n, 1, cost, 0.0) for n, cost in ((2, 90.0), (4, 20.0), (5, 30.0))],
        "memory": {"n_cells": 100.0, "resident": 196.0, "peak": 197.0, "theory": 192.0},
        "recording": {"n_cells": 100.0, "adds": 0.06},
        "start": {"sim --help": 0.1, "sim run": 1.0, "cold compile": 30.0},
    }
    goals = {goal.what: goal for goal in suite.goals_of(found)}
    assert goals["times faster than Mesa objects, 100,000 cells, 1 thread"].measured == pytest.approx(
        2000
    )
    assert goals["times faster than Mesa objects, 2 threads (goal: of 4)"].measured == pytest.approx(
        4000
    )
    assert goals["spread of a cell's cost from 10,000 cells on"].measured == pytest.approx(0.2)
    assert not goals["added by recording five variables each hour"].met
    assert not goals["seconds of the first compilation"].met
    assert goals["bytes a cell"].met
    assert len(suite.table_of(found)) > 20


def test_mesa_model_ends_in_the_same_state_as_the_study() -> None:
    """The benchmark of replicates raises if plasma K differs."""
    row = replicates.race(5, 0.5, 1, 2)
    assert row["ratio"] > 1.0


def test_what_users_wait_for_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this checkout and in another one, which is this one here."""
    monkeypatch.setattr(users, "WORKLOADS", {"twin, 120 days": users.WORKLOADS["twin, 120 days"]})
    times = users.time_workloads(2, Path(users.__file__).parents[2], quick=True)
    summary = users.summary_of(times)
    assert len(times) == 2
    assert 0.0 < summary.ratio.item() < 50.0
    assert summary.goal.item() == 8.0


def test_general_solvers_come_to_the_same_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "SCENARIOS", {"meals": ("daily-meals", 5, False, 0.5)})
    monkeypatch.setattr(users, "QUICK_DAYS", 0.5)
    table = users.compare_solvers(quick=True)
    assert set(table.solver) >= {"this program", "LSODA, rtol 0.0001"}
    assert (table.error < 0.02).all()
    assert (table[table.solver == "this program"].error <= 1e-4).all()
