"""Evaluations at equal error: Runge–Kutta–Chebyshev methods of two orders, and Rosenbrock's.

RODAS, a stiffly accurate Rosenbrock method of fourth order, solves a linear system with the Jacobian in
each stage. The Jacobian of a tissue has arrowhead structure: a block of five states for each cell,
bordered by the body, which affects cells through the eight variables of the fluid. Thirteen evaluations
of all cells give it by finite differences, one more gives the time derivative. Here the steps of the
method are counted with a dense Jacobian by finite differences, which is the same; each new Jacobian
counts as fourteen evaluations and its linear algebra as nothing, in favour of the method.

All weight errors equally and run at several tolerances; the error is the largest over all states, looked
at every three hours, against this program's integrator at a tolerance of 1e-10.

Run with:  python -m experiments.benchmarks.integrators [--quick] [--out DIR]

References
----------
Hairer & Wanner 1996, Solving Ordinary Differential Equations II, section IV.7: RODAS.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.console import Console

import sim
from experiments.benchmarks.plots import logarithmic
from experiments.benchmarks.solvers import scales_of
from sim.figures import BLUE, GREEN, STYLE, VERMILION, Page, save
from sim.simulation import Schedule
from sim.system import write_atomically
from sim.tissue import Tissue, tissue_rates

Array = NDArray[np.float64]

RESULTS = Path(__file__).parents[1] / "results" / "integrators"
SCENARIOS = {
    "severe Mg loss": ("severe-magnesium-loss", None),
    "with noise each 3 h": ("severe-magnesium-loss", 3.0),
    "with noise each hour": ("severe-magnesium-loss", 1.0),
    "meals": ("daily-meals", None),
    "meals, noise each 3 h": ("daily-meals", 3.0),
}
"""Condition and hours between fluctuations of each scenario."""
TOLERANCES = (3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7)
TOLERANCE_RATIO = 30.0
"""Tolerance of Rosenbrock's method over that of the others; its errors lie further below it."""
COMPARED_HOURS = 3.0
"""Time between the moments at which states are compared [h]."""
FINE = 1e-10
"""Tolerance of the reference solution."""
JACOBIAN_COST = 14
"""Evaluations of all cells for a Jacobian and the time derivative."""
REFERENCE_ERROR = 1e-4
"""Error at which the methods are compared."""
AUTOMATIC, SECOND, FOURTH = "the program's choice", "second order", "fourth order"
ROSENBROCK, FREE = "Rosenbrock", "Rosenbrock, Jacobians free"
ORDERS = {AUTOMATIC: 0, SECOND: 2, FOURTH: 4}
"""This program's methods, as it is asked for them."""
LINE_STYLES = {
    AUTOMATIC: ("0.3", "-", ""),
    SECOND: (BLUE, "-", "o"),
    FOURTH: (GREEN, "-", "D"),
    ROSENBROCK: (VERMILION, "--", "s"),
    FREE: (VERMILION, ":", "^"),
}

