"""How does depletion of K, Mg or Na affect the other two ions?

Question
    When one of the three ions alone is depleted, how do the other two change in plasma, in muscle cells
    and in the whole body?
Method
    A diet with a tenth of the typical intake of K (7.5), Mg (1.5) or Na (15 mmol/day), otherwise
    unchanged, which removes about a tenth of the body's content of that ion in 60 days. Changes from
    each virtual person's own initial steady state, on the mean-field twin; means with 95 % intervals.
Reading
    Rows: the restricted ion; columns: the ion measured. The framed diagonal shows the degree of
    depletion. Off the diagonal, a value near zero means that the ion measured hardly depends on the one
    restricted; the matrix is not symmetric.
Cost
    About ten seconds on two cores.
"""

from itertools import product
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import LinearSegmentedColormap, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import INK, ORANGE, SKY, STYLE, Page
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import Interval, mean_interval

RESTRICTED = {"K": "potassium", "Mg": "magnesium", "Na": "sodium"}
FRACTION = 0.1
"""The ion restricted in each arm, and the fraction of its typical intake that remains."""
COMPARTMENTS = {
    "plasma": {"K": "plasma_k", "Mg": "plasma_mg", "Na": "plasma_na"},
    "muscle cells": {"K": "k_in_mean", "Mg": "mg_free_mean", "Na": "na_in_mean"},
    "whole body": {"K": "body_k", "Mg": "body_mg", "Na": "body_na"},
}
"""The variable of each ion in each compartment; Mg of cells is free Mg."""
Changes = dict[tuple[str, str, str], Interval]
"""Changes [%] by compartment, ion restricted and ion measured."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: an arm for each restricted ion."""
    body = sim.Parameters().body
    arms = []
    for ion, name in RESTRICTED.items():
        intake = FRACTION * getattr(body, f"intake_{ion.lower()}")
        diet = {name: f"{intake} mmol/day"}
        arms.append(sim.Condition(name=ion, duration=f"{days} day", diet=[diet]))
    variables = [name for names in COMPARTMENTS.values() for name in names.values()]
    return twin_design("ion_triangle", arms, replicates, n_cells, every="10 day", variables=variables)


def change(study: sim.Study, variable: str, arm: str) -> Interval:
    """Mean change from baseline [%]."""
    return mean_interval(100.0 * (study.at(variable, arm) / study.at(variable, arm, 0.0) - 1.0))


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=60.0)
def main(
    replicates: int = 40,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 60.0,
    out: Path | None = None,
) -> Answer:
    """Restrict one ion at a time; with persons, their cells, and days on the diet."""
    study = run_study(design(replicates, n_cells, duration), out)
    changes: Changes = {
        (place, restricted, ion): change(study, COMPARTMENTS[place][ion], restricted)
        for place, restricted, ion in product(COMPARTMENTS, RESTRICTED, RESTRICTED)
    }
    found = {
        f"{ion} of {place}, {restricted} restricted": Finding(interval, "%")
        for (place, restricted, ion), interval in changes.items()
    }
    return Answer(sentence(changes, duration), found, draw(changes), facts=study_facts(study))


def sentence(changes: Changes, days: float) -> str:
    """State how far each ion was depleted, and how the other two responded."""
    body = [f"{-changes['whole body', ion, ion].estimate:.0f} % of body {ion}" for ion in RESTRICTED]

    def effect(place: str, restricted: str, ion: str) -> str:
        return f"{place.split()[0]} {ion} by {changes[place, restricted, ion].brief('%')}"

    return (
        f"{days:g} days on a tenth of the usual intake remove {', '.join(body[:-1])} or {body[-1]}. "
        f"K depletion changes {effect('muscle cells', 'K', 'Na')}; Mg depletion changes "
        f"{effect('plasma', 'Mg', 'K')} and {effect('muscle cells', 'Mg', 'Na')}; Na depletion changes "
        f"{effect('plasma', 'Na', 'K')}."
    )


def draw(changes: Changes) -> Figure:
    """Draw a matrix for each compartment: rows are restricted ions, columns measured ions."""
    colours = LinearSegmentedColormap.from_list("fall to rise", [SKY, "white", ORANGE])
    norm = SymLogNorm(2.0, vmin=-100.0, vmax=100.0)
    with rc_context(STYLE):
        page = Page(figsize=(8.0, 2.9), layout="constrained")
        for axes, place in zip(page.subplots(1, 3, sharey=True), COMPARTMENTS, strict=True):
            table = [[changes[place, row, ion] for ion in RESTRICTED] for row in RESTRICTED]
            axes.imshow([[x.estimate for x in row] for row in table], colours, norm, aspect="auto")
            for (row, column), _ in np.ndenumerate(np.eye(len(RESTRICTED))):
                x = table[row][column]
                words = f"{x.estimate:+.1f} %", f"{x.low:.1f} to {x.high:.1f}"
                for text, side, size in zip(words, ("bottom", "top"), (8.5, 6.0), strict=True):
                    text = text.replace("-", "−")
                    axes.text(column, row, text, ha="center", va=side, fontsize=size, color="black")
            for i in range(len(RESTRICTED)):
                axes.add_patch(Rectangle((i - 0.49, i - 0.49), 0.98, 0.98, fill=False, ec=INK, lw=1.8))
            ions = ["free Mg" if "free" in name else ion for ion, name in COMPARTMENTS[place].items()]
            axes.set_xticks(range(len(ions)), ions)
            axes.set_yticks(range(len(RESTRICTED)), [f"{ion} restricted" for ion in RESTRICTED])
            axes.set(title=place, xlabel="change of")
            axes.tick_params(length=0)
    return page


if __name__ == "__main__":
    main.command()
