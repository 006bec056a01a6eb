"""How many published findings does the model reproduce?

Question
    How many of the published findings that the model is compared with does it reproduce: of those used
    for calibration, and of those held out?
Method
    The study of each finding is repeated on the mean-field twin with the default parameters, as `sim
    validate` does, and the same quantity is measured. A finding is reproduced if this lies in the
    accepted band: the spread in the source, or the one given in `targets.csv` where the source has none.
    With more cells, the mean of several heterogeneous tissues is used.
Reading
    A high proportion of held-out findings is evidence; of those used for calibration, only a sign that
    the equations can be fitted to them. Wilson intervals treat the findings as a sample of all possible
    ones. Distances are in half bands from the published value: beyond ±1 is a miss.
Cost
    Ten seconds on one core.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments._tools.harness import SEED, Answer, Finding, experiment, with_progress
from experiments._tools.persons import proportion
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import mean_interval
from sim.validation import CALIBRATION, HELD_OUT, TARGETS, Trials, Verdict, forest_plot, validate

GROUPS = {CALIBRATION: "used for calibration", HELD_OUT: "held out"}


@experiment()
def main(
    replicates: int = 1,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 730.0,
    out: Path | None = None,
) -> Answer:
    """Measure every target.

    Parameters
    ----------
    replicates : int
        Heterogeneous tissues; mean-field twins are all the same, so that one is enough.
    n_cells : int
        Cells of each tissue; five are the mean-field twin.
    duration : float
        Not used: each target is measured after the duration of its source study, at most 730 days.
    out : path, optional
        Not used.
    """
    del duration, out
    seeds = range(SEED, SEED + (replicates if n_cells > 5 else 1))
    tissues = [Trials(n_cells=n_cells, seed=seed) for seed in seeds]
    each = [
        [validate(trials, [target])[0] for trials in tissues]
        for target in with_progress(TARGETS, "Targets")
    ]
    verdicts = [Verdict(of[0].target, float(np.mean([verdict.model for verdict in of]))) for of in each]
    met = {group: pd.Series([v.met for v in verdicts if v.target.group == group]) for group in GROUPS}
    proportions = {f"met, {group}": proportion(of) for group, of in met.items()}
    distances = {
        f"distance of {of[0].target.name}": Finding(
            mean_interval([v.distance for v in of]), "half bands"
        )
        for of in each
    }
    parts = [
        f"{of.sum()} of {of.size} {GROUPS[group]}, {found}"
        for (group, of), found in zip(met.items(), proportions.values(), strict=True)
    ]
    missed = "; ".join(verdict.target.what for verdict in verdicts if not verdict.met)
    sentence = (
        f"Of published findings the model reproduces {', and '.join(parts)}. It misses: "
        f"{missed or 'none'}."
    )
    rows = [{**verdict.record(), "distance": verdict.distance} for verdict in verdicts]
    tables = {"targets": pd.DataFrame(rows).set_index("name")}
    return Answer(sentence, proportions | distances, forest_plot(verdicts), tables)


if __name__ == "__main__":
    main.command()
