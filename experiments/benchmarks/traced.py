"""The law of a cell as a list of operations, for peers that are written in other languages.

The law itself is called once with numbers that note what is done with them, so it is told once: here
is only how each operation is spelt elsewhere. What is computed twice is noted once.
"""

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, NamedTuple, get_type_hints

import numpy as np

from sim.numerics import elementary, significand
from sim.parameters import CellParameters, Control
from sim.physiology import CellConstants, CellState, CellTraits, Fluid, cell_rates, fluctuated

Law = Callable[..., Any]


def with_functions(law: Law, functions: dict[Law, Law]) -> Law:
    """Copy a law, and all laws that it calls, with other elementary functions.

    Parameters
    ----------
    law : callable
        A plain function of :mod:`sim`.
    functions : dict
        What to put in place of which function of :mod:`sim.numerics.elementary` or
        :mod:`sim.numerics.significand`.
    """
    return _copied(law, dict(functions))


def _copied(law: Any, copies: dict[Any, Any]) -> Any:
    """Return the copy of a function; make it first, and those of what it calls, if there is none."""
    if law not in copies:
        names = dict(law.__globals__)
        copies[law] = FunctionType(law.__code__, names, law.__name__, law.__defaults__, law.__closure__)
        for name in law.__code__.co_names:
            called = names.get(name)
            if isinstance(called, FunctionType) and called.__module__.startswith("sim."):
                names[name] = _copied(called, copies)
    return copies[law]


class Trace:
    """Operations in the order in which they were done, each with a name for its result."""

    def __init__(self) -> None:
        self.operations: list[tuple[str, str, tuple[str, ...]]] = []
        """Name of the result, operation, and what it is done with."""
        self._known: dict[tuple[str, ...], str] = {}

    def note(self, operation: str, *operands: Any) -> "Traced":
        """Note an operation, or find it among those that were done before."""
        words = tuple(x.name if isinstance(x, Traced) else repr(float(x)) for x in operands)
        key = (operation, *words)
        if key not in self._known:
            self._known[key] = f"x{len(self.operations)}"
            self.operations.append((self._known[key], operation, words))
        return Traced(self._known[key], self)

    def input(self, name: str) -> "Traced":
        """Make a number that is known from outside."""
        return Traced(name, self)


class Traced:
    """A number that notes in a trace what is done with it."""

    def __init__(self, name: str, trace: Trace) -> None:
        self.name, self.trace = name, trace

    def __add__(self, other: Any) -> "Traced":
        return self.trace.note("+", self, other)

    def __radd__(self, other: Any) -> "Traced":
        return self.trace.note("+", other, self)

    def __sub__(self, other: Any) -> "Traced":
        return self.trace.note("-", self, other)

    def __rsub__(self, other: Any) -> "Traced":
        return self.trace.note("-", other, self)

    def __mul__(self, other: Any) -> "Traced":
        return self.trace.note("*", self, other)

    def __rmul__(self, other: Any) -> "Traced":
        return self.trace.note("*", other, self)

    def __truediv__(self, other: Any) -> "Traced":
        return self.trace.note("/", self, other)

    def __rtruediv__(self, other: Any) -> "Traced":
        return self.trace.note("/", other, self)

    def __neg__(self) -> "Traced":
        return self.trace.note("-", 0.0, self)

    def __bool__(self) -> bool:
        raise TypeError("a law that branches cannot be traced; choose by arithmetic")


def _noting(operation: str) -> Law:
    """Make a function that is noted as one operation."""

    def noted(*operands: Any) -> Any:
        trace = next((x.trace for x in operands if isinstance(x, Traced)), None)
        if trace is None:
            raise TypeError(f"{operation} of plain numbers; trace what they are made of")
        return trace.note(operation, *operands)

    return noted


OPERATIONS = {
    elementary.sqrt: _noting("sqrt"),
    elementary.maximum: _noting("max"),
    elementary.clamp: lambda x, low, high: _noting("min")(_noting("max")(x, low), high),
    significand.split: lambda x: (_noting("significand")(x), _noting("exponent")(x)),
}
"""Functions that are one operation in any language, with the program's own exponential and logarithm."""
OPERATIONS_OF_LIBRARIES = {
    **OPERATIONS,
    elementary.exp: _noting("exp"),
    elementary.expm1: _noting("expm1"),
    elementary.log: _noting("log"),
    elementary.rough_log: _noting("log"),
}
"""With those of a language's library."""


class TracedRates(NamedTuple):
    """Rates of a cell as operations on named inputs."""

    trace: Trace
    inputs: dict[str, tuple[str, ...]]
    """Names of states, traits, the part of the step, and numbers that cells share."""
    rates: tuple[str, ...]
    """Names of the results."""


def traced_rates(functions: dict[Law, Law]) -> TracedRates:
    """Trace the rates of a cell.

    Parameters
    ----------
    functions : dict
        :data:`OPERATIONS` or :data:`OPERATIONS_OF_LIBRARIES`.
    """
    trace, shared = Trace(), []

    def numbers(kind: Any, prefix: str) -> Any:
        values = []
        for name, hint in get_type_hints(kind).items():
            if hasattr(hint, "_fields"):  # A record inside a record.
                values.append(numbers(hint, f"{prefix}_{name}"))
            else:
                shared.append(f"{prefix}_{name}")
                values.append(trace.input(shared[-1]))
        return kind(*values)

    state = CellState(*(trace.input(f"state_{name}") for name in CellState._fields))
    traits = CellTraits(*(trace.input(f"trait_{name}") for name in CellTraits._fields))
    fluid, control = numbers(Fluid, "fluid"), numbers(Control, "control")
    p, rest = numbers(CellParameters, "p"), numbers(CellConstants, "rest")
    now = with_functions(fluctuated, functions)(traits, trace.input("part"))
    rates = with_functions(cell_rates, functions)(state, now, fluid, control, p, rest)
    inputs = {
        "state": tuple(x.name for x in state),
        "traits": tuple(x.name for x in traits),
        "shared": tuple(shared),
    }
    return TracedRates(trace, inputs, tuple(x.name for x in rates))


def shared_values(fluid: Fluid, control: Control, p: CellParameters, rest: CellConstants) -> np.ndarray:
    """Values of the numbers that cells share, in the order of ``inputs["shared"]``."""
    return np.array([x for numbers in (fluid, control, p, rest) for x in _flat(numbers)])


def _flat(numbers: Sequence[Any]) -> list[float]:
    """Numbers of a named tuple or record, whatever is nested in it."""
    return [y for x in numbers for y in (_flat(x) if isinstance(x, tuple | np.record) else [float(x)])]
