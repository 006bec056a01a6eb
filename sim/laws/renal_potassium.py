"""Renal K: distal secretion through ROMK, blocked from inside by Mg of the tubule cell."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def romk_openness(mg_tubule: float, mg_normal: float, half_mg: float) -> float:
    """ROMK conductance over normal.

    Parameters
    ----------
    mg_tubule, mg_normal : float or array
        Free Mg of distal tubule cells, now and normally [mM].
    half_mg : float
        Mg that blocks half of the outward current [mM].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One at normal Mg. Without Mg it is 1 + mg_normal/half_mg.

    References
    ----------
    Huang & Kuo 2007: Mg deficiency opens ROMK, but alone need not cause hypokalaemia.
    """
    return (1.0 + mg_normal / half_mg) / (1.0 + mg_tubule / half_mg)


@law
def feed_forward(absorbed_relative: float, gain: float, half: float) -> float:
    """Factor on K secretion from K in the gut, ahead of any rise of plasma K.

    Parameters
    ----------
    absorbed_relative : float or array
        K absorbed by the gut over the usual mean [1].
    gain : float
        Rise of secretion with very much K [1].
    half : float
        Added to absorption in the denominator: half of the rise is reached at half + 2 [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One at usual absorption. 1 − gain/half when nothing is absorbed. 1 + gain with very much.

    References
    ----------
    Stadt et al. 2022: gut K feeds forward to K excretion.
    """
    return 1.0 + gain * (absorbed_relative - 1.0) / (absorbed_relative + half)


@law
def potassium_secretion(
    k_relative: float,
    aldosterone: float,
    romk: float,
    delivery: float,
    hco3_relative: float,
    k_exponent: float,
    aldosterone_exponent: float,
    delivery_exponent: float,
    hco3_exponent: float,
) -> float:
    """Distal K secretion over normal.

    Parameters
    ----------
    k_relative, aldosterone, romk, delivery, hco3_relative : float or array
        Plasma K, aldosterone, ROMK conductance, distal Na delivery and plasma HCO3, each over normal
        [1].
    k_exponent, aldosterone_exponent, delivery_exponent, hco3_exponent : float
        How steeply secretion follows them [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One at the normal state. None without open ROMK. Rises with each of the five.
    """
    return (
        romk
        * power(k_relative, k_exponent)
        * power(aldosterone, aldosterone_exponent)
        * power(delivery, delivery_exponent)
        * power(hco3_relative, hco3_exponent)
    )
