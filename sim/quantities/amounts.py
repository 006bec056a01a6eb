"""Amounts by ion: one record for sodium, potassium, magnesium and calcium."""

from typing import NamedTuple


class Amounts(NamedTuple):
    """Amount, or rate of change, of each ion [mmol, or mmol/h].

    The order of fields is part of results and checkpoints: append only, or say "results move".
    """

    na: float
    k: float
    mg: float
    ca: float


NO_AMOUNTS = Amounts(na=0.0, k=0.0, mg=0.0, ca=0.0)
"""No amount of any ion."""
