"""Forms of plasma Mg and Ca: ionised and complexed ions leave the vessels, protein-bound ones do not."""

from sim.numerics.jit import law


@law
def ionised_concentration(
    amount: float, volume: float, plasma_share: float, complexed_ratio: float, bound_ratio: float
) -> float:
    """Ionised Mg or Ca of the extracellular fluid.

    Parameters
    ----------
    amount : float or array
        Extracellular amount in all forms [mmol].
    volume : float or array
        Extracellular volume [L].
    plasma_share : float
        Plasma over extracellular volume [1].
    complexed_ratio, bound_ratio : float
        Complexed and protein-bound over ionised [1]; the bound form exists in plasma only.

    Returns
    -------
    float or array
        Ionised concentration [mM].

    Limits
    ------
    Amount over volume without complexes and binding.
    """
    return amount / (volume * (1.0 + complexed_ratio + plasma_share * bound_ratio))
