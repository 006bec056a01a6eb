"""Over which intakes of K and of Mg can the kidney maintain their plasma levels?

Question
    Over which intakes of K and of Mg does the kidney keep plasma in its reference range, how low can
    urinary output fall, and how much of renal K conservation remains in Mg loss?
Method
    Virtual persons (mean-field twins) on 10 to 600 mmol/day of K, with normal Mg and in severe Mg loss,
    and on 0.5 to 40 mmol/day of Mg, each for 150 days. The intake at which a person's plasma leaves the
    reference range is interpolated on a logarithmic scale. Medians over persons; the fold is paired.
Reading
    Published: plasma K is normal on 40 to 250 mmol/day, urinary K falls to 10 to 20 (both were fitted),
    urinary Mg below 0.5. Leaving the range, a gradual process, marks the limit of adaptation. A person
    with a net loss of K or Mg at the lowest intake is beyond it, and not yet in steady state.
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
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, EXPECTED, GREEN, STYLE, VERMILION, Page, draw_dose_response, shade
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import Interval, quantile_interval
from sim.variables import VARIABLES

K_INTAKES = (10, 20, 30, 40, 70, 100, 150, 250, 400, 600)  # As all intakes, in mmol/day.
LOSS = "K, Mg loss"
SWEEPS = {"K": K_INTAKES, LOSS: K_INTAKES, "Mg": (0.5, 1, 2, 3, 4.5, 7, 14, 25, 40)}
LOWER = {"K": 3.5, LOSS: 3.5, "Mg": 0.7}  # Lower ends of the reference ranges [mM].
GREY = {"plasma": "grey: reference range", "urine": "grey: published minimum output"}
DASHED = {"linestyle": "--", "marker": "s"}
LINE_STYLES = {"K": {"color": BLUE, "label": "normal Mg"}, "Mg": {"color": GREEN},
               LOSS: {"color": VERMILION, "label": "severe Mg loss", **DASHED}}  # fmt: skip
FLOORS = {"K": (10.0, 20.0), "Mg": (0.1, 0.5)}  # Published minimum output; Mg has no lower bound.


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
    return twin_design(
        "renal_adaptation", arms, replicates, n_cells, every=f"{days / 10.0} day",
        variables=("plasma_k", "urine_k", "stool_k", "plasma_mg", "urine_mg", "stool_mg")
    )  # fmt: skip


def final_values(study: sim.Study, sweep: str, what: str) -> pd.DataFrame:
    """Final plasma, urine or stool value of the ion: a row a person, a column an intake."""
    name = f"{what}_{sweep.split(',')[0].lower()}"
    return pd.DataFrame({intake: study.at(name, f"{sweep} {intake}") for intake in SWEEPS[sweep]})


def limiting_intake(study: sim.Study, sweep: str, level: float) -> pd.Series:
    """Intake [mmol/day] at which plasma is at a level [mM]: a row a person."""
    plasma, log = final_values(study, sweep, "plasma"), np.log(SWEEPS[sweep])
    found = [np.interp(level, row, log, left=-np.inf, right=np.inf) for row in plasma.to_numpy()]
    return pd.Series(np.exp(found), plasma.index)


@experiment(replicates=2, n_cells=ONE_OF_EACH_TYPE, duration=150.0)
def main(
    replicates: int = 60,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 150.0,
    out: Path | None = None,
) -> Answer:
    """Find the limits of adaptation; ``replicates`` are persons, ``duration`` is the days on a diet."""
    study = run_study(design(replicates, n_cells, duration), out)
    found = {f"minimum intake, {s}": limiting_intake(study, s, LOWER[s]) for s in SWEEPS}
    found["maximum intake, K"] = limiting_intake(study, "K", 5.0)
    for s, (low, *_) in SWEEPS.items():
        urine, stool = (final_values(study, s, what)[low] for what in ("urine", "stool"))
        found |= {f"minimum output, {s}": urine, f"net loss, {s}": urine + stool - low}
    f = {name: Finding(quantile_interval(of, 0.5), "mmol/day") for name, of in found.items()}
    fold = found[f"minimum intake, {LOSS}"] / found["minimum intake, K"]
    f["fold in Mg loss"] = Finding(quantile_interval(fold, 0.5))
    sentence = (
        f"After {duration:g} days on a diet, plasma K is within range from {f['minimum intake, K']} to "
        f"{f['maximum intake, K']} of K, and urinary K can fall to {f['minimum output, K']}. In severe "
        f"Mg loss the minimum is {f['minimum intake, ' + LOSS]}, {f['fold in Mg loss']} times as much: "
        f"urinary K falls only to {f['minimum output, ' + LOSS]}. Plasma Mg is within range from "
        f"{f['minimum intake, Mg']} of Mg upwards, and urinary Mg can fall to {f['minimum output, Mg']}."
    )
    return Answer(sentence, f, draw(study), facts=study_facts(study))


def draw(study: sim.Study) -> Figure:
    """Draw plasma and urine against intake: median and central 90 % of persons."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.6), layout="constrained")
        grid = page.subplots(2, 2, sharex="col")
        for sweep, style in LINE_STYLES.items():
            ion = sweep.split(",")[0]
            column = grid[:, list(FLOORS).index(ion)]
            for axes, (what, grey) in zip(column, GREY.items(), strict=True):
                quantiles = final_values(study, sweep, what).quantile([0.5, 0.05, 0.95]).T.to_numpy()
                bands = [Interval(*row, n=study.n_completed, level=0.9) for row in quantiles]
                draw_dose_response(axes, SWEEPS[sweep], bands, **style)
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
