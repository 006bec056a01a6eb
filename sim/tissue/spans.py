"""Spans of constant control, through many of which compiled code goes at a time.

Entering compiled code takes longer than a step of a small tissue.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.records import records
from sim.parameters.inputs import Control
from sim.physiology.cell_heterogeneity import Fluctuation
from sim.tissue.context import Array


class Span(NamedTuple):
    """A span from the end of the one before, over which the control is constant."""

    stop: float
    """Its end [h]."""
    control: Control
    fluctuate_hours: float | None = None
    """Length of the fluctuation that begins with it [h]; None if none begins."""


class Course(NamedTuple):
    """Spans as compiled code takes them, an entry for each."""

    stops: Array
    controls: Sequence[Control]
    """Records of the controls, each once, in the order in which they come first."""
    control_of: NDArray[np.int64]
    """Place of the control among them."""
    hours: Array
    """Length of the fluctuation that begins [h]; negative if none does."""
    retained: Array
    """How much of a fluctuation is retained at its end [1]."""
    jumps: NDArray[np.bool_]
    """Whether the equations jump at its start."""
    normals: Array
    """Of the fluctuations that begin, (fluctuations, 2, cells) [1]; none without noise."""
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
    hours, retained, jumps, places = [], [], [], []
    controls: dict[Control, int] = {}
    latest, n_draws = control, 0
    for span in spans:
        begins = span.fluctuate_hours is not None
        changes = span.control is not latest and span.control != latest
        hours.append(-1.0 if span.fluctuate_hours is None else span.fluctuate_hours)
        retained.append(fluctuation.retained(hours[-1]) if noise and begins else 0.0)
        jumps.append(changes or (noise and begins))
        places.append(controls.setdefault(span.control, len(controls)))
        n_draws += noise and begins
        latest = span.control
    return Course(
        stops=np.array([span.stop for span in spans], dtype=float),
        controls=_records_of(tuple(controls)),
        control_of=np.array(places),
        hours=np.array(hours, dtype=float),
        retained=np.array(retained),
        jumps=np.array(jumps),
        normals=fluctuation.normals(range(draws + 1, draws + 1 + n_draws), n_cells),
        sds=fluctuation.sds,
    )


@lru_cache(maxsize=64)
def _records_of(controls: tuple[Control, ...]) -> Sequence[Control]:
    """Records of controls; those of a day of meals come again every day."""
    return records(controls)
