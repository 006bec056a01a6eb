"""Statements about bodies, whose probability a study reports."""

import re
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError, unknown_names
from sim.variables.table import VARIABLES

QUESTION = re.compile(
    r"\s*([a-z]\w*)\s*(<=|>=|<|>)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*"
)


class Question(NamedTuple):
    """A statement about a variable that holds in a body or does not."""

    variable: str
    relation: str
    bound: float

    @classmethod
    def read(cls, text: "str | Question") -> "Question":
        """Read text such as "plasma_k < 3.5 mM"; the bound is in the variable's unit, written or not.

        Raises
        ------
        InputError
            If the text is no such statement.
        """
        if isinstance(text, Question):
            return text
        parts = QUESTION.fullmatch(text) if isinstance(text, str) else None
        if parts is None:
            raise InputError([f'{text!r} is not a statement such as "plasma_k < 3.5"'])
        name, relation, bound, unit = parts.groups()
        if problems := list(unknown_names([name], VARIABLES, "variable")):
            raise InputError(problems)
        if unit not in ("", VARIABLES[name].unit):
            raise InputError([f"{text!r}: {name} is in {VARIABLES[name].unit}, not in {unit}"])
        return cls(name, relation, float(bound))

    def holds(self, values: Any) -> Any:
        """Whether it holds for each value; False where there is none."""
        compare = {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal}
        return compare[self.relation](values, self.bound)

    def __str__(self) -> str:
        unit = VARIABLES[self.variable].unit
        return f"{self.variable} {self.relation} {self.bound:g}" + ("" if unit == "1" else f" {unit}")
