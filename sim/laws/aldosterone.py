"""Aldosterone: stimulated by renin, plasma K and Mg deficit."""

from sim.numerics.elementary import exp, power
from sim.numerics.jit import law


@law
def aldosterone_target(
    renin: float,
    plasma_k: float,
    k_normal: float,
    mg_relative: float,
    renin_exponent: float,
    k_slope: float,
    mg_gain: float,
) -> float:
    """Level of aldosterone over normal towards which secretion moves it.

    Parameters
    ----------
    renin : float or array
        Renin over normal [1].
    plasma_k, k_normal : float or array
        Plasma K, now and normally [mM].
    mg_relative : float or array
        Plasma Mg over normal [1].
    renin_exponent : float
        How steeply it follows renin [1].
    k_slope : float
        Rise of its logarithm with plasma K [1/mM].
    mg_gain : float
        Rise of its logarithm with the relative Mg deficit [1].

    Returns
    -------
    float or array
        Aldosterone over normal [1].

    Limits
    ------
    One at the normal state. Rises with renin and with K, falls with Mg.
    """
    return (
        exp(k_slope * (plasma_k - k_normal))
        * power(renin, renin_exponent)
        * exp(mg_gain * (1.0 - mg_relative))
    )
