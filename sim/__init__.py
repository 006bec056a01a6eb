"""A body's magnesium, potassium and sodium, simulated from its cells up.

>>> import sim
>>> result = sim.run("refractory-hypokalaemia", n_cells=1000, seed=1)
>>> result.table["plasma_k"], result.cells(120), result.plot()

The public names are listed in ``__init__.pyi``, once. Each is imported when it is first used, so that
``sim --help`` answers at once.
"""

from typing import Any

import lazy_loader

_public, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """Import a public name, or read the version, when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("sim-mg")
    return _public(name)
