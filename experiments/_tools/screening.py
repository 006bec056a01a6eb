"""How outputs of severe Mg loss depend on parameters: Morris screening and Sobol indices, by SALib.

Every parameter moves over its plausible range. A set of parameters without a healthy body gives NaN.
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
from experiments._tools.harness import SEED, watched
from sim.parameters import FACTS, PersonParameters, PopulationParameters

Array = NDArray[np.float64]

CONDITION = "severe-magnesium-loss"
OUTPUTS = {
    "plasma_k": "plasma K", "plasma_ca": "plasma Ca", "na_in_mean": "muscle Na", "k_in_mean": "muscle K",
}  # fmt: skip
UNUSED = {*PopulationParameters._fields, *PersonParameters._fields}
"""How cells and persons differ, and noise, which the mean-field twin does not have."""
NAMES = [name for name, fact in FACTS.items() if name not in UNUSED and fact.high > fact.low]


class Loss(NamedTuple):
    """Severe Mg loss of a tissue, asked for its outputs at the end."""

    n_cells: int
    days: float
    pool: ProcessPoolExecutor

    def outcomes(self, names: Sequence[str], rows: Array, what: str) -> Array:
        """Outputs of all rows, with some parameters as they are in the row."""
        tasks = [(dict(zip(names, row, strict=True)), self.n_cells, self.days) for row in rows.tolist()]
        found = self.pool.map(outcome, tasks, chunksize=16)
        return np.array(list(watched(found, what, len(tasks))))


def outcome(task: tuple[dict[str, float], int, float]) -> list[float]:
    """Outputs at the end of severe Mg loss with some parameters changed; NaN where there is no body."""
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
    """What SALib must know of some parameters."""
    ranges = [[FACTS[name].low, FACTS[name].high] for name in names]
    return {"num_vars": len(names), "names": list(names), "bounds": ranges}


def screen(names: Sequence[str], trajectories: int, loss: Loss) -> tuple[pd.DataFrame, int]:
    """Mean size of the elementary effects of parameters, over the spread of each output.

    Effects at whose ends there is no body are left out.

    Parameters
    ----------
    names : sequence of str
        The parameters.
    trajectories : int
        How often each is moved.
    loss : Loss
        What is done.

    Returns
    -------
    effects : DataFrame
        A row a parameter, a column an output.
    without_body : int
        Sets of parameters that had none.
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

    A set without a body takes the median of the others.

    Parameters
    ----------
    names : sequence of str
        The parameters.
    samples : int
        Base samples, a power of two; each takes a run, and one more a parameter and one.
    loss : Loss
        What is done.

    Returns
    -------
    indices : DataFrame
        A row a parameter and output.
    without_body : int
        Sets of parameters that had none.
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
