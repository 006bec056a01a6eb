"""How large a run is: rows, memory, disk and time, estimated before it starts.

The numbers of :class:`Size` are rough: within a factor of two or three on a machine of 2024.
"""

from typing import NamedTuple

from sim.quantities.units import HOURS_PER_DAY

SECONDS_WITHOUT_NOISE, SECONDS_WITH_NOISE, DOUBLING_CELLS = 2.5e-4, 1.5e-3, 90
"""Rough time to simulate a day of a small body without and with noise [s], and the number of cells
that doubles it. The batches of a study depend on them; to change them means other batches."""
SECONDS_PER_ROW = 1e-4
"""Time to record a row of all variables [s]."""
SECONDS_PER_DAY, SECONDS_PER_YEAR = 86400.0, 365.0 * 86400.0
PROGRAM_BYTES = 3.5e8
"""Memory of the program itself, with its compiled code [B]."""
BYTES_PER_CELL = 350
"""Upper bound of the memory that a cell takes while a run records [B]."""
BYTES_PER_ROW = 6000
"""Memory of a row of all variables, in the recorder and in the table [B]."""
BYTES_PER_SNAPSHOT_CELL = 150
"""Memory of a cell in a snapshot [B]."""
DISK_PER_ROW, DISK_PER_SNAPSHOT_CELL = 1000, 120
"""Space on disk [B]; Parquet compresses, so it is less."""
DISK_OF_FIGURE = 1_000_000
"""Space of a figure and of provenance, generously [B]."""
MAX_ROWS = 200_000
"""Largest number of rows of a run: every half hour for eleven years."""
MAX_SNAPSHOTS = 10_000
"""Largest number of snapshots of cells."""
SNAPSHOT_CELLS = 10_000
"""Largest number of cells in one snapshot, about."""


class Size(NamedTuple):
    """Size of a run or of a study.

    Attributes
    ----------
    hours : float
        Simulated time of all bodies together [h].
    rows : int
        Rows of tables.
    memory : float
        Memory of a process [B].
    disk : float
        Space on disk [B].
    seconds : float
        Time on one processor [s].
    """

    hours: float
    rows: int
    memory: float
    disk: float
    seconds: float


def seconds_for(days: float, cells: int, noise: bool) -> float:
    """Rough time to simulate a body for some days [s]."""
    daily = SECONDS_WITH_NOISE if noise else SECONDS_WITHOUT_NOISE
    return days * daily * (1.0 + cells / DOUBLING_CELLS)


def size_of_run(hours: float, rows: int, snapshots: int, cells: int, noise: bool) -> Size:
    """Size of a run.

    Parameters
    ----------
    hours : float
        Its duration [h].
    rows, snapshots : int
        Number of rows and of snapshots of cells.
    cells : int
        Number of cells.
    noise : bool
        Whether they fluctuate.
    """
    kept = snapshots * min(cells, SNAPSHOT_CELLS)
    return Size(
        hours=hours,
        rows=rows,
        memory=PROGRAM_BYTES
        + cells * BYTES_PER_CELL
        + rows * BYTES_PER_ROW
        + kept * BYTES_PER_SNAPSHOT_CELL,
        disk=rows * DISK_PER_ROW + kept * DISK_PER_SNAPSHOT_CELL + DISK_OF_FIGURE,
        seconds=seconds_for(hours / HOURS_PER_DAY, cells, noise) + rows * SECONDS_PER_ROW,
    )


def bytes_in_words(number: float) -> str:
    """Write a number of bytes with a unit, at least a megabyte."""
    number = max(1.0, number / 1e6)
    for unit in ("MB", "GB", "TB"):
        if number < 1000.0:
            return f"{number:.3g} {unit}"
        number /= 1000.0
    return f"{number:,.0f} PB"


def time_in_words(seconds: float) -> str:
    """Write a rough length of time with the unit that suits it."""
    if seconds < 1.0:
        return "less than a second"
    for limit, unit, length in (
        (120.0, "s", 1.0),
        (7200.0, "min", 60.0),
        (2 * SECONDS_PER_DAY, "h", 3600.0),
        (2 * SECONDS_PER_YEAR, "days", SECONDS_PER_DAY),
    ):
        if seconds < limit:
            number = seconds / length
            return f"about {number:.2g} {unit}" if number < 10.0 else f"about {number:.0f} {unit}"
    return f"about {seconds / SECONDS_PER_YEAR:,.0f} years"
