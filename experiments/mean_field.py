"""When does it matter that cells differ?

Question
    When Mg is lost, how far is a tissue of different cells from its mean-field twin, one typical cell of
    each type, and when does it have a tail that the twin cannot show?
Method
    A typical body for 120 days without noise, at graded loss of Mg absorption: the twin; as many equal
    cells, which must do as it does; different cells, the published widths of their traits scaled. Muscle
    cells are looked at; the tail holds twice the Na of the twin. A parabola through 99th percentiles
    says at which width it has 1 % of cells. 95 % intervals over tissues.
Reading
    Na bends upwards against leak over pump, so its mean lies above its value at the mean trait (Jensen).
    Plasma K hardly differs, for all cells share fluid and kidney. Few pumps for the leak make the tail.
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
from experiments._tools.harness import SEED, Answer, Finding, experiment, watched
from sim.figures import BLUE, EXPECTED, FAINT, SKY, STYLE, VERMILION, Page, draw_dose_response
from sim.parameters import CELL_TYPES
from sim.statistics import Interval, mean_interval

LOSSES, SEVERE, TAIL = (0.0, 0.8, 0.95), 0.95, 2.0
SCALES = {0.5: (FAINT, ":"), 1.0: (SKY, "-."), 1.5: (BLUE, "--"), 2.0: (VERMILION, "-")}
"""Parts of Mg absorption lost; Na of the tail over the twin's; widths over the usual ones, and looks."""
WIDTHS = ("sd_pump_capacity", "sd_k_leak", "sd_na_leak")
MEANS = {
    "mean Na above twin": ("more Na", SEVERE, 1.0, "%"),
    "plasma K above twin": ("more K", SEVERE, 1.0, "µM"),
    "Na of the uppermost 1 % over twin's": ("end", SEVERE, 1.0, "1"),
    "cells in the tail, twice the widths": ("tail", SEVERE, 2.0, "%"),
    "leak over pump of that tail": ("leak", SEVERE, 2.0, "1"),
}
"""Findings: what is seen of tissues, at which loss and scale, and its unit."""
End = tuple[pd.Series, pd.DataFrame]


def end_of(loss: float, days: float, n_cells: int = 5, tissue: int = 0, scale: float = 0.0) -> End:
    """What a tissue comes to, and its muscle cells; at scale zero all its cells are typical."""
    usual = sim.Parameters().population._asdict()
    result = sim.run(
        sim.load("baseline").revised(treatment=[{"kind": "mg-malabsorption", "effect": loss}]), n_cells,
        days=days, seed=SEED, replicate=tissue, noise=False, heterogeneous=scale > 0.0, snapshots=2,
        record_hours=240.0, parameters={name: scale * usual[name] for name in WIDTHS} if scale else {},
    )  # fmt: skip
    means, cells = result.table.iloc[-1].filter(regex="^plasma|mean$"), result.cells()
    return means, cells[cells["type"] == CELL_TYPES[0]]


def needed(ends: pd.Series) -> Interval:
    """Widths that bring the 99th percentiles, by tissue and scale, to where the tail begins."""
    fits = [np.polyfit([0.0, *np.log(row)], [0.0, *SCALES], 2) for _, row in ends.groupby("tissue")]
    return mean_interval([np.polyval(fit, np.log(TAIL)) for fit in fits])


@experiment(replicates=2, n_cells=200, duration=120.0)
def main(
    replicates: int = 10, n_cells: int = 1000, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Compare tissues with their twin, with tissues, their cells, and days of Mg loss."""
    del out  # Nothing is kept on the way.
    twins = {loss: end_of(loss, duration)[0] for loss in LOSSES}
    apart = float((end_of(SEVERE, duration, n_cells)[0] / twins[SEVERE] - 1.0).abs().max())
    rows, shown = {}, {}
    for loss, tissue, scale in watched(list(product(LOSSES, range(replicates), SCALES)), "tissues"):
        row, cells = end_of(loss, duration, n_cells, tissue, scale)
        na, leak = cells["na_in"] / twins[loss]["na_in_mean"], cells["na_leak_trait"]
        shown[scale], tail, leak = na, na >= TAIL, leak / cells["pump_capacity_trait"]
        rows[loss, tissue, scale] = {
            "more Na": 100.0 * na.mean() - 100.0, "end": na.quantile(0.99),
            "tail": 100.0 * tail.mean(), "leak": leak[tail].median(),
            "more K": 1000.0 * (row["plasma_k"] - twins[loss]["plasma_k"]),
        }  # fmt: skip
    table = pd.DataFrame(rows).T.rename_axis(["loss", "tissue", "scale"])
    found = {name: Finding(mean_interval(table[column][loss, :, scale]), unit)
             for name, (column, loss, scale, unit) in MEANS.items()}  # fmt: skip
    widths = [needed(table["end"][loss]) for loss in LOSSES]
    more, k, end, *_ = found.values()
    none, _, severe = map(Finding, widths)
    sentence = (
        f"In severe Mg loss different muscle cells hold {more} more Na than their mean-field twin, at a "
        f"plasma K that differs by {k}; but 1 % of them hold over {end} times the twin's. Over twice "
        f"the twin's they hold where traits are {severe} times as wide as usual, {none} times without "
        "Mg loss."
    )
    found |= {f"widths for a tail of 1 %, {100.0 * loss:g} % of Mg absorption lost": Finding(width)
              for loss, width in zip(LOSSES, widths, strict=True)}  # fmt: skip
    found["equal cells apart from twin"] = Finding(Interval(apart, np.nan, np.nan, 1, 0.95))
    return Answer(sentence, found, draw(shown, widths), {"tissues": table})


def draw(shown: dict[float, pd.Series], widths: list[Interval]) -> Figure:
    """Draw how many cells of a tissue hold how much Na after severe Mg loss, and what makes a tail."""
    with rc_context(STYLE):
        page = Page(figsize=(7.2, 3.0), layout="constrained")
        beyond, needs = page.subplots(1, 2)
        for scale, (color, ls) in SCALES.items():
            beyond.ecdf(shown[scale], complementary=True, color=color, ls=ls, label=f"{scale:g}")
        beyond.axvspan(TAIL, 3.2, color=EXPECTED, lw=0.0, zorder=0.0, label="tail")
        beyond.set(title="severe Mg loss", xlabel="Na over the twin's", ylabel="cells with more (%)")
        beyond.set(yscale="log", xlim=(0.3, 3.2), ylim=(0.001, 1.3))
        beyond.set_yticks((0.001, 0.01, 0.1, 1.0), ("0.1", "1", "10", "100"))
        beyond.legend(loc="lower left", title="widths over usual")
        draw_dose_response(needs, [100.0 * loss for loss in LOSSES], widths)
        needs.set(xlabel="Mg absorption lost (%)", ylabel="widths for a tail of 1 %", ylim=(0.0, 2.5))
    return page


if __name__ == "__main__":
    main.command()
