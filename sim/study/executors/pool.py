"""Tasks in a pool of processes on this machine, any of which may die."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from threading import Thread
from typing import ClassVar

from sim.errors import ExecutorError
from sim.study.executors.main_module import hidden_main_module
from sim.study.executors.protocol import PREFETCH, TaskResult, Value, attempt, describe_error
from sim.system.interruption import STOP_SIGNALS, withheld_signals

MAX_WORKER_CRASHES = 2
"""How many workers of its own a task may crash before it is given up."""


@dataclass(frozen=True)
class PoolExecutor:
    """Runs tasks in a pool of processes.

    When a worker dies (killed, out of memory), every task in progress is suspect. Each is repeated in a
    worker of its own; one that crashes that too is given up, and the others continue.

    Parameters
    ----------
    n_workers : int
        Processes.
    preload : str
        Module that workers need, imported once for all of them where the system allows it.
    """

    n_workers: int
    preload: str
    in_process: ClassVar[bool] = False

    def run(
        self, function: Callable[[int], Value], tasks: Iterable[int]
    ) -> Generator[TaskResult[Value], None, None]:
        """Yield the result of each task as it ends.

        Raises
        ------
        ExecutorError
            If no process can be started.
        """
        waiting = deque(tasks)
        while waiting:
            suspects: list[int] = []
            yield from self._run_until_crash(function, waiting, suspects)
            for task in suspects:
                yield self._run_alone(function, task)

    def _run_until_crash(
        self, function: Callable[[int], Value], waiting: deque[int], suspects: list[int]
    ) -> Generator[TaskResult[Value], None, None]:
        """Run waiting tasks until none is left or a worker dies; then add those in progress."""
        pool = _new_pool(self.n_workers, self.preload)
        running: dict[Future[TaskResult[Value]], int] = {}
        try:
            while waiting or running:
                while waiting and len(running) < PREFETCH * self.n_workers:
                    future = _submit(pool, function, waiting[0])
                    running[future] = waiting.popleft()
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    if not isinstance(future.exception(), BrokenProcessPool):
                        yield _result_of(future, running.pop(future))
                if any(isinstance(f.exception(), BrokenProcessPool) for f in running if f.done()):
                    break
        except BrokenProcessPool:  # It broke between two tasks: the next was not submitted.
            pass
        finally:
            suspects += sorted(running.values())
            _terminate(pool)

    def _run_alone(self, function: Callable[[int], Value], task: int) -> TaskResult[Value]:
        """Run a task in a process of its own, again if that dies."""
        for _ in range(MAX_WORKER_CRASHES):
            pool = _new_pool(1, self.preload)
            try:
                future = _submit(pool, function, task)
                if not isinstance(future.exception(), BrokenProcessPool):
                    return _result_of(future, task)
            finally:
                _terminate(pool)
        return TaskResult(task, None, f"the worker process died, {MAX_WORKER_CRASHES} times with no "
                                      "other task in it")  # fmt: skip


def _submit(
    pool: ProcessPoolExecutor, function: Callable[[int], Value], task: int
) -> "Future[TaskResult[Value]]":
    """Submit a task to a pool, which starts workers as it needs them."""
    try:
        with hidden_main_module(), withheld_signals():
            return pool.submit(attempt, function, task)
    except (OSError, EOFError) as error:
        raise ExecutorError(f"no process could be started: {describe_error(error)}") from error


def _result_of(future: "Future[TaskResult[Value]]", task: int) -> TaskResult[Value]:
    """Result of a task that has ended; an error of the future is one of sending the result back."""
    error = future.exception()
    return TaskResult(task, None, describe_error(error)) if error else future.result()


def _new_pool(n_workers: int, preload: str) -> ProcessPoolExecutor:
    """Pool whose workers end with this process and leave Ctrl-C and termination to it."""
    methods = multiprocessing.get_all_start_methods()
    # Forked from a server that has imported everything, not from this process, which may have threads.
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload([preload])
    with withheld_signals():
        return ProcessPoolExecutor(n_workers, mp_context=context, initializer=_initialise_worker)


def _initialise_worker() -> None:
    """Leave Ctrl-C and termination, which may reach all processes, to the parent; end when it ends."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_exit_with_parent, daemon=True).start()


def _exit_with_parent() -> None:
    """End this worker when its parent has ended: nobody would take its results, or stop it."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _terminate(pool: ProcessPoolExecutor) -> None:
    """End a pool at once, whatever its workers are doing."""
    processes = list((pool._processes or {}).values())
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    pool.shutdown(wait=False, cancel_futures=True)  # Last: it would send the living a message.
