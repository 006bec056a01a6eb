"""Identical bits on every machine: a small study on processors with other features.

Compiled code for other processors, NumPy's code for them, and other implementations of elementary
functions in the C library, each in a separate process.
"""

import json
import os
import platform
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import sim

NUMPY = import_module("numpy._core._multiarray_umath")

PROBE = """
import hashlib, json, sys, tempfile
import numpy as np
from numba.core.registry import cpu_target
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from sim.conditions.plan import RunPlan
from sim.simulation.initial_tissue import make_tissue
from sim.study.design import read_design
from sim.study.runner import run_study
from sim.variables.table import VARIABLES

def digest(values):
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()

tissue, person = make_tissue(
    RunPlan("severe-magnesium-loss", 30, person=True, seed=3, replicate=2)
)
found = {
    "person": digest(list(person)),
    "traits at the start": digest(tissue.traits),
    "state at the start": digest(tissue.y),
}
tissue.fluctuate(3.0)
found["traits after a fluctuation"] = digest(tissue.traits)
tissue.advance_to(3.0)
found["state after a step"] = digest(tissue.y)
found["evaluations of a step"] = tissue.evaluations
design = read_design({
    "conditions": ["baseline", "severe-magnesium-loss", "daily-meals"],
    "replicates": 3, "cells": 30, "duration": "1 day", "seed": 11, "variables": list(VARIABLES),
    "every": "6 hour", "snapshots": {"at": ["1 day"]},
    "samples": {"method": "latin-hypercube", "number": 2,
                "ranges": {"pump_half_mg": ["0.05 mM", "0.2 mM"], "noise_pump": [0.05, 0.15]}},
})
with tempfile.TemporaryDirectory() as folder:
    study = run_study(design, folder + "/study", workers=1)
    for table in (study.courses, study.cells, study.cases):
        found |= {f"{name}, {len(table)} rows": digest(table[name].to_numpy())
                  for name in table if table[name].dtype.kind in "if"}
    found["study"] = study.digest()
features = [name for name in __cpu_dispatch__ if __cpu_features__[name]]
compiled_for = cpu_target.target_context.codegen().magic_tuple()
print(json.dumps({"found": found, "numpy": features, "numba": [str(x) for x in compiled_for]}))
"""
"""Program that simulates a body step by step, then a study, and prints digests of all results."""

OLD_LIBRARIES = {
    "NPY_DISABLE_CPU_FEATURES": " ".join(f for f in NUMPY.__cpu_dispatch__ if NUMPY.__cpu_features__[f]),
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable",
    "OPENBLAS_CORETYPE": "Prescott",
    "PYTHONHASHSEED": "12345",
}
"""NumPy, C library and linear algebra without newer instructions; another hash seed."""


@cache
def probed(**environment: str) -> dict[str, Any]:
    """Output of the probe in a process with changed environment variables."""
    package = Path(sim.__file__).parents[1]
    ended = subprocess.run(
        [sys.executable, "-c", PROBE],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONWARNINGS": "error", **environment},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def differences(**environment: str) -> list[str]:
    """Names of results with other bits than here, in the order of computation."""
    here, there = probed()["found"], probed(**environment)["found"]
    assert list(here) == list(there)
    assert len(here) > 100
    return [name for name in here if here[name] != there[name]]


def test_libraries_for_old_processors_give_the_same_bits() -> None:
    """No result depends on functions that they compute differently."""
    assert differences(**OLD_LIBRARIES) == []
    assert probed(**OLD_LIBRARIES)["numpy"] == []


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="names processors of that kind")
@pytest.mark.parametrize(
    ("name", "needs"),
    [("generic", "SSE2"), ("nehalem", "SSE42"), ("haswell", "FMA3"), ("skylake-avx512", "AVX512_SKX")],
)
def test_code_for_other_processors_gives_the_same_bits(name: str, needs: str) -> None:
    """Narrower and wider vector units, without and with fused multiply-add."""
    if not NUMPY.__cpu_features__[needs]:
        pytest.skip(f"this processor cannot run code for {name}")
    other = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": "", **OLD_LIBRARIES}
    assert differences(**other) == []
    assert probed(**other)["numba"][1] == name
    assert probed()["numba"] != probed(**other)["numba"]
