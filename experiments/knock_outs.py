"""Which mechanism does what in severe Mg loss?

Question
    How much of the fall of plasma K, of the rise of cell Na and of the failure of KCl does each
    mechanism carry?
Method
    Severe Mg loss for 120 days, then 30 days of 80 mmol/day KCl, on the mean-field twin; once with all
    mechanisms, once with each switched off alone. The share of a mechanism is the part of the harm that
    is gone without it. Shares of mechanisms that work through one another do not add up to one.
Reading
    A share near zero: others do the same without it. Below zero: the mechanism protects. Above one:
    without it the harm turns into its opposite.
Cost
    Seconds on one core.

Run with:  python -m experiments.knock_outs [--cells N] [--days D] [--out DIR]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments.harness import STYLE, out_option, write
from sim.control import KNOCK_OUTS

KCL_DAYS = 30.0
HARMS = {
    "fall_of_k": "fall of plasma K",
    "rise_of_na": "rise of muscle Na",
    "failure_of_kcl": "failure of KCl",
}
"""Harms whose shares are asked for."""


def harms_without(mechanism: str | None, n_cells: int, days: float) -> dict[str, float]:
    """Harms [mM] of severe Mg loss and of KCl that fails, without a mechanism."""
    severe = sim.load("severe-magnesium-loss")
    condition = severe.revised(
        duration=f"{days + KCL_DAYS} day",
        supplement=[sim.Supplement(ion="potassium", dose="80 mmol/day", start=f"{days} day")],
    )
    table = sim.run(
        condition, n_cells, noise=False, heterogeneous=n_cells > 5, record_hours=24.0,
        without=[mechanism] if mechanism else [],
    ).table  # fmt: skip
    start, sick, treated = table.iloc[0], table.loc[:days].iloc[-1], table.iloc[-1]
    return {
        "fall_of_k": start["plasma_k"] - sick["plasma_k"],
        "rise_of_na": sick["na_in_mean"] - start["na_in_mean"],
        "failure_of_kcl": start["plasma_k"] - treated["plasma_k"],
    }


def main(
    replicates: int = 1, n_cells: int = 5, duration: float = 120.0, out: Path | None = None
) -> pd.DataFrame:
    """Run the experiment; return each mechanism's share of each harm [1].

    Parameters
    ----------
    replicates : int
        Not used: without noise, every replicate of the twin is the same.
    n_cells : int
        Cells; five are the mean-field twin.
    duration : float
        Days of severe Mg loss before KCl.
    out : path, optional
        Folder for table, figure and provenance.
    """
    del replicates
    whole = harms_without(None, n_cells, duration)
    shares = pd.DataFrame(
        {
            name: {harm: 1.0 - value / whole[harm] for harm, value in left.items()}
            for name in KNOCK_OUTS
            for left in [harms_without(name, n_cells, duration)]
        }
    ).T.rename_axis("mechanism")
    shares = shares.sort_values("fall_of_k", ascending=False)
    if out is not None:
        write(out, draw(shares), {"cells": n_cells, "days": duration, "harms_mM": whole})
        shares.to_csv(out / "summary.csv", float_format="%.4f")
    return shares


def draw(shares: pd.DataFrame) -> Figure:
    """Draw the shares of all mechanisms, a panel a harm."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9.0, 4.4), layout="constrained")
        rows = np.arange(len(shares))
        for axes, (harm, title) in zip(figure.subplots(1, 3, sharey=True), HARMS.items(), strict=True):
            values = 100.0 * shares[harm]
            colours = np.where(values >= 0.0, "#0072B2", "#E69F00")
            axes.barh(rows, values, color=colours, height=0.65)
            axes.axvline(0.0, color="0.2", lw=0.8)
            axes.set(title=title, xlabel="share (%)", yticks=rows, yticklabels=shares.index)
            axes.margins(x=0.15)
            for row, value in zip(rows, values, strict=True):
                if abs(value) >= 5.0:
                    side = "left" if value > 0 else "right"
                    axes.text(value, row, f" {value:.0f} ", va="center", ha=side, fontsize=7)
        axes.invert_yaxis()
    return figure


@click.command(help="The share of each mechanism in what severe Mg loss does.")
@click.option("--cells", default=5, show_default=True)
@click.option("--days", default=120.0, show_default=True)
@out_option("knock_outs")
def command(cells: int, days: float, out: Path) -> None:
    """Run from the command line."""
    shares = main(1, cells, days, out)
    click.echo((100.0 * shares).round(0).astype(int).rename(columns=HARMS).to_string())
    parts = []
    for harm, title in HARMS.items():
        top = shares[harm].nlargest(2)
        parts.append(f"{title}: " + ", ".join(f"{name} {100 * top[name]:.0f} %" for name in top.index))
    click.echo("Largest shares. " + "; ".join(parts) + ".")


if __name__ == "__main__":
    command()
