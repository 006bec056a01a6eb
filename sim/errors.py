"""Every exception that the program raises on purpose.

::

    SimError
    ├── InputError            invalid input; ``problems`` lists every problem as a sentence
    │   ├── ConditionError    in a condition
    │   ├── DesignError       in the design of a study
    │   └── ParameterError    in the parameters
    ├── QuantityError         text that is not a quantity of the wanted kind
    ├── SteadyStateError      parameters that allow no healthy body, or no steady state of a cell
    ├── IntegrationError      a state of the tissue became impossible, or the equations too stiff
    ├── SimulationError       a run did not finish; ``result`` holds what was recorded until then
    ├── StudyError            a study did not finish; finished batches are kept
    ├── ExecutorError         the executor of a study cannot go on
    └── VersionError          a worker has other versions than the study was begun with

    KeyboardInterrupt
    └── SimulationInterrupted a run was interrupted; ``result`` holds what was recorded until then

Input that is valid but may not do what was meant is no error: :class:`InputWarning` says so.

All survive pickle and deepcopy, so they reach the caller from another process unchanged.
"""

import difflib
from collections.abc import Iterable
from typing import Any

MAX_SHOWN = 200
"""Letters of a value in a message."""
MAX_PROBLEMS, MAX_LETTERS = 100, 2000
"""Problems that are listed at once, and letters of each; a hostile file can have a million."""


class _Portable(BaseException):
    """An exception that is copied with its contents; calling its class again could change them."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _blank, (type(self), self.args), self.__dict__


def _blank(kind: type[BaseException], arguments: tuple[Any, ...]) -> BaseException:
    """Make an exception with arguments but without attributes."""
    return kind.__new__(kind, *arguments)


class SimError(_Portable, Exception):
    """Base of all exceptions of this program."""


class InputError(SimError, ValueError):
    """Invalid input.

    Attributes
    ----------
    problems : list of str
        A sentence for each: what was given, what is allowed, what to do.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = _shortened([problems] if isinstance(problems, str) else list(problems))
        super().__init__("\n".join(self.problems))

    @property
    def faults(self) -> list[str]:
        """Former name of :attr:`problems`, kept for version 0.2."""
        return self.problems


class InputWarning(UserWarning):
    """Valid input that may not do what was meant, such as a dose that is due after the end."""


class ConditionError(InputError):
    """Invalid condition."""


class DesignError(InputError):
    """Invalid design of a study."""


class ParameterError(InputError):
    """Parameters that do not exist or are out of bounds."""


class QuantityError(SimError, ValueError):
    """Text that is not a quantity of the wanted kind; says what was given and what is allowed."""


class SteadyStateError(SimError, ValueError):
    """Parameters with which there is no healthy body, or a cell without a steady state in it."""


class IntegrationError(SimError, RuntimeError):
    """A state of the tissue that is impossible; says which cell, which quantity and when."""


class SimulationError(SimError, RuntimeError):
    """A run that did not finish.

    Attributes
    ----------
    result : Result
        What was recorded until then.
    finished : tuple of Result
        Runs of the same call that had finished before, as in :func:`sim.compare`.
    """

    def __init__(self, message: str, result: Any, finished: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.result, self.finished = result, finished


class SimulationInterrupted(_Portable, KeyboardInterrupt):
    """A run that was interrupted, by Ctrl-C or because the system asked the program to end.

    It is no :class:`SimError`: like any KeyboardInterrupt it ends loops and programs unless it is caught
    by name, so that an interruption is never taken for a result.

    Attributes
    ----------
    result : Result
        What was recorded until then; ``result.save(folder)`` keeps it, and ``sim.resume(result.tissue,
        result.condition)`` goes on from there.
    finished : tuple of Result
        Runs of the same call that had finished before, as in :func:`sim.compare`.

    Examples
    --------
    ::

        try:
            result = sim.run("baseline", 1_000_000)
        except sim.SimulationInterrupted as interruption:
            interruption.result.save("partial")
            raise
    """

    def __init__(self, message: str, result: Any, finished: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.result, self.finished = result, finished


class StudyError(SimError, RuntimeError):
    """A study that did not finish; says what is kept and what failed."""


class ExecutorError(SimError, RuntimeError):
    """An executor that cannot go on; what it has yielded stands."""


class VersionError(SimError, RuntimeError):
    """A process with other versions than the study was begun with."""


def shown(value: object) -> str:
    """Write a value in a message as Python writes it, shortened if it is long."""
    try:
        text = repr(value)
    except Exception:  # A number of more digits than Python writes, or an object that is broken.
        return f"a value of type {type(value).__name__} that cannot be written"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} …"


def unknown_names(names: Iterable[str], known: Iterable[str], what: str) -> Iterable[str]:
    """Say which names do not exist, with the nearest one that does."""
    known = list(known)
    unknown = [name for name in names if name not in known]
    for name in unknown[:MAX_PROBLEMS]:
        near = difflib.get_close_matches(str(name), known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known[:3])} and others"
        yield f"no {what} is called {shown(name)}; {hint}"
    if len(unknown) > MAX_PROBLEMS:
        yield f"and {len(unknown) - MAX_PROBLEMS} more {what}s do not exist"


def _shortened(problems: list[str]) -> list[str]:
    """Cut long problems, and those after the first hundred."""
    shown = [
        text if len(text) <= MAX_LETTERS else f"{text[:MAX_LETTERS]} …"
        for text in problems[:MAX_PROBLEMS]
    ]
    more = len(problems) - MAX_PROBLEMS
    return [*shown, f"and {more} more problems"] if more > 0 else shown
