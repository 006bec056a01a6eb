"""Named numbers in one piece of memory, which compiled code takes by its address.

A named tuple reaches compiled code as an argument for each of its numbers, and every function that
hands it on is compiled with as many. A record has the same names and is one argument.
"""

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import numpy as np

Named = TypeVar("Named", bound=tuple[Any, ...])


def records(of: Sequence[Named]) -> Sequence[Named]:
    """Make records of named tuples of one kind.

    Parameters
    ----------
    of : sequence of named tuple
        Their values are numbers, or named tuples of numbers.

    Returns
    -------
    sequence
        A NumPy array of records; values are read by the names of the tuples.
    """
    return cast(Sequence[Named], np.array(list(of), dtype=_type_of(of[0])).view(np.recarray))


def record(of: Named) -> Named:
    """Make a record of a named tuple; see :func:`records`."""
    return records([of])[0]


def _type_of(numbers: tuple[Any, ...]) -> np.dtype[Any]:
    """Type of the record of a named tuple."""
    named = numbers._asdict()  # type: ignore[attr-defined]
    fields = [
        (name, _type_of(value) if isinstance(value, tuple) else np.float64)
        for name, value in named.items()
    ]
    return np.dtype((np.record, fields))
