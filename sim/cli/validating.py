"""``sim validate``: published findings, the values of the model, and whether they lie in the bands."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.console import FAILED, announce_compilation, echo, fail, new_console, refuse
from sim.cli.options import PATH, figure_problems
from sim.cli.saving import write_figure
from sim.cli.strict_command import StrictCommand
from sim.parameters.cell_types import ONE_OF_EACH_TYPE

if TYPE_CHECKING:
    from rich.console import Console

    from sim.validation.verdicts import Verdict


@click.command(cls=StrictCommand, name="validate")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("--figure", type=PATH, metavar="FILE",
              help="Draw the bands to FILE (.png, .pdf or .svg).")  # fmt: skip
@click.option(
    "--cells",
    default=str(ONE_OF_EACH_TYPE),
    show_default=True,
    metavar="N",
    help=f"Number of cells; {ONE_OF_EACH_TYPE}, one of each type, are the mean-field twin.",
)
def validate_command(as_json: bool, figure: Path | None, cells: str) -> None:
    """Measure every published target on the virtual body; exit code 1 if one is missed."""
    console = new_console(160)
    if problems := [*_cell_problems(cells), *figure_problems(figure)]:
        refuse(problems)
    if not as_json:
        announce_compilation(console)
    verdicts = _with_progress(console, int(cells), quiet=as_json)
    problems = []
    if figure is not None:
        from sim.validation.forest import forest_plot

        problems = write_figure(forest_plot(verdicts), figure)
    if as_json:
        import json

        echo(json.dumps([v.record() for v in verdicts], indent=1, ensure_ascii=False))
    else:
        _show(console, verdicts)
        if figure is not None and not problems:
            console.print(f"Wrote {figure}")
    if problems:
        fail(problems[0])
    if not all(verdict.met for verdict in verdicts):
        raise SystemExit(FAILED)


def _cell_problems(cells: str) -> list[str]:
    """Problems of the number of cells."""
    if cells.isdecimal() and ONE_OF_EACH_TYPE <= int(cells) <= 100_000:
        return []
    allowed = f"{ONE_OF_EACH_TYPE} to 100,000, so that every type has one"
    return [f"cells = {cells!r}; give a whole number, {allowed}"]


def _with_progress(console: "Console", n_cells: int, quiet: bool) -> "list[Verdict]":
    """Measure all targets, with a progress bar that names the current one."""
    from rich.progress import BarColumn, Progress, TextColumn

    from sim.validation.targets import TARGETS, Target
    from sim.validation.trials import Trials
    from sim.validation.verdicts import validate

    bar = Progress(
        BarColumn(), TextColumn("{task.completed} of {task.total}  {task.description}", markup=False),
        console=console, transient=True, disable=quiet or not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=len(TARGETS))

        def show(target: Target) -> None:
            bar.update(task, advance=1, description=target.what)

        return validate(Trials(n_cells=n_cells), TARGETS, show)


def _show(console: "Console", verdicts: "list[Verdict]") -> None:
    """Print one row for each target, and the reason for each miss."""
    from rich.table import Table

    table = Table("Target", "Unit", "Published", "Model", "Band", "", "Source", box=None, pad_edge=False)
    group = ""
    for verdict in verdicts:
        target = verdict.target
        if target.group != group:
            group = target.group
            table.add_row(f"Targets: {group}", style="bold")
        table.add_row(
            target.what, target.unit, target.published, f"{verdict.model:.3g}",
            f"{target.low:g} to {target.high:g}", "met" if verdict.met else "MISSED", target.source.key,
            style="" if verdict.met else "red",
        )  # fmt: skip
    console.print(table)
    for verdict in (v for v in verdicts if not v.met):
        console.print(f"Missed: {verdict.target.what}. {verdict.record()['reason']}")
    groups = dict.fromkeys(verdict.target.group for verdict in verdicts)
    counts = [
        f"{sum(v.met for v in verdicts if v.target.group == name)} of "
        f"{sum(v.target.group == name for v in verdicts)} ({name})"
        for name in groups
    ]
    console.print(f"In their bands: {', '.join(counts)}.")
