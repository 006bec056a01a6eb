"""Thirty days of severe Mg loss: evaluations, time and error of several integrators.

All integrate the same equations of the same cells with the same fluctuations; only the method of
integration differs. The error is the largest over all states of cells and body, at the ends of some
days, relative to the larger of the state and its scale. The reference is this program's integrator at a
tolerance of 1e-9.

Mesa objects are not run for so long: their time is extrapolated from the race, as the time of an
evaluation times the number of Euler steps that would give this program's error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim
from experiments.benchmarks.race import CONDITION
from experiments.benchmarks.solvers import RTOL, LsodaTissue, SolvedTissue, scales_of
from sim.quantities import HOURS_PER_DAY
from sim.simulation import Schedule
from sim.tissue import Tissue, tissue_rates

Array = NDArray[np.float64]

COMPARED_DAYS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Days at whose ends states are compared."""
FINE = 1e-9
"""Tolerance of the reference solution."""
MINUTE = 1.0 / 60.0


class EulerTissue(SolvedTissue):
    """A tissue that advances by explicit Euler steps of a minute."""

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


EULER, LSODA = "Euler, 1 minute", f"LSODA, rtol {RTOL:g}"
PEERS: dict[str, type[Tissue]] = {EULER: EulerTissue, LSODA: LsodaTissue}
"""Other integrators by name."""


@dataclass(frozen=True)
class Month:
    """Cost and error of a simulation of some days."""

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
        Number of cells; LSODA is feasible for small tissues only.
    noise_hours : float or None
        Time between fluctuations [h]; no fluctuations if None.
    days : float
        Duration [day].
    peer : str
        One of :data:`PEERS`.
    """
    reference, _, _ = _simulated(Tissue, n_cells, noise_hours, days, tolerance=FINE)
    return [
        _month(name, tissue_class, n_cells, noise_hours, days, reference)
        for name, tissue_class in {"this program": Tissue, peer: PEERS[peer]}.items()
    ]


def mesa_month(ours: Month, euler: Month, seconds_a_cell: float) -> Month:
    """Extrapolate the time of plain Mesa objects to this program's error.

    Parameters
    ----------
    ours, euler : Month
        This program's, and Euler's method's at one minute; Euler's error is proportional to the step.
    seconds_a_cell : float
        Time per cell of one evaluation by Mesa objects [s].
    """
    a_day = euler.evaluations_a_day * euler.error / ours.error
    seconds = a_day * ours.days * ours.n_cells * seconds_a_cell
    return Month(
        "Mesa objects, Euler at equal error", ours.n_cells, ours.noise_hours, ours.days, a_day, seconds,
        ours.error, extrapolated=True,
    )  # fmt: skip


def _month(
    name: str,
    tissue_class: type[Tissue],
    n_cells: int,
    noise_hours: float | None,
    days: float,
    reference: Array,
) -> Month:
    """Simulate some days with one integrator."""
    states, evaluations, seconds = _simulated(tissue_class, n_cells, noise_hours, days)
    sizes = np.maximum(np.abs(reference), scales_of(Tissue(n_cells, noise=False)))
    error = float(np.abs((states - reference) / sizes).max())
    return Month(name, n_cells, noise_hours, days, evaluations / days, seconds, error)


def _simulated(
    tissue_class: type[Tissue], n_cells: int, noise_hours: float | None, days: float, **options: Any
) -> tuple[Array, int, float]:
    """States at the ends of days, evaluations, and seconds on one thread."""
    tissue = tissue_class(n_cells, noise=noise_hours is not None, threads=1, **options)
    began = perf_counter()
    states = states_at_ends_of_days(tissue, sim.load(CONDITION), noise_hours, days)
    return states, tissue.evaluations, perf_counter() - began


def states_at_ends_of_days(
    tissue: Tissue, condition: sim.Condition, noise_hours: float | None, days: float
) -> Array:
    """Simulate a condition; states of cells and body at the ends of some days, (days, states)."""
    schedule, states = Schedule(tissue, condition, noise_hours), []
    for day in [day for day in COMPARED_DAYS if day < days] + [days]:
        schedule.advance_until(day * HOURS_PER_DAY)
        states.append(tissue.y.copy())
    return np.array(states)
