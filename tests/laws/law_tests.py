"""What the tests of the laws share: numbers to draw, and the list of all laws."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from sim import laws
from sim.parameters import FACTS

reproducible = settings(derandomize=True, deadline=None, max_examples=100)

fractions = st.floats(0.0, 1.0)
relative = st.floats(0.2, 3.0)
"""A quantity over normal."""
more = st.floats(1.01, 2.0)
"""Factor by which something rises."""
exponents = st.floats(0.1, 5.0)
potentials = st.floats(-6.0, 3.0)
"""Reduced potential."""
concentrations = st.floats(0.1, 200.0)
mg = st.floats(0.02, 5.0)
amounts = st.floats(0.0, 200.0)
times = st.floats(0.5, 2000.0)


def plausible(name: str, least: float = 0.0) -> st.SearchStrategy[float]:
    """Draw a parameter from its plausible range, not below ``least``."""
    return st.floats(max(FACTS[name].low, least), max(FACTS[name].high, least))


def public_laws() -> list[Callable[..., Any]]:
    """Every law that a module defines for others, by name: the form that kernels use.

    A plain scalar that is derived from a law in form of a ratio is none of its own.
    """
    modules = [
        importlib.import_module(f"{laws.__name__}.{found.name}")
        for found in pkgutil.iter_modules(laws.__path__)
    ]
    return [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and not hasattr(module, f"{name}_ratio")
    ]
