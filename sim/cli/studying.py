"""``sim study``: run, continue, merge, verify and show replicate studies."""

import warnings
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.announcing import ProgressLog
from sim.cli.console import (
    FAILED,
    INTERRUPTED,
    announce_compilation,
    echo,
    fail,
    new_console,
    note_written,
    refuse,
)
from sim.cli.options import PATH, number, whole
from sim.cli.strict_command import StrictGroup
from sim.cli.study_options import announce_design, requested_design
from sim.cli.study_output import members_called, print_findings
from sim.errors import InputWarning, StudyError
from sim.system.files import write_reserved

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.design import Design
    from sim.study.runner import Progress as StudyProgress
    from sim.study.study import Study

TEMPLATE = """\
# A study: many replicates, each one body that goes through all arms. Text after # is a comment.
# Run it with:  sim study run {file}
title = "My study"

# Arms: names from `sim list`, TOML files beside this one (sim init), or tables [[conditions]].
# The first is the reference of the others.
conditions = ["severe-magnesium-loss", "baseline"]

replicates = 50
cells = 50                        # of each body
persons = true                    # parameters vary between replicates (how much: sim describe)
noise = true                      # cells fluctuate over time
seed = 0
duration = "30 day"               # by default the conditions' own
every = "1 day"                   # time between rows

# Endpoints whose probability is reported, bounds in the variable's unit.
endpoints = ["plasma_k < 3.5"]

# What is recorded; without this, a list of common variables.
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


@click.group(cls=StrictGroup)
def study() -> None:
    """Replicate studies: many replicates, each one body that goes through all arms.

    Start with:  sim study run baseline severe-magnesium-loss --replicates 50
    """


@study.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--replicates", metavar="N", help="Number of replicates; by default 100, or the file's.")
@click.option("--first", metavar="R", help="Number of the first replicate; by default 0.")
@click.option("--cells", metavar="N", help="Cells of a body; by default 100, or the file's.")
@click.option("--days", metavar="D", help="Duration; by default the conditions'.")
@click.option("--seed", metavar="S", help="Seed of all random draws; by default 0.")
@click.option("--persons/--no-persons", default=None, help="Whether parameters vary between replicates.")
@click.option("--noise/--no-noise", default=None, help="Whether cells fluctuate over time.")
@click.option("--endpoint", "--ask", "endpoints", multiple=True, metavar="ENDPOINT",
              help='Report its probability: "plasma_k < 3.5"; may be repeated.')  # fmt: skip
@click.option("--set", "changes", multiple=True, metavar='NAME="VALUE UNIT"',
              help="Change a parameter in all arms; may be repeated.")  # fmt: skip
@click.option("--out", type=PATH, metavar="DIR",
              help="Folder of the study; by default results/NAME.")  # fmt: skip
@click.option("--workers", metavar="N", help="Processes; by default one per processor.")
@click.option("--dask", metavar="ADDRESS", help='Dask scheduler, tcp://…, or "local".')
@click.option("--executor", metavar="NAME", help="Executor; by default the one that suits the options.")
@click.option("--shard", metavar="I/N", help="Only one of N shards, for batch queues; then `merge`.")
@click.option("--threads", metavar="N", help="Threads for the cells of one body.")
@click.option("--extend", is_flag=True, help="Add replicates to those in the folder.")
@click.option("--dry-run", is_flag=True, help="Only check everything, and show the size of the study.")
def run(
    what: tuple[str, ...], out: Path | None, changes: tuple[str, ...], dry_run: bool, **options: Any
) -> None:
    """Run WHAT: conditions, a study's TOML file, or the folder of a study to continue.

    Run again, it computes only what is missing. Results are the same bits for any number of workers.
    """
    console = new_console()
    folder = out or Path(what[0])
    for name in ("workers", "threads"):
        options[name] = None if options[name] is None else whole(options[name])
    try:
        design, folder = requested_design(what, out, changes, options)
        announce_design(console, design, folder, options["workers"], options["shard"])
        if dry_run:
            return
        announce_compilation(console)
        found = _run_with_progress(console, design, folder, options)
        if options["shard"] is None and found.complete:
            _conclude(console, found)
        else:
            console.print(
                f"{found.n_completed} {members_called(found)} in {found.folder}. Once all shards are "
                f"there: sim study merge {found.folder.parent}"
            )
    except KeyboardInterrupt:
        echo(f"Interrupted; finished batches are kept. To continue: sim study run {folder}", err=True)
        raise SystemExit(INTERRUPTED) from None


@study.command()
@click.argument("folder", type=PATH)
def merge(folder: Path) -> None:
    """Merge the shards in FOLDER into one study."""
    from sim.study.merging import merge_study

    console = new_console()
    found = _guarded(lambda: merge_study(folder))
    note_written(folder)
    _conclude(console, found)


@study.command()
@click.argument("folder", type=PATH)
@click.option("--replicate", metavar="R", help="Digest of one replicate only.")
def verify(folder: Path, replicate: str | None) -> None:
    """Read FOLDER again, check every file, and print the digest of all results."""
    wanted = None if replicate is None else whole(replicate)
    problems = []
    if isinstance(wanted, str) or (wanted is not None and wanted < 0):
        problems.append(f"replicate = {wanted!r} is not a whole number from 0")
    found = _opened(folder, problems)
    digest = _guarded(lambda: found.digest(wanted))
    problems = found.verify()
    for problem in problems:
        echo(f"Error: {problem}", err=True)
    echo(f"{digest}  {folder}" + (f" replicate {wanted}" if replicate else ""))
    echo(
        f"{found.n_completed:,} of {found.design.n_members:,} {members_called(found)}, "
        f"{len(found.failures)} failed"
    )
    if problems:
        echo(f"To compute the damaged batches again: sim study run {folder}", err=True)
        raise SystemExit(FAILED)


@study.command()
@click.argument("folder", type=PATH)
@click.option("--day", metavar="D", help="When; by default the end.")
@click.option("--endpoint", "--ask", "endpoints", multiple=True, metavar="ENDPOINT",
              help='Such as "plasma_k < 3.5"; may be repeated.')  # fmt: skip
def show(folder: Path, day: str | None, endpoints: tuple[str, ...]) -> None:
    """Show the findings of the study in FOLDER: arms, differences, probabilities."""
    from sim.errors import InputError
    from sim.variables.endpoints import Endpoint

    when = None if day is None else number(day)
    problems = []
    if isinstance(when, str) or (when is not None and not isfinite(when)):
        problems.append(f"day = {day!r} is not a finite number")
    for endpoint in endpoints:
        try:
            Endpoint.read(endpoint)
        except InputError as error:
            problems += error.problems
    found = _opened(folder, problems)
    if problems := _unrecorded(found, when, endpoints):
        refuse(problems)
    _guarded(lambda: print_findings(new_console(), found, when, (*found.design.endpoints, *endpoints)))


@study.command()
@click.argument("file", type=PATH)
def init(file: Path) -> None:
    """Write a commented example of a study to FILE.toml."""
    from sim.cli.describing import write_template

    write_template(file, TEMPLATE)
    echo(f"Wrote {file}. Edit it, then: sim study run {file}")


def _opened(folder: Path, problems: list[str]) -> "Study":
    """Open a study, or exit with every problem of it and of the options."""
    from sim.errors import InputError
    from sim.study.study import open_study

    try:
        found = open_study(folder)
    except InputError as error:
        refuse(error.problems + problems)
    if problems:
        refuse(problems)
    return found


def _unrecorded(found: "Study", day: float | None, endpoints: tuple[str, ...]) -> list[str]:
    """Say which day or endpoints a study has not recorded."""
    from sim.errors import InputError
    from sim.variables.endpoints import Endpoint

    recorded = found.design.variables
    variables = dict.fromkeys(Endpoint.read(endpoint).variable for endpoint in endpoints)
    problems = [
        f"{name} was not recorded; recorded are {', '.join(recorded)}"
        for name in variables
        if name not in recorded
    ]
    try:
        found.at(recorded[0], found.arms[0], day)
    except InputError as error:
        problems += error.problems
    return problems


def _guarded(work: Callable[[], Any]) -> Any:
    """Call a function; exit with every problem of the input, or with what failed."""
    from sim.errors import InputError

    try:
        return work()
    except InputError as error:
        refuse(error.problems)
    except StudyError as error:
        fail(str(error))


def _run_with_progress(
    console: "Console", design: "Design", folder: Path, options: dict[str, Any]
) -> "Study":
    """Run a study under a progress bar: replicates completed, rate, time left and failures."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.study.runner import run_study

    log = ProgressLog(console, design.name)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failures]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar, warnings.catch_warnings():
        task = bar.add_task(design.name, total=design.n_members, rate="", failures="")

        def update(progress: "StudyProgress") -> None:
            speed = bar.tasks[0].speed
            failures = [
                f"{count} {what}"
                for count, what in (
                    (progress.failures, "failed"),
                    (progress.errors, "batches with errors"),
                )
                if count
            ]
            bar.update(
                task,
                completed=progress.completed,
                total=progress.total,
                rate=f"{speed:.3g}/s" if speed else "",
                failures=", ".join(failures),
            )
            counts = f"{progress.completed:,} of {progress.total:,} members"
            log.update(progress.completed, progress.total, ", ".join([counts, *failures]))

        # Remarks on the design have been shown.
        warnings.simplefilter("ignore", InputWarning)
        found: Study = _guarded(
            lambda: run_study(
                design,
                folder,
                workers=options["workers"],
                dask=options["dask"],
                executor=options["executor"],
                shard=options["shard"],
                threads=options["threads"],
                extend=options["extend"],
                on_progress=update,
            )
        )
        return found


def _conclude(console: "Console", found: "Study") -> None:
    """Draw the figures of a finished study, show its findings and where everything is."""
    from sim.figures.study import save_figures

    try:  # Before anything is shown: output may be closed.
        write_reserved(found.folder / "summary.csv", found.summary().to_csv().encode())
        paths = save_figures(found, found.folder)
    except OSError as error:
        fail(f"{found.folder}: {error.strerror}; the results are complete, the figures are not")
    _guarded(lambda: print_findings(console, found, None, found.design.endpoints))
    names = ", ".join(path.name for path in paths)
    console.print(f"Wrote {found.folder}: courses, cases, summary.csv, {names}")
    console.print(f"Open it with: sim.open_study({str(found.folder)!r}).courses")
