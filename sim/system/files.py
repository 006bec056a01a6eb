"""Atomic writes: files and folders that are either complete or not there.

A file or folder is written under a temporary name beside its place and renamed when it is complete, so
a crash or a full disk leaves the old one, or none, but never half of one.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file as a whole.

    Parameters
    ----------
    path : pathlib.Path
        Where it goes; its folder must exist. An existing file is replaced.
    content : bytes
        All of it.

    Raises
    ------
    OSError
        If it cannot be written; an existing file stays as it was.
    """
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # Without it, a power cut may leave the new name on an empty file.
        Path(draft).chmod(0o644)  # Temporary files can be read by their owner only.
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Write a new folder as a whole.

    Parameters
    ----------
    folder : pathlib.Path
        Must not exist; its parents are created.

    Yields
    ------
    pathlib.Path
        Where to write; renamed at the end, removed if there is an exception.

    Raises
    ------
    FileExistsError
        If there is a file or folder of that name.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists already")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
