"""Running a study: what is missing is handed to an engine, and every part is kept as it comes in."""

import json
import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sim.faults import InputError
from sim.interruption import deferred_interrupt
from sim.planning import MOST_THREADS
from sim.study.dask_engine import LOCAL, on_dask
from sim.study.design import Design, load_design, read_design
from sim.study.engines import Done, EngineError, in_pool, in_process, usable_processors
from sim.study.findings import Study
from sim.study.parts import Job, Part, job_of, run_part
from sim.study.store import (
    Entry,
    Store,
    checksum,
    create_store,
    differences,
    is_study,
    locked,
    make_folder,
    read_manifest,
)
from sim.versions import versions

MOST_SHARDS = 100_000


class StudyError(RuntimeError):
    """A study that did not end with everything; says what is kept and what failed."""


class Progress(NamedTuple):
    """How far a study is: bodies and parts done of all, cases that failed, parts done again."""

    done: int
    total: int
    failures: int
    faults: int


class Shard(NamedTuple):
    """One of several equal shares of a study, counted from one."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> "Shard":
        """Read text such as "3/40"."""
        number, _, of = text.partition("/")
        if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARDS:
            return cls(int(number), int(of))
        raise InputError([f"shard {text!r}: write it like 3/40, the third of forty"])

    @property
    def folder(self) -> str:
        """Name of the shard's folder in that of the study."""
        return f"shard-{self.number:0{len(str(self.of))}d}-of-{self.of}"


