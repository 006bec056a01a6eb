"""Identical bits with and without Numba's private classes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import sim
from sim.numerics.jit import COMPILER, TUNED

RUN = """
import hashlib
import sim
from sim.numerics import COMPILER

def digests():
    result = sim.run("severe-magnesium-loss", 40, days=2, seed=3, person=True, snapshots=3)
    tables = [result.table, *result.snapshots.values()]
    arrays = [result.tissue.y, result.tissue.traits]
    arrays += [t.select_dtypes("number").to_numpy(dtype=float) for t in tables]
    return [hashlib.sha256(a.tobytes()).hexdigest() for a in arrays]
"""


def test_the_plain_compiler_gives_the_same_bits() -> None:
    """For state, fluctuating traits, the table, and the cells of a run."""
    here: dict[str, object] = {"hashlib": hashlib, "sim": sim}
    exec(RUN, here)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{RUN}\nprint(COMPILER, *digests())"],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(sim.__file__).parents[1]),
            "SIM_PLAIN_NUMBA": "1",
        },
    )
    assert (done.returncode, done.stderr) == (0, "")
    compiler, *digests = done.stdout.split()
    assert (COMPILER, compiler) == (TUNED, "plain")
    assert len(digests) == 6
    assert digests == here["digests"]()  # type: ignore[operator]
