"""Command line: ``sim run``, ``sim list``, ``sim describe``, ``sim init``.

Heavy imports are inside the commands, so that help answers at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import Console

    from sim.result import Result
    from sim.simulation import Plan

INPUT_AT_FAULT, FAILED, INTERRUPTED = 2, 1, 130
"""Exit codes beside zero."""

TEMPLATE = """\
# A condition: what is done to a body that starts healthy. Lines behind # are comments.
# Run it with:  sim run {file}
title = "My condition"
description = "What is done, and why."
duration = "60 day"               # any unit of time: hour, day, week

# What is eaten in place of the usual diet (Na 150, K 75, Mg 14 mmol/day).
# Ions that are not named stay as usual. Without stop it lasts to the end.
[[diet]]
potassium = "20 mmol/day"         # also "800 mg/day" or "20 mEq/day"
start = "0 day"
stop = "30 day"

# Chloride salts in addition to the diet; route is oral (as here) or intravenous.
[[supplement]]
ion = "potassium"                 # sodium, potassium or magnesium
dose = "80 mmol/day"
start = "30 day"

# Drugs and disorders: mg-malabsorption, proton-pump-inhibitor, thiazide, loop-diuretic,
# pump-inhibitor, romk-blocker take an effect from 0 to 1; hyperaldosteronism takes fold = 3.0
# [[treatment]]
# kind = "thiazide"
# effect = 0.5
# start = "10 day"

# Mechanisms to switch off (names: sim describe --mechanisms), and parameters to change
# (names, units and ranges: sim describe).
# without = ["romk-mg-block"]     # must stand above the first [[...]]
# [parameters]
# pump_half_mg = "0.1 mM"
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sim-mg", prog_name="sim")
def main() -> None:
    """Simulate a body's magnesium, potassium and sodium from its cells up.

    Start with:  sim list,  sim run refractory-hypokalaemia
    """


@main.command()
@click.argument("condition")
@click.option("--cells", default="1000", show_default=True, metavar="N", help="Number of cells.")
@click.option("--days", metavar="D", help="Duration; by default the condition's.")
@click.option("--seed", default="0", show_default=True, metavar="S", help="Seed of all random draws.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="New folder for tables and figure; by default results/CONDITION.")  # fmt: skip
@click.option("--without", multiple=True, metavar="MECHANISM",
              help="Switch a mechanism off; may be repeated.")  # fmt: skip
@click.option("--set", "changes", multiple=True, metavar='NAME="VALUE UNIT"',
              help='Change a parameter, such as pump_half_mg="0.1 mM"; may be repeated.')  # fmt: skip
@click.option("--noise/--no-noise", default=True, help="Whether cells fluctuate.  [default: noise]")
@click.option("--uniform", is_flag=True, help="All cells alike: the mean-field twin.")
@click.option("--threads", metavar="N", help="Threads; results do not depend on them.")
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
) -> None:
    """Simulate CONDITION, a name from `sim list` or a TOML file, and show what happened."""
    console = _console()
    try:
        _announce(console)
        folder = _output_folder(out, condition)
        planned = _checked_plan(
            folder,
            changes,
            condition=condition,
            n_cells=_whole(cells),
            days=None if days is None else _number(days),
            seed=_whole(seed),
            threads=None if threads is None else _whole(threads),
            noise=noise,
            heterogeneous=not uniform,
            without=without,
        )
        _run_and_show(console, planned, folder)
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing was written.", err=True)
        raise SystemExit(INTERRUPTED) from None


def _checked_plan(folder: Path, changes: tuple[str, ...], **options: Any) -> "Plan":
    """Make a plan, or leave with every fault of options, condition and folder."""
    from sim.faults import InputError
    from sim.simulation import plan

    faults, parameters = _read_changes(changes)
    faults += _folder_faults(folder)
    try:
        planned = plan(parameters=parameters, **options)
    except InputError as error:
        _refuse(error.faults + faults)
    if faults:
        _refuse(faults)
    return planned


def _run_and_show(console: "Console", planned: "Plan", folder: Path) -> None:
    """Carry out a plan, save and show the result."""
    from sim.faults import InputError
    from sim.simulation import SimulationError

    failure = None
    try:
        result = _with_progress(console, planned)
    except InputError as error:
        _refuse(error.faults)
    except SimulationError as error:
        result, failure = error.result, error
    _finish(console, result, folder, failure)


@main.command(name="list")
def list_conditions() -> None:
    """List the conditions that ship."""
    from rich.table import Table

    from sim.condition import load, named
    from sim.units import HOURS_PER_DAY

    table = Table("Condition", "Days", "What is done", box=None, pad_edge=False)
    for name in named():
        condition = load(name)
        table.add_row(name, f"{condition.duration / HOURS_PER_DAY:g}", condition.title)
    _console().print(table)


