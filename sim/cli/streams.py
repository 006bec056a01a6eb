"""Output that cannot be written: letters without a code, a full disk, a pipe that was closed."""

import errno
import os
import sys
from contextlib import suppress

from sim.cli.console import FAILED, echo


def prepare_streams() -> None:
    """Let output replace letters that its encoding lacks, and go nowhere where it is closed."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def report_system_error(error: OSError) -> int:
    """Say in a sentence what the system refused, and return the exit code of the program."""
    _discard_output()
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


def _discard_output() -> None:
    """Send what is still to be written nowhere: the interpreter would try again when it ends."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
