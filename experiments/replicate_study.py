"""Does KCl restore plasma K in severe Mg loss, and what decides it?

Question
    In virtual persons with severe Mg loss, how probable is it that 80 mmol/day of KCl brings plasma K
    above 3.5 mM within two weeks, with and without Mg, and what decides it?
Method
    Severe Mg loss for 120 days in each of 200 virtual persons with fluctuating cells; then two weeks of
    nothing, KCl, Mg by vein (10 mmol/day), or both. Each person goes through all four arms with the same
    cells and the same noise. Asked of those whose K is below 3.5 mM on day 120.
Reading
    How many are above 3.5 mM after two weeks, and how many were on any day of them. Shares have Wilson's
    95 % intervals. Rank correlations say which property of a person goes with K after KCl alone; near
    zero: it decides nothing.
Cost
    About five minutes on two cores at full size; a study that was stopped goes on.

Run with:  python -m experiments.replicate_study [--replicates N] [--cells N] [--days D] [--out DIR]
"""

from pathlib import Path
from typing import Any

import click
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import sim
from experiments.harness import STYLE, out_option, write
from sim.statistics import Interval, paired_proportion_difference, proportion_interval, rank_correlations

WEEKS = 14.0
LOW = "plasma_k < 3.5"
RESTORED = "plasma_k > 3.5"
KCL = {"ion": "potassium", "dose": "80 mmol/day"}
MG = {"ion": "magnesium", "dose": "10 mmol/day", "route": "intravenous"}
ARMS = {"nothing": [], "KCl": [KCL], "Mg": [MG], "KCl and Mg": [KCL, MG]}
COLOURS = {"nothing": "0.4", "KCl": "#D55E00", "Mg": "#009E73", "KCl and Mg": "#0072B2"}
WORDS = {
    "body_size": "body size", "gfr": "GFR", "intake_na": "Na intake", "intake_k": "K intake",
    "intake_mg": "Mg intake", "intake_ca": "Ca intake", "plasma_k": "normal plasma K",
    "plasma_mg": "normal plasma Mg", "cell_mg": "Mg of cells", "free_mg": "free Mg of cells",
    "mg_absorption": "Mg absorption", "pump_sites": "pump sites", "na_leak": "Na leak",
}  # fmt: skip
"""Properties of a person in words."""
DASHES = {"nothing": ":", "KCl": "-", "Mg": "--", "KCl and Mg": "-."}


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: severe Mg loss for some days, then two weeks of each treatment."""
    severe = sim.load("severe-magnesium-loss")
    arms = [
        severe.revised(
            name=name,
            duration=f"{days + WEEKS} day",
            supplement=[{**given, "start": f"{days} day"} for given in supplements],
        )
        for name, supplements in ARMS.items()
    ]
    return sim.Design(
        name="replicate_study", conditions=arms, replicates=replicates, cells=n_cells, seed=1,
        variables=("plasma_k", "plasma_mg", "urine_k", "na_in_mean", "k_in_mean"), ask=(LOW,),
    )  # fmt: skip


def restored(study: sim.Study, days: float, since: float | None = None) -> pd.DataFrame:
    """Whether K is above 3.5 mM after two weeks, of those in whom it was low: 1 or 0 by arm.

    With ``since``, whether it is so on any day from then on.
    """
    low = study.held(LOW, "nothing", days) == 1.0
    return pd.DataFrame({arm: study.held(RESTORED, arm, since=since)[low] for arm in ARMS})


def shares(outcome: pd.DataFrame) -> dict[str, Interval]:
    """Share of persons in each arm."""
    return {arm: proportion_interval(int(outcome[arm].sum()), len(outcome)) for arm in ARMS}


def deciding(study: sim.Study, days: float, low: pd.Index) -> dict[str, Interval]:
    """Rank correlation of what is known before treatment with K after two weeks of KCl alone."""
    cases = study.cases.query("condition == 'KCl'").set_index(["replicate", "sample"]).loc[low]
    inputs = {words: cases[f"person_{name}"] for name, words in WORDS.items()}
    for name, words in (("plasma_k", "plasma K"), ("plasma_mg", "plasma Mg")):
        inputs[f"{words} on day {days:g}"] = study.at(name, "KCl", days)[low]
    found = rank_correlations(inputs, study.at("plasma_k", "KCl")[low])
    return dict(sorted(found.items(), key=lambda item: -abs(item[1].estimate)))


def main(
    replicates: int = 200, n_cells: int = 100, duration: float = 120.0, out: Path | None = None
) -> pd.DataFrame:
    """Run the study; return the probability of recovery in each arm, a row an arm.

    Parameters
    ----------
    replicates : int
        Virtual persons.
    n_cells : int
        Cells of each.
    duration : float
        Days of severe Mg loss before treatment.
    out : path
        Folder for study, table, figure and provenance.
    """
    home = Path("results/replicate_study") if out is None else out
    study = sim.run_study(design(replicates, n_cells, duration), home / "study")
    outcome = restored(study, duration)
    rows, ever = shares(outcome), shares(restored(study, duration, since=duration + 1.0))
    table = pd.DataFrame(rows, index=Interval._fields).T[["estimate", "low", "high", "n"]]
    for name in ("estimate", "low", "high"):
        table[f"ever_{name}"] = [getattr(ever[arm], name) for arm in ARMS]
    decides = deciding(study, duration, outcome.index)
    if out is not None:
        table.to_csv(out / "summary.csv", float_format="%.4f", index_label="arm")
        of = pd.DataFrame(decides, index=Interval._fields).T[["estimate", "low", "high", "n"]]
        of.to_csv(out / "deciding.csv", float_format="%.4f", index_label="known before treatment")
        write(out, draw(study, rows, ever, decides, duration), facts(study, outcome, duration))
    return table


def facts(study: sim.Study, outcome: pd.DataFrame, days: float) -> dict[str, Any]:
    """What a reader needs to repeat and to judge the study."""
    gain = paired_proportion_difference(outcome["KCl"].to_numpy(), outcome["KCl and Mg"].to_numpy())
    return {
        "command": f"python -m experiments.replicate_study --replicates {study.bodies} "
                   f"--cells {study.design.cells} --days {days:g}",
        "persons": study.bodies, "cells": study.design.cells, "days": days, "low_before": len(outcome),
        "failed": study.failures, "gain_of_mg": gain._asdict(), "digest": study.digest(),
        "variance_reduction": study.pairing("plasma_k", "KCl")._asdict(),
        "plasma_k_gained_by_kcl": study.difference_at("plasma_k", "KCl")._asdict(),
        "versions": study.provenance()["versions"],
    }  # fmt: skip


def draw(
    study: sim.Study,
    after: dict[str, Interval],
    ever: dict[str, Interval],
    decides: dict[str, Interval],
    days: float,
) -> Figure:
    """Draw courses, probabilities (filled: after two weeks; open: on any day), what goes with K."""
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, 3.6), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.08)
        courses, bars, correlations = figure.subplots(1, 3, width_ratios=(1.5, 1.0, 1.2))
        _draw_courses(courses, study, days)
        for row, arm in enumerate(ARMS):
            _draw_interval(bars, row - 0.12, after[arm], COLOURS[arm], 100.0)
            _draw_interval(bars, row + 0.12, ever[arm], COLOURS[arm], 100.0, mfc="white")
        bars.plot([], [], "o", color="0.3", label="after two weeks")
        bars.plot([], [], "o", color="0.3", mfc="white", label="on any day of them")
        bars.legend(frameon=False, loc="upper right")
        bars.set(yticks=range(len(ARMS)), yticklabels=ARMS, xlim=(-3, 103), xlabel="persons (%)")
        bars.set_title(f"K above 3.5 mM (n {after['KCl'].n})")
        strongest = dict(list(decides.items())[:8])
        for row, found in enumerate(strongest.values()):
            _draw_interval(correlations, row, found, "0.2", 1.0)
        correlations.axvline(0.0, color="0.6", lw=0.8)
        correlations.set(yticks=range(len(strongest)), yticklabels=strongest, xlim=(-1, 1))
        correlations.set(xlabel="rank correlation", title="What goes with K after KCl alone")
        for axes in (bars, correlations):
            axes.invert_yaxis()
    return figure


def _draw_courses(axes: Axes, study: sim.Study, days: float) -> None:
    """Draw median and middle 90 % of plasma K in each arm around the treatment."""
    for arm in ARMS:
        bands = study.bands("plasma_k", arm)
        axes.fill_between(bands.index, bands["p5"], bands["p95"], color=COLOURS[arm], alpha=0.12, lw=0)
        axes.plot(bands.index, bands["p50"], color=COLOURS[arm], ls=DASHES[arm], label=arm)
    axes.axhline(3.5, color="0.6", lw=0.8)
    axes.set(xlabel="time (day)", ylabel="plasma K (mM)", xlim=(max(0.0, days - 21.0), days + WEEKS),
             title=f"Median and middle 90 % of {study.bodies} persons")  # fmt: skip
    axes.legend(frameon=False, loc="upper left")


def _draw_interval(
    axes: Axes, row: float, found: Interval, colour: str, scale: float, **mark: Any
) -> None:
    """Draw an estimate with its interval."""
    axes.plot([scale * found.low, scale * found.high], [row, row], color=colour, lw=2.0)
    axes.plot(scale * found.estimate, row, "o", color=colour, ms=5, **mark)


@click.command(
    help="How probable it is that KCl restores plasma K in severe Mg loss, and what decides it."
)
@click.option("--replicates", default=200, show_default=True, help="Virtual persons.")
@click.option("--cells", default=100, show_default=True, help="Cells of each.")
@click.option("--days", default=120.0, show_default=True, help="Severe Mg loss before treatment.")
@out_option("replicate_study")
def command(replicates: int, cells: int, days: float, out: Path) -> None:
    """Run from the command line."""
    table = main(replicates, cells, days, out)
    click.echo((100.0 * table.drop(columns="n")).round(0).astype(int).assign(n=table["n"]).to_string())
    strongest = pd.read_csv(out / "deciding.csv", index_col=0)["estimate"].head(2)
    with_, without = table.loc["KCl and Mg"], table.loc["KCl"]
    click.echo(
        f"After two weeks KCl alone has K above 3.5 mM in {_percent(without)} of "
        f"{int(without['n'])} persons ({100 * without['ever_estimate']:.0f} % on any day), with Mg in "
        f"{_percent(with_)}; what goes most with K after KCl: "
        + ", ".join(f"{name} ({value:+.2f})" for name, value in strongest.items())
        + "."
    )


def _percent(row: "pd.Series[float]") -> str:
    """Write a share with its 95 % interval."""
    return f"{100 * row['estimate']:.0f} % ({100 * row['low']:.0f} to {100 * row['high']:.0f})"


if __name__ == "__main__":
    command()
