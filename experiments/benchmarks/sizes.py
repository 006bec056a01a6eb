"""Cost per cell as tissues grow: time on one and on all threads, and memory; cost of recording."""

import gc
import math
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

import sim
from experiments.benchmarks.race import CONDITION
from sim.numerics import Workspace
from sim.physiology import N_STATES, N_TRAITS
from sim.quantities import HOURS_PER_DAY
from sim.simulation import Recorder, Schedule
from sim.tissue import Tissue

CELL_HOURS = 2e6
"""Minimum number of cell-hours of one repetition."""
RECORDED = ("plasma_k", "urine_k", "na_in_mean", "k_in_mean", "potential_mean")


@dataclass(frozen=True)
class Cost:
    """Time per cell and evaluation in a run with hourly fluctuations."""

    n_cells: int
    threads: int
    nanoseconds: float
    """Median over repetitions."""
    start_seconds: float
    """Time to sample the cells and compute their steady states."""


def costs(n_cells: int, threads: Sequence[int], rounds: int) -> list[Cost]:
    """Simulate some hours with several numbers of threads, alternating.

    Parameters
    ----------
    n_cells : int
        Number of cells.
    threads : sequence of int
        Numbers of threads to compare.
    rounds : int
        Repetitions of each.
    """
    began = perf_counter()
    tissue = Tissue(n_cells, threads=1)
    started = perf_counter() - began
    schedule = Schedule(tissue, sim.load(CONDITION), 1.0)
    hours = max(1.0, min(24.0, math.ceil(CELL_HOURS / n_cells)))
    schedule.advance_until(1.0)
    found: dict[int, list[float]] = {n: [] for n in threads}
    for _ in range(rounds):
        for n in threads:
            tissue._threads = n
            before, began = tissue.evaluations, perf_counter()
            schedule.advance_until(tissue.time + hours)
            taken = perf_counter() - began
            found[n].append(1e9 * taken / (tissue.evaluations - before) / n_cells)
    return [Cost(n_cells, n, float(np.median(each)), started) for n, each in found.items()]


def memory(n_cells: int) -> dict[str, float]:
    """Bytes per cell in a separate process, in excess of those of a tissue of one cell.

    In theory a cell takes its state and the vectors of the integrator, five double-precision numbers
    each, and eight single-precision traits.
    """
    spawn = multiprocessing.get_context("spawn")
    found = []
    for n in (1, 1, n_cells):  # The first may compile, which itself takes memory.
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            found.append(pool.submit(_memory_after_a_day, n).result())
    resident, peak = ((many - one) / n_cells for one, many in zip(*found[1:], strict=True))
    theory = 8.0 * (1 + len(Workspace._fields)) * N_STATES + 4.0 * N_TRAITS
    return {"n_cells": n_cells, "resident": resident, "peak": peak, "theory": theory}


def _memory_after_a_day(n_cells: int) -> tuple[float, float]:
    """Resident memory of this process after a simulated day, and its peak [B]; Linux only."""
    schedule = Schedule(Tissue(n_cells, threads=1), sim.load(CONDITION), HOURS_PER_DAY)
    schedule.advance_until(HOURS_PER_DAY)
    return resident_memory()


def resident_memory() -> tuple[float, float]:
    """Current resident memory of this process, and its peak [B]; NaN except on Linux."""
    gc.collect()
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.nan, math.nan
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return 1024.0 * float(sizes["VmRSS"]), 1024.0 * float(sizes["VmHWM"])


def recording(n_cells: int, hours: int, rounds: int) -> dict[str, float]:
    """Relative cost of recording :data:`RECORDED` every hour in a run with hourly fluctuations [1]."""
    schedules = [
        Schedule(Tissue(n_cells, threads=1), sim.load(CONDITION), 1.0) for _ in ("with", "without")
    ]
    recorder, costs_added = Recorder(RECORDED), []
    for _ in range(rounds):
        taken = []
        for schedule, records in zip(schedules, (True, False), strict=True):
            began = perf_counter()
            for _ in range(hours):
                schedule.advance_until(schedule.tissue.time + 1.0)
                if records:
                    recorder.record(schedule.tissue)
            taken.append(perf_counter() - began)
        costs_added.append(taken[0] / taken[1] - 1.0)
    return {"n_cells": n_cells, "hours": hours, "rounds": rounds, "adds": float(np.median(costs_added))}
