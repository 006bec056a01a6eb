"""Spans of constant control, through many of which compiled code goes at a time.

Entering compiled code takes longer than a step of a small tissue.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.records import records
from sim.parameters.inputs import Control
from sim.physiology.cell_heterogeneity import Fluctuation
from sim.tissue.context import Array


class Span(NamedTuple):
    """A span from the present, or from the end of the span before, over which the control is constant."""

    stop: float
    """Its end [h]."""
    control: Control
    fluctuate_hours: float | None = None
    """Length of the fluctuation that begins with it [h]; None if none begins."""


class Course(NamedTuple):
    """Spans as compiled code takes them, an entry for each."""

    stops: Array
    controls: Sequence[Control]
    """Records."""
    hours: Array
    """Length of the fluctuation that begins [h]; negative if none does."""
    retained: Array
    """How much of a fluctuation is retained at its end [1]."""
    jumps: NDArray[np.bool_]
    """Whether the equations jump at its start."""
    normals: Array
    """Normal numbers of the fluctuations that begin, (fluctuations, 2, cells) [1]; none without noise."""
    sds: Array
    """Standard deviations of pump capacity and leaks, of their logarithms [1]."""


def course_of(
    spans: Sequence[Span],
    control: Control,
    fluctuation: Fluctuation,
    draws: int,
    n_cells: int,
    *,
    noise: bool,
) -> Course:
    """Prepare spans for compiled code.

    Parameters
    ----------
    spans : sequence of Span
        At least one.
    control : Control
        That of the present.
    fluctuation : Fluctuation
        Of the tissue.
    draws : int
        Number of the last draw.
    n_cells : int
        Number of cells.
    noise : bool
        Whether cells fluctuate.
    """
    hours = np.array([-1.0 if s.fluctuate_hours is None else s.fluctuate_hours for s in spans])
    begins = hours >= 0.0
    before = [control, *(span.control for span in spans[:-1])]
    jumps = [old is not s.control and old != s.control for old, s in zip(before, spans, strict=True)]
    numbers = range(draws + 1, draws + 1 + (int(begins.sum()) if noise else 0))
    return Course(
        stops=np.array([span.stop for span in spans], dtype=float),
        controls=records([span.control for span in spans]),
        hours=hours,
        retained=np.array([fluctuation.retained(max(h, 0.0)) for h in hours.tolist()]),
        jumps=np.array(jumps) | (begins & noise),
        normals=fluctuation.normals(numbers, n_cells),
        sds=fluctuation.sds,
    )
