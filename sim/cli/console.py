"""What all commands share: the console, refusals, and exit codes."""

from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from rich.console import Console

INVALID_INPUT, FAILED, INTERRUPTED = 2, 1, 130
"""Exit codes beside zero."""
SHOWN = (
    "plasma_k", "plasma_mg", "plasma_ca", "plasma_na", "plasma_hco3", "intake_k", "urine_k", "intake_mg",
    "urine_mg", "body_k", "ecf_volume", "na_in_mean", "na_in_sd", "k_in_mean", "k_in_sd", "mg_free_mean",
    "potential_mean", "expression_mean", "renin", "aldosterone", "pth", "pressure", "qtc",
)  # fmt: skip
"""Variables of the table that commands print."""


def new_console(width: int = 120) -> "Console":
    """Console that has a width of its own [letters] when nobody watches."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=width)


def announce(console: "Console") -> None:
    """Say that the first run on a machine compiles, and when it compiles for less speed."""
    from sim.numerics.jit import CACHE_FOLDER, COMPILER, TUNED

    if not any(CACHE_FOLDER.rglob("*.nbi")):  # The folder itself is made on import.
        console.print("Compiling for this machine, once; this takes half a minute …")
        if COMPILER != TUNED:
            console.print(
                "Only Numba's public options are used: the same results, large tissues take half as "
                "long again."
            )


def refuse(problems: list[str]) -> NoReturn:
    """Print every problem and leave."""
    for problem in problems:
        click.echo(f"Error: {problem}", err=True)
    raise SystemExit(INVALID_INPUT)


def figure(value: float) -> str:
    """Write a number with three or four significant digits."""
    if value != value:
        return "–"
    return (
        f"{value:.0f}"
        if abs(value) >= 1000.0
        else f"{value:.4g}"
        if abs(value) >= 100
        else f"{value:.3g}"
    )
