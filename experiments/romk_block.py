"""Does Mg deficiency cause K wasting through ROMK alone, or only with Na delivery or aldosterone?

Question
    Mg deficiency relieves the Mg block of ROMK, which alone need not cause hypokalaemia (Huang & Kuo
    2007). What do distal Na delivery and aldosterone add, and are the effects more than additive?
Method
    Mean-field twins of virtual persons: weeks of no, moderate or severe Mg loss, then two weeks of a
    stimulus of K secretion: a loop diuretic (delivery), aldosterone at three times its regulated level,
    both or neither; all again with ROMK not responding to Mg ("fixed"). Extra urinary K: that of the
    first three days in excess of that before. Interaction (×): change of a stimulus's effect by Mg loss.
Reading
    Positive interactions of urinary K are waste, negative ones of plasma K a fall beyond the sum. Before
    the stimulus the body is adapted to Mg loss: plasma K is low, urinary K equals absorbed K.
Cost
    About 45 seconds on two cores.
"""

from itertools import product
from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from experiments._tools.persons import proportion
from sim.figures import BLUE, GREEN, INK, STYLE, VERMILION, Page, draw_dose_response, shade
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import mean_interval
from sim.variables import VARIABLES

AFTER, EARLY = 14.0, 3.0  # Days of a stimulus, and the early ones of these.
LOSSES = {"severe": 0.95, "moderate": 0.7, "no": 0.0}  # Fraction of Mg absorption lost.
STIMULI = {
    "neither": {"color": INK, "linestyle": ":", "marker": "o"},
    "delivery": {"color": BLUE, "linestyle": "--", "marker": "s"},
    "aldosterone": {"color": GREEN, "linestyle": "-.", "marker": "^"},
    "both": {"color": VERMILION, "linestyle": "-", "marker": "D"},
}
ROMK = {"ROMK responsive": [], "ROMK fixed": ["romk-mg-block"]}
OUTCOMES = {"plasma K": "mM", "extra urinary K": "mmol"}
ARMS = {arm: f"{arm[0]} Mg loss, {arm[1]}, {arm[2]}" for arm in product(LOSSES, STIMULI, ROMK)}


def condition(loss: str, stimulus: str, romk: str, days: float) -> sim.Condition:
    """Mg loss, and after some days a stimulus of K secretion."""
    loss_of_mg = sim.Treatment(kind="mg-malabsorption", effect=LOSSES[loss])
    delivery = sim.Treatment(kind="loop-diuretic", effect=0.6, start=f"{days} day")
    aldosterone = sim.Treatment(kind="hyperaldosteronism", fold=3, start=f"{days} day")
    stimuli = {"delivery": [delivery], "aldosterone": [aldosterone], "both": [delivery, aldosterone]}
    return sim.Condition(
        name=ARMS[loss, stimulus, romk], duration=f"{days + AFTER} day", without=ROMK[romk],
        treatment=[loss_of_mg, *stimuli.get(stimulus, [])],
    )  # fmt: skip


def outcomes(study: sim.Study, arm: str, days: float) -> pd.DataFrame:
    """Plasma K at the end [mM], extra urinary K [mmol], plasma Mg before [mM]."""
    urine = study.values("urine_k", arm).loc[:, days : days + EARLY]
    early = urine.iloc[:, 1:].sub(urine.iloc[:, 0], axis=0).sum(axis=1).round(6)  # Smaller: rounding.
    end, mg = study.at("plasma_k", arm), study.at("plasma_mg", arm, days)
    return pd.DataFrame({"plasma K": end, "extra urinary K": early, "plasma Mg": mg})


@experiment(replicates=3, n_cells=ONE_OF_EACH_TYPE, duration=60.0)
def main(
    replicates: int = 100,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 60.0,
    out: Path | None = None,
) -> Answer:
    """Find the effects of stimuli; with virtual persons, their cells, and days of Mg loss."""
    design = twin_design(
        "romk_block", [condition(*arm, duration) for arm in ARMS], replicates, n_cells, every="1 day",
        variables=("plasma_k", "plasma_mg", "urine_k")
    )  # fmt: skip
    study = run_study(design, out)
    seen = {arm: outcomes(study, name, duration) for arm, name in ARMS.items()}
    found, low = {}, {}
    for loss, stimulus in product(LOSSES, STIMULI):
        name = ARMS[loss, stimulus, "ROMK responsive"]
        found[f"plasma K: {name}"] = Finding(mean_interval(study.at("plasma_k", name)), "mM")
        low[loss, stimulus] = proportion(study.indicator("plasma_k < 3.5", name))
    for loss, stimulus, romk in product(list(LOSSES)[:2], list(STIMULI)[1:], ROMK):
        effect = seen[loss, stimulus, romk] - seen[loss, "neither", romk]
        excess = effect - (seen["no", stimulus, romk] - seen["no", "neither", romk])
        for x, unit in OUTCOMES.items():
            found[f"{x}: {loss} Mg loss × {stimulus}, {romk}"] = Finding(mean_interval(excess[x]), unit)
    waste = [found[f"extra urinary K: moderate Mg loss × both, {romk}"] for romk in ROMK]
    sentence = (
        f"Plasma K falls below 3.5 mM in {low['moderate', 'neither']} of persons with moderate Mg loss "
        f"alone and in {low['no', 'delivery']} on a loop diuretic alone, but in "
        f"{low['moderate', 'delivery']} with both; with high aldosterone in {low['no', 'aldosterone']} "
        f"without and {low['moderate', 'aldosterone']} with moderate Mg loss; in severe Mg loss alone "
        f"in {low['severe', 'neither']}. Moderate Mg loss adds {waste[0]} to the urinary K that both "
        f"stimuli cause in {EARLY:g} days, but {waste[1]} if ROMK does not respond to Mg."
    )
    return Answer(sentence, found, draw(seen), facts=study_facts(study))


def draw(seen: dict[tuple[str, str, str], pd.DataFrame]) -> Figure:
    """Draw plasma K and extra urinary K against plasma Mg, with ROMK responsive and fixed."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.6), layout="constrained")
        grid = page.subplots(2, 2, sharex=True, sharey="row")
        for (outcome, romk), axes in zip(product(OUTCOMES, ROMK), grid.flat, strict=True):
            for stimulus, style in STIMULI.items():
                mg = [seen[loss, stimulus, romk]["plasma Mg"].mean() for loss in LOSSES]
                means = [mean_interval(seen[loss, stimulus, romk][outcome]) for loss in LOSSES]
                draw_dose_response(axes, mg, means, label=stimulus, **style)
            axes.set(
                xlabel="plasma Mg before the stimulus (mM)", ylabel=f"{outcome} ({OUTCOMES[outcome]})"
            )
            axes.label_outer()
        for axes, romk in zip(grid[0], ROMK, strict=True):
            axes.set(title=romk)
            shade(axes, VARIABLES["plasma_k"])
        grid[1, 1].legend(title="stimulus", loc="upper right", ncols=2)
    return page


if __name__ == "__main__":
    main.command()
