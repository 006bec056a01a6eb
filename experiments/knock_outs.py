"""How much does each mechanism contribute to the effects of severe Mg loss?

Question
    How much of the fall of plasma K, of the rise of muscle Na and of the failure of KCl is due to each
    mechanism?
Method
    Severe Mg loss, then 30 days of 80 mmol/day KCl, on the mean-field twin of each virtual person: once
    with all mechanisms, once with each of them knocked out. The contribution of a mechanism is the
    fraction of the effect, summed over persons, that disappears without it; 95 % jackknife intervals.
    The failure of KCl is how far plasma K after it remains below its baseline.
Reading
    Near zero: the effect is the same without the mechanism. Below zero: the mechanism protects. Above
    100 %: without it the effect is reversed. Contributions of interacting mechanisms do not add up.
    Mechanisms without a contribution of 15 % or more appear in the table of contributions only.
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
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, FAINT, INK, ORANGE, STYLE, Page
from sim.parameters import KNOCK_OUTS, ONE_OF_EACH_TYPE
from sim.statistics import Interval, ratio_interval

KCL_DAYS = 30.0
INTACT = "all mechanisms"
EFFECTS = ("fall of plasma K", "rise of muscle Na", "failure of KCl")
THRESHOLD = 15.0
"""Contribution [%] from which a mechanism is shown. No present contribution is close to it."""
Contributions = dict[tuple[str, str], Interval]
"""Contribution [%] of each mechanism to each effect."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: an arm with all mechanisms, and one without each of them."""
    severe = sim.load("severe-magnesium-loss").revised(
        duration=f"{days + KCL_DAYS} day",
        supplement=[sim.Supplement(ion="potassium", dose="80 mmol/day", start=f"{days} day")],
    )
    arms = [severe.revised(name=INTACT)]
    arms += [severe.revised(name=name, without=[name]) for name in KNOCK_OUTS]
    every = f"{gcd(int(days), int(KCL_DAYS))} day"
    return twin_design(
        "knock_outs", arms, replicates, n_cells, variables=("plasma_k", "na_in_mean"), every=every
    )  # fmt: skip


def effects(study: sim.Study, arm: str, days: float) -> pd.DataFrame:
    """Effects of Mg loss [mM] in an arm, a row a person."""
    k, na = (study.values(name, arm) for name in ("plasma_k", "na_in_mean"))
    found = (k[0.0] - k[days], na[days] - na[0.0], k[0.0] - k[days + KCL_DAYS])
    return pd.concat(found, axis=1, keys=EFFECTS)


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=120.0)
def main(
    replicates: int = 40,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
) -> Answer:
    """Find all contributions; with persons, their cells, and days of severe Mg loss before KCl."""
    study = run_study(design(replicates, n_cells, duration), out)
    intact = effects(study, INTACT, duration)
    parts: Contributions = {}
    for name in KNOCK_OUTS:
        removed = 100.0 * (intact - effects(study, name, duration))
        parts |= {(name, effect): ratio_interval(removed[effect], intact[effect]) for effect in EFFECTS}
    large = {name for name, effect in parts if abs(parts[name, effect].estimate) >= THRESHOLD}
    found = {f"{effect}, {n}": Finding(x, "%") for (n, effect), x in parts.items() if n in large}
    table = pd.DataFrame(parts, index=Interval._fields).T[["estimate", "low", "high", "n"]]
    table = table.rename_axis(["mechanism", "effect"]).assign(unit="%")
    tables = {"contributions": table}
    return Answer(sentence(parts), found, draw(parts, large), tables, study_facts(study))


def sentence(parts: Contributions) -> str:
    """State the largest contribution to each effect."""
    largest = []
    for effect in EFFECTS:
        top = max(KNOCK_OUTS, key=lambda name: parts[name, effect].estimate)
        part = parts[top, effect].brief("%")
        largest.append(f"{part} of the {effect} disappears if {KNOCK_OUTS[top]}")
    return f"In severe Mg loss, {', '.join(largest[:-1])}, and {largest[-1]}."


def draw(parts: Contributions, large: set[str]) -> Figure:
    """Draw the large contributions, a panel an effect, and note the size of the others."""
    names = sorted(large, key=lambda name: -parts[name, EFFECTS[0]].estimate)
    others = [abs(x.estimate) for (name, _), x in parts.items() if name not in large]
    with rc_context(STYLE):
        page = Page(figsize=(8.0, 2.9), layout="constrained")
        for axes, effect in zip(page.subplots(1, 3, sharex=True, sharey=True), EFFECTS, strict=True):
            values, low, high = np.array([parts[name, effect][:3] for name in names]).T
            rows = np.arange(len(names))
            axes.barh(rows, values, color=np.where(values > 0.0, BLUE, ORANGE), height=0.65)
            axes.hlines(rows, low, high, color=INK, lw=0.8)
            axes.axvline(0.0, color=INK, lw=0.8)
            for row, value in enumerate(values):
                number = f"{value:z.0f}".replace("-", "−")
                axes.text(
                    1.17, row, number, transform=axes.get_yaxis_transform(), ha="right", va="center"
                )
            axes.set(title=effect, xlabel="contribution (%)", xticks=(-50, 0, 50, 100))
        axes.set_yticks(rows, [f"if {KNOCK_OUTS[name]}" for name in names])
        axes.invert_yaxis()
        n_others = len(KNOCK_OUTS) - len(names)
        note = f"Contributions of the other {n_others} mechanisms: at most {max(others):.0f} % each"
        page.supxlabel(note, fontsize=7.0, color=FAINT)
    return page


if __name__ == "__main__":
    main.command()
