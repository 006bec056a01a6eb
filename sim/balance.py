"""Balances of the whole tissue: totals of each ion, and an audit that closes every account."""

from typing import NamedTuple

from sim.body import BodyState
from sim.equations import Array, Context
from sim.population import SIZE


class Audit(NamedTuple):
    """Balances of the whole tissue: what is unaccounted for, relative to what there is.

    For each ion, cells + fluid + gut + bone + urine + stool − intake − what was at the start. Charge is
    the net charge of the fluid over its cations. Osmoles are those of cells and fluid against the
    body's running total. ``edits`` counts traits and states changed by hand since the start; ions
    added by hand are part of intake.
    """

    na: float
    k: float
    mg: float
    cl: float
    hco3: float
    charge: float
    osmoles: float
    edits: int

    @property
    def worst(self) -> float:
        """Largest imbalance of all [1]."""
        return max(abs(value) for value in self[:-1])


class Totals(NamedTuple):
    """Amounts in the whole body [mmol]."""

    na: float
    k: float
    mg: float
    cl: float


def totals_of(cells: Array, b: BodyState, context: Context) -> Totals:
    """Amounts of each ion in cells, fluid, gut and bone.

    Parameters
    ----------
    cells : (5, cells) array
        States of the cells.
    b : BodyState
        State of the body.
    context : Context
        Traits, and constants of the resting cell.
    """
    size, litre = context.traits[SIZE], context.litre
    na, k, mg, buffered = (litre * (cells[:4] @ size)).tolist()
    fixed = context.rest_cell.fixed_charge * litre * float(size.sum())
    gut_cl = b.gut_na + b.gut_k + 2.0 * b.gut_mg
    return Totals(
        na + b.ecf_na + b.gut_na,
        k + b.ecf_k + b.gut_k,
        mg + b.ecf_mg + b.gut_mg + b.bone_mg,
        na + k + 2.0 * mg + buffered - fixed + b.ecf_cl + gut_cl + 2.0 * b.bone_mg,
    )


def audit_of(
    start: Totals,
    now: Totals,
    added: Totals,
    b: BodyState,
    cell_water: Array,
    context: Context,
    edits: int,
) -> Audit:
    """Close every balance.

    Parameters
    ----------
    start, now, added : Totals
        In the body at the start and now, and what was added by hand [mmol].
    b : BodyState
        State of the body, its running totals since the start.
    cell_water : (cells,) array
        Water of each cell over its reference water [1].
    context : Context
        Traits and constants.
    edits : int
        Changes made by hand.
    """
    p, rest = context.parameters.body, context.rest_body
    na_in, na_out = b.taken_na + added.na, b.urine_na + b.stool_na
    k_in, k_out = b.taken_k + added.k, b.urine_k + b.stool_k
    mg_in, mg_out = b.taken_mg + added.mg, b.urine_mg + b.stool_mg
    cl_in = b.taken_na + b.taken_k + 2.0 * b.taken_mg + added.cl
    cl_out = na_out + k_out + 2.0 * mg_out - b.urine_hco3
    hco3 = b.ecf_hco3 - p.plasma_hco3 * p.ecf_volume
    cations = b.ecf_na + b.ecf_k + 2.0 * b.ecf_mg
    charge = cations - b.ecf_cl - b.ecf_hco3 - rest.ecf_other_charge
    of_cells = context.litre * float(cell_water @ context.traits[SIZE]) * b.osmoles / b.water
    of_fluid = b.ecf_na + b.ecf_k + b.ecf_cl + b.ecf_hco3 + rest.ecf_other_osmoles
    return Audit(
        (now.na - start.na - na_in + na_out) / now.na,
        (now.k - start.k - k_in + k_out) / now.k,
        (now.mg - start.mg - mg_in + mg_out) / now.mg,
        (now.cl - start.cl - cl_in + cl_out) / now.cl,
        (hco3 - b.hco3_made + b.urine_hco3) / b.ecf_hco3,
        charge / cations,
        (of_cells + of_fluid) / b.osmoles - 1.0,
        edits,
    )
