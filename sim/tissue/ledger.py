"""Running totals of a tissue: what came in and went out since the start, kept without loss of digits."""

from typing import NamedTuple

import numpy as np

from sim.numerics.jit import kernel
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


@kernel
def post(body: Array, totals: Array, compensation: Array) -> None:
    """Move the running totals out of the state, where they would grow and lose digits.

    What rounding cuts off a sum is carried to the next one (Kahan's summation): ten times the Ca of the
    fluid passes through it every day.
    """
    for i in range(FIRST_TOTAL, body.size):
        corrected = body[i] + compensation[i]
        total = totals[i] + corrected
        compensation[i] = corrected - (total - totals[i])
        totals[i] = total
        body[i] = 0.0


def empty_ledger() -> Ledger:
    """Ledger at the start of a tissue."""
    totals, compensation = np.zeros((2, len(names_of(BodyState))))
    return Ledger(totals=totals, compensation=compensation)
