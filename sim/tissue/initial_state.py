"""The healthy tissue at the start: constants, steady states, usual diet, scales of all states."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from sim.errors import SteadyStateError
from sim.laws.osmosis import cell_chloride, cell_osmoles
from sim.numerics.error_norm import Segments
from sim.numerics.layout import flattened, names_of
from sim.parameters import CELL_TYPES, TITLES, BodyParameters, Parameters
from sim.parameters.inputs import Control
from sim.physiology.body import FIRST_TOTAL, body_constants, healthy_body
from sim.physiology.body_state import BodyConstants, BodyState
from sim.physiology.cell_heterogeneity import edges_of
from sim.physiology.cell_state import CellConstants
from sim.physiology.cell_steady_state import cell_constants, steady_population
from sim.physiology.cell_traits import N_STATES, SIZE
from sim.physiology.fluid import normal_fluid
from sim.quantities.amounts import Amounts
from sim.quantities.units import HOURS_PER_DAY
from sim.tissue.context import Array, Context

CELL_WEIGHT = 0.2
"""Weight of the error of a cell relative to one of the body: it stays with that cell and decays."""
MEAL = 100.0
"""Carbohydrate of a meal [g], the scale of its error."""


@lru_cache(maxsize=8)
def healthy_constants(p: Parameters) -> tuple[tuple[CellConstants, ...], BodyConstants]:
    """Constants of the typical cell of every type and of the body, kept: many bodies have the same.

    Raises
    ------
    SteadyStateError
        If a healthy body would need something negative; names it.
    """
    fluid, body = normal_fluid(p.body), body_constants(p.body)
    cells = tuple(cell_constants(of_type, fluid) for of_type in p.of_types())
    _check_signs(cells, body, p.shares(), p.body)
    return cells, body


def _check_signs(
    cells: tuple[CellConstants, ...],
    body: BodyConstants,
    shares: dict[str, float],
    p: BodyParameters,
) -> None:
    """Refuse parameters with which a healthy body would need something negative."""
    must_be_positive = {
        "other osmoles of the fluid": body.ecf_other_osmoles,
        "urinary Mg in health": body.mg_excreted_fraction,
        "urinary K above the obligatory": body.urine.k - p.k_obligatory / HOURS_PER_DAY,
        "K secretion while nothing is absorbed": 1.0 - p.k_feed_forward / p.k_feed_forward_half,
        "the share of skeletal muscle": shares[CELL_TYPES[0]],
    }
    for cell_type, cell in zip(CELL_TYPES, cells, strict=True):
        must_be_positive |= {
            f"{quantity} of {TITLES[cell_type]}": value
            for quantity, value in {
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
    """Usual diet, without interventions."""
    return Control(oral=Amounts(**{ion: daily / HOURS_PER_DAY for ion, daily in _intakes(p).items()}))


def _intakes(p: BodyParameters) -> dict[str, float]:
    """Usual intake of each ion [mmol/day]."""
    return {ion: float(getattr(p, f"intake_{ion}")) for ion in Amounts._fields}


def steady_cells(counts: list[int], shares: list[float], context: Context) -> Array:
    """Steady states of all cells, (states, cells).

    Sets ``context.reference_water``: the cells of a type represent its share of cell water, and types
    without cells leave theirs to the others.
    """
    cells = np.empty((N_STATES, sum(counts)))
    represented = sum(share for share, count in zip(shares, counts, strict=True) if count)
    for cell_type, (start, stop) in enumerate(pairwise(edges_of(counts))):
        if start == stop:
            continue
        traits = np.ascontiguousarray(context.traits[:, start:stop])
        constants = context.cell_constants[cell_type]
        cells[:, start:stop], water = steady_population(
            traits, constants.fluid, context.control, context.cells[cell_type], constants
        )
        volume = context.body.cell_water * shares[cell_type] / represented
        context.reference_water[cell_type] = volume / float((traits[SIZE] * water).sum())
    return cells


def mean_na(cells: Array, constants: CellConstants, osmolality: float) -> float:
    """Mean Na of cells of one type in water of an osmolality [mM]; NaN if there are none."""
    if not cells.size:
        return float("nan")
    na, k, mg, buffered, _ = cells
    cl = cell_chloride(na, k, mg, buffered, constants.fixed_charge)
    osmoles = cell_osmoles(na, k, cl, constants.impermeant)
    return float(np.mean(na / osmoles) * osmolality)


@lru_cache(maxsize=8)
def segments_of(n_cells: int, p: Parameters) -> Segments:
    """Scales and floors of all states: which error counts as small, and which value is impossible."""
    c, healthy = p.cell, healthy_body(p.body)
    cell_scales = [c.rest_na, c.rest_k, c.rest_mg_total, c.rest_na, 1.0]
    cell_floors = [0.0, 0.0, 0.0, -np.inf, 0.0]
    body_scales, body_floors = _scales_and_floors_of_body(healthy, p.body)
    n_body = len(body_scales)
    ends = [n_cells * (i + 1) for i in range(N_STATES)]
    ends += [ends[-1] + i + 1 for i in range(n_body)]
    return Segments(
        ends=np.array(ends),
        scales=np.array(cell_scales + body_scales),
        floors=np.array(cell_floors + body_floors),
        weights=np.array([CELL_WEIGHT] * N_STATES + [1.0] * n_body),
    )


def _scales_and_floors_of_body(healthy: BodyState, p: BodyParameters) -> tuple[list[float], list[float]]:
    """Scales and floors of the body's states.

    Running totals are judged against ten days of intake. The gut may be empty but for rounding.
    """
    intake = _intakes(p) | {"hco3": p.intake_k, "made": p.intake_k}
    scales, floors = [], []
    for place, (name, value) in enumerate(
        zip(names_of(BodyState), flattened(healthy).tolist(), strict=True)
    ):
        is_total = place >= FIRST_TOTAL
        scales.append(10.0 * intake[name.rsplit("_", 1)[1]] if is_total else value or MEAL)
        floors.append(-np.inf if is_total else (-1e-3 if name.startswith("gut") else 0.0))
    return scales, floors
