"""Records of a cell: state, traits, constants of its type, and membrane."""

from typing import NamedTuple

from sim.laws.membrane_potential import InitialGuess
from sim.numerics.jit import law
from sim.numerics.layout import vector_reader
from sim.physiology.fluid import Fluid


class CellState(NamedTuple):
    """State of a cell, per litre of its reference water; also the rates of change of these per h.

    The order of fields is part of results and checkpoints: append only, or say "results move".
    """

    na: float
    """Na [mmol/L]."""
    k: float
    """K [mmol/L]."""
    mg: float
    """Mg, free and bound [mmol/L]."""
    buffered: float
    """H taken up by buffers in exchange for K [mmol/L]."""
    expression: float
    """Pump sites over normal [1]."""


class CellTraits(NamedTuple):
    """What makes a cell differ from the typical one; factors [1].

    The order of fields is part of results and checkpoints: append only, or say "results move".
    """

    pump_capacity: float = 1.0
    k_leak: float = 1.0
    na_leak: float = 1.0
    size: float = 1.0
    pump_noise: float = 1.0
    leak_noise: float = 1.0
    """Fluctuation at the start of a step."""
    pump_next: float = 1.0
    leak_next: float = 1.0
    """Fluctuation at the end of the step."""


class CellConstants(NamedTuple):
    """Constants of the typical cell of a type that follow from its steady state in health.

    See :func:`~sim.physiology.cell_steady_state.cell_constants`.
    """

    impermeant: float
    """Impermeant osmoles [mosm/L]."""
    fixed_charge: float
    """Net negative charge of impermeant matter [meq/L]."""
    p_na: float
    p_k: float
    p_cl: float
    """Permeabilities times area over volume [1/h]."""
    k_gate: float
    """Open fraction of Mg-gated K channels in health [1]."""
    initial_guess: InitialGuess
    """Where the iteration for the membrane potential starts."""
    mg_sites: float
    """Mg-binding sites [mmol/L]."""
    mg_influx: float
    mg_exchange: float
    """Maximal Mg influx and Na/Mg exchange [mmol/L/h]."""
    kcl_cotransport: float
    """K–Cl cotransport per driving product [mmol/L/h/mM²]."""
    fluid: Fluid
    """The normal extracellular fluid."""


class Inside(NamedTuple):
    """Cell water over reference water [1] and concentrations in it [mM]."""

    water: float
    na: float
    k: float
    cl: float
    mg_free: float


class Membrane(NamedTuple):
    """Everything known of a cell at one moment."""

    area: float
    """Membrane area over volume, relative to a cell of size 1 [1]."""
    water: float
    """Cell water over reference water [1]."""
    na_in: float
    k_in: float
    cl_in: float
    mg_free: float
    """Concentrations in cell water [mM]."""
    u: float
    """Reduced membrane potential [1]."""
    pump: float
    """Pump cycles [mmol/L/h]."""
    na_leak: float
    """Passive Na influx [mmol/L/h]."""
    k_leak: float
    """Passive K efflux [mmol/L/h]."""
    kcl_efflux: float
    """K and Cl lost by cotransport [mmol/L/h]."""
    mg_influx: float
    mg_efflux: float
    proton_uptake: float
    """H in, K out [mmol/L/h]."""


read_cell = vector_reader(CellState)
"""Reads the :class:`CellState` from a column of the cells' states."""


@law
def fluctuated(traits: CellTraits, fraction: float) -> CellTraits:
    """Traits at a fraction [1] of a step, over which fluctuations run linearly to their new values."""
    pump_noise = traits.pump_noise + (traits.pump_next - traits.pump_noise) * fraction
    leak_noise = traits.leak_noise + (traits.leak_next - traits.leak_noise) * fraction
    return CellTraits(
        pump_capacity=traits.pump_capacity,
        k_leak=traits.k_leak,
        na_leak=traits.na_leak,
        size=traits.size,
        pump_noise=pump_noise,
        leak_noise=leak_noise,
        pump_next=pump_noise,
        leak_next=leak_noise,
    )
