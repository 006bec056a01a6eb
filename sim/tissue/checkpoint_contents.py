"""What a checkpoint may hold, whoever wrote it: shapes, bounds, and a state that a body can have.

A digest says that a file is as it was written, not that the program wrote it.
"""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from sim.numerics.layout import names_of
from sim.numerics.step_control import LAST_ORDER, MEMORY_SIZE, ORDER, ORDERS
from sim.parameters import FACTS, allowed_range
from sim.parameters.inputs import Control
from sim.physiology.body_state import BodyState
from sim.physiology.cell_state import CellTraits
from sim.physiology.cell_traits import N_STATES
from sim.tissue.arguments import MAX_TOLERANCE, MIN_TOLERANCE
from sim.tissue.audit import Totals
from sim.tissue.context import Array
from sim.tissue.initial_state import segments_of
from sim.tissue.tissue import Checkpoint, Tissue

PERSON_FACTOR = 10.0
"""How far the numbers of a person may lie beyond those to which a typical body can be set [1]."""
MAX_TRAIT = 1e6
"""Largest factor by which a cell can differ from the typical one [1]."""
MAX_CONTROL = 1e6
"""Largest input of the model, whatever its unit."""
MAX_HOURS = 1e7
"""Latest time [h]; a thousand years."""
MAX_COUNT = 2**53
"""Largest whole number that an array of floats holds exactly."""
MAX_SCALES = 1e6
"""Largest state over the value that it usually has [1]."""
MAX_IMBALANCE = 1e-6
"""Largest imbalance of a state that nobody has edited; integration stays far below it [1]."""

_UNBOUNDED = (
    "oral", "infused", "carbohydrate", "insulin_infused", "vomiting", "diarrhoea", "aldosterone_excess",
)  # fmt: skip
"""How the names of inputs begin that are no fractions."""
_POSITIVE = [
    CellTraits._fields.index(name)
    for name in ("size", "pump_noise", "leak_noise", "pump_next", "leak_next")
]
"""Rows of the traits that cannot be zero."""


class MadeFrom(BaseModel):
    """What a tissue was made from; see :class:`~sim.tissue.tissue.Tissue`."""

    model_config = ConfigDict(strict=True, extra="forbid")

    format: int
    n_cells: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    replicate: Annotated[int, Field(ge=0)]
    noise_replicate: Annotated[int, Field(ge=0)]
    heterogeneous: bool
    noise: bool
    tolerance: Annotated[float, Field(ge=MIN_TOLERANCE, le=MAX_TOLERANCE)]
    parameters: dict[str, FiniteFloat]


def parameter_problems(numbers: dict[str, float]) -> Iterator[str]:
    """Say which numbers no typical body and no person can have."""
    for name, value in numbers.items():
        low, high = allowed_range(FACTS[name])
        low = low / PERSON_FACTOR if low >= 0.0 else low * PERSON_FACTOR
        high = high * PERSON_FACTOR if high >= 0.0 else high / PERSON_FACTOR
        if not low <= value <= high:
            yield f"parameters {name} = {value:g} is not possible"


def array_problems(checkpoint: Checkpoint, n_cells: int) -> Iterator[str]:
    """Say which arrays have another shape or type, or values that are not possible.

    Parameters
    ----------
    checkpoint : Checkpoint
        Whose arrays may be anything.
    n_cells : int
        Number of cells.
    """
    n_body = len(names_of(BodyState))
    shapes = {
        "y": (N_STATES * n_cells + n_body,),
        "traits": (len(CellTraits._fields), n_cells),
        "memory": (MEMORY_SIZE,),
        "totals": (n_body,),
        "compensation": (n_body,),
        "start": (len(Totals._fields),),
        "added": (len(Totals._fields),),
        "control": (len(names_of(Control)),),
        "clock": (5,),
    }
    sound = True
    for name, array in checkpoint._asdict().items():
        kind = np.float32 if name == "traits" else np.float64
        if array.shape != shapes[name]:
            yield f"{name} has shape {array.shape} in place of {shapes[name]} for {n_cells} cells"
        elif array.dtype != kind or not array.flags.c_contiguous:
            yield f"{name} has type {array.dtype} in place of {np.dtype(kind)}, or another order"
        elif not np.isfinite(array).all():
            yield f"{name} has values that are not finite"
        else:
            continue
        sound = False
    if sound:
        yield from _value_problems(checkpoint)


def _value_problems(c: Checkpoint) -> Iterator[str]:
    """Say which values are out of bounds."""
    if (c.traits < 0.0).any() or (c.traits > MAX_TRAIT).any():
        yield f"traits are negative, or beyond {MAX_TRAIT:g}"
    if (c.traits[_POSITIVE] <= 0.0).any():
        yield "sizes or fluctuations of cells are not positive"
    if (c.memory < 0.0).any():
        yield "the memory of the integrator has negative values"
    if c.memory[ORDER] not in ORDERS or c.memory[LAST_ORDER] not in ORDERS:
        yield "the memory of the integrator has an order of the method that there is not"
    yield from _control_problems(c.control)
    time, draws, edits, step_start, step_hours = c.clock.tolist()
    counts = (draws, edits)
    if not all(0.0 <= count <= MAX_COUNT and count == int(count) for count in counts):
        yield f"draws = {draws:g} or edits = {edits:g} is not a whole number"
    if not (0.0 <= step_start <= time <= MAX_HOURS and 0.0 <= step_hours <= MAX_HOURS):
        yield f"the times {time:g}, {step_start:g} and {step_hours:g} hours are not possible"


def _control_problems(control: Array) -> Iterator[str]:
    """Say which inputs of the model are out of bounds."""
    for name, value in zip(names_of(Control), control.tolist(), strict=True):
        high = MAX_CONTROL if name.startswith(_UNBOUNDED) else 1.0
        if not 0.0 <= value <= high:
            yield f"control {name} = {value:g}; 0 to {high:g} is possible"


def state_problems(tissue: Tissue) -> Iterator[str]:
    """Say what is impossible in the state of a tissue: signs, sizes, water, and balances.

    Raises
    ------
    ArithmeticError
        If it is so impossible that it cannot be computed with.
    """
    segments, start = segments_of(tissue.n_cells, tissue.parameters), 0
    for end, scale, floor in zip(segments.ends, segments.scales, segments.floors, strict=True):
        values = tissue.y[start:end]
        if (values < floor).any() or (abs(values) > MAX_SCALES * scale).any():
            yield "states are negative, or far beyond those of any body"
            return
        start = end
    with np.errstate(all="ignore"):
        fluid, membranes = np.array(tissue.fluid), tissue.observe()
        imbalance = tissue.audit().worst
    if not np.isfinite(fluid).all() or not (fluid > 0.0).all() or not np.isfinite(membranes).all():
        yield "the fluid or the membranes are not possible"
    elif tissue.edits == 0 and not imbalance <= MAX_IMBALANCE:
        yield f"the balances do not close: {imbalance:.1e} is unaccounted for"
