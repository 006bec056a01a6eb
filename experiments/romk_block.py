"""Does Mg deficiency waste K through ROMK alone, or only with Na delivery or aldosterone?

Question
    Mg deficiency frees ROMK of Mg, which alone need not cause hypokalaemia (Huang & Kuo 2007). What do
    distal Na delivery and aldosterone add, and is it more than the sum?
Method
    Mean-field twins of virtual persons: weeks of no, moderate or severe Mg loss, then two weeks of a
    drive of K secretion: a loop diuretic (delivery), three times the aldosterone the body calls for,
    both or neither; all again with ROMK kept from answering to Mg ("fixed"). Extra urinary K: in its
    first three days beyond that before. Interaction (×): how much more a drive changes in Mg loss.
Reading
    Interactions: above zero of urinary K is waste, below zero of plasma K is a fall beyond the sum. When
    the drive begins the body has adapted to Mg loss: plasma K is low, urine takes what is absorbed.
Cost
    About 45 seconds on two cores.
"""

from itertools import product
from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from experiments._tools.persons import share
from sim.figures import BLUE, GREEN, INK, STYLE, VERMILION, Page, draw_dose_response, shade
from sim.statistics import mean_interval
from sim.variables import VARIABLES

AFTER, EARLY = 14.0, 3.0
"""Days of a drive, and those of them that are early."""
LOSSES = {"severe": 0.95, "moderate": 0.7, "no": 0.0}  # Part of Mg absorption that is lost.
DRIVES = {
    "neither": {"color": INK, "linestyle": ":", "marker": "o"},
    "delivery": {"color": BLUE, "linestyle": "--", "marker": "s"},
    "aldosterone": {"color": GREEN, "linestyle": "-.", "marker": "^"},
    "both": {"color": VERMILION, "linestyle": "-", "marker": "D"},
}
ROMK = {"ROMK free": [], "ROMK fixed": ["romk-mg-block"]}
KINDS = {"plasma K": "mM", "extra urinary K": "mmol"}
ARMS = {arm: f"{arm[0]} Mg loss, {arm[1]}, {arm[2]}" for arm in product(LOSSES, DRIVES, ROMK)}


def condition(loss: str, drive: str, romk: str, days: float) -> sim.Condition:
    """Mg loss, and after some days what drives K secretion."""
    delivery = sim.Treatment(kind="loop-diuretic", effect=0.6, start=f"{days} day")
    aldosterone = sim.Treatment(kind="hyperaldosteronism", fold=3, start=f"{days} day")
    drives = {"delivery": [delivery], "aldosterone": [aldosterone], "both": [delivery, aldosterone]}
    return sim.Condition(
        name=ARMS[loss, drive, romk], duration=f"{days + AFTER} day", without=ROMK[romk],
        treatment=[sim.Treatment(kind="mg-malabsorption", effect=LOSSES[loss]), *drives.get(drive, [])],
    )  # fmt: skip


def outcomes(study: sim.Study, arm: str, days: float) -> pd.DataFrame:
    """Plasma K at the end [mM], extra urinary K [mmol], plasma Mg before [mM]."""
    urine = study.values("urine_k", arm).loc[:, days : days + EARLY]
    early = urine.iloc[:, 1:].sub(urine.iloc[:, 0], axis=0).sum(axis=1).round(6)  # Less is rounding.
    end, mg = study.at("plasma_k", arm), study.at("plasma_mg", arm, days)
    return pd.DataFrame({"plasma K": end, "extra urinary K": early, "plasma Mg": mg})


@experiment(replicates=3, n_cells=5, duration=60.0)
def main(
    replicates: int = 100, n_cells: int = 5, duration: float = 60.0, out: Path | None = None
) -> Answer:
    """Find what drives of K secretion add, with virtual persons, their cells, and days of Mg loss."""
    design = twins(
        "romk_block", [condition(*arm, duration) for arm in ARMS], replicates, n_cells, every="1 day",
        variables=("plasma_k", "plasma_mg", "urine_k")
    )  # fmt: skip
    study = run_study(design, out)
    seen = {arm: outcomes(study, name, duration) for arm, name in ARMS.items()}
    found, low = {}, {}
    for loss, drive in product(LOSSES, DRIVES):
        name = ARMS[loss, drive, "ROMK free"]
        found[f"plasma K: {name}"] = Finding(mean_interval(study.at("plasma_k", name)), "mM")
        low[loss, drive] = share(study.indicator("plasma_k < 3.5", name))
    for loss, drive, romk in product(list(LOSSES)[:2], list(DRIVES)[1:], ROMK):
        driven = seen[loss, drive, romk] - seen[loss, "neither", romk]
        more = driven - (seen["no", drive, romk] - seen["no", "neither", romk])
        for kind, unit in KINDS.items():
            found[f"{kind}: {loss} Mg loss × {drive}, {romk}"] = Finding(mean_interval(more[kind]), unit)
    waste = [found[f"extra urinary K: moderate Mg loss × both, {romk}"] for romk in ROMK]
    sentence = (
        f"Plasma K falls below 3.5 mM in {low['moderate', 'neither']} of persons with moderate Mg loss "
        f"alone and in {low['no', 'delivery']} on a loop diuretic alone, but in "
        f"{low['moderate', 'delivery']} with both; with high aldosterone in {low['no', 'aldosterone']} "
        f"and {low['moderate', 'aldosterone']}; in severe Mg loss alone in {low['severe', 'neither']}. "
        f"Moderate Mg loss adds {waste[0]} to the urinary K that both drives cost in {EARLY:g} days, "
        f"{waste[1]} if ROMK does not see Mg."
    )
    return Answer(sentence, found, draw(seen), facts=study_facts(study))


def draw(seen: dict[tuple[str, str, str], pd.DataFrame]) -> Figure:
    """Draw plasma K and extra urinary K against plasma Mg, a line a drive, with ROMK free and fixed."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.6), layout="constrained")
        grid = page.subplots(2, 2, sharex=True, sharey="row")
        for (kind, romk), axes in zip(product(KINDS, ROMK), grid.flat, strict=True):
            for drive, look in DRIVES.items():
                mg = [seen[loss, drive, romk]["plasma Mg"].mean() for loss in LOSSES]
                means = [mean_interval(seen[loss, drive, romk][kind]) for loss in LOSSES]
                draw_dose_response(axes, mg, means, label=drive, **look)
            axes.set(xlabel="plasma Mg before the drive (mM)", ylabel=f"{kind} ({KINDS[kind]})")
            axes.label_outer()
        for axes, romk in zip(grid[0], ROMK, strict=True):
            axes.set(title=romk)
            shade(axes, VARIABLES["plasma_k"])
        grid[1, 1].legend(title="drive", loc="upper right", ncols=2)
    return page


if __name__ == "__main__":
    main.command()
