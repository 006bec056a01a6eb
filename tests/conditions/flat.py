"""The control of a condition with plain names, such as ``oral_k``, for comparisons in tests."""

from collections import namedtuple
from typing import Any

from sim.conditions.condition import Condition
from sim.numerics.layout import flattened, names_of
from sim.parameters import BodyParameters
from sim.parameters.inputs import Control

FlatControl = namedtuple("FlatControl", names_of(Control))  # type: ignore[misc]


def flat(control: Control) -> Any:
    """A control with every number under a name of its own."""
    return FlatControl(*flattened(control).tolist())


def flat_at(condition: Condition, hours: float, body: BodyParameters) -> Any:
    """Control of a condition at a time [h], flat."""
    return flat(condition.control_at(hours, body))
