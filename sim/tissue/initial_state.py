"""What a healthy tissue starts from: resting cells and body, usual diet, scales of all states."""

import numpy as np

from sim.errors import SteadyStateError
from sim.numerics.error_norm import Segments
from sim.parameters import CELL_TYPES, TITLES, BodyParameters, Parameters
from sim.parameters.inputs import Control
from sim.physiology.body import FIRST_TOTAL, healthy_body, resting_body
from sim.physiology.body_state import RestingBody
from sim.physiology.cell import RestingCell, normal_fluid, resting_cell
from sim.physiology.cell_population import N_STATES
from sim.quantities.units import HOURS_PER_DAY

CELL_WEIGHT = 0.2
"""How much the error of a cell counts beside one of the body: it stays with that cell and fades."""
MEAL = 100.0
"""Carbohydrate of a meal [g], the scale of its error."""


def healthy_rest(p: Parameters) -> tuple[tuple[RestingCell, ...], RestingBody]:
    """Constants of the resting cell of every type and of the resting body.

    Raises
    ------
    SteadyStateError
        If a healthy body would need something negative; names it.
    """
    fluid, body = normal_fluid(p.body), resting_body(p.body)
    cells = tuple(resting_cell(of_type, fluid) for of_type in p.of_types())
    _check_rest(cells, body, p.shares(), p.body)
    return cells, body


def _check_rest(
    cells: tuple[RestingCell, ...], body: RestingBody, shares: dict[str, float], p: BodyParameters
) -> None:
    """Refuse parameters with which a healthy body would need something negative."""
    must_be_positive = {
        "other osmoles of the fluid": body.ecf_other_osmoles,
        "urinary Mg in health": body.mg_excreted_fraction,
        "urinary K beside the obligatory": body.urine_k - p.k_obligatory / HOURS_PER_DAY,
        "K secretion while nothing is absorbed": 1.0 - p.k_feed_forward / p.k_feed_forward_half,
        "the share of skeletal muscle": shares[CELL_TYPES[0]],
    }
    for kind, cell in zip(CELL_TYPES, cells, strict=True):
        must_be_positive |= {
            f"{what} of {TITLES[kind]}": value
            for what, value in {
                "impermeant osmoles": cell.impermeant,
                "fixed charge": cell.fixed_charge,
                "Na permeability": cell.p_na,
                "K permeability": cell.p_k,
                "Mg-binding sites": cell.mg_sites,
            }.items()
        }
    wrong = [name for name, value in must_be_positive.items() if not value > 0.0]
    if wrong:
        raise SteadyStateError(
            f"these parameters allow no healthy body: {', '.join(wrong)} would not be positive"
        )


def usual_control(p: BodyParameters) -> Control:
    """Usual diet, and nothing else done."""
    return Control(
        p.intake_na / HOURS_PER_DAY,
        p.intake_k / HOURS_PER_DAY,
        p.intake_mg / HOURS_PER_DAY,
        p.intake_ca / HOURS_PER_DAY,
    )


def segments_of(n_cells: int, p: Parameters) -> Segments:
    """Scales and floors of all states: what counts as a small error, and what cannot be."""
    c, healthy = p.cell, healthy_body(p.body)
    cell_scales = [c.rest_na, c.rest_k, c.rest_mg_total, c.rest_na, 1.0]
    cell_floors = [0.0, 0.0, 0.0, -np.inf, 0.0]
    # Running totals are judged against ten days of intake; the gut may be empty but for rounding.
    intake = {
        "na": p.body.intake_na, "k": p.body.intake_k, "mg": p.body.intake_mg, "ca": p.body.intake_ca,
        "hco3": p.body.intake_k, "made": p.body.intake_k,
    }  # fmt: skip
    body_scales, body_floors = [], []
    for place, (name, value) in enumerate(healthy._asdict().items()):
        total = place >= FIRST_TOTAL
        body_scales.append(10.0 * intake[name.rsplit("_", 1)[1]] if total else value or MEAL)
        body_floors.append(-np.inf if total else (-1e-3 if name.startswith("gut") else 0.0))
    ends = [n_cells * (i + 1) for i in range(N_STATES)]
    ends += [ends[-1] + i + 1 for i in range(len(healthy))]
    weights = [CELL_WEIGHT] * N_STATES + [1.0] * len(healthy)
    return Segments(
        np.array(ends),
        np.array(cell_scales + body_scales),
        np.array(cell_floors + body_floors),
        np.array(weights),
    )
