"""Membrane potential: the V at which pump, leaks and Mg influx together carry no current."""

from typing import NamedTuple

from sim.laws.electrodiffusion import TINY
from sim.laws.potassium_leak import block_ratio, open_fraction
from sim.numerics.elementary import clamp, expm1, maximum, rough_log
from sim.numerics.jit import law
from sim.numerics.ratio import reciprocals

HALLEY_STEPS = 2
"""Enough for 1e-6 mV over all states between health and a tenth of it, as a test shows."""
MIN_DENOMINATOR = 0.4
"""Smallest denominator of a step over the square of the slope: no step exceeds five of Newton's."""


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


class InitialGuess(NamedTuple):
    """What a healthy cell's potential tells of where the iteration starts.

    The result does not depend on it.
    """

    weight: float
    """Of the active current at that potential, the reciprocal of inward drive [1]."""
    block: float
    """Block ratio of the gated K path at that potential, over free Mg [1/mM]."""


class Balance(NamedTuple):
    """A membrane without net current: potential [1], inward drive [1] and K permeability [1/h]."""

    u: float
    drive: float
    p_k: float


class Flows(NamedTuple):
    """Sums of permeability times concentration over Na and Cl [mM/h]."""

    outward: float
    inward: float


@law
def k_permeability(unblocked: float, permeabilities: Permeabilities, resistant: float) -> float:
    """K permeability [1/h] with a part of the gates unblocked, and some resistant to block [1].

    Limits
    ------
    The constant path alone without a gated one. All of the gated path is open without Mg.
    """
    return permeabilities.k_constant + permeabilities.k_gated * open_fraction(unblocked, resistant)


@law
def zero_current(
    ions: Ions, permeabilities: Permeabilities, gate: KGate, active: float, guess: InitialGuess
) -> Balance:
    """Membrane potential at zero net current.

    The iteration starts from a GHK potential with the gate of a healthy cell and the active current as
    one more path. A fixed number of Halley's steps, each of third order, follows: the result is a pure
    function of the state, without memory of the last call.

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
    guess : InitialGuess
        Where the iteration starts.

    Returns
    -------
    Balance
        Its potential is the reduced potential u = V F/(R T) [1].

    Limits
    ------
    Without active current and gate it is the GHK potential. An outward active current makes it
    more negative. Scaling permeabilities and active current together leaves it unchanged.
    """
    # Na and Cl have no gate: what they contribute is the same at every potential, so it is summed once.
    na, cl = permeabilities.na, permeabilities.cl
    other_ions = Flows(
        outward=na * ions.na_in + cl * ions.cl_out, inward=na * ions.na_out + cl * ions.cl_in
    )
    u = _first_guess(ions, permeabilities, gate, other_ions, active, guess)
    du = 0.0 * u  # Not 0.0: figures pass arrays, and compiled code wants one type throughout.
    growth, ratio = du, du
    # No test of convergence: a branch would keep the loop over cells from using vector units, and two
    # steps are enough over all states that a test goes through.
    for _ in range(HALLEY_STEPS):
        u = u + du
        growth = expm1(u)
        ratio = block_ratio(gate.mg_free, u, gate.u_k, gate.half_mg, gate.steepness)
        du = _halley_step(u, growth, ratio, ions, permeabilities, gate, other_ions, active)
    u = u + du
    # The last step is tiny, so a short series carries both exponentials over it: cheaper than new ones.
    growth = growth + (1.0 + growth) * _short_expm1(du)
    ratio = ratio + ratio * _short_expm1(gate.steepness * du)
    per_growth, unblocked = reciprocals(growth + TINY, 1.0 + ratio)
    return Balance(
        u=u,
        drive=(u + TINY) * per_growth,
        p_k=k_permeability(unblocked, permeabilities, gate.resistant),
    )


@law
def _short_expm1(x: float) -> float:
    """Exponential minus one by six terms; of a number below a tenth, to 1e-10 of it."""
    return x * (1.0 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720))))))


@law
def _first_guess(
    ions: Ions,
    permeabilities: Permeabilities,
    gate: KGate,
    other_ions: Flows,
    active: float,
    guess: InitialGuess,
) -> float:
    """Reduced potential to start from, within a few mV of the zero-current potential.

    With a known gate and a known weight of the active current the balance is linear in exp(u). All is
    multiplied by the sum of open and blocked gates, 1 + ratio, and a current so large that no balance
    is left is bent back.
    """
    ratio = gate.mg_free * guess.block
    all_gates = 1.0 + ratio
    p_k = all_gates * permeabilities.k_constant + permeabilities.k_gated * (1.0 + gate.resistant * ratio)
    outward = p_k * ions.k_in + all_gates * other_ions.outward
    inward = p_k * ions.k_out + all_gates * other_ions.inward
    current = all_gates * active * guess.weight
    # Split by sign: an outward current added to one side, an inward one to the other, keeps both
    # positive.
    outward_current = maximum(current, 0.0 * current)
    inward_current = outward_current - current
    return rough_log(inward * (inward + inward_current) / (outward * (inward + outward_current)))


@law
def _halley_step(
    u: float,
    growth: float,
    ratio: float,
    ions: Ions,
    permeabilities: Permeabilities,
    gate: KGate,
    other_ions: Flows,
    active: float,
) -> float:
    """Halley's step of u, from exp(u) − 1 (``growth``) and the K gate's block ratio at u.

    The function whose zero is sought is the current times (exp(u) − 1)/u, which is nearly linear in
    exp(u). The latter factor is the mean of exp(u t) for t from 0 to 1; its derivatives are the means of
    t exp(u t) and t² exp(u t), and each is less than the one before.
    """
    e = 1.0 + growth
    per_u, unblocked = reciprocals(u + TINY, 1.0 + ratio)
    mean = (growth + TINY) * per_u
    mean_t = clamp((e - mean) * per_u, 0.0, mean)  # Cancellation near u = 0.
    mean_t2 = clamp((e - 2.0 * mean_t) * per_u, 0.0, mean_t)
    gated = permeabilities.k_gated * (1.0 - gate.resistant)
    p_k = permeabilities.k_constant + permeabilities.k_gated * gate.resistant + gated * unblocked
    blocked = ratio * unblocked
    p_k1 = -gate.steepness * (gated * unblocked * blocked)
    p_k2 = gate.steepness * p_k1 * (unblocked - blocked)
    k_out_term = ions.k_in * e
    k_force = k_out_term - ions.k_out
    outward = other_ions.outward * e + p_k * k_out_term
    gating = p_k1 * k_out_term
    value = outward - p_k * ions.k_out - other_ions.inward + active * mean
    slope = outward + p_k1 * k_force + active * mean_t
    curvature = outward + (gating + gating) + p_k2 * k_force + active * mean_t2
    square = slope * slope
    # Far from the zero the curvature may make Halley's denominator vanish; the bound keeps steps finite.
    denominator = maximum(2.0 * square - value * curvature, MIN_DENOMINATOR * square)
    step: float = -2.0 * value * slope / denominator
    return step
