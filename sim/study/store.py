"""The results of a study on disk: every finished batch, each whole and with checksums.

::

    manifest.json                 design, parameter sets, versions; written once
    parts.jsonl                   the ledger, a line per finished batch: its members, checksums of its
                                  files, digests of its members, failures
    courses/part-00012.parquet    a table of a batch; the same in cases/ and cells/

A batch counts as finished once its line in the ledger is complete; anything else that a killed process
leaves behind is ignored. Nothing here is ever unpickled.
"""

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.study.manifest import MANIFEST, read_manifest, write_manifest
from sim.system.checksums import file_checksum, is_sealed, sealed
from sim.system.files import write_atomically

LEDGER = "parts.jsonl"
DRAFTS = (f".{MANIFEST}-*", f".{LEDGER}-*", "*/.part-*")
"""Patterns of files that are being written."""


class Entry(NamedTuple):
    """A finished batch: the range of its members, checksums of its files by table, and results.

    ``digests`` has one of each member, ``failures`` a sentence for each case that did not finish.
    """

    batch: int
    members: tuple[int, int]
    files: dict[str, str]
    digests: list[str]
    failures: list[str]

    @property
    def n_members(self) -> int:
        """Number of members."""
        return self.members[1] - self.members[0]

    def path(self, folder: Path, table: str) -> Path:
        """Path of the file of a table."""
        return folder / table / f"part-{self.batch:05d}.parquet"


class Store:
    """The folder of a study.

    Parameters
    ----------
    folder : path
        Where it is.

    Raises
    ------
    InputError
        If it holds no study.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.entries = {entry.batch: entry for entry in _read_ledger(folder)}

    @property
    def n_completed(self) -> int:
        """Number of members whose batches are finished."""
        return sum(entry.n_members for entry in self.entries.values())

    def ordered(self) -> list[Entry]:
        """Finished batches in order."""
        return [self.entries[batch] for batch in sorted(self.entries)]

    def add(self, entry: Entry, files: Mapping[str, bytes]) -> None:
        """Write the files of a batch, then its line in the ledger.

        Raises
        ------
        OSError
            If they cannot be written; finished batches stay as they are.
        """
        for table, content in files.items():
            path = entry.path(self.folder, table)
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, content)
        _append(self.folder / LEDGER, _to_line(entry))
        self.entries[entry.batch] = entry

    def damaged(self) -> list[Entry]:
        """Find finished batches of which a file is missing or is not what was written."""
        return [
            entry
            for entry in self.entries.values()
            if any(
                file_checksum(entry.path(self.folder, table)) != wanted
                for table, wanted in entry.files.items()
            )
        ]

    def forget(self, entries: Iterable[Entry]) -> None:
        """Remove batches from the ledger, so that they are computed again."""
        for entry in entries:
            self.entries.pop(entry.batch, None)
        self._rewrite_ledger()

    def replace_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Write another manifest in place of this one; batches are kept."""
        write_manifest(self.folder, manifest)
        self.manifest = dict(manifest)

    def sweep(self) -> None:
        """Remove what a killed process left: drafts, and an incomplete line of the ledger."""
        for pattern in DRAFTS:
            for draft in self.folder.glob(pattern):
                draft.unlink(missing_ok=True)
        self._rewrite_ledger()

    def _rewrite_ledger(self) -> None:
        lines = [_to_line(entry) for entry in self.ordered()]
        if sorted(_lines(self.folder)) != sorted(lines):
            write_atomically(self.folder / LEDGER, b"".join(lines))


def create_store(folder: Path, manifest: Mapping[str, Any]) -> Store:
    """Begin a study in its folder.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    try:
        write_manifest(folder, manifest)
    except OSError as error:
        raise InputError([f"{folder} cannot be written: {error.strerror}"]) from None
    return Store(folder)


def _to_line(entry: Entry) -> bytes:
    """Line of the ledger; its keys are those of version 0.1."""
    data = {
        "part": entry.batch,
        "units": entry.members,
        "files": entry.files,
        "digests": entry.digests,
        "failures": entry.failures,
    }
    return (json.dumps(sealed(data)) + "\n").encode()


def _read_ledger(folder: Path) -> Iterator[Entry]:
    """Finished batches; a line that was cut off by a kill, or is not what was written, is skipped."""
    for line in _lines(folder):
        try:
            data = json.loads(line)
        except ValueError:
            continue
        if isinstance(data, dict) and is_sealed(data):
            yield Entry(
                batch=data["part"],
                members=(data["units"][0], data["units"][1]),
                files=data["files"],
                digests=data["digests"],
                failures=data["failures"],
            )


def _lines(folder: Path) -> list[bytes]:
    """Lines of the ledger, complete or not."""
    path = folder / LEDGER
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


def _append(path: Path, line: bytes) -> None:
    """Add a line to a file and force it to disk; remove it again if it does not fit."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(number).st_size
        try:
            if os.write(number, line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(number)
        except OSError:
            os.ftruncate(number, size)
            raise
    finally:
        os.close(number)
