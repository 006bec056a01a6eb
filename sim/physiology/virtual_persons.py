"""Virtual persons: healthy bodies that differ from one another as people do.

A person is a set of factors on the parameters of the typical body, drawn anew for each replicate from a
stream of its own. The condition does not enter, so all arms of a study have the same persons.
"""

from math import sqrt
from typing import NamedTuple

from sim.numerics.elementary import exp
from sim.numerics.normal_numbers import standard_normals
from sim.numerics.random_streams import Purpose
from sim.parameters import FACTS, BodyParameters, Parameters, PersonParameters
from sim.quantities.amounts import Amounts

EXTENSIVE = tuple(
    name for name in BodyParameters._fields if FACTS[name].unit in ("L", "mmol", "mmol/day", "L/day")
)
"""Parameters of the body that scale with its size."""
MG_FORMS = ("plasma_mg_ionised", "plasma_mg_complexed", "plasma_mg_bound")


class Person(NamedTuple):
    """Factors on the parameters of the typical body [1].

    The order of fields is part of results: append only.
    """

    body_size: float = 1.0
    gfr: float = 1.0
    intake_na: float = 1.0
    intake_k: float = 1.0
    intake_mg: float = 1.0
    intake_ca: float = 1.0
    plasma_k: float = 1.0
    plasma_mg: float = 1.0
    cell_mg: float = 1.0
    free_mg: float = 1.0
    mg_absorption: float = 1.0
    pump_sites: float = 1.0
    na_leak: float = 1.0


def draw_person(p: PersonParameters, seed: int, replicate: int, attempt: int = 0) -> Person:
    """Draw the person of a replicate: log-normal factors of median one.

    Parameters
    ----------
    p : PersonParameters
        Widths.
    seed, replicate : int
        Name the random stream.
    attempt : int
        Counts draws; a person without a healthy steady state is drawn again.
    """
    # The order of the numbers is part of the results: add new ones at the end.
    food, size, gfr, na, k, mg, ca, plasma_k, plasma_mg, cell_mg, free_mg, absorption, pumps, leak = (
        standard_normals((14,), seed, replicate, Purpose.PERSON, attempt).tolist()
    )
    together, alone = sqrt(p.correlation_intakes), sqrt(1.0 - p.correlation_intakes)
    return Person(
        body_size=exp(p.sd_body_size * size),
        gfr=exp(p.sd_gfr * gfr),
        intake_na=exp(p.sd_intake_na * (together * food + alone * na)),
        intake_k=exp(p.sd_intake_k * (together * food + alone * k)),
        intake_mg=exp(p.sd_intake_mg * (together * food + alone * mg)),
        intake_ca=exp(p.sd_intake_ca * (together * food + alone * ca)),
        plasma_k=exp(p.sd_plasma_k * plasma_k),
        plasma_mg=exp(p.sd_plasma_mg * plasma_mg),
        cell_mg=exp(p.sd_cell_mg * cell_mg),
        free_mg=exp(p.sd_free_mg * free_mg),
        mg_absorption=exp(p.sd_mg_absorption * absorption),
        pump_sites=exp(p.sd_pump_sites * pumps),
        na_leak=exp(p.sd_person_na_leak * leak),
    )


def apply_person(person: Person, parameters: Parameters) -> Parameters:
    """Parameters of the model for a person.

    Body size changes volumes and amounts, not concentrations. Cells start from their own steady state,
    so a person's cell Na and K follow from pump sites and leak.
    """
    body, population = parameters.body, parameters.population
    numbers = {name: getattr(body, name) * person.body_size for name in EXTENSIVE}
    for ion in Amounts._fields:
        numbers[f"intake_{ion}"] *= getattr(person, f"intake_{ion}", 1.0)
    numbers["gfr"] *= person.gfr
    numbers["mg_absorption_active"] *= person.mg_absorption
    numbers["insulin_gain"] = body.insulin_gain / person.body_size  # per gram, in a larger body
    numbers["plasma_k"] = body.plasma_k * person.plasma_k
    numbers |= {name: getattr(body, name) * person.plasma_mg for name in MG_FORMS}
    return parameters._replace(
        cell=parameters.cell._replace(**_cell_magnesium(person, parameters.cell)),
        types=parameters.types._replace(**_cell_magnesium(person, parameters.types)),
        body=body._replace(**numbers),
        population=population._replace(
            median_pump_capacity=population.median_pump_capacity * person.pump_sites,
            median_na_leak=population.median_na_leak * person.na_leak,
        ),
    )


def _cell_magnesium(person: Person, group: NamedTuple) -> dict[str, float]:
    """Healthy Mg of all cells in a group of parameters [mM]."""
    factors = {"rest_mg_free": person.free_mg, "rest_mg_total": person.cell_mg}
    return {
        name: value * factor
        for name, value in group._asdict().items()
        for ending, factor in factors.items()
        if name.endswith(ending)
    }
