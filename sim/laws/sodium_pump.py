"""Na,K-ATPase: three Na out and two K in for one MgATP, with a Mg site of its own.

Both laws are ratios, whose division kernels share with that of other fluxes. The plain scalars at the
end are derived from them.
"""

from sim.numerics.jit import law
from sim.numerics.ratio import Ratio, scalar_of


@law
def mg_atp_ratio(mg_free: float, atp: float, dissociation: float) -> Ratio:
    """MgATP, the form of ATP that the pump takes.

    Parameters
    ----------
    mg_free : float or array
        Free Mg of the cell [mM].
    atp : float
        ATP with and without Mg [mM].
    dissociation : float
        Free Mg at which half of ATP is MgATP [mM].

    Returns
    -------
    Ratio of float or array
        MgATP [mM].

    Limits
    ------
    At mg_free = dissociation half of ATP is MgATP. With much Mg all of it is.
    """
    return Ratio(atp * mg_free, mg_free + dissociation)


@law
def pump_rate_ratio(
    na_in: float,
    k_out: float,
    mgatp: Ratio,
    mg_free: float,
    capacity: float,
    half_na: float,
    half_k: float,
    half_mgatp: float,
    half_mg: float,
) -> Ratio:
    """Cycles of the Na,K-ATPase; each moves three Na out, two K in and one charge out.

    Three equal Na sites, one effective K_o site, MgATP as substrate, and free Mg as cofactor: MgATP
    alone stays saturating down to 0.2 mM free Mg and cannot slow the pump.

    Parameters
    ----------
    na_in, k_out : float or array
        Na in cell water and K outside [mM].
    mgatp : Ratio of float or array
        MgATP of the cell [mM], from :func:`mg_atp_ratio`.
    mg_free : float or array
        Free Mg of the cell [mM].
    capacity : float or array
        Maximal rate [mmol of cycles per L of reference cell water per h].
    half_na, half_k, half_mgatp, half_mg : float
        Concentrations at half rate of each site [mM].

    Returns
    -------
    Ratio of float or array
        Rate [mmol/L/h].

    Limits
    ------
    Zero without Na_i, without K_o, without MgATP or without free Mg. With all in excess, capacity.
    Log slope in Na_i is 3 half_na/(na_in + half_na), 1.64 at 10 mM.

    References
    ----------
    Despa & Bers 2003 (Na_i); Nakao & Gadsby (K_o); Friedrich (MgATP); the Mg site is fitted.
    """
    na, all_na = na_in * na_in * na_in, na_in + half_na
    occupied = na * (mgatp.numerator * mg_free)
    mg_sites = (mgatp.numerator + half_mgatp * mgatp.denominator) * (mg_free + half_mg)
    maximal = capacity * (k_out / (k_out + half_k))
    return Ratio(maximal * occupied, (all_na * all_na) * (all_na * mg_sites))


mg_atp = scalar_of(mg_atp_ratio)


def pump_rate(
    na_in: float,
    k_out: float,
    mgatp: float,
    mg_free: float,
    capacity: float,
    half_na: float,
    half_k: float,
    half_mgatp: float,
    half_mg: float,
) -> float:
    """Value of :func:`pump_rate_ratio` [mmol/L/h] for a plain MgATP [mM]."""
    substrate = Ratio(mgatp, 1.0)
    sites = (half_na, half_k, half_mgatp, half_mg)
    return scalar_of(pump_rate_ratio)(na_in, k_out, substrate, mg_free, capacity, *sites)
