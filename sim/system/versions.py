"""Versions of everything that results depend on."""

import platform
from importlib import metadata

PACKAGES = ("sim-mg", "numpy", "numba", "llvmlite", "pandas", "scipy")


def package_versions() -> dict[str, str]:
    """Version of Python, kind of machine, and version of each package, by name."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
