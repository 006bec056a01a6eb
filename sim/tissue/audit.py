"""Balances of the whole tissue: totals of each ion, and an audit that closes every balance."""

from typing import Any, NamedTuple

from sim.numerics.summation import exact_sum
from sim.parameters import BodyParameters
from sim.physiology.body_state import BodyConstants, BodyState
from sim.tissue.contents import CellContents


class Audit(NamedTuple):
    """Balances of the whole tissue: what is unaccounted for, relative to the amount present.

    For each ion, cells + fluid + gut + bone + urine + stool − intake − amount at the start. Charge is
    the net charge of the fluid over its cations. Ca is judged against that of the fluid and intake:
    bone, its store, is unlimited here. Osmoles are those of cells and fluid against the
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


def totals_of(contents: CellContents, b: BodyState) -> Totals:
    """Amounts of each ion in cells, fluid, gut and bone.

    Parameters
    ----------
    contents : CellContents
        Contents of all cells; numbers, or columns of recorded rows.
    b : BodyState
        State of the body, likewise.
    """
    inside = contents
    gut_cl = b.gut.na + b.gut.k + 2.0 * b.gut.mg
    cell_cl = inside.na + inside.k + 2.0 * inside.mg + inside.buffered - inside.fixed_charge
    return Totals(
        na=inside.na + b.ecf.na + b.gut.na,
        k=inside.k + b.ecf.k + b.gut.k,
        mg=inside.mg + b.ecf.mg + b.gut.mg + b.bone_mg,
        ca=b.ecf.ca,
        cl=cell_cl + b.ecf_cl + gut_cl + 2.0 * b.bone_mg,
    )


def audit_of(
    start: Totals,
    now: Totals,
    added: Totals,
    b: BodyState,
    cell_water: float,
    p: BodyParameters,
    constants: BodyConstants,
    edits: Any,
) -> Audit:
    """Close every balance; of recorded rows, if ``now``, ``added``, ``b`` … are columns.

    Parameters
    ----------
    start, now, added : Totals
        In the body at the start and now, and what was added by hand [mmol].
    b : BodyState
        State of the body, its running totals since the start.
    cell_water : float
        Water of all cells [L].
    p, constants : BodyParameters, BodyConstants
        Parameters and constants of the body.
    edits : int or array
        Changes made by hand.
    """
    taken, lost = _intake_and_output(b)
    whole = now._replace(ca=now.ca + taken.ca)
    na, k, mg, ca, cl = (
        # The terms are far larger than what is left of them.
        exact_sum((present, -initial, -came, -given, left)) / amount
        for present, initial, came, given, left, amount in zip(
            now, start, taken, added, lost, whole, strict=True
        )
    )
    hco3, charge, osmoles = _fluid_balances(b, cell_water, p, constants)
    return Audit(na=na, k=k, mg=mg, ca=ca, cl=cl, hco3=hco3, charge=charge, osmoles=osmoles, edits=edits)


def _intake_and_output(b: BodyState) -> tuple[Totals, Totals]:
    """Intake and output since the start [mmol]; Cl accompanies every cation."""
    hco3_out = b.urine_hco3 + b.stool_hco3
    taken = Totals(na=b.intake.na, k=b.intake.k, mg=b.intake.mg, ca=b.intake.ca, cl=0.0)
    lost = Totals(
        na=b.urine.na + b.stool.na,
        k=b.urine.k + b.stool.k,
        mg=b.urine.mg + b.stool.mg,
        ca=b.urine.ca + b.stool.ca + b.bone_ca,
        cl=0.0,
    )
    return (
        taken._replace(cl=exact_sum((taken.na, taken.k, 2.0 * taken.mg, 2.0 * taken.ca))),
        lost._replace(cl=exact_sum((lost.na, lost.k, 2.0 * lost.mg, 2.0 * lost.ca, -hco3_out))),
    )


def _fluid_balances(
    b: BodyState, cell_water: float, p: BodyParameters, constants: BodyConstants
) -> tuple[float, float, float]:
    """Relative imbalance of HCO3, charge and osmoles [1]."""
    hco3_out = b.urine_hco3 + b.stool_hco3
    hco3 = b.ecf_hco3 - p.plasma_hco3 * p.ecf_volume
    cations = b.ecf.na + b.ecf.k + 2.0 * (b.ecf.mg + b.ecf.ca)
    charge = cations - b.ecf_cl - b.ecf_hco3 - constants.ecf_other_charge
    in_cells = cell_water * b.osmoles / b.water
    in_fluid = b.ecf.na + b.ecf.k + b.ecf_cl + b.ecf_hco3 + constants.ecf_other_osmoles
    return (
        (hco3 - b.hco3_made + hco3_out) / b.ecf_hco3,
        charge / cations,
        (in_cells + in_fluid) / b.osmoles - 1.0,
    )
