"""Which values of the fitted parameters meet the published targets best, and how surely?

Question
    What do the targets say about each fitted parameter, and which can they not tell?
Method
    Least squares on the mean-field twin. Residuals are distances in half accepted bands, and a weak
    prior for each parameter: the middle of its plausible range, give or take half of it. Standard errors
    and correlations from the Jacobian at the best fit; targets measured again on a population.
Reading
    A standard error near the prior's own: the data do not identify the parameter. The shipped parameters
    are this fit's, rounded to three digits.
Cost
    Some ten minutes on two cores; with --evaluate, which measures the shipped parameters, one.

Run with:  python -m experiments.calibration [--evaluate] [--most-steps N] [--cells N] [--out DIR]
"""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import least_squares

from experiments.harness import STYLE, out_option, processes, write
from sim.faults import InputError
from sim.parameters import FACTS, Parameters, describe
from sim.simulation import SimulationError
from sim.targets import CALIBRATION, TARGETS
from sim.trials import Trials
from sim.validation import Verdict, validate

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
WORST = 10.0
"""Residual of a target that cannot be measured, or of parameters without a healthy body."""
STEP = 0.02
"""Step of finite differences, as part of a plausible range."""
CONFIRMING_CELLS = 200


def bounds() -> tuple[Array, Array]:
    """Plausible range of every free parameter."""
    facts = [FACTS[name] for name in FREE]
    return np.array([f.low for f in facts]), np.array([f.high for f in facts])


def shipped() -> Array:
    """Shipped values of the free parameters, as parts of their ranges."""
    values = {entry.name: entry.value for entry in describe(Parameters())}
    low, high = bounds()
    return (np.array([values[name] for name in FREE]) - low) / (high - low)


def values_at(x: Array) -> dict[str, float]:
    """Parameters at a place in the unit cube."""
    low, high = bounds()
    return dict(zip(FREE, (low + x * (high - low)).tolist(), strict=True))


def verdicts_at(x: Array, n_cells: int = 5) -> list[Verdict]:
    """Targets measured at a place in the unit cube."""
    return validate(Trials(values_at(x), n_cells), FITTED_TO)


def residuals(x: Array) -> Array:
    """Distances of all targets in half bands, weighted, then of the parameters from their priors."""
    try:
        distances = np.array([verdict.distance for verdict in verdicts_at(x)])
    except (InputError, SimulationError):
        distances = np.full(len(FITTED_TO), WORST)
    distances = np.clip(np.nan_to_num(distances, nan=WORST), -WORST, WORST)
    weights = np.sqrt([target.weight for target in FITTED_TO])
    return np.concatenate([weights * distances, (x - 0.5) / 0.5])


def jacobian(x: Array, pool: ProcessPoolExecutor) -> Array:
    """Slopes of all residuals by forward differences, inward at an upper bound; a column a process."""
    steps = np.where(x + STEP <= 1.0, STEP, -STEP)
    moved = [x + step * unit for step, unit in zip(steps, np.eye(x.size), strict=True)]
    here, *columns = pool.map(residuals, [x, *moved])
    return np.array([(column - here) / step for column, step in zip(columns, steps, strict=True)]).T


def fit(start: Array, most: int) -> tuple[Array, Array]:
    """Best place in the unit cube, and the Jacobian there."""
    with processes() as pool:
        found = least_squares(
            residuals,
            np.clip(start, 0.001, 0.999),
            jac=partial(jacobian, pool=pool),
            bounds=(0.0, 1.0),
            x_scale=1.0,
            ftol=1e-3,
            max_nfev=most,
            verbose=2,
        )
        return found.x, jacobian(found.x, pool)


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
            "of_prior_spread": errors / 0.5,
            "unit": [FACTS[name].unit for name in FREE],
        },
        index=pd.Index(FREE, name="parameter"),
    )
    table["at_bound"] = (x < 0.01) | (x > 0.99)
    table["identified"] = (table["of_prior_spread"] < 0.7) & ~table["at_bound"]
    correlations = pd.DataFrame(covariance / np.outer(errors, errors), FREE, FREE)
    return table, correlations


