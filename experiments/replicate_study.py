"""Does KCl restore plasma K in severe Mg loss, and what predicts its effect?

Question
    In virtual persons with severe Mg loss, what is the probability that 80 mmol/day of KCl raises plasma
    K above 3.5 mM within two weeks, with and without Mg, and what predicts the effect?
Method
    Severe Mg loss for 120 days in virtual persons with heterogeneous, fluctuating cells; then two weeks
    of no treatment, KCl, intravenous Mg (10 mmol/day), or both. Each person goes through all four arms
    with the same cells and the same noise. Analysed are those whose K is below 3.5 mM before treatment.
Reading
    Proportions above 3.5 mM after two weeks, and on any of these days (Wilson 95 % intervals). Rank
    correlations of a person's properties with K after KCl alone; near zero: no association.
Cost
    Three to five minutes on two cores; an interrupted study is resumed.
"""

from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.drawing import draw_bands, draw_findings
from experiments._tools.harness import SEED, Answer, Finding, experiment, run_study, study_facts
from experiments._tools.persons import Findings, paired_difference, proportion, rank_drivers, table
from sim.figures import BLUE, FAINT, GREEN, STYLE, VERMILION, Page, shade
from sim.variables import VARIABLES

COURSE = 14.0  # Days of treatment.
LOW, RESTORED = "plasma_k < 3.5", "plasma_k > 3.5"
KCL = {"ion": "potassium", "dose": "80 mmol/day"}
MG = {"ion": "magnesium", "dose": "10 mmol/day", "route": "intravenous"}
ARMS = {"untreated": [], "KCl": [KCL], "Mg": [MG], "KCl and Mg": [KCL, MG]}
LINE_STYLES = dict(zip(ARMS, [(FAINT, ":"), (VERMILION, "-"), (GREEN, "--"), (BLUE, "-.")], strict=True))


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: severe Mg loss for some days, then two weeks of each treatment."""
    severe = sim.load("severe-magnesium-loss").revised(duration=f"{days + COURSE} day")
    arms = [
        severe.revised(name=name, supplement=[{**given, "start": f"{days} day"} for given in treatment])
        for name, treatment in ARMS.items()
    ]
    return sim.Design(
        name="replicate_study", conditions=arms, replicates=replicates, cells=n_cells, seed=SEED,
        variables=("plasma_k", "plasma_mg", "urine_k", "na_in_mean", "k_in_mean"), endpoints=(LOW,),
    )  # fmt: skip


def restored(study: sim.Study, low: pd.Series, since: float | None = None) -> Findings:
    """Proportion of persons with K above 3.5 mM at the end, or on any day ``since`` one, by arm."""
    return {arm: proportion(study.indicator(RESTORED, arm, since=since)[low]) for arm in ARMS}


@experiment(replicates=6, n_cells=40, duration=120.0)
def main(
    replicates: int = 200, n_cells: int = 100, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Find the probability that K recovers, and what predicts it.

    Parameters
    ----------
    replicates, n_cells : int
        Virtual persons, and cells of each.
    duration : float
        Days of severe Mg loss before treatment.
    out : path, optional
        Folder for the study.
    """
    study = run_study(design(replicates, n_cells, duration), out)
    low = study.indicator(LOW, "untreated", duration) == 1.0
    if not low.any():
        raise sim.InputError([f"no person's K is low after {duration:g} days; give more --days"])
    after, ever = restored(study, low), restored(study, low, since=duration + 1.0)
    alone, both = (study.indicator(RESTORED, arm)[low] for arm in ("KCl", "KCl and Mg"))
    drivers = rank_drivers(study, study.at("plasma_k", "KCl")[low], duration)
    findings = {
        **{f"above 3.5 mM after two weeks of {arm}": after[arm] for arm in ARMS},
        "above 3.5 mM on any day of KCl": ever["KCl"],
        "above 3.5 mM through Mg in addition to KCl": paired_difference(alone, both),
        "effect of KCl on plasma K": Finding(study.difference_at("plasma_k", "KCl"), "mM"),
    }
    n, best = int(low.sum()), next(iter(drivers))
    sentence = (
        f"Of {n} virtual persons with plasma K below 3.5 mM after {duration:g} days of severe Mg loss, "
        f"{after['KCl']} are above it after two weeks of 80 mmol/day of KCl, {after['Mg']} after Mg "
        f"alone, and {after['KCl and Mg']} after both. The best predictor of K after KCl is {best}, "
        f"with a rank correlation of {drivers[best].interval.brief(digits=2)}."
    )
    paired = study.variance_reduction("plasma_k", "KCl")._asdict()
    facts = {**study_facts(study), "low_before_treatment": n, "variance_reduction": paired}
    tables = {"on_any_day": table(ever, "arm"), "predictors": table(drivers, "predictor")}
    return Answer(sentence, findings, draw(study, after, ever, drivers, duration), tables, facts)


def draw(study: sim.Study, after: Findings, ever: Findings, drivers: Findings, days: float) -> Figure:
    """Draw time courses, proportions, and the predictors of K after KCl alone."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 2.7), layout="constrained")
        courses, parts, correlations = page.subplots(1, 3, width_ratios=(1.4, 1.0, 1.2))
        shade(courses, VARIABLES["plasma_k"])
        draw_bands(courses, study, "plasma_k", LINE_STYLES)
        courses.axhline(3.5, color=FAINT, lw=0.7)
        courses.text(days - COURSE + 0.5, 3.54, "reference range", color=FAINT, fontsize=6.0)
        courses.set(xlim=(days - COURSE, days + COURSE), xlabel="time (day)", ylabel="plasma K (mM)")
        courses.set_title(f"Median and central 90 % of {study.n_completed} persons")
        courses.legend(loc="upper left")
        draw_findings(parts, after, label="after two weeks", offset=-0.14)
        draw_findings(parts, ever, label="on any day", offset=0.14, mfc="white")
        parts.set(xlim=(-3.0, 103.0), xlabel="persons (%)", title="K above 3.5 mM")
        parts.legend(loc="upper right")
        draw_findings(correlations, dict(list(drivers.items())[:8]))
        correlations.axvline(0.0, color=FAINT, lw=0.7)
        correlations.set(xlim=(-1.0, 1.0), xlabel="rank correlation", title="Predictors of K after KCl")
    return page


if __name__ == "__main__":
    main.command()
