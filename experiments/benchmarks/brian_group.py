"""The rates of cells as a Brian 2 group, from the traced law; needs ``pip install ".[brian]"``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.benchmarks.traced import OPERATIONS_OF_LIBRARIES, shared_values, traced_rates
from sim.physiology import N_STATES
from sim.tissue import Tissue, fraction_of_step

Array = NDArray[np.float64]


class BrianGroup:
    """A group of Brian 2 whose code, compiled with Cython, fills the rates of all cells.

    Only that code is timed, without Brian's clock. Type-specific parameters are arrays over cells,
    shared ones are constants.
    """

    def __init__(self, tissue: Tissue) -> None:
        import brian2  # Slow to import, and optional.

        brian2.prefs.codegen.target = "cython"
        law = traced_rates(OPERATIONS_OF_LIBRARIES)
        constants, columns = _shared(tissue, law.inputs["shared"])
        values: dict[str, Array] = dict(zip(law.inputs["state"], tissue.cells, strict=True))
        values |= dict(zip(law.inputs["traits"], tissue.traits.astype(float), strict=True)) | columns
        names = [*values, *(f"rate_{i}" for i in range(N_STATES))]
        self._group: Any = brian2.NeuronGroup(
            tissue.n_cells, "\n".join(f"{name} : 1" for name in names), namespace=constants
        )
        for name, row in values.items():
            setattr(self._group, name, row)
        lines = [f"{name} = {_expression(*rest)}" for name, *rest in law.trace.operations]
        lines += [f"rate_{i} = {name}" for i, name in enumerate(law.rates)]
        operation = self._group.run_regularly("\n".join(lines), dt=1.0 * brian2.ms)
        brian2.Network(self._group).run(1.0 * brian2.ms)  # Compile.
        self.evaluate = operation.codeobj

    def rates(self) -> Array:
        """Return the rates computed last, (5, cells)."""
        return np.array([getattr(self._group, f"rate_{i}")[:] for i in range(N_STATES)])


def _shared(tissue: Tissue, names: tuple[str, ...]) -> tuple[dict[str, float], dict[str, Array]]:
    """Values that all cells share, and those that differ between types as arrays over cells."""
    of_types = zip(tissue.parameters.of_types(), tissue.cell_constants, strict=True)
    values = np.array([shared_values(tissue.fluid, tissue.control, p, rest) for p, rest in of_types])
    constants = {"fraction": fraction_of_step(tissue.time, tissue.context)}
    columns = {}
    for name, by_type in zip(names, values.T, strict=True):
        if np.ptp(by_type) == 0.0:
            constants[name] = float(by_type[0])
        else:
            columns[name] = np.repeat(by_type, tissue.counts)
    return constants, columns


def _expression(operation: str, operands: tuple[str, ...]) -> str:
    """An operation as a Brian expression."""
    if operation in "+-*/":
        return f"{operands[0]} {operation} {operands[1]}"
    if operation in ("max", "min"):
        x, bound = operands
        low, high = (bound, "1e300") if operation == "max" else ("-1e300", bound)
        return f"clip({x}, {low}, {high})"
    return f"{operation}({', '.join(operands)})"
