"""Damage to folders, and contents that were altered and sealed again with the program's functions."""

import json
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import sim
from sim.errors import InputError, IntegrationError, SimError
from sim.simulation.stored_run import CHECKSUMS, PROVENANCE
from sim.study.digests import member_digests
from sim.study.store import LEDGER
from sim.system.checksums import checksum, sealed
from sim.tissue import checkpoint
from sim.tissue.tissue import Tissue

MAX_SECONDS = 5.0
"""Processor time within which anything must be read or refused [s]."""
VALUES: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 3, 2**31, 2**63, 10**20, 10**400, -1e300, 1e-300, 0.5, 1e300,
    float("nan"), float("inf"), "", " ", ".", "..", "../evil", "/evil", "a/b", "a\\b", "C:evil",
    "\x1b[31mred", "\u202eexe", "a" * 300, "\ud800", "nan mM", "1e999 day", "0 day", "9" * 5000, "NaN",
    [], {}, [None], [[]], ["../evil"], {"../evil": "0" * 64}, {"name": "../evil"}, [1, 2, 3],
    ["x"] * 2000,
)  # fmt: skip
"""What takes the place of a value."""


# Whole runs, studies and checkpoints


def deep(levels: int = 80) -> list[Any]:
    """A list in a list in a list."""
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


class Outside:
    """A folder in which a case happens, and a check that nothing else changes."""

    def __init__(self, home: Path) -> None:
        self.home, self.case = home, home / "case"
        (home / "precious").mkdir(parents=True)
        (home / "precious" / "file").write_text("mine", encoding="utf-8")
        self.case.mkdir()
        self._before = self._state()

    def check(self) -> None:
        """Nothing beside the folder of the case has been written or removed."""
        assert self._state() == self._before

    def _state(self) -> dict[Path, tuple[int, int, int]]:
        inside = {self.case, *self.case.rglob("*")}
        return {
            path: (path.lstat().st_size, path.lstat().st_ino, path.lstat().st_mtime_ns)
            for path in self.home.rglob("*")
            if path not in inside
        }


@contextmanager
def copied(original: Path, into: Path) -> Iterator[Path]:
    """A copy of a folder that can be spoilt."""
    folder = into / original.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def outcome_of(action: Callable[[], Any], *errors: type[SimError]) -> Any:
    """What an action returns; None if it refuses its input in sentences, or ends so, and soon."""
    start = time.process_time()
    result, problems = None, ["none"]
    try:
        result = action()
    except InputError as error:
        problems = list(error.problems)
    except errors as error:
        problems = [str(error)]
    assert time.process_time() - start < MAX_SECONDS
    assert problems
    assert all(problem.strip() for problem in problems)
    return result


def content_of_run(folder: Path) -> dict[str, Any]:
    """Everything that is read from the folder of a run, to the bit."""
    result = sim.open_result(folder)
    cells = {day: frame.to_csv() for day, frame in result.snapshots.items()}
    return {
        "table": result.table.to_numpy().tobytes(),
        "columns": list(result.table),
        "days": result.table.index.tolist(),
        "cells": cells,
        "provenance": json.dumps(result.provenance),
        "units": result.units,
        "condition": result.condition,
        "tissue": None if result.tissue is None else result.tissue.checkpoint().y.tobytes(),
    }


def content_of_study(folder: Path) -> dict[str, Any]:
    """Everything that is read from the folder of a study, by table and replicate, to the bit."""
    study = sim.open_study(folder)
    frames = {"courses": study.courses, "cases": study.cases, "cells": study.cells}
    whole = {
        (name, int(replicate)): pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()
        for name, frame in frames.items()
        for replicate, rows in frame.groupby("replicate")
    }
    numbers = sorted({replicate for _, replicate in whole})
    whole |= {("digest", number): study.digest(number) for number in numbers}
    return {"design": study.design, "results": whole}


def use_run(folder: Path) -> Any:
    """Do with a run what commands do, except for figures."""
    result = sim.open_result(folder)
    repr(result)
    result.cells(1.0)
    result.condition.times()
    outcome_of(lambda: result.parameters)
    outcome_of(lambda: sim.compare(result, result).table())
    if result.tissue is not None:
        advance(result.tissue)
    return result


