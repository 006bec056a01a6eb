"""Runs and studies are verified whenever they are read, by every way of reading them."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import InputError
from sim.simulation.stored_run import CHECKSUMS, SEAL, write_provenance
from sim.study.store import LEDGER
from tests.cli.commands import call

READERS: dict[str, Callable[[Path], Any]] = {
    "open_result": sim.open_result,
    "compare": lambda folder: sim.compare(folder, folder),
    "resume": lambda folder: sim.resume(folder, "severe-magnesium-loss", days=1.25),
    "resume from the file": lambda folder: sim.resume(
        folder / "state.npz", "severe-magnesium-loss", days=1.25
    ),
}


@pytest.fixture
def saved(run_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_folder, tmp_path / "saved"))


@pytest.fixture
def study(study_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(study_folder, tmp_path / "study"))


def flip(path: Path, place: float = 0.5, bit: int = 3) -> None:
    """Flip one bit of a file."""
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 1 << bit
    path.write_bytes(content)


def refused(action: Callable[[], Any]) -> list[str]:
    """Problems with which something is refused."""
    with pytest.raises(InputError) as caught:
        action()
    return caught.value.problems


# Runs


@pytest.mark.parametrize("place", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("name", ["table.parquet", "cells.parquet", "provenance.json", "state.npz"])
def test_a_flipped_bit_of_a_run_is_found(saved: Path, name: str, place: float) -> None:
    flip(saved / name, place)
    (problem,) = refused(lambda: sim.open_result(saved))
    assert f"{name} is damaged" in problem


@pytest.mark.parametrize("reader", READERS)
def test_every_way_of_reading_verifies_the_state(saved: Path, reader: str) -> None:
    flip(saved / "state.npz")
    assert "state.npz is damaged" in refused(lambda: READERS[reader](saved))[0]


@pytest.mark.parametrize("reader", READERS)
def test_the_whole_state_of_another_body_is_not_taken(saved: Path, reader: str) -> None:
    """Its own digest is right; it does not belong to this run."""
    other = sim.run("baseline", 6, days=1, seed=1)
    assert other.tissue is not None
    sim.save_tissue(other.tissue, saved / "state.npz")
    assert "was changed" in refused(lambda: READERS[reader](saved))[0]


@pytest.mark.parametrize("reader", READERS)
def test_a_whole_folder_is_read(saved: Path, reader: str) -> None:
    READERS[reader](saved)


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("table.parquet", os.unlink),
        ("cells.parquet", os.unlink),
        ("state.npz", os.unlink),
        ("cells.parquet", lambda path: os.truncate(path, 100)),
        ("table.parquet", lambda path: os.truncate(path, 0)),
        ("provenance.json", lambda path: os.truncate(path, 0)),
        ("table.parquet", lambda path: shutil.copy(path.with_name("cells.parquet"), path)),
    ],
)
def test_missing_cut_and_swapped_files_are_refused_with_what_to_do(
    saved: Path, name: str, harm: Callable[[Path], Any]
) -> None:
    harm(saved / name)
    problems = refused(lambda: sim.open_result(saved))
    assert all(name in problem for problem in problems)


def test_all_damaged_files_are_listed(saved: Path) -> None:
    for name in ("table.parquet", "cells.parquet", "state.npz"):
        flip(saved / name)
    assert len(refused(lambda: sim.open_result(saved))) == 3


def test_a_table_of_another_run_is_refused(saved: Path, tmp_path: Path) -> None:
    sim.run("severe-magnesium-loss", 6, days=1, seed=1, snapshots=2).save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "table.parquet", saved / "table.parquet")
    assert "table.parquet is damaged" in refused(lambda: sim.open_result(saved))[0]


@pytest.mark.parametrize("key", [CHECKSUMS, SEAL])
def test_checksums_cannot_be_taken_away_one_by_one(saved: Path, key: str) -> None:
    provenance = json.loads((saved / "provenance.json").read_text(encoding="utf-8"))
    del provenance[key]
    (saved / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    assert "provenance.json is damaged" in refused(lambda: sim.open_result(saved))[0]


def test_a_run_of_version_01_is_read_with_a_warning(saved: Path) -> None:
    provenance = json.loads((saved / "provenance.json").read_text(encoding="utf-8"))
    for key in (CHECKSUMS, SEAL):
        del provenance[key]
    (saved / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    with pytest.warns(UserWarning, match="damage to it cannot be noticed"):
        assert sim.open_result(saved).finished


def test_a_comparison_is_no_run(tmp_path: Path) -> None:
    """It has provenance, but no tables of a run."""
    (tmp_path / "differences.csv").write_text("variable,difference\n", encoding="utf-8")
    write_provenance(tmp_path, {"first": "a", "second": "b"})
    assert "not the folder of a run" in refused(lambda: sim.open_result(tmp_path))[0]


@pytest.mark.parametrize(
    "command",
    [
        ("plot", "FOLDER", "sheet"),
        ("plot", "FOLDER", "plasma_k"),
        ("compare", "FOLDER", "FOLDER"),
        ("resume", "FOLDER", "severe-magnesium-loss"),
    ],
    ids=lambda command: command[0],
)
def test_commands_refuse_a_damaged_run(saved: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    for name in ("table.parquet", "state.npz"):
        flip(saved / name)
    place = ("--out", str(tmp_path / "out.png"))
    result = call(*(str(saved) if word == "FOLDER" else word for word in command), *place)
    assert result.exit_code == 2
    assert "is damaged or was changed" in result.stderr
    assert not (tmp_path / "out.png").exists()


# Studies


def parts_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/part-*.parquet"))


@pytest.mark.parametrize("table", ["courses", "cases", "cells"])
@pytest.mark.parametrize("place", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_flipped_bit_of_a_part_is_found(study: Path, table: str, place: float) -> None:
    flip(study / table / "part-00001.parquet", place)
    found = sim.open_study(study)
    (problem,) = refused(lambda: getattr(found, table))
    assert f"{table}/part-00001.parquet is damaged" in problem
    assert "sim study run" in problem
    assert found.verify() == ["batch 1: a file is missing or damaged"]


@pytest.mark.parametrize(
    "use",
    [
        lambda study: study.summary(),
        lambda study: study.at("plasma_k", "baseline"),
        lambda study: study.difference("plasma_k", "severe-magnesium-loss"),
        lambda study: study.probability("plasma_k < 3.5", "baseline"),
    ],
)
def test_findings_of_a_damaged_study_are_refused(study: Path, use: Callable[[Any], Any]) -> None:
    flip(study / "courses" / "part-00000.parquet")
    assert "is damaged" in refused(lambda: use(sim.open_study(study)))[0]


def test_parts_that_are_swapped_are_found(study: Path) -> None:
    first, second = parts_of(study)[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    assert len(sim.open_study(study).verify()) == 2


def test_a_part_that_is_gone_or_cut_is_found(study: Path) -> None:
    (study / "courses" / "part-00000.parquet").unlink()
    os.truncate(study / "courses" / "part-00002.parquet", 50)
    assert len(refused(lambda: sim.open_study(study).courses)) == 2
    result = call("study", "show", str(study))
    assert result.exit_code == 2
    assert result.stderr.count("to compute it again: sim study run") == 2


def test_a_damaged_line_of_the_ledger_is_shown(study: Path) -> None:
    lines = (study / LEDGER).read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"part": 1', b'"part": 2')
    (study / LEDGER).write_bytes(b"".join(lines))
    result = call("study", "show", str(study))
    assert "line 2 of parts.jsonl is damaged" in result.stdout
    assert "line 2 of parts.jsonl is damaged" in call("study", "verify", str(study)).stderr


def test_what_is_damaged_is_computed_again(study: Path) -> None:
    before = sim.open_study(study).digest()
    flip(study / "cases" / "part-00001.parquet")
    sim.run_study(study, workers=1)
    found = sim.open_study(study)
    assert (found.digest(), found.verify()) == (before, [])
