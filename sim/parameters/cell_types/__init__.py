"""Cell types, one file each; this is the list of them.

A parameter of a type is called after it and the parameter of the typical cell that it replaces, such as
``heart_rest_na``. A new type is a file here and its place in :data:`REGISTRY`.
"""

from collections import namedtuple
from typing import Any, get_type_hints

from sim.parameters.cell_types.cell_type import CellType
from sim.parameters.cell_types.heart import HEART
from sim.parameters.cell_types.muscle import MUSCLE
from sim.parameters.cell_types.other import OTHER
from sim.parameters.cell_types.red_cell import RED_CELL
from sim.parameters.cell_types.smooth_muscle import SMOOTH_MUSCLE

REGISTRY = (MUSCLE, RED_CELL, HEART, SMOOTH_MUSCLE, OTHER)
"""Cell types in the order in which a population holds them: part of results and checkpoints, so append
only, or say "results move"."""

CELL_TYPES = tuple(cell_type.name for cell_type in REGISTRY)
"""Names of the types."""
TITLES = {cell_type.name: cell_type.title for cell_type in REGISTRY}
"""Types in words."""
ONE_OF_EACH = len(REGISTRY)
"""Number of cells of the smallest tissue that has every type; uniform, it is the mean-field twin."""


def _own_parameters() -> dict[str, tuple[Any, float]]:
    """Annotation and value of each parameter of a type, by name."""
    found: dict[str, tuple[Any, float]] = {}
    for cell_type in REGISTRY[1:]:
        hints = get_type_hints(type(cell_type.parameters), include_extras=True)
        for (name, hint), value in zip(hints.items(), cell_type.parameters, strict=True):
            found[f"{cell_type.name}_{name}"] = hint, value
    return found


_OWN = _own_parameters()
_TypeParameters = namedtuple("_TypeParameters", _OWN, defaults=[value for _, value in _OWN.values()])  # type: ignore[misc]


class TypeParameters(_TypeParameters):
    """Parameters of the other cell types where they differ from skeletal muscle."""

    __annotations__ = {name: hint for name, (hint, _) in _OWN.items()}


__all__ = ["CELL_TYPES", "ONE_OF_EACH", "REGISTRY", "TITLES", "CellType", "TypeParameters"]
