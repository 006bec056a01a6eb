"""Excitability: distance from the membrane potential to the threshold of the action potential."""

from sim.numerics.elementary import clamp, exp, log, maximum
from sim.numerics.jit import law

SMALLEST = 1e-12
"""Least screening and availability over normal that are told apart from none [1]."""
MAX_EXPONENT = 40.0
"""Beyond it the exponential function leaves its range, and channels are all open or all closed [1]."""


@law
def available_channels(potential: float, half: float, slope: float) -> float:
    """Part of Na channels that are not inactivated [1].

    Parameters
    ----------
    potential : float or array
        Membrane potential [mV].
    half : float
        Potential at which half are inactivated [mV].
    slope : float
        Change of potential per e-fold [mV].

    Limits
    ------
    Half at ``half``. All at very negative potentials. Is from 0 to 1 at any potential.
    """
    return 1.0 / (1.0 + exp(clamp((potential - half) / slope, -MAX_EXPONENT, MAX_EXPONENT)))


@law
def threshold_potential(
    normal: float, divalent_relative: float, available_relative: float, shift: float, slope: float
) -> float:
    """Threshold of the action potential.

    Divalent cations screen surface charge: less Ca or Mg outside makes the threshold more negative.
    Inactivation of channels makes it less negative.

    Parameters
    ----------
    normal : float
        Threshold at the normal state [mV].
    divalent_relative : float or array
        Screening by ionised Ca and Mg over normal [1].
    available_relative : float or array
        Available Na channels over normal [1].
    shift : float
        Shift per e-fold of divalents [mV].
    slope : float
        Rise of the threshold per e-fold of lost channels [mV].

    Returns
    -------
    float or array
        Threshold [mV].

    Limits
    ------
    Normal at the normal state. More negative with fewer divalents, less with fewer channels. Is finite
    without any of them.
    """
    divalents = log(maximum(divalent_relative, SMALLEST))
    channels = log(maximum(available_relative, SMALLEST))
    return normal + shift * divalents - slope * channels