def use_study(folder: Path) -> Any:
    """Do with a study what commands do, except for figures."""
    study = sim.open_study(folder)
    study.verify()
    study.provenance()
    outcome_of(lambda: study.cells)
    outcome_of(study.summary)
    for arm in study.arms[1:]:
        outcome_of(lambda arm=arm: study.difference(study.design.variables[0], arm))
    outcome_of(lambda: study.rank_drivers(study.at(study.design.variables[0], study.arms[0])))
    return study


def advance(tissue: Tissue) -> Tissue:
    """Go on with a tissue for a quarter of an hour; its state may turn out to be impossible."""
    with suppress(IntegrationError):
        tissue.advance_to(tissue.time + 0.25)
    return tissue


def use_state(path: Path) -> Any:
    """Read a checkpoint and go on with it."""
    return advance(sim.load_tissue(path))


# Damage that no checksum was made of


def damage(folder: Path, random: Random) -> str:
    """Damage a file of a folder in one of the ways of disks, transfers and people; name it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".png")
    path = random.choice(files)
    way = random.choice(tuple(DAMAGE))
    DAMAGE[way](path, random)
    return f"{way} {path.relative_to(folder)}"


def _flip(path: Path, random: Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def _cut(path: Path, random: Random) -> None:
    os.truncate(path, random.randrange(path.stat().st_size or 1))


def _blank(path: Path, random: Random) -> None:
    content = bytearray(path.read_bytes())
    start = random.randrange(len(content) or 1)
    content[start : start + 512] = bytes(len(content[start : start + 512]))
    path.write_bytes(content)


def _append(path: Path, random: Random) -> None:
    with path.open("ab") as file:
        file.write(random.choice((b"\0", b"\n", b"{}\n", b"\xff" * 100, b"[" * 50_000)))


def _swap(path: Path, random: Random) -> None:
    others = [other for other in path.parent.iterdir() if other.is_file()]
    path.write_bytes(random.choice(others).read_bytes())


def _folder(path: Path, _random: Random) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path, _random: Random) -> None:
    path.unlink()
    os.mkfifo(path)


def _huge(path: Path, _random: Random) -> None:
    os.truncate(path, 10**12)  # Sparse: it takes no room.


def _loop(path: Path, _random: Random) -> None:
    path.unlink()
    path.symlink_to(path)


def _link(path: Path, _random: Random) -> None:
    path.unlink()
    path.symlink_to(_precious(path) / "file")


def _linked_folder(path: Path, _random: Random) -> None:
    """Put a link in place of the folder of a table, or of the file if it is in none."""
    if not (path.parent / "manifest.json").exists() and not (path.parent / PROVENANCE).exists():
        shutil.rmtree(path.parent)
        path.parent.symlink_to(_precious(path))
    else:
        _link(path, _random)


def _precious(path: Path) -> Path:
    """The folder beside that of the case which nothing may touch."""
    return next(p / "precious" for p in path.parents if (p / "precious").is_dir())


DAMAGE: dict[str, Callable[[Path, Random], None]] = {
    "flip": _flip, "flip again": _flip, "flip once more": _flip, "cut": _cut, "blank": _blank,
    "append": _append, "swap": _swap, "unlink": lambda path, _random: path.unlink(), "folder": _folder,
    "pipe": _pipe, "huge": _huge, "loop": _loop, "link": _link, "linked folder": _linked_folder,
}  # fmt: skip


# Contents that were altered and sealed again


def altered(data: Any, random: Random) -> Any:
    """A copy of nested data in which one value somewhere is replaced, removed or added."""
    data = json.loads(json.dumps(data))
    places = list(_places(data))
    if not places:
        return data
    parent, key = random.choice(places)
    way = random.choice(("replace", "replace", "replace", "remove", "add", "number"))
    if way == "remove":
        del parent[key]
    elif way == "add" and isinstance(parent, dict):
        parent[random.choice(("evil", "../evil", "\x1b[2J", str(key) * 2))] = random.choice(VALUES)
    elif way == "number" and isinstance(parent[key], (int, float)):
        parent[key] = parent[key] * random.choice((-1, 0, 2, 10, 1e9))
    else:
        parent[key] = random.choice((*VALUES, deep()))
    return data


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in nested data, as what holds it and its key or number."""
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], (dict, list)) and data[key]:
            yield from _places(data[key])


