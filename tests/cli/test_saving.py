"""No result of a command is lost because its place is taken, full, or gone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.cli import saving
from tests.cli.commands import FILES, TINY, call, child_environment, output_of, problems_of
from tests.system.test_reservations import holder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Home folder of the user."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def shelter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder for temporary files."""
    folder = tmp_path / "shelter"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def no_run(*_: Any) -> None:
    """Stand in for a run that must not begin."""
    pytest.fail("a run was begun")


def test_a_tilde_is_the_home_folder(home: Path, desk: Path) -> None:
    """Shells leave it alone after ``--out=``."""
    output_of("run", "baseline", *TINY, "--out=~/out")
    assert {path.name for path in (home / "out").iterdir()} == FILES
    assert list(desk.iterdir()) == []
    output_of("plot", "~/out", "sheet", "--out=~/sheet.png")
    assert (home / "sheet.png").is_file()


def test_a_tilde_is_the_home_folder_in_python(home: Path, desk: Path) -> None:
    sim.run("baseline", 3, days=0.25).save("~/out")
    assert {path.name for path in (home / "out").iterdir()} == FILES
    assert list(desk.iterdir()) == []


PLACES = {
    "a long name": ("x" * 300, "300 bytes"),
    "a long name in bytes": ("ü" * 200, "400 bytes"),
    "a long folder": ("y" * 300 + "/out", "300 bytes"),
    "a file in the way": ("file/out", "file is not a folder"),
    "a file": ("file", "exists already"),
    "a link to nowhere": ("link", "exists already"),
    "no such user": ("~nobody-of-this-name/out", "no such home folder"),
}


@pytest.mark.parametrize(("out", "words"), PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("command", [("run", "baseline"), ("compare", "baseline", "thiazide")])
def test_a_place_is_judged_before_the_run(
    desk: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], out: str, words: str
) -> None:
    monkeypatch.setattr("sim.cli.running.execute_with_bar", no_run)
    monkeypatch.setattr("sim.cli.comparing.execute_with_bar", no_run)
    (desk / "file").write_text("text")
    (desk / "link").symlink_to("nowhere")
    before = sorted(desk.iterdir())
    result = call(*command, "--cells", "3", "--out", out)
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert sorted(desk.iterdir()) == before


def test_a_disk_that_is_too_small_is_said_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.cli.running.execute_with_bar", no_run)
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(saving.shutil, "disk_usage", lambda _: usage)
    (problem,) = problems_of("run", "baseline", "--cells", "10000")
    assert "1 MB are free" in problem


def test_a_result_takes_no_more_than_is_said(desk: Path) -> None:
    """The estimate is an upper bound, and no wild one."""
    plan = sim.RunPlan("baseline", 300, days=2.0)
    output_of("run", "baseline", "--cells", "300", "--days", "2", "--keep-state", "--out", "out")
    taken = sum(path.stat().st_size for path in (desk / "out").iterdir())
    assert taken <= saving.result_bytes(plan, keep_state=True) <= 10 * taken + 1_000_000


def test_two_runs_at_the_same_time_have_names_of_their_own(desk: Path) -> None:
    """The second is given the next free name; a name that was asked for is refused."""
    with holder(desk / "results" / "baseline") as other:
        assert "Wrote results/baseline-2:" in output_of("run", "baseline", *TINY)
        result = call("run", "baseline", *TINY, "--out", "results/baseline")
        other.kill()
    assert result.exit_code == 2
    assert "being written by another run" in result.stderr


