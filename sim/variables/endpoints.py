"""Endpoints: statements such as "plasma_k < 3.5", whose probability a study reports."""

import re
from typing import Any, Final, NamedTuple

import numpy as np

from sim.errors import InputError, QuantityError, shown, unknown_names
from sim.parameters import FACTS
from sim.quantities.parsing import MAX_LENGTH, parse_named
from sim.variables.table import VARIABLES

_PATTERN: Final = re.compile(
    r"\s*([a-z]\w*)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*)?"
)
_BOUND_DIGITS: Final = 12
"""Significant digits of a bound in another unit: "3.5 mEq/L" and "3.5 mM" are one endpoint."""


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
        """Read text such as "plasma_k < 3.5", "plasma_k < 3.5 mEq/L" or "plasma_mg < 1.2 mg/dL".

        A bound without a unit is in that of the variable; any other unit of the same kind is converted.

        Raises
        ------
        InputError
            If the text is not an endpoint.
        """
        if isinstance(text, Endpoint):
            return text
        match = None
        if isinstance(text, str) and len(text) <= MAX_LENGTH:
            match = _PATTERN.fullmatch(text)
        if match is None:
            raise InputError([f'{shown(text)} is not an endpoint such as "plasma_k < 3.5"'])
        name, relation, number, unit = match.groups(default="")
        if name in FACTS and name not in VARIABLES:
            raise InputError([f"{text!r}: {name} is a parameter, which is given; name a variable"])
        if problems := list(unknown_names([name], VARIABLES, "variable")):
            raise InputError(problems)
        own = VARIABLES[name].unit
        if not np.isfinite(float(number)):
            raise InputError([f"{text!r}: {number} is not a finite number"])
        if unit.strip() in ("", own):
            return cls(name, relation, float(number))
        try:
            bound = parse_named(name, f"{number} {unit.strip()}", own, f"{name} {relation} 1 {own}")
        except QuantityError as error:
            raise InputError([f"{text!r}: {name} is in {own}; {error}"]) from None
        return cls(name, relation, float(f"{bound:.{_BOUND_DIGITS}g}"))

    def holds(self, values: Any) -> Any:
        """Whether it is true of each value; False for NaN."""
        compare = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}
        return compare[self.relation](values, self.bound)

    def __str__(self) -> str:
        unit = VARIABLES[self.variable].unit
        return f"{self.variable} {self.relation} {self.bound:.{_BOUND_DIGITS}g}" + (
            "" if unit == "1" else f" {unit}"
        )
