"""Passive movement of ions through a membrane: Nernst equilibrium and GHK constant-field flux.

Potentials here are reduced, u = V F/(R T), without unit.
"""

from sim.numerics.elementary import expm1, log
from sim.numerics.jit import law

TINY = 1e-200
"""Added to numerator and denominator of u/(exp(u) − 1): makes it 1 at u = 0 without a branch, and
changes no other value."""


@law
def nernst_potential(outside: float, inside: float) -> float:
    """Reduced potential at which a univalent cation is in equilibrium, log(outside/inside) [1].

    Limits
    ------
    Zero for equal concentrations. A tenfold ratio gives log 10, 61.5 mV at 37 °C.
    """
    return log(outside / inside)


@law
def inward_drive(u: float) -> float:
    """Weight of the outside concentration in the GHK flux, u/(exp(u) − 1) [1].

    The weight of the inside concentration is this plus u.

    Limits
    ------
    One at u = 0. Far below zero it is −u, far above it vanishes.
    """
    return (u + TINY) / (expm1(u) + TINY)


@law
def ghk_flux(permeability: float, inside: float, outside: float, u: float, drive: float) -> float:
    """Outward flux of a univalent cation by the Goldman–Hodgkin–Katz equation.

    Parameters
    ----------
    permeability : float or array
        Permeability times area over volume [1/h].
    inside, outside : float or array
        Concentrations [mM].
    u : float or array
        Reduced potential [1].
    drive : float or array
        ``inward_drive(u)``, which all ions of a cell share [1].

    Returns
    -------
    float or array
        Flux out of the cell [mmol/L/h].

    Limits
    ------
    Zero at the Nernst potential. At u = 0 it is Fick's permeability × (inside − outside).
    """
    return permeability * (inside * (drive + u) - outside * drive)


@law
def ghk_potential(outward: float, inward: float) -> float:
    """Reduced zero-current potential of passive univalent ions, log(inward/outward) [1].

    Parameters
    ----------
    outward : float or array
        Sum of P·inside over cations and P·outside over anions [mM/h].
    inward : float or array
        Sum of P·outside over cations and P·inside over anions [mM/h].

    Limits
    ------
    With one permeable ion it is that ion's Nernst potential.
    """
    return log(inward / outward)
