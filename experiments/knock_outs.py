"""Which mechanism does what in severe Mg loss?

Question
    How much of the fall of plasma K, of the rise of muscle Na and of the failure of KCl does each
    mechanism carry?
Method
    Severe Mg loss, then 30 days of 80 mmol/day KCl, on the mean-field twin of each virtual person: once
    with all mechanisms, once with each switched off alone. The share of a mechanism is the part of the
    harm, summed over persons, that is gone without it; 95 % intervals by the jackknife. KCl fails by as
    much as plasma K after it lies below its start.
Reading
    A share near zero: others do the same without it. Below zero: it protects. Above 100 %: without it
    the harm turns into its opposite. Shares of mechanisms that work through one another do not add up.
    A mechanism with no share of 15 % or more is in the table of shares only.
Cost
    About a minute and a half on two cores.
"""

from math import gcd
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from sim.figures import BLUE, FAINT, INK, ORANGE, STYLE, Page
from sim.parameters import KNOCK_OUTS
from sim.statistics import Interval, ratio_interval

KCL_DAYS = 30.0
WHOLE = "all mechanisms"
HARMS = ("fall of plasma K", "rise of muscle Na", "failure of KCl")
NAMED = 15.0
"""Largest share [%] from which a mechanism is named. None of the present model is near it."""
Shares = dict[tuple[str, str], Interval]
"""Share [%] of each mechanism in each harm."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: an arm with all mechanisms, and one without each."""
    severe = sim.load("severe-magnesium-loss").revised(
        duration=f"{days + KCL_DAYS} day",
        supplement=[sim.Supplement(ion="potassium", dose="80 mmol/day", start=f"{days} day")],
    )
    arms = [severe.revised(name=WHOLE)]
    arms += [severe.revised(name=name, without=[name]) for name in KNOCK_OUTS]
    every = f"{gcd(int(days), int(KCL_DAYS))} day"
    return twins(
        "knock_outs", arms, replicates, n_cells, variables=("plasma_k", "na_in_mean"), every=every
    )  # fmt: skip


def harms(study: sim.Study, arm: str, days: float) -> pd.DataFrame:
    """Harms [mM] in an arm, a row a person."""
    k, na = (study.values(name, arm) for name in ("plasma_k", "na_in_mean"))
    found = (k[0.0] - k[days], na[days] - na[0.0], k[0.0] - k[days + KCL_DAYS])
    return pd.concat(found, axis=1, keys=HARMS)


@experiment(replicates=4, n_cells=5, duration=120.0)
def main(
    replicates: int = 40, n_cells: int = 5, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Find each mechanism's shares, with persons, their cells, and days of severe Mg loss before KCl."""
    study = run_study(design(replicates, n_cells, duration), out)
    whole = harms(study, WHOLE, duration)
    shares: Shares = {}
    for name in KNOCK_OUTS:
        gone = 100.0 * (whole - harms(study, name, duration))
        shares |= {(name, harm): ratio_interval(gone[harm], whole[harm]) for harm in HARMS}
    large = {name for name, harm in shares if abs(shares[name, harm].estimate) >= NAMED}
    found = {f"{harm}, {n}": Finding(share, "%") for (n, harm), share in shares.items() if n in large}
    table = pd.DataFrame(shares, index=Interval._fields).T[["estimate", "low", "high", "n"]]
    table = table.rename_axis(["mechanism", "harm"]).assign(unit="%")
    return Answer(told(shares), found, draw(shares, large), {"shares": table}, study_facts(study))


def told(shares: Shares) -> str:
    """Say which mechanism carries most of each harm."""
    carried = []
    for harm in HARMS:
        top = max(KNOCK_OUTS, key=lambda name: shares[name, harm].estimate)
        carried.append(f"{shares[top, harm].brief('%')} of the {harm} is gone if {KNOCK_OUTS[top]}")
    return f"In severe Mg loss {', '.join(carried[:-1])}, and {carried[-1]}."


def draw(shares: Shares, large: set[str]) -> Figure:
    """Draw and write the shares of some mechanisms, a panel a harm, and say how small the others are."""
    names = sorted(large, key=lambda name: -shares[name, HARMS[0]].estimate)
    rest = [abs(share.estimate) for (name, _), share in shares.items() if name not in large]
    with rc_context(STYLE):
        page = Page(figsize=(8.0, 2.9), layout="constrained")
        for axes, harm in zip(page.subplots(1, 3, sharex=True, sharey=True), HARMS, strict=True):
            values, low, high = np.array([shares[name, harm][:3] for name in names]).T
            rows = np.arange(len(names))
            axes.barh(rows, values, color=np.where(values > 0.0, BLUE, ORANGE), height=0.65)
            axes.hlines(rows, low, high, color=INK, lw=0.8)
            axes.axvline(0.0, color=INK, lw=0.8)
            for row, value in enumerate(values):
                number = f"{value:z.0f}".replace("-", "−")
                axes.text(
                    1.17, row, number, transform=axes.get_yaxis_transform(), ha="right", va="center"
                )
            axes.set(title=harm, xlabel="share that is gone (%)", xticks=(-50, 0, 50, 100))
        axes.set_yticks(rows, [f"if {KNOCK_OUTS[name]}" for name in names])
        axes.invert_yaxis()
        note = f"Shares of each of the {len(KNOCK_OUTS) - len(names)} others: {max(rest):.0f} % at most"
        page.supxlabel(note, fontsize=7.0, color=FAINT)
    return page


if __name__ == "__main__":
    main.command()
