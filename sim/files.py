"""Files that are either whole or not there."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under another name, force it to disk, then give it its name.

    Parameters
    ----------
    path : pathlib.Path
        Where it goes; its folder must exist. A file that is there is replaced.
    content : bytes
        All of it.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind then.
    """
    number, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
