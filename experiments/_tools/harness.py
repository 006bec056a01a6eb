"""Common parts of experiments: sizes, findings, the folder of results, and the command line.

An experiment is a module with one question. Its ``main`` is made by :func:`experiment`, so that all
experiments are called, run as scripts, listed and tested in the same way.
"""

import atexit
import inspect
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import update_wrapper
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from typing import Any, NamedTuple, TypeVar

import click
import pandas as pd
from matplotlib.figure import Figure
from rich.progress import Progress, track

import sim
from sim.cli import FAILED, INTERRUPTED, announce_compilation, new_console, place_problems, refuse
from sim.figures import save
from sim.parameters import CELL_TYPES
from sim.statistics import Interval
from sim.study import is_study
from sim.system import package_versions, usable_processors, write_atomically

RESULTS = Path(__file__).parents[1] / "results"
"""Folder of the committed results of the last full runs."""
SEED = 1
"""Seed of every experiment."""
SIZES = {"replicates": "--replicates", "n_cells": "--cells", "duration": "--days"}
"""Arguments of every experiment, and their options on the command line."""
Item = TypeVar("Item")


class Finding(NamedTuple):
    """A quantity found by an experiment: estimate with interval, and unit."""

    interval: Interval
    unit: str = "1"

    def __str__(self) -> str:
        """Estimate and interval in brackets, such as "0.3 mM (0.2 to 0.4)"."""
        return self.interval.brief("" if self.unit == "1" else self.unit)

    def __neg__(self) -> "Finding":
        """The finding with its sign reversed: a fall from a change."""
        found = self.interval
        negated = found._replace(estimate=-found.estimate, low=-found.high, high=-found.low)
        return self._replace(interval=negated)


class Answer(NamedTuple):
    """Result of an experiment.

    Attributes
    ----------
    sentence : str
        Answer to the question, with its numbers and their intervals.
    findings : mapping
        The numbers by name, written to ``summary.csv``.
    figure : matplotlib.figure.Figure
        Figure of the findings.
    tables : mapping
        Further tables by name, each written to ``NAME.csv``.
    facts : mapping
        Further facts needed to repeat or to assess the result, written to ``provenance.json``.
    """

    sentence: str
    findings: Mapping[str, Finding]
    figure: Figure
    tables: Mapping[str, pd.DataFrame] = {}
    facts: Mapping[str, Any] = {}

    def summary(self) -> pd.DataFrame:
        """Return the table of all findings."""
        rows = {
            name: {"unit": unit, "estimate": found.estimate, "low": found.low, "high": found.high,
                   "n": found.n}
            for name, (found, unit) in self.findings.items()
        }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("finding")


