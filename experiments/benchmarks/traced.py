"""The law of a cell as a list of operations, for implementations in other languages.

The law itself is called once with numbers that record the operations on them, so that it has a single
implementation: this module only states how each operation is written elsewhere. Repeated operations are
recorded once.
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
        Replacements of functions of :mod:`sim.numerics.elementary` or
        :mod:`sim.numerics.significand`.
    """
    return _copied(law, dict(functions))


def _copied(law: Any, copies: dict[Any, Any]) -> Any:
    """Return the copy of a function, made together with those of its callees if necessary."""
    if law not in copies:
        names = dict(law.__globals__)
        copies[law] = FunctionType(law.__code__, names, law.__name__, law.__defaults__, law.__closure__)
        for name in law.__code__.co_names:
            called = names.get(name)
            if isinstance(called, FunctionType) and called.__module__.startswith("sim."):
                names[name] = _copied(called, copies)
    return copies[law]


class Trace:
    """Operations in the order of their execution, each with a name for its result."""

    def __init__(self) -> None:
        self.operations: list[tuple[str, str, tuple[str, ...]]] = []
        """Name of the result, operation, and operands."""
        self._known: dict[tuple[str, ...], str] = {}

    def record(self, operation: str, *operands: Any) -> "Traced":
        """Record an operation, or find it among the earlier ones."""
        names = tuple(x.name if isinstance(x, Traced) else repr(float(x)) for x in operands)
        key = (operation, *names)
        if key not in self._known:
            self._known[key] = f"x{len(self.operations)}"
            self.operations.append((self._known[key], operation, names))
        return Traced(self._known[key], self)

    def input(self, name: str) -> "Traced":
        """Create an input."""
        return Traced(name, self)


class Traced:
    """A number that records the operations on it in a trace."""

    def __init__(self, name: str, trace: Trace) -> None:
        self.name, self.trace = name, trace

    def __add__(self, other: Any) -> "Traced":
        return self.trace.record("+", self, other)

    def __radd__(self, other: Any) -> "Traced":
        return self.trace.record("+", other, self)

    def __sub__(self, other: Any) -> "Traced":
        return self.trace.record("-", self, other)

    def __rsub__(self, other: Any) -> "Traced":
        return self.trace.record("-", other, self)

    def __mul__(self, other: Any) -> "Traced":
        return self.trace.record("*", self, other)

    def __rmul__(self, other: Any) -> "Traced":
        return self.trace.record("*", other, self)

    def __truediv__(self, other: Any) -> "Traced":
        return self.trace.record("/", self, other)

    def __rtruediv__(self, other: Any) -> "Traced":
        return self.trace.record("/", other, self)

    def __neg__(self) -> "Traced":
        return self.trace.record("-", 0.0, self)

    def __bool__(self) -> bool:
        raise TypeError("a law that branches cannot be traced; choose by arithmetic")


def _recorded(operation: str) -> Law:
    """Return a function that is recorded as one operation."""

    def function(*operands: Any) -> Any:
        trace = next((x.trace for x in operands if isinstance(x, Traced)), None)
        if trace is None:
            raise TypeError(f"{operation} of plain numbers; trace the expressions that they come from")
        return trace.record(operation, *operands)

    return function


OPERATIONS = {
    elementary.sqrt: _recorded("sqrt"),
    elementary.maximum: _recorded("max"),
    elementary.clamp: lambda x, low, high: _recorded("min")(_recorded("max")(x, low), high),
    significand.split: lambda x: (_recorded("significand")(x), _recorded("exponent")(x)),
}
"""Functions that are one operation in any language; exponential and logarithm are the program's own."""
OPERATIONS_OF_LIBRARIES = {
    **OPERATIONS,
    elementary.exp: _recorded("exp"),
    elementary.expm1: _recorded("expm1"),
    elementary.log: _recorded("log"),
    elementary.rough_log: _recorded("log"),
}
"""The same with the exponential and logarithm of the language's library."""


class TracedRates(NamedTuple):
    """Rates of a cell as operations on named inputs."""

    trace: Trace
    inputs: dict[str, tuple[str, ...]]
    """Names of states, of traits, and of numbers that cells share."""
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

    def numbers(record: Any, prefix: str) -> Any:
        values = []
        for name, hint in get_type_hints(record).items():
            if hasattr(hint, "_fields"):  # A nested record.
                values.append(numbers(hint, f"{prefix}_{name}"))
            else:
                shared.append(f"{prefix}_{name}")
                values.append(trace.input(shared[-1]))
        return record(*values)

    state = CellState(*(trace.input(f"state_{name}") for name in CellState._fields))
    traits = CellTraits(*(trace.input(f"trait_{name}") for name in CellTraits._fields))
    fluid, control = numbers(Fluid, "fluid"), numbers(Control, "control")
    p, constants = numbers(CellParameters, "p"), numbers(CellConstants, "constants")
    now = with_functions(fluctuated, functions)(traits, trace.input("fraction"))
    rates = with_functions(cell_rates, functions)(state, now, fluid, control, p, constants)
    inputs = {
        "state": tuple(x.name for x in state),
        "traits": tuple(x.name for x in traits),
        "shared": tuple(shared),
    }
    return TracedRates(trace, inputs, tuple(x.name for x in rates))


def shared_values(
    fluid: Fluid, control: Control, p: CellParameters, constants: CellConstants
) -> np.ndarray:
    """Values of the numbers that cells share, in the order of ``inputs["shared"]``."""
    return np.array([x for numbers in (fluid, control, p, constants) for x in _flat(numbers)])


def _flat(numbers: Sequence[Any]) -> list[float]:
    """Numbers of a named tuple or record, including nested ones."""
    return [y for x in numbers for y in (_flat(x) if isinstance(x, tuple | np.record) else [float(x)])]
