"""A tissue on disk: its arrays and what it was made from; no code is stored.

A loaded tissue continues to the bit as if it had not stopped. Several futures can branch from one file,
with the same fluctuations or with those of other replicates.
"""

import hashlib
import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from sim.errors import InputError, SteadyStateError
from sim.parameters import FACTS, Parameters, describe
from sim.system.data_files import read_bytes
from sim.system.files import write_reserved
from sim.system.memory import memory_bytes
from sim.tissue.checkpoint_contents import (
    MadeFrom,
    array_problems,
    parameter_problems,
    state_problems,
)
from sim.tissue.tissue import Checkpoint, Tissue

Array = NDArray[np.float64]

FORMAT = 3
"""Changes when older files can no longer be read."""
STORED_NAMES = {"totals": "books", "compensation": "carry"}
"""Names of arrays in files, where they differ: those of version 0.1, so that its files can be read."""


def save_tissue(tissue: Tissue, path: str | os.PathLike[str]) -> Path:
    """Write a tissue as it is now; at the end of a step, from where it continues to the bit.

    Parameters
    ----------
    tissue : Tissue
        The tissue.
    path : str or path
        A file, usually ending in ``.npz``; one that exists is replaced as a whole.
    """
    made_from = {
        "format": FORMAT,
        "n_cells": tissue.n_cells,
        "seed": tissue.seed,
        "replicate": tissue.replicate,
        "noise_replicate": tissue.noise_replicate,
        "heterogeneous": tissue.heterogeneous,
        "noise": tissue.noise,
        "tolerance": tissue.tolerance,
        "parameters": {entry.name: entry.value for entry in describe(tissue.parameters)},
    }
    fields = tissue.checkpoint()._asdict()
    arrays = {STORED_NAMES.get(name, name): array for name, array in fields.items()}
    about = json.dumps(made_from | {"sha256": _digest(made_from, arrays)})
    buffer = BytesIO()
    np.savez(buffer, about=np.array(about), **arrays)
    target = Path(path)
    write_reserved(target, buffer.getvalue())
    return target


def load_tissue(path: str | os.PathLike[str], *, threads: int | None = None) -> Tissue:
    """Read a tissue that was saved.

    Parameters
    ----------
    path : str or path
        The file.
    threads : int, optional
        See :class:`~sim.tissue.tissue.Tissue`.

    Raises
    ------
    InputError
        If the file cannot be read, is damaged, or was written by another version of the model.
    """
    about, arrays = _read(Path(path))
    if about.get("format") != FORMAT:
        raise InputError([f"{path} has format {about.get('format')}; this version reads {FORMAT}"])
    if about.pop("sha256", None) != _digest(about, arrays):
        raise InputError([f"{path} is damaged: its contents do not fit their digest"])
    made_from = _made_from(about, path)
    checkpoint = Checkpoint(
        **{name: arrays[STORED_NAMES.get(name, name)] for name in Checkpoint._fields}
    )
    if problems := list(array_problems(checkpoint, made_from.n_cells)):
        raise InputError([f"{path} is damaged: {problem}" for problem in problems])
    return _restored(checkpoint, made_from, path, threads)


def _made_from(about: dict[str, Any], path: object) -> MadeFrom:
    """Check what a tissue was made from, and which numbers the model has."""
    numbers = about.get("parameters")
    if isinstance(numbers, dict) and (unlike := sorted(set(FACTS).symmetric_difference(numbers))):
        other = ", ".join(unlike)
        raise InputError([f"{path} was written by another version of the model; they differ in {other}"])
    try:
        made_from = MadeFrom.model_validate(about)
    except ValidationError as error:
        places = {" ".join(map(str, detail["loc"])): detail["msg"] for detail in error.errors()}
        wrong = [f"{path} is damaged: {place}: {text}" for place, text in places.items()]
        raise InputError(wrong) from None
    if problems := list(parameter_problems(made_from.parameters)):
        raise InputError([f"{path} is damaged: {problem}" for problem in problems])
    return made_from


def _restored(checkpoint: Checkpoint, made_from: MadeFrom, path: object, threads: int | None) -> Tissue:
    """Make the tissue of a checkpoint, and check that its state is one that a body can have."""
    try:
        tissue = Tissue(
            made_from.n_cells,
            parameters=Parameters().with_values(made_from.parameters),
            seed=made_from.seed,
            replicate=made_from.replicate,
            heterogeneous=made_from.heterogeneous,
            noise=made_from.noise,
            tolerance=made_from.tolerance,
            threads=threads,
        )
        tissue.fluctuate_as(made_from.noise_replicate)
        tissue.restore(checkpoint)
        problems = list(state_problems(tissue))
    except (SteadyStateError, ArithmeticError) as error:
        problems = [f"no body has these parameters and this state ({error})"]
    if problems:
        raise InputError([f"{path} is damaged: {problem}" for problem in problems])
    return tissue


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Contents of a file, not yet checked."""
    content = read_bytes(path, memory_bytes())
    names = {f"{STORED_NAMES.get(name, name)}.npy" for name in Checkpoint._fields} | {"about.npy"}
    try:
        with ZipFile(BytesIO(content)) as archive:
            # Compressed, a small file could fill the memory; the program compresses none.
            sound = all(info.compress_type == ZIP_STORED for info in archive.infolist())
            sound &= sorted(archive.namelist()) == sorted(names)
        with np.load(BytesIO(content), allow_pickle=False) as data:
            about: dict[str, Any] = dict(json.loads(str(data["about"])))
            arrays = {name: data[name] for name in data.files if name != "about"}
            sound &= all(array.dtype.kind == "f" for array in arrays.values())
    except Exception:  # NumPy raises many kinds of errors on damaged archives.
        sound = False
    if not sound:
        raise InputError([f"{path} is damaged, or not the state of a tissue"])
    return about, arrays


def _digest(made_from: dict[str, Any], arrays: dict[str, Array]) -> str:
    """SHA-256 of what a tissue was made from and of all arrays."""
    digest = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode())
    for name, part in arrays.items():
        values: Array = np.ascontiguousarray(part, dtype="<f8")
        digest.update(f"{name}{values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
