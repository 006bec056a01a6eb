"""``sim list``, ``sim describe`` and ``sim init``: conditions, parameters, variables, a first file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.announcing import announce
from sim.cli.console import echo, new_console, note_written, refuse
from sim.cli.strict_command import StrictCommand
from sim.system.files import write_reserved
from sim.system.interruption import deferred_interrupt

if TYPE_CHECKING:
    from rich.console import Console


@click.command(cls=StrictCommand, name="list")
def list_conditions() -> None:
    """List the built-in conditions."""
    from rich.table import Table

    from sim.conditions.condition import built_in_conditions, load
    from sim.quantities.units import HOURS_PER_DAY

    table = Table("Condition", "Days", "Title", box=None, pad_edge=False)
    for name in built_in_conditions():
        condition = load(name)
        table.add_row(name, f"{condition.duration / HOURS_PER_DAY:g}", condition.title)
    new_console().print(table)


@click.command(cls=StrictCommand)
@click.argument("condition", required=False)
@click.option("--mechanisms", is_flag=True, help="List what can be switched off with --without.")
@click.option("--treatments", is_flag=True, help="List drugs, disorders and losses for conditions.")
@click.option("--variables", is_flag=True, help="List what a run records: unit, meaning, reference.")
@click.option("--markdown", is_flag=True, help="Write the parameters as a Markdown table.")
def describe(condition: str | None, **lists: bool) -> None:
    """Describe CONDITION, or every parameter: value, unit, meaning, source, basis, range."""
    from sim.errors import InputError

    chosen = [name for name, wanted in lists.items() if wanted]
    if len(chosen) + (condition is not None) > 1:
        # In the order of the table, because click passes options in the order of the call.
        *others, last = (f"--{name}" for name in LISTS if name in lists)
        refuse([f"CONDITION, {', '.join(others)} and {last} exclude each other; give one of them"])
    console = new_console()
    if condition is not None:
        try:
            _describe_condition(console, condition)
        except InputError as error:
            refuse(error.problems)
    else:
        LISTS[chosen[0] if chosen else "parameters"](console)


@click.command(cls=StrictCommand)
@click.argument("file", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented example of a condition to FILE.toml."""
    from sim.conditions.template import condition_template

    write_template(file, condition_template())
    echo(f"Wrote {file}. Edit it, then: sim run {file}")


def write_template(file: Path, template: str) -> None:
    """Write an example to a new TOML file, or exit with every problem."""
    problems = []
    if file.suffix != ".toml":
        problems.append(f"{file} is not a TOML file; give a name that ends in .toml")
    if file.exists():
        problems.append(f"{file} exists already; choose another name or remove it")
    if not file.parent.is_dir():
        problems.append(f"{file.parent} is not a folder; make it first")
    if not problems:
        try:
            with deferred_interrupt():
                write_reserved(file, template.replace("{file}", str(file)).encode())
                note_written(file)
        except OSError as error:
            problems.append(f"{file} cannot be written: {error.strerror}")
    if problems:
        refuse(problems)


def _describe_mechanisms(console: "Console") -> None:
    """Print every mechanism that can be switched off, and what follows."""
    from rich.table import Table

    from sim.parameters.inputs import KNOCK_OUTS

    table = Table("Mechanism", "Switched off", box=None, pad_edge=False)
    for name, meaning in KNOCK_OUTS.items():
        table.add_row(name, meaning)
    console.print(table)


def _describe_treatments(console: "Console") -> None:
    """Print every treatment: its strength, range, unit, the input it sets, and what it measures."""
    from rich.table import Table

    from sim.conditions.treatments import TREATMENTS

    headings = ("Treatment", "Strength", "Range", "Unit", "Sets", "Meaning")
    table = Table(*headings, box=None, pad_edge=False)
    for rule in TREATMENTS.values():
        span = f"{rule.strength.low:g} to {rule.high:g}"
        table.add_row(rule.name, rule.strength.name, span, rule.strength.unit, rule.target, rule.meaning)
    console.print(table)


def _describe_variables(console: "Console") -> None:
    """Print every variable of a run's table."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    table = Table("Variable", "Unit", "Meaning", "Reference", box=None, pad_edge=False)
    for name, v in VARIABLES.items():
        table.add_row(name, v.unit, v.meaning, f"{v.low:g} to {v.high:g}" if v.low == v.low else "")
    console.print(table)


def _describe_condition(console: "Console", name: str) -> None:
    """Print the interventions of a condition, every dose in mmol, and remarks on it."""
    from sim.conditions.condition import load
    from sim.conditions.remarks import remarks_on
    from sim.conditions.summary import interventions_in_words
    from sim.parameters import FACTS
    from sim.quantities.units import HOURS_PER_DAY

    condition = load(name)
    console.print(f"{condition.name}: {condition.title}", style="bold")
    if condition.description:
        console.print(condition.description, width=min(90, console.width))
    console.print(f"{condition.duration / HOURS_PER_DAY:g} days")
    announce(console, [f"  {line}" for line in interventions_in_words(condition)], ())
    for parameter, value in condition.parameters.items():
        console.print(f"  {parameter} = {value:g} {FACTS[parameter].unit}".removesuffix(" 1"))
    announce(console, (), remarks_on(condition))


def _describe_parameters(console: "Console") -> None:
    """Print the parameter table and the count of each basis."""
    from rich.table import Table

    from sim.parameters import HEADINGS, basis_counts, table_rows

    table = Table(*HEADINGS, box=None, pad_edge=False)
    table.columns[0].no_wrap = True  # A name that is cut cannot be typed.
    for row in table_rows():
        table.add_row(*row)
    console.print(table)
    console.print(basis_counts())


def _write_markdown(_console: "Console") -> None:
    """Write the parameters as a Markdown table."""
    from sim.parameters import markdown_table

    echo(markdown_table(), nl=False)


LISTS = {
    "mechanisms": _describe_mechanisms,
    "treatments": _describe_treatments,
    "variables": _describe_variables,
    "markdown": _write_markdown,
    "parameters": _describe_parameters,
}
"""What `sim describe` can list, by name of the option; parameters need none."""