def run_study(
    design: Design | str | os.PathLike[str],
    folder: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    dask: str | None = None,
    shard: Shard | str | None = None,
    threads: int | None = None,
    extend: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Study:
    """Run a study, or what is missing of it.

    Parameters
    ----------
    design : Design or path
        What to do, or a TOML file that says it; or the folder of a study that was begun, to go on with
        it.
    folder : path, optional
        Where everything is kept; by default ``results/NAME``. If the study is there already, only
        missing and damaged parts are done.
    workers : int, optional
        Processes; by default one a processor. With one, all is done in this process. Results do not
        depend on it.
    dask : str, optional
        Address of a Dask scheduler, or "local".
    shard : Shard or str, optional
        Only one of several shares, such as "3/40", into a folder of its own inside ``folder``; see
        :func:`merge_study`.
    threads : int, optional
        Threads for the cells of a body; by default one, for workers share out the bodies.
    extend : bool
        Whether the design may have more replicates than the study in the folder.
    on_progress : callable, optional
        Called after each part, and in this process after each body.

    Returns
    -------
    Study
        The findings.

    Raises
    ------
    InputError
        If anything given is at fault, or the folder holds another study; lists every fault.
    StudyError
        If parts could not be done or kept. All finished parts stay; the same call goes on.
    KeyboardInterrupt
        The same holds.
    """
    if not isinstance(design, Design):
        if Path(design).suffix == ".toml":
            design = load_design(design)
        else:
            folder = Path(design)
            design = read_design(read_manifest(folder)["design"])
    share = Shard.read(shard) if isinstance(shard, str) else shard
    if faults := engine_faults(workers, threads, dask):
        raise InputError(faults)
    home = Path(folder) if folder is not None else Path("results") / design.name
    home = home / share.folder if share and home.name != share.folder else home
    threads = threads or (None if workers == 1 else 1)
    job = job_of(design, threads=threads)
    make_folder(home)
    with locked(home):
        store = _opened(home, job, share, extend)
        job, share = _job_in(store, threads), _share_in(store)
        with _writing(store, "run"):
            store.sweep()
            store.forget([*store.damaged(), *_outdated(store, job, share)])
        _complete(store, job, share, workers, dask, on_progress)
    return Study(home)


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
    faults = [
        f"{shard.folder}: {text}"
        for shard in shards
        for text in differences(first["design"], shard.manifest["design"])
        + _other_making(first, shard.manifest)
    ]
    if faults:
        raise InputError(faults)
    with locked(home):
        store = Store(home) if is_study(home) else create_store(home, {**first, "shard": None})
        job = _job_in(store, None)
        unlike = [*differences(store.manifest["design"], first["design"]),
                  *_other_making(store.manifest, first)]  # fmt: skip
        if unlike:
            raise InputError([f"{home} holds another study than its shards; {text}" for text in unlike])
        with _writing(store, "merge"):
            store.sweep()
            store.forget([*store.damaged(), *_outdated(store, job, None)])
            for shard in shards:
                _take(store, shard, job)
    missing = [part for part in range(job.parts) if part not in store.entries]
    if missing:
        raise StudyError(
            f"{len(missing)} parts are missing or damaged: {_some(missing)}. What is there is merged; "
            f"to do the rest here: sim study run {home}"
        )
    return Study(home)


def _other_making(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Say why results of two manifests of one design do not belong together."""
    unlike = _other_versions(a["versions"], b["versions"])
    names = {"bodies_per_part": "parts of another size", "points": "other parameter sets"}
    return unlike + [text for key, text in names.items() if a[key] != b[key]]


def _other_versions(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Say which versions differ that results may depend on."""
    return [
        f"{name} {old.get(name)} in the folder, {version} here"
        for name, version in new.items()
        if name != "machine" and old.get(name) != version
    ]


def _take(store: Store, shard: Store, job: Job) -> None:
    """Copy into a study what a shard of it has and it lacks."""
    unfit = {entry.part for entry in (*shard.damaged(), *_outdated(shard, job, None))}
    for entry in shard.entries.values():
        if entry.part not in unfit and entry.part not in store.entries:
            files = {table: entry.path(shard.folder, table).read_bytes() for table in entry.files}
            store.add(entry, files)


def engine_faults(workers: object, threads: object, dask: str | None) -> list[str]:
    """Say which numbers of workers and threads, and which address, cannot be."""
    faults = [
        f"{name} = {value!r}; give a whole number, 1 to {MOST_THREADS}"
        for name, value in (("workers", workers), ("threads", threads))
        if value is not None and not (isinstance(value, int) and 1 <= value <= MOST_THREADS)
    ]
    if dask is not None and dask != LOCAL and "://" not in dask:
        faults.append(f'dask = {dask!r}; give "local" or an address such as tcp://host:8786')
    return faults


def _opened(home: Path, job: Job, share: Shard | None, extend: bool) -> Store:
    """Open the study's folder, or begin it."""
    design = json.loads(job.design)
    manifest = {
        "design": design,
        "points": json.loads(job.points),
        "bodies_per_part": job.bodies_per_part,
        "shard": list(share) if share else None,
        "versions": json.loads(job.made_with),
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
    if not is_study(home):
        return create_store(home, manifest)
    store = Store(home)
    old = store.manifest["design"]
    more = extend and old["replicates"] < design["replicates"]
    unlike = differences({**old, "replicates": design["replicates"]} if more else old, design)
    if unlike:
        grows = not differences({**old, "replicates": design["replicates"]}, design)
        hint = "; with --extend, replicates are added to those that are there" if grows else ""
        raise InputError([f"{home} holds another study; {text}{hint}" for text in unlike])
    stale = _other_versions(store.manifest["versions"], versions())
    if stale and len(store.entries) < _job_in(store, None).parts:
        raise InputError([f"{home} was begun with other versions: {text}" for text in stale])
    if more or any(old.get(key) != design[key] for key in design):
        with _writing(store, "run"):
            store.restart({**store.manifest, "design": design})
    return store


def _job_in(store: Store, threads: int | None) -> Job:
    """Job that a study's folder holds."""
    m = store.manifest
    return Job(
        json.dumps(m["design"]),
        json.dumps(m["points"]),
        m["bodies_per_part"],
        json.dumps(m["versions"]),
        threads,
    )


def _share_in(store: Store) -> Shard | None:
    """Share of the study that a folder is for."""
    share = store.manifest["shard"]
    return Shard(*share) if share else None


def _outdated(store: Store, job: Job, share: Shard | None) -> list[Entry]:
    """Parts that hold other bodies than they should now, as the last one does when a study grows."""
    units = {part: (job.units(part).start, job.units(part).stop) for part in _parts_of(job, share)}
    return [entry for entry in store.entries.values() if units.get(entry.part) != entry.units]


def _parts_of(job: Job, share: Shard | None) -> range:
    """Parts that are to be done: all of them, or every n-th."""
    return range(share.number - 1, job.parts, share.of) if share else range(job.parts)


def _complete(
    store: Store,
    job: Job,
    share: Shard | None,
    workers: int | None,
    dask: str | None,
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Do all parts that are missing, and keep them."""
    parts = _parts_of(job, share)
    total = sum(len(job.units(part)) for part in parts)
    done = sum(stop - start for start, stop in (entry.units for entry in store.entries.values()))
    failures = sum(len(entry.failures) for entry in store.entries.values())
    missing = [part for part in parts if part not in store.entries]
    faults: list[str] = []

    def tell(bodies: int = 0) -> None:
        if on_progress is not None:
            on_progress(Progress(done + bodies, total, failures, len(faults)))

    tell()
    try:
        with closing(_outcomes(job, missing, workers, dask, tell)) as outcomes:
            for task, part, fault in outcomes:
                if part is None:
                    faults.append(f"part {task} ({_bodies(job, task)}): {fault}")
                else:
                    _keep(store, job, task, part)
                    done += len(job.units(task))
                    failures += len(part.failures)
                tell()
    except EngineError as error:
        faults.append(str(error))
    if faults:
        raise StudyError(
            "\n".join(faults)
            + f"\n{done} of {total} bodies are kept in {store.folder}; to try the rest again: "
            f"sim study run {store.folder}"
        )


def _outcomes(
    job: Job,
    missing: list[int],
    workers: int | None,
    dask: str | None,
    tell: Callable[[int], None],
) -> Generator[Done[Part], None, None]:
    """Choose the engine and do parts with it."""
    hands = min(workers or usable_processors(), len(missing))
    if dask is not None and missing:
        return on_dask(partial(run_part, job), missing, dask, workers)
    if hands > 1:
        return in_pool(partial(run_part, job), missing, hands, "sim.study.warm")

    def here(part: int) -> Part:
        bodies = iter(range(1, len(job.units(part)) + 1))
        return run_part(job, part, lambda: tell(next(bodies)))

    return in_process(here, missing)


def _keep(store: Store, job: Job, task: int, part: Part) -> None:
    """Write a part; Ctrl-C waits until it stands."""
    units = job.units(task)
    sums = {table: checksum(content) for table, content in part.files.items()}
    entry = Entry(task, (units.start, units.stop), sums, part.digests, part.failures)
    with deferred_interrupt() as request, _writing(store, "run"):
        store.add(entry, part.files)
    request.check()


@contextmanager
def _writing(store: Store, command: str) -> Iterator[None]:
    """Tell what the disk refuses, that nothing is lost, and how to go on."""
    try:
        yield
    except OSError as error:
        raise StudyError(
            f"{store.folder}: {error.strerror or error}. All {len(store.entries)} finished parts are "
            f"kept; when it can be written again: sim study {command} {store.folder}"
        ) from None


def _bodies(job: Job, part: int) -> str:
    """Name the replicates of a part."""
    design = read_design(json.loads(job.design))
    units = job.units(part)
    first, last = design.unit(units.start)[0], design.unit(units.stop - 1)[0]
    return f"replicate {first}" if first == last else f"replicates {first} to {last}"


def _some(numbers: list[int]) -> str:
    """List numbers, not too many."""
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
