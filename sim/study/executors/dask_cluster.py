"""Tasks on a Dask cluster: one that is already running, or workers on this machine.

Results come back over the network, so no file system needs to be shared. Whoever reaches a scheduler can
run code on its workers: those that are started here take connections from this process only, through
TLS with a certificate that is made for each study and kept in memory. Of a cluster that is already
running, security is its owner's; its settings are those of Dask.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any, ClassVar
from uuid import uuid4

from sim.errors import ExecutorError, InputError, shown
from sim.study.executors.main_module import hidden_main_module
from sim.study.executors.protocol import PREFETCH, TaskResult, Value, attempt, describe_error
from sim.system.processors import usable_processors

LOCAL = "local"
TIMEOUT_S = 30.0
"""How long to wait for a scheduler and its first worker [s]."""
POLL_INTERVAL_S = 5.0
"""How often workers are counted, since more may join [s]."""

NO_PAGES: dict[str, list[str]] = {
    f"distributed.{part}.http.routes": [] for part in ("scheduler", "worker")
}
"""Settings of Dask by which its web servers, which know no password, have nothing to show."""


@dataclass(frozen=True)
class DaskExecutor:
    """Runs tasks on a Dask cluster; Dask itself repeats the tasks of a worker that died.

    Workers must have the same program installed.

    Parameters
    ----------
    address : str
        Of a scheduler, such as "tcp://host:8786"; or "local" for workers on this machine.
    n_workers : int, optional
        Processes, if local; by default one per processor.
    """

    address: str
    n_workers: int | None = None
    in_process: ClassVar[bool] = False

    def run(
        self, function: Callable[[int], Value], tasks: Iterable[int]
    ) -> Generator[TaskResult[Value], None, None]:
        """Yield the result of each task as it ends.

        Raises
        ------
        InputError
            If no scheduler or worker answers.
        ExecutorError
            If the scheduler is lost.
        """
        with _connected(self.address, self.n_workers) as client:
            try:
                yield from _run_through(client, function, iter(tasks))
            except OSError as error:
                raise ExecutorError(f"the scheduler at {self.address} was lost: {error}") from error


def needed_modules(address: str | None) -> tuple[str, ...]:
    """Modules that must be importable; certificates are made where a cluster is started."""
    return ("distributed",) if address not in (None, LOCAL) else ("distributed", "cryptography")


def address_problems(address: str | None) -> list[str]:
    """Say why an address cannot be one of a scheduler."""
    if address is None or address == LOCAL or "://" in address:
        return []
    return [f'dask = {shown(address)}; give "local" or an address such as tcp://host:8786']


def _run_through(
    client: Any, function: Callable[[int], Value], waiting: Iterator[int]
) -> Generator[TaskResult[Value], None, None]:
    """Run tasks through a client, a few ahead for each worker."""
    from distributed import as_completed

    run = uuid4().hex  # Dask would return the old result for a key that it has seen before.
    tasks: dict[str, int] = {}
    n_workers, counted_at = 0, -POLL_INTERVAL_S
    finished = as_completed()
    while True:
        if monotonic() - counted_at >= POLL_INTERVAL_S:
            n_workers, counted_at = max(1, sum(client.nthreads().values())), monotonic()
        for task in islice(waiting, max(0, PREFETCH * n_workers - len(tasks))):
            future = client.submit(attempt, function, task, key=f"task-{task}-{run}")
            tasks[future.key] = task
            finished.add(future)
        if not tasks:
            return
        future = next(finished)
        yield _result_of(future, tasks.pop(future.key))
        future.release()


def _result_of(future: Any, task: int) -> TaskResult[Any]:
    """Result of a task that has ended; an error of the future is one of its worker."""
    if future.cancelled():
        raise ConnectionError("tasks were cancelled")
    if error := future.exception():
        return TaskResult(task, None, describe_error(error))
    result: TaskResult[Any] = future.result()
    return result


@contextmanager
def _connected(address: str, n_workers: int | None) -> Iterator[Any]:
    """Connect to a cluster, or start one here; end what was started."""
    import dask
    from distributed import Client, LocalCluster

    if address == LOCAL:
        with hidden_main_module(), dask.config.set(NO_PAGES):
            cluster = LocalCluster(
                n_workers=n_workers or usable_processors(),
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                security=True,
                dashboard_address=None,
                # Without an address of its own, the web server that stays would want port 8787.
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            )
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(address, timeout=TIMEOUT_S)
    except (OSError, ValueError) as error:
        raise InputError([f"no scheduler answers at {address}: {error}"]) from None
    try:
        try:
            client.wait_for_workers(1, timeout=TIMEOUT_S)
        except TimeoutError:
            raise InputError([f"the scheduler at {address} has no workers; start some"]) from None
        yield client
    finally:
        client.close()
