"""Implementations of the rates of all cells of a tissue, with the laws of :mod:`sim.physiology.cell`.

Each law is copied with other elementary functions, ``math``'s for plain Python and NumPy's for arrays,
which are faster there than the portable ones. Plain Mesa objects keep their state in attributes that are
Python floats, refer to the parameters of their type, and are evaluated by ``AgentSet.do``. NumPy
evaluates all cells at once, with type-specific parameters as arrays, which is faster than type by type.
C and Brian 2 use the traced law.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Protocol

import mesa
import numpy as np
from numpy.typing import NDArray

import sim
from experiments.benchmarks.c_kernel import CKernel
from experiments.benchmarks.traced import with_functions
from sim.numerics import Equations, elementary
from sim.physiology import CellState, CellTraits, cell_rates, fluctuated
from sim.tissue import Tissue, cells_of, fraction_of_step, threaded_equations, tissue_rates

Array = NDArray[np.float64]

_PORTABLE = (
    elementary.exp, elementary.expm1, elementary.log, elementary.rough_log, elementary.power,
    elementary.sqrt, elementary.clamp, elementary.maximum,
)  # fmt: skip
OF_MATH = dict(
    zip(
        _PORTABLE,
        (math.exp, math.expm1, math.log, math.log, math.pow, math.sqrt,
         lambda x, low, high: min(high, max(low, x)), max),
        strict=True,
    )
)  # fmt: skip
OF_NUMPY = dict(
    zip(
        _PORTABLE,
        (np.exp, np.expm1, np.log, np.log, np.power, np.sqrt, np.clip, np.maximum),
        strict=True,
    )
)
"""Replacements of the portable elementary functions."""


class Engine(Protocol):
    """One implementation of the rates of all cells."""

    evaluate: Callable[[], object]
    """Compute the rates of all cells once."""

    def rates(self) -> Array:
        """Return the rates computed last, (5, cells)."""


class Compiled:
    """The project's compiled right-hand side: cells, their sums, the fluid and the body."""

    def __init__(self, tissue: Tissue) -> None:
        self.tissue = tissue
        self._dy = np.empty_like(tissue.y)

    def evaluate(self) -> None:
        """Compute the rates of all cells, and of the body."""
        tissue_rates(self.tissue.time, self.tissue.y, self._dy, self.tissue.context)

    def rates(self) -> Array:
        """Return the rates computed last."""
        return cells_of(self._dy, self.tissue.n_cells)


class Threaded(Compiled):
    """The same with the cells distributed over threads."""

    def __init__(self, tissue: Tissue, pool: ThreadPoolExecutor, threads: int) -> None:
        super().__init__(tissue)
        self._equations: Equations = threaded_equations(pool, threads)

    def evaluate(self) -> None:
        """Compute the rates of all cells, and of the body."""
        self._equations.rates(self.tissue.time, self.tissue.y, self._dy, self.tissue.context)


class ThreadedC:
    """A C kernel with the cells distributed evenly over threads."""

    def __init__(self, kernel: CKernel, n_cells: int, pool: ThreadPoolExecutor, threads: int) -> None:
        edges = np.linspace(0, n_cells, threads + 1).astype(int).tolist()
        self._kernel, self._pool = kernel, pool
        self._ranges = [kernel.for_range(a, b) for a, b in pairwise(edges)]

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        own, *others = self._ranges
        jobs = [self._pool.submit(other.evaluate) for other in others]
        own.evaluate()
        for job in jobs:
            job.result()

    def rates(self) -> Array:
        """Return the rates computed last."""
        return self._kernel.rates()


