"""`sim compare` and `sim plot`: output, files, and messages for invalid input."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.conditions.plan import RunPlan
from tests.cli.commands import call, problems_of

OPTIONS = ("--cells", "10", "--days", "2")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("compare") / "both"
    call("compare", "baseline", "thiazide", *OPTIONS, "--out", str(out))
    return out


def test_conditions_are_compared(both: Path, tmp_path: Path) -> None:
    shown = call("compare", "baseline", "thiazide", *OPTIONS, "--out", str(tmp_path / "again"))
    assert shown.exit_code == 0, shown.output
    assert "plasma K" in shown.output
    assert "Day 2" in shown.output
    assert "the conditions make the difference" in shown.output
    assert (both / "differences.csv").read_text() == (tmp_path / "again/differences.csv").read_text()


def test_folders_are_compared(both: Path, tmp_path: Path) -> None:
    shown = call("compare", str(both / "A"), str(both / "B"), "--day", "1", "--out", str(tmp_path / "c"))
    assert shown.exit_code == 0, shown.output
    assert "Day 1" in shown.output
    assert (tmp_path / "c/differences.csv").read_text() == (both / "differences.csv").read_text()


def test_other_differences_are_printed(both: Path, tmp_path: Path) -> None:
    shown = call("compare", str(both / "A"), "baseline", "--cells", "5", "--days", "2",
                 "--out", str(tmp_path / "c"))  # fmt: skip
    assert "differ in n_cells too" in shown.output


def test_every_problem_is_listed_and_nothing_written(tmp_path: Path) -> None:
    out = tmp_path / "c"
    shown = call("compare", "baselin", str(tmp_path), "--cells", "x", "--day", "y",
                 "--set", "gfr", "--out", str(out))  # fmt: skip
    assert shown.exit_code == 2
    for words in ("'baselin'", "not the folder of a run", "'x'", "'y'", "--set 'gfr'"):
        assert words in shown.stderr
    assert "Traceback" not in shown.output
    assert not out.exists()


@pytest.mark.parametrize("day", ["nan", "inf"])
def test_an_invalid_day_is_refused(both: Path, tmp_path: Path, day: str) -> None:
    shown = call("compare", str(both / "A"), str(both / "B"), "--day", day, "--out", str(tmp_path / "c"))
    assert shown.exit_code == 2
    assert "not a finite number" in shown.stderr


def test_runs_that_could_not_be_compared_are_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of an hour and a half has no time in common with one that is recorded every six hours."""
    monkeypatch.setattr("sim.cli.comparing.execute_with_bar", lambda *_: pytest.fail("a run was begun"))
    brief = tmp_path / "brief.toml"
    brief.write_text('name = "brief"\nduration = "1.5 hour"\n')
    (problem,) = problems_of("compare", str(brief), "baseline", "--cells", "5")
    assert "day after the start in common" in problem


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--day", "99"), ["day = 99", "recorded days 0 to 30"]),
        (("--days", "2", "--day", "3"), ["day = 3", "recorded days 0 to 2"]),
        (("--day", "-1"), ["day = -1"]),
    ],
)
def test_a_day_that_will_not_be_recorded_is_refused_before_the_runs(
    options: tuple[str, ...], words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is planned is known."""
    monkeypatch.setattr("sim.cli.comparing.execute_with_bar", lambda *_: pytest.fail("a run was begun"))
    (problem,) = problems_of("compare", "baseline", "severe-magnesium-loss", "--cells", "5", *options)
    assert [word for word in words if word not in problem] == []


def stopping_second(kind: type[BaseException]) -> Callable[..., Any]:
    """Execution of which the second run does not finish."""
    left = iter(range(1))

    def execute(_console: Any, plan: RunPlan) -> Any:
        if next(left, None) is not None:
            return sim.run("baseline", 3, days=0.5)
        partial = sim.run(plan.condition, 3, days=0.25)
        raise kind("in the middle", partial)

    return execute


@pytest.mark.parametrize(
    ("kind", "code", "kept"),
    [
        (sim.SimulationError, 1, {"baseline"}),
        (sim.SimulationInterrupted, 130, {"baseline", "severe-magnesium-loss"}),
    ],
)
def test_finished_runs_are_kept_if_the_other_does_not_finish(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[BaseException],
    code: int,
    kept: set[str],
) -> None:
    """Each in a folder of its own; so is what an interrupted one had recorded."""
    monkeypatch.setattr("sim.cli.comparing.execute_with_bar", stopping_second(kind))
    out = tmp_path / "c"
    shown = call("compare", "baseline", "severe-magnesium-loss", "--days", "1", "--out", str(out))
    assert shown.exit_code == code
    assert {path.name for path in out.iterdir()} == kept
    assert all(len(sim.open_result(out / name).table) > 1 for name in kept)
    assert shown.stderr.count("Wrote ") == len(kept)


def test_in_python_the_error_holds_the_run_that_had_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a failure nor an interruption loses it."""
    for kind in (sim.SimulationError, sim.SimulationInterrupted):
        execute = stopping_second(kind)
        monkeypatch.setattr(
            "sim.simulation.comparison.execute", lambda plan, execute=execute: execute(None, plan)
        )
        with pytest.raises(kind) as stop:
            sim.compare("baseline", "severe-magnesium-loss", n_cells=3, days=1.0)
        assert [result.finished for result in stop.value.finished] == [True]
        assert len(stop.value.result.table) > 1


@pytest.mark.parametrize("name", ["sheet.png", "sheet.pdf", "sheet.svg"])
def test_a_figure_of_a_saved_run_is_drawn(both: Path, tmp_path: Path, name: str) -> None:
    shown = call("plot", str(both / "B"), "sheet", "--out", str(tmp_path / name))
    assert shown.exit_code == 0, shown.output
    assert (tmp_path / name).stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{B}", "shet"), "did you mean 'sheet'"),
        (("{B}", "sheet", "--out", "x.bmp"), ".svg"),
        (("{B}", "sheet", "--out", "nowhere/x.png"), "make it first"),
        (("nowhere", "sheet"), "not the folder of a run"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_refused(
    both: Path, arguments: tuple[str, ...], words: str
) -> None:
    shown = call("plot", *(word.replace("{B}", str(both / "B")) for word in arguments))
    assert shown.exit_code == 2
    assert words in shown.stderr


def test_variables_of_a_saved_run_are_drawn(both: Path) -> None:
    shown = call("plot", str(both / "B"), "plasma_k", "urine_k")
    assert shown.exit_code == 0, shown.output
    assert (both / "B" / "plasma_k-urine_k.png").exists()
