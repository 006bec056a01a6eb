"""Fit of the free parameters to the published targets: residuals, Jacobian, best fit, uncertainty.

A point lies in the unit cube; its coordinates are the parameters scaled to their plausible ranges. An
argument ``targets`` is the number of targets to use, from the first.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from experiments._tools.harness import SEED, process_pool, with_progress
from sim.errors import InputError, SimulationError
from sim.parameters import FACTS, ONE_OF_EACH_TYPE, Parameters, describe
from sim.validation import CALIBRATION, TARGETS, Trials, Verdict, validate

Array = NDArray[np.float64]

FREE = (
    "expression_exponent", "k_secretion_exponent", "k_feed_forward",
    "ncc_k_exponent", "ncc_half_mg", "ncc_mg_loss", "ncc_uptake_ratio", "loop_delivery",
    "romk_half_mg", "mg_excreted_floor", "mg_secreted", "bone_mg", "bone_mg_time",
    "inhibitor_passive_loss", "ncc_mg_escape", "nkcc2_mg_escape", "pth_half_mg",
    "pth_action_half_mg", "bone_ca_floor", "absorption_time", "insulin_pump_gain",
)  # fmt: skip
"""Parameters that are fitted."""
FITTED_TO = tuple(target for target in TARGETS if target.group == CALIBRATION)
ALL = len(FITTED_TO)
MAX_RESIDUAL = 10.0
"""Bound of residuals; also the residual of a target that cannot be measured."""
STEP = 0.02
"""Step of finite differences, as a fraction of a plausible range."""
PRIOR_SD = 0.5
"""SD of the prior around the middle of a plausible range, as a fraction of the range."""
IDENTIFIED_BELOW = 0.7
"""A parameter is identified if its standard error is below this fraction of its prior's SD."""


def bounds() -> tuple[Array, Array]:
    """Plausible range of every free parameter."""
    facts = [FACTS[name] for name in FREE]
    return np.array([f.low for f in facts]), np.array([f.high for f in facts])


def default_point() -> Array:
    """Point of the default values."""
    values = {entry.name: entry.value for entry in describe(Parameters())}
    low, high = bounds()
    return (np.array([values[name] for name in FREE]) - low) / (high - low)


def values_at(x: Array) -> dict[str, float]:
    """Parameters at a point."""
    low, high = bounds()
    return dict(zip(FREE, (low + x * (high - low)).tolist(), strict=True))


def verdicts_at(
    x: Array, n_cells: int = ONE_OF_EACH_TYPE, targets: int = ALL, seed: int = SEED
) -> list[Verdict]:
    """Verdicts on the targets at a point, for the mean-field twin or for more cells."""
    return validate(Trials(values_at(x), n_cells, seed), FITTED_TO[:targets])


def residuals(x: Array, targets: int = ALL) -> Array:
    """Weighted distances of targets in half bands, then distances of parameters from their priors."""
    try:
        distances = np.array([verdict.distance for verdict in verdicts_at(x, targets=targets)])
    except (InputError, SimulationError):
        distances = np.full(targets, MAX_RESIDUAL)
    distances = np.clip(np.nan_to_num(distances, nan=MAX_RESIDUAL), -MAX_RESIDUAL, MAX_RESIDUAL)
    weights = np.sqrt([target.weight for target in FITTED_TO[:targets]])
    return np.concatenate([weights * distances, (x - 0.5) / PRIOR_SD])


def jacobian(x: Array, pool: ProcessPoolExecutor, targets: int = ALL) -> Array:
    """Jacobian of the residuals by forward differences, backward at an upper bound; in parallel."""
    steps = np.where(x + STEP <= 1.0, STEP, -STEP)
    moved = [x + step * unit for step, unit in zip(steps, np.eye(x.size), strict=True)]
    found = pool.map(partial(residuals, targets=targets), [x, *moved])
    base, *columns = with_progress(found, "Jacobian", len(moved) + 1)
    return np.array([(column - base) / step for column, step in zip(columns, steps, strict=True)]).T


def fit(start: Array, max_steps: int, targets: int = ALL) -> tuple[Array, Array]:
    """Least-squares fit from a point, in at most ``max_steps`` steps, and the Jacobian there."""
    with process_pool() as pool:
        found = least_squares(
            partial(residuals, targets=targets),
            np.clip(start, 0.001, 0.999),
            jac=partial(jacobian, pool=pool, targets=targets),
            bounds=(0.0, 1.0),
            x_scale=1.0,
            ftol=1e-3,
            max_nfev=max_steps,
            verbose=2,
        )
        return found.x, jacobian(found.x, pool, targets)


def uncertainty(x: Array, jac: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values with standard errors, also as fractions of the prior's SD, and the correlations."""
    covariance = np.linalg.inv(jac.T @ jac)
    errors = np.sqrt(np.diag(covariance))
    low, high = bounds()
    table = pd.DataFrame(
        {
            "value": list(values_at(x).values()),
            "standard_error": errors * (high - low),
            "low": low,
            "high": high,
            "of_prior_spread": errors / PRIOR_SD,
            "unit": [FACTS[name].unit for name in FREE],
        },
        index=pd.Index(FREE, name="parameter"),
    )
    table["at_bound"] = (x < 0.01) | (x > 0.99)
    table["identified"] = (table["of_prior_spread"] < IDENTIFIED_BELOW) & ~table["at_bound"]
    correlations = pd.DataFrame(covariance / np.outer(errors, errors), FREE, FREE)
    return table, correlations


def measured_targets(x: Array, n_cells: int, populations: int, targets: int = ALL) -> pd.DataFrame:
    """Targets in rows: of the mean-field twin, and the mean over heterogeneous populations."""
    twin = verdicts_at(x, targets=targets)
    others = [verdicts_at(x, n_cells, targets, SEED + k) for k in range(populations)]
    means = np.mean([[verdict.model for verdict in verdicts] for verdicts in others], axis=0)
    rows = [
        {**verdict.record(), "distance": verdict.distance, "population": mean}
        for verdict, mean in zip(twin, means, strict=True)
    ]
    return pd.DataFrame(rows).set_index("name")
