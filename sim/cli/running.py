"""``sim run``: simulate a condition, under a progress bar, and show what happened."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.bar import run_under_bar
from sim.cli.console import FAILED, INTERRUPTED, SHOWN, announce, figure, new_console, refuse
from sim.cli.options import folder_problems, number, output_folder, read_changes, whole
from sim.errors import SimulationError

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Console

    from sim.simulation.plan import Plan
    from sim.simulation.result import Result


@click.command()
@click.argument("condition")
@click.option(
    "--cells",
    default="1000",
    show_default=True,
    metavar="N",
    help="Number of cells; fewer than 5 leave types out.",
)
@click.option("--days", metavar="D", help="Duration; by default the condition's.")
@click.option("--seed", default="0", show_default=True, metavar="S", help="Seed of all random draws.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="New folder for tables and figure; by default results/CONDITION.")  # fmt: skip
@click.option("--without", multiple=True, metavar="MECHANISM",
              help="Switch a mechanism off; may be repeated.")  # fmt: skip
@click.option("--set", "changes", multiple=True, metavar='NAME="VALUE UNIT"',
              help='Change a parameter, such as pump_half_mg="0.1 mM"; may be repeated.')  # fmt: skip
@click.option("--noise/--no-noise", default=True, help="Whether cells fluctuate.  [default: noise]")
@click.option("--uniform", is_flag=True, help="Cells of a type all alike: the mean-field twin.")
@click.option("--threads", metavar="N", help="Threads; results do not depend on them.")
@click.option("--replicate", default="0", show_default=True, metavar="R", help="Which body of a study.")
@click.option(
    "--person", is_flag=True, help="The virtual person of that replicate, not the typical one."
)
@click.option("--keep-state", is_flag=True, help="Keep the body at the end, for `sim resume`.")
def run(
    condition: str,
    cells: str,
    days: str | None,
    seed: str,
    out: Path | None,
    without: tuple[str, ...],
    changes: tuple[str, ...],
    noise: bool,
    uniform: bool,
    threads: str | None,
    replicate: str,
    person: bool,
    keep_state: bool,
) -> None:
    """Simulate CONDITION, a name from `sim list` or a TOML file, and show what happened."""
    console = new_console()
    try:
        announce(console)
        folder = output_folder(out, condition)
        planned = _checked_plan(
            folder,
            changes,
            condition=condition,
            n_cells=whole(cells),
            days=None if days is None else number(days),
            seed=whole(seed),
            threads=None if threads is None else whole(threads),
            replicate=whole(replicate),
            person=person,
            noise=noise,
            heterogeneous=not uniform,
            without=without,
        )
        _run_and_show(console, planned, folder, keep_state)
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None


@click.command()
@click.argument("start", type=click.Path(path_type=Path))
@click.argument("condition")
@click.option("--days", metavar="D", help="End, on the clock of the body; by default the condition's.")
@click.option("--noise-of", metavar="R", help="Fluctuate as replicate R from now on.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="New folder; by default results/CONDITION.")  # fmt: skip
@click.option("--keep-state", is_flag=True, help="Keep the body at the end.")
def resume(
    start: Path, condition: str, days: str | None, noise_of: str | None, out: Path | None,
    keep_state: bool,
) -> None:  # fmt: skip
    """Go on with the body in START under CONDITION, whose clock is the body's.

    START is a folder of `sim run --keep-state`, or its state.npz.
    """
    from sim.errors import InputError
    from sim.simulation.running import resume as go_on

    console, failure = new_console(), None
    folder = output_folder(out, condition)
    if problems := folder_problems(folder):
        refuse(problems)
    try:
        result = go_on(
            start / "state.npz" if start.is_dir() else start,
            condition,
            days=None if days is None else number(days),
            noise_of=None if noise_of is None else whole(noise_of),
        )
    except InputError as error:
        refuse(error.problems)
    except SimulationError as error:
        result, failure = error.result, error
    _finish(console, result, folder, failure, keep_state)


def _checked_plan(folder: Path, changes: tuple[str, ...], **options: Any) -> "Plan":
    """Make a plan, or leave with every problem of options, condition and folder."""
    from sim.errors import InputError
    from sim.simulation.plan import plan

    problems, parameters = read_changes(changes)
    problems += folder_problems(folder)
    try:
        planned = plan(parameters=parameters, **options)
    except InputError as error:
        refuse(error.problems + problems)
    if problems:
        refuse(problems)
    return planned


def _run_and_show(console: "Console", planned: "Plan", folder: Path, keep_state: bool) -> None:
    """Carry out a plan, save and show the result."""
    from sim.errors import InputError

    failure = None
    try:
        result = run_under_bar(console, planned)
    except InputError as error:
        refuse(error.problems)
    except SimulationError as error:
        result, failure = error.result, error
    _finish(console, result, folder, failure, keep_state)


def _finish(
    console: "Console", result: "Result", folder: Path, failure: Exception | None, keep_state: bool
) -> None:
    """Save a run, show its table, and leave with the exit code that tells how it went."""
    if len(result.table):
        paths = result.save(folder, state=keep_state)
        _show(console, result)
        console.print(f"Wrote {folder}: {', '.join(path.name for path in paths)}")
    if failure is not None:
        click.echo(f"Error: {failure}\nWhat was recorded until then is kept.", err=True)
        raise SystemExit(FAILED)
    if not result.finished:
        click.echo(f"The run was {result.provenance['outcome']}; what was recorded is kept.", err=True)
        raise SystemExit(INTERRUPTED)


MOST_EVENTS_SHOWN = 4


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
        table.add_row(variable.meaning, variable.unit, *map(figure, rows[name]), mark, reference)
    console.print(table)
    worst, seconds = result.provenance["worst_imbalance"], result.provenance["seconds"]
    console.print(f"Every balance closed within {worst:.1e}; {seconds:.1f} s.")


def _rows_to_show(result: "Result") -> "DataFrame":
    """Rows of the start, of the last moment before each event (if they are few) and of the end."""
    from sim.quantities.units import HOURS_PER_DAY

    days = result.table.index.to_numpy()
    events = [hours / HOURS_PER_DAY for hours in result.condition.times()]
    before = [int((days <= day).sum()) - 1 for day in events] if len(events) <= MOST_EVENTS_SHOWN else []
    return result.table.iloc[sorted({0, *before, len(days) - 1})]
