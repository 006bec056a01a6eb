"""Which mechanism does what in severe Mg loss?

Question
    How much of the fall of plasma K, of the rise of cell Na and of the failure of KCl does each
    mechanism carry?
Method
    Severe Mg loss, then 30 days of 80 mmol/day KCl, on the mean-field twin of each virtual person: once
    with all mechanisms, once with each switched off alone. The share of a mechanism is the part of the
    harm, summed over persons, that is gone without it; intervals by the jackknife over persons.
Reading
    A share near zero: others do the same without it. Below zero: the mechanism protects. Above one:
    without it the harm turns into its opposite. Shares of mechanisms that work through one another do
    not add up to one.
Cost
    About two minutes on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments.harness import SEED, Answer, Finding, experiment, run_study, study_facts
from sim.control import KNOCK_OUTS
from sim.statistics import Interval, ratio_interval
from sim.style import BLUE, ORANGE, STYLE, Page

KCL_DAYS = 30.0
WHOLE = "all mechanisms"
HARMS = {
    "fall_of_k": "fall of plasma K",
    "rise_of_na": "rise of muscle Na",
    "failure_of_kcl": "failure of KCl",
}
"""Harms whose shares are asked for."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: an arm with all mechanisms, and one without each."""
    severe = sim.load("severe-magnesium-loss").revised(
        duration=f"{days + KCL_DAYS} day",
        supplement=[sim.Supplement(ion="potassium", dose="80 mmol/day", start=f"{days} day")],
    )
    arms = [severe.revised(name=WHOLE)]
    arms += [severe.revised(name=f"without {name}", without=[name]) for name in KNOCK_OUTS]
    return sim.Design(
        name="knock_outs", conditions=arms, replicates=replicates, cells=n_cells, seed=SEED, noise=False,
        heterogeneous=n_cells > 5, variables=("plasma_k", "na_in_mean"), every=f"{KCL_DAYS} day",
    )  # fmt: skip


def harms(study: sim.Study, arm: str, days: float) -> pd.DataFrame:
    """Harms [mM] in an arm, a row a person."""
    k, na = (study.values(name, arm) for name in ("plasma_k", "na_in_mean"))
    return pd.DataFrame({
        "fall_of_k": k[0.0] - k[days],
        "rise_of_na": na[days] - na[0.0],
        "failure_of_kcl": k[0.0] - k[days + KCL_DAYS],
    })  # fmt: skip


@experiment(replicates=4, n_cells=5, duration=120.0)
def main(
    replicates: int = 40, n_cells: int = 5, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Find each mechanism's share of each harm.

    Parameters
    ----------
    replicates : int
        Virtual persons.
    n_cells : int
        Cells of each; five are the mean-field twin.
    duration : float
        Days of severe Mg loss before KCl.
    out : path, optional
        Folder for the study.
    """
    study = run_study(design(replicates, n_cells, duration), out)
    whole = harms(study, WHOLE, duration)
    shares = {}
    for name in KNOCK_OUTS:
        gone = whole - harms(study, f"without {name}", duration)
        shares[name] = {harm: ratio_interval(gone[harm], whole[harm]) for harm in HARMS}
    shares = dict(sorted(shares.items(), key=lambda item: -item[1]["fall_of_k"].estimate))
    findings = {
        f"{harm} by {name}": Finding(share)
        for name, found in shares.items()
        for harm, share in found.items()
    }
    tops = []
    for harm, title in HARMS.items():
        top = max(shares, key=lambda name: shares[name][harm].estimate)
        tops.append(f"most of the {title} is gone without {top} (share {Finding(shares[top][harm])})")
    sentence = f"In severe Mg loss {'; '.join(tops)}."
    return Answer(sentence, findings, draw(shares), facts=study_facts(study))


def draw(shares: dict[str, dict[str, Interval]]) -> Figure:
    """Draw the shares of all mechanisms, a panel a harm."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.0), layout="constrained")
        rows = np.arange(len(shares))
        for axes, (harm, title) in zip(page.subplots(1, 3, sharey=True), HARMS.items(), strict=True):
            found = [share[harm] for share in shares.values()]
            values = 100.0 * np.array([share.estimate for share in found])
            ends = 100.0 * np.array([(share.low, share.high) for share in found]).T
            axes.barh(rows, values, color=np.where(values >= 0.0, BLUE, ORANGE), height=0.65)
            axes.hlines(rows, *ends, color="0.3", lw=0.8)
            axes.axvline(0.0, color="0.2", lw=0.8)
            axes.set(title=title, xlabel="share (%)", yticks=rows, yticklabels=shares)
        axes.invert_yaxis()
    return page


if __name__ == "__main__":
    main.command()
