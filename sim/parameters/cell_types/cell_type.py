"""What is declared of a cell type."""

from typing import Any, NamedTuple


class CellType(NamedTuple):
    """A cell type: its name in columns and parameters, its title, and its own parameters.

    ``parameters`` is a named tuple with the parameters of :class:`~sim.parameters.cell.CellParameters`
    in which the type differs from skeletal muscle, and ``share``, its share of all cell water. It is
    empty for skeletal muscle, which has the share that the others leave.
    """

    name: str
    title: str
    parameters: tuple[Any, ...]
