"""``sim list``, ``sim describe`` and ``sim init``: what there is, and where to begin."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.console import new_console, refuse

if TYPE_CHECKING:
    from rich.console import Console

TEMPLATE = """\
# A condition: what is done to a body that starts healthy. Lines behind # are comments.
# Run it with:  sim run {file}
title = "My condition"
description = "What is done, and why."
duration = "60 day"               # any unit of time: hour, day, week

# Mechanisms to switch off (names: sim describe --mechanisms).
# without = ["romk-mg-block"]

# What is eaten in place of the usual diet (Na 150, K 75, Mg 14, Ca 25 mmol/day).
# Ions that are not named stay as usual. Without stop it lasts to the end.
[[diet]]
potassium = "20 mmol/day"         # also "800 mg/day" or "20 mEq/day"
start = "0 day"
stop = "30 day"

# The diet is eaten evenly over the day, or in meals at these times; the first day begins at midnight.
# [[meals]]
# at = ["7:00", "13:00", "19:00"]
# carbohydrate = "270 g/day"

# A single meal, drink or dose beside the diet, in amounts.
# [[meal]]
# start = "34 day"
# potassium = "35 mmol"
# carbohydrate = "75 g"

# Chloride salts in addition to the diet; route is oral (as here) or intravenous.
[[supplement]]
ion = "potassium"                 # sodium, potassium, magnesium or calcium
dose = "80 mmol/day"              # or, with a stop: amount = "30 mmol"
start = "30 day"

# Drugs, disorders and losses. An effect from 0 to 1: mg-malabsorption, proton-pump-inhibitor,
# thiazide, gitelman-defect, loop-diuretic, bartter-defect, nephron-loss, pump-inhibitor,
# romk-blocker. A fold of the normal level, fold = 3.0: hyperaldosteronism, insulin.
# A rate, rate = "2 L/day": vomiting, diarrhoea.
# [[treatment]]
# kind = "thiazide"
# effect = 0.5
# start = "10 day"

# Parameters to change (names, units and ranges: sim describe).
# [parameters]
# pump_half_mg = "0.1 mM"
"""


@click.command(name="list")
def list_conditions() -> None:
    """List the conditions that ship."""
    from rich.table import Table

    from sim.conditions.condition import load, named
    from sim.quantities.units import HOURS_PER_DAY

    table = Table("Condition", "Days", "What is done", box=None, pad_edge=False)
    for name in named():
        condition = load(name)
        table.add_row(name, f"{condition.duration / HOURS_PER_DAY:g}", condition.title)
    new_console().print(table)


@click.command()
@click.argument("condition", required=False)
@click.option("--mechanisms", is_flag=True, help="List what can be switched off with --without.")
@click.option("--variables", is_flag=True, help="List what a run records: unit, meaning, reference.")
@click.option("--markdown", is_flag=True, help="Write the parameters as a Markdown table.")
def describe(condition: str | None, mechanisms: bool, variables: bool, markdown: bool) -> None:
    """Describe CONDITION, or every parameter: value, unit, meaning, source, basis, range."""
    from rich.table import Table

    from sim.errors import InputError

    if sum((condition is not None, mechanisms, variables, markdown)) > 1:
        options = "--mechanisms, --variables and --markdown"
        refuse([f"CONDITION, {options} exclude each other; give one of them"])

    console = new_console()
    if mechanisms:
        from sim.parameters.inputs import KNOCK_OUTS

        table = Table("Mechanism", "Switched off", box=None, pad_edge=False)
        for name, meaning in KNOCK_OUTS.items():
            table.add_row(name, meaning)
        console.print(table)
    elif variables:
        _describe_variables(console)
    elif condition is not None:
        try:
            _describe_condition(console, condition)
        except InputError as error:
            refuse(error.problems)
    elif markdown:
        from sim.parameters import markdown_table

        click.echo(markdown_table(), nl=False)
    else:
        _describe_parameters(console)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented example of a condition to FILE.toml."""
    write_template(file, TEMPLATE)
    click.echo(f"Wrote {file}. Edit it, then: sim run {file}")


def write_template(file: Path, template: str) -> None:
    """Write an example to a new TOML file, or leave with every problem."""
    problems = []
    if file.suffix != ".toml":
        problems.append(f"{file} is not a TOML file; give a name that ends in .toml")
    if file.exists():
        problems.append(f"{file} exists already; choose another name or remove it")
    if not file.parent.is_dir():
        problems.append(f"{file.parent} is not a folder; make it first")
    if not problems:
        try:
            file.write_text(template.replace("{file}", str(file)), encoding="utf-8")
        except OSError as error:
            problems.append(f"{file} cannot be written: {error.strerror}")
    if problems:
        refuse(problems)


def _describe_variables(console: "Console") -> None:
    """Print every variable of a run's table."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    table = Table("Variable", "Unit", "Meaning", "Reference", box=None, pad_edge=False)
    for name, v in VARIABLES.items():
        table.add_row(name, v.unit, v.meaning, f"{v.low:g} to {v.high:g}" if v.low == v.low else "")
    console.print(table)


def _describe_condition(console: "Console", name: str) -> None:
    """Print what a condition does."""
    from sim.conditions.condition import load
    from sim.quantities.units import HOURS_PER_DAY

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
    table.columns[0].no_wrap = True  # A name that is cut cannot be typed.
    for row in table_rows():
        table.add_row(*row)
    console.print(table)
    console.print(basis_counts())
