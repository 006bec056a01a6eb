"""Text out of files is shown as text, and files get the permissions that the user's umask leaves."""

import copy
import json
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import sim
from sim.errors import InputError
from sim.simulation.stored_run import CHECKSUMS
from sim.system.checksums import sealed
from sim.text import printable
from tests.cli.commands import call
from tests.study.study_tools import brief, run

ESCAPES = {
    "colour": "\x1b[31mred",
    "title of the window": "\x1b]0;mine\x07",
    "clearing": "\x1b[2J\x1b[H",
    "eight-bit": "\x9b31m",
    "going back": "safe\b\b\b\bevil",
    "overwriting": "safe\revil",
    "reversal": "\u202egpj.exe",
    "isolate": "\u2067evil",
    "delete": "\x7f",
    "zero": "a\0b",
    "surrogate": "\udc9b31m",
    "line separator": "a\u2028b",
}


def safe(text: str) -> bool:
    """Whether nothing in a text is obeyed by a terminal."""
    return all(c.isprintable() or c in "\n\t" for c in text)


@pytest.mark.parametrize("name", ESCAPES)
def test_what_a_terminal_would_obey_is_escaped(name: str) -> None:
    assert not safe(ESCAPES[name])
    assert safe(printable(ESCAPES[name]))


@pytest.mark.parametrize("text", ["naïve µmol/L Δ²", "a\tb\nc", "\u202f1\u00a0mM", "治療 🧪"])
def test_other_text_is_left_alone(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("name", ESCAPES)
def test_titles_of_runs_are_escaped(name: str, tmp_path: Path) -> None:
    file = tmp_path / "evil.toml"
    text = json.dumps(ESCAPES[name].encode("utf-8", "replace").decode())
    file.write_text(f'duration = "1 day"\ntitle = {text}\ndescription = {text}\n', encoding="utf-8")
    result = call("describe", str(file))
    assert result.exit_code == 0
    assert safe(result.output)


@pytest.mark.parametrize(
    "body",
    [
        '"\\u001b[31m" = 1',
        'duration = "\\u001b[31m day"',
        'duration = "1 day"\nwithout = ["\\u001b[31m"]',
        'duration = "1 day"\n[[treatment]]\nkind = "\\u001b[31m"',
        'duration = "1 day"\n[[diet]]\n"\\u001b[31m" = 1',
        'duration = "1 day"\n[parameters]\n"\\u001b[31m" = 1',
        '"\\u001b[31m\x1b[31m" = 1',
    ],
)
def test_messages_are_escaped_in_commands_and_in_python(body: str, tmp_path: Path) -> None:
    file = tmp_path / "evil.toml"
    file.write_text(body, encoding="utf-8")
    result = call("run", str(file))
    assert result.exit_code == 2
    assert safe(result.output)
    with pytest.raises(InputError) as caught:
        sim.load(file)
    assert safe(str(caught.value))
    for again in (copy.deepcopy(caught.value), pickle.loads(pickle.dumps(caught.value))):
        assert str(again) == str(caught.value)


def test_text_of_sealed_folders_is_escaped(run_folder: Path, study_folder: Path, tmp_path: Path) -> None:
    saved, study = tmp_path / "saved", tmp_path / "study"
    shutil.copytree(run_folder, saved)
    shutil.copytree(study_folder, study)
    provenance = json.loads((saved / "provenance.json").read_text(encoding="utf-8"))
    provenance["condition"]["title"] = provenance["outcome"] = "\x1b[31m"
    (saved / "provenance.json").write_text(json.dumps(sealed(provenance)), encoding="utf-8")
    manifest = json.loads((study / "manifest.json").read_text(encoding="utf-8"))
    manifest["design"]["title"] = "\x1b[31m"
    (study / "manifest.json").write_text(json.dumps(sealed(manifest)), encoding="utf-8")
    for command in (
        ("plot", str(saved), "sheet", "--out", str(tmp_path / "sheet.png")),
        ("study", "show", str(study)),
        ("study", "verify", str(study)),
    ):
        assert safe(call(*command).output), command
    assert safe(repr(sim.open_result(saved)))


def test_failures_of_sealed_folders_are_escaped(study_folder: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(study_folder, study)
    lines = [json.loads(line) for line in (study / "parts.jsonl").read_bytes().splitlines()]
    lines[0]["failures"] = ["\x1b]0;mine\x07"]
    (study / "parts.jsonl").write_text("".join(json.dumps(sealed(line)) + "\n" for line in lines))
    output = call("study", "show", str(study)).output
    assert "1 did not finish" in output
    assert safe(output)


# Permissions


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def check_permissions(folder: Path, mask: int) -> None:
    """Every file and folder has the permissions that a mask leaves."""
    found = {path: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    wanted = {path: (0o777 if path.is_dir() else 0o666) & ~mask for path in found}
    assert found == wanted


@pytest.mark.parametrize("mask", [0o027], ids=oct)
def test_files_get_what_the_umask_leaves(mask: int, run_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with umask(mask):
        home.mkdir()
        saved = sim.open_result(run_folder)
        saved.save(home / "results" / "run", state=True)
        assert saved.tissue is not None
        sim.save_tissue(saved.tissue, home / "tissue.npz")
        for command in (
            ("init", str(home / "condition.toml")),
            ("study", "init", str(home / "study.toml")),
            ("plot", str(home / "results" / "run"), "sheet"),
            ("plot", str(home / "results" / "run"), "plasma_k", "--out", str(home / "k.svg")),
        ):
            assert call(*command).exit_code == 0
    check_permissions(home, mask)


@pytest.mark.parametrize("mask", [0o077], ids=oct)
def test_files_of_studies_and_comparisons_too(mask: int, run_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with umask(mask):
        home.mkdir()
        sim.compare(run_folder, run_folder).save(home / "comparison")
        for number in (1, 2):
            run(brief(), home / "study", size=2, shard=f"{number}/2")
        assert call("study", "merge", str(home / "study")).exit_code == 0
    check_permissions(home, mask)


@pytest.mark.parametrize("mask", [0o002, 0o027], ids=oct)
def test_a_file_that_is_replaced_gets_them_too(mask: int, run_folder: Path, tmp_path: Path) -> None:
    """So it is readable to a group, or not, as the user wants now."""
    file = tmp_path / "tissue.npz"
    tissue = sim.open_result(run_folder).tissue
    assert tissue is not None
    with umask(0o077):
        sim.save_tissue(tissue, file)
    with umask(mask):
        sim.save_tissue(tissue, file)
    assert file.stat().st_mode & 0o777 == 0o666 & ~mask


def test_every_file_of_a_run_has_a_checksum(run_folder: Path) -> None:
    provenance = json.loads((run_folder / "provenance.json").read_text(encoding="utf-8"))
    assert {*provenance[CHECKSUMS], "provenance.json"} == {path.name for path in run_folder.iterdir()}
