"""Distal Na delivery: what NCC and the loop leave to the K-secreting segment.

Low K raises the activity of the Na-Cl cotransporter NCC, which spares K. Mg deficiency abolishes this
response: the kidney wastes K.
"""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def ncc_target(k_relative: float, competence: float, exponent: float, loss: float) -> float:
    """NCC activity at a steady plasma K and Mg.

    Parameters
    ----------
    k_relative : float or array
        Plasma K over normal [1].
    competence : float or array
        Mg-dependent response of NCC to K, over normal [1]; see
        :func:`~sim.laws.magnesium_dependence.magnesium_dependence`.
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

    References
    ----------
    Ferdaus et al. 2019: Mg restriction lowers NCC and prevents its activation by low K (mice).
    """
    return power(k_relative, -exponent * competence) * (1.0 - loss * (1.0 - competence))


@law
def distal_delivery(
    ncc: float,
    uptake_ratio: float,
    loop: float,
    loop_rise: float,
    volume_relative: float,
    volume_exponent: float,
    nephrons: float,
) -> float:
    """Na delivered to the K-secreting segment over normal.

    What NCC takes up is missing downstream: delivery is one part in ``1 + uptake_ratio · ncc``. A small
    extracellular volume raises uptake upstream, so that low Na does not waste K. The fewer nephrons
    there are, the more of the same intake passes each.

    Parameters
    ----------
    ncc : float or array
        Working NCC over normal: regulated activity minus the part blocked by a drug or lost by a defect
        [1].
    uptake_ratio : float
        Na that NCC takes up over Na that passes it, at the normal state [1].
    loop : float or array
        Part of NKCC2 in the loop that a drug or a defect takes away [1].
    loop_rise : float
        Rise of delivery without NKCC2 [1].
    volume_relative : float or array
        Extracellular volume over normal [1].
    volume_exponent : float
        How steeply delivery follows volume [1].
    nephrons : float or array
        Part of the nephrons that is left [1].

    Returns
    -------
    float or array
        Factor for each nephron [1].

    Limits
    ------
    One at normal NCC and volume with loop and nephrons intact. Without NCC it is 1 + uptake_ratio.
    Falls as NCC rises. Twice as much with half the nephrons.
    """
    passed = (1.0 + loop_rise * loop) * (1.0 + uptake_ratio) / (1.0 + uptake_ratio * ncc)
    return passed * power(volume_relative, volume_exponent) / nephrons
