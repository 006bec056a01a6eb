"""The console, refusals and exit codes that all commands share."""

import sys
import warnings
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from sim.system.text import printable

if TYPE_CHECKING:
    from rich.console import Console

INVALID_INPUT = 2
"""Exit code of a command that refuses its input."""
FAILED = 1
"""Exit code of a command whose work did not finish, or of a target that is missed."""
INTERRUPTED = 130
"""Exit code of a command that was interrupted from the keyboard."""
NARROW = 80
"""Width of a terminal below which tables have fewer columns [characters]."""
SHOWN = (
    "plasma_k",
    "plasma_mg",
    "plasma_ca",
    "plasma_na",
    "plasma_hco3",
    "intake_k",
    "urine_k",
    "intake_mg",
    "urine_mg",
    "body_k",
    "ecf_volume",
    "na_in_mean",
    "na_in_sd",
    "k_in_mean",
    "k_in_sd",
    "mg_free_mean",
    "potential_mean",
    "expression_mean",
    "renin",
    "aldosterone",
    "pth",
    "pressure",
    "qtc",
)
"""Variables of the table that commands print."""

_written: list[Path] = []
"""Files and folders that the present command has written."""


def new_console(width: int = 120) -> "Console":
    """Console; of a fixed width [characters] where the output is not a terminal."""
    from sim.cli.safe_console import SafeConsole

    console = SafeConsole(highlight=False, markup=False)
    return console if console.is_terminal else SafeConsole(highlight=False, markup=False, width=width)


def echo(message: str, *, err: bool = False, nl: bool = True) -> None:
    """Print a line as it is, but for what a terminal would obey; see :func:`click.echo`."""
    with suppress(OSError) if err else nullcontext():  # An error is told by the exit code, too.
        # Named, because click would write UTF-8 where the encoding of the stream is ASCII.
        click.echo(printable(message), file=sys.stderr if err else sys.stdout, err=err, nl=nl)


def note_written(path: Path) -> None:
    """Note what a command has written, in case it is interrupted before it says so."""
    _written.append(path)


def forget_written() -> None:
    """Forget what an earlier command in this process has written."""
    _written.clear()


def interruption_message() -> str:
    """Say that a command was interrupted, and what it has written."""
    if not _written:
        return "Interrupted; nothing was written."
    names = " and ".join(map(str, _written))
    return f"Interrupted; {names} {'is' if len(_written) == 1 else 'are'} complete and kept."


def show_warnings_as_notes() -> None:
    """Print warnings as sentences, without the line of code that they come from."""
    warnings.formatwarning = lambda message, *_args, **_kwargs: f"Note: {printable(str(message))}\n"


def announce_compilation(console: "Console") -> None:
    """Say that the first run on a machine compiles the equations, and if it uses plain Numba."""
    from sim.numerics.jit import CACHE_FOLDER, COMPILER, TUNED

    # The folder itself is created on import.
    if CACHE_FOLDER is None or not any(CACHE_FOLDER.rglob("*.nbi")):
        console.print("Compiling for this machine, once; this takes half a minute …")
        if COMPILER != TUNED:
            console.print(
                "Only Numba's public options are used: the same results, large tissues take half as "
                "long again."
            )


def refuse(problems: list[str]) -> NoReturn:
    """Print every problem and exit."""
    for problem in problems:
        echo(f"Error: {problem}", err=True)
    raise SystemExit(INVALID_INPUT)


def fail(message: str) -> NoReturn:
    """Say what failed and exit."""
    echo(f"Error: {message}", err=True)
    raise SystemExit(FAILED)


def format_number(value: float) -> str:
    """Write a number with three or four significant digits; a dash if it is not a number."""
    if value != value:
        return "–"
    if abs(value) >= 1000.0:
        return f"{value:.0f}"
    return f"{value:.4g}" if abs(value) >= 100.0 else f"{value:.3g}"
