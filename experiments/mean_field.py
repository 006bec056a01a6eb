"""Does it matter that cells differ?

Question
    When Mg is lost, how far is a tissue of different cells from its mean-field twin, one typical cell of
    each type?
Method
    Severe Mg loss for 120 days without noise: (a) the twin; (b) as many typical cells, which must
    equal it; (c) different cells, with the published widths of traits scaled, over several seeds.
    Cells are compared in skeletal muscle. Tail: those whose Na_i is above twice the twin's.
Reading
    Na_i bends upwards against leak over pump, so its mean lies above its value at the mean trait
    (Jensen); plasma K hardly differs, for kidney and fluid are common to all cells. What the twin
    cannot show is the tail: cells with few pumps for their Na leak, which fail first.
Cost
    About two minutes at full size on one core.

Run with:  python -m experiments.mean_field [--cells N] [--replicates N] [--days D] [--out DIR]
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments.harness import STYLE, out_option, write
from sim.parameters import CELL_TYPES, Parameters

WIDTHS = ("sd_pump_capacity", "sd_k_leak", "sd_na_leak")
SCALES = (0.5, 1.0, 1.5)
CONDITION = "severe-magnesium-loss"
COLUMNS = ["plasma_k", "na_in_mean", "k_in_mean", "potential_mean"]
"""Compared between runs; means are those of skeletal muscle."""


def end_of(
    days: float, n_cells: int, scale: float | None, seed: int = 0
) -> tuple[pd.Series, pd.DataFrame]:
    """Last row and muscle cells of a run; without a scale all cells are typical."""
    usual = Parameters().population._asdict()
    widths = {name: usual[name] * (scale or 1.0) for name in WIDTHS}
    result = sim.run(
        CONDITION, n_cells, days=days, seed=seed, noise=False,
        heterogeneous=scale is not None, parameters=widths,
    )  # fmt: skip
    cells = result.cells()
    return result.table.iloc[-1], cells[cells["type"] == CELL_TYPES[0]]


def main(
    replicates: int = 5, n_cells: int = 1000, duration: float = 120.0, out: Path | None = None
) -> dict[str, float]:
    """Run the experiment, write summary, figure and provenance, and return the answer's numbers."""
    twin, _ = end_of(duration, len(CELL_TYPES), None)
    uniform, _ = end_of(duration, n_cells, None)
    apart = float((uniform[COLUMNS] / twin[COLUMNS] - 1.0).abs().max())
    rows, pictures = [], {}
    for scale in SCALES:
        for seed in range(replicates):
            row, cells = end_of(duration, n_cells, scale, seed)
            tail = cells["na_in"] > 2.0 * twin["na_in_mean"]
            ratio = cells["na_leak_trait"] / cells["pump_capacity_trait"]
            rows.append({
                "scale": scale, "seed": seed, **row[COLUMNS], "na_in_sd": row["na_in_sd"],
                "tail_share": tail.mean(), "tail_leak_over_pump": ratio[tail].median(),
            })  # fmt: skip
            pictures[scale] = cells["na_in"]
    summary = pd.DataFrame(rows)
    usual = summary[summary["scale"] == 1.0]
    more = usual["na_in_mean"] / twin["na_in_mean"] - 1.0
    wide = summary[summary["scale"] == max(SCALES)]
    answer = {
        "uniform_differs_by": apart,
        "na_in_above_twin": float(more.mean()),
        "na_in_above_twin_low": float(more.min()),
        "na_in_above_twin_high": float(more.max()),
        "plasma_k_differs_by": float((usual["plasma_k"] - twin["plasma_k"]).abs().max()),
        "tail_share": float(wide["tail_share"].mean()),
        "tail_leak_over_pump": float(wide["tail_leak_over_pump"].median()),
    }
    if out is not None:
        facts = {"condition": CONDITION, "cells": n_cells, "days": duration, "replicates": replicates}
        write(out, draw(pictures, float(twin["na_in_mean"])), {**facts, "answer": answer})
        summary.to_csv(out / "summary.csv", index=False, float_format="%.6g")
    return answer


def draw(pictures: dict[float, pd.Series], twin: float) -> Figure:
    """Draw how Na_i is distributed at the end, with the twin marked."""
    with rc_context(STYLE | {"font.size": 10}):
        figure = Figure(figsize=(6.5, 3.8), layout="constrained")
        axes = figure.add_subplot()
        styles = zip(("#0072B2", "#D55E00", "#009E73"), ("-", "--", ":"), strict=True)
        edges = np.linspace(0.0, 3.0 * twin, 46)
        for (scale, values), (colour, line) in zip(pictures.items(), styles, strict=True):
            label = f"widths × {scale:g}"
            axes.hist(
                values, edges, histtype="step", color=colour, ls=line, lw=1.6, density=True, label=label
            )
        axes.axvline(twin, color="black", lw=1.2)
        axes.annotate(
            "mean-field twin", (twin, axes.get_ylim()[1]), xytext=(4, -10), textcoords="offset points"
        )
        axes.set(
            xlabel="Na in cell water (mM)",
            ylabel="density (1/mM)",
            title="Muscle cells after severe Mg loss",
        )
        axes.legend(frameon=False)
    return figure


@click.command(help="How far a tissue of different cells is from its mean-field twin.")
@click.option("--cells", default=1000, show_default=True)
@click.option("--replicates", default=5, show_default=True)
@click.option("--days", default=120.0, show_default=True)
@out_option("mean_field")
def command(cells: int, replicates: int, days: float, out: Path) -> None:
    """Run from the command line."""
    a = main(replicates, cells, days, out)
    more, low, high = (100.0 * a[f"na_in_above_twin{end}"] for end in ("", "_low", "_high"))
    share, excess = 100.0 * a["tail_share"], a["tail_leak_over_pump"]
    click.echo(
        f"Typical cells equal their twin within {a['uniform_differs_by']:.0e}; different muscle cells "
        f"hold {more:.1f} % more Na ({low:.1f} to {high:.1f} over seeds) at a plasma K within "
        f"{a['plasma_k_differs_by']:.3f} mM, and at 1.5 times the widths {share:.1f} % of them, with "
        f"{excess:.1f} times the usual leak over pump, hold more than twice the twin's."
    )


if __name__ == "__main__":
    command()
