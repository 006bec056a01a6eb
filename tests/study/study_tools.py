"""Shared by the tests of studies: small designs, tasks for executors, processes that may be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from sim.study import job as jobs
from sim.study.batches import BatchResult, run_batch
from sim.study.design import Design, read_design
from sim.study.digests import combined_digest
from sim.study.folder import LOCK
from sim.study.job import Job
from sim.study.manifest import read_manifest, write_manifest
from sim.study.parts import Entry
from sim.study.runner import run_study
from sim.study.store import Store
from sim.study.study import Study

ROOT = Path(__file__).parents[2]
ARMS = ("baseline", "severe-magnesium-loss")

# Designs and how they are run


def design(**changes: Any) -> Design:
    """Sixty-four replicates of five cells in two arms of two days, with cells kept on the first."""
    return read_design({
        "conditions": ARMS, "replicates": 64, "cells": 5, "duration": "2 day", "every": "1 day",
        "variables": ["plasma_k", "plasma_mg", "potential_mean"],
        "snapshots": {"at": ["1 day"], "cells": 3}, **changes,
    })  # fmt: skip


def brief(**changes: Any) -> Design:
    """Six replicates for six hours: three batches of two, computed in no time."""
    return design(**{"replicates": 6, "duration": "6 hour", "every": "6 hour",
                     "snapshots": {"at": ["6 hour"], "cells": 2}, **changes})  # fmt: skip


def run(plan: Design | Path, folder: Path | None = None, *, size: int = 5, **options: Any) -> Study:
    """Run a study whose batches have a few replicates each."""
    with batches_of_size(size):
        return run_study(plan, folder, **{"workers": 1, **options})


@contextmanager
def batches_of_size(size: int) -> Iterator[None]:
    """Divide studies that begin now into batches of a size."""
    before, jobs._batch_size = jobs._batch_size, lambda _: size
    try:
        yield
    finally:
        jobs._batch_size = before


def reference(replicates: int = 64) -> str:
    """Digest of the design or of its first replicates, computed in one piece in this process."""
    return combined_digest(_digests_of_replicates(design())[:replicates])


def brief_reference() -> str:
    """Digest of the brief design, computed in the same way."""
    return combined_digest(_digests_of_replicates(brief()))


def _digests_of_replicates(plan: Design) -> list[str]:
    return _computed(plan.model_dump_json())


@cache
def _computed(plan: str) -> list[str]:
    with TemporaryDirectory() as folder:
        run(read_design(json.loads(plan)), Path(folder), size=1000)
        (batch,) = batches_in(Path(folder)).values()
    return batch.digests


def bits(table: pd.DataFrame, arm: str | None = None, replicates: range | None = None) -> bytes:
    """Everything in a table, or in the rows of an arm and of some replicates, to the bit."""
    if arm is not None:
        table = table[table["condition"] == arm]
    if replicates is not None:
        table = table[table["replicate"].isin(replicates)]
    assert len(table) > 0
    return b"".join(
        table[name].astype(str).str.cat(sep="\n").encode()
        if table[name].dtype.kind not in "if"
        else table[name].to_numpy().tobytes()
        for name in table
    )


# Folders


def batches_in(folder: Path) -> dict[int, Entry]:
    """Parts that are done."""
    return Store(folder).entries


def footprint(folder: Path, only: set[int] | None = None) -> dict[Path, tuple[int, int]]:
    """Which files there are, or those of some batches, and when each was written."""
    numbers = None if only is None else {f"part-{number:05d}" for number in only}
    return {
        path.relative_to(folder): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and (numbers is None or path.stem in numbers)
    }


def leftovers(folder: Path) -> list[Path]:
    """Drafts and other hidden files."""
    return [path for path in folder.rglob(".*") if path.name != LOCK]


def check_whole(folder: Path, digest: str) -> None:
    """A study is complete, all of it right, and no other file is left."""
    study = Study(folder)
    assert (study.complete, study.digest(), study.verify(), leftovers(folder)) == (True, digest, [], [])
    files = {
        path.relative_to(folder)
        for entry in batches_in(folder).values()
        for path in (entry.path(folder, table) for table in entry.files)
    }
    present = {path.relative_to(folder) for path in folder.glob("*/part-*") if path.is_file()}
    assert present == files


def check_resumes(folder: Path, digest: str, **options: Any) -> None:
    """What is stored is right; continuing completes the study and leaves finished batches alone."""
    if (folder / "manifest.json").exists():
        assert Store(folder).damaged() == []
        finished = set(batches_in(folder))
    else:
        finished = set()
    before = footprint(folder, finished)
    run(**{"folder": folder, **options})
    assert footprint(folder, finished) == before
    check_whole(folder, digest)


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest and seal it again."""
    manifest = read_manifest(folder)
    change(manifest)
    write_manifest(folder, manifest)


