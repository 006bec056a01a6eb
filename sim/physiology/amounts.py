"""Sums and differences of amounts by ion, in compiled code."""

from sim.numerics.jit import law
from sim.numerics.layout import elementwise
from sim.quantities.amounts import Amounts


@law
def _sum(a: float, b: float) -> float:
    return a + b


@law
def _difference(a: float, b: float) -> float:
    return a - b


plus = elementwise(Amounts, _sum)
minus = elementwise(Amounts, _difference)
"""Sum and difference of two records, ion by ion [mmol, or mmol/h]."""