def alter_run(folder: Path, random: Random) -> str:
    """Alter provenance, a table or the state of a run; seal everything again."""
    provenance = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    what = random.choice(("provenance", "condition", "table.parquet", "cells.parquet", "state.npz"))
    if what.endswith(".parquet"):
        (folder / what).write_bytes(altered_parquet((folder / what).read_bytes(), random))
    elif what.endswith(".npz"):
        alter_state(folder / what, random)
    elif what == "condition":
        provenance["condition"] = altered(provenance["condition"], random)
    else:
        provenance = altered(provenance, random)
    if what in ("table.parquet", "cells.parquet", "state.npz"):
        content = (folder / what).read_bytes()
        provenance[CHECKSUMS][what] = {"sha256": checksum(content), "bytes": len(content)}
    (folder / PROVENANCE).write_text(json.dumps(sealed(provenance)), encoding="utf-8")
    return what


def alter_study(folder: Path, random: Random) -> str:
    """Alter the manifest, the ledger or a table of a study; seal everything again."""
    what = random.choice(("manifest", "design", "ledger", "courses", "cases", "cells"))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if what == "manifest":
        manifest = altered(manifest, random)
    elif what == "design":
        manifest["design"] = altered(manifest["design"], random)
    if what in ("manifest", "design"):
        text = json.dumps(sealed({"format": 1, **manifest}))
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        return what
    lines = [json.loads(line) for line in (folder / LEDGER).read_bytes().splitlines()]
    number = random.randrange(len(lines))
    if what == "ledger":
        lines[number] = altered(lines[number], random)
    else:
        _alter_part(folder, lines[number], what, random)
    text = "".join(
        json.dumps(sealed(line)) + "\n" if isinstance(line, dict) else "7\n" for line in lines
    )
    (folder / LEDGER).write_text(text, encoding="utf-8")
    return what


def _alter_part(folder: Path, line: dict[str, Any], table: str, random: Random) -> None:
    """Alter the file of a batch; the ledger gets its checksum and, if they can be made, its digests."""
    path = folder / table / f"part-{line['part']:05d}.parquet"
    path.write_bytes(altered_parquet(path.read_bytes(), random))
    line["files"][table] = checksum(path.read_bytes())
    try:
        tables = {
            name: pq.read_table(folder / name / f"part-{line['part']:05d}.parquet")
            for name in line["files"]
        }
        line["digests"] = list(member_digests(tables).values())
    except Exception:  # The file is none, or lacks columns.
        return


