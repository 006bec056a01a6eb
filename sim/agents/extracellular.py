"""The extracellular fluid as an agent."""

import mesa

from sim.agents.tissue_view import TissueView
from sim.physiology.fluid import Fluid
from sim.quantities.ions import BY_NAME, CATIONS


class ExtracellularAgent(mesa.Agent):  # type: ignore[misc]
    """Extracellular fluid shared by all cells; attributes as :class:`~sim.physiology.cell.Fluid`."""

    def __init__(self, model: mesa.Model, view: TissueView) -> None:
        super().__init__(model)
        self._view = view

    def step(self) -> None:
        """Act once before each step of the model; a subclass defines its rule here."""

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
        ValueError
            If the ion is another one.
        """
        if ion not in (cation.name for cation in CATIONS):
            raise ValueError(f"{ion!r} cannot be injected; give sodium, potassium or magnesium")
        self._view.tissue.add_to_fluid(CATIONS.index(BY_NAME[ion]), amount)
