"""What do published findings say about the fitted parameters?

Question
    Which values of the fitted parameters meet the published targets best, and how surely; which
    parameters can the targets not tell?
Method
    Least squares on the mean-field twin. Residuals are distances in half accepted bands, and a weak
    prior for each parameter: the middle of its plausible range, give or take half of it. Standard errors
    and correlations from the Jacobian at the best fit, intervals as for a normal distribution; targets
    measured again on a population. The shipped parameters are this fit's, rounded to three digits;
    without --refit they are taken as they are.
Reading
    A standard error near the prior's own: the data do not identify the parameter. An interval may reach
    beyond the plausible range then.
Cost
    About two minutes on two cores; with --refit some ten.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools import fitting
from experiments._tools.harness import Answer, Finding, experiment, processes
from experiments._tools.persons import share
from sim.figures import BLUE, FAINT, STYLE, Page
from sim.statistics import Interval

MAX_STEPS = 12
"""Steps of the fit."""
Z_95 = 1.96
"""Two-sided 95 % critical value of the standard normal distribution."""


@experiment(n_cells=5, targets=10)
def main(
    replicates: int = 1, n_cells: int = 200, duration: float = 730.0, out: Path | None = None,
    targets: int = fitting.ALL, *, refit: bool = False,
) -> Answer:  # fmt: skip
    """Find what the targets say about each free parameter.

    Parameters
    ----------
    replicates : int
        Populations of different cells that targets are measured on again.
    n_cells : int
        Cells of each.
    duration : float
        Not used: each target is measured after as many days as in the study that it is from, at most
        730.
    out : path, optional
        Not used.
    targets : int
        How many targets count, from the first.
    refit : bool
        Whether to fit again, from the shipped values.
    """
    del duration, out
    if not 1 <= targets <= fitting.ALL:
        raise sim.InputError([f"--targets {targets}; give 1 to {fitting.ALL}"])
    x = fitting.default_point()
    if refit:
        x, jac = fitting.fit(x, MAX_STEPS, targets)
    else:
        with processes() as pool:
            jac = fitting.jacobian(x, pool, targets)
    table, correlations = fitting.uncertainty(x, jac)
    rows = fitting.measured_targets(x, n_cells, replicates, targets)
    findings = {"targets met": share(rows["met"])}
    for name, value, error, unit in table[["value", "standard_error", "unit"]].itertuples():
        reach = Interval(value, value - Z_95 * error, value + Z_95 * error, len(rows), 0.95)
        findings[str(name)] = Finding(reach, unit)
    known, unknown = table.index[table["identified"]], table.index[~table["identified"]]
    best = table["of_prior_spread"].where(~table["at_bound"]).idxmin()
    sentence = (
        f"{rows['met'].sum()} of {len(rows)} targets are in their bands. They identify {len(known)} of "
        f"{len(table)} fitted parameters, best {best}, {findings[best].interval.brief(digits=2)}, and "
        f"cannot tell {', '.join(unknown)}."
    )
    tables = {"parameters": table, "correlations": correlations, "targets": rows}
    facts = {
        "half_sum_of_squares": 0.5 * float(np.square(fitting.residuals(x, targets)).sum()),
        "refitted": refit, "targets": len(rows), "met": int(rows["met"].sum()),
        "not_identified": list(unknown),
    }  # fmt: skip
    return Answer(sentence, findings, draw(table), tables, facts)


def draw(table: pd.DataFrame) -> Figure:
    """Draw value and standard error of every free parameter in its plausible range."""
    with rc_context(STYLE):
        page = Page(figsize=(5.5, 0.16 * len(table) + 0.7), layout="constrained")
        axes = page.add_subplot()
        span = table["high"] - table["low"]
        place, error = (table["value"] - table["low"]) / span, table["standard_error"] / span
        for row, (known, x, half) in enumerate(zip(table["identified"], place, error, strict=True)):
            colour, face = (BLUE, BLUE) if known else (FAINT, "white")
            axes.errorbar(x, row, xerr=half, fmt="o", ms=4.0, color=colour, mfc=face, lw=1.2)
        axes.set(
            xlim=(-0.03, 1.03), xlabel="place in the plausible range (0 low end, 1 high end)",
            yticks=range(len(table)), yticklabels=table.index,
            title="Fitted parameters, give or take a standard error (rings: not identified)",
        )  # fmt: skip
        axes.invert_yaxis()
    return page


if __name__ == "__main__":
    main.command()
