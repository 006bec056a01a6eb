"""Mg-dependent K leak: cell Mg plugs the pore of K channels, the more so the less negative V is."""

from sim.numerics.elementary import exp, sqrt
from sim.numerics.jit import law


@law
def block_ratio(mg_free: float, u: float, u_k: float, half_mg: float, steepness: float) -> float:
    """Blocked over open gates of Mg-gated K channels.

    Parameters
    ----------
    mg_free : float or array
        Free Mg of the cell [mM].
    u, u_k : float or array
        Reduced membrane potential and K equilibrium potential [1].
    half_mg : float
        Free Mg that blocks half at V = E_K [mM].
    steepness : float
        Voltage dependence of the block per reduced volt [1].

    Returns
    -------
    float or array
        Ratio [1].

    Limits
    ------
    Zero without Mg. One at mg_free = half_mg and V = E_K.

    References
    ----------
    Yan & Ishihara 2005: α = 12 exp(−0.025 (V − E_K)), β = 28 [Mg] exp(0.025 (V − E_K)) per ms.
    """
    return mg_free * (1.0 / half_mg) * exp(steepness * (u - u_k))


@law
def unblocked_part(ratio: float) -> float:
    """Part of Mg-gated K channels that Mg leaves open [1], from :func:`block_ratio`.

    Limits
    ------
    One without Mg. Half at a ratio of one.
    """
    return 1.0 / (1.0 + ratio)


@law
def open_fraction(unblocked: float, resistant: float) -> float:
    """Open part of Mg-gated K channels [1], of which the part ``resistant`` [1] cannot be blocked.

    Limits
    ------
    One without Mg. Falls to ``resistant`` with much Mg.
    """
    return resistant + (1.0 - resistant) * unblocked


@law
def conductance_factor(k_relative: float) -> float:
    """K permeability over normal as K_o changes, the square root of K_o over normal [1].

    Limits
    ------
    One in normal K_o. Half in a quarter of it.
    """
    return sqrt(k_relative)
