"""Speed of replicates: against Mesa's batch_run, overhead of the runner, and speed-up by workers.

The same model is written as plain Mesa objects: cells with attributes that are floats, the project's own
laws in plain Python (see :mod:`experiments.benchmarks.peers`), explicit Euler steps of a minute (steps
of ten are unstable), and the same cells with the same fluctuations. The body's part of a step is left to
compiled code, in favour of Mesa. `mesa.batch_run` runs it in one process, like the study; final plasma K
must agree. Both are timed alternately, round by round, and ratios are taken within rounds.

The overhead of the runner is that of a study in one process (batches, tables, checksums, files) over a
bare loop that simulates the same replicates. The speed-up by workers is measured on one study and
includes the start of the pool.

Run with:  python -m experiments.benchmarks.replicates [--quick] [--out DIR]
"""

import gc
import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import click
import mesa
import numpy as np
from rich.console import Console
from rich.table import Table

import sim
from experiments.benchmarks.machine import machine
from experiments.benchmarks.peers import Array, MesaObjects
from sim.parameters import CELL_TYPES
from sim.physiology import SIZE
from sim.study import prepare_arms, simulate_replicate
from sim.system import usable_processors
from sim.tissue import N_SUMMED, Tissue, body_of, finish_rates, shared_fluid

RESULTS = Path(__file__).parents[1] / "results" / "replicates"
CONDITION = "severe-magnesium-loss"
MINUTES = 60
"""Steps of the Mesa model per hour."""
NOISE_HOURS = 3
MESA_RATIO, OVERHEAD, GAIN = 200.0, 0.05, 0.8
"""Goals: replicates per second over Mesa's, relative overhead of the runner, and speed-up per worker
(3.2 on four)."""
AGREEMENT = 0.02
"""Largest difference in plasma K [mM] that Euler steps may cause."""


class MesaTissue(MesaObjects):
    """The tissue as plain Mesa objects that advance in time: cells and body by Euler's method."""

    def __init__(self, n_cells: int, days: float, replicate: int = 0, **_: Any) -> None:
        self.tissue = Tissue(n_cells, replicate=replicate)
        self.tissue.control = sim.load(CONDITION).control_at(0.0, self.tissue.parameters.body)
        super().__init__(self.tissue)
        self.minute, self.end = 0, round(days * 24.0 * MINUTES)
        self.body: Array = body_of(self.tissue.y, n_cells).copy()
        self.sizes = self.tissue.traits[SIZE].tolist()
        types = np.repeat(np.arange(len(CELL_TYPES)), self.tissue.counts)
        self.weights = (self.tissue.context.reference_water[types] * self.tissue.traits[SIZE]).tolist()
        self.datacollector = mesa.DataCollector(model_reporters={"plasma_k": lambda m: m.fluid.k})
        self.datacollector.collect(self)  # batch_run expects a row for the start and every step.

    def step(self) -> None:
        """Advance by a minute."""
        if self.minute % (NOISE_HOURS * MINUTES) == 0:
            self._fluctuate()
        self.fraction = self.minute % (NOISE_HOURS * MINUTES) / (NOISE_HOURS * MINUTES)
        context = self.tissue.context
        self.fluid = shared_fluid(self.body, context)
        self.agents.do("evaluate")
        uptakes = np.zeros((len(context.blocks), N_SUMMED))
        uptakes[0] = self._uptake() / context.reference_water[context.blocks[0, 2]]
        rates = np.empty(self.body.size)
        finish_rates(self.body, rates, self.fluid, uptakes, context)
        self.agents.do("advance", 1.0 / MINUTES)
        self.body += rates / MINUTES
        self.minute += 1
        self.running = self.minute < self.end
        self.datacollector.collect(self)

    def _uptake(self) -> Array:
        """Uptake of all cells [mmol/h]."""
        rows = zip(self.agents.get(["d_na", "d_k", "d_mg", "d_buffered"]), self.weights, strict=True)
        return np.array([[weight * rate for rate in rates] for rates, weight in rows]).sum(axis=0)

    def _fluctuate(self) -> None:
        """Draw the next values of the fluctuations of all cells."""
        self.tissue.time = self.minute / MINUTES
        self.tissue.fluctuate(NOISE_HOURS)
        for cell, traits in zip(self.agents, self.tissue.traits.T.tolist(), strict=True):
            cell.pump_noise, cell.leak_noise, cell.pump_next, cell.leak_next = traits[4:]


