"""Files and folders are complete or not there."""

import os
from pathlib import Path

import pytest

from sim.system.files import new_folder, write_atomically


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content in (b"first", b"second"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    folder = tmp_path / "parent" / "folder"
    with new_folder(folder) as draft:
        (draft / "file").write_text("text")
        assert not folder.exists()
    assert (folder / "file").read_text() == "text"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_failure_leaves_no_folder(tmp_path: Path) -> None:
    def write_half() -> None:
        with new_folder(tmp_path / "folder") as draft:
            (draft / "file").write_text("text")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError, match="exists already"), new_folder(tmp_path):
        pytest.fail("nothing may be written")
