"""A body's magnesium, potassium and sodium, simulated from its cells up.

>>> import sim
>>> result = sim.run("refractory-hypokalaemia", n_cells=1000, seed=1)
>>> result.table["plasma_k"], result.cells(120), result.plot()

Everything below is imported when it is first asked for, so that `sim --help` answers at once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
