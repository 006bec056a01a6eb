"""Which parameters matter most in severe Mg loss?

Question
    Which of all parameters determine plasma K, plasma Ca, muscle Na and muscle K after severe Mg loss?
Method
    Mean-field twin, severe Mg loss for 120 days. Morris screening over the plausible range of every
    parameter; then Sobol indices (SALib) of the 14 with the largest effects, the others at their
    defaults. Parameter sets without a healthy steady state are counted and left out of the screening;
    in the Sobol analysis the median of the others is imputed. Bootstrap intervals of SALib over samples.
Reading
    First-order index: fraction of the variance due to a parameter alone; total: with all interactions. A
    fitted or assumed parameter with a large total index is the one most worth measuring. With few
    samples, a first-order index may exceed the total.
Cost
    About two minutes on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import RESULTS, Answer, Finding, experiment, process_pool
from experiments._tools.screening import NAMES, OUTPUTS, Loss, decompose, screen
from sim.figures import BLUE, FAINT, SKY, STYLE, Page
from sim.parameters import FACTS, ONE_OF_EACH_TYPE, Basis
from sim.statistics import Interval

KEPT = 14
SOURCED = {Basis.MEASURED, Basis.DERIVED}
"""Bases of parameters whose values have a source."""


@experiment(replicates=8, trajectories=0)
def main(
    replicates: int = 64,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
    trajectories: int = 6,
) -> Answer:
    """Find the parameters with the largest effects.

    Parameters
    ----------
    replicates : int
        Sobol base samples, a power of two.
    n_cells : int
        Cells; five are the mean-field twin.
    duration : float
        Days of severe Mg loss.
    out : path, optional
        Not used.
    trajectories : int
        Morris trajectories; with 0, the screening of the last full run is used.
    """
    del out
    if replicates & (replicates - 1):
        raise sim.InputError([f"--replicates {replicates}; give a power of two, as 64 is"])
    with process_pool() as pool:
        loss = Loss(n_cells, duration, pool)
        if trajectories:
            effects, failed = screen(NAMES, trajectories, loss)
        else:
            effects, failed = pd.read_csv(RESULTS / "sensitivity/screening.csv", index_col=0), None
        kept = effects.max(axis=1).nlargest(KEPT).index.tolist()
        indices, imputed = decompose(kept, replicates, loss)
    findings, parts = {}, []
    for output, title in OUTPUTS.items():
        largest = largest_indices(indices[indices["output"] == output], replicates)
        findings |= {f"largest index, {title}, {of}": found for of, (_, found) in largest.items()}
        texts = dict.fromkeys(  # One text if the same parameter is the largest of both groups.
            f"{found.interval.brief(digits=2)} of {name} ({FACTS[name].meaning})"
            for name, found in largest.values()
        )
        parts.append(f"for {title} {', and among fitted or assumed ones '.join(texts)}")
    sentence = (
        f"The largest total Sobol indices of parameters after {duration:g} days of severe Mg loss are "
        f"{'; '.join(parts)}."
    )
    facts = {"parameters": len(effects), "without_steady_state_in_screening": failed,
             "without_steady_state_in_sobol": imputed}  # fmt: skip
    tables = {"screening": effects, "indices": indices}
    return Answer(sentence, findings, draw(indices), tables, facts)


def largest_indices(indices: pd.DataFrame, samples: int) -> dict[str, tuple[str, Finding]]:
    """Find the parameter of the largest total index, of all and of those without a source."""
    order = indices.sort_values("total", ascending=False)
    unsourced = order[~order["basis"].isin(SOURCED)]
    found = {}
    for of, rows in {"all": order, "fitted or assumed": unsourced}.items():
        total, half = rows["total"].iloc[0], rows["total_half_width"].iloc[0]
        interval = Interval(total, total - half, total + half, samples, 0.95)
        found[of] = (str(rows.index[0]), Finding(interval))
    return found


def draw(indices: pd.DataFrame) -> Figure:
    """Draw first-order and total indices, a panel an output; parameters without a source are marked."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 3.2), layout="constrained")
        names = indices.groupby(level=0)["total"].max().sort_values(ascending=False).index
        rows = np.arange(len(names))
        labels = [name if FACTS[name].basis in SOURCED else f"{name} *" for name in names]
        for axes, (output, title) in zip(page.subplots(1, 4, sharey=True), OUTPUTS.items(), strict=True):
            part = indices[indices["output"] == output].loc[names]
            axes.barh(rows, part["total"], xerr=part["total_half_width"], color=SKY, height=0.75,
                      error_kw={"lw": 0.7, "ecolor": FAINT}, label="total")  # fmt: skip
            axes.barh(rows, part["first"], color=BLUE, height=0.35, label="first order")
            axes.set(title=title, xlabel="Sobol index", yticks=rows, yticklabels=labels)
            axes.set_xlim(left=0.0)
        axes.invert_yaxis()
        axes.legend(loc="lower right")
        page.supxlabel("* fitted or assumed", x=0.99, ha="right", fontsize=6)
    return page


if __name__ == "__main__":
    main.command()
