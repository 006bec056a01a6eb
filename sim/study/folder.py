"""The folder of a study: made, locked, opened for a job, and what to do if it cannot be written."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sim.errors import InputError, StudyError
from sim.study.compatibility import design_differences, version_differences
from sim.study.job import Job
from sim.study.manifest import is_study, job_from, new_manifest
from sim.study.parts import Entry
from sim.study.shards import Shard, batches_of
from sim.study.store import Store, create_store, is_draft
from sim.system.locks import LockedError, file_lock
from sim.system.versions import package_versions

LOCK = ".lock"
MAX_DIFFERENCES = 3
"""Differences of designs that are shown."""


def make_folder(folder: Path) -> None:
    """Make the folder of a study, unless it is there.

    Raises
    ------
    InputError
        If it holds something else, or cannot be made.
    """
    try:
        if problems := occupied(folder):
            raise InputError(problems)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([f"{folder} cannot be written: {error.strerror}"]) from None


def occupied(folder: Path) -> list[str]:
    """Say that a place holds something else than a study."""
    if folder.exists() and not is_study(folder) and not _is_free(folder):
        return [f"{folder} exists and holds no study; choose another folder or remove it"]
    return []


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from working on a study; the lock is released when the process ends.

    Raises
    ------
    InputError
        If another process holds the lock, or the folder cannot be written.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(file_lock(folder / LOCK))
        except LockedError:
            raise InputError([f"{folder} is in use by another process"]) from None
        except OSError as error:
            raise InputError([f"{folder} cannot be written: {error.strerror}"]) from None
        yield


def open_or_create(folder: Path, job: Job, shard: Shard | None, *, extend: bool) -> Store:
    """Open the study in a folder for a job, or begin it.

    Parameters
    ----------
    folder : path
        Of the study or of the shard.
    job : Job
        What is to be done. A title, a name or endpoints that differ from the folder's replace them.
    shard : Shard, optional
        Of a study that begins.
    extend : bool
        Whether the job may have more replicates than the study in the folder.

    Raises
    ------
    InputError
        If the folder holds another study, or an unfinished one of other versions.
    """
    if not is_study(folder):
        return create_store(folder, new_manifest(job, shard))
    store = Store(folder)
    old, design = store.manifest["design"], json.loads(job.design)
    resized = {**old, "replicates": design["replicates"]}
    grows = extend and old["replicates"] < design["replicates"]
    if differences := design_differences(resized if grows else old, design):
        hint = "" if design_differences(resized, design) else (
            "; with --extend, replicates are added to those that are there"
        )  # fmt: skip
        raise InputError(_refusals(folder, differences, hint))
    outdated = version_differences(store.manifest["versions"], package_versions())
    if outdated and len(store.entries) < job_from(store.manifest).n_batches:
        raise InputError([f"{folder} was begun with other versions: {text}" for text in outdated])
    if grows or any(old.get(key) != design[key] for key in design):
        with write_errors_explained(store, "run"):
            store.replace_manifest({**store.manifest, "design": design})
    return store


def outdated_batches(store: Store, job: Job, shard: Shard | None) -> list[Entry]:
    """Batches that hold other members than they should now, as the last one does when a study grows."""
    members = {batch: job.members(batch) for batch in batches_of(job, shard)}
    wanted = {batch: (numbers.start, numbers.stop) for batch, numbers in members.items()}
    return [entry for entry in store.entries.values() if wanted.get(entry.batch) != entry.members]


@contextmanager
def write_errors_explained(store: Store, command: str) -> Iterator[None]:
    """Turn an error of the file system into one that says what is kept and how to continue.

    Raises
    ------
    StudyError
        In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise StudyError(
            f"{store.folder}: {error.strerror or error}. All {len(store.entries)} finished batches are "
            f"kept; once it can be written again: sim study {command} {store.folder}"
        ) from None


def _is_free(folder: Path) -> bool:
    """Whether a study may begin in a folder: nothing is there but what a killed beginning left."""
    own = (LOCK, f"{LOCK}-soft")
    return folder.is_dir() and all(path.name in own or is_draft(path) for path in folder.iterdir())


def _refusals(folder: Path, differences: list[str], hint: str) -> list[str]:
    """Say that a folder holds another study, with some of the differences."""
    shown = [f"{folder} holds another study; {text}{hint}" for text in differences[:MAX_DIFFERENCES]]
    left = len(differences) - MAX_DIFFERENCES
    return [*shown, f"and {left} more differences"] if left > 0 else shown
