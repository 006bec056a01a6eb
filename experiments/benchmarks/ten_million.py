"""Ten million cells for thirty days: whether the memory of a laptop suffices, and how long it takes.

Without fluctuations, to save time: with them the memory of cells is the same, but a day takes six times
as long.

Run with:  python -m experiments.benchmarks.ten_million [--cells N] [--days D] [--noise] [--out DIR]
"""

import json
from pathlib import Path
from time import perf_counter

import click

import sim
from experiments.benchmarks.machine import machine
from experiments.benchmarks.race import CONDITION
from experiments.benchmarks.sizes import resident_memory
from sim.cli import new_console
from sim.quantities import HOURS_PER_DAY
from sim.simulation import Schedule
from sim.system import write_atomically
from sim.tissue import Tissue

RESULTS = Path(__file__).parents[1] / "results" / "engines"
GIGA = 1e9


@click.command(help="Simulate a tissue of ten million cells, with progress messages.")
@click.option("--cells", default=10_000_000, show_default=True, type=click.IntRange(5))
@click.option("--days", default=30, show_default=True, type=click.IntRange(1))
@click.option("--noise", is_flag=True, help="With fluctuations, every three hours.")
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder to write.")
def command(cells: int, days: int, noise: bool, out: Path) -> None:
    """Run from the command line."""
    console = new_console()
    began = perf_counter()
    tissue = Tissue(cells, noise=noise)
    started = perf_counter() - began
    console.print(f"{cells:,} cells, each in its own steady state, after {started:.0f} s")
    schedule = Schedule(tissue, sim.load(CONDITION))
    for day in range(1, days + 1):
        schedule.advance_until(day * HOURS_PER_DAY)
        console.print(
            f"day {day} of {days}: plasma K {tissue.fluid.k:.3f} mM, "
            f"{tissue.evaluations:,} evaluations, "
            f"{perf_counter() - began:.0f} s, {resident_memory()[0] / GIGA:.2f} GB resident"
        )
    seconds, peak = perf_counter() - began, resident_memory()[1]
    audit = tissue.audit().worst
    facts = {
        "machine": machine(),
        "condition": CONDITION,
        "cells": cells,
        "days": days,
        "noise": noise,
        "seconds": round(seconds, 1),
        "seconds_to_start": round(started, 1),
        "evaluations": tissue.evaluations,
        "peak_gigabytes": round(peak / GIGA, 3),
        "plasma_k": tissue.fluid.k,
        "worst_imbalance": audit,
    }
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    name = "ten_million_with_noise.json" if noise else "ten_million.json"
    write_atomically(out / name, f"{text}\n".encode())
    console.print(
        f"{seconds:.0f} s, {peak / GIGA:.2f} GB at the peak; every balance closed within {audit:.1e}."
    )


if __name__ == "__main__":
    command()
