"""Locks between processes, also on file systems that have none of their own."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

WITHOUT_LOCKS = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK}
"""Errors of file systems that cannot lock, such as some of clusters."""
PATIENCE_S = 1.0
"""How long to wait for a soft lock whose owner may have died: breaking it takes a second attempt [s]."""


class LockedError(OSError):
    """Another process holds the lock."""


@contextmanager
def file_lock(path: Path, *, temporary: bool = False) -> Iterator[None]:
    """Hold a lock for the length of a block; the system releases it if the process dies.

    Where the file system has no locks, a file that names its owner serves instead, and is taken over
    when that process, if it was on the same machine, is gone.

    Parameters
    ----------
    path : pathlib.Path
        File of the lock, in a folder that exists. A symbolic link is refused.
    temporary : bool
        Whether to remove the file at the end.

    Raises
    ------
    LockedError
        If another process holds it.
    OSError
        If the file cannot be written.
    """
    lock = _acquired(path)
    try:
        yield
    finally:
        if temporary:
            with suppress(PermissionError):  # Windows keeps a file that is open; it does no harm.
                path.unlink(missing_ok=True)  # Before it is released: until then the file is ours.
        lock.release()


def _acquired(path: Path) -> BaseFileLock:
    """Acquire a lock of the system, or else a soft one."""
    if not path.parent.is_dir():  # The library would make it.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    try:
        lock: BaseFileLock = FileLock(path, timeout=0, fallback_to_soft=False)
        try:
            lock.acquire()
        except (NotImplementedError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in WITHOUT_LOCKS:
                raise
            lock = SoftFileLock(path.with_name(f"{path.name}-soft"), timeout=PATIENCE_S)
            lock.acquire(poll_interval=PATIENCE_S / 10)
    except Timeout:
        raise LockedError(errno.EWOULDBLOCK, "in use by another process", str(path)) from None
    return lock
