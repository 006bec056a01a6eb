"""Membrane potential: the V at which pump, leaks and Mg influx together carry no current."""

from typing import NamedTuple

from sim.compiled import law
from sim.elementary import clamped, exp, expm1, rough_log, sqrt
from sim.laws.electrodiffusion import TINY
from sim.laws.potassium_leak import block_ratio, open_fraction

NEWTON_STEPS = 3
"""Enough for 1e-5 mV over all states between health and a tenth of it, as a test shows."""
USUAL_DEPOLARISATION = 0.34
"""Reduced V − E_K of a healthy cell, 9 mV: where the search begins. The result does not depend on it."""


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


class Balance(NamedTuple):
    """A membrane without net current: potential [1], inward drive [1] and K permeability [1/h]."""

    u: float
    drive: float
    p_k: float


@law
def k_permeability(ratio: float, permeabilities: Permeabilities, resistant: float) -> float:
    """K permeability [1/h] at a ratio of blocked to open gates, some of which are resistant [1].

    Limits
    ------
    The constant path alone without a gated one. All of the gated path is open without Mg.
    """
    return permeabilities.k_constant + permeabilities.k_gated * open_fraction(ratio, resistant)


@law
def zero_current_potential(
    ions: Ions, permeabilities: Permeabilities, gate: KGate, active: float
) -> float:
    """Reduced potential at which the membrane carries no net current; see :func:`zero_current`.

    Returns
    -------
    float or array
        Reduced potential u = V F/(R T) [1].

    Limits
    ------
    Without active current and gate it is the GHK potential. An outward active current makes it
    more negative. Scaling permeabilities and active current together leaves it unchanged.
    """
    return zero_current(ions, permeabilities, gate, active).u


@law
def zero_current(ions: Ions, permeabilities: Permeabilities, gate: KGate, active: float) -> Balance:
    """Membrane without net current.

    The search starts from a GHK potential in which gate and drive are those of a usual distance from
    E_K and the active current is one more outward path; then comes a fixed number of Newton steps:
    a pure function of the state, without memory of the last call. The last step is so small that
    the exponentials are carried over it by a short series.

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
    Balance

    Limits
    ------
    Its potential is that of :func:`zero_current_potential`.
    """
    p_na, p_cl = permeabilities.na, permeabilities.cl
    outward_rest = p_na * ions.na_in + p_cl * ions.cl_out
    inward_rest = p_na * ions.na_out + p_cl * ions.cl_in
    u = _first_guess(ions, permeabilities, gate, outward_rest, inward_rest, active)
    du = 0.0 * u
    growth, ratio = du, du
    for _ in range(NEWTON_STEPS):
        u = u + du
        growth = expm1(u)
        ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
        du = _newton_step(
            u, growth, ratio, ions, permeabilities, gate, outward_rest, inward_rest, active
        )
    u = u + du
    growth = growth + (1.0 + growth) * _tiny_expm1(du)
    ratio = ratio + ratio * _tiny_expm1(gate.steepness * du)
    drive = (u + TINY) / (growth + TINY)
    return Balance(u, drive, k_permeability(ratio, permeabilities, gate.resistant))


@law
def _tiny_expm1(x: float) -> float:
    """Exponential less one of a number below a tenth, by four terms."""
    return x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24))))


@law
def _first_guess(
    ions: Ions,
    permeabilities: Permeabilities,
    gate: KGate,
    outward_rest: float,
    inward_rest: float,
    active: float,
) -> float:
    """Reduced potential to start from, within a few mV of the zero-current potential."""
    shift = exp(USUAL_DEPOLARISATION)
    ratio = gate.mg_free / gate.half_mg * exp(gate.steepness * USUAL_DEPOLARISATION)
    p_k = k_permeability(ratio, permeabilities, gate.resistant)
    outward = p_k * ions.k_in + outward_rest
    inward = p_k * ions.k_out + inward_rest
    below = ions.k_out / ions.k_in * shift - 1.0
    drive = (gate.u_k + USUAL_DEPOLARISATION + TINY) / (below + TINY)
    extra = active / (drive * inward)
    return rough_log(inward / (outward * (extra + sqrt(1.0 + extra * extra))))


@law
def _newton_step(
    u: float,
    growth: float,
    ratio: float,
    ions: Ions,
    permeabilities: Permeabilities,
    gate: KGate,
    outward_rest: float,
    inward_rest: float,
    active: float,
) -> float:
    """Newton's step of u, from exp(u) − 1 (``growth``) and the K gate's block ratio at u."""
    per_growth = 1.0 / (growth + TINY)
    drive = (u + TINY) * per_growth
    limit = (1.0 - drive * (1.0 + growth) - 0.5 * TINY) * per_growth
    drive_slope = clamped(limit, -1.0, 0.0)  # Rounding takes over near u = 0.
    unblocked = 1.0 / (1.0 + ratio)
    gated = permeabilities.k_gated * (1.0 - gate.resistant)
    p_k = permeabilities.k_constant + permeabilities.k_gated * gate.resistant + gated * unblocked
    p_k_slope = -gated * gate.steepness * ratio * (unblocked * unblocked)
    outward = p_k * ions.k_in + outward_rest
    inward = p_k * ions.k_out + inward_rest
    k_force = ions.k_in * (drive + u) - ions.k_out * drive
    current = outward * (drive + u) - inward * drive + active
    slope = outward * (drive_slope + 1.0) - inward * drive_slope + p_k_slope * k_force
    step: float = -current / slope
    return step
