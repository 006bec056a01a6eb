"""Arguments of a tissue, with the checks and the sentences of the plan of a run.

A tissue can be made and advanced without a plan, so it must refuse by itself what no plan contains.
"""

from functools import cache
from math import isfinite
from numbers import Real
from typing import Any

import numpy as np

from sim.conditions.condition import Condition, load
from sim.conditions.plan import RunPlan
from sim.conditions.plan_fields import as_float
from sim.errors import InputError
from sim.numerics.step_control import ORDERS
from sim.parameters import Parameters
from sim.physiology.cell_traits import Traits
from sim.tissue.context import Array

MIN_TOLERANCE, MAX_TOLERANCE = 1e-13, 0.1
"""Bounds of the error of a step relative to each state [1]."""


def check_arguments(parameters: object, tolerance: object, **arguments: Any) -> RunPlan:
    """Return the plan of a run of a tissue with these arguments, or refuse them.

    Parameters
    ----------
    parameters : object
        Parameters of the model, or None.
    tolerance : object
        Error of a step relative to each state [1].
    **arguments
        Arguments of a tissue that a plan has under the same name.

    Raises
    ------
    InputError
        Lists every problem.
    """
    problems = []
    if parameters is not None and not isinstance(parameters, Parameters):
        hint = "give None or Parameters, such as sim.Parameters().replace({'pump_half_mg': 0.1})"
        problems.append(f"parameters = {parameters!r}; {hint}")
    number = finite_number(tolerance)
    if number is None or not MIN_TOLERANCE <= number <= MAX_TOLERANCE:
        problems.append(f"tolerance = {tolerance!r}; give {MIN_TOLERANCE:g} to {MAX_TOLERANCE:g}")
    try:
        plan = RunPlan(condition=_any_condition(), **arguments)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise InputError(problems)
    return plan


@cache
def _any_condition() -> Condition:
    return load("baseline")


def check_order(order: object) -> int:
    """Return the order of the method of integration, or refuse it.

    Raises
    ------
    InputError
        If there is no such order.
    """
    number = finite_number(order)
    if number not in ORDERS:
        raise InputError([f"order = {order!r}; give 2 or 4, or 0 for the one that suits the time"])
    return int(number)


def check_hours(name: str, hours: object, low: float, hint: str) -> float:
    """Return a time or a length of time [h], or refuse it.

    Parameters
    ----------
    name : str
        What it is called.
    hours : object
        What was given.
    low : float
        Smallest that is possible [h].
    hint : str
        What is allowed.

    Raises
    ------
    InputError
        If it is no finite number, or too small.
    """
    number = finite_number(hours)
    if number is None or number < low:
        raise InputError([f"{name} = {hours!r}; give {hint}"])
    return number


def check_state(y: Array, traits: Traits) -> None:
    """Refuse a state that was changed by hand, past the checks of edits, to one that is not finite.

    Integration leaves none such, so the interventions are not to blame.

    Raises
    ------
    InputError
        If a number is not finite.
    """
    for name, array in (("y", y), ("traits", traits)):
        if not (finite := np.isfinite(array)).all():
            raise InputError(
                [
                    f"{np.size(finite) - np.count_nonzero(finite)} numbers of the tissue's {name} are "
                    "not finite, because its arrays were changed by hand; restore a checkpoint, and "
                    "edit with na_in, k_in, pump_capacity, k_leak and na_leak of cells and with inject "
                    "of the extracellular fluid, which check what they are given"
                ]
            )


def finite_number(value: object) -> float | None:
    """Return a finite number as a float, anything else, True too, as None."""
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        return None
    number = as_float(value)
    return number if isfinite(number) else None
