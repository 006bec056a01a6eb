"""Studies that are killed or interrupted continue to the same bits; no finished batch is lost."""

import os
import signal
import time
from collections.abc import Callable
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.study.runner import Progress
from tests.study.study_tools import (
    alive,
    batches_in,
    begin,
    brief,
    brief_reference,
    check_resumes,
    check_whole,
    design,
    ends_within,
    kill_group,
    leftovers,
    reference,
    run,
    said,
    wait_for_replicates,
)

REPLICATES = 24

# Killed at a certain moment


def kill_before(owner: Any, name: str, count: int) -> None:
    """Kill this process just before a certain call of a function."""
    real, left = getattr(owner, name), iter(range(count - 1))

    def deadly(*arguments: Any) -> Any:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    setattr(owner, name, deadly)


def kill_within_line(count: int) -> None:
    """Kill this process when half of a certain line of the ledger is written."""
    real, left = os.write, iter(range(count - 1))

    def deadly(file: int, content: bytes) -> int:
        if content.startswith(b'{"part"') and next(left, None) is None:
            real(file, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(file, content)

    os.write = deadly


MOMENTS: dict[str, tuple[Callable[[int], None], int]] = {
    "draft": (lambda count: kill_before(os, "fsync", count), 13),
    "name": (lambda count: kill_before(Path, "replace", count), 10),
    "line": (kill_within_line, 3),
}
"""How a study of three batches is killed while it writes, and how often it comes to that."""


def run_and_die(folder: str, moment: str, count: int) -> None:
    """Run the brief design and be killed."""
    MOMENTS[moment][0](count)
    run(brief(), Path(folder), size=2)


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        pytest.param(moment, count, marks=pytest.mark.slow if moment == "draft" else ())
        for moment, (_, most) in MOMENTS.items()
        for count in range(1, most + 1)
    ],
)
def test_a_study_that_is_killed_while_it_writes_goes_on(tmp_path: Path, moment: str, count: int) -> None:
    """Before a file is forced to disk or has its name, or in the middle of a line of the ledger."""
    folder = tmp_path / "study"
    context = get_context("forkserver")
    context.set_forkserver_preload(["sim.study.worker_preload"])
    killed = context.Process(target=run_and_die, args=(str(folder), moment, count))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    check_resumes(folder, brief_reference(), plan=brief())


