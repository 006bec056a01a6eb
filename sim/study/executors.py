"""Ways to carry out many tasks: in this process, or in a pool of processes that may die.

They know no biology. An engine takes a function and task numbers and yields what came of each task, in
any order. A function that is sent to other processes must be importable there.
"""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread
from types import ModuleType
from typing import Generic, NamedTuple, TypeVar

from sim.errors import ExecutorError

Outcome = TypeVar("Outcome")

AHEAD = 2
"""Tasks that are handed out for each worker, so that none waits for the next."""
DEATHS = 2
"""How often a task may kill a worker of its own before it is given up."""


class Done(NamedTuple, Generic[Outcome]):
    """A task that has ended: with an outcome, or with what is wrong with it."""

    task: int
    outcome: Outcome | None
    problem: str | None


def in_process(
    work: Callable[[int], Outcome], tasks: Iterable[int]
) -> Generator[Done[Outcome], None, None]:
    """Do tasks here, one after the other."""
    for task in tasks:
        yield attempt(work, task)


def attempt(work: Callable[[int], Outcome], task: int) -> Done[Outcome]:
    """Do a task; whatever is wrong with it is told in words, for not every error can travel."""
    try:
        return Done(task, work(task), None)
    except Exception as error:
        return Done(task, None, told(error))


def in_pool(
    work: Callable[[int], Outcome], tasks: Iterable[int], workers: int, preload: str
) -> Generator[Done[Outcome], None, None]:
    """Do tasks in a pool of processes.

    When a worker dies (killed, out of memory), all that were in work are suspects. Each is done again
    with a worker of its own; one that kills that too is given up, the others go on.

    Parameters
    ----------
    work : callable
        Takes the number of a task.
    tasks : iterable of int
        The tasks.
    workers : int
        Processes.
    preload : str
        Module that workers need, imported once for all of them where that is possible.

    Raises
    ------
    ExecutorError
        If no process can be started.
    """
    waiting = deque(tasks)
    while waiting:
        suspects: list[int] = []
        yield from _until_broken(work, waiting, workers, preload, suspects)
        for task in suspects:
            yield _alone(work, task, preload)


def _until_broken(
    work: Callable[[int], Outcome],
    waiting: deque[int],
    workers: int,
    preload: str,
    suspects: list[int],
) -> Generator[Done[Outcome], None, None]:
    """Do waiting tasks until none is left or a worker dies; note which were in work then."""
    pool = _new_pool(workers, preload)
    running: dict[Future[Done[Outcome]], int] = {}
    try:
        while waiting or running:
            while waiting and len(running) < AHEAD * workers:
                future = _hand_out(pool, work, waiting[0])
                running[future] = waiting.popleft()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                problem = future.exception()
                if isinstance(problem, BrokenProcessPool):
                    continue
                yield _done(future, running.pop(future))
            if any(isinstance(f.exception(), BrokenProcessPool) for f in running if f.done()):
                break
    except BrokenProcessPool:  # It broke between two tasks: the next was not handed out.
        pass
    finally:
        suspects += sorted(running.values())
        _end(pool)


def _alone(work: Callable[[int], Outcome], task: int, preload: str) -> Done[Outcome]:
    """Do a task in a process of its own, again if that dies."""
    for _ in range(DEATHS):
        pool = _new_pool(1, preload)
        try:
            future = _hand_out(pool, work, task)
            if not isinstance(future.exception(), BrokenProcessPool):
                return _done(future, task)
        finally:
            _end(pool)
    return Done(task, None, f"the process died, {DEATHS} times when it did nothing else")


def _hand_out(
    pool: ProcessPoolExecutor, work: Callable[[int], Outcome], task: int
) -> "Future[Done[Outcome]]":
    """Give a task to a pool, which starts workers as it needs them."""
    try:
        with script_aside():
            return pool.submit(attempt, work, task)
    except (OSError, EOFError) as error:
        raise ExecutorError(f"no process could be started: {told(error)}") from error


@contextmanager
def script_aside() -> Iterator[None]:
    """Keep processes that are started meanwhile from running the user's script again.

    Python does that so that they know what the script defines; an engine sends nothing of it, and a
    script that runs a study would begin that in each of them.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _done(future: "Future[Done[Outcome]]", task: int) -> Done[Outcome]:
    """What came of a task whose future is done: an error there is one of the way back."""
    error = future.exception()
    return Done(task, None, told(error)) if error else future.result()


def told(error: BaseException) -> str:
    """Say what went wrong."""
    return f"{type(error).__name__}: {error}"


def _new_pool(workers: int, preload: str) -> ProcessPoolExecutor:
    """Pool whose workers end with this process and leave Ctrl-C to it."""
    methods = multiprocessing.get_all_start_methods()
    # Forked from a server that has imported everything, not from this process, which may have threads.
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload([preload])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_work)


def _begin_work() -> None:
    """Set up a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End a worker when the process is gone that would take its outcomes, or end it."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    """End a pool at once, whatever its workers are at."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()