@main.command()
@click.argument("condition", required=False)
@click.option("--mechanisms", is_flag=True, help="List what can be switched off with --without.")
@click.option("--markdown", is_flag=True, help="Write the parameters as a Markdown table.")
def describe(condition: str | None, mechanisms: bool, markdown: bool) -> None:
    """Describe CONDITION, or every parameter: value, unit, meaning, source, basis, range."""
    from rich.table import Table

    from sim.faults import InputError

    console = _console()
    if mechanisms:
        from sim.control import KNOCK_OUTS

        table = Table("Mechanism", "Switched off", box=None, pad_edge=False)
        for name, meaning in KNOCK_OUTS.items():
            table.add_row(name, meaning)
        console.print(table)
    elif condition is not None:
        try:
            _describe_condition(console, condition)
        except InputError as error:
            _refuse(error.faults)
    elif markdown:
        from sim.parameters import markdown_table

        click.echo(markdown_table(), nl=False)
    else:
        _describe_parameters(console)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented example of a condition to FILE.toml."""
    faults = []
    if file.suffix != ".toml":
        faults.append(f"{file} is not a TOML file; give a name that ends in .toml")
    if file.exists():
        faults.append(f"{file} exists already; choose another name or remove it")
    if not file.parent.is_dir():
        faults.append(f"{file.parent} is not a folder; make it first")
    if not faults:
        try:
            file.write_text(TEMPLATE.format(file=file), encoding="utf-8")
        except OSError as error:
            faults.append(f"{file} cannot be written: {error.strerror}")
    if faults:
        _refuse(faults)
    click.echo(f"Wrote {file}. Edit it, then: sim run {file}")


def _console() -> "Console":
    """Console that is as wide as its text when nobody watches."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=120)


def _announce(console: "Console") -> None:
    """Say that the first run on a machine compiles."""
    from sim.compiled import CACHE_FOLDER

    if not CACHE_FOLDER.exists():
        console.print("Compiling for this machine, once; this takes half a minute …")


def _refuse(faults: list[str]) -> NoReturn:
    """Print every fault and leave."""
    for fault in faults:
        click.echo(f"Error: {fault}", err=True)
    raise SystemExit(INPUT_AT_FAULT)


def _read_changes(changes: tuple[str, ...]) -> tuple[list[str], dict[str, float]]:
    """Read NAME=VALUE options; return faults and values."""
    from sim.parameters import FACTS
    from sim.quantity import QuantityError, parse

    faults, values = [], {}
    for change in changes:
        name, _, text = change.partition("=")
        fact = FACTS.get(name)
        if not text:
            faults.append(f'--set {change!r}: write NAME="VALUE UNIT", such as pump_half_mg="0.1 mM"')
        elif fact is None:
            values[name] = 0.0  # Named as unknown when the plan is checked.
        else:
            try:
                values[name] = parse(text, fact.unit, f"{name}={fact.low:g} {fact.unit}")
            except QuantityError as error:
                faults.append(f"--set {name}: {error}")
    return faults, values


def _whole(text: str) -> Any:
    """Read a whole number; what is none stays text, which the plan refuses."""
    try:
        return int(text)
    except ValueError:
        return text


def _number(text: str) -> Any:
    """Read a number; what is none stays text, which the plan refuses."""
    try:
        return float(text)
    except ValueError:
        return text


def _output_folder(out: Path | None, condition: str) -> Path:
    """Folder to write: as told, or a free name after the condition."""
    if out is not None:
        return out
    base = Path("results") / Path(condition).stem
    names = (base.with_name(f"{base.name}-{number}") for number in range(2, 10_000))
    return next((name for name in (base, *names) if not name.exists()), base)


def _folder_faults(out: Path) -> list[str]:
    """Say what is wrong with a folder that is to be written."""
    import os

    if out.exists():
        return [f"{out} exists already; choose another --out or remove it"]
    parent = next(folder for folder in out.absolute().parents if folder.exists())
    if not (parent.is_dir() and os.access(parent, os.W_OK)):
        return [f"{out} cannot be written: {parent} is not a folder one may write to"]
    return []


