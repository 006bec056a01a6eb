"""The machine on which figures were measured."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.system import usable_processors


def machine() -> dict[str, Any]:
    """Describe the machine and the versions that figures depend on."""
    named = _named("/proc/cpuinfo")
    packages = ("mesa", "numba", "llvmlite", "numpy", "scipy")
    memory = _named("/proc/meminfo").get("MemTotal", "").split()
    return {
        "cpu": named.get("model name") or platform.processor(),
        "vectors": [flag for flag in ("avx2", "avx512f") if flag in named.get("flags", "").split()],
        "cores": usable_processors(),
        "gigabytes": round(float(memory[0]) * 1024 / 1e9, 1) if memory else None,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
    }


def _named(path: str) -> dict[str, str]:
    """Values by name of a file of the system, or nothing where there is none."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
