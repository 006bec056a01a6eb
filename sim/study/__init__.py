"""Stochastic replicate studies: design, executors, store and findings.

A study has many replicates. Each is one virtual body that goes through all arms (conditions) with the
same cells and the same fluctuations. With parameter sets, each replicate is simulated once with every
set; a replicate with a set is called a member. Results are the same bits wherever and in whatever
pieces a study runs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
