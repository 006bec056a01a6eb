"""Gut: what is swallowed waits in the gut, is absorbed in part, and leaves with the stool."""

from sim.compiled import law


@law
def magnesium_absorbed_fraction(content: float, active: float, half: float, passive: float) -> float:
    """Part of gut Mg that is absorbed: a saturable path and one in proportion.

    Parameters
    ----------
    content : float or array
        Mg in the absorbing gut [mmol].
    active : float or array
        Greatest absorption of the saturable path from one gut filling [mmol].
    half : float
        Content at which that path is half used [mmol].
    passive : float
        Part absorbed in proportion [1].

    Returns
    -------
    float or array
        Fraction [1].

    Limits
    ------
    ``active/half + passive`` from an empty gut. ``passive`` from an overfull one.

    References
    ----------
    Fine et al. 1991: 65 % of a small dose, 11 % of 80 mEq, is absorbed.
    """
    return active / (half + content) + passive


@law
def absorption(content: float, fraction: float, transit: float) -> float:
    """Absorption [mmol/h] of a gut content [mmol], an absorbed fraction [1] and a transit time [h].

    What is not absorbed, ``absorption(content, 1 − fraction, transit)``, is stool.

    Limits
    ------
    Zero from an empty gut. With the stool it empties the gut once a transit time.
    """
    return fraction * content / transit
