"""What experiments share: the style of figures, worker processes, and the folder of results."""

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
from matplotlib.figure import Figure

RESULTS = Path(__file__).parent / "results"
STYLE = {"axes.spines.top": False, "axes.spines.right": False, "font.size": 8}
"""For :func:`matplotlib.rc_context`."""


def processes() -> ProcessPoolExecutor:
    """Make a worker process a core, each started afresh, for threads do not survive a fork."""
    return ProcessPoolExecutor(os.cpu_count(), get_context("spawn"))


def write(out: Path, figure: Figure, facts: Mapping[str, Any]) -> None:
    """Write figure and provenance into a folder, which is made if there is none."""
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "figure.png", dpi=150)
    (out / "provenance.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def out_option(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Command-line option for the folder of results, by default that of the named experiment."""
    return click.option("--out", type=click.Path(path_type=Path), default=RESULTS / name)
