"""How does the Na,K-pump of a cell respond to free Mg?

Question
    How much does low free Mg slow the pump, and how much of that occurs in severe Mg loss?
Method
    The law of the pump with Mg acting through MgATP alone or through the Mg site alone, all else as in
    health; bounds contain the central 95 % of 1000 draws from the ranges of both. Then mean-field twins
    of persons in severe Mg loss: the effect of each input on the muscle pump, intervals over persons.
Reading
    Change of pump cycles relative to health. The law is a product: its relative response to Mg is the
    same at any Na and K. The width of the band of the Mg site reflects how little is known about it.
Cost
    About ten seconds on two cores.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools import harness
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, INK, ORANGE, STYLE, VERMILION, Page, draw_dose_response, shade
from sim.numerics import value_of
from sim.parameters import FACTS, ONE_OF_EACH_TYPE, Control
from sim.physiology import CellTraits, Inside, normal_fluid, pump_of
from sim.quantities import NO_AMOUNTS
from sim.statistics import Interval, mean_interval
from sim.study import Samples
from sim.variables import PER_CELL

SITES = ("pump_half_mg", "pump_half_mgatp", "atp", "atp_mg_dissociation")
RANGES = {name: (f"{FACTS[name].low} mM", f"{FACTS[name].high} mM") for name in SITES}
DRAWS = Samples(method="latin-hypercube", number=1000, ranges=RANGES)
FREE_MG = np.array([0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4, 0.557, 0.75, 1.0])
PARTS = {"MgATP": Control(NO_AMOUNTS, pump_mg_site=0.0), "Mg site": Control(NO_AMOUNTS, pump_mgatp=0.0)}
"""Mechanisms by which Mg acts on the pump, each with the other knocked out."""
CELL, HEALTHY = sim.Parameters().cell, normal_fluid(sim.Parameters().body)
RECORDED = ("mg_free_mean", "plasma_k", "expression_mean", "na_in_mean", "pump_mean")


def pump(p: Any, part: str = "Mg site", k_out: Any = HEALTHY.k, **inside: Any) -> Any:
    """Pump cycles [mmol/L/h] with some of K outside, Na and free Mg inside [mM] changed from health."""
    cell = Inside(1.0, p.rest_na, p.rest_k, 0.0, p.rest_mg_free)._replace(**inside)
    return value_of(pump_of(cell, 1.0, CellTraits(), HEALTHY._replace(k=k_out), PARTS[part], p))


def by_magnesium(part: str, mg_free: float) -> Interval:
    """Change of pump cycles [%] at a free Mg [mM]: of the defaults, and the central 95 % of draws."""
    draws = pd.DataFrame(DRAWS.points(harness.SEED))
    p = CELL._replace(**{name: np.r_[getattr(CELL, name), draws[name]] for name in draws})
    changes = 100.0 * (pump(p, part, mg_free=mg_free) / pump(p, part) - 1.0)
    return Interval(float(changes[0]), *np.quantile(changes[1:], (0.025, 0.975)), len(draws), 0.95)


def in_persons(study: sim.Study) -> dict[str, Interval]:
    """Changes [%] in muscle from start to end; of the pump, through one input at a time."""
    start, end = ({x: study.at(x, study.arms[0], day) for x in RECORDED} for day in (0.0, None))
    ratios = {
        "free Mg": end["mg_free_mean"] / start["mg_free_mean"],
        "by plasma K": pump(CELL, k_out=end["plasma_k"]) / pump(CELL, k_out=start["plasma_k"]),
        "by pump sites": end["expression_mean"] / start["expression_mean"],
        "by cell Na": pump(CELL, na=end["na_in_mean"]) / pump(CELL, na=start["na_in_mean"]),
        "by all together": end["pump_mean"] / start["pump_mean"],
    }
    return {name: mean_interval(100.0 * (ratio - 1.0)) for name, ratio in ratios.items()}


@experiment(replicates=6, n_cells=ONE_OF_EACH_TYPE, duration=120.0)
def main(
    replicates: int = 60,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
) -> Answer:
    """Find the effect of Mg on the pump; with persons, their cells, and days of severe Mg loss."""
    design = twin_design(
        "pump_and_magnesium", ["severe-magnesium-loss"], replicates, n_cells, duration=f"{duration} day",
        every="30 day", variables=RECORDED,
    )  # fmt: skip
    study = run_study(design, out)
    persons, curves = in_persons(study), {x: [by_magnesium(x, mg) for mg in FREE_MG] for x in PARTS}
    mg = CELL.rest_mg_free * (1.0 + 0.01 * persons["free Mg"].estimate)
    at_low = {f"{part} at 0.2 mM": by_magnesium(part, 0.2) for part in PARTS}
    body = {f"by {part}": by_magnesium(part, mg) for part in PARTS} | persons
    found = {name: Finding(interval, "%") for name, interval in (at_low | body).items()}
    sentence = (
        f"Free Mg of 0.2 mM slows the pump by {-found['Mg site at 0.2 mM']} through its own Mg site and "
        f"by {(-found['MgATP at 0.2 mM']).interval.brief('%', 2)} through MgATP, over the ranges of "
        f"both. Severe Mg loss lowers free Mg of muscle by only {-found['free Mg']}, which slows the "
        f"pump by {-found['by Mg site']}; the loss of sites slows it by {-found['by pump sites']}, but "
        f"the rise of cell Na makes it run {found['by all together']} faster than in health."
    )
    return Answer(sentence, found, draw(curves, body, mg), facts=study_facts(study))


def draw(curves: dict[str, list[Interval]], body: dict[str, Interval], fallen: float) -> Figure:
    """Draw the pump's response to free Mg, and its changes in severe Mg loss one by one."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 3.0), layout="constrained")
        cell, muscle = page.subplots(1, 2)
        for (x, found), color, marker in zip(curves.items(), (BLUE, VERMILION), "os", strict=True):
            draw_dose_response(cell, FREE_MG, found, color=color, label=f"by {x} alone", marker=marker)
        shade(cell, PER_CELL["mg_free"], across=True)
        cell.axvline(fallen, color=INK, linewidth=0.8, linestyle="--", label="severe Mg loss")
        cell.set(title="one cell", xlabel="free Mg (mM)", ylabel="change of pump cycles (%)")
        cell.legend(loc="lower right")
        effects = {name: found for name, found in body.items() if name != "free Mg"}
        names = [f"{name}: {found.estimate:+.1f} %".replace("-", "−") for name, found in effects.items()]
        ends = 1.0 + 0.01 * np.array([found[:3] for found in effects.values()])
        muscle.barh(names, ends[:, 0] - 1.0, left=1.0, color=np.where(ends[:, 0] < 1.0, ORANGE, BLUE))
        muscle.hlines(names, *ends[:, 1:].T, color=INK, linewidth=1.2)
        muscle.set(title="muscle in severe Mg loss", xlabel="pump cycles (× normal)")
    return page


if __name__ == "__main__":
    main.command()
