"""``sim run`` and ``sim resume``: simulate a condition, save the result and show its main variables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.bar import execute_with_bar
from sim.cli.console import (
    FAILED,
    INTERRUPTED,
    SHOWN,
    announce_compilation,
    echo,
    format_number,
    new_console,
    refuse,
)
from sim.cli.options import folder_problems, number, output_folder, read_changes, whole
from sim.errors import SimulationError
from sim.parameters.cell_types import ONE_OF_EACH_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.result import Result

MAX_EVENTS_SHOWN = 4
"""Number of events up to which the table has a column for each."""


@click.command()
@click.argument("condition")
@click.option(
    "--cells",
    "n_cells",
    default="1000",
    show_default=True,
    metavar="N",
    help=f"Number of cells; fewer than {ONE_OF_EACH_TYPE} leave types out.",
)
@click.option("--days", metavar="D", help="Duration; by default the condition's.")
@click.option("--seed", default="0", show_default=True, metavar="S", help="Seed of all random draws.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="New folder for tables and figure; by default results/CONDITION.",
)
@click.option(
    "--without", multiple=True, metavar="MECHANISM", help="Switch a mechanism off; may be repeated."
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar='NAME="VALUE UNIT"',
    help='Change a parameter, such as pump_half_mg="0.1 mM"; may be repeated.',
)
@click.option("--noise/--no-noise", default=True, help="Whether cells fluctuate.  [default: noise]")
@click.option("--uniform", is_flag=True, help="Cells of a type all alike: the mean-field twin.")
@click.option("--threads", metavar="N", help="Threads; results do not depend on them.")
@click.option("--replicate", default="0", show_default=True, metavar="R", help="Replicate of a study.")
@click.option(
    "--person", is_flag=True, help="The virtual person of that replicate, not the typical body."
)
@click.option("--keep-state", is_flag=True, help="Keep the body at the end, for `sim resume`.")
def run(condition: str, out: Path | None, keep_state: bool, **options: Any) -> None:
    """Simulate CONDITION, a name from `sim list` or a TOML file, and show its main variables."""
    console = new_console()
    try:
        announce_compilation(console)
        folder = output_folder(out, condition)
        plan = _checked_plan(condition, folder, options)
        _save_and_show(console, lambda: execute_with_bar(console, plan), folder, keep_state)
    except KeyboardInterrupt:
        echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None


@click.command()
@click.argument("start", type=click.Path(path_type=Path))
@click.argument("condition")
@click.option("--days", metavar="D", help="End, on the clock of the body; by default the condition's.")
@click.option("--noise-of", metavar="R", help="Fluctuate as replicate R from now on.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="New folder; by default results/CONDITION.",
)
@click.option("--keep-state", is_flag=True, help="Keep the body at the end.")
def resume(
    start: Path,
    condition: str,
    days: str | None,
    noise_of: str | None,
    out: Path | None,
    keep_state: bool,
) -> None:
    """Continue with the body in START under CONDITION, whose clock is the body's.

    START is a folder of `sim run --keep-state`, or its state.npz.
    """
    from sim.simulation import running

    folder = output_folder(out, condition)
    if problems := folder_problems(folder):
        refuse(problems)

    def continued() -> "Result":
        return running.resume(
            start,
            condition,
            days=None if days is None else number(days),
            noise_of=None if noise_of is None else whole(noise_of),
        )

    _save_and_show(new_console(), continued, folder, keep_state)


def _checked_plan(condition: str, folder: Path, options: dict[str, Any]) -> "RunPlan":
    """Make a plan, or exit with every problem of options, condition and folder."""
    from sim.conditions.plan import RunPlan
    from sim.errors import InputError

    problems, parameters = read_changes(options.pop("changes"))
    problems += folder_problems(folder)
    for name in ("n_cells", "seed", "replicate", "threads"):
        options[name] = None if options[name] is None else whole(options[name])
    options["days"] = None if options["days"] is None else number(options["days"])
    options["heterogeneous"] = not options.pop("uniform")
    try:
        plan = RunPlan(condition, parameters=parameters, **options)
    except InputError as error:
        refuse(error.problems + problems)
    if problems:
        refuse(problems)
    return plan


def _save_and_show(
    console: "Console", simulate: "Callable[[], Result]", folder: Path, keep_state: bool
) -> None:
    """Simulate, save what was recorded, show it, and exit with the code of the outcome."""
    from sim.errors import InputError

    failure = None
    try:
        result = simulate()
    except InputError as error:
        refuse(error.problems)
    except SimulationError as error:
        result, failure = error.result, error
    if len(result.table):
        paths = result.save(folder, state=keep_state)
        _show(console, result)
        console.print(f"Wrote {folder}: {', '.join(path.name for path in paths)}")
    if failure is not None:
        echo(f"Error: {failure}\nWhat was recorded until then is kept.", err=True)
        raise SystemExit(FAILED)
    if not result.finished:
        echo(f"The run was {result.provenance['outcome']}; what was recorded is kept.", err=True)
        raise SystemExit(INTERRUPTED)


def _show(console: "Console", result: "Result") -> None:
    """Print the main variables at the start, at events and at the end, with reference ranges."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    rows = _rows_to_show(result)
    table = Table(
        "", "Unit", box=None, pad_edge=False, title=result.condition.title, title_justify="left"
    )
    for day in rows.index:
        table.add_column(f"Day {day:g}", justify="right")
    table.add_column("")
    table.add_column("Reference")
    for name in SHOWN:
        variable = VARIABLES[name]
        low, high = variable.low, variable.high
        end = rows[name].iloc[-1]
        mark = "low" if end < low else "high" if end > high else ""
        reference = f"{low:g} to {high:g}" if low == low else ""
        numbers = map(format_number, rows[name])
        table.add_row(variable.meaning, variable.unit, *numbers, mark, reference)
    console.print(table)
    worst, seconds = result.provenance["worst_imbalance"], result.provenance["seconds"]
    console.print(f"Every balance closed within {worst:.1e}; {seconds:.1f} s.")


def _rows_to_show(result: "Result") -> "DataFrame":
    """Rows of the start, of the last moment before each event (if they are few) and of the end."""
    from sim.quantities.units import HOURS_PER_DAY

    days = result.table.index.to_numpy()
    events = [hours / HOURS_PER_DAY for hours in result.condition.times()]
    before = [int((days <= day).sum()) - 1 for day in events] if len(events) <= MAX_EVENTS_SHOWN else []
    return result.table.iloc[sorted({0, *before, len(days) - 1})]
