"""Named records in flat arrays: how names become places, written once for all records.

State is kept in flat vectors and in rows of a table, because integrators and vector units want it so.
Laws want names. The functions here make, for a type of record, what reads it from an array or writes it
there. Places follow from the order of fields, and a record inside a record takes its places one after
the other, so no place is ever written down. Each is ordinary Python text, made when the type is
declared, that compiled code inlines.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast, get_type_hints

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import law

Record = TypeVar("Record", bound=NamedTuple)

_known_places: dict[type[Any], tuple[str, ...]] = {}
"""What :func:`places_of` has found: Python takes long to read annotations."""


def places_of(kind: type[Any]) -> tuple[str, ...]:
    """Path of each number of a type of record, such as ``ecf.na``, in the order of places."""
    if kind not in _known_places:
        _known_places[kind] = tuple(_places_of(kind, ""))
    return _known_places[kind]


def _places_of(kind: type[Any], prefix: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    for name in kind._fields:
        if hasattr(hints[name], "_fields"):
            yield from _places_of(hints[name], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def names_of(kind: type[Any]) -> tuple[str, ...]:
    """Names of all numbers of a type of record, such as ``ecf_na``, in the order of places."""
    return tuple(path.replace(".", "_") for path in places_of(kind))


def flattened(record: Any) -> NDArray[np.float64]:
    """All numbers of a record in one vector."""
    numbers = _numbers_of(type(record))  # type: ignore[arg-type]
    return np.array(numbers(record), dtype=float).reshape(-1)


@cache
def _numbers_of(kind: type[Any]) -> Callable[[Any], Any]:
    """Function that reads all numbers of a type of record."""
    return attrgetter(*places_of(kind))


def vector_reader(kind: type[Record]) -> Callable[[Any], Record]:
    """Make the function that reads a record from a vector."""
    places = iter(range(len(names_of(kind))))
    text = _constructed(kind, lambda _: f"vector[{next(places)}]")
    return cast(Callable[[Any], Record], _returning(kind, "vector", text))


def vector_writer(kind: type[Any]) -> Callable[[Any, Any], None]:
    """Make the function that writes a record into a vector."""
    lines = [f"vector[{place}] = record.{path}" for place, path in enumerate(places_of(kind))]
    return cast(Callable[[Any, Any], None], _function(kind, "record, vector", lines))


def rows_reader(kind: type[Any]) -> Callable[[Any, int, int], Any]:
    """Make the function that gives the rows of a table, from start to stop, the names of a record."""
    places = iter(range(len(names_of(kind))))
    text = _constructed(kind, lambda _: f"table[{next(places)}, start:stop]")
    return cast(Callable[[Any, int, int], Any], _returning(kind, "table, start, stop", text))


def element_reader(kind: type[Record]) -> Callable[[Any, int], Record]:
    """Make the function that reads the record at a place of named rows, as double numbers."""
    text = _constructed(kind, lambda path: f"float64(rows.{path}[i])")
    return cast(Callable[[Any, int], Record], _returning(kind, "rows, i", text))


def column_reader(kind: type[Record], varying: Sequence[str]) -> Callable[[Any, int, Any], Record]:
    """Make the function that reads a record from a column of a table.

    Parameters
    ----------
    kind : type
        Type of record.
    varying : sequence of str
        Paths of the numbers that the table has, a row each; see :func:`places_of`. The others are those
        of a record that all columns have in common.

    Returns
    -------
    callable
        ``read(table, column, common)``.
    """
    rows = {path: row for row, path in enumerate(varying)}
    text = _constructed(
        kind, lambda path: f"table[{rows[path]}, column]" if path in rows else f"common.{path}"
    )
    return cast(Callable[[Any, int, Any], Record], _returning(kind, "table, column, common", text))


def elementwise(
    kind: type[Record], operation: Callable[[float, float], float]
) -> Callable[[Record, Record], Record]:
    """Make the function that combines two records number by number."""
    text = _constructed(kind, lambda path: f"operation(a.{path}, b.{path})")
    return cast(Callable[[Record, Record], Record], _returning(kind, "a, b", text, operation))


def broadcast(
    kind: type[Record], operation: Callable[[float, float], float]
) -> Callable[[Record, float], Record]:
    """Make the function that combines each number of a record with one number."""
    text = _constructed(kind, lambda path: f"operation(a.{path}, b)")
    return cast(Callable[[Record, float], Record], _returning(kind, "a, b", text, operation))


def _constructed(kind: type[Any], value: Callable[[str], str], prefix: str = "") -> str:
    """Write the construction of a record, given how each number is written."""
    hints = get_type_hints(kind)
    parts = [
        f"{name}={_constructed(hints[name], value, f'{prefix}{name}.')}"
        if hasattr(hints[name], "_fields")
        else f"{name}={value(prefix + name)}"
        for name in kind._fields
    ]
    return f"{kind.__name__}({', '.join(parts)})"


def _returning(kind: type[Any], parameters: str, text: str, operation: Any = None) -> Any:
    """Make a function that returns what a text says."""
    return _function(kind, parameters, [f"return {text}"], operation)


def _function(kind: type[Any], parameters: str, lines: Sequence[str], operation: Any = None) -> Any:
    """Make a function with the given lines, in which types of records and an operation are known."""
    body = "".join(f"    {line}\n" for line in lines)
    scope = {**_types_in(kind), "operation": operation, "float64": np.float64}
    exec(compile(f"def function({parameters}):\n{body}", f"<layout of {kind.__name__}>", "exec"), scope)
    return law(scope["function"])


def _types_in(kind: type[Any]) -> dict[str, type[Any]]:
    """Types of records that a type of record is made of, by name."""
    found = {kind.__name__: kind}
    for hint in get_type_hints(kind).values():
        if hasattr(hint, "_fields"):
            found |= _types_in(hint)
    return found
