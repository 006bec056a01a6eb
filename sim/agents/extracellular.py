"""The extracellular fluid as an agent."""

from sim.agents.membership import TissueAgent
from sim.errors import InputError
from sim.physiology.fluid import Fluid
from sim.quantities.ions import CATIONS


class ExtracellularAgent(TissueAgent):
    """Extracellular fluid shared by all cells; attributes as :class:`~sim.physiology.fluid.Fluid`."""

    @property
    def fluid(self) -> Fluid:
        """Concentrations [mM], volume [L] and osmolality [mosm/L]."""
        return self._view.fluid

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
            Amount [mmol]; a negative one removes it.

        Raises
        ------
        InputError
            If the ion is another one, the amount is no finite number, or it would leave a concentration
            out of the bounds of :data:`sim.tissue.edits.BOUNDS`; nothing is changed.
        """
        names = [cation.name for cation in CATIONS]
        if not isinstance(ion, str) or ion not in names:
            hint = f"cannot be injected; give {', '.join(names[:-1])} or {names[-1]}"
            raise InputError([f"{ion!r} {hint}"])
        self._view.editable_tissue().add_to_fluid(names.index(ion), amount)
