"""The cell as an agent."""

import mesa

from sim.agents.membership import TissueAgent
from sim.agents.tissue_view import TissueView
from sim.parameters import CELL_TYPES
from sim.physiology.cell_state import CellState, CellTraits, Membrane
from sim.physiology.fluid import Fluid
from sim.quantities.units import THERMAL_VOLTAGE
from sim.tissue.context import cell_type_of
from sim.tissue.edits import EXCHANGED, check_value
from sim.tissue.equations import rates_of_cell
from sim.tissue.membranes import cell_water, membrane_of_cell

NA, K = (EXCHANGED.index(name) for name in ("na", "k"))


class CellAgent(TissueAgent):
    """A cell.

    Attributes
    ----------
    na_in, k_in, mg_free : float
        Na, K and free Mg in cell water [mM]. Assigning ``na_in`` or ``k_in`` exchanges them
        for H. Values that no cell can have are refused with an :class:`~sim.errors.InputError`; see
        :data:`sim.tissue.edits.BOUNDS`.
    potential : float
        Membrane potential [mV].
    pump_capacity, k_leak, na_leak : float
        Relative to the typical cell's, without fluctuation [1]; assign to change them.
    cell_type : str
        Such as "muscle" or "red_cell".
    size, expression : float
        Size relative to the typical cell's, and pump sites relative to normal [1].
    """

    def __init__(self, model: mesa.Model, view: TissueView, column: int) -> None:
        super().__init__(model, view)
        self.column = column

    def fluxes(self, fluid: Fluid) -> CellState:
        """Rates of change of this cell's state in a fluid [mmol per L of reference water and h].

        A subclass may define its own law here, which ``engine="agents"`` calls.
        """
        view = self._view
        return rates_of_cell(view.time, view.cells, self.column, fluid, view.context)

    @property
    def membrane(self) -> Membrane:
        """Concentrations, potential and fluxes; see :class:`~sim.physiology.cell.Membrane`."""
        view = self._view
        return membrane_of_cell(view.time, view.cells, self.column, view.fluid, view.context)

    @property
    def water(self) -> float:
        """Cell water relative to reference water [1]."""
        view = self._view
        return cell_water(view.cells, view.fluid, view.context, self.column)

    @property
    def na_in(self) -> float:
        """Na in cell water [mM]."""
        return self._amount(NA) / self.water

    @na_in.setter
    def na_in(self, value: float) -> None:
        self._set_concentration(NA, value)

    @property
    def k_in(self) -> float:
        """K in cell water [mM]."""
        return self._amount(K) / self.water

    @k_in.setter
    def k_in(self, value: float) -> None:
        self._set_concentration(K, value)

    @property
    def mg_free(self) -> float:
        """Free Mg in cell water [mM]."""
        return self.membrane.mg_free

    @property
    def potential(self) -> float:
        """Membrane potential [mV]."""
        return self.membrane.u * THERMAL_VOLTAGE

    @property
    def cell_type(self) -> str:
        """Type of the cell, from :data:`~sim.parameters.CELL_TYPES`."""
        return CELL_TYPES[cell_type_of(self.column, self._view.context)]

    @property
    def kind(self) -> str:
        """Former name of :attr:`cell_type`, kept for version 0.2."""
        return self.cell_type

    @property
    def expression(self) -> float:
        """Pump sites relative to normal [1]."""
        return float(self._view.cells[CellState._fields.index("expression"), self.column])

    @property
    def size(self) -> float:
        """Size relative to the typical cell's [1]; fixed from the start."""
        return self._trait("size")

    @property
    def pump_capacity(self) -> float:
        """Pump capacity relative to the typical cell's [1]."""
        return self._trait("pump_capacity")

    @pump_capacity.setter
    def pump_capacity(self, value: float) -> None:
        self._set_trait("pump_capacity", value)

    @property
    def k_leak(self) -> float:
        """K leak relative to the typical cell's [1]."""
        return self._trait("k_leak")

    @k_leak.setter
    def k_leak(self, value: float) -> None:
        self._set_trait("k_leak", value)

    @property
    def na_leak(self) -> float:
        """Na leak relative to the typical cell's [1]."""
        return self._trait("na_leak")

    @na_leak.setter
    def na_leak(self, value: float) -> None:
        self._set_trait("na_leak", value)

    def _amount(self, state: int) -> float:
        return float(self._view.cells[state, self.column])

    def _set_concentration(self, state: int, value: float) -> None:
        name, tissue = f"{EXCHANGED[state]}_in", self._view.editable_tissue()
        present, water = self._amount(state), self.water
        value = check_value(name, self.column, value, present / water)
        tissue.add_to_cell(self.column, state, value * water - present)

    def _trait(self, name: str) -> float:
        return float(self._view.context.traits[CellTraits._fields.index(name), self.column])

    def _set_trait(self, name: str, value: float) -> None:
        tissue = self._view.editable_tissue()
        tissue.set_trait(self.column, CellTraits._fields.index(name), value)
