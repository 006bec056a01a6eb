"""Performance of the program relative to peers and to the goals: one table, one figure.

Speed of an evaluation against peers, thirty days against other integrators, cost per cell from a hundred
to ten million cells, memory, recording, and start-up, each with its goal.

Run with:  python -m experiments.benchmarks [--quick] [--out DIR]
"""

import json
import math
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import click
import pandas as pd
from rich.console import Console
from rich.table import Table

from experiments.benchmarks.machine import machine
from experiments.benchmarks.plots import draw
from experiments.benchmarks.race import AGENTS, BRIAN, MESA, NUMPY, C, Race, race, threaded_race
from experiments.benchmarks.sizes import costs, memory, recording
from experiments.benchmarks.starting import start_up
from experiments.benchmarks.thirty_days import EULER, LSODA, Month, mesa_month, months
from sim.cli import new_console
from sim.figures import save
from sim.system import usable_processors, write_atomically

RESULTS = Path(__file__).parents[1] / "results" / "engines"
REFERENCE_CELLS = 100_000
"""Number of cells to which the goals of speed refer."""


class Size(NamedTuple):
    """Extent of the measurements."""

    rounds: int
    month_cells: int
    days: float
    lsoda_cells: tuple[int, ...]
    largest: int
    """Exponent of ten of the largest tissue."""
    memory_cells: int
    runs: int


FULL = Size(15, 10_000, 30.0, (20, 50, 100), 7, 1_000_000, 7)
QUICK = Size(3, 1000, 3.0, (20,), 5, 100_000, 3)


class Goal(NamedTuple):
    """A goal and the corresponding measurement."""

    what: str
    sign: str
    goal: float
    measured: float

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        above = self.sign == "≥"
        return self.measured >= self.goal if above else self.measured <= self.goal


def measure(size: Size, console: Console) -> dict[str, Any]:
    """Measure everything, with progress messages.

    Returns
    -------
    dict
        ``races``, ``months``, ``costs``, ``memory``, ``recording``, ``start`` as measured.
    """
    found: dict[str, Any] = {"machine": machine()}
    threads = usable_processors()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        console.print("Evaluations of the same cells by all implementations, alternating …")
        found["races"] = [
            race(1000, (C, NUMPY, MESA, BRIAN, AGENTS), size.rounds, folder),
            race(REFERENCE_CELLS, (C, NUMPY, MESA, BRIAN), size.rounds, folder),
            threaded_race(REFERENCE_CELLS, threads, 5 * size.rounds, folder),
        ]
    console.print(f"{size.days:g} days by several integrators, and recording …")
    found["months"] = _months(size, found["races"][1])
    found["recording"] = recording(10_000, 24, size.rounds)
    console.print(f"Cost per cell, up to 10^{size.largest} cells …")
    counts = sorted({1, threads})
    found["costs"] = [
        cost
        for power in range(2, size.largest + 1)
        for cost in costs(10**power, counts, 3 if power > 5 else size.rounds)
    ]
    console.print("Memory and start-up …")
    found["memory"] = memory(size.memory_cells)
    found["start"] = start_up(size.runs)
    return found


def _months(size: Size, one_thread: Race) -> list[Month]:
    """Simulate thirty days with all integrators."""
    found = []
    for noise in (1.0, 3.0, None):
        ours, euler = months(size.month_cells, noise, size.days, EULER)
        found += [ours, euler]
        if MESA in one_thread.seconds:
            found.append(mesa_month(ours, euler, 1.0 / one_thread.rates(MESA)[1]))
    for n_cells in size.lsoda_cells:
        found += months(n_cells, 1.0, size.days, LSODA)
    return found


def goals_of(found: dict[str, Any]) -> list[Goal]:
    """Compare each goal with its measurement."""
    one, all_threads = found["races"][1:]
    ours, _, mesa = found["months"][:3]
    ends = [c.nanoseconds for c in found["costs"] if c.threads == 1 and c.n_cells >= 10_000]
    middle = 0.5 * (max(ends) + min(ends))
    threads, start = all_threads.threads, list(found["start"].values())
    over_mesa = one.ratio(MESA) * all_threads.rates("this program")[1] / one.rates("this program")[1]
    return [
        Goal(
            f"times faster than Mesa objects, {REFERENCE_CELLS:,} cells, 1 thread",
            "≥",
            1000,
            one.ratio(MESA),
        ),
        Goal("of C's speed, 1 thread", "≥", 0.6, one.ratio(C)),
        Goal(f"times faster than Mesa objects, {threads} threads (goal: of 4)", "≥", 2500, over_mesa),
        Goal(f"of C's speed, {threads} threads", "≥", 0.6, all_threads.ratio(C)),
        Goal(f"error of {ours.days:g} days, noise each hour", "≤", 1e-4, ours.error),
        Goal("times less time than Mesa objects at equal error", "≥", 1000, mesa.seconds / ours.seconds),
        Goal("spread of a cell's cost from 10,000 cells on", "≤", 0.3, max(ends) / middle - 1.0),
        Goal("added by recording five variables each hour", "≤", 0.02, found["recording"]["adds"]),
        Goal("bytes a cell", "≤", 200, found["memory"]["resident"]),
        Goal("seconds of sim --help", "≤", 0.15, start[0]),
        Goal("seconds of a short run", "≤", 2.0, start[1]),
        Goal("seconds of the first compilation", "≤", 25.0, start[2]),
    ]


