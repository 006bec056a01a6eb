"""``sim compare`` and ``sim plot``: two runs side by side, and figures of a run that was saved."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.bar import run_under_bar
from sim.cli.console import FAILED, INTERRUPTED, SHOWN, announce, figure, new_console, refuse
from sim.cli.options import figure_problems, folder_problems, number, output_folder, read_changes, whole
from sim.errors import SimulationError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.simulation.comparison import Comparison
    from sim.simulation.plan import Plan
    from sim.simulation.result import Result


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--cells", default="1000", show_default=True, metavar="N", help="Number of cells.")
@click.option("--days", metavar="D", help="Duration; by default each condition's.")
@click.option("--seed", default="0", show_default=True, metavar="S", help="Seed of all random draws.")
@click.option("--set", "changes", multiple=True, metavar='NAME="VALUE UNIT"',
              help="Change a parameter in both; may be repeated.")  # fmt: skip
@click.option("--noise/--no-noise", default=True, help="Whether cells fluctuate.  [default: noise]")
@click.option("--day", metavar="D", help="Day of the table; by default the last that both recorded.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="New folder; by default results/A-and-B.")  # fmt: skip
def compare(
    first: str,
    second: str,
    cells: str,
    days: str | None,
    seed: str,
    changes: tuple[str, ...],
    noise: bool,
    day: str | None,
    out: Path | None,
) -> None:
    """Compare B with A: two conditions, run on the same cells, or two folders of `sim run`.

    Options of runs are for conditions; a folder is taken as it is. For an interval around a difference
    it takes many bodies: sim study run A B
    """
    console = new_console()
    folder = output_folder(out, f"{Path(first).stem}-and-{Path(second).stem}")
    problems, parameters = read_changes(changes)
    problems += folder_problems(folder)
    when = None if day is None else number(day)
    if when is not None and (isinstance(when, str) or not isfinite(when)):
        problems.append(f"day = {day!r} is not a finite number")
    options = {
        "n_cells": whole(cells), "days": None if days is None else number(days), "seed": whole(seed),
        "noise": noise, "parameters": parameters,
    }  # fmt: skip
    sides = _sides((first, second), options, problems)
    announce(console)
    done: list[Result] = []
    try:
        done.extend(_result(console, side) for side in sides)
        _conclude(console, done, folder, when)
    except (KeyboardInterrupt, SystemExit) as stop:
        _keep([result for result, side in zip(done, sides, strict=False) if result is not side], folder)
        if isinstance(stop, KeyboardInterrupt):
            raise SystemExit(INTERRUPTED) from None
        raise


def _sides(
    given: tuple[str, str], options: dict[str, Any], problems: list[str]
) -> "list[Result | Plan]":
    """Read results and plan runs, or leave with every problem."""
    from sim.errors import InputError
    from sim.simulation.comparison import side_of

    sides: list[Result | Plan] = []
    for name in given:
        try:
            sides.append(side_of(name, options))
        except InputError as error:
            problems += error.problems
    if problems:
        refuse(list(dict.fromkeys(problems)))
    return sides


def _result(console: "Console", side: "Result | Plan") -> "Result":
    """Take a result as it is, or carry out a plan; leave if it does not come to its end."""
    from sim.simulation.plan import Plan

    if not isinstance(side, Plan):
        return side
    try:
        result = run_under_bar(console, side)
    except SimulationError as error:
        click.echo(f"Error: {side.condition.name}: {error}", err=True)
        raise SystemExit(FAILED) from None
    if not result.finished:
        click.echo(f"Interrupted; {side.condition.name} is not kept.", err=True)
        raise SystemExit(INTERRUPTED)
    return result


def _keep(results: "list[Result]", folder: Path) -> None:
    """Keep runs that were finished though nothing came of the comparison."""
    for result in () if folder.exists() else results:
        place = folder / result.condition.name
        result.save(place)
        click.echo(f"Wrote {place}, which was finished.", err=True)


def _conclude(console: "Console", results: "list[Result]", folder: Path, day: float | None) -> None:
    """Show the differences and write everything."""
    from sim.errors import InputError
    from sim.simulation.comparison import compared

    try:
        comparison = compared(*results)
        _show(console, comparison, day)
    except InputError as error:
        refuse(error.problems)
    paths = comparison.save(folder)
    console.print(f"Wrote {folder}: {', '.join(path.name for path in paths)}")


def _show(console: "Console", comparison: "Comparison", day: float | None) -> None:
    """Print the main variables of both runs, their difference, and what else differs."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    rows = comparison.table(day)
    first, second = comparison.names
    title = f"Day {rows.attrs['day']:g}"
    table = Table("", "Unit", box=None, pad_edge=False, title=title, title_justify="left")
    for name in (first, second, "Difference"):
        table.add_column(name, justify="right")
    table.add_column("Reference")
    for name in SHOWN:
        v = VARIABLES[name]
        a, b = (float(run[name]) for run in (rows["first"], rows["second"]))
        reference = f"{v.low:g} to {v.high:g}" if v.low == v.low else ""
        table.add_row(v.meaning, v.unit, figure(a), figure(b), _change(a, b), reference)
    console.print(table)
    if not rows["difference"].any():
        console.print("The two are the same in every number.")
    elif comparison.differing:
        console.print(
            f"The runs differ in {', '.join(comparison.differing)} too, not in the condition alone."
        )
    else:
        console.print("The same cells, and the same fluctuations: the conditions make the difference.")


def _change(a: float, b: float) -> str:
    """Write b less a with its sign; rounding is none."""
    if abs(b - a) <= 1e-9 * max(abs(a), abs(b)):
        return "0"
    return f"+{figure(b - a)}" if b > a else figure(b - a)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("what", nargs=-1, required=True, metavar="FIGURE|VARIABLE...")
@click.option("--day", "days", multiple=True, type=float, metavar="D",
              help="A day whose cells are shown, nearest snapshot; may be repeated.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="By default FOLDER/FIGURE.png; .pdf and .svg are vectors.")  # fmt: skip
def plot(folder: Path, what: tuple[str, ...], days: tuple[float, ...], out: Path | None) -> None:
    """Draw the run in FOLDER: a FIGURE, such as sheet, or some VARIABLEs.

    Another word shows which figures there are; `sim describe --variables` the variables.
    """
    from sim.errors import InputError
    from sim.figures.page import save
    from sim.simulation.result import open_result

    file = out or folder / f"{'-'.join(what[:3])}.png"
    problems = figure_problems(file) if out is not None or folder.is_dir() else []
    try:
        drawn = open_result(folder).plot(*what, days=days)
    except InputError as error:
        refuse([*error.problems, *problems])
    if problems:
        refuse(problems)
    save(drawn, file)
    click.echo(f"Wrote {file}")
