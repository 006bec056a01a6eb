"""Folder in which compiled kernels are kept between runs, one for each state of the source.

Numba recompiles a kernel when the file changes that defines it. That is not enough here: a kernel
inlines laws of many other files, and constants that parameters and units define.
"""

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import llvmlite
import numba

PACKAGE = Path(__file__).parents[1]
COMPILED_PACKAGES = (
    "laws", "numerics", "parameters", "physiology", "quantities", "tissue", "variables"
)  # fmt: skip
"""Packages whose functions and constants end up in kernels; a test holds that these are all."""
PRIVATE = "sim-kernels"
"""Name of the folder in a place that is shared with other programs."""


def kernel_cache_folder(compiler: str, package: Path = PACKAGE) -> Path | None:
    """Choose the folder of compiled kernels: the first that can be written, or none if nothing can.

    In this order: beside the package; in ``NUMBA_CACHE_DIR``; in the user's cache, which is
    ``XDG_CACHE_HOME`` or ``~/.cache``; in a folder for temporary files that only the user can write.
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
    name = f"kernels-{compiler}-{kernel_digest(compiler, package)}"
    parents = [beside] if os.access(package, os.W_OK) else []
    parent = next(filter(_is_writable, (*parents, *_folders_of_user())), None) or _temporary_folder()
    if parent is None:
        return None
    if parent == beside and not (parent / name).exists():
        for outdated in parent.glob(f"kernels-{compiler}-*"):
            shutil.rmtree(outdated, ignore_errors=True)
    return parent / name


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


def _folders_of_user() -> Iterator[Path]:
    """Folders that the user named for caches, or has by default."""
    if numba.config.CACHE_DIR:
        yield Path(numba.config.CACHE_DIR) / PRIVATE
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():  # A relative path must be ignored, according to the XDG specification.
        yield named / PRIVATE
    with suppress(RuntimeError):  # The user has no home folder.
        if (home := Path.home()).is_dir():  # It is not for us to make one.
            yield home / ".cache" / PRIVATE


def _is_writable(folder: Path) -> bool:
    """Whether a folder can be made and written; only an attempt shows it on every file system."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _temporary_folder() -> Path | None:
    """Folder for temporary files that nobody else can write: compiled code in it is executed."""
    user = os.getuid() if hasattr(os, "getuid") else 0  # On Windows the parent is the user's already.
    try:
        folder = Path(tempfile.gettempdir()) / f"{PRIVATE}-{user}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        others_write = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and os.name != "nt"
        if stat.S_ISDIR(found.st_mode) and found.st_uid == user and not others_write:
            return folder
    except FileExistsError:  # A file or a link of somebody else.
        pass
    except OSError:
        return None
    own = Path(tempfile.mkdtemp(prefix=f"{PRIVATE}-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own
