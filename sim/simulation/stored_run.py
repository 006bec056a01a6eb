"""A run in its folder: written with checksums, and verified and checked whenever it is read.

``provenance.json`` holds size and SHA-256 of every other file of the folder, and a checksum of itself.
Folders without checksums, as version 0.1 wrote them, can be read; a warning says that damage to them
could not be noticed.
"""

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from sim.conditions.condition import Condition, read
from sim.conditions.plan import MAX_CELLS
from sim.errors import MAX_LETTERS, InputError
from sim.parameters import CELL_TYPES
from sim.physiology.virtual_persons import Person
from sim.system.checksums import checksum, file_checksum, is_sealed, sealed
from sim.system.data_files import read_bytes, read_json
from sim.system.files import write_atomically
from sim.system.memory import memory_bytes
from sim.system.parquet_files import parse_parquet
from sim.variables.table import PER_CELL, VARIABLES

PROVENANCE, TABLE, CELLS, STATE = "provenance.json", "table.parquet", "cells.parquet", "state.npz"
CHECKSUMS, SEAL = "checksums", "checksum"
"""Keys of provenance on disk: what other files are, by name, and the checksum of all other keys."""
MAX_PROVENANCE_BYTES, MAX_PROVENANCE_VALUES = 10_000_000, 100_000
"""Largest provenance [B], and values in it; a condition with thousands of events fits."""
MAX_TABLE_BYTES = 4_000_000_000
AGAIN = "restore it, or simulate again"

TABLE_KINDS = {**dict.fromkeys(VARIABLES, "real"), "time": "real"}
CELL_KINDS = {
    **{name: "text" if name == "type" else "real" for name in PER_CELL},
    "time": "real",
    "cell": "integer",
}
"""Columns of the two tables, the index among them, and the kind of each."""


class StoredRun(NamedTuple):
    """What the folder of a run holds; ``state`` is the file of the tissue at the end, if it was kept."""

    condition: Condition
    table: pd.DataFrame
    units: dict[str, str]
    snapshots: dict[float, pd.DataFrame]
    provenance: dict[str, Any]
    state: Path | None


class _Facts(BaseModel):
    """Entries of provenance that are used after reading, of their right types."""

    model_config = ConfigDict(extra="allow", strict=True)

    outcome: Annotated[str, Field(max_length=MAX_LETTERS)]
    condition: dict[str, Any]
    n_cells: Annotated[int, Field(ge=1, le=MAX_CELLS)]
    seed: Annotated[int, Field(ge=0)]
    replicate: Annotated[int, Field(ge=0)]
    noise: bool
    worst_imbalance: float
    versions: dict[str, str]
    units: dict[str, str]
    parameters: dict[str, FiniteFloat]
    person: bool | dict[str, FiniteFloat] | None = None


