"""Mechanisms that depend on Mg and fail when plasma Mg falls far enough."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def magnesium_dependence(mg_relative: float, half: float, hill: float) -> float:
    """Function of a Mg-dependent mechanism: response of NCC to K, secretion of PTH, response to PTH.

    Parameters
    ----------
    mg_relative : float or array
        Ionised plasma Mg over normal [1].
    half : float
        Relative Mg at which about half of the function remains [1].
    hill : float
        Steepness [1].

    Returns
    -------
    float or array
        Function over normal [1].

    Limits
    ------
    One at normal Mg. Falls towards zero with Mg. At most 1 + half^hill.

    References
    ----------
    Ferdaus et al. 2019 (NCC, mice). Rude et al. 1976 and Suh et al. 1973: in severe deficiency PTH
    fails to rise, and bone resists it.
    """
    now, half_maximal = power(mg_relative, hill), power(half, hill)
    return now * (1.0 + half_maximal) / (now + half_maximal)
