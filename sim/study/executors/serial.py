"""Tasks one after the other, in the calling process."""

from collections.abc import Callable, Generator, Iterable
from typing import ClassVar

from sim.study.executors.protocol import TaskResult, Value, attempt


class SerialExecutor:
    """Runs tasks in the calling process; see :class:`~sim.study.executors.protocol.Executor`."""

    in_process: ClassVar[bool] = True

    def run(
        self, function: Callable[[int], Value], tasks: Iterable[int]
    ) -> Generator[TaskResult[Value], None, None]:
        """Yield the result of each task, in the order given."""
        for task in tasks:
            yield attempt(function, task)
