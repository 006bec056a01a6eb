"""Runs and studies that are stopped at any moment leave results that are whole, or none."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sim
from tests.cli.commands import TINY, call, child_environment, output_of

STOPPED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
SIGNALS = [*sorted(STOPPED), signal.SIGKILL]
FEW, MANY = 2, 20
"""Moments for each signal, in ordinary tests and in those that take minutes."""
RUN = ("run", "severe-magnesium-loss", "--cells", "50", "--days", "40", "--out", "out")
STUDY = ("study", "run", "baseline", "severe-magnesium-loss", "--replicates", "8", "--cells", "10",
         "--days", "10", "--out", "out")  # fmt: skip


def begin(*arguments: str) -> "subprocess.Popen[str]":
    """Start a command in a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *arguments],
        env=child_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests may run under nohup.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # type: ignore[arg-type]
    )


@cache
def duration_of(*arguments: str) -> float:
    """Time that a command takes to its end [s]; the first time it may compile."""
    times = []
    for _ in range(2):
        began = time.monotonic()
        with begin(*arguments) as started:
            assert started.wait(timeout=300) == 0
        times.append(time.monotonic() - began)
        shutil.rmtree("out")
    return min(times)


def stopped_at(moment: float, number: int, whole_group: bool, *arguments: str) -> tuple[int, str]:
    """Exit code and errors of a command that is sent a signal at a moment [s]."""
    started = begin(*arguments)
    with suppress(subprocess.TimeoutExpired):
        started.wait(timeout=moment)
    if started.poll() is None:
        (os.killpg if whole_group else os.kill)(started.pid, number)
    _, errors = started.communicate(timeout=120)
    return started.returncode, errors


def ended_by_python(code: int, errors: str, number: int) -> bool:
    """Whether a command was killed, or stopped before the program had taken over from Python."""
    return code == -number or errors.startswith("Fatal Python error: init_import_site")


def check_end(code: int, errors: str, number: int, kept: bool) -> str:
    """Check how a command has ended, and name it."""
    if ended_by_python(code, errors, number):
        if number != signal.SIGKILL:
            assert not kept
        return "killed" if number == signal.SIGKILL else "before the program began"
    assert "Traceback" not in errors, errors
    if code == 0:
        assert (kept, errors) == (True, "")
        return "finished"
    assert (code, number in STOPPED) == (130, True), errors
    if errors != "Interrupted.\n":  # While it started, or was about to end.
        assert ("kept" in errors, "nothing was written" in errors) == (kept, not kept), errors
    return "kept" if kept else "nothing written"


def random_moments(number: int, count: int, took: float) -> list[tuple[float, bool]]:
    """Moments [s] at which to send a signal, half of them towards the end, and whether to the group."""
    rng = np.random.default_rng([number, count])
    spans = np.where(rng.random(count) < 0.5, 0.0, 0.7)
    fractions = spans + (1.05 - spans) * rng.random(count)
    return list(zip((took * fractions).tolist(), (rng.random(count) < 0.5).tolist(), strict=True))


def kill_runs(desk: Path, number: int, count: int) -> Counter[str]:
    """Stop runs at random moments; return how they ended."""
    took, ends = duration_of(*RUN), Counter[str]()
    for moment, whole_group in random_moments(number, count, took):
        code, errors = stopped_at(moment, number, whole_group, *RUN)
        kept = (desk / "out").exists()
        ends[check_end(code, errors, number, kept)] += 1
        if kept:
            result = sim.open_result(desk / "out")  # Checksums are verified.
            assert result.finished or code == 130
            assert result.provenance["outcome"].startswith(("finished", "interrupted on day "))
        output_of("run", "baseline", *TINY, "--out", "next")
        names = {path.name for path in desk.iterdir()}
        assert names == ({"next", "out"} if kept else {"next"})
        for name in names:
            shutil.rmtree(name)
    return ends


def kill_studies(desk: Path, number: int, count: int) -> Counter[str]:
    """Stop studies at random moments and continue them; return how they ended."""
    right, ends = right_digest(), Counter[str]()
    for workers in ("1", "2"):
        arguments = (*STUDY, "--workers", workers)
        took = duration_of(*arguments)
        for moment, whole_group in random_moments(number + int(workers), count // 2, took):
            code, errors = stopped_at(moment, number, whole_group, *arguments)
            ends[check_study(code, errors, number, desk / "out")] += 1
            assert call(*STUDY, "--workers", "1").exit_code == 0
            assert sim.open_study(desk / "out").digest() == right
            assert [path for path in desk.rglob(".*") if path.name != ".lock"] == []
            assert [path.name for path in desk.iterdir()] == ["out"]
            shutil.rmtree("out")
    return ends


@cache
def right_digest() -> str:
    """Digest of the study if nothing stops it."""
    output_of(*STUDY, "--workers", "1")
    right = sim.open_study("out").digest()
    shutil.rmtree("out")
    return right


def check_study(code: int, errors: str, number: int, folder: Path) -> str:
    """Check how a study has ended; finished batches are intact."""
    begun = (folder / "manifest.json").exists()
    if begun:
        found = sim.open_study(folder)
        assert found.verify() == []
        assert found.complete or code != 0
    if ended_by_python(code, errors, number):
        return "killed" if number == signal.SIGKILL else "before the program began"
    assert "Traceback" not in errors, errors
    if code == 0:
        return "finished"
    assert (code, number in STOPPED) == (130, True), errors
    assert "sim study run out" in errors or errors == "Interrupted.\n" or not begun
    return "kept" if begun else "nothing written"


KILLS: dict[str, Callable[[Path, int, int], Counter[str]]] = {"run": kill_runs, "study": kill_studies}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS.keys())
@pytest.mark.parametrize(
    "count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few moments", "many moments"]
)
def test_what_is_stopped_at_any_moment_is_whole_or_absent(
    kill: Callable[[Path, int, int], Counter[str]], number: int, count: int, desk: Path
) -> None:
    """And after the next start no draft is left."""
    ends = kill(desk, number, count)
    print(signal.Signals(number).name, dict(ends))
    assert ends.total() == count