def test_runs_that_really_go_at_the_same_time_are_all_kept(desk: Path) -> None:
    code = [sys.executable, "-m", "sim", "run", "baseline", *TINY]
    runs = [subprocess.Popen(code, env=child_environment(), stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    names = {path.name for path in (desk / "results").iterdir()}
    assert names == {"baseline", "baseline-2", "baseline-3"}


def full(real: Any, *places: Path) -> Any:
    """Writing of a result where some places are full."""

    def save(result: sim.Result, folder: Path, **options: Any) -> list[Path]:
        if any(Path(folder).absolute().is_relative_to(place) for place in places):
            raise OSError(28, os.strerror(28))
        written: list[Path] = real(result, folder, **options)
        return written

    return save


def test_a_result_that_cannot_be_saved_is_kept_elsewhere(
    desk: Path, shelter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence says why and where; the code is that of a failure."""
    monkeypatch.setattr(sim.Result, "save", full(sim.Result.save, desk))
    result = call("run", "baseline", *TINY, "--out", "out")
    assert result.exit_code == 1
    kept = re.fullmatch(
        r"Error: out cannot be written: No space left on device\. The result is kept in (\S+); move it "
        r"to where you want it\.\n",
        result.stderr,
    )
    assert kept is not None, result.stderr
    assert Path(kept[1]).is_relative_to(shelter)
    assert sim.open_result(kept[1]).finished
    assert list(desk.iterdir()) == []


def test_a_result_that_can_be_saved_nowhere_is_said_to_be_lost(
    desk: Path, shelter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim.Result, "save", full(sim.Result.save, desk, shelter))
    result = call("run", "baseline", *TINY, "--out", "out")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "The result is lost" in result.stderr
    assert list(desk.iterdir()) == list(shelter.iterdir()) == []


def test_a_comparison_that_cannot_be_saved_is_kept_elsewhere(
    desk: Path, shelter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim.Comparison, "save", full(sim.Comparison.save, desk))
    result = call("compare", "baseline", "thiazide", *TINY, "--out", "out")
    assert result.exit_code == 1
    (kept,) = shelter.glob("sim-*/out")
    assert {"A", "B"} <= {path.name for path in kept.iterdir()}


def test_files_that_may_not_grow_end_in_one_sentence(desk: Path) -> None:
    """Under ``ulimit -f``, where nothing can be kept anywhere."""
    line = f"ulimit -f 8; exec {sys.executable} -m sim run baseline {' '.join(TINY)} --out out"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=120, env=child_environment()
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "out cannot be written: File too large. The result is lost" in done.stderr
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        ("plot saved sheet", 1, "saved/sheet.png cannot be written: File too large"),
        ("plot saved plasma_k --out k.svg", 1, "k.svg cannot be written: File too large"),
        ("init own.toml", 2, "own.toml cannot be written: File too large"),
        ("study init own.toml", 2, "own.toml cannot be written: File too large"),
        (f"compare saved baseline {' '.join(TINY)} --out out", 1, "out cannot be written: File too"),
        ("study run baseline --cells 3 --days 1 --replicates 2 --workers 1 --out st", 1, "st: File too"),
        ("study run baseline --cells 3 --days 1 --replicates 2 --workers 2 --out st", 1, "st: File too"),
    ],
)
def test_whatever_cannot_be_written_is_named(desk: Path, command: str, code: int, words: str) -> None:
    """No command leaves half of a file."""
    sim.run("baseline", 3, days=0.5).save("saved")
    before = {path for path in desk.rglob("*") if path.is_file()}
    blocks = 4 if "study run" in command else 0
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f {blocks}; exec {sys.executable} -m sim {command}"],
        capture_output=True,
        text=True,
        timeout=120,
        env=child_environment(),
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
    assert words in done.stderr
    if "study run" in command:
        assert sim.open_study(desk / "st").verify() == []
    else:
        assert {path for path in desk.rglob("*") if path.is_file()} == before


def test_targets_are_shown_although_their_figure_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They have taken long."""
    monkeypatch.setattr("sim.cli.validating._with_progress", lambda *_, **__: [])
    monkeypatch.setattr("sim.figures.page.save", full_figure)
    monkeypatch.setattr("sim.validation.forest.forest_plot", lambda _: None)
    result = call("validate", "--figure", "bands.png")
    assert result.exit_code == 1
    assert "In their bands" in result.stdout
    assert result.stderr == f"Error: bands.png cannot be written: {os.strerror(28)}\n"


def full_figure(*_: Any) -> None:
    """Stand in for the writing of a figure on a full disk."""
    raise OSError(28, os.strerror(28))


def interrupt(*_: Any, **__: Any) -> None:
    """Stand in for what is interrupted."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "place", "message"),
    [
        (("run", "baseline"), "sim.cli.running._show", "out is complete and kept"),
        (("run", "baseline"), "sim.cli.running.execute_with_bar", "nothing was written"),
        (("run", "baseline"), "sim.cli.running.save_or_keep", "nothing was written"),
        (("compare", "baseline", "thiazide"), "sim.cli.comparing._show", "out is complete and kept"),
        (("compare", "baseline", "thiazide"), "sim.cli.comparing.save_or_keep", "nothing was written"),
    ],
)
def test_an_interruption_says_what_is_written(
    desk: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], place: str, message: str
) -> None:
    """And that is true."""
    monkeypatch.setattr(place, interrupt)
    result = call(*command, *TINY, "--out", "out")
    assert (result.exit_code, result.stderr) == (130, f"Interrupted; {message}.\n")
    assert [path.name for path in desk.iterdir()] == (["out"] if "kept" in message else [])


def test_a_killed_run_leaves_nothing_after_the_next(desk: Path) -> None:
    """Killed while it writes its result."""
    code = (
        "import os, signal, sys\n"
        "import sim.figures.page as page\n"
        "page.save = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"sys.argv = ['sim', 'run', 'baseline', {', '.join(map(repr, TINY))}]\n"
        "from sim.cli import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], env=child_environment(), capture_output=True)
    assert done.returncode == -9
    assert len(list((desk / "results").iterdir())) == 2
    output_of("run", "severe-magnesium-loss", *TINY)
    assert [path.name for path in (desk / "results").iterdir()] == ["severe-magnesium-loss"]


def test_every_problem_is_listed_by_every_command(desk: Path) -> None:
    """Of place, numbers and names together."""
    (desk / "file").write_text("text")
    for arguments, words in (
        (
            ("resume", "none.npz", "baselin", "--days", "x", "--noise-of", "y", "--out", "file"),
            ["none.npz", "'baselin'", "'x'", "'y'", "file exists already"],
        ),
        (
            ("plot", "none", "shet", "plasma_kk", "--day", "x", "--out", "none/figure.doc"),
            ["none", "'x'", "'shet'", "'plasma_kk'", "figures are", ".doc", "not a folder"],
        ),
        (
            ("study", "show", "none", "--day", "x", "--endpoint", "plasma_kk < 3", "--endpoint", "z"),
            ["none", "'x'", "'plasma_kk'", "'z'"],
        ),
        (("study", "verify", "none", "--replicate", "x"), ["none", "'x'"]),
        (
            ("study", "run", "baselin", "--workers", "0", "--cells", "x", "--out", "file"),
            ["'baselin'", "workers = 0", "'x'", "file cannot be written"],
        ),
        (
            ("compare", "baselin", "none.toml", "--day", "x", "--out", "file"),
            ["'baselin'", "none.toml", "'x'", "file exists already"],
        ),
    ):
        found = "\n".join(problems_of(*arguments))
        assert [word for word in words if word not in found] == [], found
