"""Renin: rises as the extracellular fluid shrinks."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def renin_target(volume_relative: float, exponent: float) -> float:
    """Level of renin over normal at a steady volume.

    Parameters
    ----------
    volume_relative : float or array
        Extracellular volume over normal [1].
    exponent : float
        How steeply renin falls with volume [1].

    Returns
    -------
    float or array
        Renin over normal [1].

    Limits
    ------
    One at normal volume. Falls as volume rises.
    """
    return power(volume_relative, -exponent)
