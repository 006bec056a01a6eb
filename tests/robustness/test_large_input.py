"""Input that is huge, deep or of the wrong kind ends within seconds, in sentences."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.errors import InputError
from sim.study.design import MAX_EVENTS, read_design
from sim.system.checksums import sealed
from sim.system.data_files import parse_json, read_bytes
from sim.system.parquet_files import parse_parquet
from tests.cli.commands import call
from tests.robustness.hostile import MAX_SECONDS

HEAD = 'duration = "10 day"\n'


@contextmanager
def soon() -> Iterator[None]:
    """Whatever happens ends within seconds of processor time."""
    start = time.process_time()
    yield
    assert time.process_time() - start < MAX_SECONDS


def meals(number: int) -> str:
    """Meals, one every ten minutes."""
    return HEAD + "".join(
        f'[[meal]]\nstart = "{10 * k} min"\npotassium = "1 mmol"\n' for k in range(number)
    )


def listed(key: str, items: Iterable[str]) -> str:
    """A list."""
    return f"{key} = [{', '.join(items)}]\n"


LARGE: dict[str, str | bytes] = {
    "5000 meals": meals(5000),
    "40,000 times of a meal": HEAD + "[[meals]]\n" + listed("at", ['"7:00"'] * 40_000),
    "40,000 mechanisms": HEAD + listed("without", ['"x"'] * 40_000),
    "40,000 keys": HEAD + "".join(f"k{k} = 1\n" for k in range(40_000)),
    "40,000 tables": "".join(f"[a.b.c.d{k}]\n" for k in range(40_000)),
    "30,000 parameters": HEAD + "[parameters]\n" + "".join(f"p{k} = 1\n" for k in range(30_000)),
    "a list in lists": "a = " + "[" * 100_000,
    "a table in tables": "a = " + "{b = " * 100_000,
    "a dotted key": ".".join(["a"] * 100_000) + " = 1",
    "a dotted table": "[" + ".".join(['"a"'] * 100_000) + "]",
    "a dotted key of empty names": ".".join(["''"] * 100_000) + " = 1",
    "an integer of 5000 digits": "x = " + "9" * 5000,
    "a hexadecimal integer": "x = 0x" + "f" * 5000,
    "a duration of 5000 digits": "duration = '" + "9" * 5000 + " day'",
    "a duration of spaces": "duration = '" + " " * 100_000 + "day'",
    "a duration of numbers": "duration = '" + "1 " * 100_000 + "day'",
    "a title of a megabyte": HEAD + "title = '" + "x" * 900_000 + "'",
    "two megabytes": b"#" * 2_000_000,
    "quotation marks": 'a = "' * 50_000,
    "backslashes": 'a = "' + "\\" * 100_001,
    "zero bytes": bytes(100_000),
    "all bytes": bytes(range(256)) * 400,
    "UTF-16": HEAD.encode("utf-16"),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_condition_is_refused_soon(name: str, tmp_path: Path) -> None:
    content = LARGE[name]
    file = tmp_path / "large.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with soon():
        result = call("run", str(file))
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr) < 400_000


STUDIES = {
    "5000 arms": listed("conditions", ['"baseline"'] * 5000),
    "40,000 variables": listed("variables", ['"plasma_k"'] * 40_000),
    "40,000 endpoints": listed("endpoints", ['"plasma_k < 3.5"'] * 40_000),
    "an endpoint of 300 kB": listed("endpoints", ['"' + "plasma_k < " * 30_000 + '"']),
    "40,000 snapshots": "[snapshots]\n" + listed("at", (f'"{k} hour"' for k in range(40_000))),
    "40,000 samples": '[samples]\nmethod = "grid"\n[samples.ranges]\n'
    + listed("pump_half_mg", ['"0.1 mM"'] * 40_000),
}


@pytest.mark.parametrize("name", STUDIES)
def test_a_large_design_is_refused_soon(name: str, tmp_path: Path) -> None:
    file = tmp_path / "large.toml"
    text = STUDIES[name]
    file.write_text(text if "conditions" in text else f'conditions = ["baseline"]\n{text}')
    with soon():
        result = call("study", "run", str(file), "--out", str(tmp_path / "study"))
    assert result.exit_code == 2
    assert not (tmp_path / "study").exists()


def test_the_events_of_all_arms_are_limited() -> None:
    arms = [
        {
            "name": str(arm),
            "duration": "10 day",
            "meal": [{"start": f"{k} min", "potassium": "1 mmol"} for k in range(1000)],
        }
        for arm in range(MAX_EVENTS // 1000 + 1)
    ]
    with soon(), pytest.raises(InputError, match="the arms have 6,000 events together; give at most"):
        read_design({"conditions": arms})


def test_a_thousand_meals_are_simulated_and_drawn_soon(tmp_path: Path) -> None:
    """The largest number that is accepted, each with a label of its own."""
    file = tmp_path / "meals.toml"
    file.write_text(
        HEAD
        + "".join(
            f'[[meal]]\nstart = "{10 * k} min"\npotassium = "{1 + k / 1000} mmol"\n' for k in range(1000)
        )
    )
    with soon():
        condition = sim.load(file)
    result = sim.run(condition, 5, days=2)
    for figure in ("overview", "plasma_k"):
        with soon():
            result.plot(figure)


# Files that are none


@pytest.fixture
def odd(tmp_path: Path) -> dict[str, Path]:
    """Places that are not regular files."""
    places = {
        name: tmp_path / f"{name}.toml"
        for name in ("pipe", "device", "loop", "folder", "nothing", "socket")
    }
    os.mkfifo(places["pipe"])
    places["device"].symlink_to("/dev/zero")
    places["loop"].symlink_to(places["loop"])
    places["folder"].mkdir()
    return places


@pytest.mark.parametrize("name", ["pipe", "device", "loop", "folder", "nothing"])
@pytest.mark.parametrize(
    "read", [sim.load, sim.load_tissue, lambda path: read_bytes(path, 10)], ids=["load", "tissue", "any"]
)
def test_what_is_no_file_is_refused_soon(
    odd: dict[str, Path], name: str, read: Callable[[Path], Any]
) -> None:
    with soon(), pytest.raises(InputError, match="cannot be read"):
        read(odd[name])


@pytest.mark.parametrize("place", ["x" * 300, "x/" * 3000, "a\0b", "", "/dev/null", "/proc/self/mem"])
@pytest.mark.parametrize(
    "read",
    [
        sim.open_result,
        sim.open_study,
        lambda place: sim.resume(place, "baseline"),
        lambda place: sim.compare(place, place),
        sim.run_study,
        sim.merge_study,
    ],
    ids=["open_result", "open_study", "resume", "compare", "run_study", "merge_study"],
)
def test_places_that_cannot_be_are_refused(
    place: str, read: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read(place)
    assert list(tmp_path.iterdir()) == []


# JSON and Parquet


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 1_000_000,
        b'{"a": ' * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": [' + b"[]," * 3_000_000 + b"[]]}",
        b'{"a": "\xff"}',
        b"7",
        b"",
        b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}",
    ],
)
def test_json_is_read_within_limits(content: bytes) -> None:
    with soon(), pytest.raises(InputError, match=r"damaged|too large"):
        parse_json(content, "file", 100_000)


def parquet(table: pa.Table, **options: Any) -> bytes:
    """A table as a file."""
    buffer = BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


NUMBERS = pa.array(np.zeros(100))
TRAPS: dict[str, Callable[[], bytes]] = {
    "rows that take no room": lambda: parquet(pa.table({"a": [""] * 25_000_000})),
    "text that takes little room": lambda: parquet(
        pa.table({"a": ["x" * 100_000_000]}), compression="zstd", use_dictionary=False
    ),
    "a piece for each row": lambda: parquet(pa.table({"a": ["x"] * 2000}), row_group_size=1),
    "another type": lambda: parquet(pa.table({"a": NUMBERS})),
    "two columns of a name": lambda: parquet(pa.Table.from_arrays([NUMBERS, NUMBERS], ["a", "a"])),
    "no column": lambda: parquet(pa.table({"b": ["x"]})),
    "nothing": lambda: b"",
    "only its marks": lambda: b"PAR1" + bytes(100) + b"PAR1",
}


@pytest.mark.parametrize("name", TRAPS)
def test_parquet_is_read_within_limits(name: str) -> None:
    content = TRAPS[name]()
    with soon(), pytest.raises(InputError, match=r"damaged|too large"):
        parse_parquet(content, "file", {"a": "text"})


@pytest.mark.parametrize("value", [1e16, -1e300, np.inf])
def test_numbers_that_the_program_does_not_record_are_refused(value: float) -> None:
    content = parquet(pa.table({"a": [0.0, np.nan, value]}))
    with pytest.raises(InputError, match=r"values beyond 1e\+15"):
        parse_parquet(content, "file", {"a": "real"})


@pytest.mark.parametrize("text", [b"{", b"\xff", b'{"index_columns": 7}'])
def test_metadata_of_pandas_are_not_parsed(text: bytes) -> None:
    table = pa.table({"a": [1.0]}).replace_schema_metadata({b"pandas": text})
    assert parse_parquet(parquet(table), "file", {"a": "real"}).to_pandas()["a"].tolist() == [1.0]


# Sealed folders


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("endpoints", ["plasma_k < 3.5"] * 300_000),
        ("parameters", {f"p{k}": 1 for k in range(300_000)}),
        ("conditions", [{"name": str(k), "duration": "1 day"} for k in range(100_000)]),
        ("title", "x" * 10_000_000),
    ],
    ids=["endpoints", "parameters", "conditions", "title"],
)
def test_a_large_manifest_is_refused_soon(
    key: str, value: Any, study_folder: Path, tmp_path: Path
) -> None:
    manifest = json.loads((study_folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["design"][key] = value
    (tmp_path / "manifest.json").write_text(json.dumps(sealed(manifest)), encoding="utf-8")
    with soon(), pytest.raises(InputError, match=r"manifest\.json"):
        sim.open_study(tmp_path)


@pytest.mark.parametrize("line", [b"\n", b"7\n", b"{}\n", b"[" * 100 + b"\n"])
def test_a_large_ledger_is_refused_soon(line: bytes, study_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((study_folder / "manifest.json").read_bytes())
    (tmp_path / "parts.jsonl").write_bytes(line * (4_000_000 // len(line)))
    with soon(), pytest.raises(InputError, match="too large"):
        sim.open_study(tmp_path)


def test_many_damaged_lines_are_counted(study_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((study_folder / "manifest.json").read_bytes())
    (tmp_path / "parts.jsonl").write_bytes(b"7\n" * 500)
    assert len(sim.open_study(tmp_path).damaged_lines) == 101
