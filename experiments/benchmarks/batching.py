"""Would replicates run faster side by side, several bodies in one vector loop? An upper bound.

Bodies that share a loop must take the same steps: each of them, at each time, those of the body that
needs most. What is gained is the part of an evaluation that a loop over all their cells does in less
time than loops over the cells of one body each; what is lost are the evaluations beyond a body's own.
Virtual persons with fluctuations, as studies have them; the bound takes the loop over cells from one
tissue as large as all of them together, and the body's part as it is.

Run with:  python -m experiments.benchmarks.batching
"""

from time import process_time
from typing import Any

import click
import numba
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

import sim
from experiments.benchmarks.race import CONDITION
from sim.conditions import RunPlan
from sim.simulation import Schedule, make_tissue
from sim.tissue import Tissue, tissue_rates

Array = NDArray[np.float64]

BODIES, DAYS, ROUNDS, REPEATS = 8, 10, 7, 20_000


@numba.njit
def _evaluate(times: int, t: float, y: Array, dy: Array, context: Any) -> None:
    for _ in range(times):
        tissue_rates(t, y, dy, context)


def evaluation(n_cells: int) -> float:
    """Time of an evaluation of the rates of a tissue, median over rounds [µs]."""
    tissue = Tissue(n_cells, threads=1)
    dy, times = np.empty_like(tissue.y), []
    _evaluate(1, tissue.time, tissue.y, dy, tissue.context)
    for _ in range(ROUNDS):
        began = process_time()
        _evaluate(REPEATS, tissue.time, tissue.y, dy, tissue.context)
        times.append((process_time() - began) / REPEATS)
    return 1e6 * float(np.median(times))


def evaluations_of(replicate: int, n_cells: int) -> tuple[list[int], float]:
    """Evaluations up to the end of each step of a person, and processor time a day [µs]."""
    plan = RunPlan(CONDITION, n_cells, replicate=replicate, person=True, threads=1)
    tissue, _ = make_tissue(plan)
    schedule, counted = Schedule(tissue, plan.condition), []
    began = process_time()
    schedule.advance_until(24.0 * DAYS, lambda: counted.append(tissue.evaluations))
    return counted, 1e6 * (process_time() - began) / DAYS


def bound(n_cells: int) -> dict[str, float]:
    """Measure what bodies of a number of cells would gain.

    Returns
    -------
    dict
        ``saved``: time of an evaluation that is saved, per body [µs]; ``more``: evaluations of joint
        steps over those of a body's own [1]; ``gain``: time of separate bodies over that of joint ones
        at best [1].
    """
    alone, joint = evaluation(n_cells), evaluation(BODIES * n_cells)
    # One body's part is in both; an evaluation of no cells cannot be timed, so it is extrapolated.
    body = 2.0 * evaluation(5) - evaluation(10)
    saved = alone - body - (joint - body) / BODIES
    persons = [evaluations_of(k, n_cells) for k in range(BODIES)]
    each = np.diff(np.array([counted for counted, _ in persons]), axis=1, prepend=0)
    more = float(each.max(axis=0).sum() / each.sum(axis=1).mean())
    a_day = float(np.mean([time for _, time in persons]))
    evaluations = float(each.sum(axis=1).mean()) / DAYS
    together = a_day + evaluations * ((more - 1.0) * alone - more * saved)
    return {"alone": alone, "saved": saved, "more": more, "gain": a_day / together}


@click.command(help="Upper bound of what bodies side by side in one loop would gain.")
def command() -> None:
    """Run from the command line."""
    sim.run(CONDITION, 5, days=1)
    console = Console(highlight=False, width=160)
    for n_cells in (5, 20, 100):
        found = bound(n_cells)
        console.print(
            f"{BODIES} bodies of {n_cells} cells: an evaluation takes {found['alone']:.2f} µs, of which "
            f"{found['saved']:.2f} could be saved; joint steps take {found['more']:.2f} times as many "
            f"evaluations: at best {found['gain']:.2f} times as fast"
        )


if __name__ == "__main__":
    command()
