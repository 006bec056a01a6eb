"""Checkpoints whose digest is right but whose contents are not, one fault at a time."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.physiology.cell_state import CellTraits
from sim.tissue import checkpoint

SIZE = CellTraits._fields.index("size")
Contents = tuple[dict[str, Any], dict[str, Any]]


def contents_of(path: Path) -> Contents:
    """What a tissue was made from, and its arrays."""
    with np.load(path) as data:
        about = json.loads(str(data["about"]))
        return about, {name: data[name].copy() for name in data.files if name != "about"}


def sealed_checkpoint(path: Path, contents: Contents, save: Callable[..., None] = np.savez) -> Path:
    """Write a checkpoint with the right digest."""
    about, arrays = contents
    about.pop("sha256", None)
    about["sha256"] = checkpoint._digest(about, arrays)
    save(path, about=np.array(json.dumps(about)), **arrays)
    return path


@pytest.fixture
def contents(run_folder: Path) -> Contents:
    return contents_of(run_folder / "state.npz")


def test_sealed_again_it_is_read(contents: Contents, tmp_path: Path) -> None:
    sim.load_tissue(sealed_checkpoint(tmp_path / "state.npz", contents))


ABOUT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a key is missing": lambda about: about.pop("seed"),
    "a key too many": lambda about: about.update(evil=1),
    "no parameters": lambda about: about.pop("parameters"),
    "a parameter is missing": lambda about: about["parameters"].pop("pump_half_mg"),
    "a parameter too many": lambda about: about["parameters"].update(evil=1.0),
    "a parameter of text": lambda about: about["parameters"].update(pump_half_mg="0.1"),
    "a parameter of no body": lambda about: about["parameters"].update(pump_half_mg=1e9),
    "a negative parameter": lambda about: about["parameters"].update(pump_half_mg=-0.1),
    "a parameter that is no number": lambda about: about["parameters"].update(pump_half_mg=np.nan),
    "more cells": lambda about: about.update(n_cells=7),
    "fewer cells": lambda about: about.update(n_cells=5),
    "a million million cells": lambda about: about.update(n_cells=10**12),
    "no cells": lambda about: about.update(n_cells=0),
    "half a cell": lambda about: about.update(n_cells=6.5),
    "a negative seed": lambda about: about.update(seed=-1),
    "a replicate of text": lambda about: about.update(replicate="0"),
    "a tolerance of 1e9": lambda about: about.update(tolerance=1e9),
    "a tolerance of zero": lambda about: about.update(tolerance=0.0),
    "a negative tolerance": lambda about: about.update(tolerance=-1e-6),
    "noise of text": lambda about: about.update(noise="yes"),
    "another format": lambda about: about.update(format=9),
    "a list of parameters": lambda about: about.update(parameters=[]),
}


@pytest.mark.parametrize("name", ABOUT)
def test_what_no_tissue_is_made_from_is_refused(name: str, contents: Contents, tmp_path: Path) -> None:
    ABOUT[name](contents[0])
    with pytest.raises(InputError, match=r"is damaged|has format|another version"):
        sim.load_tissue(sealed_checkpoint(tmp_path / "state.npz", contents))


def changed(name: str, place: int, value: float) -> Callable[[dict[str, Any]], Any]:
    """Put a value into an array."""
    return lambda arrays: arrays[name].flat.__setitem__(place, value)


ARRAYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no state": lambda arrays: arrays.pop("y"),
    "no traits": lambda arrays: arrays.pop("traits"),
    "an array too many": lambda arrays: arrays.update(evil=np.zeros(3)),
    "a short state": lambda arrays: arrays.update(y=arrays["y"][:-1]),
    "a state in two dimensions": lambda arrays: arrays.update(y=arrays["y"][None]),
    "traits the other way round": lambda arrays: arrays.update(
        traits=np.ascontiguousarray(arrays["traits"].T)
    ),
    "an empty clock": lambda arrays: arrays.update(clock=np.zeros(0)),
    "a state of whole numbers": lambda arrays: arrays.update(y=arrays["y"].astype(int)),
    "a state of half precision": lambda arrays: arrays.update(y=arrays["y"].astype("f2")),
    "a state of text": lambda arrays: arrays.update(y=np.arange(len(arrays["y"])).astype("U5")),
    "a negative amount": changed("y", 0, -1.0),
    "an amount that is no number": changed("y", 3, np.nan),
    "an infinite amount": changed("y", 3, np.inf),
    "a cell of another size": changed("y", 0, 1e9),
    "a negative volume of the body": changed("y", -1, -1.0),
    "negative traits": changed("traits", 0, -1.0),
    "cells of zero size": lambda arrays: arrays["traits"][SIZE].fill(0.0),
    "a control below zero": changed("control", 0, -1.0),
    "an infinite control": changed("control", 0, np.inf),
    "a negative time": changed("clock", 0, -1.0),
    "a time in a million years": changed("clock", 0, 1e10),
    "half a draw": changed("clock", 1, 0.5),
    "totals that do not balance": changed("books", 0, 1e6),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_no_tissue_are_refused(name: str, contents: Contents, tmp_path: Path) -> None:
    ARRAYS[name](contents[1])
    try:
        file = sealed_checkpoint(tmp_path / "state.npz", contents)
    except ValueError:  # Text has no digest; any will do.
        file = tmp_path / "state.npz"
        np.savez(file, about=np.array(json.dumps(contents[0])), **contents[1])
    with pytest.raises(InputError, match="is damaged"):
        sim.load_tissue(file)


def test_a_checkpoint_is_not_unpacked(contents: Contents, tmp_path: Path) -> None:
    """Packed, a kilobyte can fill the memory."""
    contents[1]["y"] = np.zeros(20_000_000)
    with pytest.raises(InputError, match="is damaged"):
        sim.load_tissue(sealed_checkpoint(tmp_path / "state.npz", contents, np.savez_compressed))


@pytest.mark.parametrize(
    "about",
    ["[" * 100_000, '{"a": ' * 100_000, '{"n_cells": ' + "9" * 5000 + "}", "7", "[]", "{}", ""],
    ids=["lists", "objects", "digits", "a number", "a list", "nothing", "empty"],
)
def test_other_text_in_place_of_what_it_was_made_from(
    about: str, contents: Contents, tmp_path: Path
) -> None:
    np.savez(tmp_path / "state.npz", about=np.array(about), **contents[1])
    with pytest.raises(InputError, match=r"is damaged|has format"):
        sim.load_tissue(tmp_path / "state.npz")


@pytest.mark.parametrize("shape", ["(10000000000,)", "(-1,)", "(1e9,)", "(" * 50])
def test_a_header_that_claims_too_much(shape: str, run_folder: Path, tmp_path: Path) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    lead = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    with (
        zipfile.ZipFile(run_folder / "state.npz") as whole,
        zipfile.ZipFile(tmp_path / "state.npz", "w") as file,
    ):
        for name in whole.namelist():
            file.writestr(name, lead if name == "y.npy" else whole.read(name))
    with pytest.raises(InputError, match="is damaged"):
        sim.load_tissue(tmp_path / "state.npz")
