"""Which fitted parameters do the published findings identify?

Question
    Which values of the fitted parameters agree best with the published targets, how precisely are they
    determined, and which of them are not identifiable?
Method
    Least squares on the mean-field twin. Residuals are distances in half accepted bands, plus a weak
    prior for each parameter: the middle of its plausible range, with half the range as its SD. Standard
    errors and correlations from the Jacobian at the optimum; intervals assume a normal distribution. The
    targets are measured again on a heterogeneous population. The default parameters are this fit,
    rounded to three digits; without --refit they are evaluated as they are.
Reading
    A standard error close to the SD of the prior: the data do not identify the parameter. Its interval
    may then extend beyond the plausible range.
Cost
    About two minutes on two cores; about ten with --refit.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools import fitting
from experiments._tools.harness import Answer, Finding, experiment, process_pool
from experiments._tools.persons import proportion
from sim.figures import BLUE, FAINT, STYLE, Page
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import Interval

MAX_STEPS = 12
"""Maximum number of steps of the fit."""
Z_95 = 1.96
"""Two-sided 95 % critical value of the standard normal distribution."""


@experiment(n_cells=ONE_OF_EACH_TYPE, targets=10)
def main(
    replicates: int = 1, n_cells: int = 200, duration: float = 730.0, out: Path | None = None,
    targets: int = fitting.ALL, *, refit: bool = False,
) -> Answer:  # fmt: skip
    """Estimate the free parameters and their uncertainty from the targets.

    Parameters
    ----------
    replicates : int
        Heterogeneous populations on which the targets are measured again.
    n_cells : int
        Cells of each population.
    duration : float
        Not used: each target is measured after the duration of its source study, at most 730 days.
    out : path, optional
        Not used.
    targets : int
        Number of targets used, from the first.
    refit : bool
        Whether to repeat the fit, starting from the default values.
    """
    del duration, out
    if not 1 <= targets <= fitting.ALL:
        raise sim.InputError([f"--targets {targets}; give 1 to {fitting.ALL}"])
    x = fitting.default_point()
    if refit:
        x, jac = fitting.fit(x, MAX_STEPS, targets)
    else:
        with process_pool() as pool:
            jac = fitting.jacobian(x, pool, targets)
    table, correlations = fitting.uncertainty(x, jac)
    rows = fitting.measured_targets(x, n_cells, replicates, targets)
    findings = {"targets met": proportion(rows["met"])}
    for name, value, error, unit in table[["value", "standard_error", "unit"]].itertuples():
        interval = Interval(value, value - Z_95 * error, value + Z_95 * error, len(rows), 0.95)
        findings[str(name)] = Finding(interval, unit)
    known, unknown = table.index[table["identified"]], table.index[~table["identified"]]
    best = table["of_prior_spread"].where(~table["at_bound"]).idxmin()
    sentence = (
        f"{rows['met'].sum()} of {len(rows)} targets are within their bands. They identify "
        f"{len(known)} of {len(table)} fitted parameters, most precisely {best}, "
        f"{findings[best].interval.brief(digits=2)}, but not {', '.join(unknown)}."
    )
    tables = {"parameters": table, "correlations": correlations, "targets": rows}
    facts = {
        "half_sum_of_squares": 0.5 * float(np.square(fitting.residuals(x, targets)).sum()),
        "refitted": refit, "targets": len(rows), "met": int(rows["met"].sum()),
        "not_identified": list(unknown),
    }  # fmt: skip
    return Answer(sentence, findings, draw(table), tables, facts)


def draw(table: pd.DataFrame) -> Figure:
    """Draw each free parameter and its standard error within its plausible range."""
    with rc_context(STYLE):
        page = Page(figsize=(5.5, 0.16 * len(table) + 0.7), layout="constrained")
        axes = page.add_subplot()
        span = table["high"] - table["low"]
        place, error = (table["value"] - table["low"]) / span, table["standard_error"] / span
        for row, (known, x, half) in enumerate(zip(table["identified"], place, error, strict=True)):
            colour, face = (BLUE, BLUE) if known else (FAINT, "white")
            axes.errorbar(x, row, xerr=half, fmt="o", ms=4.0, color=colour, mfc=face, lw=1.2)
        axes.set(
            xlim=(-0.03, 1.03), xlabel="position in the plausible range (0 low end, 1 high end)",
            yticks=range(len(table)), yticklabels=table.index,
            title="Fitted parameters ± standard error (open circles: not identified)",
        )  # fmt: skip
        axes.invert_yaxis()
    return page


if __name__ == "__main__":
    main.command()
