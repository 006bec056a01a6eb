"""Folder in which compiled kernels are kept between runs, one for each state of the source.

Numba recompiles a kernel when the file changes that defines it. That is not enough here: a kernel
inlines laws of many other files, and constants that parameters and units define.
"""

import hashlib
import os
import shutil
from pathlib import Path

import llvmlite
import numba

PACKAGE = Path(__file__).parents[1]
COMPILED_PACKAGES = (
    "laws", "numerics", "parameters", "physiology", "quantities", "tissue", "variables"
)  # fmt: skip
"""Packages whose functions and constants end up in kernels; a test holds that these are all."""


def kernel_cache_folder(compiler: str, package: Path = PACKAGE) -> Path:
    """Choose the folder of compiled kernels: beside the package if possible, else the user's cache.

    Folders beside the package that an earlier state of the source left are removed.

    Parameters
    ----------
    compiler : str
        Name of the compiler pipelines, :data:`sim.numerics.jit.COMPILER`; each has a folder of its own,
        so that changing between them compiles nothing again.
    package : pathlib.Path
        Folder of the installed package.
    """
    beside = package / "__pycache__"
    if os.access(package, os.W_OK):
        beside.mkdir(exist_ok=True)
    user = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sim-kernels"
    parent = beside if os.access(beside, os.W_OK) else user
    folder = parent / f"kernels-{compiler}-{kernel_digest(compiler, package)}"
    if parent == beside and not folder.exists():
        for outdated in parent.glob(f"kernels-{compiler}-*"):
            shutil.rmtree(outdated, ignore_errors=True)
    return folder


def kernel_digest(compiler: str, package: Path = PACKAGE) -> str:
    """Digest of all that compiled code depends on, but the processor, which Numba checks itself.

    Parameters
    ----------
    compiler, package
        See :func:`kernel_cache_folder`.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a SHA-256.
    """
    digest = hashlib.sha256(f"{compiler} {numba.__version__} {llvmlite.__version__}".encode())
    for name in COMPILED_PACKAGES:
        for path in sorted((package / name).rglob("*")):
            if path.suffix in {".py", ".toml"}:
                digest.update(path.relative_to(package).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
