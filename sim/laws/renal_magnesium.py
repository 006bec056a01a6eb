"""Renal Mg: nearly all filtered Mg is reabsorbed, the more completely the less is filtered."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def excreted_fraction(
    mg_relative: float, normal: float, floor: float, exponent: float, escaping: float
) -> float:
    """Part of filtered Mg that reaches the urine.

    Parameters
    ----------
    mg_relative : float or array
        Filtered Mg concentration over normal [1].
    normal, floor : float
        Excreted fraction at normal Mg, and its minimum [1].
    exponent : float
        Steepness [1].
    escaping : float or array
        Part of filtered Mg that escapes reabsorption through a drug or a defect [1].

    Returns
    -------
    float or array
        Fraction, between 0 and 1 [1].

    Limits
    ------
    ``normal`` at normal Mg without drugs. Falls to ``floor`` with Mg, or to ``floor + escaping``
    nearly. Never above one.
    """
    spill = power(mg_relative, exponent) * (normal - floor) / (1.0 - normal)
    odds = floor + escaping + spill
    return odds / (1.0 - floor + odds)


@law
def magnesium_excretion(gfr: float, mg_ultrafilterable: float, fraction: float) -> float:
    """Urinary Mg [mmol/h] from GFR [L/h], ultrafilterable plasma Mg [mM] and excreted fraction [1].

    Limits
    ------
    Nothing without filtration. All that is filtered at a fraction of one.
    """
    return gfr * mg_ultrafilterable * fraction
