"""Variables of cells in compiled code, made of the readers that declare them.

:data:`~sim.variables.table.PER_CELL` says how a variable is read from a cell. Compiled code cannot look
a function up in a table, so the readers become branches of one function, a loop over cells each; the
text of that function follows from the table.
"""

from collections.abc import Callable
from typing import Any, Final

from sim.numerics.jit import law
from sim.numerics.layout import element_reader
from sim.physiology.cell_state import Membrane, fluctuated
from sim.physiology.cell_traits import Rows, read_state_at, read_traits_at
from sim.tissue.context import Array
from sim.tissue.membranes import CONCENTRATIONS, POTENTIALS
from sim.variables.observation import Cell
from sim.variables.table import PER_CELL
from sim.variables.variable import CellReader

NO_MEMBRANE, ITS_CONCENTRATIONS, ITS_POTENTIAL, WHOLE_MEMBRANE = range(4)
"""How much of the membranes a variable needs."""

_READERS: Final = {name: variable.read for name, variable in PER_CELL.items() if name != "type"}
"""Readers of all variables that are numbers."""
CELL_VARIABLES: Final = tuple(_READERS)
"""Names of the compiled variables; compiled code knows them by their place here."""

_read_membrane_at = element_reader(Membrane)


@law
def _cell_at(i: int, membranes: Rows, states: Rows, traits: Rows, fraction: float) -> Cell:
    """Cell at a place of named rows; what its reader does not use is not computed."""
    return Cell(
        membrane=_read_membrane_at(membranes, i),
        state=read_state_at(states, i),
        traits=fluctuated(read_traits_at(traits, i), fraction),
        types=0,
    )


def _loops_over(readers: list[CellReader]) -> Callable[[int, Rows, Rows, Rows, float, Array], None]:
    """Make the function that writes the variable of a number for all cells of some rows."""
    lines = ["def write_values(variable, membranes, states, traits, fraction, out):"]
    for number in range(len(readers)):
        lines += [
            f"    if variable == {number}:",
            "        for i in range(out.size):",
            f"            out[i] = read_{number}(cell_at(i, membranes, states, traits, fraction))",
        ]
    scope: dict[str, Any] = {"cell_at": _cell_at}
    scope |= {f"read_{number}": law(read) for number, read in enumerate(readers)}
    exec(compile("\n".join(lines), "<variables of cells>", "exec"), scope)
    made: Callable[..., None] = law(scope["write_values"])
    return made


write_values = _loops_over(list(_READERS.values()))
"""``write_values(variable, membranes, states, traits, fraction, out)``, for compiled code."""


class _Noting:
    """A record whose fields are NaN, which notes which of them are read."""

    def __init__(self) -> None:
        self.noted: set[str] = set()

    def __getattr__(self, name: str) -> float:
        self.noted.add(name)
        return float("nan")


def membrane_needed(variable: str) -> int:
    """How much of the membranes a variable needs, from :data:`NO_MEMBRANE` on."""
    membrane: Any = _Noting()
    _READERS[variable](Cell(membrane=membrane, state=_Noting(), traits=_Noting(), types=None))
    if not membrane.noted:
        return NO_MEMBRANE
    if membrane.noted <= set(CONCENTRATIONS):
        return ITS_CONCENTRATIONS
    return ITS_POTENTIAL if membrane.noted <= set(POTENTIALS) else WHOLE_MEMBRANE
