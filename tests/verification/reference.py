"""A second, independent implementation of the whole model, for verification.

Written from the equations in plain NumPy, for all cells at once, without a function of the package:
it shares with the package only parameters, names and the order of the state. Cells are in
:mod:`tests.verification.reference_cells`, the body is in :mod:`tests.verification.reference_body`;
integration is SciPy's. Every rate is kept as the list of its terms, so that a difference can be compared
with the turnover.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from sim.parameters import CELL_TYPES, Parameters
from sim.parameters.inputs import Control
from sim.physiology.cell import CellState
from tests.verification.reference_body import (
    BodyState,
    body_terms,
    constants_of_body,
    fluid_of,
    healthy_body,
)
from tests.verification.reference_cells import ReferenceCells, fractions_of

Array = NDArray[np.float64]

N_CELL = len(CellState._fields)
N_BODY = len(BodyState._fields)

CELL_SIZES = CellState(na=10.0, k=140.0, mg=15.0, buffered=1.0, expression=1.0)
"""Typical size of each quantity of a cell, for absolute tolerances."""
BODY_SIZES = BodyState(
    ecf_na=2000.0,
    ecf_k=60.0,
    ecf_mg=10.0,
    ecf_ca=25.0,
    ecf_cl=1500.0,
    ecf_hco3=350.0,
    water=40.0,
    osmoles=1e4,
    gut_na=6.0,
    gut_k=3.0,
    gut_mg=5.0,
    gut_carbohydrate=50.0,
    bone_mg=60.0,
    renin=1.0,
    aldosterone=1.0,
    insulin=1.0,
    pth=1.0,
    pth_action=1.0,
    ncc=1.0,
    tubule_mg=0.5,
    intake_na=100.0,
    intake_k=100.0,
    intake_mg=10.0,
    intake_ca=25.0,
    urine_na=100.0,
    urine_k=100.0,
    urine_mg=10.0,
    urine_ca=5.0,
    urine_hco3=1.0,
    stool_na=10.0,
    stool_k=10.0,
    stool_mg=10.0,
    stool_ca=20.0,
    stool_hco3=1.0,
    hco3_made=1.0,
    bone_ca=25.0,
)
"""Typical size of each quantity of the body."""


class Terms(NamedTuple):
    """The terms of every rate: five of the cells, then those of the body."""

    cells: list[list[Array]]
    body: list[list[float]]


class ReferenceModel:
    """The model for a population of cells in one body.

    Parameters
    ----------
    parameters : Parameters
        Parameters of the model.
    traits : (8, n) array
        Traits of the cells, in the order of :class:`sim.physiology.cell.CellTraits`.
    counts : sequence of int
        Number of cells of each type, in the order of the types and of the cells.
    litres : array, optional
        Litres of reference water of a cell of size 1, by type. By default cells at reference water
        fill the cell water of the body; :meth:`litres_for` gives the values for other cells.
    step : (float, float)
        Start and length of the step over which fluctuations are interpolated [h].
    """

    def __init__(
        self,
        parameters: Parameters,
        traits: Array,
        counts: Sequence[int],
        litres: Array | None = None,
        step: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.parameters = parameters
        self.cells = ReferenceCells(parameters, traits, list(counts), step)
        self.n_cells = self.cells.kinds.size
        self.body = constants_of_body(parameters.body)
        self.litres = self._litres(np.ones(self.n_cells)) if litres is None else litres

    # Vectors

    def split(self, y: Array) -> tuple[CellState, BodyState]:
        """Flat state as named rows of the cells and named values of the body."""
        rows = y[: N_CELL * self.n_cells].reshape(N_CELL, self.n_cells)
        return CellState(*rows), BodyState(*y[N_CELL * self.n_cells :])

    def join(self, cells: Sequence[Array], body: Sequence[float]) -> Array:
        """Flat state from rows of the cells and values of the body."""
        return np.concatenate([np.ravel(np.array(cells)), np.array(body, dtype=float)])

    def sizes(self) -> Array:
        """Typical size of every entry of the flat state."""
        return self.join([np.full(self.n_cells, size) for size in CELL_SIZES], BODY_SIZES)

    def healthy(self) -> Array:
        """Typical cells in steady state in the healthy body."""
        return self.join(self.cells.resting_states(), healthy_body(self.parameters.body))

    def litres_for(self, cells: Array) -> Array:
        """Litres of reference water of a cell of size 1, by type, for the cells of a healthy body."""
        water = self.cells.osmoles(CellState(*cells)) / self.parameters.body.osmolality
        return self._litres(water)

    def _litres(self, water: Array) -> Array:
        """Litres such that cells of known water fill the cell water of their types."""
        filled = np.zeros(len(CELL_TYPES))
        np.add.at(filled, self.cells.kinds, water * self.cells.traits.size)
        present = filled > 0.0
        shares = np.where(present, fractions_of(self.parameters), 0.0)
        wanted = self.parameters.body.cell_water * shares / shares.sum()
        return np.divide(wanted, filled, out=np.zeros_like(filled), where=present)

    # Equations

    def potential(self, t: float, y: Array, control: Control) -> Array:
        """Reduced membrane potential of every cell [1]."""
        cells, body = self.split(y)
        out = fluid_of(body, control, self.parameters.body, self.body)
        return self.cells.fluxes(t, cells, out, control).u

    def current(self, u: Array, t: float, y: Array, control: Control) -> Array:
        """Net outward current of every cell at given reduced potentials [meq/L/h]."""
        cells, body = self.split(y)
        out = fluid_of(body, control, self.parameters.body, self.body)
        return self.cells.current(u, t, cells, out, control)

    def terms(self, t: float, y: Array, control: Control) -> Terms:
        """Terms of every rate in a state."""
        p = self.parameters.body
        cells, b = self.split(y)
        out = fluid_of(b, control, p, self.body)
        of_cells = self.cells.terms(t, cells, out, control)
        weight = self.litres[self.cells.kinds] * self.cells.traits.size
        taken_up = [[float(weight @ term) for term in rate] for rate in of_cells]
        return Terms(of_cells, body_terms(b, out, taken_up, control, p, self.body))

    def rates(self, t: float, y: Array, control: Control) -> Array:
        """Rates of change of the flat state per h."""
        terms = self.terms(t, y, control)
        return self.join([sum(rate) for rate in terms.cells], [sum(rate) for rate in terms.body])

    def turnover(self, t: float, y: Array, control: Control) -> Array:
        """Sum of the absolute terms of every rate, the scale of its rounding errors."""
        cells, body = self.terms(t, y, control)
        return self.join(
            [sum(np.abs(term) for term in rate) for rate in cells],
            [sum(abs(term) for term in rate) for rate in body],
        )

    # Time

    def integrate(
        self,
        y0: Array,
        control: Control,
        hours: float | Sequence[float],
        rtol: float = 1e-10,
        atol: float | Array | None = None,
        method: str = "LSODA",
    ) -> Array:
        """State after some hours, or at each of an increasing series of hours.

        Parameters
        ----------
        y0 : (5 n + body,) array
            State at the start.
        control : Control
            Constant inputs.
        hours : float or sequence
            Time since the start [h].
        rtol, atol : float or array
            Tolerances of a step; the absolute one is ``rtol`` times :meth:`sizes` by default.
        method : str
            Method of :func:`scipy.integrate.solve_ivp`.

        Returns
        -------
        (5 n + body,) or (times, 5 n + body) array
        """
        moments = np.atleast_1d(np.asarray(hours, dtype=float))
        y, t, states = np.array(y0, dtype=float), 0.0, []
        # Span by span, so that no state is interpolated.
        for moment in moments:
            if moment > t:
                solution = solve_ivp(
                    self.rates,
                    (t, moment),
                    y,
                    method=method,
                    args=(control,),
                    rtol=rtol,
                    atol=rtol * self.sizes() if atol is None else atol,
                )
                if not solution.success:
                    raise RuntimeError(f"reference integration stopped: {solution.message}")
                y, t = solution.y[:, -1], moment
            states.append(y)
        return np.array(states) if np.ndim(hours) else states[0]
