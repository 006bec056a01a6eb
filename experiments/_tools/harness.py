"""What experiments share: sizes, findings, the folder of results, and the command line.

An experiment is a module with one question. Its ``main`` is made by :func:`experiment`, so that it is
called, run as a script, listed and tested in one way.
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
"""Where the results of the last full runs are committed."""
SEED = 1
"""Of every experiment."""
SIZES = {"replicates": "--replicates", "n_cells": "--cells", "duration": "--days"}
"""Arguments of every experiment, and their options."""
Item = TypeVar("Item")


class Finding(NamedTuple):
    """A number that an experiment found."""

    interval: Interval
    unit: str = "1"

    def __str__(self) -> str:
        """Estimate and interval in brackets, such as "0.3 mM (0.2 to 0.4)"."""
        return self.interval.brief("" if self.unit == "1" else self.unit)

    def __neg__(self) -> "Finding":
        """How far something falls, from how far it changes."""
        found = self.interval
        turned = found._replace(estimate=-found.estimate, low=-found.high, high=-found.low)
        return self._replace(interval=turned)


class Answer(NamedTuple):
    """What an experiment gives.

    Attributes
    ----------
    sentence : str
        Answers the question, with its numbers and their intervals.
    findings : mapping
        The numbers by name: the table ``summary.csv``.
    figure : matplotlib.figure.Figure
        Shows them.
    tables : mapping
        Further tables by name, each to be written as ``NAME.csv``.
    facts : mapping
        What else a reader needs to repeat or to judge it; goes into ``provenance.json``.
    """

    sentence: str
    findings: Mapping[str, Finding]
    figure: Figure
    tables: Mapping[str, pd.DataFrame] = {}
    facts: Mapping[str, Any] = {}

    def summary(self) -> pd.DataFrame:
        """Make the table of all findings."""
        rows = {
            name: {"unit": unit, "estimate": found.estimate, "low": found.low, "high": found.high,
                   "n": found.n}
            for name, (found, unit) in self.findings.items()
        }  # fmt: skip
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("finding")


@dataclass(eq=False)
class Experiment:
    """One question, with the size at which it is answered and a small one for tests.

    Called as ``main(replicates=…, n_cells=…, duration=…, out=…)``; without ``out`` nothing is written.
    """

    name: str
    ask: Callable[..., Answer]
    small: Mapping[str, float]
    full: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        defaults = {name: p.default for name, p in inspect.signature(self.ask).parameters.items()}
        self.full = {name: value for name, value in defaults.items() if name != "out"}
        update_wrapper(self, self.ask)

    @property
    def text(self) -> dict[str, str]:
        """Title and sections of the module's docstring."""
        return sections(sys.modules[self.ask.__module__].__doc__ or "")

    def __call__(self, *sizes: float, out: str | Path | None = None, **options: Any) -> Answer:
        """Answer the question at a size; write everything into a folder if one is given."""
        chosen = {**self.full, **dict(zip(SIZES, sizes, strict=False)), **options}
        home = None if out is None else Path(out)
        if problems := self.problems(chosen, home):
            raise sim.InputError(problems)
        answer = self.ask(**chosen, out=home)
        if home is not None:
            self._write(home, answer, chosen)
        return answer

    def problems(self, chosen: Mapping[str, Any], home: Path | None) -> list[str]:
        """Say which sizes cannot be, and why a folder of results cannot be written."""
        problems = [
            f"{_option(n)} {chosen[n]:g}; give more than zero" for n in SIZES if not chosen[n] > 0
        ]
        if chosen["duration"] % 1.0 != 0.0:  # So is infinity.
            problems.append(f"--days {chosen['duration']:g}; give whole days")
        if 0 < chosen["n_cells"] < len(CELL_TYPES):
            problems.append(f"--cells {chosen['n_cells']:g}; give {len(CELL_TYPES)} or more, one a type")
        if home is not None:
            problems += place_problems(home)
            if home.is_dir() and not self._is_own(home):
                problems.append(f"--out {home} holds something else; choose another place")
        return problems

    def _is_own(self, home: Path) -> bool:
        """Whether a folder holds results of this experiment, finished or begun, or nothing."""
        try:
            facts = json.loads((home / "provenance.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {path.name for path in home.iterdir()} <= {"study"}
        except (OSError, ValueError):
            return False
        return isinstance(facts, dict) and facts.get("question") == self.text["Question"]

    def _write(self, out: Path, answer: Answer, chosen: Mapping[str, Any]) -> None:
        """Write summary, further tables, figure (as picture and as vectors) and provenance."""
        out.mkdir(parents=True, exist_ok=True)
        for name, table in {**answer.tables, "summary": answer.summary()}.items():
            write_atomically(out / f"{name}.csv", table.to_csv(float_format="%.5g").encode())
        for suffix in (".png", ".pdf"):
            save(answer.figure, out / f"figure{suffix}")
        facts = {
            "question": self.text["Question"],
            "answer": answer.sentence,
            "command": " ".join(["python -m", f"experiments.{self.name}", *self.words(chosen)]),
            "seed": SEED,
            **answer.facts,
            "versions": package_versions(),
        }
        text = json.dumps(facts, indent=1, ensure_ascii=False, default=str)
        write_atomically(out / "provenance.json", f"{text}\n".encode())

    def words(self, chosen: Mapping[str, Any]) -> list[str]:
        """Options of the command line for some sizes."""
        words = []
        for name, value in chosen.items():
            if isinstance(value, bool):
                words += [_option(name)] if value else []
            else:
                words += [_option(name), f"{value:.12g}"]
        return words

    @property
    def command(self) -> click.Command:
        """The experiment as a command with its sizes as options."""
        options = [
            click.Option(
                [_option(name), name], default=None, is_flag=isinstance(value, bool),
                type=None if isinstance(value, bool) else type(value),
                help=self._help(name, value),
            )
            for name, value in self.full.items()
        ]  # fmt: skip
        options += [
            click.Option(["--small"], is_flag=True, help="the size of the tests"),
            click.Option(["--out"], type=click.Path(path_type=Path), help="folder of results"),
        ]
        return click.Command(self.name, callback=self._run, params=options, help=self.text["title"])

    def _help(self, name: str, value: Any) -> str:
        """Say what an argument means, by the docstring of ``main``, and its sizes."""
        lines = iter((inspect.getdoc(self.ask) or "").splitlines())
        meaning = next((next(lines).strip() for line in lines if line.startswith(f"{name} :")), "")
        if isinstance(value, bool):
            return meaning
        return f"{meaning} {value:g} at full size, {self.small.get(name, value):g} with --small."

    def _run(self, small: bool, out: Path | None, **given: Any) -> None:
        """Run from the command line: say what is asked, show progress, then the answer."""
        console = new_console()
        chosen = {**self.full, **(self.small if small else {})}
        chosen |= {
            name: value for name, value in given.items() if value is not None and value is not False
        }
        out = out or Path("results") / (f"{self.name}-small" if small else self.name)
        if problems := self.problems(chosen, out):
            refuse(problems)
        console.print(self.text["title"], style="bold")
        console.print(" ".join(self.words(chosen)), f"(at full size: {self.text['Cost']})")
        announce_compilation(console)
        try:
            answer = self(**chosen, out=out)
        except sim.InputError as error:
            refuse(error.problems)
        except (sim.StudyError, sim.SimulationError) as error:
            click.echo(f"Error: {error}", err=True)
            raise SystemExit(FAILED) from None
        except KeyboardInterrupt:
            click.echo("Interrupted; the same command goes on with what is done of a study.", err=True)
            raise SystemExit(INTERRUPTED) from None
        console.print(answer.summary().to_string(float_format="{:.4g}".format))
        console.print(answer.sentence, style="bold")
        console.print("In brackets: 95 % intervals.")
        console.print(f"Wrote {out}: " + ", ".join(sorted(path.name for path in out.iterdir())))


def _option(name: str) -> str:
    return SIZES.get(name, f"--{name.replace('_', '-')}")


def experiment(**small: float) -> Callable[[Callable[..., Answer]], Experiment]:
    """Make a function the ``main`` of an experiment.

    The function takes ``replicates``, ``n_cells``, ``duration`` (days) and ``out``, all with defaults,
    which are the full size; it may take options of its own.

    Parameters
    ----------
    small : numbers
        Arguments at which it takes seconds.
    """
    return lambda ask: Experiment(Path(ask.__code__.co_filename).stem, ask, small)


def sections(docstring: str) -> dict[str, str]:
    """Title and sections (Question, Method, Reading, Cost …) of an experiment's docstring."""
    found: dict[str, list[str]] = {"title": []}
    part = "title"
    for line in inspect.cleandoc(docstring).splitlines():
        if line and not line[0].isspace() and line.isalpha():
            part = line
        found.setdefault(part, []).append("" if line == part else line.strip())
    return {name: " ".join(filter(None, lines)) for name, lines in found.items()}


def twins(
    name: str, arms: Sequence[sim.Condition | str], replicates: int, n_cells: int, **others: Any
) -> sim.Design:
    """Design a study of virtual persons without fluctuations.

    With five cells, one a type, each person is his mean-field twin; more differ from one another.

    Parameters
    ----------
    name : str
        Of the study.
    arms : sequence of Condition or str
        The first is the reference.
    replicates, n_cells : int
        Persons, and cells of each.
    **others
        Further fields of :class:`sim.Design`.
    """
    return sim.Design(
        name=name, conditions=arms, replicates=replicates, cells=n_cells, seed=SEED, noise=False,
        heterogeneous=n_cells > len(CELL_TYPES), **others,
    )  # fmt: skip


def run_study(design: sim.Design, out: Path | None) -> sim.Study:
    """Run a study under a progress bar.

    It is kept in ``out/study`` or, without ``out``, until the program ends. Bodies that are there
    already are not done again.
    """
    if out is None:
        folder = Path(tempfile.mkdtemp(prefix="experiment-"))
        atexit.register(rmtree, folder, ignore_errors=True)
    else:
        folder = out / "study"
    begun = is_study(folder)
    console = new_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(design.name, total=design.n_members)
        try:
            return sim.run_study(
                design, folder, extend=True,
                on_progress=lambda p: bar.update(task, completed=p.completed, total=p.total),
            )  # fmt: skip
        except sim.InputError:
            if not begun:
                raise
            other = f"{folder} holds this experiment at another size, or by another version"
            raise sim.InputError([f"{other}; choose another --out or remove it"]) from None


def study_facts(study: sim.Study) -> dict[str, Any]:
    """What a reader needs to check a study: its bodies, its digest and what failed."""
    return {"bodies": study.n_completed, "digest": study.digest(), "failures": study.failures}


def watched(items: Iterable[Item], what: str, total: int | None = None) -> Iterable[Item]:
    """Go through items under a progress bar."""
    console = new_console()
    return track(items, what, total, console=console, transient=True, disable=not console.is_terminal)


def processes() -> ProcessPoolExecutor:
    """Make a worker process a core, each started afresh, for threads do not survive a fork."""
    return ProcessPoolExecutor(usable_processors(), get_context("spawn"))
