"""Named numbers in one piece of memory, which compiled code takes by its address.

A named tuple reaches compiled code as one argument for each of its numbers, and every function that
passes it on is compiled with as many: slow to compile. A record has the same names and is one argument.
"""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

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
    values = np.array(list(named_tuples), dtype=_record_type(named_tuples[0]))
    return cast(Sequence[Named], values.view(np.recarray))


def record(named_tuple: Named) -> Named:
    """Make a record of a named tuple; see :func:`records`."""
    return records([named_tuple])[0]


def _record_type(named_tuple: tuple[Any, ...]) -> np.dtype[Any]:
    """Type of the record of a named tuple."""
    fields = [
        (name, _record_type(value) if isinstance(value, tuple) else np.float64)
        for name, value in named_tuple._asdict().items()  # type: ignore[attr-defined]
    ]
    return np.dtype((np.record, fields))
