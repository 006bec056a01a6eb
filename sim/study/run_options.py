"""Options of a run that change no result: executor, workers, threads."""

from collections.abc import Iterator

from sim.conditions.plan import MAX_THREADS
from sim.study.design import Design
from sim.study.executors.registry import ExecutorRequest, executor_problems, whole_number_problems
from sim.study.shards import Shard
from sim.study.size import duration_problems


def run_option_problems(request: ExecutorRequest, threads: object) -> list[str]:
    """Say which options of a run cannot be met.

    Parameters
    ----------
    request : ExecutorRequest
        Executor, workers and address of a cluster.
    threads : int, optional
        Threads for the cells of a body.

    Returns
    -------
    list of str
        A sentence for each: what was given, what is allowed.
    """
    return executor_problems(request) + whole_number_problems("threads", threads, MAX_THREADS)


def wait_problems(design: Design, request: ExecutorRequest, shard: Shard | None) -> Iterator[str]:
    """Say whether a study takes too long on one machine; of a cluster the number of workers is unknown.

    Parameters
    ----------
    design : Design
        The study.
    request : ExecutorRequest
        Workers and cluster.
    shard : Shard, optional
        The part of it that this machine does.
    """
    if request.dask is None:
        workers, shards = request.n_workers(design.n_members), shard.of if shard else 1
        yield from duration_problems(design.size, workers, shards)
