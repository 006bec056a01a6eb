"""Ctrl-C between steps: compiled code must not be interrupted in the middle of a call."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the user has asked to stop."""

    def __init__(self) -> None:
        self.received = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if the user has asked to stop."""
        if self.received:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupt() -> Iterator[StopRequest]:
    """Note a first Ctrl-C for :meth:`StopRequest.check`; let a second one end the program at once.

    Does nothing outside the main thread, where Python allows no signal handlers, or where the signal
    is ignored, as it is for a background job.
    """
    request = StopRequest()
    ignored = signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None)
    if ignored or threading.current_thread() is not threading.main_thread():
        yield request
        return

    def note(_signal: int, _frame: FrameType | None) -> None:
        request.received = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
