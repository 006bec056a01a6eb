"""Skeletal muscle: the typical cell, whose parameters are in :mod:`sim.parameters.cell`."""

from sim.parameters.cell_types.cell_type import CellType

MUSCLE = CellType(name="muscle", title="skeletal muscle", parameters=())
