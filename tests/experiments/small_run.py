"""Runs an experiment at small size and compares it with what is committed."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from experiments._tools.harness import RESULTS, Answer

FACTOR = 3.0
"""A small run may differ from the full one by this factor."""
SMALL = 0.03
"""Less than this part of the largest finding of the same unit may be of another order."""
TINY = 0.005
"""Less than this part of it has no direction that a small run must show."""
FILES = {"summary.csv", "figure.png", "figure.pdf", "provenance.json"}


def small_run(name: str, out: Path) -> Answer:
    """Answer at small size into a folder, having checked everything that all experiments must do."""
    main = import_module(f"experiments.{name}").main
    answer: Answer = main(**main.small, out=out)
    assert FILES | {f"{table}.csv" for table in answer.tables} <= {path.name for path in out.iterdir()}
    assert answer.sentence.endswith(".")
    assert any(letter.isdigit() for letter in answer.sentence)
    committed = pd.read_csv(RESULTS / name / "summary.csv", index_col=0)
    assert not disagreements(committed, answer.summary())
    return answer


def disagreements(committed: pd.DataFrame, fresh: pd.DataFrame) -> list[str]:
    """Findings of which a fresh small run has not the committed direction and order of magnitude."""
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
