"""General solvers of ordinary differential equations, as tissues that advance by them.

They get the compiled rates, and solve from one discontinuity to the next, as the program does.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from sim.tissue import Tissue, tissue_rates

Array = NDArray[np.float64]

RTOL = 1e-4
"""Relative tolerance; the absolute one is it times the scale of each state."""
MAX_STEPS = 100_000


class SolvedTissue(Tissue):
    """A tissue that advances by another solver."""

    counted = 0
    is_small = False
    """It solves one span at a time."""

    @property
    def evaluations(self) -> int:
        """Number of evaluations of the rates so far."""
        return self.counted

    def advance_to(self, time: float, _rates: Callable[..., None] | None = None) -> None:
        """Integrate to a time [h] with the compiled rates."""
        if time > self.time:
            self.y[:] = self.solved(float(time))
            self.time = float(time)
            self._post_totals()

    def solved(self, time: float) -> Array:
        """Return the state at a time."""
        raise NotImplementedError

    def write_rates(self, t: float, y: Array, dy: Array) -> None:
        """Write the rates at a time and a state, and count."""
        self.counted += 1
        tissue_rates(t, y, dy, self.context)


class LsodaTissue(SolvedTissue):
    """By SciPy's LSODA, with a dense Jacobian by finite differences."""

    def solved(self, time: float) -> Array:
        """Return the state at a time."""

        def derivatives(t: float, y: Array) -> Array:
            dy = np.empty_like(y)
            self.write_rates(t, y, dy)
            return dy

        span, atol = (self.time, time), RTOL * scales_of(self)
        done = solve_ivp(derivatives, span, self.y, "LSODA", t_eval=[time], rtol=RTOL, atol=atol)
        if not done.success:
            raise RuntimeError(f"LSODA: {done.message}")
        return np.asarray(done.y[:, -1])


class CvodeTissue(SolvedTissue):
    """By CVODE of SUNDIALS (scikit-sundae), with a sparse Jacobian in the shape of an arrow.

    Each cell depends on itself and on the body, the body on all; differences of columns that do not
    share a row are taken together.
    """

    def solved(self, time: float) -> Array:
        """Return the state at a time."""
        from sksundae.cvode import CVODE

        solver: Any = CVODE(
            lambda t, y, dy: self.write_rates(t, np.array(y), dy),
            rtol=RTOL,
            atol=RTOL * scales_of(self),
            linsolver="sparse",
            sparsity=self._arrow,
            max_num_steps=MAX_STEPS,
        )
        done = solver.solve(np.array([self.time, time]), self.y.copy())
        if not done.success:
            raise RuntimeError(f"CVODE: {done.message}")
        return np.asarray(done.y[-1])

    @cached_property
    def _arrow(self) -> Array:
        """Pattern of the Jacobian."""
        size, n = self.y.size, self.n_cells
        pattern = np.zeros((size, size))
        of_cell, first_of_body = np.arange(size) % n, self.cells.size
        cells = np.arange(size) < first_of_body
        pattern[cells[:, None] & cells[None, :] & (of_cell[:, None] == of_cell[None, :])] = 1.0
        pattern[first_of_body:] = pattern[:, first_of_body:] = 1.0
        return pattern


def scales_of(tissue: Tissue) -> Array:
    """Size of each state below which its errors are absolute."""
    segments = tissue._segments
    return np.repeat(segments.scales, np.diff(segments.ends, prepend=0))


OURS = "this program"
SOLVERS: dict[str, type[Tissue]] = {
    OURS: Tissue,
    f"LSODA, rtol {RTOL:g}": LsodaTissue,
    f"CVODE, rtol {RTOL:g}": CvodeTissue,
}
"""Tissues by solver."""
