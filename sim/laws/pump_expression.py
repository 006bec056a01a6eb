"""Slow regulation of the number of pumps: cells in low K lose pump sites over days."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def expression_rate(expression: float, k_relative: float, exponent: float, time: float) -> float:
    """Rate of change of pump expression towards its steady level at a given K_o.

    Parameters
    ----------
    expression : float or array
        Pump sites over normal [1].
    k_relative : float or array
        K_o over normal [1].
    exponent : float
        Expression follows K_o to this exponent [1].
    time : float
        Time constant [h].

    Returns
    -------
    float or array
        Rate [1/h].

    Limits
    ------
    Zero at expression 1 in normal K_o. Zero at expression = k_relative ** exponent.

    References
    ----------
    Dørup: Mg- and K-depleted rats lie on one regression of pump sites on muscle K.
    """
    return (power(k_relative, exponent) - expression) * (1.0 / time)
