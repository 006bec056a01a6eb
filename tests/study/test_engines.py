"""Engines: tasks are done whatever happens to workers, and what cannot be done is told."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from functools import partial
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ExecutorError
from sim.study.executors import Done, in_pool, in_process
from tests.study.study_tools import (
    ROOT,
    begin,
    die,
    die_once,
    ends_within,
    fail,
    kill_group,
    modules,
    process,
    said,
    square,
    wait_for_bodies,
)

WARM = "sim.study.warm"
TASKS = range(7)
Engine = Callable[[Callable[[int], Any]], Generator[Done[Any], None, None]]
ENGINES: dict[str, Engine] = {
    "in process": lambda work: in_process(work, TASKS),
    "one worker": lambda work: in_pool(work, TASKS, 1, WARM),
    "three workers": lambda work: in_pool(work, TASKS, 3, WARM),
}


def by_task(outcomes: Generator[Done[Any], None, None]) -> dict[int, tuple[Any, str | None]]:
    """Outcome and problem by task; every task has ended once."""
    done = list(outcomes)
    assert sorted(end.task for end in done) == list(TASKS)
    return {task: (outcome, problem) for task, outcome, problem in done}


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
def test_every_task_is_done_once(engine: Engine) -> None:
    """Each engine gives the same outcomes."""
    assert by_task(engine(square)) == {task: (task * task, None) for task in TASKS}


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
def test_a_task_that_fails_does_not_stop_the_others(engine: Engine) -> None:
    """What is wrong is told in words, even if the error itself cannot travel between processes."""
    found = by_task(engine(fail))
    assert {task: found[task] for task in (0, 4, 5, 6)} == {t: (t, None) for t in (0, 4, 5, 6)}
    assert found[1] == (None, "ValueError: one is odd")
    assert found[2] == (None, "AwkwardError: 1 and 2")


def test_an_outcome_that_cannot_travel_is_a_problem() -> None:
    """It does not take the worker with it."""
    outcome, problem = by_task(in_pool(fail, TASKS, 2, WARM))[3]
    assert outcome is None
    assert "ickle" in str(problem)


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """What it had in hand is done again."""
    counter = tmp_path / "deaths"
    found = by_task(in_pool(partial(die_once, str(counter), 3), TASKS, 2, WARM))
    assert found == {task: (task, None) for task in TASKS}
    assert counter.read_text() == "x"


@pytest.mark.parametrize("deadly", [0, 3, 6])
def test_a_task_that_always_kills_its_worker_is_given_up(tmp_path: Path, deadly: int) -> None:
    """It dies among others and twice alone; all others are done."""
    counter = tmp_path / "deaths"
    found = by_task(in_pool(partial(die, str(counter), deadly), TASKS, 2, WARM))
    assert found.pop(deadly) == (None, "the process died, 2 times when it did nothing else")
    assert found == {task: (task, None) for task in TASKS if task != deadly}
    assert counter.read_text() == "xxx"


def test_a_pool_that_is_left_ends_its_workers() -> None:
    """Whoever stops in the middle leaves no process behind."""
    outcomes = in_pool(process, TASKS, 2, WARM)
    next(outcomes)
    workers = active_children()
    assert len(workers) == 2
    outcomes.close()
    assert [worker.is_alive() for worker in workers] == [False, False]


def test_workers_that_cannot_be_started_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without processes to spare ends the engine in one clear error."""

    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.popen_forkserver.Popen._launch", refuse)
    with pytest.raises(ExecutorError, match=r"no process could be started.*temporarily unavailable"):
        list(in_pool(square, TASKS, 2, WARM))


def test_workers_load_nothing_that_they_do_not_need() -> None:
    """Neither Mesa nor figures, commands or Dask, nor the program that runs the study."""
    assert {frozenset(outcome) for _, outcome, _ in in_pool(modules, TASKS, 2, WARM)} == {frozenset()}


def test_running_a_study_does_not_load_mesa() -> None:
    """Only the agents' view of a tissue does."""
    code = "import sim.study.runner, sys; print('mesa' in sys.modules, 'distributed' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert out.stdout == "False False\n"


def test_a_script_need_not_guard_against_its_workers(tmp_path: Path) -> None:
    """Workers do not run the script again that runs the study."""
    script = tmp_path / "script.py"
    script.write_text(
        "from sim.study.executors import in_pool\n"
        "from tests.study.study_tools import square\n"
        "print('once')\n"
        "print(sorted(end.outcome for end in in_pool(square, range(4), 2, 'sim.study.warm')))\n",
        encoding="utf-8",
    )
    out = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=100,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (out.stdout, out.stderr) == ("once\n[0, 1, 4, 9]\n", "")


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """Killed outright, it leaves no process that waits for ever."""
    started = begin(f"run(design(), Path({str(tmp_path / 'study')!r}), workers=2, on_progress=tell)")
    wait_for_bodies(started, 5)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    assert ends_within(started.pid)
    started.communicate()


def test_the_helper_of_these_tests_kills_what_it_says() -> None:
    """A group that is killed is gone at once."""
    started = begin("time.sleep(100)")
    kill_group(started)
    assert ends_within(started.pid, 1.0)
    assert said("print(3)") == "3\n"
