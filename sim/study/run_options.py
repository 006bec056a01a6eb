"""Options of a run that change no result: executor, workers, threads."""

from sim.conditions.plan import MAX_THREADS
from sim.study.executors.registry import ExecutorRequest, executor_problems, whole_number_problems


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
