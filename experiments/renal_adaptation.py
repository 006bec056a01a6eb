"""How far does the kidney adapt to the intake of K and of Mg before it is overwhelmed?

Question
    Over which intakes of K and of Mg does the kidney keep plasma in its reference range, how little can
    it excrete, and what is left of its saving of K when Mg is lost?
Method
    Virtual persons (mean-field twins) on 10 to 600 mmol/day of K, with normal Mg and in severe Mg loss,
    and on 0.5 to 40 mmol/day of Mg, each for 150 days. Where a person's plasma leaves the reference
    range is read between intakes, on their logarithm. Medians over persons; the fold is paired.
Reading
    Published: plasma K is normal on 40 to 250 mmol/day, urinary K falls to 10 to 20 (both were fitted),
    urinary Mg below 0.5. Plasma leaves its range gradually; that intake stands for the break. Who still
    loses K or Mg on the least intake is overwhelmed, and not yet at rest after so many days.
Cost
    Two minutes on two cores.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from sim.figures import BLUE, EXPECTED, GREEN, STYLE, VERMILION, Page, draw_dose_response, shade
from sim.statistics import Interval, quantile_interval
from sim.variables import VARIABLES

K_INTAKES = (10, 20, 30, 40, 70, 100, 150, 250, 400, 600)
LOSS = "K, Mg lost"
SWEEPS = {"K": K_INTAKES, LOSS: K_INTAKES, "Mg": (0.5, 1, 2, 3, 4.5, 7, 14, 25, 40)}
"""Intakes [mmol/day]."""
GREY = {"plasma": "grey: reference range", "urine": "grey: published least output"}
LINE_STYLES = {"K": {"color": BLUE, "label": "normal Mg"}, "Mg": {"color": GREEN},
         LOSS: {"color": VERMILION, "label": "Mg lost", "linestyle": "--", "marker": "s"}}  # fmt: skip
FLOORS = {"K": (10.0, 20.0), "Mg": (0.1, 0.5)}  # Published least urine; that of Mg is open below.


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: an arm for each intake of each sweep."""
    severe = sim.load("severe-magnesium-loss").treatment
    arms = [
        sim.Condition(
            name=f"{sweep} {intake}", duration=f"{days} day", treatment=severe if sweep == LOSS else (),
            diet=[{"magnesium" if sweep == "Mg" else "potassium": f"{intake} mmol/day"}],
        )
        for sweep, intakes in SWEEPS.items() for intake in intakes
    ]  # fmt: skip
    return twins(
        "renal_adaptation", arms, replicates, n_cells, every=f"{days / 10.0} day",
        variables=("plasma_k", "urine_k", "stool_k", "plasma_mg", "urine_mg", "stool_mg")
    )  # fmt: skip


def answers(study: sim.Study, sweep: str, what: str) -> pd.DataFrame:
    """Plasma, urine or stool of the ion in the end: a row a person, a column an intake."""
    name = f"{what}_{sweep.split(',')[0].lower()}"
    return pd.DataFrame({intake: study.at(name, f"{sweep} {intake}") for intake in SWEEPS[sweep]})


def leaving(study: sim.Study, sweep: str, level: float) -> pd.Series:
    """Intake [mmol/day] at which plasma is at a level [mM]: a row a person."""
    plasma, log = answers(study, sweep, "plasma"), np.log(SWEEPS[sweep])
    found = [np.interp(level, row, log, left=-np.inf, right=np.inf) for row in plasma.to_numpy()]
    return pd.Series(np.exp(found), plasma.index)


@experiment(replicates=2, n_cells=5, duration=150.0)
def main(
    replicates: int = 60, n_cells: int = 5, duration: float = 150.0, out: Path | None = None
) -> Answer:
    """Find the intakes that the kidney can deal with; ``replicates`` are persons, ``duration`` days."""
    study = run_study(design(replicates, n_cells, duration), out)
    found = {f"least intake, {s}": leaving(study, s, 0.7 if s == "Mg" else 3.5) for s in SWEEPS}
    found["greatest intake, K"] = leaving(study, "K", 5.0)
    for s, (low, *_) in SWEEPS.items():
        urine, stool = (answers(study, s, what)[low] for what in ("urine", "stool"))
        found |= {f"least urine, {s}": urine, f"still lost, {s}": urine + stool - low}
    f = {name: Finding(quantile_interval(of, 0.5), "mmol/day") for name, of in found.items()}
    fold = found[f"least intake, {LOSS}"] / found["least intake, K"]
    f["fold with Mg lost"] = Finding(quantile_interval(fold, 0.5))
    sentence = (
        f"On {duration:g} days of a diet plasma K stays in its range from {f['least intake, K']} to "
        f"{f['greatest intake, K']} of K, for urinary K falls to {f['least urine, K']}. In severe Mg "
        f"loss it takes {f['least intake, ' + LOSS]} or more, {f['fold with Mg lost']} times as much, "
        f"for urinary K falls to no less than {f['least urine, ' + LOSS]}. Plasma Mg stays in its range "
        f"from {f['least intake, Mg']} of Mg on, for urinary Mg falls to {f['least urine, Mg']}."
    )
    return Answer(sentence, f, draw(study), facts=study_facts(study))


def draw(study: sim.Study) -> Figure:
    """Draw plasma and urine against intake: median and middle 90 % of persons."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.6), layout="constrained")
        grid = page.subplots(2, 2, sharex="col")
        for sweep, look in LINE_STYLES.items():
            ion = sweep.split(",")[0]
            column = grid[:, list(FLOORS).index(ion)]
            for axes, (what, grey) in zip(column, GREY.items(), strict=True):
                quantiles = answers(study, sweep, what).quantile([0.5, 0.05, 0.95]).T.to_numpy()
                bands = [Interval(*row, n=study.n_completed, level=0.9) for row in quantiles]
                draw_dose_response(axes, SWEEPS[sweep], bands, **look)
                variable = VARIABLES[f"{what}_{ion.lower()}"]
                axes.set(xscale="log", ylabel=f"{variable.meaning} ({variable.unit})", title=grey)
                shade(axes, variable)
            column[1].axhspan(*FLOORS[ion], color=EXPECTED, zorder=0.0)
            column[1].set(yscale="log", xlabel=f"intake of {ion} (mmol/day)")
            for axis in (column[1].xaxis, column[1].yaxis):
                axis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter="{x:g}")
        grid[0, 0].legend()
    return page


if __name__ == "__main__":
    main.command()
