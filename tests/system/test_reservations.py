"""A place that is reserved is written by one process; what killed ones left is removed, nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from sim.system.files import new_folder, write_reserved
from sim.system.locks import LockedError
from sim.system.reservations import draft_of, reserved
from tests.cli.commands import child_environment

HOLD = """
import os, sys
from pathlib import Path
from sim.system.reservations import draft_of, reserved
for name in {names!r}:
    held = reserved(Path(name))
    held.__enter__()
    draft_of(Path(name)).mkdir()
    (draft_of(Path(name))).write_text("half of a file")
print("held", flush=True)
sys.stdin.read(1)
os._exit(1)
"""


def holder(*places: Path) -> "subprocess.Popen[str]":
    """Process that writes to some places and never finishes."""
    started = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(names=[str(place) for place in places])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=child_environment(),
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def test_a_place_is_reserved_by_one_process_and_what_it_leaves_is_swept(tmp_path: Path) -> None:
    """Also by a reservation of another name beside it, but not while the process lives."""
    living, dead = tmp_path / "living", tmp_path / "dead"
    with holder(living) as one, holder(dead, tmp_path / "also dead") as two:
        with pytest.raises(LockedError), reserved(living):
            pytest.fail("two have it")
        two.kill()
        two.wait()
        with new_folder(tmp_path / "other") as draft:
            (draft / "file").write_text("text")
        left = {path.name for path in tmp_path.iterdir()}
        assert {name for name in left if "dead" in name} == set()
        assert len([name for name in left if name.startswith(".living-")]) == 2
        one.kill()
    with reserved(living):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_only_drafts_and_locks_are_swept(tmp_path: Path) -> None:
    """Neither links nor other hidden files, and nothing that a link points to."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("text")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / ".a-0123abcd.sim-draft").symlink_to(outside)
    (folder / ".b-0123abcd.sim-draft").mkdir()
    (folder / ".b-0123abcd.sim-draft" / "link").symlink_to(outside)
    kept = [".hidden", ".b-settings", ".b-0123abcd", "b-0123abcd.sim-draft", ".b-xyz.sim-draft"]
    for name in kept:
        (folder / name).write_text("text")
    write_reserved(folder / "b", b"content")
    assert {path.name for path in folder.iterdir()} == {"b", ".a-0123abcd.sim-draft", *kept}
    assert (outside / "precious").read_text() == "text"


def test_a_place_in_use_may_be_written_by_who_reserved_it(tmp_path: Path) -> None:
    """Drafts are known as such only under a reservation."""
    place = tmp_path / "deep" / "folder"
    assert not draft_of(place).name.endswith(".sim-draft")
    with reserved(place):
        assert draft_of(place).name.endswith(".sim-draft")
        with new_folder(place) as draft:
            (draft / "file").write_text("text")
    assert [path.name for path in place.parent.iterdir()] == ["folder"]


def test_a_reservation_that_is_not_used_leaves_nothing(tmp_path: Path) -> None:
    """Not even the folders that were made for it."""
    with reserved(tmp_path / "a" / "b" / "c"):
        assert (tmp_path / "a" / "b").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_long_names_have_drafts_and_locks_of_their_own(tmp_path: Path) -> None:
    """Names of 255 bytes leave no room for more; two with the same beginning are still two."""
    one, two = tmp_path / ("ä" * 127), tmp_path / ("ä" * 126)
    with reserved(one), reserved(two):
        for place in (one, two):
            write_reserved(place, b"content")
    assert {path.name for path in tmp_path.iterdir()} == {one.name, two.name}
