"""How large a study is: members, hours, memory, disk and time, estimated before it starts."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from sim.conditions.plan import RunPlan
from sim.conditions.size import (
    BYTES_PER_CELL,
    BYTES_PER_SNAPSHOT_CELL,
    DISK_PER_SNAPSHOT_CELL,
    PROGRAM_BYTES,
    SECONDS_PER_YEAR,
    Size,
    bytes_in_words,
    seconds_for,
    time_in_words,
)
from sim.quantities.units import HOURS_PER_DAY
from sim.study.samples import Samples
from sim.study.snapshots import Snapshots

DISK_PER_VALUE = 8
KEY_COLUMNS = 4
"""Columns of the table of courses beside the variables: replicate, sample, condition, day."""
DISK_PER_CASE = 400
"""Space of a member in an arm in the table of cases and in the ledger [B]."""
MEMORY_PER_MEMBER, MEMORY_PER_PARAMETER = 300, 100
"""Memory of a member, and of a value in a parameter set, in the process that keeps the ledger [B]."""
MAX_DISK = 1e13
"""Largest study [B], 10 TB: beyond it a slip of the keyboard is likelier than a computing centre."""
MAX_YEARS, MAX_WAIT_YEARS = 100, 1
"""Longest computation, of one processor and of the workers of one machine [year]."""


class Extent(Protocol):
    """What the size of a study follows from; :class:`~sim.study.design.Design` has it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def replicates(self) -> int:
        """Number of replicates."""

    @property
    def cells(self) -> int:
        """Cells of a body."""

    @property
    def noise(self) -> bool:
        """Whether they fluctuate."""

    @property
    def variables(self) -> tuple[str, ...]:
        """What is recorded."""

    @property
    def samples(self) -> Samples | None:
        """Parameter sets."""

    @property
    def snapshots(self) -> Snapshots | None:
        """Single cells that are kept."""

    @property
    def arms(self) -> list[str]:
        """Names of the arms."""

    @property
    def sets(self) -> int:
        """Number of parameter sets."""

    @property
    def n_members(self) -> int:
        """Number of members."""


def size_of_study(design: Extent, plans: Sequence[RunPlan]) -> Size:
    """Size of a study of which the plans of all arms are given.

    Arms with a common past are simulated once, so that it may take less time.
    """
    members, days = design.n_members, sum(p.condition.duration for p in plans) / HOURS_PER_DAY
    rows = sum(plan.n_rows for plan in plans)
    values = rows * (len(design.variables) + KEY_COLUMNS)
    kept = 0
    if design.snapshots is not None:
        kept = len(plans) * len(design.snapshots.at) * min(design.snapshots.cells, design.cells)
    parameters = design.sets * len(design.samples.ranges) if design.samples else 0
    of_member = values * DISK_PER_VALUE + kept * DISK_PER_SNAPSHOT_CELL + len(plans) * DISK_PER_CASE
    return Size(
        hours=days * HOURS_PER_DAY * members,
        rows=rows * members,
        memory=PROGRAM_BYTES
        + design.cells * BYTES_PER_CELL
        + values * DISK_PER_VALUE
        + kept * BYTES_PER_SNAPSHOT_CELL
        + members * MEMORY_PER_MEMBER
        + parameters * MEMORY_PER_PARAMETER,
        disk=members * of_member,
        seconds=members * seconds_for(days, design.cells, design.noise),
    )


def size_problems(design: Extent, plans: Sequence[RunPlan]) -> Iterator[str]:
    """Say whether a study is larger than anyone can mean."""
    size = size_of_study(design, plans)
    what = f"{design.n_members:,} members in {len(design.arms)} arms"
    if size.seconds > MAX_YEARS * SECONDS_PER_YEAR:
        yield (
            f"{what} take {time_in_words(size.seconds)} of one processor; at most "
            f"{MAX_YEARS} years are allowed: give fewer replicates, parameter sets, cells or "
            "days"
        )
    if size.disk > MAX_DISK:
        yield (
            f"{what} need about {bytes_in_words(size.disk)} on disk; at most {bytes_in_words(MAX_DISK)} "
            "are allowed: give fewer replicates, parameter sets, variables or rows"
        )


def duration_problems(size: Size, workers: int, shards: int) -> Iterator[str]:
    """Say whether a study takes longer than anyone can wait.

    Parameters
    ----------
    size : Size
        Of the study.
    workers : int
        Processes among which it is shared out on one machine.
    shards : int
        Number of machines among which it is shared out before.
    """
    seconds = size.seconds / workers / shards
    if seconds > MAX_WAIT_YEARS * SECONDS_PER_YEAR:
        part = f"a shard of {shards}" if shards > 1 else "the study"
        yield (
            f"{part} takes {time_in_words(seconds)} with workers = {workers}; at most "
            f"{MAX_WAIT_YEARS} year is allowed: give fewer replicates, parameter sets, cells or days, "
            "or share it out among more machines with --shard or --dask"
        )


def machine_remarks(size: Size, workers: int, memory: float, disk: float) -> Iterator[str]:
    """Say what a study may need beyond what a machine has.

    Parameters
    ----------
    size : Size
        Of the study.
    workers : int
        Processes among which it is shared out.
    memory, disk : float
        Memory of the machine and free space at the place of the study [B].
    """
    if (needed := workers * size.memory) > memory:
        yield (
            f"{workers} workers may need {bytes_in_words(needed)} of memory, this machine has "
            f"{bytes_in_words(memory)}; give fewer --workers"
        )
    if size.disk > disk:
        yield (
            f"the study may need {bytes_in_words(size.disk)} on disk, {bytes_in_words(disk)} are free; "
            "give another --out"
        )


def study_in_words(design: Extent, plans: Sequence[RunPlan], workers: int) -> list[str]:
    """Say how large a study is, a line each.

    Parameters
    ----------
    design : Design
        The study.
    plans : sequence of RunPlan
        Of its arms.
    workers : int
        Processes among which it is shared out.
    """
    size = size_of_study(design, plans)
    sets = f" with {design.sets:,} parameter sets" if design.sets > 1 else ""
    time, processes = time_in_words(size.seconds / workers), "workers" if workers > 1 else "worker"
    return [
        f"{design.name}: {design.replicates:,} replicates{sets} of {design.cells:,} cells in "
        f"{len(design.arms)} arms ({', '.join(design.arms)})",
        f"{size.hours:,.6g} simulated hours, {size.rows:,} rows; {time} with {workers} {processes}, "
        f"{bytes_in_words(size.memory)} of memory each and up to "
        f"{bytes_in_words(size.disk)} on disk",
    ]
