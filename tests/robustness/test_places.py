"""Names out of files are names; nothing outside the folder of a study or a run is written or removed."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import InputError, SimError
from sim.study.design import read_design
from sim.study.parts import TABLES
from sim.study.store import LEDGER
from sim.system.checksums import sealed
from sim.system.names import name_problem
from tests.cli.commands import call
from tests.robustness.hostile import Outside, copied
from tests.study.study_tools import batches_of_size, brief

EVIL = ("../evil", "/evil", "..", ".", "", "a/b", "..\\evil", "C:evil", ".hidden", "x" * 300, "a\0b",
        "\x1b[31m", " evil", "evil\n", "\ud800")  # fmt: skip
GOOD = ("baseline", "my study", "naïve-hypokalaemia", "治療", "K < 3.5", "a.b", "-")


@pytest.mark.parametrize("name", EVIL)
def test_what_is_no_name_is_refused(name: str) -> None:
    assert name_problem(name)
    with pytest.raises(InputError, match="name: "):
        read_design({"name": name, "conditions": ["baseline"]})
    with pytest.raises(InputError, match="name: "):
        read_design({"conditions": [{"name": name, "duration": "1 day"}]})


@pytest.mark.parametrize("name", GOOD)
def test_names_in_any_script_are_accepted(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil"])
def test_a_design_called_like_a_path_writes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    Path("evil.toml").write_text(f'name = "{name}"\nconditions = ["baseline"]\nreplicates = 1\n')
    assert call("study", "run", "evil.toml").exit_code == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["home", "evil.toml"]


@pytest.mark.parametrize("condition", ["../../etc/passwd", "/etc/passwd", "../baseline"])
def test_a_condition_is_a_name_or_a_toml_file(condition: str) -> None:
    with pytest.raises(InputError, match="no condition is called"):
        sim.load(condition)


# Ledgers


def with_line(folder: Path, **changes: Any) -> None:
    """Change the first line of a ledger and seal it again."""
    lines = [json.loads(line) for line in (folder / LEDGER).read_bytes().splitlines()]
    lines[0] |= changes
    (folder / LEDGER).write_text("".join(json.dumps(sealed(line)) + "\n" for line in lines))


@pytest.mark.parametrize(
    "table", ["../evil", "/evil", "../../precious", "courses/../../evil", "other", ""]
)
def test_merging_writes_only_known_tables(table: str, study_folder: Path, outside: Outside) -> None:
    with copied(study_folder, outside.case) as whole:
        study = outside.case / "merged"
        study.mkdir()
        shard = study / "shard-1-of-1"
        whole.rename(shard)
        shutil.copytree(shard, whole)  # So that it can be removed at the end.
        files = {table: "0" * 64}
        with_line(shard, files=files)
        with pytest.raises(SimError):
            sim.merge_study(study)
        outside.check()
        assert {path.name for path in study.iterdir() if path.is_dir()} <= {
            "shard-1-of-1", "courses", "cases", "cells"
        }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"part": -1},
        {"part": 10**9},
        {"units": [0, 10**9]},
        {"units": [2, 4]},
        {"files": {}},
        {"digests": []},
    ],
)
def test_lines_that_are_not_of_the_study_do_not_count(
    changes: dict[str, Any], study_folder: Path, outside: Outside
) -> None:
    with copied(study_folder, outside.case) as folder:
        with_line(folder, **changes)
        assert sim.open_study(folder).n_completed == 4
        outside.check()


# Links


@pytest.mark.parametrize(
    "names",
    [("courses",), ("cases",), ("cells",), (LEDGER,), ("manifest.json",), (".lock",),
     (".manifest.json-0123abcd", ".parts.jsonl-0123abcd", "courses/.part-00000.parquet-0123abcd"),
     ("courses/part-00000.parquet",), ("courses/part-00001.parquet",)],
)  # fmt: skip
def test_running_a_study_follows_no_link_within(
    names: tuple[str, ...], study_folder: Path, outside: Outside
) -> None:
    """Its tables lack a batch, so that something has to be written everywhere."""
    with copied(study_folder, outside.case) as folder:
        _put_links(folder, names, outside.home / "precious")
        with batches_of_size(2), suppress(SimError):
            sim.run_study(folder, workers=1)
        outside.check()


def test_findings_and_figures_replace_links(study_folder: Path, outside: Outside) -> None:
    """What only the command writes."""
    names = ("summary.csv", "convergence.png", "probabilities.png", "courses-plasma_k.png", "cells.png")
    with copied(study_folder, outside.case) as folder:
        _put_links(folder, names, outside.home / "precious")
        with batches_of_size(2):
            assert call("study", "run", str(folder), "--workers", "1").exit_code == 0
        assert not any((folder / name).is_symlink() for name in names)
        outside.check()
        assert (outside.home / "precious" / "file").read_text(encoding="utf-8") == "mine"


def _put_links(folder: Path, names: tuple[str, ...], target: Path) -> None:
    """Take a batch from the ledger, and put links in place of files or folders."""
    lines = (folder / LEDGER).read_bytes().splitlines(keepends=True)
    (folder / LEDGER).write_bytes(b"".join(lines[1:]))
    for name in names:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.symlink_to(target if name in TABLES else target / "file")


def test_a_shard_is_not_run_through_a_link(outside: Outside) -> None:
    study = outside.case / "study"
    study.mkdir()
    target = outside.home / "precious" / "empty"
    target.mkdir()
    (study / "shard-1-of-2").symlink_to(target)
    with pytest.raises(InputError, match="is a link"):
        sim.run_study(brief(), study, shard="1/2", workers=1)
    assert list(target.iterdir()) == []


def test_the_users_own_link_to_a_study_is_followed(study_folder: Path, tmp_path: Path) -> None:
    """The folder that was named may be anywhere; only what is in it may not lead away."""
    (tmp_path / "link").symlink_to(study_folder)
    assert sim.open_study(tmp_path / "link").complete


@pytest.mark.parametrize(
    "save",
    [
        lambda run, place: sim.open_result(run).save(place),
        lambda run, place: sim.compare(run, run).save(place),
        lambda _run, place: call("init", str(place)),
        lambda run, place: call("plot", str(run), "sheet", "--out", str(place)),
    ],
    ids=["run", "comparison", "template", "figure"],
)
def test_results_are_not_written_through_a_link(
    save: Callable[[Path, Path], Any], run_folder: Path, outside: Outside
) -> None:
    link = outside.case / "link.png"
    link.symlink_to(outside.home / "precious" / "file")
    with suppress(SimError, FileExistsError):
        save(run_folder, link)
    outside.check()
    assert (outside.home / "precious" / "file").read_text(encoding="utf-8") == "mine"


def test_a_dangling_link_is_not_written_through(outside: Outside) -> None:
    link = outside.case / "template.toml"
    link.symlink_to(outside.home / "precious" / "new")
    call("init", str(link))
    call("study", "init", str(link))
    outside.check()
    assert os.listdir(outside.home / "precious") == ["file"]
