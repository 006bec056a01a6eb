"""The laws: one mechanism a file, each a scalar function in plain numbers.

A law runs on floats, on NumPy arrays (for figures) and inlined in compiled loops over cells. Units are
in its docstring; every sentence under *Limits* is a test.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
