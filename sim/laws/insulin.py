"""Insulin: rises with the carbohydrate of meals and drives the Na,K-pump."""

from sim.numerics.jit import law


@law
def insulin_target(carbohydrate_rate: float, gain: float, infused: float) -> float:
    """Level of insulin over fasting at a steady absorption of carbohydrate.

    Parameters
    ----------
    carbohydrate_rate : float or array
        Carbohydrate absorbed [g/h].
    gain : float
        Rise per absorption rate [h/g].
    infused : float or array
        Exogenous insulin, over fasting [1].

    Returns
    -------
    float or array
        Insulin over fasting [1].

    Limits
    ------
    One while fasting.
    """
    return 1.0 + gain * carbohydrate_rate + infused


@law
def pump_drive(insulin: float, gain: float, half: float) -> float:
    """Factor of insulin on pump capacity.

    Parameters
    ----------
    insulin : float or array
        Insulin over fasting [1].
    gain : float
        Maximal rise of capacity [1].
    half : float
        Insulin above fasting at half that rise [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One while fasting. Half the gain at ``half`` above fasting. 1 + gain with very much insulin.

    References
    ----------
    Stadt et al. 2022: insulin raises pump uptake after a meal.
    """
    return 1.0 + gain * (insulin - 1.0) / (insulin - 1.0 + half)
