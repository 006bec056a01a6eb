"""Equations of the tissue with the cells shared out among threads.

Compiled code releases the interpreter lock, so plain threads do. Each takes whole blocks of cells,
and the sums are those of the one-threaded equations, in the same order: the same bits.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from sim.equations import (
    SUMMED,
    Array,
    Context,
    body_of,
    cells_of,
    finish_rates,
    finish_stage,
    rates_of_cells,
    shared_fluid,
    stage_of_cells,
)
from sim.integrator import StageWeights


def threaded_equations(
    pool: ThreadPoolExecutor, threads: int
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Rates and stage of the tissue with the cells shared out among threads, whole blocks each."""

    def share_out(work: Callable[..., None], context: Context, *arguments: Any) -> Array:
        n_blocks = len(context.blocks)
        uptakes = np.empty((n_blocks, SUMMED))
        edges = np.linspace(0, n_blocks, threads + 1).astype(int)
        jobs = [
            pool.submit(work, *arguments, context, a, b, uptakes)
            for a, b in pairwise(edges.tolist())
            if a < b
        ]
        for job in jobs:
            job.result()
        return uptakes

    def rates(t: float, y: Array, dy: Array, context: Context) -> None:
        n = context.traits.shape[1]
        body = body_of(y, n)
        fluid = shared_fluid(body, context)
        uptakes = share_out(rates_of_cells, context, t, cells_of(y, n), cells_of(dy, n), fluid)
        finish_rates(body, body_of(dy, n), fluid, uptakes, context)

    def stage(
        t: float,
        y: Array,
        f0: Array,
        newest: Array,
        before: Array,
        weights: StageWeights,
        context: Context,
    ) -> None:
        n = context.traits.shape[1]
        body = body_of(y, n) + body_of(newest, n)
        fluid = shared_fluid(body, context)
        uptakes = share_out(stage_of_cells, context, t, y, f0, newest, before, weights, fluid)
        finish_stage(body, f0, newest, before, weights, fluid, uptakes, context)

    return rates, stage
