"""When does the heterogeneity of cells matter?

Question
    During Mg loss, how far does a tissue of heterogeneous cells differ from its mean-field twin, one
    typical cell of each type, and when does it have a tail that the twin cannot show?
Method
    A typical body for 120 days without fluctuations, at graded loss of Mg absorption: the twin; the same
    number of identical cells, which must agree with it; heterogeneous cells, the published widths of
    traits times a factor. Muscle cells are analysed; the tail begins at twice the twin's Na. A quadratic
    fit to 99th percentiles gives the factor for a tail of 1 % of cells. 95 % intervals over tissues.
Reading
    Na is convex in leak over pump, so that its mean exceeds its value at the mean trait (Jensen). Plasma
    K hardly differs, because all cells share fluid and kidney. The tail has few pumps for its leak.
Cost
    About a minute on one core.
"""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import SEED, Answer, Finding, experiment, with_progress
from sim.figures import BLUE, EXPECTED, FAINT, SKY, STYLE, VERMILION, Page, draw_dose_response
from sim.parameters import CELL_TYPES, ONE_OF_EACH_TYPE
from sim.statistics import Interval, mean_interval

LOSSES, SEVERE, TAIL = (0.0, 0.8, 0.95), 0.95, 2.0
SCALES = {0.5: (FAINT, ":"), 1.0: (SKY, "-."), 1.5: (BLUE, "--"), 2.0: (VERMILION, "-")}
"""Fractions of Mg absorption lost; Na of the tail (× twin's); width factors and their line styles."""
WIDTHS = ("sd_pump_capacity", "sd_k_leak", "sd_na_leak")
MEANS = {
    "excess of mean Na over twin": ("excess_na", SEVERE, 1.0, "%"),
    "plasma K minus twin's": ("plasma_k_difference", SEVERE, 1.0, "µM"),
    "99th percentile of Na (× twin's)": ("na_p99", SEVERE, 1.0, "1"),
    "cells in the tail, widths × 2": ("tail", SEVERE, 2.0, "%"),
    "leak / pump capacity in that tail": ("leak_per_pump", SEVERE, 2.0, "1"),
}
"""Findings: column of the table of tissues, loss, width factor, and unit."""
End = tuple[pd.Series, pd.DataFrame]


def end_of(
    loss: float, days: float, n_cells: int = ONE_OF_EACH_TYPE, tissue: int = 0, scale: float = 0.0
) -> End:
    """Final state of a tissue, and its muscle cells; at scale zero all its cells are typical."""
    widths = sim.Parameters().population._asdict()
    result = sim.run(
        sim.load("baseline").revised(treatment=[{"kind": "mg-malabsorption", "effect": loss}]), n_cells,
        days=days, seed=SEED, replicate=tissue, noise=False, heterogeneous=scale > 0.0, snapshots=2,
        record_hours=240.0, parameters={name: scale * widths[name] for name in WIDTHS} if scale else {},
    )  # fmt: skip
    means, cells = result.table.iloc[-1].filter(regex="^plasma|mean$"), result.cells()
    return means, cells[cells["type"] == CELL_TYPES[0]]


def required_width(percentiles: pd.Series) -> Interval:
    """Width factor at which the 99th percentiles, by tissue and scale, reach the tail."""
    rows = percentiles.groupby("tissue")
    fits = [np.polyfit([0.0, *np.log(row)], [0.0, *SCALES], 2) for _, row in rows]
    return mean_interval([np.polyval(fit, np.log(TAIL)) for fit in fits])


@experiment(replicates=2, n_cells=200, duration=120.0)
def main(
    replicates: int = 10, n_cells: int = 1000, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Compare tissues with their twin; with tissues, their cells, and days of Mg loss."""
    del out  # No intermediate results.
    twins = {loss: end_of(loss, duration)[0] for loss in LOSSES}
    deviation = float((end_of(SEVERE, duration, n_cells)[0] / twins[SEVERE] - 1.0).abs().max())
    rows, shown = {}, {}
    for loss, tissue, scale in with_progress([*product(LOSSES, range(replicates), SCALES)], "Tissues"):
        row, cells = end_of(loss, duration, n_cells, tissue, scale)
        na, leak = cells["na_in"] / twins[loss]["na_in_mean"], cells["na_leak_trait"]
        shown[scale], tail, leak = na, na >= TAIL, leak / cells["pump_capacity_trait"]
        rows[loss, tissue, scale] = {
            "excess_na": 100.0 * na.mean() - 100.0, "na_p99": na.quantile(0.99),
            "tail": 100.0 * tail.mean(), "leak_per_pump": leak[tail].median(),
            "plasma_k_difference": 1000.0 * (row["plasma_k"] - twins[loss]["plasma_k"]),
        }  # fmt: skip
    table = pd.DataFrame(rows).T.rename_axis(["loss", "tissue", "scale"])
    found = {name: Finding(mean_interval(table[column][loss, :, scale]), unit)
             for name, (column, loss, scale, unit) in MEANS.items()}  # fmt: skip
    widths = [required_width(table["na_p99"][loss]) for loss in LOSSES]
    excess, k, p99, *_ = found.values()
    none, _, severe = map(Finding, widths)
    sentence = (
        f"In severe Mg loss heterogeneous muscle cells contain {excess} more Na on average than their "
        f"mean-field twin, and plasma K differs by {k}; but the 99th percentile of their Na is {p99} "
        f"times the twin's. It reaches twice the twin's if traits vary {severe} times as widely as "
        f"published, or {none} times without Mg loss."
    )
    found |= {f"width factor for a tail of 1 %, {100.0 * loss:g} % of Mg absorption lost": Finding(width)
              for loss, width in zip(LOSSES, widths, strict=True)}  # fmt: skip
    found["deviation of identical cells"] = Finding(Interval(deviation, np.nan, np.nan, 1, 0.95))
    return Answer(sentence, found, draw(shown, widths), {"tissues": table})


def draw(shown: dict[float, pd.Series], widths: list[Interval]) -> Figure:
    """Draw the distribution of cell Na after severe Mg loss, and the width required for a tail."""
    with rc_context(STYLE):
        page = Page(figsize=(7.2, 3.0), layout="constrained")
        tail, required = page.subplots(1, 2)
        for scale, (color, ls) in SCALES.items():
            tail.ecdf(shown[scale], complementary=True, color=color, ls=ls, label=f"{scale:g}")
        tail.axvspan(TAIL, 3.2, color=EXPECTED, lw=0.0, zorder=0.0, label="tail")
        tail.set(title="severe Mg loss", xlabel="Na (× twin's)", ylabel="cells with more Na (%)")
        tail.set(yscale="log", xlim=(0.3, 3.2), ylim=(0.001, 1.3))
        tail.set_yticks((0.001, 0.01, 0.1, 1.0), ("0.1", "1", "10", "100"))
        tail.legend(loc="lower left", title="width factor")
        draw_dose_response(required, [100.0 * loss for loss in LOSSES], widths)
        required.set(xlabel="Mg absorption lost (%)", ylabel="factor for a tail of 1 %", ylim=(0.0, 2.5))
    return page


if __name__ == "__main__":
    main.command()
