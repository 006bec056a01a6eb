"""Places that are reserved before long work, so that its result can be written when it is done.

A reservation is a lock beside the place. What is written meanwhile has a name by which it is known to be
of that reservation, so that whoever comes next removes what a killed process left, and nothing else.
"""

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident

from sim.system.locks import file_lock

LOCK_SUFFIX, DRAFT_SUFFIX = ".sim-lock", ".sim-draft"
MAX_STEM = 50
"""Characters of a name that those of its lock and drafts repeat, since names of files are limited."""
OURS = re.compile(rf"\.(?P<stem>.+?)(-[0-9a-f]{{8}}{DRAFT_SUFFIX}|{LOCK_SUFFIX}(-soft)?)", re.DOTALL)
"""Names of locks and drafts."""

_held: set[tuple[str, int]] = set()
"""Places that threads of this process have reserved."""


@contextmanager
def reserved(path: Path) -> Iterator[None]:
    """Keep other processes from writing to a place; remove what killed ones left beside it.

    Parameters
    ----------
    path : pathlib.Path
        Where a file or folder is to be written. Its parents are created, and removed at the end if
        nothing is in them.

    Raises
    ------
    LockedError
        If another process has reserved it.
    OSError
        If nothing can be written there.
    """
    key = (os.path.abspath(path), get_ident())
    if key in _held:
        yield
        return
    made = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file_lock(_lock_of(path.parent, _stem(path.name)), temporary=True):
            _held.add(key)
            _sweep(path.parent, own=_stem(path.name))
            yield
    finally:
        _held.discard(key)
        with suppress(OSError):  # The first that is not empty ends it.
            for folder in made:
                folder.rmdir()


def draft_of(path: Path) -> Path:
    """Name of its own, beside a place, under which it is written."""
    suffix = DRAFT_SUFFIX if (os.path.abspath(path), get_ident()) in _held else ""
    return path.with_name(f".{_stem(path.name)}-{secrets.token_hex(4)}{suffix}")


def _stem(name: str) -> str:
    """Name, or if it is long, its beginning and a digest of it."""
    if len(name) <= MAX_STEM:
        return name
    return f"{name[: MAX_STEM - 9]}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"


def _lock_of(folder: Path, stem: str) -> Path:
    return folder / f".{stem}{LOCK_SUFFIX}"


def _sweep(folder: Path, own: str) -> None:
    """Remove drafts and locks of processes that are gone; ``own`` is the name reserved here."""
    with suppress(OSError):
        found = [OURS.fullmatch(entry.name) for entry in os.scandir(folder)]
        for stem in sorted({str(match["stem"]) for match in found if match}):
            with suppress(OSError):
                if stem == own:
                    _remove_drafts(folder, stem)
                    continue
                with file_lock(_lock_of(folder, stem), temporary=True):  # Fails while its process lives.
                    _remove_drafts(folder, stem)


def _remove_drafts(folder: Path, stem: str) -> None:
    """Remove files and folders that are drafts of a name; links, which are not ours, stay."""
    for entry in list(os.scandir(folder)):
        match = OURS.fullmatch(entry.name)
        if match and match["stem"] == stem and entry.name.endswith(DRAFT_SUFFIX):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.is_file(follow_symlinks=False):
                Path(entry.path).unlink(missing_ok=True)
