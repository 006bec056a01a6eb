"""Renal HCO3: the kidney corrects plasma HCO3 towards a level that the supply of Cl allows."""

from sim.numerics.elementary import clamp, power
from sim.numerics.jit import law

MIN_CL, MAX_CL = 0.4, 2.0
"""Plasma Cl over normal beyond which the defended level of HCO3 no longer moves [1]."""


@law
def bicarbonate_excretion(
    hco3: float, volume: float, normal: float, cl_relative: float, cl_exponent: float, time: float
) -> float:
    """HCO3 excreted; below zero it is acid.

    HCO3 leaves in exchange for Cl. When Cl is short the kidney must keep HCO3, and the alkalosis of
    vomiting lasts until Cl is given.

    Parameters
    ----------
    hco3 : float or array
        Extracellular HCO3 [mmol].
    volume : float or array
        Extracellular volume [L].
    normal : float
        Normal plasma HCO3 [mM].
    cl_relative : float or array
        Plasma Cl over normal [1].
    cl_exponent : float
        How steeply the defended level rises as Cl falls [1].
    time : float
        Time constant of the correction [h].

    Returns
    -------
    float or array
        Excretion [mmol/h].

    Limits
    ------
    Zero at normal HCO3 and Cl. Less when Cl is low, more when it is high.
    """
    return (hco3 - normal * volume * power(clamp(cl_relative, MIN_CL, MAX_CL), -cl_exponent)) / time
