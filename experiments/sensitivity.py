"""Which numbers matter in severe Mg loss?

Question
    Of all parameters, which decide plasma K, plasma Ca, muscle Na and muscle K after severe Mg loss?
Method
    Mean-field twin, severe Mg loss for 120 days. Morris screening over the plausible range of every
    parameter; then Sobol indices (SALib) of the 14 that screened highest, the others as shipped. Sets
    without a healthy body are counted and left out of the screening; in the second part they would take
    the median of the others. Intervals are SALib's, by the bootstrap over samples.
Reading
    First-order index: part of the variance that a parameter makes alone; total: with all interactions. A
    parameter that is fitted or assumed, and has a large total index, is where a measurement pays most.
    Of few samples, a first-order index may come out above the total.
Cost
    About two minutes on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import RESULTS, Answer, Finding, experiment, processes
from experiments._tools.screening import NAMES, OUTPUTS, Loss, decompose, screen
from sim.figures import BLUE, FAINT, SKY, STYLE, Page
from sim.parameters import FACTS, Basis
from sim.statistics import Interval

KEPT = 14
SETTLED = {Basis.MEASURED, Basis.DERIVED}
"""Bases of parameters that a source settles."""


@experiment(replicates=8, trajectories=0)
def main(
    replicates: int = 64, n_cells: int = 5, duration: float = 120.0, out: Path | None = None,
    trajectories: int = 6,
) -> Answer:  # fmt: skip
    """Find which parameters matter.

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
        Morris trajectories; with none, the screening of the last full run holds.
    """
    del out
    if replicates & (replicates - 1):
        raise sim.InputError([f"--replicates {replicates}; give a power of two, as 64 is"])
    with processes() as pool:
        loss = Loss(n_cells, duration, pool)
        if trajectories:
            effects, bodiless = screen(NAMES, trajectories, loss)
        else:
            effects, bodiless = pd.read_csv(RESULTS / "sensitivity/screening.csv", index_col=0), None
        kept = effects.max(axis=1).nlargest(KEPT).index.tolist()
        indices, lost = decompose(kept, replicates, loss)
    findings, parts = {}, []
    for output, title in OUTPUTS.items():
        most = strongest(indices[indices["output"] == output], replicates)
        findings |= {f"largest index for {title}, {of}": found for of, (_, found) in most.items()}
        told = dict.fromkeys(
            f"{name} ({FACTS[name].meaning}): {found.interval.brief(digits=2)}"
            for name, found in most.values()
        )
        parts.append(f"for {title}, {', and of what no source settles, '.join(told)}")
    sentence = (
        f"What decides most {duration:g} days into severe Mg loss, by total Sobol index: "
        f"{'; '.join(parts)}."
    )
    facts = {"parameters": len(effects), "without_body_in_screening": bodiless,
             "without_body_in_sobol": lost}  # fmt: skip
    tables = {"screening": effects, "indices": indices}
    return Answer(sentence, findings, draw(indices), tables, facts)


def strongest(indices: pd.DataFrame, samples: int) -> dict[str, tuple[str, Finding]]:
    """Find the parameter of the largest total index, of all and of those that no source settles."""
    order = indices.sort_values("total", ascending=False)
    unsettled = order[~order["basis"].isin(SETTLED)]
    found = {}
    for of, rows in {"of all": order, "of what no source settles": unsettled}.items():
        total, half = rows["total"].iloc[0], rows["total_half_width"].iloc[0]
        interval = Interval(total, total - half, total + half, samples, 0.95)
        found[of] = (str(rows.index[0]), Finding(interval))
    return found


def draw(indices: pd.DataFrame) -> Figure:
    """Draw first-order and total indices, a panel an output; what no source settles is marked."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 3.2), layout="constrained")
        names = indices.groupby(level=0)["total"].max().sort_values(ascending=False).index
        rows = np.arange(len(names))
        labels = [name if FACTS[name].basis in SETTLED else f"{name} *" for name in names]
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
