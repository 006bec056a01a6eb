"""What is said about each number: unit, meaning, source, basis and plausible range."""

from enum import StrEnum
from typing import NamedTuple

from sim.parameters.sources import Source


class Basis(StrEnum):
    """How well a number is known."""

    MEASURED = "measured"
    DERIVED = "derived"
    FITTED = "fitted"
    ASSUMED = "assumed"


MEASURED, DERIVED = Basis.MEASURED, Basis.DERIVED
FIT, ASSUME = Basis.FITTED, Basis.ASSUMED


class Fact(NamedTuple):
    """What is known about one parameter. The range is what a sensitivity study may explore."""

    unit: str
    meaning: str
    source: Source
    basis: Basis
    low: float
    high: float