def design(n_cells: int, days: float, replicates: int, **options: Any) -> sim.Design:
    """A study of one arm."""
    return sim.Design(
        conditions=[CONDITION], cells=n_cells, replicates=replicates, duration=f"{days} day",
        persons=False, variables=("plasma_k",), every=f"{days} day", **options,
    )  # fmt: skip


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Wall time of a call, and its result."""
    gc.collect()
    start = perf_counter()
    outcome = work()
    return perf_counter() - start, outcome


def run_in(study: sim.Design, **options: Any) -> sim.Study:
    """Run a study in a temporary folder."""
    folder = tempfile.mkdtemp(prefix="study-")
    return sim.run_study(study, Path(folder) / "study", **options)


def race(n_cells: int, days: float, rounds: int, replicates: int) -> dict[str, Any]:
    """Replicates per second of a study and of Mesa's batch_run, timed alternately."""
    plain = {"n_cells": [n_cells], "days": [days]}
    ours, theirs = [], []
    for number in range(rounds):
        took, rows = seconds(
            lambda number=number: mesa.batch_run(
                MesaTissue, {**plain, "replicate": [number]}, number_processes=1,
                max_steps=10**9, display_progress=False,
            )
        )  # fmt: skip
        theirs.append(1.0 / took)
        took, study = seconds(lambda: run_in(design(n_cells, days, replicates), workers=1))
        ours.append(replicates / took)
        difference = float(study.at("plasma_k", CONDITION).iloc[number]) - rows[-1]["plasma_k"]
        if not abs(difference) <= AGREEMENT:
            raise AssertionError(f"final plasma K of the Mesa model differs by {difference:.3f} mM")
    ratios = np.array(ours) / np.array(theirs)
    return {
        "cells": n_cells, "days": days, "study_per_second": float(np.median(ours)),
        "mesa_per_second": float(np.median(theirs)), "ratio": float(np.median(ratios)),
        "ratios": ratios.round(1).tolist(),
    }  # fmt: skip


def overhead(rounds: int, replicates: int) -> dict[str, float]:
    """Relative overhead of a study over a bare loop over the same replicates of about 20 ms [1]."""
    study = design(20, 3.0, replicates)
    plans = study.plans(1)

    def bare() -> None:
        for replicate in range(replicates):
            arms = prepare_arms([p.of_replicate(replicate) for p in plans])
            simulate_replicate(arms, study.variables)

    overheads, each = [], []
    for _ in range(rounds):
        alone, _nothing = seconds(bare)
        whole, _found = seconds(lambda: run_in(study, workers=1, threads=1))
        overheads.append(whole / alone - 1.0)
        each.append(1e3 * alone / replicates)
    return {"overhead": float(np.median(overheads)), "ms_a_replicate": float(np.median(each))}


def gain(rounds: int, replicates: int) -> dict[str, float]:
    """Speed-up of all processors over one."""
    study, workers, gains = design(50, 5.0, replicates), usable_processors(), []
    for _ in range(rounds):
        one, first = seconds(lambda: run_in(study, workers=1))
        all_, second = seconds(lambda: run_in(study, workers=workers))
        if first.digest() != second.digest():
            raise AssertionError("results depend on the number of workers")
        gains.append(one / all_)
    return {"workers": float(workers), "gain": float(np.median(gains))}


def main(out: Path | None = None, quick: bool = False) -> dict[str, Any]:
    """Run all benchmarks; return the measurements."""
    race(5, 0.01, 1, 1)  # Compile before anything is timed.
    rounds = 1 if quick else 5
    sizes = (20, 100) if quick else (20, 100, 500)
    summary = {
        "races": [race(n, 1.0, rounds, max(20, 4000 // n)) for n in sizes],
        "runner": overhead(rounds, 50 if quick else 300),
        "workers": gain(rounds, 50 if quick else 300),
        "machine": machine(),
    }
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return summary


def show(summary: dict[str, Any]) -> None:
    """Print the measurements with their goals."""
    table = Table("What", "Measured", "Goal", box=None, pad_edge=False)
    for row in summary["races"]:
        table.add_row(
            f"replicates/s, {row['cells']} cells, {row['days']:g} day: study over Mesa's batch_run",
            f"{row['study_per_second']:.3g} / {row['mesa_per_second']:.3g} = {row['ratio']:.0f}",
            f"≥ {MESA_RATIO:.0f}",
        )
    runner, workers = summary["runner"], summary["workers"]
    table.add_row(
        f"overhead of the runner, at {runner['ms_a_replicate']:.0f} ms a replicate",
        f"{100 * runner['overhead']:.1f} %", f"≤ {100 * OVERHEAD:.0f} %",
    )  # fmt: skip
    table.add_row(
        f"speed-up by {workers['workers']:.0f} workers", f"{workers['gain']:.2f}",
        f"≥ {GAIN * workers['workers']:.1f}" if not math.isnan(workers["gain"]) else "",
    )  # fmt: skip
    Console(highlight=False).print(table)


@click.command(
    help="Replicates per second against Mesa's batch_run; overhead of the runner; speed-up by workers."
)
@click.option("--quick", is_flag=True, help="Smaller sizes, in a minute.")
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder to write.")
def command(quick: bool, out: Path) -> None:
    """Run from the command line."""
    show(main(out, quick))


if __name__ == "__main__":
    command()
