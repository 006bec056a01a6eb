"""Checks of single fields of a design; each returns the value, or raises with what to do."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Strict

from sim.conditions.condition import load, read
from sim.conditions.fields import MAX_DAYS, plain
from sim.errors import InputError, unknown_names
from sim.quantities.units import HOURS_PER_DAY
from sim.variables.endpoints import Endpoint
from sim.variables.table import PER_CELL, VARIABLES

MIN_ROW_INTERVAL, MAX_ROW_INTERVAL = 0.01, 1000.0
"""Bounds of the time between rows [h]."""
MAX_CONDITIONS = 100
"""Arms of a study."""


WholeNumber = Annotated[int, Strict(), BeforeValidator(plain)]
"""A whole number; neither true nor 1.0 nor "1" is taken for one."""
Switch = Annotated[bool, Strict(), BeforeValidator(plain)]
"""True or false; neither 1 nor "yes" is taken for it."""


def non_empty_and_distinct(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that is empty or names something twice."""
    if not items:
        raise ValueError("is empty; give one or more")
    if len(set(items)) < len(items):
        raise ValueError("is not all different; give each once")
    return items


def recorded_per_cell(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse names that are not variables of a cell."""
    return _known(names, (name for name in PER_CELL if name != "type"))


def recorded_over_time(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse names that are not variables of the body."""
    return _known(names, VARIABLES)


def valid_endpoints(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse text that is not an endpoint."""
    for text in texts:
        Endpoint.read(text)
    return texts


def valid_duration(hours: float) -> float:
    """Refuse a duration that is not positive, or too long."""
    if not 0.0 < hours <= MAX_DAYS * HOURS_PER_DAY:
        raise ValueError(f"is not a valid duration; give more than 0 and at most {MAX_DAYS:g} days")
    return hours


def valid_row_interval(hours: float) -> float:
    """Refuse a time between rows that is out of bounds."""
    if not MIN_ROW_INTERVAL <= hours <= MAX_ROW_INTERVAL:
        raise ValueError(
            f"is not a valid time between rows; give {MIN_ROW_INTERVAL:g} to {MAX_ROW_INTERVAL:g} hours"
        )
    return hours


def read_conditions(data: object) -> object:
    """Read conditions given by name, as files, as tables, or as they are."""
    if not isinstance(data, (list, tuple)):
        return data
    if len(data) > MAX_CONDITIONS:
        raise ValueError(f"{len(data):,} conditions are too many; give at most {MAX_CONDITIONS}")
    found, problems = [], []
    for number, item in enumerate(data, start=1):
        try:
            found.append(read(item) if isinstance(item, Mapping) else load(item))
        except InputError as error:
            problems += [f"no. {number}: {problem}" for problem in error.problems]
    names = [condition.name for condition in found]
    problems += [f"two are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _known(names: tuple[str, ...], variables: Iterable[str]) -> tuple[str, ...]:
    """Refuse names of variables that do not exist."""
    if problems := list(unknown_names(names, variables, "variable")):
        raise ValueError("\n".join(problems))
    return names
