"""Gut: a pool that is filled by intake and emptied by absorption and stool."""

from sim.numerics.jit import law


@law
def magnesium_absorbed_fraction(content: float, active: float, half: float, passive: float) -> float:
    """Part of the Mg leaving the gut that is absorbed: a saturable path and one in proportion.

    The saturable part is the slope of ``active · content/(half + content)``. So a meal into an empty
    gut is absorbed as measured, whatever the transit time, and meals in close succession compete.

    Parameters
    ----------
    content : float or array
        Mg in the absorbing gut [mmol].
    active : float or array
        Maximal absorption of the saturable path from one meal [mmol].
    half : float
        Meal of which that path absorbs half its greatest amount [mmol].
    passive : float
        Part absorbed in proportion to content [1].

    Returns
    -------
    float or array
        Fraction [1].

    Limits
    ------
    ``active/half + passive`` from an empty gut. ``passive`` from an overfull one. Over a meal's
    passage it adds up to ``active · meal/(half + meal) + passive · meal``.

    References
    ----------
    Fine et al. 1991: of a meal of I mEq, 3.5 I/(6.1 + I) + 0.07 I is absorbed.
    """
    room = half + content
    return active * half / (room * room) + passive


@law
def absorption(content: float, fraction: float, transit: float) -> float:
    """Absorption [mmol/h] of a gut content [mmol], an absorbed fraction [1] and a transit time [h].

    What is not absorbed, ``absorption(content, 1 − fraction, transit)``, is stool.

    Limits
    ------
    Zero from an empty gut. With the stool it empties the gut once a transit time.
    """
    return fraction * content / transit