def _with_progress(console: "Console", planned: "Plan") -> "Result":
    """Carry out a plan under a bar that shows day, plasma K and Mg and the time left."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.observation import Recorder
    from sim.simulation import carry_out
    from sim.units import HOURS_PER_DAY

    end = planned.condition.duration
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("day {task.fields[day]:.0f} of {task.fields[days]:g}"),
        TextColumn("K {task.fields[k]:.2f}  Mg {task.fields[mg]:.2f} mM"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        fields: dict[str, Any] = {"day": 0.0, "days": end / HOURS_PER_DAY, "k": 0.0, "mg": 0.0}
        task = bar.add_task(planned.condition.name, total=end, **fields)

        def show(recorder: Recorder, hours: float) -> None:
            bar.update(
                task,
                completed=hours,
                day=hours / HOURS_PER_DAY,
                k=recorder.latest("plasma_k"),
                mg=recorder.latest("plasma_mg"),
            )

        return carry_out(planned, show)


def _finish(console: "Console", result: "Result", folder: Path, failure: Exception | None) -> None:
    """Save a run, show its table, and leave with the exit code that tells how it went."""
    if len(result.table):
        paths = result.save(folder)
        _show(console, result)
        console.print(f"Wrote {folder}: {', '.join(path.name for path in paths)}")
    if failure is not None:
        click.echo(f"Error: {failure}\nWhat was recorded until then is kept.", err=True)
        raise SystemExit(FAILED)
    if not result.finished:
        click.echo(f"The run was {result.provenance['outcome']}; what was recorded is kept.", err=True)
        raise SystemExit(INTERRUPTED)


MOST_EVENTS_SHOWN = 4
SHOWN = (
    "plasma_k", "plasma_mg", "plasma_na", "plasma_hco3", "intake_k", "urine_k", "intake_mg", "urine_mg",
    "body_k", "ecf_volume", "na_in_mean", "na_in_sd", "k_in_mean", "k_in_sd", "mg_free_mean",
    "potential_mean", "expression_mean", "aldosterone",
)  # fmt: skip
"""Variables of the table at the end of a run."""


def _show(console: "Console", result: "Result") -> None:
    """Print the main variables at the start, at events and at the end, with reference ranges."""
    from rich.table import Table

    from sim.observation import VARIABLES

    rows = _rows_to_show(result)
    table = Table(
        "", "Unit", box=None, pad_edge=False, title=result.condition.title, title_justify="left"
    )
    for day in rows.index:
        table.add_column(f"Day {day:g}", justify="right")
    table.add_column("")
    table.add_column("Reference")
    for name in SHOWN:
        unit, meaning, low, high = VARIABLES[name]
        end = rows[name].iloc[-1]
        mark = "low" if end < low else "high" if end > high else ""
        reference = f"{low:g} to {high:g}" if low == low else ""
        table.add_row(meaning, unit, *map(_figure, rows[name]), mark, reference)
    console.print(table)
    worst, seconds = result.provenance["worst_imbalance"], result.provenance["seconds"]
    console.print(f"Every balance closed within {worst:.1e}; {seconds:.1f} s.")


def _rows_to_show(result: "Result") -> "DataFrame":
    """Rows of the start, of the last moment before each event (if they are few) and of the end."""
    from sim.units import HOURS_PER_DAY

    days = result.table.index.to_numpy()
    events = [hours / HOURS_PER_DAY for hours in result.condition.times()]
    before = [int((days <= day).sum()) - 1 for day in events] if len(events) <= MOST_EVENTS_SHOWN else []
    return result.table.iloc[sorted({0, *before, len(days) - 1})]


def _figure(value: float) -> str:
    """Write a number with three or four significant digits."""
    return (
        f"{value:.0f}"
        if abs(value) >= 1000.0
        else f"{value:.4g}"
        if abs(value) >= 100
        else f"{value:.3g}"
    )


def _describe_condition(console: "Console", name: str) -> None:
    """Print what a condition does."""
    from sim.condition import load
    from sim.units import HOURS_PER_DAY

    condition = load(name)
    console.print(f"{condition.name}: {condition.title}", style="bold")
    console.print(condition.description, width=90)
    console.print(f"{condition.duration / HOURS_PER_DAY:g} days")
    for start, stop, label in condition.events():
        console.print(f"  day {start / HOURS_PER_DAY:g} to {stop / HOURS_PER_DAY:g}: {label}")
    for mechanism in condition.without:
        console.print(f"  without {mechanism}")
    for parameter, value in condition.parameters.items():
        console.print(f"  {parameter} = {value:g}")


def _describe_parameters(console: "Console") -> None:
    """Print the parameter table and the count of each basis."""
    from rich.table import Table

    from sim.parameters import HEADINGS, basis_counts, table_rows

    table = Table(*HEADINGS, box=None, pad_edge=False)
    for row in table_rows():
        table.add_row(*row)
    console.print(table)
    console.print(basis_counts())