# Tasks for executors; workers import them from here


def square(task: int) -> int:
    return task * task


def modules(_task: int) -> set[str]:
    """Heavy modules that a worker has loaded."""
    heavy = {"mesa", "matplotlib", "distributed", "click", "pytest"}
    return heavy & set(sys.modules)


def process(_task: int) -> int:
    return os.getpid()


def die(counter: str, deadly: int, task: int) -> int:
    """Kill the worker if this is a certain task, and count how often."""
    if task == deadly:
        with Path(counter).open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def die_once(counter: str, deadly: int, task: int) -> int:
    """Kill the worker the first time a certain task is done."""
    return task if Path(counter).exists() else die(counter, deadly, task)


class AwkwardError(Exception):
    """An error that cannot be taken apart and put together again."""

    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} and {b}")


def fail(task: int) -> Any:
    """Fail in three ways, or not."""
    if task == 1:
        raise ValueError("one is odd")
    if task == 2:
        raise AwkwardError(1, 2)
    return (lambda: None) if task == 3 else task


def run_or_die(job: Job, batch: int, *_: object) -> BatchResult:
    """Run a batch of a study, except the second, which kills its worker."""
    return run_batch(job, die("/dev/null", 1, batch))


def run_or_fail(job: Job, batch: int, *_: object) -> BatchResult:
    """Run a batch of a study, except the second, which fails."""
    if batch == 1:
        raise ArithmeticError("no such replicate")
    return run_batch(job, batch)


# Processes


def begin(code: str, *command: str) -> "subprocess.Popen[str]":
    """Run Python code in a process group of its own; it may import this module."""
    return subprocess.Popen(
        [*command, sys.executable, "-c", f"from tests.study.study_tools import *\n{code}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def said(code: str, *command: str, patience: float = 120.0) -> str:
    """What code in a process of its own prints; it must end well and say nothing else."""
    started = begin(code, *command)
    out, errors = started.communicate(timeout=patience)
    assert (started.returncode, errors) == (0, "")
    return out


def print_progress(progress: Any) -> None:
    """Print how far a study is, for a process that watches."""
    print(progress.completed, flush=True)


def wait_for_replicates(started: "subprocess.Popen[str]", number: int) -> None:
    """Wait until a process that prints its progress has completed some replicates."""
    assert started.stdout is not None
    for line in started.stdout:
        if int(line) >= number:
            return
    raise AssertionError(f"it ended before: {started.communicate()}")


def kill_group(started: "subprocess.Popen[str]") -> None:
    """Kill a process and all that it has started."""
    os.killpg(started.pid, signal.SIGKILL)
    started.communicate()


def alive(group: int) -> list[int]:
    """Processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own_group, *_ = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has ended meanwhile.
        if int(own_group) == group and state not in "ZX":
            found.append(int(path.parent.name))
    return found


def ends_within(group: int, patience: float = 10.0) -> bool:
    """Whether all processes of a group end soon."""
    deadline = time.monotonic() + patience
    while alive(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
