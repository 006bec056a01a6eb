"""Every number of the model, declared once: value, unit, meaning, source, basis and range.

Three named tuples of floats, so compiled code takes them as they are. The facts about a number sit
beside it, in its annotation, and reach `sim describe`, the README's table and provenance through
:func:`describe`. To change numbers: ``Parameters().replace(pump_half_mg=0.1)``.
"""

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_type_hints

from sim.faults import InputError
from sim.parameters.body import BodyParameters
from sim.parameters.cell import CellParameters
from sim.parameters.facts import Basis, Fact
from sim.parameters.population import PopulationParameters

__all__ = [
    "FACTS",
    "Basis",
    "BodyParameters",
    "CellParameters",
    "Entry",
    "Fact",
    "ParameterError",
    "Parameters",
    "PopulationParameters",
    "describe",
]


class Entry(NamedTuple):
    """One row of the parameter table."""

    group: str
    name: str
    value: float
    fact: Fact


class ParameterError(InputError):
    """Parameters that do not exist or cannot be."""


class Parameters(NamedTuple):
    """All numbers of the model, in the groups that compiled code takes."""

    cell: CellParameters = CellParameters()
    body: BodyParameters = BodyParameters()
    population: PopulationParameters = PopulationParameters()

    def replace(self, changes: Mapping[str, float] | None = None, /, **named: float) -> "Parameters":
        """Return parameters with some values changed, each in the unit of its table row.

        Raises
        ------
        ParameterError
            Lists every unknown name (with the nearest known one), every value that is not finite
            and every one outside twice the width of its plausible range.
        """
        wanted = {**(changes or {}), **named}
        faults = [fault for name, value in wanted.items() if (fault := _fault(name, value))]
        if faults:
            raise ParameterError(faults)
        groups: list[Any] = [self.cell, self.body, self.population]
        return Parameters(
            *(
                group._replace(**{k: float(v) for k, v in wanted.items() if k in group._fields})
                for group in groups
            )
        )


def describe(parameters: Parameters | None = None) -> Iterator[Entry]:
    """Yield a row for every parameter, in the order of declaration."""
    for field, group in zip(Parameters._fields, parameters or Parameters(), strict=True):
        hints: dict[str, Any] = get_type_hints(type(group), include_extras=True)
        for name, value in zip(hints, group, strict=True):
            yield Entry(field, name, value, hints[name].__metadata__[0])


FACTS = {entry.name: entry.fact for entry in describe()}
"""What is known about each parameter, by name."""


def _fault(name: str, value: float) -> str | None:
    """Say what is wrong with setting a parameter to a value, or None."""
    if name not in FACTS:
        near = difflib.get_close_matches(name, FACTS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"no parameter is called {name!r}{hint} (`sim describe` lists them)"
    fact = FACTS[name]
    margin = fact.high - fact.low
    low, high = fact.low - margin, fact.high + margin
    low = max(low, 0.0) if fact.low >= 0 else low
    if not (math.isfinite(value) and low <= value <= high):
        return (
            f"{name} = {value} {fact.unit} is out of bounds; allowed are {low:g} to {high:g} "
            f"(plausible: {fact.low:g} to {fact.high:g})"
        )
    return None
