"""Ctrl-C and termination are deferred where they would do harm, and reach whoever handles them."""

# ruff: noqa: PT012 - what is guarded, and the signal, stand in one block.

import dis
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

import sim
from sim.system import interruption
from sim.system.interruption import (
    STOP_SIGNALS,
    StopRequest,
    deferred_interrupt,
    guarded_signals,
    termination_as_interrupt,
    uninterrupted,
    withheld_signals,
)
from sim.tissue.tissue import Tissue
from tests.cli.commands import child_environment


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Every test leaves the handlers of signals as they were."""
    before = [signal.getsignal(number) for number in STOP_SIGNALS]
    yield
    assert [signal.getsignal(number) for number in STOP_SIGNALS] == before


def send(number: int = signal.SIGINT) -> None:
    """Send this process a signal."""
    os.kill(os.getpid(), number)


def test_an_interrupt_is_noted_until_it_is_checked() -> None:
    with pytest.raises(KeyboardInterrupt), deferred_interrupt() as request:
        request.check()
        send()
        assert request.received
        with pytest.raises(KeyboardInterrupt):
            request.check()
        assert not request.received
        send()
        request.check()


def test_an_interrupt_that_is_not_checked_is_raised_at_the_end() -> None:
    """It is not lost, and what comes after the block does not run."""
    done = []
    with pytest.raises(KeyboardInterrupt):
        with deferred_interrupt():
            send()
            done.append("inside")
        done.append("after")
    assert done == ["inside"]


class Interruption:
    """Trace function that sends Ctrl-C at one of the places where Python runs handlers of signals.

    These are the entries of functions, the ends of calls and jumps back, here those in the module of
    guards.
    """

    def __init__(self, place: int) -> None:
        self.place = place
        self.passed = 0
        self.after_call = False

    def __call__(self, frame: FrameType, event: str, _: object) -> "Interruption | None":
        if frame.f_code.co_filename != interruption.__file__:
            return None
        frame.f_trace_opcodes = True
        name = dis.opname[frame.f_code.co_code[frame.f_lasti]]
        if event == "call" or (event == "opcode" and self.after_call):
            self.passed += 1
            if self.passed == self.place:
                send()
        self.after_call = event == "opcode" and name.startswith(("CALL", "JUMP_BACKWARD"))
        return self


def nothing() -> None:
    """What a block does."""


def guarded_blocks() -> None:
    """Two blocks that defer within one with a guard."""
    with guarded_signals():
        for _ in range(2):
            with deferred_interrupt():
                nothing()


def nested_blocks() -> None:
    """A block with a guard within one that defers."""
    with deferred_interrupt():
        guarded_blocks()


@pytest.mark.parametrize("function", [guarded_blocks, nested_blocks, uninterrupted(nothing)])
def test_an_interrupt_within_a_guard_itself_leaves_nothing_behind(function: Callable[[], None]) -> None:
    """Wherever it arrives, it is raised, once, and the handlers are again those of the program."""
    place, arrived = 1, True
    tracer = sys.gettrace()
    while arrived:
        tracing = Interruption(place)
        try:
            sys.settrace(tracing)
            function()
        except KeyboardInterrupt:
            pass
        else:
            arrived = False
        finally:
            sys.settrace(tracer)
        assert not interruption._installed
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert arrived == (tracing.passed >= place)
        place += 1
    assert place > 20


def test_the_outermost_guard_delivers() -> None:
    """Guards inside others leave an interruption to them."""
    done = []

    @uninterrupted
    def step() -> None:
        send()
        done.append("step")

    with pytest.raises(KeyboardInterrupt), deferred_interrupt() as request:
        step()
        step()
        assert request.received
    assert done == ["step", "step"]


def test_an_error_inside_does_not_hide_an_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt) as interrupt, deferred_interrupt():
        send()
        raise ValueError("inside")
    assert isinstance(interrupt.value.__context__, ValueError)


def test_a_handler_of_the_user_is_called_afterwards() -> None:
    """One that does not raise interrupts nothing."""
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        with deferred_interrupt():
            send()
            assert seen == []
        assert seen == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("terminal", "second"), [(True, True), (False, False)])
def test_a_second_ctrl_c_ends_the_program_only_from_a_terminal(
    terminal: bool, second: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a notebook the kernel must survive two of them."""
    monkeypatch.setattr(interruption, "_input_is_terminal", lambda: terminal)
    with pytest.raises(KeyboardInterrupt), deferred_interrupt():
        send()
        assert (signal.getsignal(signal.SIGINT) is signal.SIG_DFL) == second
        if not second:
            send()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_termination_is_an_interrupt(number: int) -> None:
    """It is deferred like Ctrl-C."""
    done = []
    with pytest.raises(KeyboardInterrupt), termination_as_interrupt():
        with deferred_interrupt():
            send(number)
            done.append("inside")
        done.append("after")
    assert done == ["inside"]


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None], ids=["ignored", "handled"])
def test_termination_that_is_handled_stays_as_it_is(handler: Callable[..., None]) -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, handler)
    try:
        with termination_as_interrupt():
            assert signal.getsignal(signal.SIGHUP) is handler
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_threads_leave_signals_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        with termination_as_interrupt(), deferred_interrupt() as request:
            seen.append((type(request), signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(StopRequest, before)]


def test_an_ignored_interrupt_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with deferred_interrupt() as request:
            send()
            assert not request.received
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_helper_processes_are_not_reached_by_signals_to_stop(number: int) -> None:
    """They end with the process that started them, which gets the signal afterwards."""
    with pytest.raises(KeyboardInterrupt), termination_as_interrupt():
        with withheld_signals():
            helper = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)
            send(number)
            helper.send_signal(number)
        pytest.fail("the signal was lost")
    with helper:
        with pytest.raises(subprocess.TimeoutExpired):
            helper.wait(timeout=0.2)
        helper.communicate(b"")
    assert helper.returncode == 0
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) & set(STOP_SIGNALS) == set()


