"""Running a study: what is missing is handed to an engine, and every part is kept as it comes in."""

import json
import os
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sim.conditions.plan import MAX_THREADS
from sim.errors import ExecutorError, InputError, StudyError
from sim.study.archive import Shard, job_in, opened, outdated, parts_of, share_in, writing
from sim.study.batches import Job, Part, job_of, run_part
from sim.study.dask_executor import LOCAL, on_dask
from sim.study.design import Design, load_design, read_design
from sim.study.executors import Done, in_pool, in_process
from sim.study.store import (
    Entry,
    Store,
    checksum,
    locked,
    make_folder,
    read_manifest,
)
from sim.study.study import Study
from sim.system.interruption import deferred_interrupt
from sim.system.processors import usable_processors


class Progress(NamedTuple):
    """How far a study is: bodies and parts done of all, cases that failed, parts done again."""

    done: int
    total: int
    failures: int
    problems: int


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
        If anything given is invalid, or the folder holds another study; lists every problem.
    StudyError
        If parts could not be done or kept. All finished parts stay; the same call goes on.
    KeyboardInterrupt
        The same holds.
    """
    if not isinstance(design, Design):
        if Path(design).suffix == ".toml":
            design = load_design(Path(design))
        else:
            folder = Path(design)
            design = read_design(read_manifest(folder)["design"])
    share = Shard.read(shard) if isinstance(shard, str) else shard
    if problems := engine_problems(workers, threads, dask):
        raise InputError(problems)
    home = Path(folder) if folder is not None else Path("results") / design.name
    home = home / share.folder if share and home.name != share.folder else home
    threads = threads or (None if workers == 1 else 1)
    job = job_of(design, threads=threads)
    make_folder(home)
    with locked(home):
        store = opened(home, job, share, extend)
        job, share = job_in(store, threads), share_in(store)
        with writing(store, "run"):
            store.sweep()
            store.forget([*store.damaged(), *outdated(store, job, share)])
        _complete(store, job, share, workers, dask, on_progress)
    return Study(home)


def engine_problems(workers: object, threads: object, dask: str | None) -> list[str]:
    """Say which numbers of workers and threads, and which address, cannot be."""
    problems = [
        f"{name} = {value!r}; give a whole number, 1 to {MAX_THREADS}"
        for name, value in (("workers", workers), ("threads", threads))
        if value is not None and not (isinstance(value, int) and 1 <= value <= MAX_THREADS)
    ]
    if dask is not None and dask != LOCAL and "://" not in dask:
        problems.append(f'dask = {dask!r}; give "local" or an address such as tcp://host:8786')
    return problems


def _complete(
    store: Store,
    job: Job,
    share: Shard | None,
    workers: int | None,
    dask: str | None,
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Do all parts that are missing, and keep them."""
    parts = parts_of(job, share)
    total = sum(len(job.units(part)) for part in parts)
    done = sum(stop - start for start, stop in (entry.units for entry in store.entries.values()))
    failures = sum(len(entry.failures) for entry in store.entries.values())
    missing = [part for part in parts if part not in store.entries]
    problems: list[str] = []

    def tell(bodies: int = 0) -> None:
        if on_progress is not None:
            on_progress(Progress(done + bodies, total, failures, len(problems)))

    tell()
    try:
        with closing(_outcomes(job, missing, workers, dask, tell)) as outcomes:
            for task, part, problem in outcomes:
                if part is None:
                    problems.append(f"part {task} ({_bodies(job, task)}): {problem}")
                else:
                    _keep(store, job, task, part)
                    done += len(job.units(task))
                    failures += len(part.failures)
                tell()
    except ExecutorError as error:
        problems.append(str(error))
    if problems:
        raise StudyError(
            "\n".join(problems)
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
    with deferred_interrupt() as request, writing(store, "run"):
        store.add(entry, part.files)
    request.check()


def _bodies(job: Job, part: int) -> str:
    """Name the replicates of a part."""
    design = read_design(json.loads(job.design))
    units = job.units(part)
    first, last = design.unit(units.start)[0], design.unit(units.stop - 1)[0]
    return f"replicate {first}" if first == last else f"replicates {first} to {last}"