def table_of(found: dict[str, Any]) -> pd.DataFrame:
    """Return the table of all measurements: quantity, implementation, size, value and unit."""
    rows: list[tuple[str, str, int, int, float, str]] = []
    for r in found["races"]:
        rows += [
            ("evaluation", name, r.n_cells, r.threads, r.rates(name)[1] / 1e6, "million cells/s")
            for name in r.seconds
        ]
    for m in found["months"]:
        noise = "no noise" if m.noise_hours is None else f"noise each {m.noise_hours:g} h"
        what = f"{m.days:g} days, {noise}"
        name = f"{m.integrator} (extrapolated)" if m.extrapolated else m.integrator
        rows += [
            (what, name, m.n_cells, 1, m.evaluations_a_day, "evaluations/day"),
            (what, name, m.n_cells, 1, m.seconds, "s"),
            (what, name, m.n_cells, 1, m.error, "error"),
        ]
    rows += [
        ("cost in a run", "this program", c.n_cells, c.threads, c.nanoseconds, "ns/cell/evaluation")
        for c in found["costs"]
    ]
    used, recorded = found["memory"], found["recording"]
    rows += [
        ("memory", f"this program, {name}", int(used["n_cells"]), 1, used[name], "B/cell")
        for name in ("resident", "peak", "theory")
    ]
    rows.append(("recording", "this program", int(recorded["n_cells"]), 1, recorded["adds"], "1"))
    rows += [("start", name, 100, 1, seconds, "s") for name, seconds in found["start"].items()]
    return pd.DataFrame(rows, columns=["what", "who", "cells", "threads", "figure", "unit"])


def main(out: Path = RESULTS, quick: bool = False) -> list[Goal]:
    """Measure, print, and write ``summary.json``, ``table.csv`` and the figure.

    Parameters
    ----------
    out : path
        Folder to write.
    quick : bool
        Smaller sizes, in two minutes instead of a quarter of an hour.
    """
    console = new_console()
    found = measure(QUICK if quick else FULL, console)
    goals, table = goals_of(found), table_of(found)
    notes = sorted({note for r in found["races"] for note in r.notes})
    summary = {
        "machine": found["machine"],
        "quick": quick,
        "goals": [goal._asdict() | {"met": goal.met} for goal in goals],
        "notes": notes,
        "races": [_race_summary(r) for r in found["races"]],
        "months": [asdict(m) for m in found["months"]],
        "costs": [asdict(c) for c in found["costs"]],
        **{name: found[name] for name in ("memory", "recording", "start")},
    }
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    write_atomically(out / "summary.json", f"{text}\n".encode())
    write_atomically(out / "table.csv", table.to_csv(index=False, float_format="%.5g").encode())
    figure = draw(found["races"], found["months"], found["costs"])
    for suffix in (".png", ".pdf"):
        save(figure, out / f"engines{suffix}")
    _print(console, table, goals, notes)
    return goals


def _race_summary(result: Race) -> dict[str, Any]:
    """Quartiles over rounds: rates, and ratios of this program's speed to that of each peer."""
    return {
        "n_cells": result.n_cells,
        "threads": result.threads,
        "rounds": len(next(iter(result.seconds.values()))),
        "per_second": {name: result.rates(name) for name in result.seconds},
        "faster": {
            name: pd.Series(result.ratios(name)).quantile([0.25, 0.5, 0.75]).tolist()
            for name in result.seconds
        },
    }


def _print(console: Console, table: pd.DataFrame, goals: Sequence[Goal], notes: list[str]) -> None:
    """Print the table, notes on the peers, and the goals."""
    shown = Table(*table.columns, box=None, pad_edge=False)
    for what, who, cells, threads, figure, unit in table.itertuples(index=False):
        shown.add_row(what, who, f"{cells:,}", str(threads), f"{figure:.4g}", unit)
    console.print(shown)
    for note in notes:
        console.print(note)
    for goal in goals:
        verdict = "not measured" if math.isnan(goal.measured) else "met" if goal.met else "MISSED"
        console.print(f"{verdict}: {goal.measured:.4g} {goal.what} (goal {goal.sign} {goal.goal:g})")


@click.command(
    help="Measure speed, accuracy, memory and start-up against peers, and compare with the goals."
)
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder to write.")
@click.option("--quick", is_flag=True, help="Smaller sizes, in two minutes.")
def command(out: Path, quick: bool) -> None:
    """Run from the command line."""
    main(out, quick)


if __name__ == "__main__":
    command()
