"""The table of executors: when each is chosen, which options it takes, what it needs installed."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

from sim.errors import shown, unknown_names
from sim.study.executors.dask_cluster import (
    LOCAL,
    DaskExecutor,
    address_problems,
    needed_modules,
)
from sim.study.executors.pool import PoolExecutor
from sim.study.executors.protocol import Executor
from sim.study.executors.serial import SerialExecutor
from sim.system.processors import usable_processors

MAX_WORKERS = 256


class ExecutorRequest(NamedTuple):
    """What a caller wants of an executor.

    Attributes
    ----------
    executor : str, optional
        A name in :data:`EXECUTORS`; by default the first that suits.
    workers : int, optional
        Processes; by default one per processor.
    dask : str, optional
        Address of a Dask scheduler, or "local".
    """

    executor: str | None = None
    workers: int | None = None
    dask: str | None = None

    def n_workers(self, n_tasks: int) -> int:
        """Processes that are useful for some tasks."""
        return max(1, min(self.workers or usable_processors(), n_tasks))


class ExecutorSpec(NamedTuple):
    """A row of the table of executors.

    Attributes
    ----------
    suits : callable
        Whether it is chosen for a request and a number of tasks if none is named.
    build : callable
        Makes it from a request, a number of tasks, and the name of a module that workers need.
    options : tuple of str
        Fields of :class:`ExecutorRequest` that it takes.
    modules : callable
        What must be importable for a request.
    install : str
        Command that installs it; empty if nothing more is needed.
    """

    suits: Callable[[ExecutorRequest, int], bool]
    build: Callable[[ExecutorRequest, int, str], Executor]
    options: tuple[str, ...] = ()
    modules: Callable[[ExecutorRequest], tuple[str, ...]] = lambda _request: ()
    install: str = ""


EXECUTORS = {
    "dask": ExecutorSpec(
        suits=lambda request, _n_tasks: request.dask is not None,
        build=lambda request, _n_tasks, _preload: DaskExecutor(request.dask or LOCAL, request.workers),
        options=("workers", "dask"),
        modules=lambda request: needed_modules(request.dask),
        install='pip install "sim-mg[cluster]"',
    ),
    "serial": ExecutorSpec(
        suits=lambda request, n_tasks: request.n_workers(n_tasks) == 1,
        build=lambda _request, _n_tasks, _preload: SerialExecutor(),
    ),
    "pool": ExecutorSpec(
        suits=lambda _request, _n_tasks: True,
        build=lambda request, n_tasks, preload: PoolExecutor(request.n_workers(n_tasks), preload),
        options=("workers",),
    ),
}
"""Executors by name, in the order in which they are tried."""


def select_executor(request: ExecutorRequest, n_tasks: int, preload: str) -> Executor:
    """Make the executor that a request names, or the first that suits it.

    Parameters
    ----------
    request : ExecutorRequest
        Without problems; see :func:`executor_problems`.
    n_tasks : int
        Number of tasks.
    preload : str
        Module that workers need.
    """
    return EXECUTORS[_name_for(request, n_tasks)].build(request, n_tasks, preload)


def executor_problems(request: ExecutorRequest) -> list[str]:
    """Say why a request cannot be met: unknown executors, options, addresses, missing software."""
    problems = whole_number_problems("workers", request.workers, MAX_WORKERS)
    problems += address_problems(request.dask)
    if request.executor is not None and request.executor not in EXECUTORS:
        (problem,) = unknown_names([request.executor], EXECUTORS, "executor")
        return [*problems, f"{problem}; there are {', '.join(EXECUTORS)}"]
    if problems:
        return problems
    name = _name_for(request, n_tasks=1)
    spec = EXECUTORS[name]
    if request.executor is not None:
        problems += [
            f"{option} = {getattr(request, option)!r}; the executor {name!r} does not take it"
            for option in ("workers", "dask")
            if getattr(request, option) is not None and option not in spec.options
        ]
    if missing := [module for module in spec.modules(request) if find_spec(module) is None]:
        which = f"{' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'}"
        problems.append(f"the executor {name!r} needs {which} not installed; {spec.install}")
    return problems


def whole_number_problems(name: str, value: object, most: int) -> list[str]:
    """Say why an option is not a whole number from one to a limit; None is allowed."""
    if value is None or (isinstance(value, int) and 1 <= value <= most):
        return []
    return [f"{name} = {shown(value)}; give a whole number, 1 to {most}"]


def _name_for(request: ExecutorRequest, n_tasks: int) -> str:
    """Name of the executor for a request."""
    return request.executor or next(
        name for name, spec in EXECUTORS.items() if spec.suits(request, n_tasks)
    )