class PlainCell(mesa.Agent):  # type: ignore[misc]
    """A cell as usually written in plain Mesa: attributes that are floats, and a method."""

    def __init__(
        self, model: mesa.Model, state: Sequence[float], traits: Sequence[float], cell_type: int
    ) -> None:
        super().__init__(model)
        self.numbers, self.constants = model.numbers[cell_type], model.constants[cell_type]
        self.na, self.k, self.mg, self.buffered, self.expression = state
        self.pump_capacity, self.k_leak, self.na_leak, self.size = traits[:4]
        self.pump_noise, self.leak_noise, self.pump_next, self.leak_next = traits[4:]
        self.d_na = self.d_k = self.d_mg = self.d_buffered = self.d_expression = 0.0

    def evaluate(self) -> None:
        """Compute this cell's rates."""
        m = self.model
        state = CellState(self.na, self.k, self.mg, self.buffered, self.expression)
        traits = CellTraits(
            self.pump_capacity, self.k_leak, self.na_leak, self.size,
            self.pump_noise, self.leak_noise, self.pump_next, self.leak_next,
        )  # fmt: skip
        traits = m.fluctuated(traits, m.fraction)
        rates = m.cell_rates(state, traits, m.fluid, m.control, self.numbers, self.constants)
        self.d_na, self.d_k, self.d_mg, self.d_buffered, self.d_expression = rates

    def advance(self, hours: float) -> None:
        """Advance by some hours at the rates computed last."""
        self.na += hours * self.d_na
        self.k += hours * self.d_k
        self.mg += hours * self.d_mg
        self.buffered += hours * self.d_buffered
        self.expression += hours * self.d_expression


class MesaObjects(mesa.Model):  # type: ignore[misc]
    """A model of plain Mesa objects in the state of a tissue."""

    def __init__(self, tissue: Tissue) -> None:
        super().__init__()
        self.cell_rates = with_functions(cell_rates, OF_MATH)
        self.fluctuated = with_functions(fluctuated, OF_MATH)
        self.fraction = float(fraction_of_step(tissue.time, tissue.context))
        self.fluid, self.control = tissue.fluid, tissue.control
        self.numbers, self.constants = tissue.parameters.of_types(), tissue.cell_constants
        states, traits = tissue.cells.T.tolist(), tissue.traits.T.tolist()
        cell_types = np.repeat(np.arange(len(tissue.counts)), tissue.counts).tolist()
        PlainCell.create_agents(self, tissue.n_cells, states, traits, cell_types)

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        self.agents.do("evaluate")

    def rates(self) -> Array:
        """Return the rates computed last."""
        names = ["d_na", "d_k", "d_mg", "d_buffered", "d_expression"]
        return np.array(self.agents.get(names)).T

    def discard(self) -> None:
        """Release all agents; Mesa 3.3.1 keeps a reference to every model."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)


class NumPyArrays:
    """The laws on arrays, one value per cell, also for the parameters of its type."""

    def __init__(self, tissue: Tissue) -> None:
        self.tissue = tissue
        self._cell_rates = with_functions(cell_rates, OF_NUMPY)
        self._fluctuated = with_functions(fluctuated, OF_NUMPY)
        self._fraction = fraction_of_step(tissue.time, tissue.context)
        of_types = (tissue.parameters.of_types(), tissue.cell_constants)
        self._numbers, self._constants = (_over_cells(x, tissue.counts) for x in of_types)
        self._rates: CellState | None = None

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        tissue = self.tissue
        traits = self._fluctuated(CellTraits(*tissue.traits.astype(float)), self._fraction)
        state = CellState(*tissue.cells)
        self._rates = self._cell_rates(
            state, traits, tissue.fluid, tissue.control, self._numbers, self._constants
        )

    def rates(self) -> Array:
        """Return the rates computed last."""
        return np.array(self._rates)


def _over_cells(of_types: Sequence[Any], counts: Sequence[int]) -> Any:
    """Records of all types as a record of arrays over cells; unchanged if all types share it."""
    if len(set(of_types)) == 1:
        return of_types[0]
    if isinstance(of_types[0], tuple):
        return type(of_types[0])(*(_over_cells(x, counts) for x in zip(*of_types, strict=True)))
    return np.repeat(of_types, counts)


class ProjectAgents:
    """The project's own agents, each of which computes its fluxes by compiled code for one cell."""

    def __init__(self, tissue: Tissue, condition: str) -> None:
        self._model = sim.TissueModel(condition, tissue.n_cells, rng=0, model_reporters={})
        self._model.view.show(tissue.time, tissue.y, tissue.context)
        self._rates: list[CellState] = []

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        fluid = self._model.extracellular.fluid
        self._rates = [cell.fluxes(fluid) for cell in self._model.cells]

    def rates(self) -> Array:
        """Return the rates computed last."""
        return np.array(self._rates).T
