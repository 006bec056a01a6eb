"""Mean arterial pressure from extracellular volume and from Na of vascular muscle."""

from sim.numerics.elementary import maximum, power
from sim.numerics.jit import law

SMALLEST = 1e-6
"""Least volume and Na over normal that are told apart from none [1]."""


@law
def mean_arterial_pressure(
    normal: float,
    volume_relative: float,
    na_relative: float,
    volume_exponent: float,
    na_exponent: float,
    ceiling: float,
) -> float:
    """Mean arterial pressure.

    Na of smooth muscle sets its Ca through Na/Ca exchange, and Ca its tone, which levels off.

    Parameters
    ----------
    normal : float
        Pressure at the normal state [mmHg].
    volume_relative : float or array
        Extracellular volume over normal [1].
    na_relative : float or array
        Na_i of vascular smooth muscle over its resting value [1].
    volume_exponent, na_exponent : float
        How steeply pressure follows them at the normal state [1].
    ceiling : float
        Maximal rise of pressure by Na of smooth muscle [1].

    Returns
    -------
    float or array
        Pressure [mmHg].

    Limits
    ------
    Normal at the normal state. Rises with volume and with Na of smooth muscle. Very much Na raises it
    by ``ceiling``. Is a number and not negative, even without any fluid or Na.

    References
    ----------
    Blaustein 1977: direction of Na_i on tone. The exponents are fitted.
    """
    # The power of zero is no number; a body is dead long before so little is left.
    na = power(maximum(na_relative, SMALLEST), na_exponent * (1.0 + ceiling) / ceiling)
    tone = (1.0 + ceiling) * na / (na + ceiling)
    return normal * power(maximum(volume_relative, SMALLEST), volume_exponent) * tone
