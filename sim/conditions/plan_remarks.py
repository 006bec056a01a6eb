"""Remarks on the arguments of a run: what is asked for and makes no difference.

Those on the events of a condition are in :mod:`sim.conditions.remarks`.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import ceil
from typing import Final

from sim.conditions.condition import Condition
from sim.conditions.steps import Steps
from sim.parameters import FACTS, BodyParameters, PersonParameters, PopulationParameters, describe
from sim.quantities.ions import SUPPLIED
from sim.quantities.units import HOURS_PER_DAY

PUBLISHED: Final = {entry.name: entry.value for entry in describe()}
"""Value of each parameter unless it is changed."""
FLUCTUATIONS: Final = {name for name in PopulationParameters._fields if name.startswith("noise_")}
"""Parameters that act on cells which fluctuate."""
SPREADS: Final = {
    name for name in PopulationParameters._fields if name.startswith(("sd_", "correlation_"))
}
"""Parameters that act on cells which differ."""


def replaced_parameters(condition: Condition, changes: Mapping[str, float], by: str) -> list[str]:
    """Say which parameters of a condition are replaced.

    Parameters
    ----------
    condition : Condition
        Which sets parameters of its own.
    changes : mapping
        The values that a run takes.
    by : str
        What replaces them, in words.
    """
    return [
        f"parameters: {name} = {own:g} {FACTS[name].unit} of the condition is replaced by "
        f"{changes[name]:g} {FACTS[name].unit} of {by}"
        for name, own in condition.parameters.items()
        if name in changes and changes[name] != own
    ]


def idle_parameters(
    values: Mapping[str, Iterable[float]],
    *,
    person: bool,
    noise: bool,
    heterogeneous: bool,
    key: str = "parameters",
) -> Iterator[str]:
    """Say which parameters are set without any effect.

    Parameters
    ----------
    values : mapping
        The values of each parameter, each in its own unit.
    person, noise, heterogeneous : bool
        Whether bodies are virtual persons, cells fluctuate, and cells differ.
    key : str
        Under which the values are given.
    """
    for name, given in values.items():
        unit = FACTS[name].unit.removesuffix("1")
        if name in PersonParameters._fields and not person:
            yield f"{key}: {name} acts on virtual persons only, and the body is the typical one"
        elif name in FLUCTUATIONS and not noise:
            yield f"{key}: {name} acts on fluctuations only, and cells do not fluctuate"
        elif name in SPREADS and not heterogeneous:
            yield f"{key}: {name} acts on differences of cells only, and cells are all alike"
        elif all(value == PUBLISHED[name] for value in given):
            own = f"{PUBLISHED[name]:g} {unit}".strip()
            yield f"{key}: {name} = {own} is its published value: nothing changes"


def usual_diets(condition: Condition, p: BodyParameters) -> Iterator[str]:
    """Say which diets are the usual one of a body with these parameters."""
    for number, diet in enumerate(condition.diet, start=1):
        supplies = {ion: getattr(diet, ion.name) for ion in SUPPLIED}
        usual = {ion: getattr(p, f"intake_{ion.symbol.lower()}") / HOURS_PER_DAY for ion in SUPPLIED}
        if all(supply in (None, usual[ion]) for ion, supply in supplies.items()):
            yield f"diet no. {number} ({diet.label}) is the usual diet: nothing changes"


def recording_remarks(steps: Steps, record_hours: float | None, snapshots: int | None) -> Iterator[str]:
    """Say which recording times are asked for that do not exist.

    Parameters
    ----------
    steps : Steps
        When steps end; only then can anything be recorded.
    record_hours : float, optional
        Time between rows [h], if one was asked for.
    snapshots : int, optional
        Number of snapshots of cells, if one was asked for.
    """
    if record_hours is not None and record_hours < steps.hours:
        yield (
            f"rows every {record_hours:g} h are asked for; they are as far apart as steps, "
            f"{steps.hours:g} h"
        )
    elif record_hours is not None and record_hours > steps.end:
        yield (
            f"rows every {record_hours:g} h are asked for and the run is shorter, {steps.end:g} h: "
            "the start and the end are recorded"
        )
    possible = ceil(steps.end / steps.hours) + 1
    if snapshots is not None and snapshots > possible:
        yield f"{snapshots:,} snapshots are asked for; one after each step makes {possible:,}"
