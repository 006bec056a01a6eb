"""``sim study``: replicate studies, begun, continued, joined, checked and shown."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sim.cli.console import FAILED, INTERRUPTED, announce_compilation, format_number, new_console, refuse
from sim.cli.options import number, read_changes, whole
from sim.errors import StudyError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.statistics.interval import Interval
    from sim.study.design import Design
    from sim.study.runner import Progress as Told
    from sim.study.study import Study

TEMPLATE = """\
# A study: many bodies, each through all arms. Lines behind # are comments.
# Run it with:  sim study run {file}
title = "My study"

# Arms: names from `sim list`, TOML files beside this one (sim init), or tables [[conditions]].
# The first is what the others are compared with.
conditions = ["severe-magnesium-loss", "baseline"]

replicates = 50                   # bodies
cells = 50                        # cells of a body; they are agents too
persons = true                    # bodies differ as people do (widths: sim describe)
noise = true                      # cells fluctuate in time
seed = 0
duration = "30 day"               # by default the conditions' own
every = "1 day"                   # time between rows

# Statements whose probability is reported, bounds in the variable's unit.
ask = ["plasma_k < 3.5"]

# What is recorded; without this a list that suits most.
# variables = ["plasma_k", "plasma_mg", "na_in_mean", "k_in_mean"]

# Single cells to keep.
# [snapshots]
# at = ["0 day", "30 day"]
# cells = 50

# Parameter sets that every replicate is simulated with: grid, latin-hypercube or sobol.
# [samples]
# method = "grid"
# [samples.ranges]
# pump_half_mg = ["0.05 mM", "0.1 mM", "0.2 mM"]
"""
SHOWN = ("plasma_k", "plasma_mg", "plasma_ca", "na_in_mean", "k_in_mean", "potential_mean")
"""Variables of the table at the end, as far as they are recorded."""


@click.group()
def study() -> None:
    """Replicate studies: many bodies, each through all arms.

    Start with:  sim study run baseline severe-magnesium-loss --replicates 50
    """


@study.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--replicates", metavar="N", help="Bodies; by default 100, or the file's.")
@click.option("--first", metavar="R", help="Number of the first replicate; by default 0.")
@click.option("--cells", metavar="N", help="Cells of a body; by default 100, or the file's.")
@click.option("--days", metavar="D", help="Duration; by default the conditions'.")
@click.option("--seed", metavar="S", help="Seed of all random draws; by default 0.")
@click.option("--persons/--no-persons", default=None, help="Whether bodies differ as people do.")
@click.option("--noise/--no-noise", default=None, help="Whether cells fluctuate in time.")
@click.option("--ask", multiple=True, metavar="STATEMENT",
              help='Report how probable it is: "plasma_k < 3.5"; may be repeated.')  # fmt: skip
@click.option("--set", "changes", multiple=True, metavar='NAME="VALUE UNIT"',
              help="Change a parameter in all arms; may be repeated.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of the study; by default results/NAME.")  # fmt: skip
@click.option("--workers", metavar="N", help="Processes; by default one a processor.")
@click.option("--dask", metavar="ADDRESS", help='Dask scheduler, tcp://…, or "local".')
@click.option("--shard", metavar="I/N", help="Only one of N shares, for batch queues; then `merge`.")
@click.option("--threads", metavar="N", help="Threads for the cells of one body.")
@click.option("--extend", is_flag=True, help="Add replicates to those in the folder.")
def run(what: tuple[str, ...], out: Path | None, changes: tuple[str, ...], **options: Any) -> None:
    """Run WHAT: conditions, a study's TOML file, or the folder of a study to go on with.

    Run again, it does only what is missing. Results are the same bits for any number of workers.
    """
    console = new_console()
    for name in ("workers", "threads"):
        options[name] = None if options[name] is None else whole(options[name])
    try:
        announce_compilation(console)
        design, folder = _design_of(what, out, changes, options)
        found = _run_under_bar(console, design, folder, options)
        if options["shard"] is None and found.complete:
            _conclude(console, found)
        else:
            console.print(f"{found.bodies} bodies in {found.folder}. Once all shards are there: "
                          f"sim study merge {found.folder.parent}")  # fmt: skip
    except KeyboardInterrupt:
        where = out or (folder if "folder" in locals() else what[0])
        click.echo(f"Interrupted; finished parts are kept. To go on: sim study run {where}", err=True)
        raise SystemExit(INTERRUPTED) from None


@study.command()
@click.argument("folder", type=click.Path(path_type=Path))
def merge(folder: Path) -> None:
    """Join the shards in FOLDER to one study."""
    from sim.study.merging import merge_study

    console = new_console()
    _conclude(console, _guarded(lambda: merge_study(folder)))


@study.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--replicate", metavar="R", help="Digest of one replicate only.")
def verify(folder: Path, replicate: str | None) -> None:
    """Read FOLDER again, check every file, and print the digest of all results."""
    from sim.study.study import open_study

    found = _guarded(lambda: open_study(folder))
    wanted = None if replicate is None else whole(replicate)
    if isinstance(wanted, str):
        refuse([f"replicate = {wanted!r} is not a whole number"])
    digest = _guarded(lambda: found.digest(wanted))
    problems = found.verify()
    for problem in problems:
        click.echo(f"Error: {problem}", err=True)
    click.echo(f"{digest}  {folder}" + (f" replicate {wanted}" if replicate else ""))
    click.echo(f"{found.bodies:,} of {found.design.units:,} bodies, {len(found.failures)} failed")
    if problems:
        click.echo(f"To do the damaged parts again: sim study run {folder}", err=True)
        raise SystemExit(FAILED)


@study.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--day", metavar="D", help="When; by default the end.")
@click.option("--ask", multiple=True, metavar="STATEMENT", help='Such as "plasma_k < 3.5".')
def show(folder: Path, day: str | None, ask: tuple[str, ...]) -> None:
    """Show what the study in FOLDER has found: arms, differences, probabilities."""
    from sim.study.study import open_study

    when = None if day is None else number(day)
    if isinstance(when, str):
        refuse([f"day = {when!r} is not a number"])
    found = _guarded(lambda: open_study(folder))
    _guarded(lambda: _show(new_console(), found, when, (*found.design.ask, *ask)))


@study.command()
@click.argument("file", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented example of a study to FILE.toml."""
    from sim.cli.describing import write_template

    write_template(file, TEMPLATE)
    click.echo(f"Wrote {file}. Edit it, then: sim study run {file}")


