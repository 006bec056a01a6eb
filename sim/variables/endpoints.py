"""Endpoints: statements such as "plasma_k < 3.5", whose probability a study reports."""

import re
from typing import Any, Final, NamedTuple

import numpy as np

from sim.errors import InputError, unknown_names
from sim.variables.table import VARIABLES

_PATTERN: Final = re.compile(
    r"\s*([a-z]\w*)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*"
)


class Endpoint(NamedTuple):
    """A statement about a variable that is true or false of a body at a time.

    Attributes
    ----------
    variable : str
        From :data:`sim.variables.table.VARIABLES`.
    relation : {"<", "<=", ">", ">="}
        How its value compares with the bound.
    bound : float
        In the variable's unit.
    """

    variable: str
    relation: str
    bound: float

    @classmethod
    def read(cls, text: "str | Endpoint") -> "Endpoint":
        """Read text such as "plasma_k < 3.5" or "plasma_k < 3.5 mM"; no other unit is allowed.

        Raises
        ------
        InputError
            If the text is not an endpoint.
        """
        if isinstance(text, Endpoint):
            return text
        match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InputError([f'{text!r} is not an endpoint such as "plasma_k < 3.5"'])
        name, relation, bound, unit = match.groups()
        if problems := list(unknown_names([name], VARIABLES, "variable")):
            raise InputError(problems)
        if unit not in ("", VARIABLES[name].unit):
            raise InputError([f"{text!r}: {name} is in {VARIABLES[name].unit}, not in {unit}"])
        return cls(name, relation, float(bound))

    def holds(self, values: Any) -> Any:
        """Whether it is true of each value; False for NaN."""
        compare = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}
        return compare[self.relation](values, self.bound)

    def __str__(self) -> str:
        unit = VARIABLES[self.variable].unit
        return f"{self.variable} {self.relation} {self.bound:g}" + ("" if unit == "1" else f" {unit}")
