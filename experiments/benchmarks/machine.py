"""The machine on which measurements were made."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.system import usable_processors


def machine() -> dict[str, Any]:
    """Describe the machine and the versions that measurements depend on."""
    cpu = _fields("/proc/cpuinfo")
    packages = ("mesa", "numba", "llvmlite", "numpy", "scipy")
    memory = _fields("/proc/meminfo").get("MemTotal", "").split()
    return {
        "cpu": cpu.get("model name") or platform.processor(),
        "vectors": [flag for flag in ("avx2", "avx512f") if flag in cpu.get("flags", "").split()],
        "cores": usable_processors(),
        "gigabytes": round(float(memory[0]) * 1024 / 1e9, 1) if memory else None,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
    }


def _fields(path: str) -> dict[str, str]:
    """Fields of a file of the operating system; empty if there is no such file."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
