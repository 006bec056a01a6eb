"""Running a study: an executor computes the missing batches, and each is stored as it comes in."""

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sim.conditions.remarks import warn_of
from sim.errors import ExecutorError, InputError, StudyError
from sim.study.batches import BatchResult, run_batch
from sim.study.design import Design, read_design
from sim.study.design_files import load_design
from sim.study.executors.protocol import TaskResult
from sim.study.executors.registry import ExecutorRequest, select_executor
from sim.study.folder import (
    locked,
    make_folder,
    open_or_create,
    outdated_batches,
    write_errors_explained,
)
from sim.study.job import Job, design_of, make_job
from sim.study.manifest import job_from, read_manifest, shard_from
from sim.study.parts import Entry
from sim.study.run_options import run_option_problems, wait_problems
from sim.study.shards import Shard, batches_of
from sim.study.store import Store
from sim.study.study import Study
from sim.system.checksums import checksum
from sim.system.interruption import deferred_interrupt, termination_as_interrupt

PRELOAD = "sim.study.worker_preload"


class Progress(NamedTuple):
    """How far a study is.

    Attributes
    ----------
    completed, total : int
        Members.
    failures : int
        Members in an arm that did not finish.
    errors : int
        Batches that could not be computed.
    """

    completed: int
    total: int
    failures: int
    errors: int

    @property
    def done(self) -> int:
        """Former name of :attr:`completed`, kept for version 0.2."""
        return self.completed

    @property
    def problems(self) -> int:
        """Former name of :attr:`errors`, kept for version 0.2."""
        return self.errors


