"""Aldosterone: rises with plasma K, with a small extracellular volume and with Mg deficit."""

from sim.compiled import law
from sim.elementary import exp, power


@law
def aldosterone_target(
    plasma_k: float,
    k_normal: float,
    volume_relative: float,
    mg_relative: float,
    k_slope: float,
    volume_exponent: float,
    mg_gain: float,
) -> float:
    """Aldosterone over normal that the body calls for.

    Parameters
    ----------
    plasma_k, k_normal : float or array
        Plasma K, now and normally [mM].
    volume_relative, mg_relative : float or array
        Extracellular volume and plasma Mg over normal [1].
    k_slope : float
        Rise of its logarithm with plasma K [1/mM].
    volume_exponent : float
        How steeply it falls with volume [1].
    mg_gain : float
        Rise of its logarithm with the relative Mg deficit [1].

    Returns
    -------
    float or array
        Aldosterone over normal [1].

    Limits
    ------
    One at the normal state. Rises with K, falls with volume and with Mg.
    """
    return (
        exp(k_slope * (plasma_k - k_normal))
        * power(volume_relative, -volume_exponent)
        * exp(mg_gain * (1.0 - mg_relative))
    )
