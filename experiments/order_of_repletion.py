"""Refractory hypokalaemia: in which order should K and Mg be given?

Question
    After severe Mg loss, how soon does plasma K return above 3.5 mM, and how much K is wasted in the
    urine meanwhile, if KCl is given before Mg, after it, with it, or if only one of them is given?
Method
    Severe Mg loss for 120 days in virtual persons (mean-field twins), then 28 days in which each goes
    through every arm: 14 days of 80 mmol/day of oral KCl, 14 days of 10 mmol/day of intravenous Mg, the
    same totals wherever both are given. Wasted K is urinary K in excess of the same person's without
    treatment, while KCl is given and plasma K is below 3.5 mM. Intervals over persons, paired.
Reading
    Fewer days and less waste are better. The loss of Mg continues, so that the effect of each course is
    slowly lost after it.
Cost
    One minute on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.drawing import draw_bands
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import FAINT, STYLE, VERMILION, Page, shade
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import mean_interval, ratio_interval
from sim.variables import VARIABLES

COURSE, EVERY, LOW = 14.0, 0.25, 3.5
"""Length of a course and time between rows [day]; lower end of the reference range of K [mM]."""
SALTS = {"KCl": {"ion": "potassium", "dose": "80 mmol/day"},
         "Mg": {"ion": "magnesium", "dose": "10 mmol/day", "route": "intravenous"}}  # fmt: skip
NONE, KCL_FIRST, MG_FIRST, BOTH = "untreated", "KCl, then Mg", "Mg, then KCl", "both together"
ARMS = {KCL_FIRST: {"KCl": 0, "Mg": 1}, MG_FIRST: {"Mg": 0, "KCl": 1}, BOTH: {"KCl": 0, "Mg": 0},
        "KCl alone": {"KCl": 0}, "Mg alone": {"Mg": 0}}  # fmt: skip
"""Index of the course in which each salt is given."""
UNITS = {
    "days of low K": "days", "KCl wasted": "mmol", "nadir of K minus start": "mM", "final K": "mM",
}  # fmt: skip


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: severe Mg loss for some days, then each arm."""
    severe = sim.load("severe-magnesium-loss").revised(duration=f"{days + 2 * COURSE} day")
    arms, edges = [severe.revised(name=NONE)], [f"{days + n * COURSE} day" for n in range(3)]
    for name, given in ARMS.items():
        spans = [{**SALTS[salt], "start": edges[n], "stop": edges[n + 1]} for salt, n in given.items()]
        arms.append(severe.revised(name=name, supplement=spans))
    return twin_design(
        "order_of_repletion", arms, replicates, n_cells, every=f"{EVERY} day",
        variables=("plasma_k", "urine_k", "intake_k"),
    )  # fmt: skip


def outcomes(study: sim.Study, arm: str, start: float) -> pd.DataFrame:
    """Outcomes of an arm, a row a person; columns as in ``UNITS``, and K given."""
    k = study.values("plasma_k", arm).loc[:, start:]
    low = k.iloc[:, 1:] < LOW
    urine, intake = (
        EVERY * (study.values(name, arm) - study.values(name, NONE))[low.columns]
        for name in ("urine_k", "intake_k")
    )
    on_kcl = low & (intake > 0.5)  # KCl given at a normal K is not refractory hypokalaemia.
    wasted, given = (flow[on_kcl].sum(axis=1) for flow in (urine, intake))
    found = EVERY * low.sum(axis=1), wasted, k.min(axis=1) - k.iloc[:, 0], k.iloc[:, -1], given
    return pd.DataFrame(dict(zip([*UNITS, "given"], found, strict=True)))


@experiment(replicates=6, n_cells=ONE_OF_EACH_TYPE, duration=120.0)
def main(
    replicates: int = 100,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
) -> Answer:
    """Compare the orders; ``replicates`` are persons, ``duration`` is the days of Mg loss before."""
    study = run_study(design(replicates, n_cells, duration), out)
    persons = {arm: outcomes(study, arm, duration) for arm in ARMS}
    f: dict[str, Finding] = {}
    for arm, of in persons.items():
        f |= {f"{name}, {arm}": Finding(mean_interval(of[name]), unit) for name, unit in UNITS.items()}
        part = ratio_interval(100.0 * of["KCl wasted"], of["given"])
        f |= {f"fraction wasted, {arm}": Finding(part, "%")} if "KCl" in arm and arm != MG_FIRST else {}
        if arm != KCL_FIRST:
            saved = mean_interval(persons[KCL_FIRST]["days of low K"] - of["days of low K"])
            f[f"days saved against KCl first, {arm}"] = Finding(saved, "days")
    both, mg, kcl = (f[f"days of low K, {arm}"] for arm in (BOTH, MG_FIRST, KCL_FIRST))
    sentence = (
        f"After {duration:g} days of severe Mg loss, plasma K is below 3.5 mM for {both} of the next 28 "
        f"if KCl and Mg are given together, for {mg} if Mg comes first, and for {kcl} if KCl comes "
        f"first; while K is low, the urine wastes {f['fraction wasted, ' + KCL_FIRST]} of that KCl."
    )
    return Answer(sentence, f, draw(study, duration), facts=study_facts(study))


def draw(study: sim.Study, start: float) -> Figure:
    """Draw plasma K and urinary K in each arm, and untreated."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 3.4), layout="constrained")
        grid = page.subplots(2, len(ARMS), sharex=True, sharey="row")
        for column, (arm, given) in zip(grid.T, ARMS.items(), strict=True):
            for axes, name in zip(column, ("plasma_k", "urine_k"), strict=True):
                draw_bands(axes, study, name, {arm: (VERMILION, "-")})
                axes.plot(study.bands(name, NONE)["p50"], color=FAINT, ls=":")
            for salt, n in given.items():
                low, left = 2.0 if salt == "Mg" else 2.3, start + n * COURSE
                column[0].broken_barh([(left, COURSE)], (low, 0.27), color="0.82")
                column[0].text(left + 0.5 * COURSE, low + 0.12, salt, ha="center", va="center")
            shade(column[0], VARIABLES["plasma_k"])
            column[0].set_title(arm)
            column[1].set_xticks(start + 7.0 * np.arange(5), range(0, 29, 7))
        grid[0, 0].set(ylabel="plasma K (mM)", ylim=(2.0, 5.2))
        grid[1, 0].set(ylabel="urinary K (mmol/day)", ylim=(0.0, None), xlim=(start - 3.0, start + 28.0))
        persons = f"medians and central 90 % of {study.n_completed} persons; dotted: untreated"
        page.supxlabel(f"day of treatment ({persons})", fontsize=7.5)
    return page


if __name__ == "__main__":
    main.command()
