"""Renal Na: a steep response to extracellular volume, opposed by aldosterone."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def sodium_excretion(
    normal: float,
    volume_relative: float,
    aldosterone: float,
    natriuresis: float,
    volume_exponent: float,
    aldosterone_exponent: float,
) -> float:
    """Urinary Na.

    Parameters
    ----------
    normal : float
        Excretion at the normal state [mmol/h].
    volume_relative, aldosterone : float or array
        Extracellular volume and aldosterone over normal [1].
    natriuresis : float or array
        Factor of diuretics, one without [1].
    volume_exponent, aldosterone_exponent : float
        How steeply excretion rises with volume and falls with aldosterone [1].

    Returns
    -------
    float or array
        Excretion [mmol/h].

    Limits
    ------
    Normal at the normal state. Rises with volume, falls with aldosterone.
    """
    return (
        normal
        * natriuresis
        * power(volume_relative, volume_exponent)
        * power(aldosterone, -aldosterone_exponent)
    )
