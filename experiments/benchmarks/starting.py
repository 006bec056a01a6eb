"""Time of whole commands: help, a short run, and the first run, which compiles."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

import sim

SHORT_RUN = ("run", "baseline", "--cells", "100", "--days", "1")


def start_up(runs: int) -> dict[str, float]:
    """Median seconds of whole commands; and of the first run minus a later one."""
    found = {
        "sim --help": _median(("--help",), runs),
        f"sim {' '.join(SHORT_RUN)}": _median(SHORT_RUN, runs),
    }
    return {**found, "cold compile": cold_compile()}


def cold_compile() -> float:
    """First run minus second run [s], in a copy of the package without compiled kernels."""
    package = Path(sim.__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(package, Path(folder) / "sim", ignore=skip)
        first, second = (_seconds(SHORT_RUN, Path(folder)) for _ in range(2))
    return first - second


def _median(arguments: tuple[str, ...], runs: int) -> float:
    """Median time of a command [s], after one run that is discarded."""
    return float(np.median([_seconds(arguments) for _ in range(runs + 1)][1:]))


def _seconds(arguments: tuple[str, ...], home: Path | None = None) -> float:
    """Time of a command of this package, or of the copy in a folder [s]."""
    with tempfile.TemporaryDirectory() as folder:
        out = ("--out", str(Path(folder) / "run")) if arguments[0] == "run" else ()
        command = [sys.executable, "-m", "sim", *arguments, *out]
        environment = {} if home is None else {"PYTHONPATH": str(home)}
        began = perf_counter()
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            cwd=home or folder,
            env={**os.environ, **environment},
        )
        return perf_counter() - began