GAMMA = 0.25
ALPHA = (0.0, 0.386, 0.21, 0.63, 1.0, 1.0)
GAMMAS = (0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0)
_FIFTH = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)
A = (
    (),
    (1.544,),
    (0.9466785280815826, 0.2557011698983284),
    (3.314825187068521, 2.896124015972201, 0.9986419139977817),
    _FIFTH,
    (*_FIFTH, 1.0),
)
C = (
    (),
    (-5.6688,),
    (-2.430093356833875, -0.2063599157091915),
    (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
    (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
    (8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054),
)
"""Coefficients of RODAS in the form without products with the Jacobian."""


class Rosenbrock(Tissue):
    """A tissue that advances by RODAS with an exact Jacobian."""

    is_small = False
    """It takes one span at a time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.counted, self.jacobians = 0, 0
        self._step, self._step_after_start = 0.0, 0.05

    @property
    def evaluations(self) -> int:
        """Evaluations of the stages, without those for Jacobians."""
        return self.counted

    def advance_to(self, time: float, _rates: Callable[..., None] | None = None) -> None:
        """Integrate to a time [h] within the tolerance."""
        segments, end = self._segments, float(time)
        weights = np.repeat(segments.weights, np.diff(segments.ends, prepend=0))
        scales, y, t = scales_of(self), self.y.copy(), self.time
        h = self._step_after_start
        first = True
        while t < end:
            h = min(h, end - t)
            new, difference = rodas_step(self._rates_at, t, y, h, scales)
            self.counted += len(ALPHA)
            self.jacobians += 1
            error = float((weights * np.abs(difference) / np.maximum(np.abs(new), scales)).max())
            error = max(error / self.tolerance, 1e-8)
            factor = min(5.0, max(0.2, 0.9 * error**-0.25))
            if error <= 1.0:
                if first:
                    self._step_after_start, first = h * min(factor, 1.5), False
                t, y = (end if h == end - t else t + h), new
            h *= factor
        self.y[:] = y
        self.time = end
        self._post_totals()

    def _rates_at(self, t: float, y: Array) -> Array:
        dy = np.empty_like(y)
        tissue_rates(t, y, dy, self.context)
        return dy


def rodas_step(
    rates: Callable[[float, Array], Array], t: float, y: Array, h: float, scales: Array
) -> tuple[Array, Array]:
    """Take a step of RODAS.

    Parameters
    ----------
    rates : callable
        ``rates(t, y)`` gives dy/dt.
    t, y, h : float, array, float
        Time, state, and length of the step.
    scales : array
        Sizes of the states, for finite differences.

    Returns
    -------
    new, error : array
        The new state and its estimated error.
    """
    f0 = rates(t, y)
    matrix = np.eye(y.size) / (h * GAMMA) - _jacobian(rates, t, y, f0, scales)
    d = 1e-4 * h
    time_derivative = (rates(t + d, y) - f0) / d
    inverse = np.linalg.inv(matrix)
    u: list[Array] = []
    for alpha, gamma, a, c in zip(ALPHA, GAMMAS, A, C, strict=True):
        at = y + sum((w * x for w, x in zip(a, u, strict=True)), np.zeros_like(y))
        known = sum((w * x for w, x in zip(c, u, strict=True)), np.zeros_like(y)) / h
        u.append(inverse @ (rates(t + alpha * h, at) + known + gamma * h * time_derivative))
    end = y + sum((w * x for w, x in zip(A[-1], u, strict=False)), np.zeros_like(y)) + u[-1]
    return end, u[-1]


def _jacobian(
    rates: Callable[[float, Array], Array], t: float, y: Array, f0: Array, scales: Array
) -> Array:
    """Jacobian by finite differences."""
    columns = np.empty((y.size, y.size))
    for i in range(y.size):
        perturbed, step = y.copy(), 1e-6 * scales[i]
        perturbed[i] += step
        columns[:, i] = (rates(t, perturbed) - f0) / step
    return columns


def measure(n_cells: int, days: int, tolerances: tuple[float, ...]) -> pd.DataFrame:
    """Errors and evaluations per day of all methods in all scenarios, one row per run."""
    rows = []
    for scenario in SCENARIOS:
        reference, finest = _simulated(Tissue, scenario, n_cells, days, FINE)
        sizes = np.maximum(np.abs(reference), scales_of(finest))
        for tolerance in tolerances:
            for method, order in ORDERS.items():
                states, tissue = _simulated(Tissue, scenario, n_cells, days, tolerance, order)
                error = float((np.abs(states - reference) / sizes).max())
                rows.append((scenario, method, tolerance, error, tissue.evaluations / days))
            looser = TOLERANCE_RATIO * tolerance
            states, tissue = _simulated(Rosenbrock, scenario, n_cells, days, looser)
            error = float((np.abs(states - reference) / sizes).max())
            counted = tissue.evaluations / days
            total = counted + JACOBIAN_COST * tissue.jacobians / days
            rows.append((scenario, ROSENBROCK, looser, error, total))
            rows.append((scenario, FREE, looser, error, counted))
    return pd.DataFrame(rows, columns=["scenario", "method", "tolerance", "error", "evaluations_a_day"])


def _simulated(
    tissue_class: type[Any], scenario: str, n_cells: int, days: int, tolerance: float, order: int = 0
) -> tuple[Array, Any]:
    """States every three hours of a scenario, and the tissue."""
    condition, noise = SCENARIOS[scenario]
    tissue = tissue_class(n_cells, noise=noise is not None, threads=1, tolerance=tolerance)
    if order:
        tissue.order = order
    schedule, states = Schedule(tissue, sim.load(condition), noise), []
    for hours in np.arange(COMPARED_HOURS, 24.0 * days + 0.1, COMPARED_HOURS):
        schedule.advance_until(float(hours))
        states.append(tissue.y.copy())
    return np.array(states), tissue


def at_equal_error(table: pd.DataFrame, error: float = REFERENCE_ERROR) -> pd.DataFrame:
    """Evaluations per day of each method at an error, interpolated between runs on logarithmic scales.

    NaN where the runs do not bracket the error. A row for each scenario, a column for each method.
    """
    rows = {scenario: {} for scenario in SCENARIOS}
    for (scenario, method), runs in table.groupby(["scenario", "method"], sort=False):
        ordered = runs.sort_values("error")
        logs = np.log(ordered[["error", "evaluations_a_day"]].to_numpy()).T
        at = np.interp(np.log(error), *logs, left=np.nan, right=np.nan)
        rows[scenario][method] = float(np.exp(at))
    return pd.DataFrame.from_dict(rows, orient="index")


def draw(table: pd.DataFrame) -> Figure:
    """Draw error against evaluations, a panel for each scenario."""
    with rc_context(STYLE):
        page = Page(figsize=(9.6, 2.8), layout="constrained")
        panels = page.subplots(1, len(SCENARIOS), sharey=True)
        for axes, scenario in zip(panels, SCENARIOS, strict=True):
            for method, (colour, line, marker) in LINE_STYLES.items():
                runs = table[(table.scenario == scenario) & (table.method == method)]
                axes.plot(runs.evaluations_a_day, runs.error, line, color=colour, marker=marker,
                          markersize=3.5, linewidth=0.9, label=method)  # fmt: skip
            axes.axhline(REFERENCE_ERROR, color="0.6", linewidth=0.6, zorder=0)
            logarithmic(axes.xaxis)
            logarithmic(axes.yaxis)
            axes.set(title=scenario, xlabel="evaluations per day", xlim=(40.0, 8000.0))
        panels[0].set_ylabel("largest error (1)")
        page.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        page.settle()
    return page


def main(out: Path | None = None, quick: bool = False) -> pd.DataFrame:
    """Measure, and write ``runs.csv``, ``at_equal_error.csv`` and the figure."""
    table = measure(*((10, 1, (1e-4, 1e-5)) if quick else (40, 4, TOLERANCES)))
    found = at_equal_error(table)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_atomically(out / "runs.csv", table.to_csv(index=False, float_format="%.4g").encode())
        write_atomically(out / "at_equal_error.csv", found.to_csv(float_format="%.4g").encode())
        for suffix in (".png", ".pdf"):
            save(draw(table), out / f"figure{suffix}")
    return found


@click.command(help="Evaluations per day at equal error: Runge-Kutta-Chebyshev and Rosenbrock methods.")
@click.option("--quick", is_flag=True, help="Smaller sizes, in half a minute.")
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder to write.")
def command(quick: bool, out: Path) -> None:
    """Run from the command line."""
    found = main(out, quick)
    console = Console(highlight=False)
    console.print(f"Evaluations per simulated day at an error of {REFERENCE_ERROR:g}:")
    console.print(found.to_string(float_format="{:.0f}".format))


if __name__ == "__main__":
    command()
