"""The state of the tissue as agents see it."""

from sim.physiology.fluid import Fluid
from sim.tissue.context import Array, Context, body_of, cells_of
from sim.tissue.equations import shared_fluid
from sim.tissue.tissue import Tissue


class TissueView:
    """The state that all agents of a model see: the tissue's, or that of a stage of integration.

    Parameters
    ----------
    tissue : Tissue
        The tissue, which holds the state; a view holds none.

    Attributes
    ----------
    time : float
        Time of the state [h].
    cells, body : array
        Views of the state vector: a row a quantity and a column a cell, and the body's quantities.
    context : Context
        Everything else that the equations need.
    """

    def __init__(self, tissue: Tissue) -> None:
        self.tissue = tissue
        self.show_present()

    def show_present(self) -> None:
        """Show the tissue as it is."""
        self.show(self.tissue.time, self.tissue.y, self.tissue.context)

    def show(self, time: float, y: Array, context: Context) -> None:
        """Show another state, such as a stage of integration."""
        n_cells = context.traits.shape[1]
        self.time, self.context = time, context
        self.cells, self.body = cells_of(y, n_cells), body_of(y, n_cells)

    @property
    def fluid(self) -> Fluid:
        """Extracellular fluid of the state shown."""
        return shared_fluid(self.body, self.context)
