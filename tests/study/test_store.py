"""A study's folder: what is damaged, missing or foreign in it is found."""

import errno
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import sim.study
from sim.conditions.condition import load
from sim.errors import InputError, StudyError
from sim.study.compatibility import design_differences
from sim.study.folder import locked, make_folder
from sim.study.manifest import read_manifest
from sim.study.store import Store
from sim.study.study import Study, open_study
from sim.system.checksums import checksum
from tests.study.study_tools import (
    ARMS,
    batches_in,
    bits,
    brief,
    brief_reference,
    change_manifest,
    check_resumes,
    check_whole,
    footprint,
    leftovers,
    run,
    said,
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished brief study of three batches, left alone by all tests."""
    folder = tmp_path_factory.mktemp("original") / "study"
    run(brief(), folder, size=2)
    check_whole(folder, brief_reference())
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(original, tmp_path / "study"))


def problems_of_running(folder: Path, **changes: Any) -> list[str]:
    """Problems for which a study is refused in a folder, which stays as it is."""
    before = footprint(folder)
    with pytest.raises(InputError) as refusal:
        run(brief(**changes), folder, size=2)
    assert footprint(folder) == before
    return refusal.value.problems


def flip(path: Path, place: int) -> None:
    """Flip the lowest bit of one byte of a file; a second time brings it back."""
    with path.open("r+b", buffering=0) as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


# Damage to batches

FILES = ["courses/part-00000.parquet", "cases/part-00002.parquet", "cells/part-00002.parquet"]


def spoil(path: Path) -> None:
    flip(path, path.stat().st_size // 2)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def swap(path: Path) -> None:
    """Put in place another file that can be read as well."""
    path.write_bytes(path.with_name("part-00001.parquet").read_bytes())


DAMAGE: dict[str, Callable[[Path], None]] = {
    "flipped": spoil, "cut": cut, "empty": lambda path: path.write_bytes(b""),
    "missing": Path.unlink, "another": swap,
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_files_are_found_and_done_again(
    folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    """Verifying says which batch; running again does that batch and no other."""
    batch = int(name[-9:-8])
    whole = {0, 1, 2} - {batch}
    damage(folder / name)
    before = footprint(folder, whole)
    assert open_study(folder).verify() == [f"batch {batch}: a file is missing or damaged"]
    run(brief(), folder)
    assert footprint(folder, whole) == before
    check_whole(folder, brief_reference())


def test_every_batch_may_be_damaged_at_once(folder: Path) -> None:
    """Then all is done again."""
    for path in folder.glob("*/part-*"):
        spoil(path)
    assert len(open_study(folder).verify()) == 3
    run(brief(), folder)
    check_whole(folder, brief_reference())


def test_tables_that_do_not_give_the_digests_are_found(folder: Path) -> None:
    """Even if a checksum was made of them: one value differs by its last bit."""
    store = Store(folder)
    entry = store.entries[1]
    path = entry.path(folder, "courses")
    table = pq.read_table(path)
    values = table["plasma_k"].to_numpy().copy()
    values.view("int64")[0] ^= 1
    pq.write_table(table.set_column(table.column_names.index("plasma_k"), "plasma_k", [values]), path)
    files = {name: entry.path(folder, name).read_bytes() for name in entry.files}
    sums = {name: checksum(content) for name, content in files.items()}
    store.forget([entry])
    store.add(entry._replace(files=sums), files)
    assert open_study(folder).verify() == ["batch 1: its tables do not give the digests in the ledger"]


# Damage to the ledger


def ledger_lines(folder: Path) -> list[bytes]:
    return (folder / "parts.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("kept", [0, 1, 50, -2, -1])
def test_a_line_that_was_cut_off_is_done_again(folder: Path, kept: int) -> None:
    """But for the end of the line, which holds nothing."""
    *lines, last = ledger_lines(folder)
    (folder / "parts.jsonl").write_bytes(b"".join(lines) + last[:kept])
    assert sorted(batches_in(folder)) == ([0, 1, 2] if kept == -1 else [0, 1])
    check_resumes(folder, brief_reference(), plan=brief())
    assert len(ledger_lines(folder)) == 3


def test_a_flipped_bit_anywhere_in_a_line_is_found(folder: Path) -> None:
    """A line holds what was written, or it is none."""
    ledger, entries = folder / "parts.jsonl", batches_in(folder)
    for place in range(len(ledger_lines(folder)[0])):
        flip(ledger, place)
        found = batches_in(folder)
        assert {batch: found[batch] for batch in found if found[batch] != entries[batch]} == {}
        assert 2 in found
        flip(ledger, place)


@pytest.mark.parametrize("line", [b"[]", b"7", b'"part"', b"null", b"{}", b"\xff\xfe", b"\0" * 100, b""])
def test_a_line_that_is_no_batch_is_none(folder: Path, line: bytes) -> None:
    """Whatever it is; all batches remain."""
    with (folder / "parts.jsonl").open("ab") as ledger:
        ledger.write(line + b"\n")
    check_resumes(folder, brief_reference(), plan=brief())
    assert len(ledger_lines(folder)) == 3


def test_a_batch_that_is_listed_twice_counts_once(folder: Path) -> None:
    """Two equal lines are one batch."""
    lines = ledger_lines(folder)
    (folder / "parts.jsonl").write_bytes(b"".join(lines + lines[:1]))
    assert open_study(folder).n_completed == 6
    check_resumes(folder, brief_reference(), plan=brief())


def test_files_without_a_line_are_no_batch(folder: Path) -> None:
    """They are written anew."""
    (folder / "parts.jsonl").unlink()
    assert (open_study(folder).n_completed, open_study(folder).complete) == (0, False)
    run(brief(), folder)
    check_whole(folder, brief_reference())


# The manifest


def test_a_flipped_bit_anywhere_in_the_manifest_is_found(folder: Path) -> None:
    """No study is ever continued as another one."""
    path = folder / "manifest.json"
    for place in range(path.stat().st_size):
        flip(path, place)
        with pytest.raises(InputError):
            read_manifest(folder)
        flip(path, place)
    assert open_study(folder).verify() == []


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "7", "{}", '{"format": 1}', "\0"])
def test_a_damaged_manifest_is_refused(folder: Path, content: str) -> None:
    """In one sentence, and nothing is changed."""
    (folder / "manifest.json").write_text(content, encoding="utf-8")
    (problem,) = problems_of_running(folder)
    assert ("damaged" in problem or "format None" in problem, str(folder) in problem) == (True, True)
    with pytest.raises(InputError):
        open_study(folder)


def test_a_manifest_of_version_01_is_continued(folder: Path) -> None:
    """Its design has a key ``ask``; nothing is computed or written again."""

    def with_former_key(manifest: dict[str, Any]) -> None:
        manifest["design"]["ask"] = manifest["design"].pop("endpoints")

    change_manifest(folder, with_former_key)
    assert '"ask"' in (folder / "manifest.json").read_text(encoding="utf-8")
    assert open_study(folder).design.endpoints == ()
    before = footprint(folder)
    run(brief(), folder)
    assert footprint(folder) == before
    run(brief(endpoints=["plasma_k < 3.5"]), folder)
    assert open_study(folder).design.endpoints == ("plasma_k < 3.5",)
    check_whole(folder, brief_reference())


def test_a_manifest_of_a_later_format_is_refused(folder: Path) -> None:
    """It says which is read here."""
    data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**data, "format": 2}), encoding="utf-8")
    (problem,) = problems_of_running(folder)
    assert "has format 2; this version reads 1" in problem


@pytest.mark.parametrize("name", ["python", "sim-mg", "numpy", "numba", "llvmlite"])
def test_other_versions_are_refused_where_something_is_missing(folder: Path, name: str) -> None:
    """Replicates of one study come of one making; a finished study may be opened and run again."""
    change_manifest(folder, lambda manifest: manifest["versions"].update({name: "0.0.1"}))
    run(brief(), folder)
    (folder / "parts.jsonl").write_bytes(b"".join(ledger_lines(folder)[:2]))
    (problem,) = problems_of_running(folder)
    assert f"begun with other versions: {name} 0.0.1 in the folder, " in problem


def test_other_versions_where_a_file_is_damaged_leave_the_rest_alone(folder: Path) -> None:
    """The batch is reported, and not computed with other versions."""
    change_manifest(folder, lambda manifest: manifest["versions"].update(numpy="0.0.1"))
    spoil(folder / FILES[0])
    with pytest.raises(StudyError, match=r"batch 0 \(replicates 0 to 1\): VersionError: .*0\.0\.1"):
        run(brief(), folder)
    assert sorted(batches_in(folder)) == [1, 2]


def test_another_machine_is_no_other_version(folder: Path) -> None:
    """Results have the same bits on every kind."""
    change_manifest(folder, lambda manifest: manifest["versions"].update(machine="vax"))
    (folder / "parts.jsonl").write_bytes(b"".join(ledger_lines(folder)[:2]))
    check_resumes(folder, brief_reference(), plan=brief())


# Other designs

OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "seed": ({"seed": 1}, "seed: 0 in the folder, 1 given"),
    "fewer": ({"replicates": 5}, "replicates: 6 in the folder, 5 given; with --extend"),
    "more": ({"replicates": 7}, "replicates: 6 in the folder, 7 given; with --extend"),
    "first": ({"first_replicate": 3}, "first_replicate: 0 in the folder, 3 given"),
    "duration": ({"duration": "12 hour"}, 'duration: "6.0 hour" in the folder, "12.0 hour" given'),
    "variables": ({"variables": ["plasma_k"]}, "variables: "),
    "arm": ({"conditions": ["baseline", "gitelman"]}, "conditions severe-magnesium-loss: "),
    "arm more": (
        {"conditions": ["baseline", "severe-magnesium-loss", "gitelman"]},
        "conditions gitelman: nothing in the folder",
    ),
    "noise": ({"noise": False}, "noise: true in the folder, false given"),
    "parameter": ({"parameters": {"pump_half_mg": "0.12 mM"}}, "parameters.pump_half_mg: nothing in"),
    "cells": ({"snapshots": None}, "snapshots: "),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), OTHERS.values(), ids=OTHERS.keys())
def test_another_design_is_refused(folder: Path, changes: dict[str, Any], message: str) -> None:
    """The difference is shown, and nothing is touched."""
    found = problems_of_running(folder, **changes)
    assert [problem for problem in found if f"{folder} holds another study; {message}" in problem] != []


def test_a_condition_that_was_changed_is_refused(folder: Path) -> None:
    """What differs is named by arm and key."""
    changed = load("severe-magnesium-loss").revised(without=["romk-mg-block"])
    (problem,) = problems_of_running(folder, conditions=["baseline", changed])
    assert "conditions severe-magnesium-loss.without: [] in the folder, " in problem


def test_another_order_of_arms_is_another_study(folder: Path) -> None:
    """The first is what the others are compared with, and digests depend on the order."""
    assert problems_of_running(folder, conditions=ARMS[::-1]) == [
        f"{folder} holds another study; order of conditions: "
        f"{json.dumps(ARMS)} in the folder, {json.dumps(ARMS[::-1])} given"
    ]


def test_what_changes_no_result_may_change(folder: Path) -> None:
    """Title, description, name and endpoints are replaced; no batch is done again."""
    before = footprint(folder, {0, 1, 2})
    changes: dict[str, Any] = {"title": "New", "name": "new", "endpoints": ["plasma_k < 3.5"]}
    assert run(brief(**changes), folder).design.endpoints == ("plasma_k < 3.5",)
    assert open_study(folder).design.title == "New"
    assert footprint(folder, {0, 1, 2}) == before
    check_whole(folder, brief_reference())


def test_differences_are_brief() -> None:
    """Long values are cut, equal ones not shown."""
    assert design_differences({"a": 1, "b": "x" * 100}, {"a": 1, "b": None, "c": {"d": 2}}) == [
        'b: "' + "x" * 56 + " … in the folder, nothing given",
        'c: nothing in the folder, {"d": 2} given',
    ]


# Other users of the folder


def test_a_study_that_is_being_run_is_refused(folder: Path) -> None:
    """Nothing of it changes, not even by a design that would extend it."""
    with locked(folder):
        for options in ({}, {"extend": True}):
            before = footprint(folder)
            with pytest.raises(InputError, match="is in use by another process"):
                run(brief(replicates=8), folder, **options)
            assert footprint(folder) == before
    run(brief(), folder)


def test_reading_a_study_that_is_being_run_is_fine(folder: Path) -> None:
    """Findings need no lock."""
    with locked(folder):
        assert open_study(folder).verify() == []


@pytest.mark.parametrize("content", ["notes.txt", ".git", "courses"])
def test_a_folder_with_something_else_is_refused(tmp_path: Path, content: str) -> None:
    """A study begins in a folder of its own."""
    (tmp_path / content).write_text("mine", encoding="utf-8")
    (problem,) = problems_of_running(tmp_path)
    assert "exists and holds no study" in problem


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """Or above it."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for place, message in (
        ("file", "holds no study"),
        ("file/study", "cannot be written: Not a directory"),
    ):
        with pytest.raises(InputError, match=message):
            run(brief(), tmp_path / place)


