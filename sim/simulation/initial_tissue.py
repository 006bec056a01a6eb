"""The healthy tissue with which a planned run starts."""

from sim.conditions.plan import RunPlan
from sim.errors import SteadyStateError
from sim.parameters import Parameters
from sim.physiology.virtual_persons import Person, apply_person, draw_person
from sim.tissue.tissue import Tissue

MAX_DRAWS = 20
"""How often a person is drawn until one has a healthy steady state."""


def make_tissue(plan: RunPlan) -> tuple[Tissue, Person]:
    """Make the healthy tissue of a plan.

    Parameters
    ----------
    plan : RunPlan
        Its condition plays no part: the same replicate has the same cells in every arm of a study.

    Returns
    -------
    tuple
        The tissue, and the person whose it is; the typical one if the plan is of no virtual person.

    Raises
    ------
    SteadyStateError
        If the parameters allow no healthy body. A virtual person without one is drawn anew, up to
        :data:`MAX_DRAWS` times.
    """
    parameters = plan.model_parameters
    if not plan.person:
        return _tissue_with(parameters, plan), Person()
    for attempt in range(MAX_DRAWS):
        person = draw_person(parameters.person, plan.seed, plan.replicate, attempt)
        try:
            return _tissue_with(apply_person(person, parameters), plan), person
        except SteadyStateError:
            if attempt == MAX_DRAWS - 1:
                raise
    raise AssertionError("MAX_DRAWS is one or more")


def _tissue_with(parameters: Parameters, plan: RunPlan) -> Tissue:
    return Tissue(
        plan.n_cells,
        parameters=parameters,
        seed=plan.seed,
        replicate=plan.replicate,
        heterogeneous=plan.heterogeneous,
        noise=plan.noise,
        threads=plan.threads,
    )
