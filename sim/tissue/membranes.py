"""What can be said of the membrane of one cell, and of all cells."""

from typing import Any

import numpy as np

from sim.numerics.jit import kernel, vector_kernel
from sim.parameters import CellParameters
from sim.parameters.inputs import Control
from sim.physiology.cell import CellState, CellTraits, Fluid, Membrane, RestingCell, fluctuated, membrane
from sim.physiology.cell_population import Traits, state_of, traits_of
from sim.tissue.equations import Array, Context, kind_of, part_of_step


@kernel
def membrane_of_cell(t: float, cells: Array, i: int, fluid: Fluid, context: Context) -> Membrane:
    """Everything that can be said of one cell."""
    kind = kind_of(i, context)
    return membrane(
        state_of(cells, i),
        fluctuated(traits_of(context.traits, i), part_of_step(t, context)),
        fluid,
        context.control,
        context.cells[kind],
        context.rest_cells[kind],
    )


def membranes_of_type(t: float, cells: Array, fluid: Fluid, context: Context, kind: int) -> Array:
    """Everything that can be said of each cell of a type, (fields of :class:`Membrane`, cells)."""
    own = context.blocks[context.blocks[:, 2] == kind]
    cut = slice(own[0, 0], own[-1, 1]) if len(own) else slice(0, 0)
    out = np.empty((len(Membrane._fields), cells[0, cut].size))
    rows: Any = (*cells[:, cut], *context.traits[:, cut], part_of_step(t, context), *out)
    write: Any = _membranes_of_rows
    write(*rows, fluid, context.control, context.cells[kind], context.rest_cells[kind])
    return out


@vector_kernel
def _membranes_of_rows(
    na: Array, k: Array, mg: Array, buffered: Array, expression: Array,
    capacity: Traits, k_leak_trait: Traits, na_leak_trait: Traits, size: Traits,
    pump_noise: Traits, leak_noise: Traits, pump_next: Traits, leak_next: Traits, part: float,
    area: Array, water: Array, na_in: Array, k_in: Array, cl_in: Array, mg_free: Array, u: Array,
    pump: Array, na_leak: Array, k_leak: Array, kcl_efflux: Array, mg_influx: Array,
    mg_efflux: Array, proton_uptake: Array,
    fluid: Fluid, control: Control, p: CellParameters, rest: RestingCell,
) -> None:  # fmt: skip
    """Membranes of cells of one type from rows that do not overlap; see :mod:`sim.tissue.equations`."""
    for i in range(na.size):
        state = CellState(na[i], k[i], mg[i], buffered[i], expression[i])
        traits = CellTraits(
            np.float64(capacity[i]), np.float64(k_leak_trait[i]), np.float64(na_leak_trait[i]),
            np.float64(size[i]), np.float64(pump_noise[i]), np.float64(leak_noise[i]),
            np.float64(pump_next[i]), np.float64(leak_next[i]),
        )  # fmt: skip
        m = membrane(state, fluctuated(traits, part), fluid, control, p, rest)
        area[i], water[i], na_in[i], k_in[i], cl_in[i] = m.area, m.water, m.na_in, m.k_in, m.cl_in
        mg_free[i], u[i], pump[i], na_leak[i], k_leak[i] = m.mg_free, m.u, m.pump, m.na_leak, m.k_leak
        kcl_efflux[i], mg_influx[i], mg_efflux[i] = m.kcl_efflux, m.mg_influx, m.mg_efflux
        proton_uptake[i] = m.proton_uptake
