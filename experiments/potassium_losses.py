"""Does Mg deficiency cause K loss through the kidney or through leaky cells?

Question
    Where does K go in severe Mg loss and on a diet low in Mg, and what causes the loss: K leak or Na
    leak of cells, their loss of pump sites, or ROMK in the kidney?
Method
    The K balance of virtual persons, as mean-field twins: urinary and stool K in excess of those in
    health, and the K lost from fluid and cells, in severe Mg loss and on 4.2 mmol/day of Mg. Then severe
    Mg loss with mechanisms that do not respond ("fixed"): the fraction of each loss, summed over
    persons, that remains, with jackknife intervals. The gut absorbs a constant fraction of K.
Reading
    Near 100 %: the mechanism causes no loss of K. Near zero: nothing is lost without it. Below zero: K
    is gained. Mechanisms interact, so that their separate effects add up to more than the whole.
Cost
    About 20 seconds on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, FAINT, GREEN, STYLE, VERMILION, Page, draw_dose_response
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import mean_interval, ratio_interval

SEVERE, DIET = "severe Mg loss", "diet low in Mg"
ARMS = {
    "K leak fixed": ["k-leak-mg-block"],
    "Na leak fixed": ["na-leak-mg-block"],
    "pump sites fixed": ["pump-expression"],
    "all three fixed": ["k-leak-mg-block", "na-leak-mg-block", "pump-expression"],
    "ROMK fixed": ["romk-mg-block"],
}
"""Mechanisms that no longer respond to Mg or, for pump sites, to plasma K."""
LINE_STYLES = [
    {"color": color, "linestyle": line, "marker": marker}
    for color, line, marker in ((VERMILION, "-", "o"), (BLUE, "--", "s"), (GREEN, ":", "^"))
]


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: severe Mg loss, a diet low in Mg, and severe Mg loss without some mechanisms."""
    severe = sim.load("severe-magnesium-loss").revised(name=SEVERE, duration=f"{days} day")
    low = severe.revised(name=DIET, treatment=[], diet=[sim.Diet(magnesium="4.2 mmol/day")])
    arms = [severe, low, *(severe.revised(name=name, without=off) for name, off in ARMS.items())]
    return twin_design(
        "potassium_losses", arms, replicates, n_cells, every="10 day", variables=("plasma_k",
        "ecf_volume", "body_k", "urine_k", "stool_k")
    )  # fmt: skip


def losses(study: sim.Study, arm: str) -> dict[str, pd.DataFrame]:
    """K lost since the start [mmol; plasma: mM]: a row a person, a column a day."""
    k, body = study.values("plasma_k", arm), study.values("body_k", arm)
    fluid = k * study.values("ecf_volume", arm)
    contents = {"body": body, "cells": body - fluid, "fluid": fluid, "plasma K": k}
    lost = {name: table.rsub(table[0.0], axis=0) for name, table in contents.items()}
    for route in ("urine", "stool"):
        flow = study.values(f"{route}_k", arm)  # The mean since the previous row.
        lost[route] = (flow.sub(flow[0.0], axis=0) * np.diff(flow.columns, prepend=0.0)).cumsum(axis=1)
    return {name: table.round(6) for name, table in lost.items()}  # Smaller ones are rounding errors.


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=120.0)
def main(
    replicates: int = 40,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
) -> Answer:
    """Find what causes K loss; with virtual persons, their cells, and days of Mg loss."""
    study = run_study(design(replicates, n_cells, duration), out)
    lost = {arm: losses(study, arm) for arm in study.arms}
    end = {arm: {name: table.iloc[:, -1] for name, table in lost[arm].items()} for arm in lost}
    found = {
        f"{name}, {arm}": Finding(mean_interval(end[arm][name]), "mmol")
        for arm in (SEVERE, DIET)
        for name in ("body", "urine", "stool", "cells", "fluid")
    }
    for name in ("body", "cells", "plasma K"):
        remaining = {arm: ratio_interval(100.0 * end[arm][name], end[SEVERE][name]) for arm in ARMS}
        found |= {f"{name}, {arm}": Finding(part, "%") for arm, part in remaining.items()}
    parts = ", ".join(f"{found[f'cells, {arm}']} with {arm}" for arm in ARMS)
    sentence = (
        f"{found[f'urine, {SEVERE}']} of K are lost in urine in {duration:g} days of severe Mg loss, of "
        f"which {found[f'cells, {SEVERE}']} come from cells. The remaining loss from cells is {parts}; "
        f"the remaining fall of plasma K is {found['plasma K, ROMK fixed']} with ROMK fixed and "
        f"{found['plasma K, all three fixed']} with all three mechanisms of cells fixed."
    )
    return Answer(sentence, found, draw(lost[SEVERE], found), facts=study_facts(study))


def draw(lost: dict[str, pd.DataFrame], found: dict[str, Finding]) -> Figure:
    """Draw K loss over time, and the fraction of it that remains without each mechanism."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 3.0), layout="constrained")
        course, remaining = page.subplots(1, 2)
        for name, style in zip(("urine", "cells", "fluid"), LINE_STYLES, strict=True):
            means = [mean_interval(values) for _, values in lost[name].items()]
            draw_dose_response(course, lost[name].columns, means, label=name, **style)
        for row, (name, style) in enumerate(
            zip(("body", "cells", "plasma K"), LINE_STYLES, strict=True), -1
        ):
            part, low, high = np.array([found[f"{name}, {arm}"].interval[:3] for arm in ARMS]).T
            rows, errors = np.arange(len(ARMS)) + 0.2 * row, (part - low, high - part)
            style = style | {"linestyle": "", "markersize": 4.0}
            remaining.errorbar(part, rows, xerr=errors, label=name, **style)
        course.set(title=SEVERE, xlabel="time (day)", ylabel="loss of K (mmol)")
        course.legend()
        remaining.set(title="severe Mg loss with …", xlabel="fraction of the loss that remains (%)")
        remaining.set(yticks=range(len(ARMS)), yticklabels=ARMS, ylim=(len(ARMS) - 0.5, -0.5))
        remaining.vlines((0.0, 100.0), *remaining.get_ylim(), color=FAINT, linewidth=0.6)
        remaining.legend(loc=(0.45, 0.25))
    return page


if __name__ == "__main__":
    main.command()
