"""Versions of everything that results depend on, and a digest of the program's own source."""

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGES = ("sim-mg", "numpy", "numba", "llvmlite", "pandas", "scipy")


def package_versions() -> dict[str, str]:
    """Version of Python, type of machine, and version of each package, by name."""
    return dict(_found_versions())


@cache
def _found_versions() -> dict[str, str]:
    """Versions, looked up once: reading the metadata of packages takes as long as a short run."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


@cache
def source_digest() -> str:
    """Digest of the source of the installed program, which changes between versions too.

    Returns
    -------
    str
        See :func:`digest_of_sources`; computed at the first call and kept.
    """
    return digest_of_sources(Path(__file__).parents[1])


def digest_of_sources(folder: Path) -> str:
    """Digest of names and contents of all ``.py`` and ``.toml`` files of a folder and those in it.

    Parameters
    ----------
    folder : pathlib.Path
        Where to look. Where it lies does not matter, nor does any other file in it.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a SHA-256.
    """
    digest = hashlib.sha256()
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(files):
        if name.endswith((".py", ".toml")):
            content = files[name].read_bytes()
            # The length separates a name from a content, and one file from the next.
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]
