"""Knock-outs: a mechanism that is switched off keeps the normal value of its input."""

from sim.numerics.jit import law


@law
def gated_input(gate: float, actual: float, normal: float) -> float:
    """Input of a mechanism, in the unit of ``actual``.

    Parameters
    ----------
    gate : float
        One for the intact mechanism, zero for the knock-out [1].
    actual, normal : float or array
        Value now and normally [any unit].

    Limits
    ------
    The actual value with the gate at one. The normal value with the gate at zero.
    """
    return normal + gate * (actual - normal)
