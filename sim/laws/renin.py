"""Renin: rises as the extracellular fluid shrinks."""

from sim.compiled import law
from sim.elementary import power


@law
def renin_target(volume_relative: float, exponent: float) -> float:
    """Renin over normal that the volume calls for.

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
