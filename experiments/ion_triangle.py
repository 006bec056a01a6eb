"""What does the loss of K, Mg or Na do to the other two?

Question
    When a body is deprived of one of the three ions alone, what happens to the other two in plasma, in
    muscle cells and in the whole body?
Method
    A diet with a tenth of the typical intake of K (7.5), Mg (1.5) or Na (15 mmol/day), all else as
    usual, which costs the body about a tenth of that ion in 60 days. Changes from each virtual person's
    own start, which is a steady state, on the mean-field twin; means with 95 % intervals.
Reading
    Rows: what was withheld; columns: what was watched. The diagonal, framed, says how far each was
    depleted. Off it, a zero means that the one hardly moved with the other that way round.
Cost
    About ten seconds on two cores.
"""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from sim.figures import INK, ORANGE, SKY, STYLE, Page
from sim.statistics import Interval, mean_interval

POOR = {"K": "potassium", "Mg": "magnesium", "Na": "sodium"}
PART = 0.1
"""What is withheld in turn, and the part of its typical intake that is left."""
PLACES = {
    "plasma": {"K": "plasma_k", "Mg": "plasma_mg", "Na": "plasma_na"},
    "muscle cells": {"K": "k_in_mean", "Mg": "mg_free_mean", "Na": "na_in_mean"},
    "whole body": {"K": "body_k", "Mg": "body_mg", "Na": "body_na"},
}
Changes = dict[tuple[str, str, str], Interval]
"""Where each ion is watched, Mg of cells as free Mg; changes [%] by place, ion withheld, ion watched."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: an arm for each ion withheld."""
    body = sim.Parameters().body
    arms = []
    for ion, name in POOR.items():
        left = PART * getattr(body, f"intake_{ion.lower()}")
        diet = {name: f"{left} mmol/day"}
        arms.append(sim.Condition(name=ion, duration=f"{days} day", diet=[diet]))
    return twins(
        "ion_triangle", arms, replicates, n_cells, every="10 day", variables=[name for of in
        PLACES.values() for name in of.values()]
    )  # fmt: skip


def change(study: sim.Study, variable: str, arm: str) -> Interval:
    """Mean change from the start [%]."""
    return mean_interval(100.0 * (study.at(variable, arm) / study.at(variable, arm, 0.0) - 1.0))


@experiment(replicates=4, n_cells=5, duration=60.0)
def main(
    replicates: int = 40, n_cells: int = 5, duration: float = 60.0, out: Path | None = None
) -> Answer:
    """Withhold one ion at a time, with persons, their cells, and days on the diet."""
    study = run_study(design(replicates, n_cells, duration), out)
    changes: Changes = {
        (place, poor, ion): change(study, variable, poor)
        for place, of in PLACES.items() for poor in POOR for ion, variable in of.items()
    }  # fmt: skip
    found = {
        f"{ion} of {place}, {poor} withheld": Finding(interval, "%")
        for (place, poor, ion), interval in changes.items()
    }
    return Answer(told(changes, duration), found, draw(changes), facts=study_facts(study))


def told(changes: Changes, days: float) -> str:
    """Say how far each ion was depleted, and what that did to the other two."""
    body = [f"{-changes['whole body', ion, ion].estimate:.0f} % of its {ion}" for ion in POOR]

    def by(place: str, poor: str, ion: str) -> str:
        return f"{ion} of {place} by {changes[place, poor, ion].brief('%')}"

    return (
        f"{days:g} days on a tenth of the usual intake cost the body {', or '.join(body)}. Lack of K "
        f"changes {by('muscle cells', 'K', 'Na')}; lack of Mg changes {by('plasma', 'Mg', 'K')} and "
        f"{by('muscle cells', 'Mg', 'Na')}; lack of Na changes {by('plasma', 'Na', 'K')}."
    )


def draw(changes: Changes) -> Figure:
    """Draw a matrix a place: rows what was withheld, columns what was watched."""
    colours = LinearSegmentedColormap.from_list("falls and rises", [SKY, "white", ORANGE])
    norm = SymLogNorm(2.0, vmin=-100.0, vmax=100.0)
    with rc_context(STYLE):
        page = Page(figsize=(8.0, 2.9), layout="constrained")
        for axes, place in zip(page.subplots(1, 3, sharey=True), PLACES, strict=True):
            table = [[changes[place, poor, ion] for ion in POOR] for poor in POOR]
            axes.imshow([[x.estimate for x in row] for row in table], colours, norm, aspect="auto")
            for (row, column), _ in np.ndenumerate(np.eye(len(POOR))):
                x = table[row][column]
                words = f"{x.estimate:+.1f} %", f"{x.low:.1f} to {x.high:.1f}"
                for text, side, size in zip(words, ("bottom", "top"), (8.5, 6.0), strict=True):
                    text = text.replace("-", "−")
                    axes.text(column, row, text, ha="center", va=side, fontsize=size, color="black")
            for i in range(len(POOR)):
                axes.add_patch(Rectangle((i - 0.49, i - 0.49), 0.98, 0.98, fill=False, ec=INK, lw=1.8))
            watched = ["free Mg" if PLACES[place][ion] == "mg_free_mean" else ion for ion in POOR]
            axes.set_xticks(range(len(POOR)), watched)
            axes.set_yticks(range(len(POOR)), [f"{ion} withheld" for ion in POOR])
            axes.set(title=place, xlabel="change of")
            axes.tick_params(length=0)
    return page


if __name__ == "__main__":
    main.command()
