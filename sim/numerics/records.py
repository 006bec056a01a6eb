"""Named numbers in one piece of memory, which compiled code takes by its address.

A named tuple reaches compiled code as one argument for each of its numbers, and every function that
passes it on is compiled with as many: slow to compile. A record has the same names and is one argument.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

import numpy as np

Named = TypeVar("Named", bound=tuple[Any, ...])


def records(named_tuples: Sequence[Named]) -> Sequence[Named]:
    """Make records of named tuples of one type.

    Parameters
    ----------
    named_tuples : sequence of named tuple
        At least one; their values are numbers, or named tuples of numbers.

    Returns
    -------
    sequence
        A NumPy array of records, whose values are read by the names of the tuples.
    """
    values = np.array(list(named_tuples), dtype=_record_type(type(named_tuples[0])))
    # Not a recarray, which compiled code takes seven times more slowly.
    return cast(Sequence[Named], values)


def record(named_tuple: Named) -> Named:
    """Make a record of a named tuple; see :func:`records`."""
    return records([named_tuple])[0]


@cache
def _record_type(kind: type[Any]) -> np.dtype[Any]:
    """Type of the record of a type of named tuple.

    One object for each: compiled code recognises it as such, but compares equal ones field by field.
    """
    hints = get_type_hints(kind)
    fields = [
        (name, _record_type(hints[name]) if hasattr(hints[name], "_fields") else np.float64)
        for name in kind._fields
    ]
    return np.dtype((np.record, fields))
