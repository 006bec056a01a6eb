"""Running totals of a tissue: what came in and went out since the start, kept without loss of digits."""

from typing import NamedTuple

import numpy as np

from sim.numerics.layout import names_of
from sim.physiology.body import FIRST_TOTAL
from sim.physiology.body_state import BodyState
from sim.tissue.context import Array


class Ledger(NamedTuple):
    """Running totals of the body's state, and the rounding that the next entry compensates.

    Attributes
    ----------
    totals, compensation : (body,) array
        In the order of the body's states; zero for those that are no totals.
    """

    totals: Array
    compensation: Array

    def post(self, body: Array) -> None:
        """Move the running totals out of the state, where they would grow and lose digits.

        What rounding cuts off a sum is carried to the next one (Kahan's summation): ten times the Ca of
        the fluid passes through it every day.
        """
        entries = body[FIRST_TOTAL:]
        totals, compensation = self.totals[FIRST_TOTAL:], self.compensation[FIRST_TOTAL:]
        corrected = entries + compensation
        sums = totals + corrected
        compensation[:] = corrected - (sums - totals)
        totals[:] = sums
        entries[:] = 0.0


def empty_ledger() -> Ledger:
    """Ledger at the start of a tissue."""
    totals, compensation = np.zeros((2, len(names_of(BodyState))))
    return Ledger(totals=totals, compensation=compensation)