@dataclass(eq=False)
class Experiment:
    """One question, with the size at which it is answered and a small size for tests.

    Called as ``main(replicates=…, n_cells=…, duration=…, out=…)``; without ``out`` nothing is written.
    """

    name: str
    function: Callable[..., Answer]
    small: Mapping[str, float]
    full: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        defaults = {name: p.default for name, p in inspect.signature(self.function).parameters.items()}
        self.full = {name: value for name, value in defaults.items() if name != "out"}
        update_wrapper(self, self.function)

    @property
    def text(self) -> dict[str, str]:
        """Title and sections of the module's docstring."""
        return sections(sys.modules[self.function.__module__].__doc__ or "")

    def __call__(self, *sizes: float, out: str | Path | None = None, **options: Any) -> Answer:
        """Answer the question at a given size; write the results if a folder is given."""
        chosen = {**self.full, **dict(zip(SIZES, sizes, strict=False)), **options}
        folder = None if out is None else Path(out)
        if problems := self.problems(chosen, folder):
            raise sim.InputError(problems)
        answer = self.function(**chosen, out=folder)
        if folder is not None:
            self._write(folder, answer, chosen)
        return answer

    def problems(self, chosen: Mapping[str, Any], folder: Path | None) -> list[str]:
        """List invalid sizes, and the reasons why the folder of results cannot be written."""
        problems = [
            f"{_option(n)} {chosen[n]:g}; give a positive number" for n in SIZES if not chosen[n] > 0
        ]
        if chosen["duration"] % 1.0 != 0.0:  # NaN for infinity.
            problems.append(f"--days {chosen['duration']:g}; give whole days")
        if 0 < chosen["n_cells"] < len(CELL_TYPES):
            problems.append(
                f"--cells {chosen['n_cells']:g}; give {len(CELL_TYPES)} or more, one of each type"
            )
        if folder is not None:
            problems += place_problems(folder)
            if folder.is_dir() and not self._is_own(folder):
                problems.append(f"--out {folder} contains other files; choose another folder")
        return problems

    def _is_own(self, folder: Path) -> bool:
        """Whether a folder is empty or contains results of this experiment, complete or not."""
        try:
            facts = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {path.name for path in folder.iterdir()} <= {"study"}
        except (OSError, ValueError):
            return False
        return isinstance(facts, dict) and facts.get("question") == self.text["Question"]

    def _write(self, out: Path, answer: Answer, chosen: Mapping[str, Any]) -> None:
        """Write summary, further tables, figure (PNG and PDF) and provenance."""
        out.mkdir(parents=True, exist_ok=True)
        for name, table in {**answer.tables, "summary": answer.summary()}.items():
            write_atomically(out / f"{name}.csv", table.to_csv(float_format="%.5g").encode())
        for suffix in (".png", ".pdf"):
            save(answer.figure, out / f"figure{suffix}")
        facts = {
            "question": self.text["Question"],
            "answer": answer.sentence,
            "command": " ".join(["python -m", f"experiments.{self.name}", *self.options(chosen)]),
            "seed": SEED,
            **answer.facts,
            "versions": package_versions(),
        }
        text = json.dumps(facts, indent=1, ensure_ascii=False, default=str)
        write_atomically(out / "provenance.json", f"{text}\n".encode())

    def options(self, chosen: Mapping[str, Any]) -> list[str]:
        """Options of the command line for the given sizes."""
        options = []
        for name, value in chosen.items():
            if isinstance(value, bool):
                options += [_option(name)] if value else []
            else:
                options += [_option(name), f"{value:.12g}"]
        return options

    @property
    def command(self) -> click.Command:
        """The experiment as a command, with its sizes as options."""
        options = [
            click.Option(
                [_option(name), name], default=None, is_flag=isinstance(value, bool),
                type=None if isinstance(value, bool) else type(value),
                help=self._help(name, value),
            )
            for name, value in self.full.items()
        ]  # fmt: skip
        options += [
            click.Option(["--small"], is_flag=True, help="use the size of the tests"),
            click.Option(["--out"], type=click.Path(path_type=Path), help="folder of results"),
        ]
        return click.Command(self.name, callback=self._run, params=options, help=self.text["title"])

    def _help(self, name: str, value: Any) -> str:
        """Meaning of an argument, from the docstring of ``main``, and its sizes."""
        lines = iter((inspect.getdoc(self.function) or "").splitlines())
        meaning = next((next(lines).strip() for line in lines if line.startswith(f"{name} :")), "")
        if isinstance(value, bool):
            return meaning
        return f"{meaning} {value:g} at full size, {self.small.get(name, value):g} with --small."

    def _run(self, small: bool, out: Path | None, **given: Any) -> None:
        """Run from the command line: print the question, progress, and the answer."""
        console = new_console()
        chosen = {**self.full, **(self.small if small else {})}
        chosen |= {
            name: value for name, value in given.items() if value is not None and value is not False
        }
        out = out or Path("results") / (f"{self.name}-small" if small else self.name)
        if problems := self.problems(chosen, out):
            refuse(problems)
        console.print(self.text["title"], style="bold")
        console.print(" ".join(self.options(chosen)), f"(at full size: {self.text['Cost']})")
        announce_compilation(console)
        try:
            answer = self(**chosen, out=out)
        except sim.InputError as error:
            refuse(error.problems)
        except (sim.StudyError, sim.SimulationError) as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(FAILED) from None
        except KeyboardInterrupt:
            click.echo("Interrupted; the same command resumes its study.", err=True)
            raise SystemExit(INTERRUPTED) from None
        console.print(answer.summary().to_string(float_format="{:.4g}".format))
        console.print(answer.sentence, style="bold")
        console.print("In brackets: 95 % intervals.")
        console.print(f"Wrote {out}: " + ", ".join(sorted(path.name for path in out.iterdir())))