def residual_table(x: Array, n_cells: int) -> pd.DataFrame:
    """Every target with the twin's and a population's value."""
    twin, population = verdicts_at(x), verdicts_at(x, n_cells)
    rows = [
        {**verdict.record(), "distance": verdict.distance, "population": other.model}
        for verdict, other in zip(twin, population, strict=True)
    ]
    return pd.DataFrame(rows).set_index("name")


def main(
    n_cells: int = CONFIRMING_CELLS,
    most_steps: int = 12,
    out: Path | None = None,
    *,
    evaluate: bool = False,
) -> pd.DataFrame:
    """Run the experiment; return the table of parameters.

    Parameters
    ----------
    n_cells : int
        Cells of the population that confirms the fit.
    most_steps : int
        Most steps of the fit.
    out : path, optional
        Folder for tables and summary.
    evaluate : bool
        Whether only to measure the shipped parameters.
    """
    x = shipped()
    if evaluate:
        with processes() as pool:
            slopes = jacobian(x, pool)
    else:
        x, slopes = fit(x, most_steps)
    table, correlations = certainty(x, slopes)
    rows = residual_table(x, n_cells)
    table.attrs |= {"targets": len(rows), "met": int(rows["met"].sum())}
    if out is not None:
        facts = {
            "half_sum_of_squares": 0.5 * float(np.square(residuals(x)).sum()),
            "evaluated_only": evaluate, "population": n_cells, **table.attrs,
            "not_identified": table.index[~table["identified"]].tolist(),
        }  # fmt: skip
        write(out, draw(table), facts)
        table.to_csv(out / "parameters.csv", float_format="%.6g")
        correlations.to_csv(out / "correlations.csv", float_format="%.3f")
        rows.to_csv(out / "summary.csv", float_format="%.6g")
    return table


def draw(table: pd.DataFrame) -> Figure:
    """Draw value and standard error of every free parameter in its plausible range."""
    with rc_context(STYLE):
        figure = Figure(figsize=(6.5, 0.22 * len(table) + 1.0), layout="constrained")
        axes = figure.add_subplot()
        span = table["high"] - table["low"]
        place, error = (table["value"] - table["low"]) / span, table["standard_error"] / span
        for row, (known, x, half) in enumerate(zip(table["identified"], place, error, strict=True)):
            colour, face = ("#0072B2", "#0072B2") if known else ("0.55", "white")
            axes.errorbar(x, row, xerr=half, fmt="o", ms=4.5, color=colour, mfc=face, lw=1.2)
        axes.set(
            xlim=(-0.03, 1.03), xlabel="place in the plausible range (0 low end, 1 high end)",
            yticks=range(len(table)), yticklabels=table.index,
            title="Fitted parameters, give or take a standard error (rings: not identified)",
        )  # fmt: skip
        axes.invert_yaxis()
    return figure


@click.command(help="Fit the free parameters to the published targets.")
@click.option("--most-steps", default=12, show_default=True, help="most steps of the fit")
@click.option("--cells", default=CONFIRMING_CELLS, show_default=True, help="confirming population")
@click.option("--evaluate", is_flag=True, help="measure the shipped parameters only")
@out_option("calibration")
def command(most_steps: int, cells: int, evaluate: bool, out: Path) -> None:
    """Run from the command line."""
    table = main(n_cells=cells, most_steps=most_steps, out=out, evaluate=evaluate)
    click.echo(table.round(4).to_string())
    unknown = ", ".join(table.index[~table["identified"]]) or "none"
    click.echo(
        f"{table.attrs['met']} of {table.attrs['targets']} targets are in their bands. "
        f"The targets cannot tell: {unknown}."
    )


if __name__ == "__main__":
    command()
