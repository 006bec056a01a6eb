"""Atomic writes: files and folders that are either complete or not there.

A file or folder is written under a temporary name beside its place and renamed when it is complete, so
a crash or a full disk leaves the old one, or none, but never half of one. Permissions are those that
the user's umask leaves of 0666 (files) and 0777 (folders).
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.system.reservations import draft_of, reserved

FILE_MODE = 0o666
"""Permissions of a new file before the system takes away those of the umask."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file as a whole.

    Parameters
    ----------
    path : pathlib.Path
        Where it goes; its folder must exist. An existing file is replaced; of a link, the link is
        replaced and what it points to stays as it is.
    content : bytes
        All of it.

    Raises
    ------
    OSError
        If it cannot be written; an existing file stays as it was.
    """
    draft = draft_of(path)
    # The system applies the umask here; reading it would change it for other threads for a moment.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # Without it, a power cut may leave the new name on an empty file.
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_reserved(path: Path, content: bytes) -> None:
    """Write a file as a whole into a folder that exists; remove what killed processes left there."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    with reserved(path):
        write_atomically(path, content)


def free_space(place: Path) -> int:
    """Free space where a file or folder is, or is to be [B]."""
    place = place.absolute()
    return shutil.disk_usage(next(p for p in (place, *place.parents) if p.exists())).free


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
    LockedError
        If another process is writing it.
    OSError
        If it cannot be written.
    """
    if os.path.lexists(folder):
        raise FileExistsError(f"{folder} exists already")
    with reserved(folder):
        draft = draft_of(folder)
        draft.mkdir()
        try:
            yield draft
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
