"""What is declared of a variable: unit, meaning, reference range, and the function that reads it."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, NamedTuple

from sim.variables.observation import Cell, Cells, Observation

Reader = Callable[[Observation], Any]
"""Takes recorded rows and returns a column."""
CellReader = Callable[[Cell], Any]
"""Takes a cell and returns a number; plain arithmetic, because it is compiled."""


@dataclass(frozen=True)
class Variable:
    """Unit, meaning, and reference range in healthy adults, from textbooks; NaN if there is none."""

    unit: str
    meaning: str
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class RecordedVariable(Variable):
    """A column of a run's table."""

    _: KW_ONLY
    read: Reader


class Statistic(NamedTuple):
    """A statistic of one variable over the cells of a type.

    ``suffix`` ends the name of its column, ``words`` its meaning; ``read`` takes cells and the variable.
    """

    suffix: str
    words: str
    read: Callable[[Cells, str], Any]


def percentile(percent: int) -> Statistic:
    """Make the statistic of a percentile, one of :data:`PERCENTILES`."""
    words = f"{percent}th percentile"
    return Statistic(f"p{percent}", words, lambda cells, name: cells.percentile(name, percent))


MEAN = Statistic("mean", "mean", lambda cells, name: cells.mean(name))
SD = Statistic("sd", "SD", lambda cells, name: cells.sd(name))
PERCENTILES = (5, 25, 50, 75, 95)


class Summary(NamedTuple):
    """Statistics of a variable that a run records, of muscle cells and of every other type."""

    of_muscle: tuple[Statistic, ...] = ()
    of_others: tuple[Statistic, ...] = ()


NOT_SUMMARISED = Summary()


@dataclass(frozen=True)
class CellVariable(Variable):
    """A column of a table of cells, and the statistics of it that are columns of a run's table.

    ``read`` is called with arrays for a table of cells and compiled for the rows of a run.
    """

    _: KW_ONLY
    read: CellReader
    summary: Summary = NOT_SUMMARISED
