"""What a recorded variable is read from: a tissue at a moment, and its cells.

Readers see these protocols only; :mod:`sim.simulation.observation` provides them. Records of state are
typed ``Any`` because they are declared on the same floor (:mod:`sim.physiology`) or above it.
"""

from typing import Any, Protocol

from numpy.typing import NDArray

from sim.parameters import Parameters


class Cells(Protocol):
    """Cells of one type, or of all types, at a moment: arrays with one value per cell."""

    @property
    def types(self) -> Any:
        """Type of each cell, a :class:`pandas.Categorical`."""

    @property
    def membrane(self) -> Any:
        """Concentrations, potential and fluxes, a :class:`~sim.physiology.cell.Membrane` of arrays."""

    @property
    def traits(self) -> Any:
        """Traits with fluctuation, a :class:`~sim.physiology.cell.CellTraits` of arrays."""

    @property
    def state(self) -> Any:
        """State, a :class:`~sim.physiology.cell.CellState` of arrays."""

    def values(self, variable: str) -> NDArray[Any]:
        """Return a variable of :data:`~sim.variables.table.PER_CELL`."""

    def mean(self, variable: str) -> float:
        """Return its mean; NaN if there are no cells."""

    def sd(self, variable: str) -> float:
        """Return its standard deviation over all cells; NaN if there are no cells."""

    def percentile(self, variable: str, percent: int) -> float:
        """Return one of :data:`~sim.variables.variable.PERCENTILES`; NaN if there are no cells."""


class Signs(Protocol):
    """Clinical signs at a moment."""

    @property
    def pressure(self) -> float:
        """Mean arterial pressure [mmHg]."""

    @property
    def qtc(self) -> float:
        """QTc [ms]."""

    def margin(self, cell_type: str) -> float:
        """Return threshold minus mean membrane potential of muscle or heart cells [mV]."""


class Observation(Protocol):
    """A tissue at a moment. Each part is computed when a reader first asks for it, and kept."""

    @property
    def parameters(self) -> Parameters:
        """Parameters of the model."""

    @property
    def fluid(self) -> Any:
        """Extracellular fluid, a :class:`~sim.physiology.cell.Fluid`."""

    @property
    def body(self) -> Any:
        """State of the body, a :class:`~sim.physiology.body_state.BodyState`."""

    @property
    def totals(self) -> Any:
        """Amounts in the whole body [mmol], a :class:`~sim.tissue.audit.Totals`."""

    @property
    def audit(self) -> Any:
        """Relative imbalances [1], a :class:`~sim.tissue.audit.Audit`."""

    @property
    def signs(self) -> Signs:
        """Clinical signs."""

    def cells(self, cell_type: str) -> Cells:
        """Return the cells of a type."""

    def plasma(self, ion: str) -> float:
        """Return the ionised plasma concentration of an ion, by its symbol in lower case [mM]."""

    def plasma_total(self, ion: str) -> float:
        """Return the plasma concentration of Mg or Ca, ionised, complexed and bound [mM]."""

    def flow(self, route: str, ion: str) -> float:
        """Return intake, urine or stool of an ion, the mean since the row before [mmol/day].

        In the first row it is the flow of the moment.
        """
