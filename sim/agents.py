"""Agents: Mesa's view of the tissue, each a window on one column of it.

An agent holds no copy. Reading an attribute reads the tissue, assigning one changes it and is entered
in the audit. A subclass may bring a rule (``step``, with any engine) or a law of its own (``fluxes``,
``excretion``, with ``engine="agents"``).
"""

import mesa

from sim.body_state import BodyState
from sim.cells import CellState, CellTraits, Fluid, Membrane
from sim.equations import (
    Array,
    Context,
    body_of,
    cells_of,
    excretion_of,
    kind_of,
    rates_of_cell,
    read_body,
    shared_fluid,
)
from sim.ions import BY_NAME, CATIONS
from sim.kidney import Excretion
from sim.laws.osmosis import cell_chloride, cell_osmoles
from sim.membranes import membrane_of_cell
from sim.parameters import CELL_TYPES
from sim.tissue import Tissue
from sim.units import THERMAL_VOLTAGE

NA, K, MG = range(3)


class Window:
    """The state that agents see: the tissue's, or during an evaluation that of a stage."""

    def __init__(self, tissue: Tissue) -> None:
        self.tissue = tissue
        self.show_present()

    def show_present(self) -> None:
        """Show the tissue as it is."""
        self.show(self.tissue.time, self.tissue.y, self.tissue.context)

    def show(self, time: float, y: Array, context: Context) -> None:
        """Show a state, such as a stage of integration."""
        n = context.traits.shape[1]
        self.time, self.context = time, context
        self.cells, self.body = cells_of(y, n), body_of(y, n)

    @property
    def fluid(self) -> Fluid:
        """Extracellular fluid of the state shown."""
        return shared_fluid(self.body, self.context)


class CellAgent(mesa.Agent):  # type: ignore[misc]
    """A cell.

    Attributes
    ----------
    na_in, k_in, mg_free : float
        Na, K and free Mg in cell water [mM]. Assigning ``na_in`` or ``k_in`` exchanges them
        for H.
    potential : float
        Membrane potential [mV].
    pump_capacity, k_leak, na_leak : float
        Over those of the typical cell, fluctuation aside [1]; assign to change them.
    kind : str
        Type of the cell, such as "muscle" or "red_cell".
    size, expression : float
        Size over the typical cell's, and pump sites over normal [1].
    """

    def __init__(self, model: mesa.Model, window: Window, column: int) -> None:
        super().__init__(model)
        self.column = column
        self._window = window

    def step(self) -> None:
        """Act once before each step of the model; a subclass puts its rule here."""

    def fluxes(self, fluid: Fluid) -> CellState:
        """Rates of change of this cell's state in a fluid [mmol per L of reference water and h].

        A subclass may put its own law here; it is asked with ``engine="agents"``.
        """
        w = self._window
        return rates_of_cell(w.time, w.cells, self.column, fluid, w.context)

    @property
    def membrane(self) -> Membrane:
        """Concentrations, potential and fluxes; see :class:`~sim.cells.Membrane`."""
        w = self._window
        return membrane_of_cell(w.time, w.cells, self.column, w.fluid, w.context)

    @property
    def water(self) -> float:
        """Cell water over reference water [1]."""
        na, k, mg, buffered, _ = self._window.cells[:, self.column].tolist()
        context = self._window.context
        rest = context.rest_cells[kind_of(self.column, context)]
        cl = cell_chloride(na, k, mg, buffered, rest.fixed_charge)
        return cell_osmoles(na, k, cl, rest.impermeant) / self._window.fluid.osmolality

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
    def kind(self) -> str:
        """Type of the cell, from :data:`~sim.parameters.CELL_TYPES`."""
        return CELL_TYPES[kind_of(self.column, self._window.context)]

    @property
    def expression(self) -> float:
        """Pump sites over normal [1]."""
        return float(self._window.cells[CellState._fields.index("expression"), self.column])

    @property
    def size(self) -> float:
        """Size over the typical cell's [1]; fixed from the start."""
        return self._trait("size")

    @property
    def pump_capacity(self) -> float:
        """Pump capacity over the typical cell's [1]."""
        return self._trait("pump_capacity")

    @pump_capacity.setter
    def pump_capacity(self, value: float) -> None:
        self._set_trait("pump_capacity", value)

    @property
    def k_leak(self) -> float:
        """K leak over the typical cell's [1]."""
        return self._trait("k_leak")

    @k_leak.setter
    def k_leak(self, value: float) -> None:
        self._set_trait("k_leak", value)

    @property
    def na_leak(self) -> float:
        """Na leak over the typical cell's [1]."""
        return self._trait("na_leak")

    @na_leak.setter
    def na_leak(self, value: float) -> None:
        self._set_trait("na_leak", value)

    def _amount(self, state: int) -> float:
        return float(self._window.cells[state, self.column])

    def _set_concentration(self, state: int, value: float) -> None:
        if not value > 0.0:
            raise ValueError(f"{CellState._fields[state]}_in = {value!r} mM; give more than zero")
        amount = value * self.water - self._amount(state)
        self._window.tissue.add_to_cell(self.column, state, amount)

    def _trait(self, name: str) -> float:
        return float(self._window.context.traits[CellTraits._fields.index(name), self.column])

    def _set_trait(self, name: str, value: float) -> None:
        if not 0.0 <= value < float("inf"):
            raise ValueError(f"{name} = {value!r}; give zero or more")
        self._window.tissue.set_trait(self.column, CellTraits._fields.index(name), value)


