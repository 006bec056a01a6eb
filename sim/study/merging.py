"""Merging shards, so that the study is as if it had been run in one piece."""

import os
from collections.abc import Sequence
from pathlib import Path

from sim.errors import InputError, StudyError
from sim.study.compatibility import manifest_differences
from sim.study.folder import locked, outdated_batches, write_errors_explained
from sim.study.job import Job
from sim.study.manifest import is_study, job_from
from sim.study.shards import is_shard_folder
from sim.study.store import Store, create_store
from sim.study.study import Study

MAX_NUMBERS = 10
"""Missing batches that are named."""


def merge_study(folder: str | os.PathLike[str]) -> Study:
    """Merge the shards of a study in their folder, as if it had been run there in one piece.

    Raises
    ------
    InputError
        If there are no shards, or they are not of one study.
    StudyError
        If batches are missing or damaged; what is there is merged, and the rest can be run.
    """
    home = Path(folder)
    shards = _shards_in(home)
    first = shards[0].manifest
    with locked(home):
        store = Store(home) if is_study(home) else create_store(home, {**first, "shard": None})
        if unlike := manifest_differences(store.manifest, first):
            raise InputError([f"{home} holds another study than its shards; {text}" for text in unlike])
        job = job_from(store.manifest)
        with write_errors_explained(store, "merge"):
            store.sweep()
            store.forget([*store.damaged(), *outdated_batches(store, job, None)])
            for shard in shards:
                _copy_batches(store, shard, job)
    missing = [batch for batch in range(job.n_batches) if batch not in store.entries]
    if missing:
        raise StudyError(
            f"{len(missing)} batches are missing or damaged: {_listed(missing)}. What is there is "
            f"merged; to run the rest here: sim study run {home}"
        )
    return Study(home)


def _shards_in(home: Path) -> list[Store]:
    """Shards in the folder of their study, or every problem of them."""
    inside = home.iterdir() if os.path.isdir(home) else ()
    folders = sorted(path for path in inside if is_shard_folder(path.name))
    shards, problems = [], []
    for folder in filter(is_study, folders):
        try:
            shards.append(Store(folder))
        except InputError as error:
            problems += error.problems
    problems += [
        f"{shard.folder}: {text}"
        for shard in shards
        for text in manifest_differences(shards[0].manifest, shard.manifest)
    ]
    if problems:
        raise InputError(problems)
    if not shards:
        raise InputError([f"{home} holds no shards; run some with --shard 1/N"])
    return shards


def _copy_batches(store: Store, shard: Store, job: Job) -> None:
    """Copy into a study the intact batches of a shard that the study lacks."""
    unfit = {entry.batch for entry in outdated_batches(shard, job, None)} | set(store.entries)
    for entry in (entry for entry in shard.ordered() if entry.batch not in unfit):
        try:
            files = {table: shard.parts.content(entry, table) for table in entry.files}
        except InputError:
            continue  # It counts as missing, which the caller reports.
        store.add(entry, files)


def _listed(numbers: Sequence[int]) -> str:
    """List numbers, the first few if there are many."""
    return ", ".join(map(str, numbers[:MAX_NUMBERS])) + (" …" if len(numbers) > MAX_NUMBERS else "")
