"""At which plasma Mg does hypocalcaemia appear, and does Mg mend it?

Question
    How far must plasma Mg fall before total plasma Ca leaves its reference range at 2.15 mM, what does
    PTH do on the way, and how soon does Mg restore Ca?
Method
    Virtual persons (mean-field twins) whose bowels fail to absorb 60 to 100 % of Mg for 150 days, then
    have 10 mmol/day of it by vein for 28. Means with 95 % intervals. How much Mg secretion of PTH and
    the answer to it need is fitted: both are also put to the low and the high ends of their ranges.
Reading
    Published: a threshold near 0.5 mM. The fit saw Rude 1985 and Suh 1973, but not Ca of Fatemi 1991.
    PTH falling together with Ca is the paradox: functional hypoparathyroidism.
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
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from sim.figures import BLUE, GREEN, INK, ORANGE, STYLE, VERMILION, Page, shade
from sim.parameters import FACTS
from sim.statistics import mean_interval
from sim.variables import VARIABLES

LOW, REFILL, EVERY = 2.15, 28.0, 0.5
"""Lower end of the reference range of Ca [mM]; days of Mg by vein; time between rows [day]."""
STYLES = {"60 %": (BLUE, ":"), "70 %": (GREEN, "-."), "80 %": (ORANGE, "--"), "100 %": (VERMILION, "-")}
"""Part of Mg absorption that fails in each arm, and how it is drawn."""
PUBLISHED = {0.61: ("Fatemi", 2.31), 0.41: ("Rude", 1.80), 0.25: ("Suh", 1.70)}
"""Plasma Mg [mM], and who found which plasma Ca [mM] there."""
LABELS = {"plasma_ca": "total plasma Ca (mM)", "pth": "PTH over normal (1)"}


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: some losses of Mg absorption, then Mg by vein."""
    mg = {"ion": "magnesium", "route": "intravenous", "dose": "10 mmol/day", "start": f"{days} day"}
    arms = [
        sim.Condition(
            name=loss, duration=f"{days + REFILL} day", supplement=[mg],
            treatment=[{"kind": "mg-malabsorption", "effect": loss}],
        )
        for loss in STYLES
    ]  # fmt: skip
    for end in ("low", "high"):
        numbers = {n: getattr(FACTS[n], end) for n in ("pth_half_mg", "pth_action_half_mg")}
        arms.append(arms[3].revised(name=f"{end} need of Mg", parameters=numbers))
    return twins(
        "hypocalcaemia", arms, replicates, n_cells, every=f"{EVERY} day",
        variables=("plasma_mg", *LABELS)
    )  # fmt: skip


def against_mg(study: sim.Study, name: str, span: slice) -> pd.DataFrame:
    """A variable at levels of plasma Mg while that falls or rises, if all is lost: a row a person."""
    mg, of = (study.values(v, "100 %").loc[:, span].to_numpy() for v in ("plasma_mg", name))
    grid = np.round(np.arange(0.1, 1.1, 0.01), 2)
    rows = ((x[np.argsort(x)], y[np.argsort(x)]) for x, y in zip(mg, of, strict=True))
    return pd.DataFrame([np.interp(grid, *row, np.nan, np.nan) for row in rows], columns=grid)


@experiment(replicates=4, n_cells=5, duration=150.0)
def main(
    replicates: int = 60, n_cells: int = 5, duration: float = 150.0, out: Path | None = None
) -> Answer:
    """Find the threshold; ``replicates`` are persons, ``duration`` is of the loss of Mg."""
    study = run_study(design(replicates, n_cells, duration), out)
    f = {}
    for arm in study.arms[2:]:
        mg, ca, pth = (study.values(v, arm).loc[:, :duration] for v in study.design.variables)
        f[f"threshold, {arm}"] = Finding(mean_interval(mg.where(ca < LOW).max(axis=1)), "mM")
        f[f"PTH at its peak, {arm}"] = Finding(mean_interval(pth.max(axis=1)))
        f[f"PTH in the end, {arm}"] = Finding(mean_interval(pth.iloc[:, -1]))
    falling = against_mg(study, "plasma_ca", slice(None, duration))
    f |= {f"Ca at Mg {mg} mM": Finding(mean_interval(falling[mg]), "mM") for mg in PUBLISHED}
    low = study.values("plasma_ca", "100 %").loc[:, duration:] < LOW
    f["days of Mg until Ca is normal"] = Finding(mean_interval(EVERY * low.sum(axis=1)), "days")
    least, most = (f[f"threshold, {end} need of Mg"].interval.estimate for end in ("low", "high"))
    sentence = (
        f"Total Ca falls below {LOW} mM once plasma Mg is below {f['threshold, 100 %']}, for PTH, which "
        f"first rises to {f['PTH at its peak, 100 %']} times normal, falls to "
        f"{f['PTH in the end, 100 %']} times; {least:.2f} to {most:.2f} mM at the ends of the ranges of "
        f"what PTH needs. Mg by vein mends it in {f['days of Mg until Ca is normal']}."
    )
    return Answer(sentence, f, draw(study, duration), facts=study_facts(study))


def draw(study: sim.Study, days: float) -> Figure:
    """Draw the course of Ca in all arms; Ca and PTH against plasma Mg, falling and rising."""
    spans = {"Mg falls": (slice(None, days), "-"), "Mg by vein": (slice(days, None), "--")}
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 2.7), layout="constrained")
        course, *panels = page.subplots(1, 3)
        draw_bands(course, study, "plasma_ca", STYLES)
        shade(course, VARIABLES["plasma_ca"])
        course.set(xlabel="time (day)", ylabel=LABELS["plasma_ca"])
        course.legend(title="Mg not absorbed", ncols=2, loc="upper center")
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
        panels[1].legend(title="Mg not absorbed: 100 %")
    return page


if __name__ == "__main__":
    main.command()
