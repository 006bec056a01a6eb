"""A study's folder: what was asked, and every part that is done, each whole and with its checksum.

::

    manifest.json             the job: design, parameter sets, versions; written once
    parts.jsonl               a line a finished part: bodies, checksums of its files, digests, failures
    courses/part-00012.parquet    and the same under cases/ and cells/

A part counts as done when its line stands; whatever a killed process leaves besides is no part of the
study. Nothing here is ever unpickled.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.system.files import write_atomically

FORMAT = 1
MANIFEST, LEDGER, LOCK = "manifest.json", "parts.jsonl", ".lock"
DRAFTS = (f".{MANIFEST}-*", f".{LEDGER}-*", "*/.part-*")
"""Names of what is being written."""
PRESENTATION = ("name", "title", "description", "ask")
"""Keys of a design that change no result."""


class Entry(NamedTuple):
    """A part that is done: its bodies, checksums of its files by table, and what came of it."""

    part: int
    units: tuple[int, int]
    files: dict[str, str]
    digests: list[str]
    failures: list[str]

    def path(self, folder: Path, table: str) -> Path:
        """Where the file of a table is."""
        return folder / table / f"part-{self.part:05d}.parquet"


class Store:
    """A study's folder.

    Parameters
    ----------
    folder : path
        Where it is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.entries = {entry.part: entry for entry in _read_ledger(folder)}

    def add(self, entry: Entry, files: Mapping[str, bytes]) -> None:
        """Write the files of a part, then its line.

        Raises
        ------
        OSError
            If they cannot be written; finished parts stay as they are.
        """
        for table, content in files.items():
            path = entry.path(self.folder, table)
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, content)
        _append(self.folder / LEDGER, _line(entry))
        self.entries[entry.part] = entry

    def damaged(self) -> list[Entry]:
        """Find finished parts of which a file is missing or is not what was written."""
        return [
            entry
            for entry in self.entries.values()
            if any(_checksum_of(entry.path(self.folder, table)) != wanted
                   for table, wanted in entry.files.items())
        ]  # fmt: skip

    def forget(self, entries: list[Entry]) -> None:
        """Strike out parts, so that they are done again, and rewrite the ledger without them."""
        for entry in entries:
            self.entries.pop(entry.part, None)
        self._rewrite_ledger()

    def restart(self, manifest: Mapping[str, Any]) -> None:
        """Put another manifest in place of this one; parts are kept."""
        write_manifest(self.folder, manifest)
        self.manifest = dict(manifest)

    def sweep(self) -> None:
        """Remove what a killed process left: drafts, and a line that was cut off."""
        for pattern in DRAFTS:
            for draft in self.folder.glob(pattern):
                draft.unlink(missing_ok=True)
        self._rewrite_ledger()

    def _rewrite_ledger(self) -> None:
        lines = [_line(self.entries[part]) for part in sorted(self.entries)]
        if sorted(_lines(self.folder)) != sorted(lines):
            write_atomically(self.folder / LEDGER, b"".join(lines))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from working on a study; the lock falls when the process ends.

    Raises
    ------
    InputError
        If another one does, or the folder cannot be written.
    """
    try:
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise InputError([f"{folder} cannot be written: {error.strerror}"]) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError([f"{folder} is in use by another process"]) from None
        except OSError as error:
            raise InputError([f"{folder} cannot be locked: {error.strerror}"]) from None
        yield


def make_folder(folder: Path) -> None:
    """Make the folder of a study, unless it is there.

    Raises
    ------
    InputError
        If it holds something else, or cannot be made.
    """
    try:
        if folder.exists() and not is_study(folder) and not _is_free(folder):
            raise InputError([f"{folder} exists and holds no study; choose another folder or remove it"])
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([f"{folder} cannot be written: {error.strerror}"]) from None


def _is_free(folder: Path) -> bool:
    """Whether a study may begin in a folder: nothing is there but what a killed beginning left."""
    return folder.is_dir() and all(
        path.name == LOCK or path.match(DRAFTS[0]) for path in folder.iterdir()
    )


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


def is_study(folder: Path) -> bool:
    """Say whether a folder holds a study."""
    return (folder / MANIFEST).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a study is.

    Raises
    ------
    InputError
        If there is no manifest, or none that this version reads, or not what was written.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([f"{folder} holds no study: {MANIFEST}: {error.strerror}"]) from None
    except ValueError:
        raise InputError([f"{path} is damaged; it is not valid JSON"]) from None
    if not isinstance(manifest, dict):
        raise InputError([f"{path} is damaged; it is no manifest"])
    if manifest.get("format") != FORMAT:
        raise InputError([f"{path} has format {manifest.get('format')!r}; this version reads {FORMAT}"])
    if not _is_sealed(manifest):
        raise InputError([f"{path} is damaged or was changed; restore it, or choose another folder"])
    return manifest


def differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Say in which keys two designs differ, and how; what changes no result is not compared."""
    found = []
    for key in dict.fromkeys([*old, *new]):
        a, b = old.get(key), new.get(key)
        if a == b or (not prefix and key in PRESENTATION):
            continue
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += differences(a, b, f"{prefix}{key}.")
        elif _by_name(a) and _by_name(b):
            found += differences(_by_name(a), _by_name(b), f"{prefix}{key} ")
            names = [[name for name in _by_name(x) if name in _by_name(y)] for x, y in ((a, b), (b, a))]
            if names[0] != names[1]:
                found.append(f"order of {prefix}{key}: {_brief(names[0])} in the folder, "
                             f"{_brief(names[1])} given")  # fmt: skip
        else:
            found.append(f"{prefix}{key}: {_brief(a)} in the folder, {_brief(b)} given")
    return found


