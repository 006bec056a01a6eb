"""Thirty days of severe Mg loss: evaluations, seconds and error of several integrators.

All integrate the same equations of the same cells with the same fluctuations; only how they advance
from one moment to the next differs. The error is the largest over all states of cells and body, at the
ends of some days, relative to the larger of the state and its scale. What is right is this program's
integrator at a tolerance of 1e-9.

Mesa objects are not run for so long: their seconds are extrapolated from the race, as the time of an
evaluation times those of Euler's method at the step whose error would be this program's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import sim
from experiments.benchmarks.race import CONDITION
from sim.numerics import flattened
from sim.quantities import HOURS_PER_DAY
from sim.simulation import Schedule
from sim.tissue import Tissue, tissue_rates

Array = NDArray[np.float64]

LOOKS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Days at whose ends states are compared."""
FINE = 1e-9
"""Tolerance of what is right."""
MINUTE = 1.0 / 60.0
LSODA_RTOL = 1e-4


class EulerTissue(Tissue):
    """A tissue that advances by explicit Euler steps of a minute."""

    counted = 0

    @property
    def evaluations(self) -> int:
        """How often the rates were evaluated so far."""
        return self.counted

    def advance_to(self, time: float, _rates: Callable[..., None] | None = None) -> None:
        """Integrate to a time [h] with the compiled rates."""
        steps = max(1, round((time - self.time) / MINUTE))
        start, h, dy = self.time, (time - self.time) / steps, np.empty_like(self.y)
        for k in range(steps):
            tissue_rates(start + k * h, self.y, dy, self.context)
            dy *= h
            self.y += dy
        self.counted += steps
        self.time = float(time)
        self._post_totals()


class LsodaTissue(EulerTissue):
    """A tissue that advances by SciPy's LSODA, with a dense Jacobian by differences."""

    def advance_to(self, time: float, _rates: Callable[..., None] | None = None) -> None:
        """Integrate to a time [h] with the compiled rates."""
        if time <= self.time:
            return
        dy = np.empty_like(self.y)

        def derivatives(t: float, y: Array) -> Array:
            tissue_rates(t, y, dy, self.context)
            return dy.copy()

        scales = scales_of(self)
        done = solve_ivp(
            derivatives, (self.time, float(time)), self.y, method="LSODA", t_eval=[float(time)],
            rtol=LSODA_RTOL, atol=LSODA_RTOL * scales,
        )  # fmt: skip
        if not done.success:
            raise RuntimeError(f"LSODA: {done.message}")
        self.y[:] = done.y[:, -1]
        self.counted += int(done.nfev)
        self.time = float(time)
        self._post_totals()


EULER, LSODA = "Euler, 1 minute", f"LSODA, rtol {LSODA_RTOL:g}"
PEERS: dict[str, type[Tissue]] = {EULER: EulerTissue, LSODA: LsodaTissue}
"""Other integrators by name."""


@dataclass(frozen=True)
class Month:
    """What some days of a tissue took, and how far they were off."""

    integrator: str
    n_cells: int
    noise_hours: float | None
    days: float
    evaluations_a_day: float
    seconds: float
    error: float
    extrapolated: bool = False


def months(n_cells: int, noise_hours: float | None, days: float, peer: str) -> list[Month]:
    """Simulate some days by this program and by a peer.

    Parameters
    ----------
    n_cells : int
        Number of cells; LSODA can do small tissues only.
    noise_hours : float or None
        Time between fluctuations [h]; none without.
    days : float
        How long.
    peer : str
        One of :data:`PEERS`.
    """
    right, _, _ = _lived(Tissue, n_cells, noise_hours, days, tolerance=FINE)
    return [
        _month(name, kind, n_cells, noise_hours, days, right)
        for name, kind in {"this program": Tissue, peer: PEERS[peer]}.items()
    ]


def mesa_month(ours: Month, euler: Month, seconds_a_cell: float) -> Month:
    """Extrapolate what plain Mesa objects take for this program's error.

    Parameters
    ----------
    ours, euler : Month
        This program's, and Euler's method's at one minute. Euler's error goes with the step.
    seconds_a_cell : float
        Of one evaluation by Mesa objects.
    """
    a_day = euler.evaluations_a_day * euler.error / ours.error
    seconds = a_day * ours.days * ours.n_cells * seconds_a_cell
    return Month(
        "Mesa objects, Euler at equal error", ours.n_cells, ours.noise_hours, ours.days, a_day, seconds,
        ours.error, extrapolated=True,
    )  # fmt: skip


def _month(
    name: str, kind: type[Tissue], n_cells: int, noise_hours: float | None, days: float, right: Array
) -> Month:
    """Simulate some days in one way."""
    states, evaluations, seconds = _lived(kind, n_cells, noise_hours, days)
    sizes = np.maximum(np.abs(right), scales_of(Tissue(n_cells, noise=False)))
    error = float(np.abs((states - right) / sizes).max())
    return Month(name, n_cells, noise_hours, days, evaluations / days, seconds, error)


def _lived(
    kind: type[Tissue], n_cells: int, noise_hours: float | None, days: float, **options: Any
) -> tuple[Array, int, float]:
    """States at the ends of days, evaluations, and seconds on one thread."""
    tissue = kind(n_cells, noise=noise_hours is not None, threads=1, **options)
    began = perf_counter()
    states = states_at_ends_of_days(tissue, sim.load(CONDITION), noise_hours, days)
    return states, tissue.evaluations, perf_counter() - began


def states_at_ends_of_days(
    tissue: Tissue, condition: sim.Condition, noise_hours: float | None, days: float
) -> Array:
    """Live through a condition; states of cells and body at the ends of some days, (looks, states)."""
    schedule, states = Schedule(tissue, condition, noise_hours), []
    for day in [day for day in LOOKS if day < days] + [days]:
        schedule.advance_until(day * HOURS_PER_DAY)
        states.append(np.concatenate([tissue.cells.ravel(), flattened(tissue.body)]))
    return np.array(states)


def scales_of(tissue: Tissue) -> Array:
    """Size of each state below which its errors count as absolute."""
    segments = tissue._segments
    return np.repeat(segments.scales, np.diff(segments.ends, prepend=0))
