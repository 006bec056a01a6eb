"""Locks hold between processes, are freed when a process dies, and need no help of the file system."""

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.system.locks import LockedError, file_lock
from tests.cli.commands import child_environment

HOLD = """
import errno, fcntl, os, sys
from pathlib import Path
from sim.system.locks import file_lock
if {number}:
    def refuse(*_):
        raise OSError({number}, "no locks here")
    fcntl.flock = refuse
with file_lock(Path({path!r}), temporary=True):
    print("held", flush=True)
    sys.stdin.read(1) or os._exit(1)
"""
NO_LOCKS = [0, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK]
"""No error, and those of file systems that cannot lock."""


@pytest.fixture(params=NO_LOCKS, ids=lambda number: errno.errorcode.get(number, "flock"))
def number(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Error of the file system of this process, too."""
    found: int = request.param

    def refuse(*_: Any) -> None:
        raise OSError(found, "no locks here")

    if found:
        monkeypatch.setattr(fcntl, "flock", refuse)
    return found


def holder(path: Path, number: int) -> "subprocess.Popen[str]":
    """Process that holds a lock until it may end."""
    code = HOLD.format(path=str(path), number=number)
    started = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=child_environment(),
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def test_one_process_holds_a_lock(tmp_path: Path, number: int) -> None:
    """Another is refused until it is released, and leaves no file then."""
    path = tmp_path / ".lock"
    with holder(path, number) as process:
        with pytest.raises(LockedError), file_lock(path):
            pytest.fail("two hold it")
        process.communicate("x")
    with file_lock(path, temporary=True):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path, number: int) -> None:
    path = tmp_path / ".lock"
    with holder(path, number) as process:
        process.kill()
    with file_lock(path, temporary=True):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_thread_of_this_process_is_refused_too(tmp_path: Path, number: int) -> None:
    with file_lock(tmp_path / ".lock"), pytest.raises(LockedError), file_lock(tmp_path / ".lock"):
        pytest.fail("two hold it")
    with file_lock(tmp_path / ".lock"):
        pass
    assert number in NO_LOCKS


def test_a_link_in_place_of_a_lock_is_refused(tmp_path: Path) -> None:
    """What it points to is not touched."""
    (tmp_path / "precious").write_text("text")
    (tmp_path / ".lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)), file_lock(tmp_path / ".lock"):
        pytest.fail("a link was followed")
    assert (tmp_path / "precious").read_text() == "text"


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"), file_lock(tmp_path / "none" / ".lock"):
        pytest.fail("there is no folder")
