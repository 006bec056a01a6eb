"""Body water: thirst and ADH bring osmolality back."""

from sim.numerics.jit import law


@law
def water_gain(body_water: float, osmolality: float, normal: float, time: float) -> float:
    """Water intake minus output.

    Parameters
    ----------
    body_water : float or array
        Water of the body [L].
    osmolality, normal : float or array
        Osmolality of body water, now and normally [mosm/L].
    time : float
        Time constant [h].

    Returns
    -------
    float or array
        Gain [L/h].

    Limits
    ------
    Zero at normal osmolality. Positive above it.
    """
    return body_water * (osmolality / normal - 1.0) / time
