"""What users wait for, end to end: a mean-field twin, small tissues with noise and with meals, the main
job, a study, a fit; and the same days by general solvers.

Workloads are run as users write them, on one processor, and timed as processor time. With ``--against``
another checkout runs them too, in a process of its own, in turns, so that both meet the same load of the
machine; ratios are taken within rounds. Solvers get the compiled rates and are compared at the error
that each reaches, the largest over all states after every step.

Run with:  python -m experiments.benchmarks.users [--quick] [--against CHECKOUT] [--out DIR]
"""

import tempfile
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import process_time
from typing import Any

import click
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import least_squares

import sim
from experiments.benchmarks.other_checkout import answer_lines, served_by
from experiments.benchmarks.solvers import OURS, SOLVERS, scales_of
from sim.parameters import describe
from sim.simulation import Schedule
from sim.tissue import Tissue

Array = NDArray[np.float64]

RESULTS = Path(__file__).parents[1] / "results" / "users"
CONDITION, MEALS = "severe-magnesium-loss", "daily-meals"
THIS, OTHER = "this checkout", "the other"
ROUNDS = 5
REPLICATES, QUICK_REPLICATES = 200, 10
ARMS = (CONDITION, "thiazide", "kidney-failure")
FITTED = ("gfr", "intake_k", "intake_mg", "mg_excreted_floor", "k_secretion_exponent")
FITTED_COLUMNS = ("plasma_k", "plasma_mg", "urine_k", "urine_mg")
FIT_DAYS, FIT_STEPS = 60, 3
FINE = 1e-10
"""Tolerance of the solution that counts as exact."""
WARM_SECONDS = 5.0
"""Processor time below which work is repeated before it counts [s]."""
SCENARIOS = {
    "twin": (CONDITION, 5, False, 30.0),
    "100 cells, noise": (CONDITION, 100, True, 10.0),
    "100 cells, meals": (MEALS, 100, False, 5.0),
}
"""Condition, cells, noise and days of what solvers compute."""
QUICK_DAYS = 2.0


def twin() -> None:
    """120 days of a mean-field twin."""
    sim.run(CONDITION, 5, days=120, noise=False, heterogeneous=False)


def noise() -> None:
    """120 days of 100 cells that fluctuate."""
    sim.run(CONDITION, 100, days=120)


def meals() -> None:
    """30 days of 100 cells with three meals a day."""
    sim.run(sim.load(MEALS), 100, days=30, noise=False)


def main_job() -> None:
    """The main job: 1,000 cells that fluctuate, 210 days."""
    sim.run("refractory-hypokalaemia", 1000, days=210)


def study(replicates: int = REPLICATES) -> None:
    """A study of 200 virtual persons in three arms, 20 days."""
    design = sim.Design(conditions=ARMS, replicates=replicates, cells=20, duration="20 day")
    with tempfile.TemporaryDirectory() as folder:
        sim.run_study(design, Path(folder) / "study", workers=1)


def fit() -> None:
    """A fit of five parameters to courses of plasma and urine, by Gauss–Newton steps."""
    facts = {entry.name: entry.value for entry in describe(sim.Parameters()) if entry.name in FITTED}
    start = np.array([facts[name] for name in FITTED])

    def course(x: Array) -> Array:
        values = dict(zip(FITTED, (start * x).tolist(), strict=True))
        done = sim.run(CONDITION, 5, days=FIT_DAYS, noise=False, heterogeneous=False, parameters=values)
        columns: Array = done.table[list(FITTED_COLUMNS)].to_numpy().ravel()
        return columns

    target = course(np.array([1.05, 0.95, 1.02, 0.97, 1.03]))
    scale = np.maximum(np.abs(target), 1e-3)
    least_squares(lambda x: (course(x) - target) / scale, np.ones(len(FITTED)), max_nfev=FIT_STEPS)


WORKLOADS: dict[str, tuple[Callable[[], None], float]] = {
    "twin, 120 days": (twin, 8.0),
    "100 cells with noise, 120 days": (noise, 5.0),
    "100 cells with meals, 30 days": (meals, 6.0),
    "main job, 1,000 cells, 210 days": (main_job, 2.0),
    "study, 200 persons × 3 arms": (study, 4.0),
    "fit of 5 parameters": (fit, 1.0),
}
"""Workloads by name, each with its goal: how many times as fast as the commit before."""


def seconds_of(name: str, quick: bool) -> float:
    """Processor time of a workload [s]."""
    work, _ = WORKLOADS[name]
    seconds = _timed(work, quick=quick)
    # The memory of a process that has waited may have been moved out: short work counts when it is back.
    return _timed(work, quick=quick) if seconds < WARM_SECONDS else seconds


def _timed(work: Callable[..., None], *, quick: bool) -> float:
    with warnings.catch_warnings():
        # Of supplements that come after the last day, and of a fit that begins at published values.
        warnings.simplefilter("ignore", sim.InputWarning)
        began = process_time()
        work(QUICK_REPLICATES) if quick and work is study else work()
        return process_time() - began


