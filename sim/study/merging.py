"""Joining shards, so that the study is as if it had been run in one piece."""

import os
from pathlib import Path

from sim.errors import InputError, StudyError
from sim.study.archive import job_in, other_making, outdated, writing
from sim.study.batches import Job
from sim.study.store import (
    Store,
    create_store,
    differences,
    is_study,
    locked,
)
from sim.study.study import Study


def merge_study(folder: str | os.PathLike[str]) -> Study:
    """Join the shards of a study in their folder, as if it had been run there in one piece.

    Raises
    ------
    InputError
        If there are no shards, or they are not of one study.
    StudyError
        If parts are missing or damaged; what is there is merged, and the rest can be run.
    """
    home = Path(folder)
    shards = [Store(path) for path in sorted(home.glob("shard-*-of-*")) if is_study(path)]
    if not shards:
        raise InputError([f"{home} holds no shards; run some with --shard 1/N"])
    first = shards[0].manifest
    problems = [
        f"{shard.folder}: {text}"
        for shard in shards
        for text in differences(first["design"], shard.manifest["design"])
        + other_making(first, shard.manifest)
    ]
    if problems:
        raise InputError(problems)
    with locked(home):
        store = Store(home) if is_study(home) else create_store(home, {**first, "shard": None})
        job = job_in(store, None)
        unlike = [*differences(store.manifest["design"], first["design"]),
                  *other_making(store.manifest, first)]  # fmt: skip
        if unlike:
            raise InputError([f"{home} holds another study than its shards; {text}" for text in unlike])
        with writing(store, "merge"):
            store.sweep()
            store.forget([*store.damaged(), *outdated(store, job, None)])
            for shard in shards:
                _take(store, shard, job)
    missing = [part for part in range(job.parts) if part not in store.entries]
    if missing:
        raise StudyError(
            f"{len(missing)} parts are missing or damaged: {_some(missing)}. What is there is merged; "
            f"to do the rest here: sim study run {home}"
        )
    return Study(home)


def _take(store: Store, shard: Store, job: Job) -> None:
    """Copy into a study what a shard of it has and it lacks."""
    unfit = {entry.part for entry in (*shard.damaged(), *outdated(shard, job, None))}
    for entry in shard.entries.values():
        if entry.part not in unfit and entry.part not in store.entries:
            files = {table: entry.path(shard.folder, table).read_bytes() for table in entry.files}
            store.add(entry, files)


def _some(numbers: list[int]) -> str:
    """List numbers, not too many."""
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
