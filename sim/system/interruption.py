"""Ctrl-C and termination: noted while a step is computed or a file is written, delivered afterwards.

Python runs signal handlers between any two of its instructions. An exception raised there in the middle
of a step would leave a tissue whose state has moved on but whose clock has not.
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from threading import get_ident, main_thread
from types import FrameType
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")
Handler = Callable[[int, FrameType | None], object]

TERMINATION = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals with which batch queues and closed terminals end a program."""
STOP_SIGNALS = (signal.SIGINT, *TERMINATION)
"""Signals that ask a program to stop."""
DEFERRED = (
    *STOP_SIGNALS,
    *(getattr(signal, name) for name in ("SIGALRM", "SIGUSR1", "SIGUSR2") if hasattr(signal, name)),
)
"""Signals that are deferred: besides those, others for which programs have handlers that may raise."""


class StopRequest:
    """Whether the user or the system has asked to stop."""

    def __init__(self) -> None:
        self._noted: dict[int, Callable[[], object]] = {}

    @property
    def received(self) -> bool:
        """Whether one of :data:`STOP_SIGNALS` was noted and has not been delivered yet."""
        return any(number in self._noted for number in STOP_SIGNALS)

    def note(self, number: int, deliver: Callable[[], object]) -> None:
        """Note a signal, and how to deliver it later."""
        self._noted[number] = deliver

    def forget(self) -> None:
        """Forget what was noted."""
        self._noted.clear()

    def check(self) -> None:
        """Deliver noted signals to the handlers they were meant for, which raise KeyboardInterrupt."""
        while self._noted:
            self._noted.pop(next(iter(self._noted)))()


class _Guard:
    """Handlers in place of those of the program, and how many blocks defer signals now.

    A signal may arrive between any two instructions here, too. None may leave behind handlers that
    nothing removes or a block that is still counted: signals would be deferred for ever. Therefore
    nothing is raised while the handlers are in place, except where noted signals are delivered.
    """

    def __init__(self, depth_of_delivery: int) -> None:
        self.request = StopRequest()
        self.depth = 1
        self.depth_of_delivery = depth_of_delivery
        self.before: dict[int, Handler] = {}

    def install(self) -> None:
        """Put handlers in place of those that are functions; others never run any Python."""
        try:
            for number in DEFERRED:
                handler = signal.getsignal(number)
                if callable(handler):
                    self.before[number] = handler
                    signal.signal(number, self._handle)
            _installed.append(self)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Put the handlers of the program back, all of them, even if one raises meanwhile."""
        try:
            _installed.clear()
            while self.before:
                number = next(iter(self.before))
                signal.signal(number, self.before[number])
                del self.before[number]
        except BaseException:
            self.remove()
            raise

    def end_block(self, kind: type[BaseException] | None) -> None:
        """Count a block no longer, which ended with an exception of a kind; deliver what was noted."""
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            self.request.forget()  # The caller is being interrupted already.
        if self.depth == 1:
            self.remove()
        self.depth -= 1
        if self.depth <= self.depth_of_delivery:
            self.request.check()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        handler = self.before[number]
        self.request.note(number, lambda: handler(number, frame))
        if number == signal.SIGINT and _input_is_terminal():
            signal.signal(number, signal.SIG_DFL)


_installed: list[_Guard] = []
"""The guard of the main thread, while there is one."""


class _Block:
    """A block that a guard counts, if there is one. A class is quicker to enter than a generator."""

    __slots__ = ("guard",)

    def __init__(self) -> None:
        self.guard: _Guard | None = None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.guard is not None:
            self.guard.end_block(kind)


class _Deferral(_Block):
    """A block that defers signals; see :func:`deferred_interrupt`."""

    __slots__ = ()

    def __enter__(self) -> StopRequest:
        if get_ident() != main_thread().ident:
            return StopRequest()
        if _installed:
            guard = _installed[0]
            guard.depth += 1
        else:
            guard = _Guard(depth_of_delivery=0)
            guard.install()
        self.guard = guard
        return guard.request


def deferred_interrupt() -> AbstractContextManager[StopRequest]:
    """Note Ctrl-C, termination and other signals for :meth:`StopRequest.check` or the end of the block.

    Blocks may be nested: the outermost one delivers. Where input is a terminal, a second Ctrl-C ends the
    program at once; elsewhere, as in a notebook, it changes nothing. Signals that Python does not
    handle, because they are ignored or end the process, stay as they are. Outside the main thread, where
    Python runs no handlers, nothing needs to be deferred.
    """
    return _Deferral()


class _Guarding(_Block):
    """A block with a guard; see :func:`guarded_signals`."""

    __slots__ = ()

    def __enter__(self) -> None:
        if _installed or get_ident() != main_thread().ident:
            return
        guard = _Guard(depth_of_delivery=1)
        guard.install()
        self.guard = guard


def guarded_signals() -> AbstractContextManager[None]:
    """Make :func:`deferred_interrupt` cheap inside the block.

    Signals are delivered where such a block inside ends, and at the end of this one. Inside
    :func:`deferred_interrupt` nothing changes: the outermost block delivers.
    """
    return _Guarding()


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt, as Ctrl-C does, unless something handles them."""
    before = []
    try:
        if get_ident() == main_thread().ident:
            for number in TERMINATION:
                if signal.getsignal(number) is signal.SIG_DFL:
                    before.append(number)
                    signal.signal(number, signal.default_int_handler)
        yield
    finally:
        for number in before:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def withheld_signals() -> Iterator[None]:
    """Start processes that signals to stop do not reach; this one gets them at the end of the block.

    A closed terminal or a batch queue signals all processes of a group. Helpers of
    :mod:`multiprocessing` that ended before this process would leave it with errors to report, and so
    would a worker that is not yet known when the others are ended.
    """
    with deferred_interrupt():
        if not hasattr(signal, "pthread_sigmask"):  # On Windows, which has no such groups.
            yield
            return
        # Processes inherit what is blocked. Threads that are there already go on to take signals.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def uninterrupted(function: Callable[Arguments, Returned]) -> Callable[Arguments, Returned]:
    """Decorate a function that must not be interrupted halfway; see :func:`deferred_interrupt`."""

    @wraps(function)
    def guarded(*arguments: Arguments.args, **options: Arguments.kwargs) -> Returned:
        with deferred_interrupt():
            return function(*arguments, **options)

    return guarded


def _input_is_terminal() -> bool:
    """Whether someone sits at a terminal, who may want to end the program at once."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # It is closed.
        return False
