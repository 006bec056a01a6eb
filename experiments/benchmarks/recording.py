"""Cost of recording: time of a row, and its share of a run, for tissues of several sizes.

Each run is that of a condition with or without fluctuations; spans between rows are simulated and a row
is recorded in turns, as in a run. The share includes the table that is made at the end. Times are those
of the processor, medians over rows, on one thread.

With ``--against`` another checkout of the program is measured too, in a process of its own, case by
case in turns, so that both meet the same load of the machine.

Run with:  python -m experiments.benchmarks.recording [--quick] [--against CHECKOUT] [--out DIR]
"""

from contextlib import ExitStack
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

import sim
from experiments.benchmarks.other_checkout import answer_lines, served_by
from sim.simulation import Recorder, Schedule
from sim.tissue import Tissue

CONDITION = "severe-magnesium-loss"
FEW = ("plasma_k", "urine_k", "na_in_mean", "k_in_mean", "potential_mean")
FEW_SHARE, ALL_SHARE = 0.02, 0.15
"""Goals: largest shares of a run [1]."""
THIS, OTHER = "this checkout", "the other"


class Case(NamedTuple):
    """A run that is recorded."""

    n_cells: int
    few: bool
    """Whether five variables are recorded, or all."""
    hours: float
    """Time between rows [h]."""
    noise_hours: float | None
    """Time between fluctuations [h]; None for none."""
    rows: int
    goal: float | None
    """Largest share of recording [1], if there is a goal."""

    @property
    def label(self) -> str:
        """Variables and fluctuations, in words."""
        variables = f"{len(FEW)} variables" if self.few else "all variables"
        noise = f"noise each {self.noise_hours:g} h" if self.noise_hours else "no noise"
        return f"{variables} each {self.hours:g} h, {noise}"


CASES = (
    *(Case(n, False, 6.0, noise, 200, ALL_SHARE) for n in (5, 100, 1000) for noise in (None, 3.0)),
    Case(10_000, False, 6.0, 3.0, 20, None),
    *(Case(n, True, 1.0, 1.0, 200, None) for n in (5, 100, 1000)),
    Case(10_000, True, 1.0, 1.0, 60, FEW_SHARE),
)


def measure(case: Case) -> dict[str, float]:
    """Measure a case.

    Returns
    -------
    dict
        ``row``, ``table`` and ``run``: time of a row, of the table and of simulation, each per row [µs].
    """
    tissue = Tissue(case.n_cells, noise=case.noise_hours is not None, threads=1)
    schedule = Schedule(tissue, sim.load(CONDITION), case.noise_hours)
    recorder = Recorder(FEW) if case.few else Recorder()
    schedule.advance_until(case.hours)
    recorder.record(tissue)
    recorder.table()
    runs, rows = [], []
    for _ in range(case.rows):
        began = process_time()
        schedule.advance_until(tissue.time + case.hours)
        paused = process_time()
        recorder.record(tissue)
        runs.append(paused - began)
        rows.append(process_time() - paused)
    began = process_time()
    recorder.table()
    table = (process_time() - began) / case.rows
    # Steps of a day without noise fall on every fourth row: the mean, not the median.
    return {"row": 1e6 * float(np.median(rows)), "table": 1e6 * table, "run": 1e6 * float(np.mean(runs))}


def compare(cases: tuple[Case, ...], rounds: int, other: Path | None) -> pd.DataFrame:
    """Measure cases in this checkout and in another one, in turns.

    Returns
    -------
    DataFrame
        Medians over rounds, a row a case and checkout, with the share of recording [1].
    """
    found = []
    with ExitStack() as stack:
        measured: dict[str, Any] = {THIS: measure}
        if other is not None:
            measured[OTHER] = stack.enter_context(served_by(other, __file__))
        for case in cases:
            for _ in range(rounds):
                for name, each in measured.items():
                    found.append({**case._asdict(), "case": case.label, "who": name, **each(case)})
    table = pd.DataFrame(found)
    by = ["case", "n_cells", "who", "goal"]
    medians = table.groupby(by, sort=False, dropna=False)[["row", "table", "run"]].median().reset_index()
    recording = medians["row"] + medians["table"]
    return medians.assign(share=recording / (recording + medians["run"]))


def serve() -> None:
    """Measure cases that are read from standard input."""
    answer_lines(lambda case: measure(Case(*case)))


def show(table: pd.DataFrame) -> None:
    """Print the table."""
    shown = Table(box=None, pad_edge=False)
    for name in ("case", "cells", "who", "µs a row", "µs of simulation", "share", "goal"):
        shown.add_column(name, justify="left" if name in ("case", "who") else "right")
    for row in table.itertuples():
        shown.add_row(
            row.case, f"{row.n_cells:,}", row.who, f"{row.row + row.table:.1f}", f"{row.run:.0f}",
            f"{100 * row.share:.1f} %", f"≤ {100 * row.goal:.0f} %" if row.goal > 0.0 else "",
        )  # fmt: skip
    Console(highlight=False, width=120).print(shown)


@click.command(help="Time of a recorded row, and its share of a run.")
@click.option("--quick", is_flag=True, help="One round instead of five.")
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="Another checkout.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write recording.csv to.")
def command(quick: bool, against: Path | None, out: Path | None) -> None:
    """Run from the command line."""
    table = compare(CASES, 1 if quick else 5, against and against.resolve())
    show(table)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        table.to_csv(out / "recording.csv", index=False, float_format="%.5g")


if __name__ == "__main__":
    command()
