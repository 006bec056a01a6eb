"""What every executor provides: results of numbered tasks, one by one, in any order."""

from collections.abc import Callable, Generator, Iterable
from typing import ClassVar, Generic, NamedTuple, Protocol, TypeVar

Value = TypeVar("Value")

PREFETCH = 2
"""Tasks submitted for each worker, so that none waits for the next."""


class TaskResult(NamedTuple, Generic[Value]):
    """A task that has ended: with a value, or with a description of its error."""

    task: int
    value: Value | None
    error: str | None


class Executor(Protocol):
    """Runs a function for many task numbers.

    Attributes
    ----------
    in_process : bool
        Whether tasks run in the calling process, so that the function may be a closure; otherwise it
        must be importable where it runs.
    """

    in_process: ClassVar[bool]

    def run(
        self, function: Callable[[int], Value], tasks: Iterable[int]
    ) -> Generator[TaskResult[Value], None, None]:
        """Yield the result of each task once, as tasks end.

        An error of a task is part of its result. Closing the generator ends all workers.

        Raises
        ------
        ExecutorError
            If the executor itself cannot continue; the results yielded so far are valid.
        """
        ...


def attempt(function: Callable[[int], Value], task: int) -> TaskResult[Value]:
    """Run a task; an error becomes text, since not every exception can be pickled."""
    try:
        return TaskResult(task, function(task), None)
    except Exception as error:
        return TaskResult(task, None, describe_error(error))


def describe_error(error: BaseException) -> str:
    """Name an error and give its message."""
    return f"{type(error).__name__}: {error}"
