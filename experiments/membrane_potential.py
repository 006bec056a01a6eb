"""How do K loss and Mg loss affect membrane potential, excitability and QTc?

Question
    Does mild K loss hyperpolarise muscle and severe K loss depolarise it, does Mg loss depolarise it,
    and how do the margin to threshold and QTc change?
Method
    Mean-field twins of virtual persons on 15 mmol/day of K and on none, and in mild and severe Mg loss.
    Changes of each person from baseline are read at the end, and where plasma K has fallen by a given
    amount; means with intervals over persons. Curves extend to the largest fall of plasma K that all
    persons reach, and from there to the means of the end.
Reading
    Negative: hyperpolarisation. A smaller margin (threshold minus potential) means that the cell is more
    excitable. At equal plasma K, Mg loss differs from K loss by the other effects of Mg.
Cost
    About 20 seconds on two cores.
"""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from numpy.typing import NDArray

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, FAINT, GREEN, SKY, STYLE, VERMILION, Page, draw_dose_response
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import mean_interval
from sim.variables import VARIABLES

ARMS = {
    "K loss": {"diet": [{"potassium": "15 mmol/day"}]},
    "severe K loss": {"diet": [{"potassium": "0 mmol/day"}]},
    "mild Mg loss": {"treatment": [{"kind": "mg-malabsorption", "effect": 0.5}]},
    "severe Mg loss": {"treatment": [{"kind": "mg-malabsorption", "effect": 0.95}]},
}
LINE_STYLES = ((SKY, "--", "o"), (BLUE, "-", "s"), (GREEN, "--", "v"), (VERMILION, "-", "^"))
SIGNS = {
    "muscle potential": "potential_mean", "heart potential": "heart_potential_mean",
    "muscle margin": "margin_muscle", "heart margin": "margin_heart", "QTc": "qtc",
}  # fmt: skip
FALLS, EQUAL = np.arange(0.0, 2.3, 0.2), 4
"""Falls of plasma K [mM], and the index of the one at which K and Mg loss are compared, 0.8 mM."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: K loss and Mg loss, mild and severe."""
    arms = [{"name": name, "duration": f"{days} day", **what} for name, what in ARMS.items()]
    return twin_design(
        "membrane_potential", arms, replicates, n_cells, every="1 day", variables=("plasma_k",
        *SIGNS.values())
    )  # fmt: skip


def changes(study: sim.Study, sign: str, arm: str) -> NDArray[np.float64]:
    """Change of a sign where plasma K has fallen by each of FALLS: a row a person, a column a fall."""
    k, values = (study.values(name, arm).to_numpy() for name in ("plasma_k", SIGNS[sign]))
    rows = zip(k[:, :1] - k, values - values[:, :1], strict=True)
    return np.array([np.interp(FALLS, fall, change, right=np.nan) for fall, change in rows])


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=120.0)
def main(
    replicates: int = 40,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
) -> Answer:
    """Find the effects of K loss and Mg loss; with virtual persons, their cells, and days of loss."""
    study = run_study(design(replicates, n_cells, duration), out)
    seen = {(sign, arm): changes(study, sign, arm) for sign in SIGNS for arm in ARMS}
    found = {}
    for sign, name in (SIGNS | {"plasma K": "plasma_k"}).items():
        for arm in ARMS:
            change = study.at(name, arm) - study.at(name, arm, 0.0)
            found[f"{sign}, {arm}"] = Finding(mean_interval(change), VARIABLES[name].unit)
    signs = ("plasma K", "muscle potential", "muscle margin", "QTc")
    k, v, margin, qtc = ({arm: found[f"{sign}, {arm}"] for arm in ARMS} for sign in signs)
    at_k, at_mg = (seen["muscle potential", f"severe {x} loss"][:, EQUAL] for x in ("K", "Mg"))
    course = study.values("potential_mean", "severe K loss")
    lowest, end = course.min(axis=1), course.iloc[:, -1]
    differences = {
        "severe K loss, fall 0.8 mM": at_k, "Mg loss minus K loss, fall 0.8 mM": at_mg - at_k,
        "severe K loss, lowest": lowest - course[0.0], "severe K loss, end minus lowest": end - lowest,
    }  # fmt: skip
    v |= {name: Finding(mean_interval(change), "mV") for name, change in differences.items()}
    found |= {f"muscle potential, {name}": finding for name, finding in v.items()}
    sentence = (
        f"Severe K loss hyperpolarises muscle by {-v['severe K loss, fall 0.8 mM']} when plasma K has "
        f"fallen by 0.8 mM, but depolarises it by {v['severe K loss']} relative to baseline when it has "
        f"fallen by {-k['severe K loss']}. Severe Mg loss depolarises muscle by {v['severe Mg loss']}, "
        f"brings it {-margin['severe Mg loss']} nearer to threshold and lengthens QTc by "
        f"{qtc['severe Mg loss']}; severe K loss lengthens QTc by {qtc['severe K loss']}."
    )
    return Answer(sentence, found, draw(seen, found), facts=study_facts(study))


def draw(seen: dict[tuple[str, str], NDArray[np.float64]], found: dict[str, Finding]) -> Figure:
    """Draw the change of each sign against the fall of plasma K, a line for each arm."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.6), layout="constrained")
        *panels, key = page.subplots(2, 3).flat
        for (sign, name), axes in zip(SIGNS.items(), panels, strict=True):
            for arm, (color, line, marker) in zip(ARMS, LINE_STYLES, strict=True):
                style = {"color": color, "linestyle": line, "marker": marker, "label": arm}
                reached = np.isfinite(seen[sign, arm]).all(axis=0)
                falls = np.append(FALLS[reached], -found[f"plasma K, {arm}"].interval.estimate)
                means = [mean_interval(column) for column in seen[sign, arm].T[reached]]
                means.append(found[f"{sign}, {arm}"].interval)
                draw_dose_response(axes, falls, means, **style)
            axes.axhline(0.0, color=FAINT, linewidth=0.6)
            axes.set(title=f"change of {sign} ({VARIABLES[name].unit})", xlabel="fall of plasma K (mM)")
        key.legend(*panels[0].get_legend_handles_labels(), loc="center left")
        key.axis("off")
    return page


if __name__ == "__main__":
    main.command()
