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
    BLOCK,
    SUMMED,
    Array,
    Context,
    body_of,
    cells_of,
    finish_rates,
    finish_stage,
    n_blocks,
    rates_of_cells,
    shared_fluid,
    stage_of_cells,
)
from sim.integrator import StageWeights


def threaded_equations(
    pool: ThreadPoolExecutor, threads: int
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Rates and stage of the tissue with the cells shared out among threads, whole blocks each."""

    def share_out(work: Callable[..., None], n: int, *arguments: Any) -> Array:
        blocks = np.empty((n_blocks(n), SUMMED))
        edges = np.linspace(0, n_blocks(n), threads + 1).astype(int) * BLOCK
        jobs = [
            pool.submit(work, *arguments, a, min(b, n), blocks)
            for a, b in pairwise(edges.tolist())
            if a < b
        ]
        for job in jobs:
            job.result()
        return blocks

    def rates(t: float, y: Array, dy: Array, context: Context) -> None:
        n = context.traits.shape[1]
        body = body_of(y, n)
        fluid = shared_fluid(body, context)
        blocks = share_out(rates_of_cells, n, t, cells_of(y, n), cells_of(dy, n), fluid, context)
        finish_rates(body, body_of(dy, n), fluid, blocks, context)

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
        blocks = share_out(stage_of_cells, n, t, y, f0, newest, before, weights, fluid, context)
        finish_stage(body, f0, newest, before, weights, fluid, blocks, context)

    return rates, stage
