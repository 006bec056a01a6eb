"""Sensitivity of outputs in severe Mg loss to parameters: Morris screening and Sobol indices, by SALib.

Every parameter varies over its plausible range. Sets without a healthy steady state give NaN.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

import sim
from experiments._tools.harness import SEED, with_progress
from sim.parameters import FACTS, PersonParameters, PopulationParameters

Array = NDArray[np.float64]

CONDITION = "severe-magnesium-loss"
OUTPUTS = {
    "plasma_k": "plasma K", "plasma_ca": "plasma Ca", "na_in_mean": "muscle Na", "k_in_mean": "muscle K",
}  # fmt: skip
UNUSED = {*PopulationParameters._fields, *PersonParameters._fields}
"""Variability of cells and persons, and noise: not part of the mean-field twin."""
NAMES = [name for name, fact in FACTS.items() if name not in UNUSED and fact.high > fact.low]


class Loss(NamedTuple):
    """Severe Mg loss of a tissue, evaluated at its end."""

    n_cells: int
    days: float
    pool: ProcessPoolExecutor

    def outcomes(self, names: Sequence[str], rows: Array, label: str) -> Array:
        """Outputs for each row of values of the named parameters."""
        tasks = [(dict(zip(names, row, strict=True)), self.n_cells, self.days) for row in rows.tolist()]
        found = self.pool.map(outcome, tasks, chunksize=16)
        return np.array(list(with_progress(found, label, len(tasks))))


def outcome(task: tuple[dict[str, float], int, float]) -> list[float]:
    """Outputs at the end of severe Mg loss with changed parameters; NaN without a steady state."""
    parameters, n_cells, days = task
    try:
        result = sim.run(
            CONDITION, n_cells, days=days, seed=SEED, noise=False, heterogeneous=n_cells > 5,
            record_hours=1000.0, step_hours=120.0, snapshots=2, parameters=parameters,
        )  # fmt: skip
    except (sim.InputError, sim.SimulationError):
        return [float("nan")] * len(OUTPUTS)
    return result.table[list(OUTPUTS)].iloc[-1].tolist()


def problem(names: Sequence[str]) -> dict[str, Any]:
    """SALib's description of the parameters."""
    ranges = [[FACTS[name].low, FACTS[name].high] for name in names]
    return {"num_vars": len(names), "names": list(names), "bounds": ranges}


def screen(names: Sequence[str], trajectories: int, loss: Loss) -> tuple[pd.DataFrame, int]:
    """Mean absolute elementary effects of parameters, relative to the SD of each output.

    Effects with an end point without a steady state are left out.

    Parameters
    ----------
    names : sequence of str
        Names of the parameters.
    trajectories : int
        Number of Morris trajectories.
    loss : Loss
        Model to evaluate.

    Returns
    -------
    effects : DataFrame
        A row a parameter, a column an output.
    failed : int
        Number of parameter sets without a steady state.
    """
    space = problem(names)
    rows = morris_sample.sample(space, trajectories, num_levels=4, seed=SEED)
    values = loss.outcomes(names, rows, "Morris screening")
    ranges = np.array(space["bounds"])
    unit = ((rows - ranges[:, 0]) / np.ptp(ranges, axis=1)).reshape(trajectories, -1, len(names))
    moved = np.diff(unit, axis=1)
    changed = np.diff(values.reshape(trajectories, -1, len(OUTPUTS)), axis=1)
    which = np.abs(moved).argmax(axis=2)
    sizes = np.abs(changed) / np.abs(moved).max(axis=2)[:, :, None] / np.nanstd(values, axis=0)
    effects = pd.DataFrame(sizes.reshape(-1, len(OUTPUTS)), columns=list(OUTPUTS))
    effects["parameter"] = np.array(names)[which.ravel()]
    means = effects.groupby("parameter").mean().reindex(names).fillna(0.0)
    return means, int(np.isnan(values).any(axis=1).sum())


def decompose(names: Sequence[str], samples: int, loss: Loss) -> tuple[pd.DataFrame, int]:
    """First-order and total Sobol index of parameters, with half-widths of 95 % intervals.

    The output of a set without a steady state is imputed by the median of the others.

    Parameters
    ----------
    names : sequence of str
        Names of the parameters.
    samples : int
        Base samples, a power of two; each takes two runs and one more for each parameter.
    loss : Loss
        Model to evaluate.

    Returns
    -------
    indices : DataFrame
        A row for each parameter and output.
    imputed : int
        Number of parameter sets without a steady state.
    """
    space = problem(names)
    rows = sobol_sample.sample(space, samples, calc_second_order=False, seed=SEED)
    values = loss.outcomes(names, rows, "Sobol indices")
    missing = np.isnan(values).any(axis=1)
    values[missing] = np.nanmedian(values, axis=0)
    parts = []
    for k, name in enumerate(OUTPUTS):
        found = sobol_analysis.analyze(space, values[:, k], calc_second_order=False, seed=SEED)
        indices = {"output": name, "first": found["S1"], "first_half_width": found["S1_conf"],
                   "total": found["ST"], "total_half_width": found["ST_conf"],
                   "basis": [FACTS[parameter].basis.value for parameter in names]}  # fmt: skip
        parts.append(pd.DataFrame(indices, index=pd.Index(names, name="parameter")))
    return pd.concat(parts), int(missing.sum())
