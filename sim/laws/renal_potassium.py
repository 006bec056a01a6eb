"""Renal K: distal secretion through ROMK, which Mg of the tubule cell blocks from inside."""

from sim.compiled import law
from sim.elementary import power


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
def potassium_secretion(
    k_relative: float,
    aldosterone: float,
    romk: float,
    delivery: float,
    k_exponent: float,
    aldosterone_exponent: float,
    delivery_exponent: float,
) -> float:
    """Distal K secretion over normal.

    Parameters
    ----------
    k_relative, aldosterone, romk, delivery : float or array
        Plasma K, aldosterone, ROMK conductance and distal Na delivery, each over normal [1].
    k_exponent, aldosterone_exponent, delivery_exponent : float
        How steeply secretion follows them [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One at the normal state. None without open ROMK.
    """
    return (
        romk
        * power(k_relative, k_exponent)
        * power(aldosterone, aldosterone_exponent)
        * power(delivery, delivery_exponent)
    )