class ExtracellularAgent(mesa.Agent):  # type: ignore[misc]
    """The fluid that all cells share; its attributes are those of :class:`~sim.cells.Fluid`."""

    def __init__(self, model: mesa.Model, window: Window) -> None:
        super().__init__(model)
        self._window = window

    def step(self) -> None:
        """Act once before each step of the model; a subclass puts its rule here."""

    @property
    def fluid(self) -> Fluid:
        """Concentrations [mM], volume [L] and osmolality [mosm/L]."""
        return self._window.fluid

    @property
    def na(self) -> float:
        """Plasma Na [mM]."""
        return self.fluid.na

    @property
    def k(self) -> float:
        """Plasma K [mM]."""
        return self.fluid.k

    @property
    def mg(self) -> float:
        """Ionised plasma Mg [mM]."""
        return self.fluid.mg

    @property
    def volume(self) -> float:
        """Extracellular volume [L]."""
        return self.fluid.volume

    def inject(self, ion: str, amount: float) -> None:
        """Add the chloride salt of an ion at once.

        Parameters
        ----------
        ion : str
            "sodium", "potassium" or "magnesium".
        amount : float
            Amount [mmol]; less than zero takes it away.
        """
        if ion not in (cation.name for cation in CATIONS):
            raise ValueError(f"{ion!r} cannot be injected; give sodium, potassium or magnesium")
        self._window.tissue.add_to_fluid(CATIONS.index(BY_NAME[ion]), amount)


class RenalAgent(mesa.Agent):  # type: ignore[misc]
    """The kidney, with the hormone and the transporters that govern it."""

    def __init__(self, model: mesa.Model, window: Window) -> None:
        super().__init__(model)
        self._window = window

    def step(self) -> None:
        """Act once before each step of the model; a subclass puts its rule here."""

    def excretion(self, fluid: Fluid) -> Excretion:
        """What the kidney excretes from a fluid [mmol/h].

        A subclass may put its own law here; it is asked with ``engine="agents"``.
        """
        return excretion_of(self._window.body, fluid, self._window.context)

    @property
    def urine_k(self) -> float:
        """K in the urine [mmol/h]."""
        return self.excretion(self._window.fluid).k

    @property
    def aldosterone(self) -> float:
        """Aldosterone over normal [1]."""
        return self._state.aldosterone

    @property
    def ncc(self) -> float:
        """NCC activity over normal [1]."""
        return self._state.ncc

    @property
    def tubule_mg(self) -> float:
        """Free Mg of distal tubule cells [mM]."""
        return self._state.tubule_mg

    @property
    def _state(self) -> BodyState:
        return read_body(self._window.body)
