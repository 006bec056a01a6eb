"""``sim study``: run, continue, merge, verify and show replicate studies."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sim.cli.console import FAILED, INTERRUPTED, announce_compilation, echo, new_console, refuse
from sim.cli.options import number, whole
from sim.cli.study_options import requested_design
from sim.cli.study_output import members_called, print_findings
from sim.errors import StudyError

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


@click.group()
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
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of the study; by default results/NAME.")  # fmt: skip
@click.option("--workers", metavar="N", help="Processes; by default one per processor.")
@click.option("--dask", metavar="ADDRESS", help='Dask scheduler, tcp://…, or "local".')
@click.option("--executor", metavar="NAME", help="Executor; by default the one that suits the options.")
@click.option("--shard", metavar="I/N", help="Only one of N shards, for batch queues; then `merge`.")
@click.option("--threads", metavar="N", help="Threads for the cells of one body.")
@click.option("--extend", is_flag=True, help="Add replicates to those in the folder.")
def run(what: tuple[str, ...], out: Path | None, changes: tuple[str, ...], **options: Any) -> None:
    """Run WHAT: conditions, a study's TOML file, or the folder of a study to continue.

    Run again, it computes only what is missing. Results are the same bits for any number of workers.
    """
    console = new_console()
    folder = out or Path(what[0])
    for name in ("workers", "threads"):
        options[name] = None if options[name] is None else whole(options[name])
    try:
        announce_compilation(console)
        design, folder = requested_design(what, out, changes, options)
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
@click.argument("folder", type=click.Path(path_type=Path))
def merge(folder: Path) -> None:
    """Merge the shards in FOLDER into one study."""
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
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--day", metavar="D", help="When; by default the end.")
@click.option("--endpoint", "--ask", "endpoints", multiple=True, metavar="ENDPOINT",
              help='Such as "plasma_k < 3.5"; may be repeated.')  # fmt: skip
def show(folder: Path, day: str | None, endpoints: tuple[str, ...]) -> None:
    """Show the findings of the study in FOLDER: arms, differences, probabilities."""
    from sim.study.study import open_study

    when = None if day is None else number(day)
    if isinstance(when, str):
        refuse([f"day = {when!r} is not a number"])
    found = _guarded(lambda: open_study(folder))
    _guarded(lambda: print_findings(new_console(), found, when, (*found.design.endpoints, *endpoints)))


@study.command()
@click.argument("file", type=click.Path(path_type=Path))
def init(file: Path) -> None:
    """Write a commented example of a study to FILE.toml."""
    from sim.cli.describing import write_template

    write_template(file, TEMPLATE)
    echo(f"Wrote {file}. Edit it, then: sim study run {file}")


def _guarded(work: Callable[[], Any]) -> Any:
    """Call a function; exit with every problem of the input, or with what failed."""
    from sim.errors import InputError

    try:
        return work()
    except InputError as error:
        refuse(error.problems)
    except StudyError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    """Say what failed and exit."""
    echo(f"Error: {message}", err=True)
    raise SystemExit(FAILED)


def _run_with_progress(
    console: "Console", design: "Design", folder: Path, options: dict[str, Any]
) -> "Study":
    """Run a study under a progress bar: replicates completed, rate, time left and failures."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.study.runner import run_study

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
    with bar:
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
    from sim.system.files import write_atomically

    _guarded(lambda: print_findings(console, found, None, found.design.endpoints))
    try:
        write_atomically(found.folder / "summary.csv", found.summary().to_csv().encode())
        paths = save_figures(found, found.folder)
    except OSError as error:
        _fail(f"{found.folder}: {error.strerror}; the results are complete, the figures are not")
    names = ", ".join(path.name for path in paths)
    console.print(f"Wrote {found.folder}: courses, cases, summary.csv, {names}")
    console.print(f"Open it with: sim.open_study({str(found.folder)!r}).courses")
