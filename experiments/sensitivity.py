"""Which numbers matter in severe Mg loss?

Question
    Of all parameters, which decide plasma K, plasma Ca, muscle Na and muscle K after severe Mg loss?
Method
    Mean-field twin, severe Mg loss for 120 days. Morris screening over the plausible range of every
    parameter; then Sobol indices (SALib) of the parameters that screened highest, the others as shipped.
    Sets without a healthy body are counted and left out of the screening; in the second part they would
    take the median of the others.
Reading
    First-order index: part of the variance that a parameter makes alone; total: with all interactions. A
    parameter that is fitted or assumed, and has a large total index, is where a measurement pays most.
Cost
    About fifteen minutes on two cores at full size.

Run with:  python -m experiments.sensitivity [--trajectories N] [--samples N] [--days D] [--out DIR]
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

import sim
from experiments.harness import STYLE, out_option, processes, write
from sim.parameters import FACTS, Basis, PopulationParameters

Array = NDArray[np.float64]

CONDITION = "severe-magnesium-loss"
OUTPUTS = {
    "plasma_k": "plasma K", "plasma_ca": "plasma Ca", "na_in_mean": "muscle Na", "k_in_mean": "muscle K",
}  # fmt: skip
UNUSED = set(PopulationParameters._fields)
"""Widths and noise, which the mean-field twin does not have."""
NAMES = [name for name, fact in FACTS.items() if name not in UNUSED and fact.high > fact.low]
KEPT = 14
SEED = 1


def problem(names: Sequence[str]) -> dict[str, object]:
    """What SALib must know of some parameters."""
    ranges = [[FACTS[name].low, FACTS[name].high] for name in names]
    return {"num_vars": len(names), "names": list(names), "bounds": ranges}


def outcome(task: tuple[Sequence[str], Array, float]) -> list[float]:
    """Outputs at the end of severe Mg loss with some parameters changed; NaN where there is no body."""
    names, row, days = task
    try:
        result = sim.run(
            CONDITION, 5, days=days, noise=False, heterogeneous=False, record_hours=1000.0,
            step_hours=120.0, snapshots=2, parameters=dict(zip(names, row.tolist(), strict=True)),
        )  # fmt: skip
    except (sim.InputError, sim.SimulationError):
        return [float("nan")] * len(OUTPUTS)
    return result.table[list(OUTPUTS)].iloc[-1].tolist()


def outcomes(names: Sequence[str], rows: Array, days: float, pool: ProcessPoolExecutor) -> Array:
    """Outputs of all rows, NaN where there is no body."""
    tasks = [(names, row, days) for row in rows]
    return np.array(list(pool.map(outcome, tasks, chunksize=16)))


def screen(trajectories: int, days: float, pool: ProcessPoolExecutor) -> tuple[pd.DataFrame, int]:
    """Mean size of the elementary effects of every parameter, over the spread of each output.

    Effects at whose ends there is no body are left out.
    """
    space = problem(NAMES)
    rows = morris_sample.sample(space, trajectories, num_levels=4, seed=SEED)
    values = outcomes(NAMES, rows, days, pool)
    ranges = np.array(space["bounds"])
    unit = ((rows - ranges[:, 0]) / np.ptp(ranges, axis=1)).reshape(trajectories, -1, len(NAMES))
    moved = np.diff(unit, axis=1)
    changed = np.diff(values.reshape(trajectories, -1, len(OUTPUTS)), axis=1)
    which = np.abs(moved).argmax(axis=2)
    sizes = np.abs(changed) / np.abs(moved).max(axis=2)[:, :, None] / np.nanstd(values, axis=0)
    effects = pd.DataFrame(sizes.reshape(-1, len(OUTPUTS)), columns=list(OUTPUTS))
    effects["parameter"] = np.array(NAMES)[which.ravel()]
    means = effects.groupby("parameter").mean().reindex(NAMES).fillna(0.0)
    return means, int(np.isnan(values).any(axis=1).sum())


def decompose(
    names: list[str], samples: int, days: float, pool: ProcessPoolExecutor
) -> tuple[pd.DataFrame, int]:
    """First-order and total Sobol index of some parameters, with half-widths of 95 % intervals."""
    space = problem(names)
    rows = sobol_sample.sample(space, samples, calc_second_order=False, seed=SEED)
    values = outcomes(names, rows, days, pool)
    missing = np.isnan(values).any(axis=1)
    values[missing] = np.nanmedian(values, axis=0)
    parts = []
    for k, name in enumerate(OUTPUTS):
        found = sobol_analysis.analyze(space, values[:, k], calc_second_order=False, seed=SEED)
        parts.append(
            pd.DataFrame(
                {
                    "output": name,
                    "first": found["S1"],
                    "first_half_width": found["S1_conf"],
                    "total": found["ST"],
                    "total_half_width": found["ST_conf"],
                    "basis": [FACTS[parameter].basis.value for parameter in names],
                },
                index=pd.Index(names, name="parameter"),
            )
        )
    return pd.concat(parts), int(missing.sum())


def main(
    trajectories: int = 20, samples: int = 256, duration: float = 120.0, out: Path | None = None
) -> pd.DataFrame:
    """Run the experiment; return the Sobol indices.

    Parameters
    ----------
    trajectories : int
        Morris trajectories.
    samples : int
        Sobol base samples, a power of two.
    duration : float
        Days of severe Mg loss.
    out : path, optional
        Folder for tables, figure and provenance.
    """
    with processes() as pool:
        effects, lost_in_screen = screen(trajectories, duration, pool)
        kept = effects.max(axis=1).nlargest(KEPT).index.tolist()
        indices, lost = decompose(kept, samples, duration, pool)
    if out is not None:
        facts = {
            "trajectories": trajectories, "samples": samples, "days": duration, "seed": SEED,
            "parameters": len(NAMES), "without_body_in_screening": lost_in_screen,
            "without_body_in_sobol": lost,
        }  # fmt: skip
        write(out, draw(indices), facts)
        effects.to_csv(out / "screening.csv", float_format="%.4g")
        indices.to_csv(out / "summary.csv", float_format="%.4g")
    return indices


def draw(indices: pd.DataFrame) -> Figure:
    """Draw first-order and total indices, a panel an output; uncertain numbers are marked."""
    with rc_context(STYLE):
        figure = Figure(figsize=(11.0, 4.0), layout="constrained")
        names = indices.groupby(level=0)["total"].max().sort_values(ascending=False).index
        rows = np.arange(len(names))
        sure = {Basis.MEASURED.value, Basis.DERIVED.value}
        basis = indices["basis"].groupby(level=0).first()
        labels = [name if basis[name] in sure else f"{name} *" for name in names]
        for axes, (output, title) in zip(
            figure.subplots(1, 4, sharey=True), OUTPUTS.items(), strict=True
        ):
            part = indices[indices["output"] == output].loc[names]
            axes.barh(rows, part["total"], xerr=part["total_half_width"], color="#9ECAE9", height=0.75,
                      error_kw={"lw": 0.7, "ecolor": "0.4"}, label="total")  # fmt: skip
            axes.barh(rows, part["first"], color="#0072B2", height=0.35, label="first order")
            axes.set(title=title, xlabel="Sobol index", yticks=rows, yticklabels=labels)
            axes.set_xlim(left=0.0)
        axes.invert_yaxis()
        axes.legend(frameon=False, loc="lower right")
        figure.supxlabel("* fitted or assumed", x=0.99, ha="right", fontsize=7)
    return figure


@click.command(help="Which parameters decide what severe Mg loss does.")
@click.option("--trajectories", default=20, show_default=True, help="Morris trajectories")
@click.option("--samples", default=256, show_default=True, help="Sobol base samples")
@click.option("--days", default=120.0, show_default=True)
@out_option("sensitivity")
def command(trajectories: int, samples: int, days: float, out: Path) -> None:
    """Run from the command line."""
    indices = main(trajectories, samples, days, out)
    for output, title in OUTPUTS.items():
        part = indices[indices["output"] == output]["total"].nlargest(3)
        click.echo(f"{title}: " + ", ".join(f"{name} {value:.2f}" for name, value in part.items()))


if __name__ == "__main__":
    command()
