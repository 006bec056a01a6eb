"""First-order approach of a slow quantity to its target."""

from sim.numerics.jit import law


@law
def relaxation_rate(level: float, target: float, time: float) -> float:
    """Rate of change towards a target: (target − level)/time, in the unit of level per h.

    Limits
    ------
    Zero at the target.
    """
    return (target - level) / time