def test_a_study_begins_where_one_was_killed_in_its_first_moments(tmp_path: Path) -> None:
    """A lock and a draft of a manifest are all that is left then."""
    (tmp_path / ".lock").touch()
    (tmp_path / ".manifest.json-abcdefgh").write_text("{", encoding="utf-8")
    run(brief(), tmp_path, size=2)
    check_whole(tmp_path, brief_reference())


def test_drafts_of_a_shard_within_are_left_alone(folder: Path) -> None:
    """Another process may be writing them."""
    shard = folder / "shard-1-of-2"
    (shard / "courses").mkdir(parents=True)
    drafts = [
        shard / ".manifest.json-x",
        shard / ".parts.jsonl-x",
        shard / "courses/.part-00000.parquet-x",
    ]
    ours = [
        folder / ".manifest.json-x",
        folder / ".parts.jsonl-x",
        folder / "cells/.part-00000.parquet-x",
    ]
    for draft in drafts + ours:
        draft.touch()
    run(brief(), folder)
    assert sorted(leftovers(folder)) == sorted(drafts)


# Disks that are full or cannot be written


def refused(number: int) -> Callable[..., Any]:
    """A function that the system refuses to carry out."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize(
    ("number", "workers"), [(errno.ENOSPC, 1), (errno.ENOSPC, 2), (errno.EDQUOT, 1), (errno.EIO, 1)]
)
def test_a_full_disk_ends_in_one_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, workers: int
) -> None:
    """It says what is kept and how to continue, which works once there is room again."""
    real, left = os.fsync, iter(range(8))

    def fill(file: int) -> None:
        if next(left, None) is None:
            refused(number)()
        real(file)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fill)
        with pytest.raises(StudyError) as failure:
            run(brief(), tmp_path, size=2, workers=workers)
    assert str(failure.value) == (
        f"{tmp_path}: {os.strerror(number)}. All 1 finished batches are kept; "
        f"once it can be written again: sim study run {tmp_path}"
    )
    assert (len(batches_in(tmp_path)), leftovers(tmp_path)) == (1, [])
    check_resumes(tmp_path, brief_reference(), plan=brief())


def test_a_ledger_that_is_full_is_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that fits only in part is removed again."""
    (folder / "parts.jsonl").write_bytes(b"".join(ledger_lines(folder)[:2]))
    before = ledger_lines(folder)
    with monkeypatch.context() as patch:
        real = os.write
        patch.setattr(os, "write", lambda file, line: real(file, line[:100]))
        with pytest.raises(StudyError, match=os.strerror(errno.ENOSPC)):
            run(brief(), folder)
    assert ledger_lines(folder) == before
    check_resumes(folder, brief_reference(), plan=brief())


