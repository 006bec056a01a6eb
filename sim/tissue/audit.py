"""Balances of the whole tissue: totals of each ion, and an audit that closes every account."""

from math import fsum
from typing import NamedTuple

import numpy as np

from sim.physiology.body_state import BodyState
from sim.physiology.cell_population import SIZE
from sim.tissue.equations import Array, Context


class Audit(NamedTuple):
    """Balances of the whole tissue: what is unaccounted for, relative to what there is.

    For each ion, cells + fluid + gut + bone + urine + stool − intake − what was at the start. Charge is
    the net charge of the fluid over its cations. Ca is judged against that of the fluid and what came
    in: bone, its store, has no end here. Osmoles are those of cells and fluid against the
    body's running total. ``edits`` counts traits and states changed by hand since the start; ions
    added by hand are part of intake.
    """

    na: float
    k: float
    mg: float
    ca: float
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
    """Amounts in the whole body [mmol]; Ca is that of the fluid."""

    na: float
    k: float
    mg: float
    ca: float
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
    inside = np.zeros(5)
    for start, stop, kind in context.blocks.tolist():
        litre, size = context.litres[kind], context.traits[SIZE, start:stop]
        amounts = [litre * float((cells[i, start:stop] * size).sum()) for i in range(4)]
        inside += [
            *amounts,
            context.rest_cells[kind].fixed_charge * litre * float(size.sum(dtype=np.float64)),
        ]
    na, k, mg, buffered, fixed = inside.tolist()
    gut_cl = b.gut_na + b.gut_k + 2.0 * b.gut_mg
    return Totals(
        na + b.ecf_na + b.gut_na,
        k + b.ecf_k + b.gut_k,
        mg + b.ecf_mg + b.gut_mg + b.bone_mg,
        b.ecf_ca,
        na + k + 2.0 * mg + buffered - fixed + b.ecf_cl + gut_cl + 2.0 * b.bone_mg,
    )


def cell_litres(cell_water: Array, context: Context) -> float:
    """Water of all cells [L], from that of each over its reference water, (cells,) [1]."""
    return sum(
        float(context.litres[kind])
        * float((cell_water[start:stop] * context.traits[SIZE, start:stop]).sum())
        for start, stop, kind in context.blocks.tolist()
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
    p, rest = context.body, context.rest_body
    hco3_out = b.urine_hco3 + b.stool_hco3
    taken = Totals(b.taken_na, b.taken_k, b.taken_mg, b.taken_ca, 0.0)
    lost = Totals(
        b.urine_na + b.stool_na,
        b.urine_k + b.stool_k,
        b.urine_mg + b.stool_mg,
        b.urine_ca + b.stool_ca + b.bone_ca,
        0.0,
    )
    taken = taken._replace(cl=fsum((taken.na, taken.k, 2.0 * taken.mg, 2.0 * taken.ca)))
    lost = lost._replace(cl=fsum((lost.na, lost.k, 2.0 * lost.mg, 2.0 * lost.ca, -hco3_out)))
    hco3 = b.ecf_hco3 - p.plasma_hco3 * p.ecf_volume
    cations = b.ecf_na + b.ecf_k + 2.0 * (b.ecf_mg + b.ecf_ca)
    charge = cations - b.ecf_cl - b.ecf_hco3 - rest.ecf_other_charge
    of_cells = cell_litres(cell_water, context) * b.osmoles / b.water
    of_fluid = b.ecf_na + b.ecf_k + b.ecf_cl + b.ecf_hco3 + rest.ecf_other_osmoles
    na, k, mg, ca, cl = (
        fsum((is_, -was, -came, -given, left)) / whole
        for is_, was, came, given, left, whole in zip(
            now, start, taken, added, lost, now._replace(ca=now.ca + taken.ca), strict=True
        )
    )
    return Audit(
        na,
        k,
        mg,
        ca,
        cl,
        (hco3 - b.hco3_made + hco3_out) / b.ecf_hco3,
        charge / cations,
        (of_cells + of_fluid) / b.osmoles - 1.0,
        edits,
    )
