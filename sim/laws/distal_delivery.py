"""Distal Na delivery: what NCC and the loop leave to the K-secreting segment.

Low K raises the Na-Cl cotransporter NCC and so spares K. Mg deficiency takes this answer away: the
kidney wastes K.
"""

from sim.compiled import law
from sim.elementary import power


@law
def ncc_competence(mg_relative: float, half_mg: float, hill: float) -> float:
    """How far NCC can answer plasma K [1].

    Parameters
    ----------
    mg_relative : float or array
        Plasma Mg over normal [1].
    half_mg : float
        Relative Mg at which about half the answer is left [1].
    hill : float
        Steepness [1].

    Returns
    -------
    float or array
        Competence over normal [1].

    Limits
    ------
    One at normal Mg. Falls towards zero with Mg.

    References
    ----------
    Ferdaus et al. 2019: Mg restriction lowers NCC and prevents its activation by low K (mice).
    """
    half = power(half_mg, hill)
    now = power(mg_relative, hill)
    return now * (1.0 + half) / (now + half)


@law
def ncc_target(k_relative: float, competence: float, exponent: float, loss: float) -> float:
    """NCC activity that plasma K and Mg call for.

    Parameters
    ----------
    k_relative : float or array
        Plasma K over normal [1].
    competence : float or array
        From :func:`ncc_competence` [1].
    exponent : float
        How steeply NCC rises as K falls [1].
    loss : float
        Part of NCC that is lost without competence [1].

    Returns
    -------
    float or array
        NCC activity over normal [1].

    Limits
    ------
    One at normal K and competence. Rises as K falls. Without competence it is 1 − loss at any K.
    """
    return power(k_relative, -exponent * competence) * (1.0 - loss * (1.0 - competence))


@law
def distal_delivery(
    ncc: float, thiazide: float, loop: float, thiazide_rise: float, loop_rise: float
) -> float:
    """Na delivered to the K-secreting segment over normal.

    Parameters
    ----------
    ncc : float or array
        NCC activity over normal [1].
    thiazide, loop : float
        Effect of the two diuretics, 0 none to 1 full [1].
    thiazide_rise, loop_rise : float
        Rise of delivery at full effect [1].

    Returns
    -------
    float or array
        Factor [1].

    Limits
    ------
    One at normal NCC without drugs. Half at twice the NCC.
    """
    return (1.0 + thiazide_rise * thiazide) * (1.0 + loop_rise * loop) / ncc
