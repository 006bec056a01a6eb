"""Permission: mechanisms that need Mg and are lost when plasma Mg falls far enough."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def permission(mg_relative: float, half: float, hill: float) -> float:
    """How far Mg lets a mechanism work: NCC's answer to K, secretion of PTH, the answer to PTH.

    Parameters
    ----------
    mg_relative : float or array
        Ionised plasma Mg over normal [1].
    half : float
        Relative Mg at which about half is left [1].
    hill : float
        Steepness [1].

    Returns
    -------
    float or array
        Over normal [1].

    Limits
    ------
    One at normal Mg. Falls towards zero with Mg. At most 1 + half^hill.

    References
    ----------
    Ferdaus et al. 2019 (NCC, mice). Rude et al. 1976 and Suh et al. 1973: in severe deficiency PTH
    fails to rise, and bone resists it.
    """
    now, most = power(mg_relative, hill), power(half, hill)
    return now * (1.0 + most) / (now + most)
