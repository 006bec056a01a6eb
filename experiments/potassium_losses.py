"""Does Mg deficiency cost K through the kidney or through leaky cells?

Question
    Where does K go in severe Mg loss and on a diet low in Mg, and what loses it: K leak or Na leak of
    cells, their loss of pump sites, or ROMK in the kidney?
Method
    The K balance of virtual persons, as mean-field twins: what urine and stool took beyond what they
    take in health, and what fluid and cells gave, in severe Mg loss and on 4.2 mmol/day of Mg. Then
    severe Mg loss with mechanisms kept from answering ("fixed"): the part of each loss, summed over
    persons, that is left, with the jackknife's intervals. The gut takes up a constant part of K.
Reading
    A part near 100 %: the mechanism loses no K. Near zero: nothing is lost without it. Below zero: K is
    gained. Mechanisms work through one another, so what is gone with each fixed adds up to more.
Cost
    About 20 seconds on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from sim.figures import BLUE, FAINT, GREEN, STYLE, VERMILION, Page, draw_dose_response
from sim.statistics import mean_interval, ratio_interval

SEVERE, DIET = "severe Mg loss", "diet low in Mg"
ARMS = {
    "K leak fixed": ["k-leak-mg-block"],
    "Na leak fixed": ["na-leak-mg-block"],
    "pump sites fixed": ["pump-expression"],
    "all three fixed": ["k-leak-mg-block", "na-leak-mg-block", "pump-expression"],
    "ROMK fixed": ["romk-mg-block"],
}
"""What no longer answers Mg or, as pump sites do, plasma K."""
LINE_STYLES = [
    {"color": color, "linestyle": line, "marker": marker}
    for color, line, marker in ((VERMILION, "-", "o"), (BLUE, "--", "s"), (GREEN, ":", "^"))
]


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: severe Mg loss, a diet low in Mg, and severe Mg loss without some mechanisms."""
    severe = sim.load("severe-magnesium-loss").revised(name=SEVERE, duration=f"{days} day")
    low = severe.revised(name=DIET, treatment=[], diet=[sim.Diet(magnesium="4.2 mmol/day")])
    arms = [severe, low, *(severe.revised(name=name, without=off) for name, off in ARMS.items())]
    return twins(
        "potassium_losses", arms, replicates, n_cells, every="10 day", variables=("plasma_k",
        "ecf_volume", "body_k", "urine_k", "stool_k")
    )  # fmt: skip


def losses(study: sim.Study, arm: str) -> dict[str, pd.DataFrame]:
    """K lost since the start [mmol; of plasma mM]: a row a person, a column a day; the gut is steady."""
    k, body = study.values("plasma_k", arm), study.values("body_k", arm)
    fluid = k * study.values("ecf_volume", arm)
    held = {"body": body, "cells": body - fluid, "fluid": fluid, "plasma K": k}
    lost = {name: table.rsub(table[0.0], axis=0) for name, table in held.items()}
    for way in ("urine", "stool"):
        flow = study.values(f"{way}_k", arm)  # The mean since the row before.
        lost[way] = (flow.sub(flow[0.0], axis=0) * np.diff(flow.columns, prepend=0.0)).cumsum(axis=1)
    return {name: table.round(6) for name, table in lost.items()}  # Less is rounding.


@experiment(replicates=4, n_cells=5, duration=120.0)
def main(
    replicates: int = 40, n_cells: int = 5, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Find what loses K, with virtual persons, their cells, and days without Mg."""
    study = run_study(design(replicates, n_cells, duration), out)
    lost = {arm: losses(study, arm) for arm in study.arms}
    end = {arm: {name: table.iloc[:, -1] for name, table in lost[arm].items()} for arm in lost}
    found = {
        f"{name}, {arm}": Finding(mean_interval(end[arm][name]), "mmol")
        for arm in (SEVERE, DIET)
        for name in ("body", "urine", "stool", "cells", "fluid")
    }
    for name in ("body", "cells", "plasma K"):
        left = {arm: ratio_interval(100.0 * end[arm][name], end[SEVERE][name]) for arm in ARMS}
        found |= {f"{name}, {arm}": Finding(share, "%") for arm, share in left.items()}
    parts = ", ".join(f"{found[f'cells, {arm}']} with {arm}" for arm in ARMS)
    sentence = (
        f"In severe Mg loss K is lost through the kidney, {found[f'urine, {SEVERE}']} in {duration:g} "
        f"days, and cells give {found[f'cells, {SEVERE}']} of it. Of what cells give, {parts} is left; "
        f"of the fall of plasma K {found['plasma K, ROMK fixed']} is left with ROMK fixed, and "
        f"{found['plasma K, all three fixed']} with all that was fixed in cells."
    )
    return Answer(sentence, found, draw(lost[SEVERE], found), facts=study_facts(study))


def draw(lost: dict[str, pd.DataFrame], found: dict[str, Finding]) -> Figure:
    """Draw the course of what is lost, and what of it is left without each mechanism."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 3.0), layout="constrained")
        course, rest = page.subplots(1, 2)
        for name, look in zip(("urine", "cells", "fluid"), LINE_STYLES, strict=True):
            means = [mean_interval(values) for _, values in lost[name].items()]
            draw_dose_response(course, lost[name].columns, means, label=name, **look)
        for row, (name, look) in enumerate(
            zip(("body", "cells", "plasma K"), LINE_STYLES, strict=True), -1
        ):
            share, low, high = np.array([found[f"{name}, {arm}"].interval[:3] for arm in ARMS]).T
            rows, reach = np.arange(len(ARMS)) + 0.2 * row, (share - low, high - share)
            look = look | {"linestyle": "", "markersize": 4.0}
            rest.errorbar(share, rows, xerr=reach, label=name, **look)
        course.set(title=SEVERE, xlabel="time (day)", ylabel="K lost by (mmol)")
        course.legend()
        rest.set(title="severe Mg loss with …", xlabel="part of the loss that is left (%)")
        rest.set(yticks=range(len(ARMS)), yticklabels=ARMS, ylim=(len(ARMS) - 0.5, -0.5))
        rest.vlines((0.0, 100.0), *rest.get_ylim(), color=FAINT, linewidth=0.6)
        rest.legend(loc=(0.45, 0.25))
    return page


if __name__ == "__main__":
    main.command()
