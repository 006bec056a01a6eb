"""Figures of a study: courses, single cells, convergence, and probabilities of endpoints."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
