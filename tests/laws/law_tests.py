"""Common parts of the tests of the laws: strategies for their arguments, and the list of all laws."""

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
"""A quantity relative to normal."""
increases = st.floats(1.01, 2.0)
"""Factor of an increase."""
exponents = st.floats(0.1, 5.0)
potentials = st.floats(-6.0, 3.0)
"""Reduced potential."""
concentrations = st.floats(0.1, 200.0)
mg = st.floats(0.02, 5.0)
amounts = st.floats(0.0, 200.0)
times = st.floats(0.5, 2000.0)


def plausible(name: str, minimum: float = 0.0) -> st.SearchStrategy[float]:
    """Strategy for a parameter within its plausible range, not below ``minimum``."""
    return st.floats(max(FACTS[name].low, minimum), max(FACTS[name].high, minimum))


def public_laws() -> list[Callable[..., Any]]:
    """Public laws of all modules, sorted by name, in the form that the kernels use.

    A plain scalar derived from a law in ratio form does not count as a law.
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
