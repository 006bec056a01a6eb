"""Aliases of methods for the names that they had in version 0.1."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def former_name_of(method: Callable[P, R]) -> Callable[P, R]:
    """Make an alias of a method for its former name."""

    @wraps(method)
    def alias(*args: P.args, **kwargs: P.kwargs) -> R:
        return method(*args, **kwargs)

    alias.__doc__ = f"Former name of :meth:`{method.__name__}`, kept for version 0.2."
    return alias
