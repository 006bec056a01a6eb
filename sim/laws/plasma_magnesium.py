"""Forms of plasma Mg: ionised and complexed Mg leave the vessels, protein-bound Mg does not."""

from sim.compiled import law


@law
def ionised_magnesium(
    amount: float, volume: float, plasma_share: float, complexed_ratio: float, bound_ratio: float
) -> float:
    """Ionised Mg of the extracellular fluid.

    Parameters
    ----------
    amount : float or array
        Extracellular Mg in all forms [mmol].
    volume : float or array
        Extracellular volume [L].
    plasma_share : float
        Plasma over extracellular volume [1].
    complexed_ratio, bound_ratio : float
        Complexed and protein-bound over ionised Mg [1]; bound Mg exists in plasma only.

    Returns
    -------
    float or array
        Ionised Mg [mM].

    Limits
    ------
    Amount over volume without complexes and binding.
    """
    return amount / (volume * (1.0 + complexed_ratio + plasma_share * bound_ratio))
