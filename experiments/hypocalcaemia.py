"""At which plasma Mg does hypocalcaemia appear, and does Mg correct it?

Question
    How far must plasma Mg fall before total plasma Ca leaves its reference range at 2.15 mM, how does
    PTH respond, and how soon does Mg restore Ca?
Method
    Virtual persons (mean-field twins) lose 60 to 100 % of their Mg absorption for 150 days and then
    receive 10 mmol/day of intravenous Mg for 28 days. Means with 95 % intervals. The Mg that PTH
    requires is fitted: two further arms use the low and the high ends of its ranges.
Reading
    Published: a threshold near 0.5 mM. The fit used Rude 1985 and Suh 1973, but not Ca of Fatemi 1991.
    A fall of PTH together with Ca is paradoxical: functional hypoparathyroidism.
Cost
    One to two minutes on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.drawing import draw_bands
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, GREEN, INK, ORANGE, STYLE, VERMILION, Page, shade
from sim.parameters import FACTS, ONE_OF_EACH_TYPE
from sim.statistics import mean_interval
from sim.variables import VARIABLES

LOW, REPLETION, EVERY = 2.15, 28.0, 0.5
"""Lower end of the reference range of Ca [mM]; days of intravenous Mg; time between rows [day]."""
STYLES = {"60 %": (BLUE, ":"), "70 %": (GREEN, "-."), "80 %": (ORANGE, "--"), "100 %": (VERMILION, "-")}
"""Fraction of Mg absorption lost in each arm, with colour and line style."""
PUBLISHED = {0.61: ("Fatemi", 2.31), 0.41: ("Rude", 1.80), 0.25: ("Suh", 1.70)}
"""Plasma Mg [mM]: first author and plasma Ca [mM] published for it."""
LABELS = {"plasma_ca": "total plasma Ca (mM)", "pth": "PTH (× normal)"}


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: graded loss of Mg absorption, then intravenous Mg."""
    mg = {"ion": "magnesium", "route": "intravenous", "dose": "10 mmol/day", "start": f"{days} day"}
    arms = [
        sim.Condition(
            name=loss, duration=f"{days + REPLETION} day", supplement=[mg],
            treatment=[{"kind": "mg-malabsorption", "effect": loss}],
        )
        for loss in STYLES
    ]  # fmt: skip
    for end in ("low", "high"):
        numbers = {n: getattr(FACTS[n], end) for n in ("pth_half_mg", "pth_action_half_mg")}
        arms.append(arms[3].revised(name=f"{end} Mg requirement", parameters=numbers))
    return twin_design(
        "hypocalcaemia", arms, replicates, n_cells, every=f"{EVERY} day",
        variables=("plasma_mg", *LABELS),
    )  # fmt: skip


def against_mg(study: sim.Study, name: str, span: slice) -> pd.DataFrame:
    """A variable as a function of plasma Mg with all absorption lost: a row a person."""
    mg, of = (study.values(v, "100 %").loc[:, span].to_numpy() for v in ("plasma_mg", name))
    grid = np.round(np.arange(0.1, 1.1, 0.01), 2)
    rows = ((x[np.argsort(x)], y[np.argsort(x)]) for x, y in zip(mg, of, strict=True))
    return pd.DataFrame([np.interp(grid, *row, np.nan, np.nan) for row in rows], columns=grid)


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=150.0)
def main(
    replicates: int = 60,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 150.0,
    out: Path | None = None,
) -> Answer:
    """Find the threshold; ``replicates`` are persons, ``duration`` is the days of Mg loss."""
    study = run_study(design(replicates, n_cells, duration), out)
    f = {}
    for arm in study.arms[2:]:
        mg, ca, pth = (study.values(v, arm).loc[:, :duration] for v in study.design.variables)
        f[f"threshold, {arm}"] = Finding(mean_interval(mg.where(ca < LOW).max(axis=1)), "mM")
        f[f"peak PTH, {arm}"] = Finding(mean_interval(pth.max(axis=1)))
        f[f"final PTH, {arm}"] = Finding(mean_interval(pth.iloc[:, -1]))
    falling = against_mg(study, "plasma_ca", slice(None, duration))
    f |= {f"Ca at Mg {mg} mM": Finding(mean_interval(falling[mg]), "mM") for mg in PUBLISHED}
    low = study.values("plasma_ca", "100 %").loc[:, duration:] < LOW
    f["days of Mg until Ca is normal"] = Finding(mean_interval(EVERY * low.sum(axis=1)), "days")
    ends = (f[f"threshold, {end} Mg requirement"].interval.estimate for end in ("low", "high"))
    sentence = (
        f"Total Ca falls below {LOW} mM once plasma Mg is below {f['threshold, 100 %']}, because PTH, "
        f"after a rise to {f['peak PTH, 100 %']} times normal, falls to {f['final PTH, 100 %']} times "
        f"normal. The threshold is {next(ends):.2f} mM at the low and {next(ends):.2f} mM at the high "
        "end of the plausible range of PTH's Mg requirement. Intravenous Mg corrects Ca in "
        f"{f['days of Mg until Ca is normal']}."
    )
    return Answer(sentence, f, draw(study, duration), facts=study_facts(study))


def draw(study: sim.Study, days: float) -> Figure:
    """Draw Ca over time in all arms; Ca and PTH against falling and rising plasma Mg."""
    spans = {"Mg falls": (slice(None, days), "-"), "intravenous Mg": (slice(days, None), "--")}
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 2.7), layout="constrained")
        course, *panels = page.subplots(1, 3)
        draw_bands(course, study, "plasma_ca", STYLES)
        shade(course, VARIABLES["plasma_ca"])
        course.set(xlabel="time (day)", ylabel=LABELS["plasma_ca"])
        course.legend(title="loss of Mg absorption", ncols=2, loc="upper center")
        for axes, (name, label) in zip(panels, LABELS.items(), strict=True):
            for words, (span, dashes) in spans.items():
                curve = against_mg(study, name, span).dropna(axis=1).quantile([0.05, 0.5, 0.95]).T
                axes.fill_between(curve.index, curve[0.05], curve[0.95], fc=VERMILION, alpha=0.15)
                axes.plot(curve[0.5], color=VERMILION, ls=dashes, label=words)
            axes.set(xlabel="total plasma Mg (mM)", ylabel=label)
            shade(axes, VARIABLES[name])
        for mg, (who, ca) in PUBLISHED.items():
            panels[0].plot(mg, ca, "D", color=INK, mfc="w")
            panels[0].text(mg - 0.03, ca, who, va="center", ha="right")
        panels[1].legend(title="no Mg absorption")
    return page


if __name__ == "__main__":
    main.command()
