"""Rate-corrected QT interval from plasma K, Mg and Ca: a sum of published slopes."""

from sim.numerics.elementary import maximum
from sim.numerics.jit import law


@law
def corrected_qt(
    normal: float,
    k: float,
    k_from: float,
    k_slope: float,
    mg_deficit: float,
    mg_slope: float,
    ca_deficit: float,
    ca_slope: float,
    shortest: float,
) -> float:
    """QTc.

    Parameters
    ----------
    normal : float
        QTc at the normal state [ms].
    k, k_from : float or array
        Plasma K, and K below which QTc rises [mM].
    mg_deficit, ca_deficit : float or array
        Total plasma Mg and ionised Ca below normal; negative above it [mM].
    k_slope, mg_slope, ca_slope : float
        Rise per mM below [ms/mM].
    shortest : float
        QTc below which it does not fall, however high Ca is [ms].

    Returns
    -------
    float or array
        QTc [ms].

    Limits
    ------
    Normal at the normal state. Does not change with K above k_from. Rises as K, Mg or Ca fall. Is never
    below ``shortest``.

    References
    ----------
    Slopes as collected by the pipetcpt/qsp model: K 24–26, Mg 22–70, ionised Ca 95 ms/mM.
    """
    qt = (
        normal
        + k_slope * 0.5 * (k_from - k + abs(k_from - k))
        + mg_slope * 0.5 * (mg_deficit + abs(mg_deficit))
        + ca_slope * ca_deficit
    )
    return maximum(qt, shortest)
