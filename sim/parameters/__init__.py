"""Every number of the model, declared once: value, unit, meaning, source, basis and range.

Named tuples of floats, so compiled code takes them as they are. The facts about a number sit
beside it, in its annotation, and reach `sim describe`, the table of parameters and provenance through
:func:`describe`. To change numbers: ``Parameters().replace(pump_half_mg=0.1)``.
"""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from numbers import Real
from typing import Any, NamedTuple, get_type_hints

from sim.errors import MAX_PROBLEMS, ParameterError, shown
from sim.parameters.body import BodyParameters
from sim.parameters.cell import CellParameters
from sim.parameters.cell_types import (
    CELL_TYPES,
    ONE_OF_EACH,
    REGISTRY,
    TITLES,
    CellType,
    TypeParameters,
)
from sim.parameters.facts import Basis, Fact
from sim.parameters.inputs import KNOCK_OUTS, Control
from sim.parameters.person import PersonParameters
from sim.parameters.population import PopulationParameters
from sim.parameters.signs import SignParameters
from sim.parameters.survival import SURVIVAL_LIMITS, SurvivalLimit

__all__ = [
    "CELL_TYPES",
    "FACTS",
    "HEADINGS",
    "KNOCK_OUTS",
    "ONE_OF_EACH",
    "SURVIVAL_LIMITS",
    "TITLES",
    "Basis",
    "BodyParameters",
    "CellParameters",
    "Control",
    "Entry",
    "Fact",
    "Parameters",
    "PersonParameters",
    "PopulationParameters",
    "SignParameters",
    "SurvivalLimit",
    "TypeParameters",
    "basis_counts",
    "describe",
    "table_rows",
]


class Entry(NamedTuple):
    """One row of the parameter table."""

    group: str
    name: str
    value: float
    fact: Fact


class Parameters(NamedTuple):
    """All parameters of the model, in the groups that compiled code takes."""

    cell: CellParameters = CellParameters()
    types: TypeParameters = TypeParameters()
    body: BodyParameters = BodyParameters()
    population: PopulationParameters = PopulationParameters()
    signs: SignParameters = SignParameters()
    person: PersonParameters = PersonParameters()

    def shares(self) -> dict[str, float]:
        """Share of each cell type in all cell water [1]; skeletal muscle has the remainder."""
        others = {name: float(getattr(self.types, f"{name}_share")) for name in CELL_TYPES[1:]}
        return {CELL_TYPES[0]: 1.0 - sum(others.values()), **others}

    def of_types(self) -> tuple[CellParameters, ...]:
        """Parameters of every cell type, in the order of :data:`CELL_TYPES`."""
        return tuple(self.cell._replace(**self._own(cell_type)) for cell_type in REGISTRY)

    def _own(self, cell_type: CellType) -> dict[str, float]:
        """Parameters in which a type differs from skeletal muscle, by the names of the typical cell."""
        names = getattr(cell_type.parameters, "_fields", ())
        return {
            name: getattr(self.types, f"{cell_type.name}_{name}") for name in names if name != "share"
        }

    def replace(self, changes: Mapping[str, float] | None = None, /, **named: float) -> "Parameters":
        """Return parameters with some values changed, each in the unit of its table row.

        Raises
        ------
        ParameterError
            Lists every unknown name (with the nearest known one), every value that is not finite
            and every one further outside its plausible range than that is wide, or under a tenth of it.
        """
        wanted = {**(changes or {}), **named}
        found = (problem for name, value in wanted.items() if (problem := _problem(name, value)))
        problems = list(islice(found, MAX_PROBLEMS))
        if problems:
            raise ParameterError(problems)
        return self.with_values(wanted)

    def with_values(self, numbers: Mapping[str, float]) -> "Parameters":
        """Return parameters with some values changed, whatever they are; names must be known."""
        groups: list[Any] = list(self)
        return Parameters(
            *(
                group._replace(**{k: float(v) for k, v in numbers.items() if k in group._fields})
                for group in groups
            )
        )


def describe(parameters: Parameters | None = None) -> Iterator[Entry]:
    """Yield a row for every parameter, in the order of declaration."""
    for field, group in zip(Parameters._fields, parameters or Parameters(), strict=True):
        hints: dict[str, Any] = get_type_hints(type(group), include_extras=True)
        for name, value in zip(hints, group, strict=True):
            yield Entry(field, name, value, hints[name].__metadata__[0])


HEADINGS = ("Parameter", "Value", "Unit", "Range", "Basis", "Source", "Meaning")
"""Headings of the parameter table."""


def table_rows() -> Iterator[tuple[str, ...]]:
    """Yield the parameter table as text, a tuple a row."""
    for _, name, value, fact in describe():
        plausible = f"{fact.low:g} to {fact.high:g}"
        source = fact.source.key
        yield name, f"{value:g}", fact.unit, plausible, fact.basis.value, source, fact.meaning


def basis_counts() -> str:
    """Say how many parameters are measured, derived, fitted and assumed."""
    counts = Counter(entry.fact.basis.value for entry in describe())
    return ", ".join(f"{counts[basis]} {basis}" for basis in Basis)


def markdown_table() -> str:
    """Parameter table and sources as Markdown, a page of the documentation."""
    lines = ["# Parameters", "", f"Generated by `sim describe --markdown`: {basis_counts()}.", ""]
    lines += [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * len(HEADINGS)}"]
    lines += [f"| {' | '.join(row)} |" for row in table_rows()]
    cited = {entry.fact.source.key: entry.fact.source.citation for entry in describe()}
    lines += ["", "## Sources", ""]
    lines += [f"- **{key}**: {cited[key]}" for key in sorted(cited)]
    return "\n".join(lines) + "\n"


FACTS = {entry.name: entry.fact for entry in describe()}
"""What is known about each parameter, by name."""


def allowed_range(fact: Fact) -> tuple[float, float]:
    """Lowest and highest value to which a parameter of the typical body may be set [its unit]."""
    margin = fact.high - fact.low
    low, high = fact.low - margin, fact.high + margin
    if fact.low >= 0.0:
        low = max(low, 0.1 * fact.low)
    if fact.unit == "1" and fact.high <= 1.0:
        high = min(high, 1.0)
    return low, high


def _problem(name: str, value: float) -> str | None:
    """Say what is wrong with setting a parameter to a value, or None."""
    if not isinstance(name, str):
        return f"{shown(name)} is not the name of a parameter (`sim describe` lists them)"
    if name not in FACTS:
        near = difflib.get_close_matches(name, FACTS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"no parameter is called {shown(name)}{hint} (`sim describe` lists them)"
    fact = FACTS[name]
    if isinstance(value, bool) or not isinstance(value, Real):
        return f"{name} = {shown(value)} is not a number; give {fact.low:g} to {fact.high:g} {fact.unit}"
    low, high = allowed_range(fact)
    if not low <= value <= high:  # False for NaN; exact for numbers beyond those of floating point.
        return (
            f"{name} = {shown(value)} {fact.unit} is out of bounds; allowed are {low:g} to {high:g} "
            f"(plausible: {fact.low:g} to {fact.high:g})"
        )
    return None
