"""Output that cannot be written: letters without a code, a full disk, a pipe that was closed."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from sim.cli.console import FAILED, echo


def prepare_streams() -> None:
    """Let output replace letters that its encoding lacks, and go nowhere where it is closed."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


class TolerantOutput:
    """Output that is lost from its first error on, while the work goes on: results matter more.

    Parameters
    ----------
    stream : text stream
        Where output goes.

    Attributes
    ----------
    error : OSError or None
        The first error.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        """Write text, or lose it."""
        with self._noting():
            self.stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered, or lose it."""
        with self._noting():
            self.stream.flush()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.error = self.error or error
            _discard_output(self.stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def tolerant_output() -> Iterator[TolerantOutput]:
    """Let output inside the block be a :class:`TolerantOutput`."""
    before = sys.stdout
    output = TolerantOutput(before)
    sys.stdout = cast(TextIO, output)
    try:
        yield output
    finally:
        sys.stdout = before


def report_system_error(error: OSError) -> int:
    """Say in a sentence what the system refused, and return the exit code of the program."""
    _discard_output(sys.stdout)
    if error.errno != errno.EPIPE:  # Whoever closed the pipe, as `head` does, has read enough.
        with suppress(OSError):
            echo(f"Error: {_sentence(error)}", err=True)
    return FAILED


def _sentence(error: OSError) -> str:
    """Describe what the system refused."""
    if error.filename is None and _working_folder_is_gone():
        return "the working directory is gone; change to one that exists"
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else f"output cannot be written: {reason}"


def _working_folder_is_gone() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _discard_output(stream: TextIO) -> None:
    """Send what is still to be written nowhere: the interpreter would try again when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