def _guarded(work: Callable[[], Any]) -> Any:
    """Do something; leave with every problem of the input, or with what failed."""
    from sim.errors import InputError

    try:
        return work()
    except InputError as error:
        refuse(error.problems)
    except StudyError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    """Say what failed and leave."""
    click.echo(f"Error: {message}", err=True)
    raise SystemExit(FAILED)


def _design_of(
    what: tuple[str, ...], out: Path | None, changes: tuple[str, ...], options: dict[str, Any]
) -> tuple["Design", Path]:
    """Design and folder that the arguments ask for, or leave with every problem."""
    from sim.errors import InputError
    from sim.parameters import Parameters
    from sim.study.archive import Shard
    from sim.study.design import design_data, read_design
    from sim.study.runner import engine_problems
    from sim.study.store import is_study, read_manifest

    problems, parameters = read_changes(changes)
    problems += engine_problems(options["workers"], options["threads"], options["dask"])
    for check in (
        lambda: Shard.read(options["shard"] or "1/1"), lambda: Parameters().replace(parameters),
    ):  # fmt: skip
        try:
            check()
        except InputError as error:
            problems += error.problems
    folder = Path(what[0])
    data: dict[str, Any] = {}
    try:
        if len(what) == 1 and is_study(folder):
            data, out = read_manifest(folder)["design"], out or folder
        else:
            data = design_data(what)
    except InputError as error:
        refuse(error.problems + problems)
    given = {
        "replicates": options["replicates"], "first_replicate": options["first"],
        "cells": options["cells"], "seed": options["seed"],
    }  # fmt: skip
    data |= {key: whole(text) for key, text in given.items() if text is not None}
    data |= {key: options[key] for key in ("persons", "noise") if options[key] is not None}
    if options["days"] is not None:
        data["duration"] = f"{options['days']} day"
    if options["ask"]:
        data["ask"] = [*data.get("ask", ()), *options["ask"]]
    try:
        design = read_design(data)
    except InputError as error:
        refuse(error.problems + problems)
    if problems:
        refuse(problems)
    if parameters:
        design = design.with_parameters(parameters)
    return design, out or Path("results") / design.name


