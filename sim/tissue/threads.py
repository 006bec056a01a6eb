"""Equations of the tissue with the cells shared out among threads.

Compiled code releases the interpreter lock, so plain threads do. Each takes one share of the cells
after another, whole blocks, and the sums are those of the one-threaded equations, in the same order:
the same bits. A thread that is held up by another program takes fewer shares and holds up nobody.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from sim.numerics.error_norm import ErrorWeights, Segments
from sim.numerics.integrator import Equations
from sim.numerics.workspace import FinalWeights, StageWeights
from sim.tissue.context import Array, Blocks, Context, body_of, cells_of
from sim.tissue.equations import finish_rates, rates_of_cells, shared_fluid
from sim.tissue.runs_of_blocks import (
    final_fluid,
    final_of_body,
    final_of_cells,
    finish_body,
    finish_cells,
    new_fluid,
    stage_of_body,
    stage_of_cells,
    stage_of_fluid,
)

SHARES = 2
"""Shares of the cells for each thread, where there are many cells."""
LEAST_SHARE = 16_384
"""Cells in a share at least, where there are more shares than threads: each costs a call."""


def shares_of(blocks: Blocks, threads: int) -> list[tuple[int, int]]:
    """First block and end of some shares of about as many cells each, at least one a thread."""
    ends = blocks[:, 1]
    n_cells = int(ends[-1])
    number = max(threads, min(SHARES * threads, n_cells // LEAST_SHARE))
    fair = n_cells * np.arange(1, number) / number
    edges = [0, *(1 + np.searchsorted(ends, fair)).tolist(), len(ends)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def threaded_equations(pool: ThreadPoolExecutor, threads: int) -> Equations:
    """Equations of the tissue with the cells shared out among threads.

    The pool needs one thread fewer: the calling thread works too.
    """
    shared = _SharedEquations(pool, threads)
    return Equations(shared.rates, shared.stage, shared.final, shared.finish)


class _SharedEquations:
    """The four functions of :class:`.Equations`, with the cells shared out among threads."""

    def __init__(self, pool: ThreadPoolExecutor, threads: int) -> None:
        self._pool, self._threads = pool, threads

    def _share_out(
        self, work: Callable[..., None], context: Context, *arguments: Any, to: list[Array]
    ) -> None:
        """Call a function of some blocks of cells for all of them."""
        shares = iter(shares_of(context.blocks, self._threads))

        def take_shares() -> None:
            for first, last in shares:  # One iterator for all: each share is taken once.
                work(*arguments, context, first, last, *to)

        others = [self._pool.submit(take_shares) for _ in range(self._threads - 1)]
        take_shares()
        for other in others:
            other.result()

    def rates(self, t: float, y: Array, dy: Array, context: Context) -> None:
        n, uptakes = context.traits.shape[1], context.scratch.uptakes
        body = body_of(y, n)
        fluid = shared_fluid(body, context)
        self._share_out(rates_of_cells, context, t, cells_of(y, n), cells_of(dy, n), fluid, to=[uptakes])
        finish_rates(body, body_of(dy, n), fluid, uptakes, context)

    def stage(
        self,
        t: float,
        y: Array,
        f0: Array,
        newest: Array,
        before: Array,
        weights: StageWeights,
        context: Context,
    ) -> None:
        uptakes = context.scratch.uptakes
        body, fluid = stage_of_fluid(y, f0, newest, before, weights, context)
        step = (t, y, f0, newest, before, weights, fluid)
        self._share_out(stage_of_cells, context, *step, to=[uptakes])
        stage_of_body(body, f0, newest, before, weights, fluid, uptakes, context)

    def final(
        self,
        t: float,
        y: Array,
        newest: Array,
        before: Array,
        f0: Array,
        weights: FinalWeights,
        context: Context,
    ) -> None:
        uptakes = context.scratch.uptakes
        body, fluid = final_fluid(y, newest, before, f0, weights, context)
        step = (t, y, newest, before, f0, weights, fluid)
        self._share_out(final_of_cells, context, *step, to=[uptakes])
        final_of_body(body, newest, before, f0, weights, fluid, uptakes, context)

    def finish(
        self,
        t: float,
        y: Array,
        kept: Array,
        y_new: Array,
        f1: Array,
        weights: ErrorWeights,
        segments: Segments,
        context: Context,
    ) -> float:
        uptakes, errors = context.scratch.uptakes, np.empty(len(context.blocks))
        fluid = new_fluid(y, y_new, context)
        step = (t, y, kept, y_new, f1, weights, segments, fluid)
        self._share_out(finish_cells, context, *step, to=[uptakes, errors])
        return float(finish_body(y, kept, y_new, f1, weights, segments, fluid, uptakes, errors, context))