def altered_parquet(content: bytes, random: Random) -> bytes:
    """A table with other columns, rows, types or values, or with flipped bits."""
    way = random.choice(("flip", "column", "rows", "values", "values", "type", "nothing there"))
    if way == "flip":
        changed = bytearray(content)
        for _ in range(random.choice((1, 3))):
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
        return bytes(changed)
    if way == "nothing there":
        return random.choice((b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", content[:-8]))
    table = ROWS[way](pq.read_table(BytesIO(content)), random)
    buffer = BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _other_columns(table: pa.Table, random: Random) -> pa.Table:
    name = random.choice(table.column_names)
    place = table.column_names.index(name)
    return random.choice((
        lambda: table.drop_columns([name]),
        lambda: table.append_column("evil", table[name]),
        lambda: table.append_column(name, table[name]),
        lambda: table.rename_columns(["../evil" if old == name else old for old in table.column_names]),
        lambda: table.select(table.column_names[::-1]),
        lambda: table.remove_column(place).append_column(name, table[name]),
        lambda: table.replace_schema_metadata({b"pandas": b"{"}),
        lambda: table.replace_schema_metadata(None),
    ))()  # fmt: skip


def _other_rows(table: pa.Table, random: Random) -> pa.Table:
    order = list(range(table.num_rows))
    random.shuffle(order)
    return random.choice((
        lambda: table.slice(0, 0),
        lambda: table.slice(0, table.num_rows // 2),
        lambda: pa.concat_tables([table, table]),
        lambda: pa.concat_tables([table] * 300),
        lambda: table.take(order),
        lambda: table.take(order[::-1][:3]),
    ))()  # fmt: skip


def _other_type(table: pa.Table, random: Random) -> pa.Table:
    place = random.randrange(table.num_columns)
    size = table.num_rows
    column = random.choice((
        pa.array(["\x1b[31m"] * size), pa.nulls(size), pa.array([[1.0]] * size, pa.list_(pa.float64())),
        pa.array([b"\xff"] * size), pa.array([True] * size), pa.array([10**18] * size),
        pa.array([0] * size, pa.timestamp("s")), pa.array([1.0] * size, pa.float32()),
    ))  # fmt: skip
    return table.set_column(place, table.column_names[place], column)


def _other_values(table: pa.Table, random: Random) -> pa.Table:
    place = random.randrange(table.num_columns)
    column = table.column(place)
    name = table.column_names[place]
    if pa.types.is_floating(column.type):
        values = column.to_numpy().copy()
        values[random.randrange(len(values))] = random.choice((
            float("nan"), float("inf"), -1.0, 0.0, 1e300, 1e-300, 17.0
        ))  # fmt: skip
        return table.set_column(place, name, pa.array(values))
    if pa.types.is_integer(column.type):
        values = column.to_numpy().copy()
        values[random.randrange(len(values))] = random.choice((-1, 0, 99, 2**31 - 1))
        return table.set_column(place, name, pa.array(values, column.type))
    texts = [str(text) for text in column.to_pylist()]
    texts[random.randrange(len(texts))] = random.choice(("evil", "\x1b[31m", "", "../evil"))
    plain = pa.array(texts)
    kind = column.type
    return table.set_column(
        place, name, plain.dictionary_encode() if pa.types.is_dictionary(kind) else plain
    )


ROWS: dict[str, Callable[[pa.Table, Random], pa.Table]] = {
    "column": _other_columns, "rows": _other_rows, "values": _other_values, "type": _other_type,
}  # fmt: skip


def alter_state(path: Path, random: Random) -> str:
    """Alter what a checkpoint was made from, or one of its arrays; give it a new digest."""
    with np.load(path) as data:
        about = json.loads(str(data["about"]))
        arrays = {name: data[name].copy() for name in data.files if name != "about"}
    about.pop("sha256", None)
    what = random.choice(("about", *arrays))
    if what == "about":
        about = altered(about, random)
    else:
        _alter_array(arrays, what, random)
    with suppress(TypeError, ValueError), warnings.catch_warnings():  # There is none of such arrays.
        warnings.simplefilter("ignore", np.exceptions.ComplexWarning)
        about["sha256"] = checkpoint._digest(about, arrays)
    save = random.choice((np.savez, np.savez, np.savez, np.savez_compressed))
    save(path, about=np.array(json.dumps(about)), **arrays)
    return what


def _alter_array(arrays: dict[str, Any], name: str, random: Random) -> None:
    array = arrays[name]
    way = random.choice(("value", "value", "value", "all", "shape", "type", "remove", "add"))
    extreme = random.choice((
        float("nan"), float("inf"), -1.0, -1e-9, 0.0, 1e300, 1e-300, 1e9, 2.0, 0.5, 1e4
    ))  # fmt: skip
    if way == "value":
        with np.errstate(all="ignore"):
            array.flat[random.randrange(array.size)] = extreme
    elif way == "all":
        with np.errstate(all="ignore"):
            arrays[name] = np.full_like(array, extreme)
    elif way == "shape":
        arrays[name] = random.choice(
            (array.ravel()[:-1], array[None], np.repeat(array, 2, axis=-1), array.T)
        )
    elif way == "type":
        kind = random.choice(("f4", "f8", ">f8", "i8", "U5", "c16", "bool", "f2", "g"))
        with np.errstate(all="ignore"):
            arrays[name] = np.asfortranarray(array).astype(kind)
    elif way == "remove":
        del arrays[name]
    else:
        arrays[f"{name}2"] = array
