"""The state of the tissue as agents see it."""

from typing import Any

from sim.agents.stepping import StepLock
from sim.errors import InputError
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
    step_lock : StepLock
        Held while the model takes a step.

    Attributes
    ----------
    time : float
        Time of the state [h].
    cells, body : array
        Views of the state vector: a row a quantity and a column a cell, and the body's quantities.
    context : Context
        Everything else that the equations need.
    """

    def __init__(self, tissue: Tissue, step_lock: StepLock) -> None:
        self.tissue = tissue
        self._step_lock = step_lock
        self.show_present()

    # Arrays of a copy must be views of the copy's own state vector, so they are made anew.
    def __getstate__(self) -> dict[str, Any]:
        return {"tissue": self.tissue, "_step_lock": self._step_lock}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.show_present()

    def show_present(self) -> None:
        """Show the tissue as it is."""
        self.show(self.tissue.time, self.tissue.y, self.tissue.context)
        self._shows_present = True

    def show(self, time: float, y: Array, context: Context) -> None:
        """Show another state, such as a stage of integration."""
        n_cells = context.traits.shape[1]
        self.time, self.context = time, context
        self.cells, self.body = cells_of(y, n_cells), body_of(y, n_cells)
        self._shows_present = False

    @property
    def fluid(self) -> Fluid:
        """Extracellular fluid of the state shown."""
        return shared_fluid(self.body, self.context)

    def editable_tissue(self) -> Tissue:
        """Return the tissue for an edit by hand.

        Raises
        ------
        InputError
            If the tissue is being integrated, by another thread or by the ``agents`` engine.
        """
        self._step_lock.check_edit()
        if not self._shows_present:
            raise InputError(
                ["the state cannot be edited while rates are evaluated; edit it in an agent's step"]
            )
        return self.tissue
