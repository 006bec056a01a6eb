"""Knock-outs: a mechanism that is switched off goes on seeing the normal value of what drives it."""

from sim.numerics.jit import law


@law
def sensed(gate: float, actual: float, normal: float) -> float:
    """Value that a mechanism sees, in the unit of ``actual``.

    Limits
    ------
    The actual value with the gate at one. The normal value with the gate at zero.
    """
    return normal + gate * (actual - normal)