def test_a_full_disk_at_the_start_of_going_on_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged batch is removed from the ledger when that can be written; all others are kept."""
    spoil(folder / FILES[0])
    before = footprint(folder)
    with monkeypatch.context() as patch:
        patch.setattr("os.fdopen", refused(errno.ENOSPC))
        with pytest.raises(StudyError, match="All 2 finished batches are kept"):
            run(brief(), folder)
    assert footprint(folder) == before
    run(brief(), folder)
    check_whole(folder, brief_reference())


def test_a_file_that_may_not_grow_ends_in_one_error(tmp_path: Path) -> None:
    """The system itself cuts the ledger off."""
    place = tmp_path / "study"
    code = (
        f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({LEDGER_LIMIT}, {LEDGER_LIMIT}))\n"
        f"try: run(brief(replicates=40), Path({str(place)!r}), size=2)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    out = said(code)
    done = len(batches_in(place))
    assert out.startswith(f"StudyError {place}: ")
    assert f"All {done} finished batches are kept" in out
    assert (0 < done < 20, leftovers(place)) == (True, [])
    assert all(line.endswith(b"\n") for line in ledger_lines(place))
    check_resumes(
        place, run(brief(replicates=40), tmp_path / "whole").digest(), plan=brief(replicates=40)
    )


LEDGER_LIMIT = 9000
"""Bytes that hold any file of a batch, and the lines of some batches."""


def mounted(options: str, place: Path, code: str) -> str:
    """What code prints that sees another file system at a place, in a name space of its own."""
    shell = f'mount {options} {place} && exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", shell, "sh"]
    probe = [*command, sys.executable, "-c", ""]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    return said(code, *command)


def test_a_disk_that_is_really_full_ends_in_one_error(tmp_path: Path) -> None:
    """Finished batches are whole on it; with room the study is continued to the same end."""
    disk = tmp_path / "disk"
    disk.mkdir()
    code = (
        f"import shutil; place, plan = Path({str(disk / 'study')!r}), brief(replicates=40)\n"
        f"try: run(plan, place, size=2, workers=2)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        f"shutil.copytree(place, {str(tmp_path / 'saved')!r})"
    )
    out = mounted("-t tmpfs -o size=200k none", disk, code)
    saved = tmp_path / "saved"
    done = len(batches_in(saved))
    assert out == (
        f"StudyError {disk / 'study'}: No space left on device. All {done} finished batches are kept; "
        f"once it can be written again: sim study run {disk / 'study'}\n"
    )
    assert (0 < done < 20, leftovers(saved)) == (True, [])
    check_resumes(
        saved, run(brief(replicates=40), tmp_path / "whole").digest(), plan=brief(replicates=40)
    )


@pytest.mark.parametrize("begun", [False, True])
def test_a_file_system_that_cannot_be_written_is_refused(folder: Path, begun: bool) -> None:
    """In one sentence, for a new study and for one that was begun."""
    (folder / "parts.jsonl").unlink()
    place = folder if begun else folder / "new"
    before = footprint(folder)
    code = (
        f"try: run(brief(), Path({str(place)!r}), size=2)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    out = mounted(f"--bind -o ro {folder}", folder, code)
    assert out == f"InputError {place} cannot be written: Read-only file system\n"
    assert footprint(folder) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("begun", [False, True])
def test_a_folder_that_may_not_be_written_is_refused(folder: Path, begun: bool) -> None:
    """Likewise."""
    (folder / ".lock").unlink()
    folder.chmod(0o500)
    place = folder if begun else folder / "new"
    with pytest.raises(InputError, match="cannot be written: Permission denied"):
        run(brief(), place)
    folder.chmod(0o700)


@pytest.mark.parametrize("what", ["pathlib.Path.mkdir", "fcntl.flock", "os.fdopen"])
def test_a_study_that_may_not_begin_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """Whether its folder, its lock or its manifest cannot be made."""
    plan = brief()
    with monkeypatch.context() as patch:
        patch.setattr(what, refused(errno.EPERM))
        with pytest.raises(InputError, match=re.escape(f"{tmp_path / 'study'} cannot be ")) as refusal:
            run(plan, tmp_path / "study", size=2)
    assert str(refusal.value).endswith("written: Operation not permitted")
    assert {path.name for path in tmp_path.rglob("*")} <= {"study", ".lock"}
    run(brief(), tmp_path / "study", size=2)
    check_whole(tmp_path / "study", brief_reference())


def test_making_a_folder_makes_those_above(tmp_path: Path) -> None:
    """And leaves one that is there."""
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert list(tmp_path.rglob("*")) == [tmp_path / "a", tmp_path / "a" / "b"]


# Nothing is unpickled


def test_no_module_of_studies_unpickles_anything() -> None:
    """A study from anywhere can be opened: its folder holds text and tables."""
    texts = {
        path.name: path.read_text(encoding="utf-8") for path in Path(sim.study.__path__[0]).rglob("*.py")
    }
    loads = re.compile(
        r"import.*pickle|from\s+(cloud)?pickle|read_pickle|allow_pickle|joblib|shelve|marshal"
    )
    assert {name: found for name, text in texts.items() if (found := loads.findall(text))} == {}


def test_opening_a_study_unpickles_nothing(original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even within the libraries that read its tables."""
    for name in ("load", "loads", "Unpickler", "_Unpickler"):
        monkeypatch.setattr(pickle, name, refused(errno.EPERM))
    study = open_study(original)
    assert study.verify() == []
    assert min(len(bits(table)) for table in (study.courses, study.cases, study.cells)) > 0
    assert study.digest() == brief_reference()
    assert isinstance(study, Study)
