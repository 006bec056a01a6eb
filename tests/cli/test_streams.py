"""Output in any encoding, to a full disk, a closed pipe, or from a directory that is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from tests.cli.commands import FILES, TINY, child_environment

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")


def sh(line: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of the shell in which ``sim`` is the program."""
    return subprocess.run(
        ["bash", "-c", f'sim() {{ "{sys.executable}" -m sim "$@"; }}\n{line}'],
        cwd=cwd,
        capture_output=True,
        timeout=120,
        env={**child_environment(), **environment},
    )


def sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line of errors that a command printed."""
    (line,) = done.stderr.decode().splitlines()
    return line


@pytest.mark.parametrize(
    "encoding", ["ascii", "latin-1", "cp1252", "cp437", "shift_jis", "utf-16", "ascii:strict"]
)
@pytest.mark.parametrize("command", ["describe", "describe --variables", "describe --markdown"])
def test_letters_that_an_encoding_lacks_are_replaced(command: str, encoding: str, desk: Path) -> None:
    done = sh(f"sim {command}", desk, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding.partition(":")[0])
    assert len(text.splitlines()) > 50
    assert "mM" in text


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1", "none.such"])
def test_no_locale_stops_a_command(locale: str) -> None:
    """With Python's own repair of such locales, and without."""
    for utf8, coerce in (("0", "0"), ("1", "1")):
        environment = {"LC_ALL": locale, "PYTHONUTF8": utf8, "PYTHONCOERCECLOCALE": coerce}
        done = subprocess.run(
            [sys.executable, "-m", "sim", "describe"],
            capture_output=True,
            env={**child_environment(), **environment},
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(done.stdout) > 10_000


def test_a_run_whose_title_cannot_be_shown_is_saved(desk: Path) -> None:
    """The title is whole in its files."""
    (desk / "own.toml").write_text('title = "Kalium ↓ Δ"\nduration = "6 hour"\n', encoding="utf-8")
    line = f"sim run own.toml {' '.join(TINY)} --out out"
    done = sh(line, desk, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Kalium ? ?" in done.stdout
    assert sim.open_result(desk / "out").condition.title == "Kalium ↓ Δ"


@needs_full
@pytest.mark.parametrize("command", ["list", "describe", "--help", "init a.toml", "study init b.toml"])
def test_output_that_cannot_be_written_ends_in_one_sentence(command: str, desk: Path) -> None:
    done = sh(f"sim {command} > /dev/full", desk)
    assert done.returncode == 1
    assert sentence(done) == f"Error: output cannot be written: {os.strerror(28)}"


@needs_full
def test_a_result_is_saved_although_it_cannot_be_shown(desk: Path) -> None:
    done = sh(f"sim run baseline {' '.join(TINY)} --out out > /dev/full", desk)
    assert done.returncode == 1
    assert "output cannot be written" in sentence(done)
    assert {path.name for path in (desk / "out").iterdir()} == FILES
    assert sim.open_result(desk / "out").finished


@needs_full
def test_other_work_is_done_although_it_cannot_be_shown(desk: Path) -> None:
    """A study, a comparison, and a run that goes on from another."""
    tiny = " ".join(TINY)
    assert sh(f"sim run baseline {tiny} --keep-state --out begun", desk).returncode == 0
    for line in (
        f"sim study run baseline --replicates 2 {tiny} --workers 1 --out study",
        f"sim compare baseline thiazide {tiny} --out pair",
        "sim resume begun thiazide --days 2 --out out",
    ):
        done = sh(f"{line} > /dev/full", desk)
        assert done.returncode == 1
        assert sentence(done) == f"Error: output cannot be written: {os.strerror(28)}"
    assert sim.open_study(desk / "study").complete
    assert any(path.suffix == ".png" for path in (desk / "pair").iterdir())
    assert sim.open_result(desk / "out").finished


@pytest.mark.parametrize("lines", [0, 1, 3])
def test_a_run_whose_reader_has_read_enough_is_saved(lines: int, desk: Path) -> None:
    """Progress is written line by line, so the pipe breaks before the run has ended."""
    done = sh(f"sim run baseline --cells 5 --days 2 --out out | head -n {lines}", desk)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sim.open_result(desk / "out").finished


@needs_full
@pytest.mark.parametrize("errors", ["2>/dev/full", "2>&-"])
def test_a_refusal_that_cannot_be_shown_has_its_exit_code(errors: str, desk: Path) -> None:
    assert sh(f"sim run baselin --out out {errors}", desk).returncode == 2
    assert sh(f"sim run baselin --out out >/dev/full {errors}", desk).returncode == 2
    assert list(desk.iterdir()) == []


@pytest.mark.parametrize("command", ["describe", "describe --markdown", "--help"])
def test_a_reader_who_has_read_enough_is_no_error_to_report(command: str, desk: Path) -> None:
    """As ``head`` or a pager that is quit."""
    done = sh(f"sim {command} | true", desk)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("closed", [">&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_stop_nothing(closed: str, desk: Path) -> None:
    """As of a program that a daemon starts."""
    done = sh(f"sim run baseline {' '.join(TINY)} --out out {closed}", desk)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sim.open_result(desk / "out").finished


GONE = "mkdir gone; cd gone; rmdir ../gone; "


@pytest.mark.parametrize(
    "command",
    [
        "run baseline --cells 3",
        "compare baseline thiazide --cells 3",
        "study run baseline --replicates 2 --cells 3",
        "resume none.npz baseline",
        "plot none sheet",
        "study show none",
        "study merge none",
        "init a.toml",
    ],
)
def test_a_working_directory_that_is_gone_ends_in_one_sentence(command: str, desk: Path) -> None:
    done = sh(f"{GONE} sim {command}", desk)
    assert done.returncode in (1, 2)
    assert sentence(done).startswith("Error: ")
    assert list(desk.iterdir()) == []


def test_what_needs_no_working_directory_works_without_one(desk: Path) -> None:
    line = f"{GONE} sim list && sim describe baseline && sim run baseline {' '.join(TINY)} --out"
    done = sh(f"{line} {desk}/out", desk)
    assert (done.returncode, done.stderr) == (0, b"")
    assert {path.name for path in (desk / "out").iterdir()} == FILES
