"""How many published findings does the virtual body meet?

Question
    How many of the published findings that the model is held against does it meet: of those that its fit
    could see, and of those that were held out?
Method
    Each finding's study is done again on the mean-field twin with the shipped parameters, as `sim
    validate` does, and asked for the same number. A finding is met if that lies in the accepted band:
    the spread of the source, or what stands in `targets.csv` where it gives none. With more cells, the
    mean of several tissues of different cells counts.
Reading
    A high share of what was held out is evidence; of what the fit could see, only a sign that the
    equations can bend to it. Wilson's intervals take the findings for a sample of all that one could
    ask.
    Distances are in half bands from the published value: beyond 1 either way is a miss.
Cost
    Ten seconds on one core.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments._tools.harness import SEED, Answer, Finding, experiment, watched
from experiments._tools.persons import share
from sim.statistics import mean_interval
from sim.validation import CALIBRATION, HELD_OUT, TARGETS, Trials, Verdict, forest_plot, validate

GROUPS = {CALIBRATION: "that its fit could see", HELD_OUT: "that were held out"}


@experiment()
def main(
    replicates: int = 1, n_cells: int = 5, duration: float = 730.0, out: Path | None = None
) -> Answer:
    """Measure every target.

    Parameters
    ----------
    replicates : int
        Tissues of different cells; of mean-field twins, which are all the same, one is enough.
    n_cells : int
        Cells of each; five are the mean-field twin.
    duration : float
        Not used: each target is measured after as many days as in the study that it is from, at most
        730.
    out : path, optional
        Not used.
    """
    del duration, out
    seeds = range(SEED, SEED + (replicates if n_cells > 5 else 1))
    bodies = [Trials(n_cells=n_cells, seed=seed) for seed in seeds]
    each = [[validate(body, [target])[0] for body in bodies] for target in watched(TARGETS, "Targets")]
    verdicts = [Verdict(of[0].target, float(np.mean([verdict.model for verdict in of]))) for of in each]
    met = {group: pd.Series([v.met for v in verdicts if v.target.group == group]) for group in GROUPS}
    shares = {f"met, {group}": share(of) for group, of in met.items()}
    distances = {
        f"distance of {of[0].target.name}": Finding(
            mean_interval([v.distance for v in of]), "half bands"
        )
        for of in each
    }
    parts = [
        f"{of.sum()} of {of.size} {GROUPS[group]}, {found}"
        for (group, of), found in zip(met.items(), shares.values(), strict=True)
    ]
    missed = "; ".join(verdict.target.what for verdict in verdicts if not verdict.met)
    sentence = (
        f"Of published findings the virtual body meets {', and '.join(parts)}. It misses: "
        f"{missed or 'none'}."
    )
    rows = [{**verdict.record(), "distance": verdict.distance} for verdict in verdicts]
    tables = {"targets": pd.DataFrame(rows).set_index("name")}
    return Answer(sentence, shares | distances, forest_plot(verdicts), tables)


if __name__ == "__main__":
    main.command()
