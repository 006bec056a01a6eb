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
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from sim.errors import InputError
from sim.study.manifest import MANIFEST, design_from, read_manifest, write_manifest
from sim.study.parts import TABLES, Entry, PartReader
from sim.system.checksums import SHA_256, file_checksum, is_sealed, sealed
from sim.system.data_files import read_bytes
from sim.system.files import FILE_MODE, write_atomically

LEDGER = "parts.jsonl"
_DRAFT = re.compile(rf"\.({re.escape(MANIFEST)}|{re.escape(LEDGER)})-\w+")
_PART_DRAFT = re.compile(r"\.part-\d{5,}\.parquet-\w+")
"""Names of files that are being written, in the folder of a study and in those of its tables."""
BYTES_PER_FAILURE, BYTES_PER_MEMBER, BYTES_PER_LEDGER = 1000, 200, 5_000_000
"""Upper bounds of what a member, a case that failed and all else take in the ledger [B]."""
MAX_EXTRA_LINES = 1000
"""Lines of the ledger beyond twice the number of batches."""


class Store:
    """The folder of a study.

    Parameters
    ----------
    folder : path
        Where it is.

    Attributes
    ----------
    manifest : dict
        What was written when it began.
    entries : dict of Entry
        Finished batches by number.
    damaged_lines : list of int
        Lines of the ledger, counted from one, that are complete but not what was written. Their batches
        count as not finished.

    Raises
    ------
    InputError
        If it holds no study, or the manifest or the ledger is damaged or too large.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.design = design_from(self.manifest)
        self.parts = PartReader(folder, self.design)
        self.entries: dict[int, Entry] = {}
        self.damaged_lines: list[int] = []
        self._read_ledger()

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
            if path.parent.is_symlink():
                raise OSError(f"{path.parent} is a link; put a folder in its place")
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
                file_checksum(entry.path(self.folder, table), self.parts.max_bytes(entry, table))
                != wanted
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
        tables = [self.folder / name for name in TABLES]
        drafts = [path for path in self.folder.iterdir() if is_draft(path)]
        # What a link leads to is not ours, whatever it is called.
        for folder in (folder for folder in tables if folder.is_dir() and not folder.is_symlink()):
            drafts += [path for path in folder.iterdir() if _PART_DRAFT.fullmatch(path.name)]
        for draft in drafts:
            if draft.is_file() and not draft.is_symlink():
                draft.unlink(missing_ok=True)
        self._rewrite_ledger()

    def _rewrite_ledger(self) -> None:
        lines = [_to_line(entry) for entry in self.ordered()]
        if sorted(self._lines()) != sorted(lines):
            write_atomically(self.folder / LEDGER, b"".join(lines))
        self.damaged_lines = []

    def _read_ledger(self) -> None:
        """Read finished batches; a line that was cut off by a kill, or is damaged, is none."""
        lines = self._lines()
        limit = 2 * -(-self.design.n_members // self.manifest["bodies_per_part"]) + MAX_EXTRA_LINES
        if len(lines) > limit:
            raise InputError([f"{self.folder / LEDGER} is too large: it has {len(lines):,} lines"])
        for number, line in enumerate(lines, start=1):
            entry = _entry_in(line, self) if line.strip() else None
            if entry is not None:
                self.entries[entry.batch] = entry
            elif line.endswith(b"\n") and line.strip():
                self.damaged_lines.append(number)

    def _lines(self) -> list[bytes]:
        """Lines of the ledger, complete or not."""
        path, n_members = self.folder / LEDGER, self.design.n_members
        if not path.exists():
            return []
        per_member = BYTES_PER_MEMBER + len(self.design.arms) * BYTES_PER_FAILURE
        return read_bytes(path, BYTES_PER_LEDGER + n_members * per_member).splitlines(keepends=True)


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


def is_draft(path: Path) -> bool:
    """Whether a file in the folder of a study is called as one that is being written."""
    return _DRAFT.fullmatch(path.name) is not None


class _Line(BaseModel):
    """A line of the ledger; its keys are those of version 0.1."""

    model_config = ConfigDict(strict=True)

    part: Annotated[int, Field(ge=0)]
    units: Annotated[list[int], Field(min_length=2, max_length=2)]
    files: dict[str, Annotated[str, Field(pattern=SHA_256)]]
    digests: list[Annotated[str, Field(pattern=SHA_256)]]
    failures: list[str]


def _entry_in(line: bytes, store: Store) -> Entry | None:
    """Batch that a line of the ledger says is finished; None if it is damaged, or not of the study."""
    try:
        data = json.loads(line)
        if not (isinstance(data, dict) and is_sealed(data)):
            return None
        read = _Line.model_validate(data)
    except (ValueError, RecursionError):
        return None
    (first, stop), size = read.units, store.manifest["bodies_per_part"]
    # The last batch of a study that has grown since holds fewer members than it could.
    possible = first < stop <= min(first + size, store.design.n_members) and first == read.part * size
    if not possible or len(read.digests) != stop - first or set(read.files) != set(store.parts.tables):
        return None
    return Entry(
        batch=read.part,
        members=(first, stop),
        files=read.files,
        digests=read.digests,
        failures=read.failures,
    )


def _append(path: Path, line: bytes) -> None:
    """Add a line to a file and force it to disk; remove it again if it does not fit."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
    number = os.open(path, flags, FILE_MODE)
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
