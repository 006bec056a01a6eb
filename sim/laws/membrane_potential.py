"""Membrane potential: the V at which pump, leaks and Mg influx together carry no current."""

from typing import NamedTuple

from sim.compiled import law
from sim.elementary import expm1
from sim.laws.electrodiffusion import TINY, ghk_potential, inward_drive
from sim.laws.potassium_leak import block_ratio, open_fraction

NEWTON_STEPS = 3
"""Enough for 1e-6 mV over all states between health and a tenth of it, as a test shows."""


class Permeabilities(NamedTuple):
    """Passive paths of one cell [1/h]; the gated K path is that with all gates open."""

    na: float
    cl: float
    k_constant: float
    k_gated: float


class KGate(NamedTuple):
    """What opens and shuts the gated K path: free Mg [mM], E_K [1], and the gate's constants."""

    mg_free: float
    u_k: float
    half_mg: float
    steepness: float
    resistant: float


class Ions(NamedTuple):
    """Univalent ions on the two sides of the membrane [mM]."""

    na_in: float
    k_in: float
    cl_in: float
    na_out: float
    k_out: float
    cl_out: float


@law
def k_permeability(u: float, permeabilities: Permeabilities, gate: KGate) -> float:
    """K permeability at reduced potential u [1/h].

    Limits
    ------
    The constant path alone without a gated one. All of the gated path is open without Mg.
    """
    ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
    return permeabilities.k_constant + permeabilities.k_gated * open_fraction(ratio, gate.resistant)


@law
def zero_current_potential(
    ions: Ions, permeabilities: Permeabilities, gate: KGate, active: float
) -> float:
    """Reduced potential at which the membrane carries no net current.

    The passive potential with the K gate as at E_K is the start, then a fixed number of Newton
    steps: a pure function of the state, without memory of the last call.

    Parameters
    ----------
    ions : Ions
        Concentrations on both sides [mM].
    permeabilities : Permeabilities
        Passive paths [1/h].
    gate : KGate
        State of the gated K path.
    active : float or array
        Outward current of pump and Mg influx [meq/L/h].

    Returns
    -------
    float or array
        Reduced potential u = V F/(R T) [1].

    Limits
    ------
    Without active current and gate it is the GHK potential. An outward active current makes it
    more negative. Scaling permeabilities and active current together leaves it unchanged.
    """
    p_na, p_cl = permeabilities.na, permeabilities.cl
    outward_rest = p_na * ions.na_in + p_cl * ions.cl_out
    inward_rest = p_na * ions.na_out + p_cl * ions.cl_in
    p_k = k_permeability(gate.u_k, permeabilities, gate)
    u = ghk_potential(p_k * ions.k_in + outward_rest, p_k * ions.k_out + inward_rest)
    for _ in range(NEWTON_STEPS):
        u = u - _newton_step(u, ions, permeabilities, gate, outward_rest, inward_rest, active)
    return u


@law
def _newton_step(
    u: float,
    ions: Ions,
    permeabilities: Permeabilities,
    gate: KGate,
    outward_rest: float,
    inward_rest: float,
    active: float,
) -> float:
    """Net outward current over its slope in u, for :func:`zero_current_potential`."""
    drive = inward_drive(u)
    growth = expm1(u)
    drive_slope = (1.0 - drive * (1.0 + growth) - 0.5 * TINY) / (growth + TINY)
    ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
    unblocked = 1.0 / (1.0 + ratio)
    p_k = permeabilities.k_constant + permeabilities.k_gated * open_fraction(ratio, gate.resistant)
    p_k_slope = -(permeabilities.k_gated * (1.0 - gate.resistant) * gate.steepness * ratio) * (
        unblocked * unblocked
    )
    outward = p_k * ions.k_in + outward_rest
    inward = p_k * ions.k_out + inward_rest
    k_force = ions.k_in * (drive + u) - ions.k_out * drive
    current = outward * (drive + u) - inward * drive + active
    slope = outward * (drive_slope + 1.0) - inward * drive_slope + p_k_slope * k_force
    return current / slope