def _option(name: str) -> str:
    return SIZES.get(name, f"--{name.replace('_', '-')}")


def experiment(**small: float) -> Callable[[Callable[..., Answer]], Experiment]:
    """Turn a function into the ``main`` of an experiment.

    The function takes ``replicates``, ``n_cells``, ``duration`` (days) and ``out``, all with defaults,
    which are the full size; it may take options of its own.

    Parameters
    ----------
    **small : float
        Arguments with which it takes seconds.
    """
    return lambda function: Experiment(Path(function.__code__.co_filename).stem, function, small)


def sections(docstring: str) -> dict[str, str]:
    """Title and sections (Question, Method, Reading, Cost …) of an experiment's docstring."""
    found: dict[str, list[str]] = {"title": []}
    section = "title"
    for line in inspect.cleandoc(docstring).splitlines():
        if line and not line[0].isspace() and line.isalpha():
            section = line
        found.setdefault(section, []).append("" if line == section else line.strip())
    return {name: " ".join(filter(None, lines)) for name, lines in found.items()}


def twin_design(
    name: str, arms: Sequence[sim.Condition | str], replicates: int, n_cells: int, **others: Any
) -> sim.Design:
    """Design a study of virtual persons without fluctuations.

    With one cell of each type, each person is a mean-field twin; more cells are heterogeneous.

    Parameters
    ----------
    name : str
        Name of the study.
    arms : sequence of Condition or str
        Arms, the first of which is the reference.
    replicates, n_cells : int
        Persons, and cells of each.
    **others
        Further fields of :class:`sim.Design`.

    Returns
    -------
    sim.Design
    """
    return sim.Design(
        name=name, conditions=arms, replicates=replicates, cells=n_cells, seed=SEED, noise=False,
        heterogeneous=n_cells > len(CELL_TYPES), **others,
    )  # fmt: skip


def run_study(design: sim.Design, out: Path | None) -> sim.Study:
    """Run a study with a progress bar.

    It is stored in ``out/study`` or, without ``out``, in a temporary folder until the program ends.
    Replicates that are complete in this folder are not run again.
    """
    if out is None:
        folder = Path(tempfile.mkdtemp(prefix="experiment-"))
        atexit.register(rmtree, folder, ignore_errors=True)
    else:
        folder = out / "study"
    resumed = is_study(folder)
    console = new_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(design.name, total=design.n_members)
        try:
            return sim.run_study(
                design, folder, extend=True,
                on_progress=lambda p: bar.update(task, completed=p.completed, total=p.total),
            )  # fmt: skip
        except sim.InputError:
            if not resumed:
                raise
            other = f"{folder} contains this experiment at another size or from another version"
            raise sim.InputError([f"{other}; choose another --out or remove it"]) from None


def study_facts(study: sim.Study) -> dict[str, Any]:
    """Facts for the verification of a study: completed replicates, digest and failures."""
    return {"replicates": study.n_completed, "digest": study.digest(), "failures": study.failures}


def with_progress(items: Iterable[Item], label: str, total: int | None = None) -> Iterable[Item]:
    """Iterate over items with a progress bar."""
    console = new_console()
    return track(items, label, total, console=console, transient=True, disable=not console.is_terminal)


def process_pool() -> ProcessPoolExecutor:
    """Start one worker process per core; spawned, because threads do not survive a fork."""
    return ProcessPoolExecutor(usable_processors(), get_context("spawn"))