def _by_name(value: Any) -> dict[str, Any]:
    """Conditions by name; nothing for any other value."""
    if isinstance(value, list) and value and all(isinstance(v, dict) and "name" in v for v in value):
        return {item["name"]: item for item in value}
    return {}


def _brief(value: Any) -> str:
    """Write a value in a few words."""
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + " …"


def checksum(content: bytes) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _checksum_of(path: Path) -> str | None:
    """SHA-256 of a file; None if it is not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write what a study is."""
    sealed = _sealed({"format": FORMAT, **manifest})
    text = json.dumps(sealed, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST, text.encode())


def _sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data with a checksum of itself."""
    bare = {key: value for key, value in data.items() if key != "checksum"}
    return {**bare, "checksum": checksum(json.dumps(bare).encode())}


def _is_sealed(data: Mapping[str, Any]) -> bool:
    """Whether data are what their checksum was made of."""
    return bool(data.get("checksum") == _sealed(data)["checksum"])


def _line(entry: Entry) -> bytes:
    return (json.dumps(_sealed(entry._asdict())) + "\n").encode()


def _append(path: Path, line: bytes) -> None:
    """Add a line to a file and force it to disk; take it back if it does not fit."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(number).st_size
        try:
            if os.write(number, line) != len(line):
                raise OSError(28, os.strerror(28))
            os.fsync(number)
        except OSError:
            os.ftruncate(number, size)
            raise
    finally:
        os.close(number)


def _lines(folder: Path) -> list[bytes]:
    """Lines of the ledger, whole or not."""
    path = folder / LEDGER
    return path.read_bytes().splitlines(keepends=True) if path.exists() else []


def _read_ledger(folder: Path) -> Iterator[Entry]:
    """Finished parts; a line that was cut off by a kill, or is not what was written, is none."""
    for line in _lines(folder):
        try:
            data = json.loads(line)
        except ValueError:
            continue
        if isinstance(data, dict) and _is_sealed(data):
            del data["checksum"]
            yield Entry(**{**data, "units": tuple(data["units"])})
