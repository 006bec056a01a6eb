"""Stochastic replicate studies: design, engines, store and findings.

A study is many replicates, each a body of its own, in which every arm (a condition) is done to the same
body with the same fluctuations. Results are the same bits wherever and in whatever pieces it runs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
