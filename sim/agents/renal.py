"""The kidney as an agent."""

import mesa

from sim.agents.window import Window
from sim.physiology.body_state import BodyState, read_body
from sim.physiology.fluid import Fluid
from sim.physiology.kidney import Excretion
from sim.tissue.equations import excretion_of


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
        return self.excretion(self._window.fluid).amounts.k

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
