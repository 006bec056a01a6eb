"""What a recorded variable is read from: the rows that a run has recorded, and its cells.

A run keeps the numbers of every row as they are; readers are called once, when the run's table is made,
and get columns: each number below is an array with one value a row. Readers see these protocols only;
:mod:`sim.simulation.observation` provides them. Records of state are typed ``Any`` because they are
declared on the same floor (:mod:`sim.physiology`) or above it.
"""

from typing import Any, NamedTuple, Protocol

from sim.parameters import Parameters


class Cell(NamedTuple):
    """A cell, or many: numbers in compiled code, arrays with one value a cell in a table of cells."""

    membrane: Any
    """Concentrations, potential and fluxes, a :class:`~sim.physiology.cell_state.Membrane`."""
    state: Any
    """State, a :class:`~sim.physiology.cell_state.CellState`."""
    traits: Any
    """Traits with fluctuation, a :class:`~sim.physiology.cell_state.CellTraits`."""
    types: Any
    """Type, a :class:`pandas.Categorical`; in a table of cells only."""


class Cells(Protocol):
    """Statistics of the cells of one type, columns; NaN if there are no cells."""

    def mean(self, variable: str) -> Any:
        """Return the mean of a variable of :data:`~sim.variables.table.PER_CELL`."""

    def sd(self, variable: str) -> Any:
        """Return its standard deviation over all cells."""

    def percentile(self, variable: str, percent: int) -> Any:
        """Return one of :data:`~sim.variables.variable.PERCENTILES`."""


class Signs(Protocol):
    """Clinical signs, columns."""

    @property
    def pressure(self) -> Any:
        """Mean arterial pressure [mmHg]."""

    @property
    def qtc(self) -> Any:
        """QTc [ms]."""

    def margin(self, cell_type: str) -> Any:
        """Return threshold minus mean membrane potential of muscle or heart cells [mV]."""


class Observation(Protocol):
    """Recorded rows of a tissue. What no reader asks for is not recorded."""

    @property
    def parameters(self) -> Parameters:
        """Parameters of the model."""

    @property
    def fluid(self) -> Any:
        """Extracellular fluid, a :class:`~sim.physiology.fluid.Fluid` of columns."""

    @property
    def body(self) -> Any:
        """State of the body, a :class:`~sim.physiology.body_state.BodyState` of columns."""

    @property
    def totals(self) -> Any:
        """Amounts in the whole body [mmol], a :class:`~sim.tissue.audit.Totals` of columns."""

    @property
    def audit(self) -> Any:
        """Relative imbalances [1], a :class:`~sim.tissue.audit.Audit` of columns."""

    @property
    def signs(self) -> Signs:
        """Clinical signs."""

    def cells(self, cell_type: str) -> Cells:
        """Return the cells of a type."""

    def plasma(self, ion: str) -> Any:
        """Return the ionised plasma concentration of an ion, by its symbol in lower case [mM]."""

    def plasma_total(self, ion: str) -> Any:
        """Return the plasma concentration of Mg or Ca, ionised, complexed and bound [mM]."""

    def flow(self, route: str, ion: str) -> Any:
        """Return intake, urine or stool of an ion, the mean since the row before [mmol/day].

        In the first row it is the flow of the moment.
        """