def write_provenance(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Write provenance, with checksums of the files that are already in the folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where all other files are complete.
    provenance : mapping
        What is known of them, as JSON can hold it.
    """
    sums = {
        path.name: {"sha256": file_checksum(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.is_file()
    }
    text = json.dumps(sealed({**provenance, CHECKSUMS: sums}), indent=1, ensure_ascii=False) + "\n"
    # Undecodable bytes of a command line become escapes, which JSON reads as what they were.
    write_atomically(folder / PROVENANCE, text.encode("utf-8", "backslashreplace"))


def read_run(folder: Path) -> StoredRun:
    """Read the folder of a run, verify it and check its contents.

    Parameters
    ----------
    folder : pathlib.Path
        Written by :meth:`sim.Result.save` or ``sim run``.

    Raises
    ------
    InputError
        If it is not the folder of a run, or a file in it is missing, damaged or too large; lists every
        problem.
    """
    if not _is_run(folder):
        raise InputError([f"{folder} is not the folder of a run; `sim run` and result.save() write one"])
    provenance = read_json(folder / PROVENANCE, MAX_PROVENANCE_BYTES, MAX_PROVENANCE_VALUES)
    files = _files_of(provenance, folder)
    condition = _checked(provenance, folder / PROVENANCE)
    contents, problems = _verified(folder, files)
    if problems:
        raise InputError(problems)
    return StoredRun(
        condition=condition,
        table=_read_table(contents[TABLE], folder / TABLE),
        units=provenance.pop("units"),
        snapshots=_read_snapshots(contents[CELLS], folder / CELLS),
        provenance=provenance,
        state=folder / STATE if os.path.exists(folder / STATE) else None,
    )


def verified_state(path: Path) -> Path:
    """Return the file of a tissue, once it was verified if it belongs to the folder of a run.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the folder of a run that keeps one.

    Raises
    ------
    InputError
        If the folder keeps no tissue, or another one than was written.
    """
    folder = path if os.path.isdir(path) else path.parent
    file = folder / STATE if os.path.isdir(path) else path
    if file.name != STATE or not _is_run(folder):
        return file
    provenance = read_json(folder / PROVENANCE, MAX_PROVENANCE_BYTES, MAX_PROVENANCE_VALUES)
    files = _files_of(provenance, folder)
    if files is not None and _state_checksum(folder, files) != _sha(files, STATE):
        raise InputError([_changed(file)])
    return file


def _is_run(folder: Path) -> bool:
    """Whether a folder looks like that of a run; False also for a path that no system can have."""
    return os.path.isfile(folder / PROVENANCE) and any(
        map(os.path.exists, (folder / TABLE, folder / CELLS))
    )


class _File(BaseModel):
    """What a file was when it was written."""

    model_config = ConfigDict(strict=True, extra="forbid")

    sha256: str
    bytes: Annotated[int, Field(ge=0)]


def _verified(folder: Path, files: Mapping[str, _File] | None) -> tuple[dict[str, bytes], list[str]]:
    """Contents of the tables, and which files are missing, too large or not what was written."""
    contents: dict[str, bytes] = {}
    problems: list[str] = []
    written = files or {}
    for name in (TABLE, CELLS):
        if name in written and _has_other_size(folder / name, written[name].bytes):
            problems.append(_changed(folder / name))
            continue
        try:
            limit = written[name].bytes if name in written else MAX_TABLE_BYTES
            contents[name] = read_bytes(folder / name, min(limit, MAX_TABLE_BYTES))
        except InputError as error:
            problems += [f"{problem}; {AGAIN}" for problem in error.problems]
    if files is not None:
        found: dict[str, str | None] = {name: checksum(content) for name, content in contents.items()}
        if os.path.exists(folder / STATE) or STATE in files:
            found[STATE] = _state_checksum(folder, files)
        problems += [_changed(folder / name) for name, sha in found.items() if sha != _sha(files, name)]
    return contents, problems


def _state_checksum(folder: Path, files: Mapping[str, _File]) -> str | None:
    """SHA-256 of the tissue's file; None if it is missing or larger than what was written."""
    limit = files[STATE].bytes if STATE in files else memory_bytes()
    return file_checksum(folder / STATE, limit)


def _has_other_size(path: Path, n_bytes: int) -> bool:
    """Whether there is a file that has another size than was written [B]."""
    try:
        return path.stat().st_size != n_bytes
    except OSError:
        return False


def _sha(files: Mapping[str, _File], name: str) -> str:
    """SHA-256 that a file had when it was written; empty if it was not."""
    return files[name].sha256 if name in files else ""


def _changed(path: Path) -> str:
    """Say that a file is not what was written."""
    return f"{path} is damaged or was changed; {AGAIN}"


def _files_of(provenance: dict[str, Any], folder: Path) -> Mapping[str, _File] | None:
    """Take what files were out of provenance; None if it was written without."""
    if not {CHECKSUMS, SEAL} & set(provenance):
        warnings.warn(
            f"{folder} was written without checksums, by version 0.1; damage to it cannot be noticed",
            stacklevel=4,
        )
        return None
    sealed_well = is_sealed(provenance)
    provenance.pop(SEAL, None)
    try:
        files = {name: _File.model_validate(of) for name, of in provenance.pop(CHECKSUMS).items()}
    except (KeyError, AttributeError, ValidationError):
        sealed_well = False
    if not sealed_well:
        raise InputError([_changed(folder / PROVENANCE)])
    return files


def _checked(provenance: dict[str, Any], path: Path) -> Condition:
    """Return the condition of a run, or refuse provenance with all its problems."""
    problems = []
    try:
        facts = _Facts.model_validate(provenance)
    except ValidationError as error:
        places = {" ".join(map(str, detail["loc"][:2])): detail["msg"] for detail in error.errors()}
        raise InputError(
            [f"{path} is damaged: {place}: {text}" for place, text in places.items()]
        ) from None
    if isinstance(facts.person, dict):
        problems += [
            f"person: {name} = {factor:g} is none of a person's factors"
            for name, factor in facts.person.items()
            if name not in Person._fields or not factor > 0.0
        ]
    if "sim-mg" not in facts.versions:
        problems.append("versions: sim-mg is missing")
    try:
        condition = read(facts.condition)
    except InputError as error:
        problems += [f"condition: {problem}" for problem in error.problems]
    if problems:
        raise InputError([f"{path} is damaged: {problem}" for problem in problems])
    return condition


def _read_table(content: bytes, path: Path) -> pd.DataFrame:
    """Table of a run, its rows in order of time."""
    parsed: pd.DataFrame = parse_parquet(content, path, TABLE_KINDS).to_pandas(ignore_metadata=True)
    frame = parsed.set_index("time")
    days = frame.index.to_numpy(dtype=float)
    if not len(days):
        raise InputError([f"{path} is damaged: it has no rows"])
    if not np.isfinite(days).all() or not (np.diff(days) > 0.0).all():
        raise InputError([f"{path} is damaged: its times are not in order"])
    return frame


def _read_snapshots(content: bytes, path: Path) -> dict[float, pd.DataFrame]:
    """Tables of cells by time [day]."""
    parsed: pd.DataFrame = parse_parquet(content, path, CELL_KINDS).to_pandas(ignore_metadata=True)
    frame = parsed.astype({"type": "category"}).set_index(["time", "cell"])
    days = frame.index.unique("time")
    if not len(days) or not np.isfinite(days.to_numpy(dtype=float)).all():
        raise InputError([f"{path} is damaged: it has no snapshots, or one at no time"])
    if not frame["type"].isin(CELL_TYPES).all():
        raise InputError([f"{path} is damaged: it has cells of types that do not exist"])
    return {day: frame.loc[day] for day in days}
