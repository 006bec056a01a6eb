"""Mg buffering: most cell Mg sits on ATP, proteins and RNA; a few per cent are free."""

from sim.numerics.elementary import sqrt
from sim.numerics.jit import law


@law
def total_magnesium(mg_free: float, sites: float, half: float) -> float:
    """Total cell Mg [mM] from free Mg, binding sites and half-saturation [mM].

    Limits
    ------
    Free Mg alone without sites. Half the sites are full at mg_free = half.
    """
    return mg_free + sites * mg_free / (mg_free + half)


@law
def free_magnesium(mg_total: float, sites: float, half: float) -> float:
    """Free cell Mg, the positive root of the binding equilibrium.

    Parameters
    ----------
    mg_total : float or array
        Free and bound Mg [mM].
    sites : float or array
        Binding sites [mM].
    half : float
        Free Mg at which half of them are full [mM].

    Returns
    -------
    float or array
        Free Mg [mM].

    Limits
    ------
    Inverse of :func:`total_magnesium`. All Mg is free without sites.
    """
    b = sites + half - mg_total
    root = sqrt(b * b + 4.0 * half * mg_total)
    return 2.0 * half * mg_total / (b + root)
