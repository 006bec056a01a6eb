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
    NARROW,
    SHOWN,
    announce_compilation,
    echo,
    fail,
    format_number,
    new_console,
    refuse,
)
from sim.cli.options import (
    PATH,
    figure_problems,
    folder_problems,
    number,
    output_folder,
    read_changes,
    whole,
)
from sim.cli.saving import reserved_folder, save_or_keep, size_problems, write_figure
from sim.cli.strict_command import StrictCommand
from sim.errors import SimulationError, SimulationInterrupted
from sim.system.interruption import deferred_interrupt

if TYPE_CHECKING:
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.comparison import Comparison
    from sim.simulation.result import Result


@click.command(cls=StrictCommand)
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
    type=PATH,
    metavar="DIR",
    help="New folder; by default results/A-and-B.",
)
@click.option(
    "--dry-run", is_flag=True, help="Only check everything, and show the plans and their size."
)
def compare(
    first: str, second: str, day: str | None, out: Path | None, dry_run: bool, **options: Any
) -> None:
    """Compare B with A: two conditions, run on the same cells, or two folders of `sim run`.

    Options of runs are for conditions; a folder is taken as it is. An interval around a difference
    takes a study: sim study run A B
    """
    from sim.conditions.plan import RunPlan

    name = f"{Path(first).stem}-and-{Path(second).stem}"
    problems, parameters = read_changes(options.pop("changes"))
    problems += folder_problems(output_folder(out, name))
    when = None if day is None else number(day)
    if when is not None and (isinstance(when, str) or not isfinite(when)):
        problems.append(f"day = {day!r} is not a finite number")
        when = None
    arguments = {
        **options,
        "n_cells": whole(options["n_cells"]),
        "days": None if options["days"] is None else number(options["days"]),
        "seed": whole(options["seed"]),
        "parameters": parameters,
    }
    sides = _checked_sides((first, second), arguments, when, problems)
    plans = [side for side in sides if isinstance(side, RunPlan)]
    if problems := size_problems(plans, output_folder(out, name)):
        refuse(problems)
    console = new_console()
    _announce(console, sides)
    if dry_run:
        return
    with reserved_folder(out, name) as folder:
        announce_compilation(console)
        _compare(console, sides, folder, when)


def _checked_sides(
    given: tuple[str, str], options: dict[str, Any], day: float | None, problems: list[str]
) -> "list[Result | RunPlan]":
    """Read results and plan runs, or exit with every problem."""
    from sim.errors import InputError
    from sim.simulation.comparison import day_problems, result_or_plan

    sides: list[Result | RunPlan] = []
    for name in given:
        try:
            sides.append(result_or_plan(name, options))
        except InputError as error:
            problems += error.problems
    if len(sides) == len(given):
        problems += day_problems(sides, day)
    if problems:
        refuse(list(dict.fromkeys(problems)))
    return sides


def _announce(console: "Console", sides: "list[Result | RunPlan]") -> None:
    """Print the plans of the runs to come, and remarks on them."""
    from sim.conditions.plan import RunPlan
    from sim.conditions.summary import plan_in_words

    for plan in (side for side in sides if isinstance(side, RunPlan)):
        announce(console, plan_in_words(plan), plan.remarks)


def _compare(
    console: "Console", sides: "list[Result | RunPlan]", folder: Path, day: float | None
) -> None:
    """Execute what is planned, then save and show the comparison; exit if a run does not finish."""
    from sim.conditions.plan import RunPlan
    from sim.simulation.comparison import compare_results

    results: list[Result] = []
    simulated: list[Result] = []
    for side in sides:
        try:
            results.append(execute_with_bar(console, side) if isinstance(side, RunPlan) else side)
        except SimulationError as error:
            echo(f"Error: {side.condition.name}: {error}", err=True)
            _keep(simulated, folder)
            raise SystemExit(FAILED) from None
        except SimulationInterrupted as interruption:
            echo("Interrupted; what was recorded is kept.", err=True)
            _keep([*simulated, interruption.result], folder)
            raise SystemExit(INTERRUPTED) from None
        except KeyboardInterrupt:
            _keep(simulated, folder)
            raise
        if results[-1] is not side:
            simulated.append(results[-1])
    with deferred_interrupt():
        comparison = compare_results(results[0], results[1])
        saved = save_or_keep(comparison.save, folder)
    _show(console, comparison, day)
    console.print(f"Wrote {saved.folder}: {', '.join(path.name for path in saved.files)}")
    if not saved.as_asked:
        raise SystemExit(FAILED)


def _keep(results: "list[Result]", folder: Path) -> None:
    """Save runs although there is nothing to compare them with."""
    for result in results:
        saved = save_or_keep(result.save, folder / result.condition.name)
        echo(f"Wrote {saved.folder}, a run that was {result.provenance['outcome']}.", err=True)


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
    if console.width >= NARROW:
        table.add_column("Reference")
    for name in SHOWN:
        v = VARIABLES[name]
        a, b = (float(run[name]) for run in (rows["first"], rows["second"]))
        reference = f"{v.low:g} to {v.high:g}" if v.low == v.low else ""
        cells = (v.meaning, v.unit, format_number(a), format_number(b), _format_change(a, b), reference)
        table.add_row(*cells[: len(table.columns)])
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


@click.command(cls=StrictCommand)
@click.argument("folder", type=PATH)
@click.argument("what", nargs=-1, required=True, metavar="FIGURE|VARIABLE...")
@click.option(
    "--day",
    "days",
    multiple=True,
    metavar="D",
    help="Day whose cells are shown, at the nearest snapshot; may be repeated.",
)
@click.option(
    "--out",
    type=PATH,
    metavar="FILE",
    help="By default FOLDER/FIGURE.png; .pdf and .svg are vector graphics.",
)
def plot(folder: Path, what: tuple[str, ...], days: tuple[str, ...], out: Path | None) -> None:
    """Draw the run in FOLDER: a FIGURE, such as sheet, or some VARIABLEs.

    An unknown FIGURE lists those there are; `sim describe --variables` lists the variables.
    """
    from sim.errors import InputError
    from sim.simulation.result import figure_name_problems, open_result

    file = out or folder / f"{'-'.join(what[:3])}.png"
    numbers = [number(day) for day in days]
    problems = [
        f"day = {day!r} is not a finite number"
        for day, value in zip(days, numbers, strict=True)
        if isinstance(value, str) or not isfinite(value)
    ]
    drawn = None
    try:
        result = open_result(folder)
        problems += figure_name_problems(what, map(str, result.table.columns))
        drawn = result.plot(*what, days=numbers) if not problems else None
    except InputError as error:
        problems = [*error.problems, *problems, *figure_name_problems(what)]
    if out is not None or folder.is_dir():
        problems += figure_problems(file)
    if problems or drawn is None:
        refuse(list(dict.fromkeys(problems)))
    if problems := write_figure(drawn, file):
        fail(problems[0])
    echo(f"Wrote {file}")
