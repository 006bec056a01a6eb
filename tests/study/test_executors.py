"""Executors: tasks are done whatever happens to workers, and what cannot be done is reported."""

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
from sim.study.executors.dask_cluster import DaskExecutor
from sim.study.executors.pool import PoolExecutor
from sim.study.executors.protocol import Executor, TaskResult
from sim.study.executors.registry import (
    EXECUTORS,
    MAX_WORKERS,
    ExecutorRequest,
    executor_problems,
    select_executor,
)
from sim.study.executors.serial import SerialExecutor
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
    wait_for_replicates,
)

PRELOAD = "sim.study.worker_preload"
TASKS = range(7)
SOME: dict[str, Executor] = {
    "serial": SerialExecutor(),
    "one worker": PoolExecutor(1, PRELOAD),
    "three workers": PoolExecutor(3, PRELOAD),
}


def in_pool(function: Callable[[int], Any]) -> Generator[TaskResult[Any], None, None]:
    """Results of all tasks by a pool of two workers."""
    return PoolExecutor(2, PRELOAD).run(function, TASKS)


def by_task(results: Generator[TaskResult[Any], None, None]) -> dict[int, tuple[Any, str | None]]:
    """Value and error by task; every task has ended once."""
    ended = list(results)
    assert sorted(result.task for result in ended) == list(TASKS)
    return {task: (value, error) for task, value, error in ended}


@pytest.mark.parametrize("executor", SOME.values(), ids=SOME.keys())
def test_every_task_is_done_once(executor: Executor) -> None:
    """Each executor gives the same values."""
    assert by_task(executor.run(square, TASKS)) == {task: (task * task, None) for task in TASKS}


@pytest.mark.parametrize("executor", SOME.values(), ids=SOME.keys())
def test_a_task_that_fails_does_not_stop_the_others(executor: Executor) -> None:
    """The error is described, even if it cannot itself be sent between processes."""
    found = by_task(executor.run(fail, TASKS))
    assert {task: found[task] for task in (0, 4, 5, 6)} == {t: (t, None) for t in (0, 4, 5, 6)}
    assert found[1] == (None, "ValueError: one is odd")
    assert found[2] == (None, "AwkwardError: 1 and 2")


def test_a_value_that_cannot_be_sent_is_an_error() -> None:
    """It does not crash the worker."""
    value, error = by_task(in_pool(fail))[3]
    assert value is None
    assert "ickle" in str(error)


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """Its tasks are repeated."""
    counter = tmp_path / "crashes"
    found = by_task(in_pool(partial(die_once, str(counter), 3)))
    assert found == {task: (task, None) for task in TASKS}
    assert counter.read_text() == "x"


@pytest.mark.parametrize("deadly", [0, 3, 6])
def test_a_task_that_always_kills_its_worker_is_given_up(tmp_path: Path, deadly: int) -> None:
    """It crashes a shared worker and two of its own; all others are done."""
    counter = tmp_path / "crashes"
    found = by_task(in_pool(partial(die, str(counter), deadly)))
    assert found.pop(deadly) == (
        None,
        "the worker process died, 2 times with no other task in it",
    )
    assert found == {task: (task, None) for task in TASKS if task != deadly}
    assert counter.read_text() == "xxx"


def test_a_pool_that_is_left_ends_its_workers() -> None:
    """A caller that stops early leaves no process behind."""
    results = in_pool(process)
    next(results)
    workers = active_children()
    assert len(workers) == 2
    results.close()
    assert [worker.is_alive() for worker in workers] == [False, False]


def test_workers_that_cannot_be_started_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without processes to spare ends the executor in one clear error."""

    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.popen_forkserver.Popen._launch", refuse)
    with pytest.raises(ExecutorError, match=r"no process could be started.*temporarily unavailable"):
        list(in_pool(square))


def test_workers_load_nothing_that_they_do_not_need() -> None:
    """Neither Mesa nor figures, commands or Dask, nor the program that runs the study."""
    assert {frozenset(value) for _, value, _ in in_pool(modules)} == {frozenset()}


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
        "from sim.study.executors import PoolExecutor\n"
        "from tests.study.study_tools import square\n"
        "print('once')\n"
        "pool = PoolExecutor(2, 'sim.study.worker_preload')\n"
        "print(sorted(result.value for result in pool.run(square, range(4))))\n",
        encoding="utf-8",
    )
    out = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=100,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (out.stdout, out.stderr) == ("once\n[0, 1, 4, 9]\n", "")


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """Even if that is killed, no process waits for ever."""
    started = begin(
        f"run(design(), Path({str(tmp_path / 'study')!r}), workers=2, on_progress=print_progress)"
    )
    wait_for_replicates(started, 5)
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


# The table


REQUESTS: dict[str, tuple[ExecutorRequest, int, Executor]] = {
    "one worker": (ExecutorRequest(workers=1), 9, SerialExecutor()),
    "one task": (ExecutorRequest(workers=4), 1, SerialExecutor()),
    "workers": (ExecutorRequest(workers=4), 9, PoolExecutor(4, PRELOAD)),
    "more workers than tasks": (ExecutorRequest(workers=4), 3, PoolExecutor(3, PRELOAD)),
    "cluster": (ExecutorRequest(workers=4, dask="local"), 9, DaskExecutor("local", 4)),
    "serial by name": (ExecutorRequest("serial"), 9, SerialExecutor()),
    "pool by name": (ExecutorRequest("pool", workers=1), 9, PoolExecutor(1, PRELOAD)),
    "cluster by name": (ExecutorRequest("dask"), 9, DaskExecutor("local", None)),
}


@pytest.mark.parametrize(("request_", "n_tasks", "wanted"), REQUESTS.values(), ids=REQUESTS.keys())
def test_an_executor_is_chosen_by_name_or_by_what_suits(
    request_: ExecutorRequest, n_tasks: int, wanted: Executor
) -> None:
    """With the options that were given."""
    assert executor_problems(request_) == []
    chosen = select_executor(request_, n_tasks, PRELOAD)
    assert type(chosen) is type(wanted)
    assert vars(chosen) == vars(wanted)
    assert chosen.in_process == isinstance(chosen, SerialExecutor)


PROBLEMS: dict[str, tuple[ExecutorRequest, str]] = {
    "unknown": (ExecutorRequest("pol"), "no executor is called 'pol'; did you mean 'pool'?; there are"),
    "workers of one": (ExecutorRequest("serial", workers=2), "workers = 2; the executor 'serial' does"),
    "cluster of a pool": (ExecutorRequest("pool", dask="local"), "dask = 'local'; the executor 'pool'"),
    "address": (ExecutorRequest(dask="host"), "dask = 'host'; give \"local\" or an address such as"),
    "no workers": (ExecutorRequest(workers=0), f"workers = 0; give a whole number, 1 to {MAX_WORKERS}"),
}


@pytest.mark.parametrize(("request_", "message"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_request_that_cannot_be_met_is_refused(request_: ExecutorRequest, message: str) -> None:
    """In a sentence that says what to do."""
    (problem,) = executor_problems(request_)
    assert message in problem


def test_rows_of_the_table_are_consistent() -> None:
    """Options are fields of a request; what must be installed has a command that installs it."""
    for name, spec in EXECUTORS.items():
        assert set(spec.options) <= set(ExecutorRequest._fields), name
        assert bool(spec.modules(ExecutorRequest())) == bool(spec.install), name