def test_the_moments_above_are_all_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study of three batches forces so many files to disk and names so many."""
    calls = []
    for owner, name in ((os, "fsync"), (Path, "replace")):
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *a, real=real, name=name: calls.append(name) or real(*a))
    run(brief(), tmp_path, size=2)
    assert (calls.count("fsync"), calls.count("replace")) == (MOMENTS["draft"][1], MOMENTS["name"][1])


def test_what_a_kill_leaves_is_seen_before_it_is_removed(tmp_path: Path) -> None:
    """The tests above would find a draft."""
    killed = get_context("forkserver").Process(target=run_and_die, args=(str(tmp_path), "draft", 6))
    killed.start()
    killed.join()
    (draft,) = leftovers(tmp_path)
    assert draft.name.startswith(".part-00001.parquet-")
    assert sorted(batches_in(tmp_path)) == [0]


# Killed at any moment


def code_of(folder: Path, workers: int, replicates: int = REPLICATES) -> str:
    """Code of a process that runs the design and prints its progress."""
    place = f"Path({str(folder)!r})"
    return (
        f"plan = design(replicates={replicates})\n"
        f"run(plan, {place}, size=3, workers={workers}, on_progress=print_progress)"
    )


def kill_at_random(folder: Path, seed: int) -> None:
    """Kill a study and all its processes twice, soon or after some replicates; then continue it."""
    rng = np.random.default_rng(seed)
    for replicates in np.sort(rng.integers(-5, REPLICATES, 2)):
        started = begin(code_of(folder, int(rng.integers(1, 3))))
        if replicates >= 0:
            wait_for_replicates(started, replicates)
        time.sleep(rng.uniform(0.0, 0.1 if replicates >= 0 else 1.0))
        kill_group(started)
        assert ends_within(started.pid)
    check_resumes(folder, reference(REPLICATES), plan=design(replicates=REPLICATES), workers=2)


@pytest.mark.parametrize("seed", range(2))
def test_a_study_that_is_killed_at_any_moment_goes_on(tmp_path: Path, seed: int) -> None:
    """With all its processes."""
    kill_at_random(tmp_path / "study", seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 22))
def test_a_study_that_is_killed_at_any_of_many_moments_goes_on(tmp_path: Path, seed: int) -> None:
    """Likewise."""
    kill_at_random(tmp_path / "study", seed)


# Workers that are killed


def test_workers_that_are_killed_are_replaced(tmp_path: Path) -> None:
    """Two of them, one after the other; the study ends as if nothing had been."""
    killed = []

    def kill_one(progress: Progress) -> None:
        workers = [child for child in active_children() if child.pid not in killed]
        if workers and len(killed) < 2 and progress.completed >= (3, 12)[len(killed)]:
            killed.append(workers[0].pid)
            workers[0].kill()

    run(design(replicates=REPLICATES), tmp_path, size=3, workers=2, on_progress=kill_one)
    assert len(killed) == 2
    check_whole(tmp_path, reference(REPLICATES))


# Ctrl-C


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_a_study_that_can_go_on(tmp_path: Path, workers: int) -> None:
    """From the terminal it reaches all processes; what is finished is kept, and none stays behind."""
    started = begin(code_of(tmp_path, workers))
    wait_for_replicates(started, 7)
    os.killpg(started.pid, signal.SIGINT)
    _, errors = started.communicate(timeout=30)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback") == 1
    assert started.returncode == -signal.SIGINT
    assert ends_within(started.pid, 5.0)
    assert (len(batches_in(tmp_path)) >= 2, leftovers(tmp_path)) == (True, [])
    check_resumes(tmp_path, reference(REPLICATES), plan=design(replicates=REPLICATES), workers=2)


def test_ctrl_c_while_a_batch_is_written_waits_until_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it interrupts."""
    real, left = os.fsync, iter(range(6))

    def interrupted(file: int) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGINT)
            monkeypatch.undo()
        real(file)

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(brief(), tmp_path, size=2)
    assert (sorted(batches_in(tmp_path)), leftovers(tmp_path)) == ([0, 1], [])
    check_resumes(tmp_path, brief_reference(), plan=brief())


def test_a_study_that_ends_leaves_no_process_behind(tmp_path: Path) -> None:
    """Neither workers nor their server."""
    started = begin(code_of(tmp_path, 2))
    wait_for_replicates(started, 3)
    assert len(alive(started.pid)) >= 4
    _, errors = started.communicate(timeout=60)
    assert (started.returncode, errors) == (0, "")
    assert ends_within(started.pid, 5.0)
    check_whole(tmp_path, reference(REPLICATES))


# Memory


MANY = 100_000
"""Replicates of the test below; about three minutes."""
GROWTH = 30e6
"""What memory may grow by meanwhile [B]; digests of that many replicates are 12 MB."""


@pytest.mark.slow
def test_memory_does_not_grow_with_replicates(tmp_path: Path) -> None:
    """After the first thousand it stays what it is."""
    code = (
        "import os\n"
        "plan = design(replicates=" + str(MANY) + ", conditions=['baseline'], noise=False,\n"
        "    heterogeneous=False, duration='6 hour', every='6 hour', snapshots=None,\n"
        "    variables=['plasma_k', 'potential_mean'])\n"
        "def report(progress):\n"
        "    if progress.completed % 1000 == 0:\n"
        "        pages = int(Path('/proc/self/statm').read_text().split()[1])\n"
        "        print(progress.completed, pages * os.sysconf('SC_PAGE_SIZE'))\n"
        f"run(plan, Path({str(tmp_path / 'study')!r}), size=1000, on_progress=report)"
    )
    rows = [tuple(map(int, line.split())) for line in said(code, patience=1800).splitlines()]
    resident = dict(rows)
    assert resident[MANY] - resident[1000] < GROWTH, resident
