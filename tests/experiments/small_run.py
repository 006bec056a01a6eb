"""Run of an experiment at small size, compared with the committed results."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from experiments._tools.harness import RESULTS, Answer

FACTOR = 3.0
"""Largest factor by which a small run may differ from the full one."""
SMALL = 0.03
"""Findings below this fraction of the largest one of the same unit may differ in magnitude."""
TINY = 0.005
"""Findings below this fraction of it may differ in sign."""
FILES = {"summary.csv", "figure.png", "figure.pdf", "provenance.json"}


def small_run(name: str, out: Path) -> Answer:
    """Run at small size into a folder, and check what holds for all experiments."""
    main = import_module(f"experiments.{name}").main
    answer: Answer = main(**main.small, out=out)
    assert FILES | {f"{table}.csv" for table in answer.tables} <= {path.name for path in out.iterdir()}
    assert answer.sentence.endswith(".")
    assert any(letter.isdigit() for letter in answer.sentence)
    committed = pd.read_csv(RESULTS / name / "summary.csv", index_col=0)
    assert not disagreements(committed, answer.summary())
    return answer


def disagreements(committed: pd.DataFrame, fresh: pd.DataFrame) -> list[str]:
    """Findings whose sign or order of magnitude differs between the committed and a small run."""
    assert list(committed.index.sort_values()) == list(fresh.index.sort_values())
    largest = committed["estimate"].abs().groupby(committed["unit"]).max()
    problems = []
    for name, row in committed.iterrows():
        new, old, size = float(fresh.loc[name, "estimate"]), float(row["estimate"]), largest[row["unit"]]
        bounds = row[["low", "high", "estimate"]].to_numpy(dtype=float)
        bounds = bounds[~np.isnan(bounds)]
        sure = bounds.min() * bounds.max() > 0.0 and abs(old) > TINY * size
        good = abs(new) <= max(FACTOR * np.abs(bounds).max(), SMALL * size)
        good &= not sure or new * old > 0.0
        good &= not sure or abs(old) <= SMALL * size or FACTOR * abs(new) >= abs(old)
        if not good:
            problems.append(f"{name}: {new:g}, committed {old:g}")
    return problems