def _run_under_bar(
    console: "Console", design: "Design", folder: Path, options: dict[str, Any]
) -> "Study":
    """Run a study under a bar that shows bodies done, rate, time left and failures."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.study.runner import run_study

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} bodies"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[trouble]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(design.name, total=design.units, rate="", trouble="")

        def tell(progress: "Told") -> None:
            speed = bar.tasks[0].speed
            trouble = [
                f"{count} {what}"
                for count, what in (
                    (progress.failures, "failed"),
                    (progress.problems, "parts in trouble"),
                )
                if count
            ]
            bar.update(
                task,
                completed=progress.done,
                total=progress.total,
                rate=f"{speed:.3g}/s" if speed else "",
                trouble=", ".join(trouble),
            )

        found: Study = _guarded(
            lambda: run_study(
                design,
                folder,
                workers=options["workers"],
                dask=options["dask"],
                shard=options["shard"],
                threads=options["threads"],
                extend=options["extend"],
                on_progress=tell,
            )
        )
        return found


def _conclude(console: "Console", found: "Study") -> None:
    """Draw the figures of a finished study, show what it has found and where everything is."""
    from sim.figures.study import save_figures

    _guarded(lambda: _show(console, found, None, found.design.ask))
    try:
        found.summary().to_csv(found.folder / "summary.csv")
        paths = save_figures(found, found.folder)
    except OSError as error:
        _fail(f"{found.folder}: {error.strerror}; the results are complete, the figures are not")
    names = ", ".join(path.name for path in paths)
    console.print(f"Wrote {found.folder}: courses, cases, summary.csv, {names}")
    console.print(f"Open it with: sim.open_study({str(found.folder)!r}).courses")


def _show(console: "Console", found: "Study", day: float | None, ask: tuple[str, ...]) -> None:
    """Print what a study has found."""
    _show_arms(console, found, day)
    if len(found.arms) > 1:
        _show_differences(console, found, day)
    if ask:
        _show_answers(console, found, day, ask)
    if failures := found.failures:
        console.print(f"{len(failures)} did not live to the end, such as {failures[0]}")


def _show_arms(console: "Console", found: "Study", day: float | None) -> None:
    """Print the median and the middle 90 % of bodies of each arm."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    when = "at the end" if day is None else f"on day {day:g}"
    who = "persons" if found.design.persons else "bodies"
    summary = found.summary(day)
    names = [name for name in SHOWN if name in found.design.variables] or found.design.variables[:6]
    table = Table("", "Unit", box=None, pad_edge=False, title_justify="left",
                  title=f"Median and middle 90 % of {found.bodies:,} {who}, {when}")  # fmt: skip
    for arm in found.arms:
        table.add_column(arm, justify="right")
    for name in names:
        rows: list[Any] = [summary.loc[(name, arm)] for arm in found.arms]
        texts = [_spread(row["median"], row["p5"], row["p95"]) for row in rows]
        table.add_row(VARIABLES[name].meaning, VARIABLES[name].unit, *texts)
    console.print(table)


def _show_differences(console: "Console", found: "Study", day: float | None) -> None:
    """Print how each arm differs from the first in the same bodies, and what pairing gives."""
    name = "plasma_k" if "plasma_k" in found.design.variables else found.design.variables[0]
    from sim.variables.table import VARIABLES

    unit = VARIABLES[name].unit
    for arm in found.arms[1:]:
        difference = found.difference_at(name, arm, day=day)
        pairing = found.pairing(name, arm, day=day)
        text = f"{name}, {arm} less {found.arms[0]}: {difference.text(unit)}"
        if pairing.estimate == pairing.estimate:
            text += f"; pairing makes its variance {pairing.estimate:.3g} times smaller"
        console.print(text)


def _show_answers(console: "Console", found: "Study", day: float | None, ask: tuple[str, ...]) -> None:
    """Print the share of bodies for which each statement holds."""
    from sim.variables.endpoints import Question

    for text in dict.fromkeys(ask):
        for arm in found.arms:
            share = found.probability(text, arm, day)
            console.print(f"{Question.read(text)}, {arm}: {_percent(share)}")


def _spread(median: float, low: float, high: float) -> str:
    """Write a median with the middle of the bodies."""
    return f"{format_number(median)} ({format_number(low)} to {format_number(high)})"


def _percent(share: "Interval") -> str:
    """Write a share with its interval."""
    low, high = 100 * share.low, 100 * share.high
    return f"{100 * share.estimate:.0f} % (95 % interval {low:.0f} to {high:.0f} %, n {share.n})"
