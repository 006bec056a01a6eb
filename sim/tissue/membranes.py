"""Everything known of the membrane of one cell, and of all cells."""

import numpy as np

from sim.numerics.jit import kernel, procedure, vector_kernel
from sim.numerics.layout import rows_reader
from sim.parameters import CellParameters
from sim.parameters.inputs import Control
from sim.physiology.cell import inside_and_area_of, membrane
from sim.physiology.cell_state import (
    CellConstants,
    Membrane,
    fluctuated,
    read_cell,
)
from sim.physiology.cell_traits import (
    Rows,
    Traits,
    read_state_at,
    read_traits,
    read_traits_at,
    state_rows,
    trait_rows,
)
from sim.physiology.fluid import Fluid
from sim.tissue.context import Array, Context, cell_type_of, fraction_of_step

N_FIELDS = len(Membrane._fields)
membrane_rows = rows_reader(Membrane)
"""Rows of a table of membranes, by name."""
CONCENTRATIONS = ("water", "na_in", "k_in", "cl_in", "mg_free")
"""Fields of :class:`Membrane` that do not need the membrane potential, which is most of the work."""
POTENTIALS = (*CONCENTRATIONS, "u", "pump")
"""These, and the potential and pump: without fluxes, a sixth less work than all fields."""


@kernel
def membrane_of_cell(t: float, cells: Array, i: int, fluid: Fluid, context: Context) -> Membrane:
    """Membrane of one cell."""
    cell_type = cell_type_of(i, context)
    return membrane(
        read_cell(cells[:, i]),
        fluctuated(read_traits(context.traits, i), fraction_of_step(t, context)),
        fluid,
        context.control,
        context.cells[cell_type],
        context.cell_constants[cell_type],
    )


def membranes_of_type(t: float, cells: Array, fluid: Fluid, context: Context, cell_type: int) -> Array:
    """Membranes of all cells of a type, (fields of :class:`Membrane`, cells)."""
    start, stop = cells_of_type(context, cell_type)
    out = np.empty((N_FIELDS, stop - start))
    membranes_of_rows(
        state_rows(cells, start, stop),
        trait_rows(context.traits, start, stop),
        fraction_of_step(t, context),
        membrane_rows(out, 0, stop - start),
        fluid,
        context.control,
        context.cells[cell_type],
        context.cell_constants[cell_type],
    )
    return out


@procedure
def cells_of_type(context: Context, cell_type: int) -> tuple[int, int]:
    """First cell of a type and end; equal if there is none."""
    start = stop = 0
    for b in range(context.blocks.shape[0]):
        if context.blocks[b, 2] == cell_type:
            start = context.blocks[b, 0] if start == stop else start
            stop = context.blocks[b, 1]
    return start, stop


@vector_kernel
def concentrations_of_rows(
    states: Rows, size: Traits, out: Rows, fluid: Fluid, p: CellParameters, constants: CellConstants
) -> None:
    """Write :data:`CONCENTRATIONS` of cells of one type, and leave other fields as they are."""
    for i in range(states.na.size):
        # Size makes no difference but in the last bit: area and water share a division.
        inside, _ = inside_and_area_of(
            read_state_at(states, i), np.float64(size[i]), fluid, p, constants
        )
        out.water[i] = inside.water
        out.na_in[i] = inside.na
        out.k_in[i] = inside.k
        out.cl_in[i] = inside.cl
        out.mg_free[i] = inside.mg_free


@vector_kernel
def potentials_of_rows(
    states: Rows,
    traits: Rows,
    fraction: float,
    out: Rows,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> None:
    """Write :data:`POTENTIALS` of cells of one type, and leave other fields as they are."""
    for i in range(states.na.size):
        own = fluctuated(read_traits_at(traits, i), fraction)
        # The compiler leaves out what is not stored.
        m = membrane(read_state_at(states, i), own, fluid, control, p, constants)
        out.water[i] = m.water
        out.na_in[i] = m.na_in
        out.k_in[i] = m.k_in
        out.cl_in[i] = m.cl_in
        out.mg_free[i] = m.mg_free
        out.u[i] = m.u
        out.pump[i] = m.pump


@vector_kernel
def membranes_of_rows(
    states: Rows,
    traits: Rows,
    fraction: float,
    out: Rows,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> None:
    """Write the membranes of cells of one type, from and to rows that do not overlap."""
    for i in range(states.na.size):
        own = fluctuated(read_traits_at(traits, i), fraction)
        m = membrane(read_state_at(states, i), own, fluid, control, p, constants)
        # Spelled out: a loop that ends in a call loses its hints to the vectoriser.
        out.area[i] = m.area
        out.water[i] = m.water
        out.na_in[i] = m.na_in
        out.k_in[i] = m.k_in
        out.cl_in[i] = m.cl_in
        out.mg_free[i] = m.mg_free
        out.u[i] = m.u
        out.pump[i] = m.pump
        out.na_leak[i] = m.na_leak
        out.k_leak[i] = m.k_leak
        out.kcl_efflux[i] = m.kcl_efflux
        out.mg_influx[i] = m.mg_influx
        out.mg_efflux[i] = m.mg_efflux
        out.proton_uptake[i] = m.proton_uptake


def cell_water(cells: Array, fluid: Fluid, context: Context, cell: int) -> float:
    """Water of a cell relative to its reference water [1].

    Parameters
    ----------
    cells : (states, cells) array
        States of all cells.
    fluid : Fluid
        Extracellular fluid.
    context : Context
        What rates depend on.
    cell : int
        Place of the cell.
    """
    cell_type, state = cell_type_of(cell, context), read_cell(cells[:, cell].tolist())
    p, constants = context.cells[cell_type], context.cell_constants[cell_type]
    # Size changes the area only, which is not needed.
    inside, _ = inside_and_area_of(state, 1.0, fluid, p, constants)
    return float(inside.water)
