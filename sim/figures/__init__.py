"""Figures of a run, each on a page of its own, and of what runs have in common.

The style they share is in :mod:`sim.style`.
"""

from sim.figures.dose_response import dose_response
from sim.figures.overview import overview
from sim.figures.paired import paired_differences
from sim.style import EXPECTED, INK, STYLE, Page, save

__all__ = [
    "EXPECTED",
    "INK",
    "STYLE",
    "Page",
    "dose_response",
    "overview",
    "paired_differences",
    "save",
]
