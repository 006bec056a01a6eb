"""The kidney as an agent."""

from sim.agents.membership import TissueAgent
from sim.physiology.body_state import BodyState, read_body
from sim.physiology.fluid import Fluid
from sim.physiology.kidney import Excretion
from sim.tissue.equations import excretion_of


class RenalAgent(TissueAgent):
    """The kidney, with the hormones and transporters that control it."""

    def excretion(self, fluid: Fluid) -> Excretion:
        """Renal excretion from a fluid [mmol/h].

        A subclass may define its own law here, which ``engine="agents"`` calls.
        """
        return excretion_of(self._view.body, fluid, self._view.context)

    @property
    def urine_k(self) -> float:
        """K in the urine [mmol/h]."""
        return self.excretion(self._view.fluid).amounts.k

    @property
    def aldosterone(self) -> float:
        """Aldosterone relative to normal [1]."""
        return self._state.aldosterone

    @property
    def ncc(self) -> float:
        """NCC activity relative to normal [1]."""
        return self._state.ncc

    @property
    def tubule_mg(self) -> float:
        """Free Mg of distal tubule cells [mM]."""
        return self._state.tubule_mg

    @property
    def _state(self) -> BodyState:
        return read_body(self._view.body)
