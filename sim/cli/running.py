"""``sim run`` and ``sim resume``: simulate a condition, save the result and show its main variables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.announcing import announce
from sim.cli.bar import execute_with_bar, with_bar
from sim.cli.console import (
    FAILED,
    INTERRUPTED,
    NARROW,
    SHOWN,
    announce_compilation,
    echo,
    format_number,
    interruption_message,
    new_console,
    refuse,
)
from sim.cli.options import PATH, folder_problems, number, output_folder, read_changes, whole
from sim.cli.saving import reserved_folder, save_or_keep, size_problems
from sim.cli.strict_command import StrictCommand
from sim.errors import SimulationError, SimulationInterrupted
from sim.parameters.cell_types import ONE_OF_EACH_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.result import Result

MAX_EVENTS_SHOWN = 4
"""Number of events up to which the table has a column for each."""


@click.command(cls=StrictCommand)
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
    type=PATH,
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
@click.option("--dry-run", is_flag=True, help="Only check everything, and show the plan and its size.")
def run(condition: str, out: Path | None, keep_state: bool, dry_run: bool, **options: Any) -> None:
    """Simulate CONDITION, a name from `sim list` or a TOML file, and show its main variables."""
    from sim.conditions.summary import plan_in_words

    console = new_console()
    plan = _checked_plan(condition, output_folder(out, condition), options, keep_state)
    announce(console, plan_in_words(plan), plan.remarks)
    if dry_run:
        return
    with reserved_folder(out, condition) as folder:
        announce_compilation(console)
        _save_and_show(console, lambda: execute_with_bar(console, plan), folder, keep_state)


@click.command(cls=StrictCommand)
@click.argument("start", type=PATH)
@click.argument("condition")
@click.option("--days", metavar="D", help="End, on the clock of the body; by default the condition's.")
@click.option("--noise-of", metavar="R", help="Fluctuate as replicate R from now on.")
@click.option(
    "--out",
    type=PATH,
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
    from sim.conditions.summary import interventions_in_words
    from sim.errors import InputError
    from sim.simulation.resuming import continue_run, plan_resumption

    problems = folder_problems(output_folder(out, condition))
    try:
        resumption = plan_resumption(
            start / "state.npz" if start.is_dir() else start,
            condition,
            days=None if days is None else number(days),
            noise_of=None if noise_of is None else whole(noise_of),
        )
    except InputError as error:
        refuse(error.problems + problems)
    if problems := problems or size_problems(
        [resumption.plan], output_folder(out, condition), keep_state
    ):
        refuse(problems)
    console, plan = new_console(), resumption.plan
    announce(console, interventions_in_words(plan.condition), resumption.remarks)
    with reserved_folder(out, condition) as folder:
        begun = resumption.tissue.time
        _save_and_show(
            console,
            lambda: with_bar(console, plan, begun, lambda show: continue_run(resumption, show)),
            folder,
            keep_state,
        )


def _checked_plan(condition: str, folder: Path, options: dict[str, Any], keep_state: bool) -> "RunPlan":
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
    if problems := problems or size_problems([plan], folder, keep_state):
        refuse(problems)
    return plan


def _save_and_show(
    console: "Console", simulate: "Callable[[], Result]", folder: Path, keep_state: bool
) -> None:
    """Simulate, save what was recorded, show it, and exit with the code of the outcome."""
    from sim.errors import InputError

    end, code = "", 0
    try:
        result = simulate()
    except InputError as error:
        refuse(error.problems)
    except SimulationError as error:
        result, code = error.result, FAILED
        end = f"Error: {error}\nWhat was recorded until then is kept."
    except SimulationInterrupted as interruption:
        result, code = interruption.result, INTERRUPTED
        end = f"The run was {result.provenance['outcome']}; what was recorded is kept."
        if not len(result.table):
            end = interruption_message()
    if len(result.table):
        saved = save_or_keep(lambda place: result.save(place, state=keep_state), folder)
        _show(console, result)
        console.print(f"Wrote {saved.folder}: {', '.join(path.name for path in saved.files)}")
        code = code or (0 if saved.as_asked else FAILED)
    if end:
        echo(end, err=True)
    if code:
        raise SystemExit(code)


def _show(console: "Console", result: "Result") -> None:
    """Print the main variables at the start, at events and at the end, with reference ranges."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    rows = _rows_to_show(result)
    if console.width < NARROW:
        rows = rows.iloc[[0, -1]] if len(rows) > 1 else rows
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
    for crossing in result.provenance["survival"]:
        console.print(f"Not survivable: {crossing['text']}", style="bold red")
    worst, seconds = result.provenance["worst_imbalance"], result.provenance["seconds"]
    console.print(f"Every balance closed within {worst:.1e}; {seconds:.1f} s.")


def _rows_to_show(result: "Result") -> "DataFrame":
    """Rows of the start, of the last moment before each event (if they are few) and of the end."""
    from sim.quantities.units import HOURS_PER_DAY

    days = result.table.index.to_numpy()
    events = [hours / HOURS_PER_DAY for hours in result.condition.times()]
    before = [int((days <= day).sum()) - 1 for day in events] if len(events) <= MAX_EVENTS_SHOWN else []
    return result.table.iloc[sorted({0, *before, len(days) - 1})]
