"""Readers of the numbers and switches of a plan: what is allowed, and the sentence of a refusal."""

import math
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

from pydantic import BeforeValidator

from sim.conditions.fields import plain
from sim.errors import InputError, shown

MIN_HOURS, MAX_HOURS = 0.01, 1000.0
"""Bounds of the length of a step and of the time between rows [h]."""


def whole_number(
    label: str, low: int, high: float, hint: str, *, optional: bool = False
) -> BeforeValidator:
    """Read a whole number within bounds, or None if it is optional; the hint says what is allowed."""

    def checked(value: object) -> int | None:
        if value is None and optional:
            return None
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise InputError([f"{label} = {shown(value)} is not a whole number; give {hint}"])
        found = int(value)
        if not low <= found <= high:
            raise InputError([f"{label} = {shown(found)}; give {hint}"])
        return found

    return BeforeValidator(checked)


def number(label: str, allowed: Callable[[float], bool], hint: str) -> BeforeValidator:
    """Read a number within bounds, or None; the hint says what is allowed."""

    def checked(value: object) -> float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, Real):
            raise InputError([f"{label} = {shown(value)} is not a number; give {hint}"])
        found = as_float(value)
        if not allowed(found):
            given = f"{found:g}" if math.isfinite(found) else shown(value)
            raise InputError([f"{label} = {given}; give {hint}"])
        return found

    return BeforeValidator(checked)


def as_float(value: Any) -> float:
    """A real number of any kind as Python's own; infinite if it is too large for that."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def hours(label: str) -> BeforeValidator:
    """Read a time between steps or rows [h], or None."""
    hint = f"{MIN_HOURS:g} to {MAX_HOURS:g} hours"
    return number(label, lambda found: MIN_HOURS <= found <= MAX_HOURS, hint)


def switch(label: str) -> BeforeValidator:
    """Read True or False, NumPy's too."""

    def checked(value: Any) -> bool:
        value = plain(value)
        if not isinstance(value, bool):
            raise InputError([f"{label} = {shown(value)}; give True or False"])
        return value

    return BeforeValidator(checked)
