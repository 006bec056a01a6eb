"""``sim compare`` and ``sim plot``: comparison of two runs, and figures of a saved run."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.announcing import announce
from sim.cli.bar import execute_with_bar
from sim.cli.console import (
    FAILED,
    INTERRUPTED,
    SHOWN,
    announce_compilation,
    format_number,
    new_console,
    refuse,
)
from sim.cli.options import figure_problems, folder_problems, number, output_folder, read_changes, whole
from sim.errors import SimulationError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.comparison import Comparison
    from sim.simulation.result import Result


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--cells", "n_cells", default="1000", show_default=True, metavar="N", help="Number of cells."
)
@click.option("--days", metavar="D", help="Duration; by default each condition's.")
@click.option("--seed", default="0", show_default=True, metavar="S", help="Seed of all random draws.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar='NAME="VALUE UNIT"',
    help="Change a parameter in both; may be repeated.",
)
@click.option("--noise/--no-noise", default=True, help="Whether cells fluctuate.  [default: noise]")
@click.option("--day", metavar="D", help="Day of the table; by default the last that both recorded.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="New folder; by default results/A-and-B.",
)
def compare(first: str, second: str, day: str | None, out: Path | None, **options: Any) -> None:
    """Compare B with A: two conditions, run on the same cells, or two folders of `sim run`.

    Options of runs are for conditions; a folder is taken as it is. An interval around a difference
    takes a study: sim study run A B
    """
    console = new_console()
    folder = output_folder(out, f"{Path(first).stem}-and-{Path(second).stem}")
    problems, parameters = read_changes(options.pop("changes"))
    problems += folder_problems(folder)
    when = None if day is None else number(day)
    if when is not None and (isinstance(when, str) or not isfinite(when)):
        problems.append(f"day = {day!r} is not a finite number")
    arguments = {
        **options,
        "n_cells": whole(options["n_cells"]),
        "days": None if options["days"] is None else number(options["days"]),
        "seed": whole(options["seed"]),
        "parameters": parameters,
    }
    sides = _sides((first, second), arguments, problems)
    _announce(console, sides)
    announce_compilation(console)
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
) -> "list[Result | RunPlan]":
    """Read results and plan runs, or exit with every problem."""
    from sim.errors import InputError
    from sim.simulation.comparison import result_or_plan

    sides: list[Result | RunPlan] = []
    for name in given:
        try:
            sides.append(result_or_plan(name, options))
        except InputError as error:
            problems += error.problems
    if problems:
        refuse(list(dict.fromkeys(problems)))
    return sides


def _announce(console: "Console", sides: "list[Result | RunPlan]") -> None:
    """Print the plans of the runs to come, and remarks on them."""
    from sim.conditions.plan import RunPlan
    from sim.conditions.summary import plan_in_words

    for plan in (side for side in sides if isinstance(side, RunPlan)):
        announce(console, plan_in_words(plan), plan.remarks)


def _result(console: "Console", side: "Result | RunPlan") -> "Result":
    """Return a result as it is, or execute a plan; exit if the run does not finish."""
    from sim.conditions.plan import RunPlan

    if not isinstance(side, RunPlan):
        return side
    try:
        result = execute_with_bar(console, side)
    except SimulationError as error:
        click.echo(f"Error: {side.condition.name}: {error}", err=True)
        raise SystemExit(FAILED) from None
    if not result.finished:
        click.echo(f"Interrupted; {side.condition.name} is not kept.", err=True)
        raise SystemExit(INTERRUPTED)
    return result


def _keep(results: "list[Result]", folder: Path) -> None:
    """Save runs that have finished although they could not be compared."""
    for result in () if folder.exists() else results:
        place = folder / result.condition.name
        result.save(place)
        click.echo(f"Wrote {place}, a run that has finished.", err=True)


def _conclude(console: "Console", results: "list[Result]", folder: Path, day: float | None) -> None:
    """Show the differences and write everything."""
    from sim.errors import InputError
    from sim.simulation.comparison import compare_results

    try:
        comparison = compare_results(*results)
        _show(console, comparison, day)
    except InputError as error:
        refuse(error.problems)
    paths = comparison.save(folder)
    console.print(f"Wrote {folder}: {', '.join(path.name for path in paths)}")


def _show(console: "Console", comparison: "Comparison", day: float | None) -> None:
    """Print the main variables of both runs, their difference, and other differences of the runs."""
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
        table.add_row(
            v.meaning, v.unit, format_number(a), format_number(b), _format_change(a, b), reference
        )
    console.print(table)
    if not rows["difference"].any():
        console.print("The two runs are the same in every number.")
    elif others := comparison.other_differences:
        console.print(f"The runs differ in {', '.join(others)} too, not in the condition alone.")
    else:
        console.print("The same cells and the same fluctuations: the conditions make the difference.")


def _format_change(a: float, b: float) -> str:
    """Write b minus a with its sign; a difference by rounding only is 0."""
    if abs(b - a) <= 1e-9 * max(abs(a), abs(b)):
        return "0"
    return f"+{format_number(b - a)}" if b > a else format_number(b - a)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("what", nargs=-1, required=True, metavar="FIGURE|VARIABLE...")
@click.option(
    "--day",
    "days",
    multiple=True,
    type=float,
    metavar="D",
    help="Day whose cells are shown, at the nearest snapshot; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="By default FOLDER/FIGURE.png; .pdf and .svg are vector graphics.",
)
def plot(folder: Path, what: tuple[str, ...], days: tuple[float, ...], out: Path | None) -> None:
    """Draw the run in FOLDER: a FIGURE, such as sheet, or some VARIABLEs.

    An unknown FIGURE lists those there are; `sim describe --variables` lists the variables.
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
