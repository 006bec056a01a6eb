"""Runs an experiment at small size and compares it with what is committed."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.harness import RESULTS, Answer

FACTOR = 3.0
"""A small run may differ from the full one by this factor."""
SMALL = 0.03
"""Less than this part of the largest finding of the same unit is nothing."""
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
    faults = []
    for name, row in committed.iterrows():
        new = float(fresh.loc[name, "estimate"])
        nothing = SMALL * largest[row["unit"]]
        bounds = np.array([row["low"], row["high"], row["estimate"]], dtype=float)
        reach = max(float(np.nanmax(np.abs(bounds))) * FACTOR, nothing)
        sure = np.isfinite(bounds).all() and bounds.min() * bounds.max() > 0.0
        if sure and abs(row["estimate"]) > nothing:
            good = 1.0 / FACTOR <= new / row["estimate"] <= FACTOR
        else:
            good = abs(new) <= reach
        if not good:
            faults.append(f"{name}: {new:g}, committed {row['estimate']:g}")
    return faults
