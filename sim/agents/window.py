"""The state that agents see."""

from sim.physiology.fluid import Fluid
from sim.tissue.context import Array, Context, body_of, cells_of
from sim.tissue.equations import shared_fluid
from sim.tissue.tissue import Tissue


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