def run_study(
    design: Design | str | os.PathLike[str],
    folder: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    dask: str | None = None,
    executor: str | None = None,
    shard: Shard | str | None = None,
    threads: int | None = None,
    extend: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Study:
    """Run a study, or what is missing of it; the same call continues one that was stopped.

    Parameters
    ----------
    design : Design or path
        The design, or its TOML file; or the folder of a study to continue.
    folder : path, optional
        Of the study; by default ``results/NAME``.
    workers : int, optional
        Processes; by default one per processor. Results do not depend on it.
    dask : str, optional
        Address of a Dask scheduler, or "local".
    executor : str, optional
        A name in :data:`sim.study.executors.registry.EXECUTORS`; by default the first that suits.
    shard : Shard or str, optional
        Only one shard, such as "3/40", in a folder of its own inside ``folder``; see
        :func:`merge_study`.
    threads : int, optional
        Threads for the cells of a body; by default one, because workers share out the replicates.
    extend : bool
        Whether the design may have more replicates than the study in the folder.
    on_progress : callable, optional
        Called after each batch, and in a single process after each member.

    Warns
    -----
    InputWarning
        Of a valid design that may not do what was meant.

    Raises
    ------
    InputError
        If anything given is invalid, or the folder holds another study; lists every problem.
    StudyError
        If batches could not be computed or stored; all finished ones are kept.
    KeyboardInterrupt
        After Ctrl-C, SIGTERM or SIGHUP; all finished batches are kept.
    """
    request = ExecutorRequest(executor, workers, dask)
    if problems := run_option_problems(request, threads):
        raise InputError(problems)
    design, folder = _read(design, folder)
    own = Shard.read(shard) if isinstance(shard, str) else shard
    if problems := list(wait_problems(design, request, own)):
        raise InputError(problems)
    warn_of(design.remarks, stacklevel=3)
    home = folder / own.folder if own and folder.name != own.folder else folder
    if home != folder and home.is_symlink():
        raise InputError([f"{home} is a link; put a folder in its place, or remove it"])
    threads = threads or (None if workers == 1 else 1)
    with termination_as_interrupt():
        return _run(home, make_job(design, threads=threads), own, request, extend, on_progress)


def _read(
    design: Design | str | os.PathLike[str], folder: str | os.PathLike[str] | None
) -> tuple[Design, Path]:
    """Design and folder of a study, from what was given to run."""
    if not isinstance(design, Design):
        if Path(design).suffix != ".toml":
            home = Path(design).expanduser()
            return read_design(read_manifest(home)["design"]), home
        design = load_design(Path(design))
    return design, Path(folder).expanduser() if folder is not None else Path("results") / design.name


def _run(
    home: Path,
    job: Job,
    shard: Shard | None,
    request: ExecutorRequest,
    extend: bool,
    on_progress: Callable[[Progress], None] | None,
) -> Study:
    """Open or begin a study in its folder, and complete it."""
    make_folder(home)
    with locked(home):
        store = open_or_create(home, job, shard, extend=extend)
        job, shard = job_from(store.manifest, job.threads), shard_from(store.manifest)
        with write_errors_explained(store, "run"):
            store.sweep()
            store.forget([*store.damaged(), *outdated_batches(store, job, shard)])
        _Completion(store, job, batches_of(job, shard), on_progress).run(request)
    return Study(home)


class _Completion:
    """Computes the missing batches of a study and stores them, counting what is done."""

    def __init__(
        self,
        store: Store,
        job: Job,
        batches: Sequence[int],
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.store, self.job, self.on_progress = store, job, on_progress
        self.completed = store.n_completed
        self.total = sum(len(job.members(batch)) for batch in batches)
        self.failures = sum(len(entry.failures) for entry in store.entries.values())
        self.missing = [batch for batch in batches if batch not in store.entries]
        self.errors: list[str] = []

    def run(self, request: ExecutorRequest) -> None:
        """Compute all missing batches.

        Raises
        ------
        StudyError
            If some could not be computed.
        """
        self._report()
        try:
            with closing(self._results(request)) as results:
                for batch, result, error in results:
                    if result is None:
                        self.errors.append(f"batch {batch} ({self._replicates(batch)}): {error}")
                    else:
                        self._keep(batch, result)
                    self._report()
        except ExecutorError as error:
            self.errors.append(str(error))
        if self.errors:
            folder = self.store.folder
            raise StudyError(
                "\n".join(self.errors)
                + f"\n{self.completed} of {self.total} members are kept in {folder}; "
                f"to try the rest again: sim study run {folder}"
            )

    def _results(self, request: ExecutorRequest) -> Generator[TaskResult[BatchResult], None, None]:
        """Results of the missing batches, by the executor that was asked for."""
        if not self.missing:
            return
        executor = select_executor(request, len(self.missing), PRELOAD)
        function = self._run_and_report if executor.in_process else partial(run_batch, self.job)
        with closing(executor.run(function, self.missing)) as results:
            yield from results

    def _run_and_report(self, batch: int) -> BatchResult:
        """Run a batch in this process, and report after each member."""
        members = iter(range(1, len(self.job.members(batch)) + 1))
        return run_batch(self.job, batch, lambda: self._report(next(members)))

    def _report(self, more: int = 0) -> None:
        """Report progress, with some more members of the batch that is running."""
        if self.on_progress is not None:
            completed = self.completed + more
            self.on_progress(Progress(completed, self.total, self.failures, len(self.errors)))

    def _keep(self, batch: int, result: BatchResult) -> None:
        """Store a batch; Ctrl-C waits until it is complete."""
        members = self.job.members(batch)
        entry = Entry(
            batch=batch,
            members=(members.start, members.stop),
            files={table: checksum(content) for table, content in result.files.items()},
            digests=result.digests,
            failures=result.failures,
        )
        with deferred_interrupt(), write_errors_explained(self.store, "run"):
            self.store.add(entry, result.files)
        self.completed += len(members)
        self.failures += len(result.failures)

    def _replicates(self, batch: int) -> str:
        """Name the replicates of a batch."""
        design, members = design_of(self.job), self.job.members(batch)
        first, last = design.member(members.start)[0], design.member(members.stop - 1)[0]
        return f"replicate {first}" if first == last else f"replicates {first} to {last}"