def serve() -> None:
    """Time workloads that are read from standard input."""
    answer_lines(lambda question: seconds_of(*question))


def time_workloads(rounds: int, other: Path | None, *, quick: bool) -> pd.DataFrame:
    """Time all workloads in turns; a row a workload and round, in seconds by checkout."""
    rows = []
    with ExitStack() as stack:
        timed: dict[str, Any] = {THIS: lambda question: seconds_of(*question)}
        if other is not None:
            timed[OTHER] = stack.enter_context(served_by(other, __file__))
        for name in WORKLOADS:
            for each in timed.values():
                each([name, True])  # Compiles, or loads what is compiled.
            rows += [
                {"workload": name, **{who: each([name, quick]) for who, each in timed.items()}}
                for _ in range(1 if WORKLOADS[name][0] is study else rounds)
            ]
    return pd.DataFrame(rows)


def summary_of(times: pd.DataFrame) -> pd.DataFrame:
    """Medians over rounds of seconds and of the ratio of the other checkout's to this one's."""
    if OTHER in times:
        times = times.assign(ratio=times[OTHER] / times[THIS])
    medians = times.groupby("workload", sort=False).median()
    return medians.assign(goal=[goal for _, goal in WORKLOADS.values()])


def compare_solvers(*, quick: bool) -> pd.DataFrame:
    """Time a day and error of the solvers in all scenarios, a row each."""
    rows = []
    for scenario, (condition, n_cells, with_noise, days) in SCENARIOS.items():
        days = QUICK_DAYS if quick else days
        exact, fine, _ = _solved(Tissue, condition, n_cells, with_noise, days, FINE)
        sizes = np.maximum(np.abs(exact), scales_of(fine))
        for name, kind in SOLVERS.items():
            try:
                found, tissue, seconds = _solved(kind, condition, n_cells, with_noise, days)
            except ImportError:  # CVODE's binding is optional.
                continue
            error = float((np.abs(found - exact) / sizes).max())
            rows.append((scenario, name, 1e3 * seconds / days, tissue.evaluations / days, error))
    columns = ["scenario", "solver", "ms_a_day", "evaluations_a_day", "error"]
    table = pd.DataFrame(rows, columns=columns)
    ours = table[table.solver == OURS].set_index("scenario").ms_a_day
    return table.assign(slower=table.ms_a_day / table.scenario.map(ours))


def _solved(
    kind: type[Tissue],
    condition: str,
    n_cells: int,
    with_noise: bool,
    days: float,
    tolerance: float | None = None,
) -> tuple[Array, Tissue, float]:
    """States after every step, the tissue, and processor time [s]."""
    options = {} if tolerance is None else {"tolerance": tolerance}
    tissue = kind(n_cells, noise=with_noise, threads=1, **options)
    schedule, states = Schedule(tissue, sim.load(condition)), []
    began = process_time()
    schedule.advance_until(24.0 * days, lambda: states.append(tissue.y.copy()))
    return np.array(states), tissue, process_time() - began


def show(summary: pd.DataFrame, solvers: pd.DataFrame) -> None:
    """Print both tables."""
    console = Console(highlight=False, width=120)
    shown = Table("workload", "s", "s, the other", "times as fast", "goal", box=None, pad_edge=False)
    for row in summary.reset_index().to_dict("records"):
        other, ratio = row.get(OTHER), row.get("ratio")
        shown.add_row(
            row["workload"], f"{row[THIS]:.3f}", "" if other is None else f"{other:.3f}",
            "" if ratio is None else f"{ratio:.1f}", f"≥ {row['goal']:g}",
        )  # fmt: skip
    console.print(shown)
    shown = Table(
        "scenario", "solver", "ms a day", "evaluations a day", "error", "times slower",
        box=None, pad_edge=False,
    )  # fmt: skip
    for row in solvers.itertuples():
        shown.add_row(
            row.scenario, row.solver, f"{row.ms_a_day:.2f}", f"{row.evaluations_a_day:.0f}",
            f"{row.error:.1e}", f"{row.slower:.1f}",
        )  # fmt: skip
    console.print(shown)


@click.command(help="What users wait for, end to end, and the same days by general solvers.")
@click.option("--quick", is_flag=True, help="One round and a small study, in a minute.")
@click.option("--against", type=click.Path(exists=True, path_type=Path), help="Another checkout.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write two tables to.")
def command(quick: bool, against: Path | None, out: Path | None) -> None:
    """Run from the command line."""
    times = time_workloads(1 if quick else ROUNDS, against and against.resolve(), quick=quick)
    summary, solvers = summary_of(times), compare_solvers(quick=quick)
    show(summary, solvers)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        summary.to_csv(out / "workloads.csv", float_format="%.4g")
        solvers.to_csv(out / "solvers.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    command()
