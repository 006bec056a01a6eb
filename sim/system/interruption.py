"""Ctrl-C between steps: compiled code must not be cut off in the middle of a call."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Request:
    """Whether the user has asked to stop."""

    def __init__(self) -> None:
        self.made = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if the user has asked to stop."""
        if self.made:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupt() -> Iterator[Request]:
    """Note a first Ctrl-C for :meth:`Request.check`; let a second one end the program at once."""
    request = Request()
    ignored = signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None)
    if ignored or threading.current_thread() is not threading.main_thread():
        yield request
        return

    def note(_signal: int, _frame: FrameType | None) -> None:
        request.made = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
