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

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.parameters import FACTS, Parameters, describe
from sim.system.files import write_reserved
from sim.tissue.tissue import Checkpoint, Tissue

Array = NDArray[np.float64]

FORMAT = 2
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
    tissue = Tissue(
        about["n_cells"],
        parameters=_parameters_of(about["parameters"], path),
        seed=about["seed"],
        replicate=about["replicate"],
        heterogeneous=about["heterogeneous"],
        noise=about["noise"],
        tolerance=about["tolerance"],
        threads=threads,
    )
    tissue.fluctuate_as(about["noise_replicate"])
    tissue.restore(
        Checkpoint(**{name: arrays[STORED_NAMES.get(name, name)] for name in Checkpoint._fields})
    )
    return tissue


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Contents of a file, not yet checked."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError([f"{path} cannot be read: {error.strerror}"]) from None
    try:
        with np.load(BytesIO(content), allow_pickle=False) as data:
            about: dict[str, Any] = dict(json.loads(str(data["about"])))
            return about, {name: data[name] for name in data.files if name != "about"}
    except Exception:  # NumPy raises many kinds of errors on damaged archives.
        raise InputError([f"{path} is damaged, or not the state of a tissue"]) from None


def _parameters_of(numbers: dict[str, float], path: object) -> Parameters:
    """Parameters with the numbers of a file, which must name the same ones."""
    if unlike := sorted(set(FACTS).symmetric_difference(numbers)):
        other = ", ".join(unlike)
        raise InputError([f"{path} was written by another version of the model; they differ in {other}"])
    return Parameters().with_values(numbers)


def _digest(made_from: dict[str, Any], arrays: dict[str, Array]) -> str:
    """SHA-256 of what a tissue was made from and of all arrays."""
    digest = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode())
    for name, part in arrays.items():
        values: Array = np.ascontiguousarray(part, dtype="<f8")
        digest.update(f"{name}{values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
