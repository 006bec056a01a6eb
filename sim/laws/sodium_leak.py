"""Mg-dependent Na leak: extracellular Mg screens and blocks the passive entry of Na."""

from sim.numerics.jit import law


@law
def leak_factor(mg_out: float, mg_normal: float, half_mg: float, gated_share: float) -> float:
    """Na permeability over normal.

    Parameters
    ----------
    mg_out, mg_normal : float or array
        Ionised Mg outside, now and normally [mM].
    half_mg : float
        Mg that halves the gated leak of a Mg-free membrane [mM].
    gated_share : float
        Mg-dependent part of the normal leak [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One in normal Mg. Without Mg it is 1 + gated_share · mg_normal/half_mg. Falls towards
    1 − gated_share as Mg rises.

    References
    ----------
    Direction: external Mg inhibits the residual Na flux of red cells. Its size is fitted.
    """
    gated = (1.0 + mg_normal / half_mg) / (1.0 + mg_out / half_mg)
    return 1.0 - gated_share + gated_share * gated
