"""Parathyroid hormone: suppressed by ionised Ca and Mg; its action saturates."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def secretion(signal: float, normal: float, half: float, hill: float, floor: float) -> float:
    """PTH secretion over normal by the Ca-sensing receptor.

    Parameters
    ----------
    signal, normal : float or array
        Signal at the receptor, now and normally: ionised Ca and a part of ionised Mg [mM].
    half : float
        Level, over normal, in the middle of the range of secretion [1].
    hill : float
        Steepness [1].
    floor : float
        Minimal secretion over normal [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One at the normal level. Falls towards ``floor`` as Ca rises. Levels off as Ca falls.

    References
    ----------
    Brent et al. 1988 and Schwarz et al. 1994: a sigmoid between 0.25 and 4.2 of the basal level.
    """
    half_maximal = power(half, hill)
    return floor + (1.0 - floor) * (1.0 + half_maximal) / (half_maximal + power(signal / normal, hill))


@law
def saturating_action(action: float) -> float:
    """Effect of a hormone action over normal that saturates, 2 a/(1 + a) [1].

    Limits
    ------
    Zero without hormone. One at the normal action. Two with very much.
    """
    return 2.0 * action / (1.0 + action)
