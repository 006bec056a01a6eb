"""Ctrl-C is noted between steps, and the handler before is restored."""

import os
import signal
import threading

import pytest

from sim.system.interruption import StopRequest, deferred_interrupt


def test_a_first_interrupt_is_noted_until_it_is_checked() -> None:
    before = signal.getsignal(signal.SIGINT)
    with deferred_interrupt() as request:
        request.check()
        os.kill(os.getpid(), signal.SIGINT)
        assert request.received
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        with pytest.raises(KeyboardInterrupt):
            request.check()
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_leave_signals_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with deferred_interrupt() as request:
            seen.append((type(request), signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(StopRequest, before)]


def test_an_ignored_interrupt_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred_interrupt() as request:
            os.kill(os.getpid(), signal.SIGINT)
            request.check()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
