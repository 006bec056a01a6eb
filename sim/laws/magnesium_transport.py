"""Mg across the cell membrane: entry through channels, extrusion in exchange for two Na.

Both laws are ratios, whose division kernels share with that of other fluxes. The plain scalars at the
end are derived from them.
"""

from sim.numerics.jit import law
from sim.numerics.ratio import Ratio, scalar_of


@law
def magnesium_influx_ratio(
    mg_out: float, mg_free: float, maximal: float, half_out: float, half_in: float
) -> Ratio:
    """Mg influx through MagT1 and TRPM6/7; two charges in.

    Parameters
    ----------
    mg_out, mg_free : float or array
        Ionised Mg outside and free Mg inside [mM].
    maximal : float or array
        Maximal influx [mmol/L/h].
    half_out : float
        Mg_o at half influx [mM].
    half_in : float
        Mg_i that halves influx, Hill 2 [mM].

    Returns
    -------
    Ratio of float or array
        Influx [mmol/L/h].

    Limits
    ------
    Zero without Mg outside. Half of itself at mg_free = half_in against a Mg-free cell.
    """
    half2 = half_in * half_in
    unregulated = maximal * (mg_out / (mg_out + half_out))
    return Ratio(unregulated * half2, half2 + mg_free * mg_free)


@law
def sodium_magnesium_exchange_ratio(
    mg_free: float,
    na_in: float,
    na_out: float,
    mg_out: float,
    maximal: float,
    half_mg: float,
    half_na: float,
    block_na: float,
    block_mg: float,
) -> Ratio:
    """Mg efflux by the exchanger that lets in two Na for each Mg; no net charge.

    Parameters
    ----------
    mg_free, na_in : float or array
        Free Mg and Na of the cell [mM].
    na_out, mg_out : float or array
        Na and ionised Mg outside [mM].
    maximal : float or array
        Maximal efflux [mmol/L/h].
    half_mg, half_na : float
        Mg_i and Na_o at half rate, Hill 2 each [mM].
    block_na, block_mg : float
        Na_i and Mg_o that halve the rate [mM].

    Returns
    -------
    Ratio of float or array
        Mg efflux [mmol/L/h]; Na influx is twice that.

    Limits
    ------
    Zero without Mg inside or Na outside. Na inside slows it.

    References
    ----------
    Tashiro et al. 2005; constants as used by Dutta & Layton 2024.
    """
    mg2 = mg_free * mg_free
    na2 = na_out * na_out
    outside = na2 / (na2 + half_na * half_na) * (block_mg / (block_mg + mg_out))
    return Ratio((maximal * outside * block_na) * mg2, (mg2 + half_mg * half_mg) * (block_na + na_in))


magnesium_influx = scalar_of(magnesium_influx_ratio)
sodium_magnesium_exchange = scalar_of(sodium_magnesium_exchange_ratio)
