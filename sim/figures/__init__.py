"""Figures of a run, and pieces that figures of several runs are made of.

Data frames go in, a :class:`matplotlib.figure.Figure` comes out; figures never run a simulation or
read a result. All share the style of :mod:`sim.figures.style`. Figures of a study are in
:mod:`sim.figures.study`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