PROGRAM = """
import atexit, os, signal, sys
from sim.cli.program import run_program

class Importer:
    def find_spec(name, *_):
        if name == "rich.table":
            {how}

def stop():
    os.kill(os.getpid(), signal.{name})

{when}
sys.argv = ["sim", "list"]
run_program()
"""
MOMENTS = {
    "while it is imported": "sys.meta_path.insert(0, Importer)",
    "while text is executed": "sys.meta_path.insert(0, Importer)",
    "when it has ended": "atexit.register(stop)",
}


@pytest.mark.parametrize(
    ("moment", "code"),
    [("while it is imported", 130), ("while text is executed", 130), ("when it has ended", 0)],
)
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_program_takes_signals_from_its_beginning_to_its_end(
    moment: str, code: int, name: str, tmp_path: Path
) -> None:
    """Not only while a command runs."""
    how = "exec('stop()')" if "text" in moment else "stop()"
    program = PROGRAM.format(name=name, when=MOMENTS[moment], how=how)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "program"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=child_environment(),
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert ("Interrupted" in done.stderr) == (code == 130)


SHORT_S = 0.02
"""Longest time until work is interrupted [s]."""


def interrupted_again_and_again(step: Callable[[], object], times: int, seed: int) -> None:
    """Repeat a step, and interrupt it at so many random moments."""
    rng, count = random.Random(seed), 0
    step()
    while count < times:
        timer = threading.Timer(rng.uniform(0.0, SHORT_S), send)
        try:
            timer.start()
            while True:
                step()
        except KeyboardInterrupt:
            count += 1


def interrupted_model() -> bool:
    """Whether a model of agents goes on to the bits of one that was not interrupted."""
    model, other = (sim.TissueModel("severe-magnesium-loss", 20, rng=1) for _ in range(2))
    interrupted_again_and_again(model.step, 20, seed=1)
    while other.tissue.time < model.tissue.time:
        other.step()
    return model.tissue.y.tobytes() == other.tissue.y.tobytes()


def interrupted_tissue(threads: int) -> bool:
    """Whether a tissue does, with its threads."""
    tissue, other = Tissue(300, threads=threads), Tissue(300, threads=1)
    interrupted_again_and_again(lambda: tissue.advance_to(tissue.time + 1.0), 20, seed=2)
    while other.time < tissue.time:
        other.advance_to(other.time + 1.0)
    return tissue.y.tobytes() == other.y.tobytes()


def interrupted_agents() -> bool:
    """Whether rates that agents compute, one after the other, leave no half of a step."""
    model, other = (
        sim.TissueModel("baseline", 5, rng=1, noise=False, step_hours=0.05) for _ in range(2)
    )
    interrupted_again_and_again(lambda: model.schedule.step(model._rates), 20, seed=3)
    while other.tissue.time < model.tissue.time:
        other.schedule.step()
    return model.tissue.y.tobytes() == other.tissue.y.tobytes()


def interrupted_reading() -> bool:
    """Whether reading a tissue, which enters compiled code many times, changes nothing."""
    tissue = Tissue(300, threads=1)
    before = tissue.y.tobytes()

    def read() -> None:
        _ = (tissue.fluid, tissue.excretion, tissue.observe(), tissue.body_rates(), tissue.audit())

    interrupted_again_and_again(read, 20, seed=4)
    return tissue.y.tobytes() == before


def test_interrupted_work_goes_on_to_the_same_bits() -> None:
    """Ctrl-C at any moment gives a KeyboardInterrupt, and the process and its state live on.

    In a process of its own: an exception inside Numba's code would crash it.
    """
    code = (
        "from tests.system.test_interruption import *\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print(interrupted_model(), interrupted_tissue(1), interrupted_tissue(2))\n"
        "print(interrupted_agents(), interrupted_reading())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env=child_environment(),
    )
    assert (done.returncode, done.stdout) == (0, "True True True\nTrue True\n"), done.stderr
