"""Water follows osmoles: all body water has one osmolality, and Cl keeps every cell neutral."""

from sim.numerics.jit import law


@law
def cell_chloride(na: float, k: float, mg: float, buffered: float, fixed_charge: float) -> float:
    """Cell Cl that makes the cell electrically neutral.

    Parameters
    ----------
    na, k, mg : float or array
        Na, K and total Mg of the cell [mmol per L of reference cell water].
    buffered : float or array
        H taken up by buffers [mmol/L].
    fixed_charge : float
        Net negative charge of impermeant matter [meq/L].

    Returns
    -------
    float or array
        Cl [mmol/L].

    Limits
    ------
    Equals the cations' charge without fixed charge.
    """
    return na + k + 2.0 * mg + buffered - fixed_charge


@law
def cell_osmoles(na: float, k: float, cl: float, impermeant: float) -> float:
    """Osmoles of a cell [mosm/L] from its Na, K, Cl and impermeant osmoles [mmol/L].

    Mg is left out, being bound but for a few per cent.

    Limits
    ------
    The impermeant osmoles alone in a cell without ions.
    """
    return na + k + cl + impermeant


@law
def fluid_volume(osmoles: float, body_osmoles: float, body_water: float) -> float:
    """Volume of a compartment that holds some of the body's osmoles [L].

    Parameters
    ----------
    osmoles, body_osmoles : float or array
        Osmoles of the compartment and of the whole body [mosm].
    body_water : float or array
        Water of the whole body [L].

    Limits
    ------
    Half the osmoles hold half the water. Volumes of all compartments add up to body water.
    """
    return body_water * osmoles / body_osmoles
