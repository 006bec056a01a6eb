"""Tasks on a Dask cluster: one that runs already, or workers on this machine.

Outcomes come back over the network, so no file system needs to be shared.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

from sim.errors import ExecutorError, InputError
from sim.study.executors import AHEAD, Done, attempt, script_aside, told
from sim.system.processors import usable_processors

Outcome = TypeVar("Outcome")

LOCAL = "local"
PATIENCE = 30.0
"""How long to wait for a scheduler and its first worker [s]."""
ROLL_CALL = 5.0
"""How often workers are counted, for more may come [s]."""


def on_dask(
    work: Callable[[int], Outcome], tasks: Iterable[int], address: str, workers: int | None
) -> Generator[Done[Outcome], None, None]:
    """Do tasks on a Dask cluster; Dask itself does again what a dead worker had in hand.

    Parameters
    ----------
    work : callable
        Takes the number of a task; workers must have the same program installed.
    tasks : iterable of int
        The tasks.
    address : str
        Of a scheduler, such as "tcp://host:8786"; or "local" for workers on this machine.
    workers : int, optional
        Processes, if local; by default one a processor.

    Raises
    ------
    InputError
        If Dask is not installed, or no scheduler or worker answers.
    ExecutorError
        If the scheduler is lost.
    """
    with _client(address, workers) as client:
        try:
            yield from _through(client, work, iter(tasks))
        except OSError as error:
            raise ExecutorError(f"the scheduler at {address} was lost: {error}") from error


def _through(
    client: Any, work: Callable[[int], Outcome], waiting: Iterator[int]
) -> Generator[Done[Outcome], None, None]:
    """Do tasks through a client, a few ahead for each worker."""
    from distributed import as_completed

    run = uuid4().hex
    numbers: dict[str, int] = {}
    hands, counted = 0, -ROLL_CALL
    finished = as_completed()
    while True:
        if monotonic() - counted >= ROLL_CALL:
            hands, counted = max(1, sum(client.nthreads().values())), monotonic()
        for task in islice(waiting, max(0, AHEAD * hands - len(numbers))):
            future = client.submit(attempt, work, task, key=f"part-{task}-{run}")
            numbers[future.key] = task
            finished.add(future)
        if not numbers:
            return
        future = next(finished)
        yield _done(future, numbers.pop(future.key))
        future.release()


def _done(future: Any, task: int) -> Done[Any]:
    """What came of a task whose future has ended: an error there is one of its worker."""
    if future.cancelled():
        raise ConnectionError("tasks were cancelled")
    if error := future.exception():
        return Done(task, None, told(error))
    outcome: Done[Any] = future.result()
    return outcome


@contextmanager
def _client(address: str, workers: int | None) -> Iterator[Any]:
    """Connect to a cluster, or start one here; end what was started."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise InputError(['Dask is not installed; pip install "sim-mg[cluster]"']) from None
    if address == LOCAL:
        with script_aside():
            cluster = LocalCluster(
                n_workers=workers or usable_processors(), threads_per_worker=1, processes=True,
                dashboard_address="127.0.0.1:0",
            )  # fmt: skip
        with cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise InputError([f"no scheduler answers at {address}: {error}"]) from None
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise InputError([f"the scheduler at {address} has no workers; start some"]) from None
        yield client
    finally:
        client.close()
