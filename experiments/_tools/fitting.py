"""Fit of the free parameters to the published targets: residuals, slopes, best place, certainty.

A place is a point of the unit cube; its coordinates are parts of the parameters' plausible ranges.
Parameters named ``targets`` say how many targets count, from the first.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from experiments._tools.harness import SEED, processes, watched
from sim.errors import InputError, SimulationError
from sim.parameters import FACTS, Parameters, describe
from sim.validation import CALIBRATION, TARGETS, Trials, Verdict, validate

Array = NDArray[np.float64]

FREE = (
    "expression_exponent", "k_secretion_exponent", "k_feed_forward",
    "ncc_k_exponent", "ncc_half_mg", "ncc_mg_loss", "ncc_uptake_ratio", "loop_delivery",
    "romk_half_mg", "mg_excreted_floor", "mg_secreted", "bone_mg", "bone_mg_time",
    "inhibitor_passive_loss", "ncc_mg_escape", "nkcc2_mg_escape", "pth_half_mg",
    "pth_action_half_mg", "bone_ca_floor", "absorption_time", "insulin_pump_gain",
)  # fmt: skip
"""Parameters that the targets may move."""
FITTED_TO = tuple(target for target in TARGETS if target.group == CALIBRATION)
ALL = len(FITTED_TO)
WORST = 10.0
"""Residual of a target that cannot be measured, or of parameters without a healthy body."""
STEP = 0.02
"""Step of finite differences, as part of a plausible range."""
PRIOR = 0.5
"""Spread of the prior around the middle of a plausible range, as part of it."""
KNOWN = 0.7
"""A parameter is identified if less than this part of its prior's spread is left."""


def bounds() -> tuple[Array, Array]:
    """Plausible range of every free parameter."""
    facts = [FACTS[name] for name in FREE]
    return np.array([f.low for f in facts]), np.array([f.high for f in facts])


def shipped() -> Array:
    """Place of the shipped values."""
    values = {entry.name: entry.value for entry in describe(Parameters())}
    low, high = bounds()
    return (np.array([values[name] for name in FREE]) - low) / (high - low)


def values_at(x: Array) -> dict[str, float]:
    """Parameters at a place."""
    low, high = bounds()
    return dict(zip(FREE, (low + x * (high - low)).tolist(), strict=True))


def verdicts_at(x: Array, n_cells: int = 5, targets: int = ALL, seed: int = SEED) -> list[Verdict]:
    """Targets measured at a place, on the mean-field twin or on more cells."""
    return validate(Trials(values_at(x), n_cells, seed), FITTED_TO[:targets])


def residuals(x: Array, targets: int = ALL) -> Array:
    """Distances of targets in half bands, weighted, then of the parameters from their priors."""
    try:
        distances = np.array([verdict.distance for verdict in verdicts_at(x, targets=targets)])
    except (InputError, SimulationError):
        distances = np.full(targets, WORST)
    distances = np.clip(np.nan_to_num(distances, nan=WORST), -WORST, WORST)
    weights = np.sqrt([target.weight for target in FITTED_TO[:targets]])
    return np.concatenate([weights * distances, (x - 0.5) / PRIOR])


def jacobian(x: Array, pool: ProcessPoolExecutor, targets: int = ALL) -> Array:
    """Slopes of all residuals by forward differences, inward at an upper bound; a column a process."""
    steps = np.where(x + STEP <= 1.0, STEP, -STEP)
    moved = [x + step * unit for step, unit in zip(steps, np.eye(x.size), strict=True)]
    found = pool.map(partial(residuals, targets=targets), [x, *moved])
    here, *columns = watched(found, "Slopes", len(moved) + 1)
    return np.array([(column - here) / step for column, step in zip(columns, steps, strict=True)]).T


def fit(start: Array, most: int, targets: int = ALL) -> tuple[Array, Array]:
    """Best place by at most so many steps of least squares, and the Jacobian there."""
    with processes() as pool:
        found = least_squares(
            partial(residuals, targets=targets),
            np.clip(start, 0.001, 0.999),
            jac=partial(jacobian, pool=pool, targets=targets),
            bounds=(0.0, 1.0),
            x_scale=1.0,
            ftol=1e-3,
            max_nfev=most,
            verbose=2,
        )
        return found.x, jacobian(found.x, pool, targets)


def certainty(x: Array, slopes: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Value, standard error and share of the prior's spread left, and the correlations."""
    covariance = np.linalg.inv(slopes.T @ slopes)
    errors = np.sqrt(np.diag(covariance))
    low, high = bounds()
    table = pd.DataFrame(
        {
            "value": list(values_at(x).values()),
            "standard_error": errors * (high - low),
            "low": low,
            "high": high,
            "of_prior_spread": errors / PRIOR,
            "unit": [FACTS[name].unit for name in FREE],
        },
        index=pd.Index(FREE, name="parameter"),
    )
    table["at_bound"] = (x < 0.01) | (x > 0.99)
    table["identified"] = (table["of_prior_spread"] < KNOWN) & ~table["at_bound"]
    correlations = pd.DataFrame(covariance / np.outer(errors, errors), FREE, FREE)
    return table, correlations


def measured(x: Array, n_cells: int, populations: int, targets: int = ALL) -> pd.DataFrame:
    """Targets in rows, as the twin gives them and as populations of different cells do on average."""
    twin = verdicts_at(x, targets=targets)
    others = [verdicts_at(x, n_cells, targets, SEED + k) for k in range(populations)]
    means = np.mean([[verdict.model for verdict in verdicts] for verdicts in others], axis=0)
    rows = [
        {**verdict.record(), "distance": verdict.distance, "population": mean}
        for verdict, mean in zip(twin, means, strict=True)
    ]
    return pd.DataFrame(rows).set_index("name")
