"""Remarks on a condition that is valid but may not do what was meant.

What is given but never done, or acts otherwise than each part alone: events after the end, doses that
are cut off, strengths of zero, treatments that combine. Each remark is a sentence. They are shown before
a run and kept in its provenance.
"""

import warnings
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from sim.conditions.condition import Condition
from sim.conditions.diagnostics import EVENTS
from sim.conditions.events import MEAL_HOURS, ROUNDING, Meal, Meals
from sim.conditions.supplements import Supplement
from sim.conditions.treatments import Treatment
from sim.errors import InputWarning
from sim.quantities.units import HOURS_PER_DAY

SHARED_SITES = {"mg_malabsorption": "Mg absorption", "proton_pump_inhibitor": "Mg absorption"}
"""What inputs of the model act on together, although they are separate inputs."""
SITES = {
    "ncc_loss": "NCC",
    "nkcc2_loss": "NKCC2",
    "nephron_loss": "the nephrons",
    "pump_inhibition": "the Na,K-pump",
    "romk_block": "ROMK",
    "aldosterone_excess": "aldosterone",
    "insulin_infused": "insulin",
    **SHARED_SITES,
}
"""What inputs of the model act on, in words."""


def remarks_on(condition: Condition) -> list[str]:
    """Return a sentence for everything in a condition that may not do what was meant."""
    found = []
    for key in EVENTS:
        for number, event in enumerate(getattr(condition, key), start=1):
            name = f"{key} no. {number} ({event.label})"
            found += [f"{name} {words}" for words in _remarks_on_event(event, condition.duration)]
        found += _same_events(key, getattr(condition, key))
    found += _combined_treatments([t for t in condition.treatment if t.start < condition.duration])
    twice = {name for name in condition.without if condition.without.count(name) > 1}
    found += [f"without: {name} is named twice; it is off once" for name in sorted(twice)]
    return found


def events_before(condition: Condition, hours: float) -> list[str]:
    """Say which events are over before a time [h], at which a run resumes."""
    return [
        f"{label} is over on day {_day(stop)}, before the run resumes on day {_day(hours)}: not given"
        for _, stop, label in condition.events()
        if stop <= hours
    ]


def warn_of(remarks: Iterable[str], stacklevel: int) -> None:
    """Warn the caller of a function of remarks on its arguments.

    Parameters
    ----------
    remarks : iterable of str
        The remarks; results keep them in their provenance too.
    stacklevel : int
        As in :func:`warnings.warn`; 3 is the caller of the function that calls this one.
    """
    for remark in remarks:
        warnings.warn(remark, InputWarning, stacklevel=stacklevel)


def _remarks_on_event(event: Any, end: float) -> Iterator[str]:
    """Remarks on one event of a condition that ends at a time [h]."""
    if event.start >= end - ROUNDING:
        yield (
            f"starts on day {_day(event.start)}, not before the end on day {_day(end)}: "
            "it is never given"
        )
        return
    if isinstance(event, Meals) and not list(event.edges(end)):
        yield "has no meal between its start and its end: nothing is eaten"
    elif isinstance(event, Meal) and event.stop > end + ROUNDING:
        yield f"is cut short by the end on day {_day(end)}"
    elif isinstance(event, Supplement):
        yield from _remarks_on_supplement(event, end)
    elif isinstance(event, Treatment) and event.strength == event.rule.strength.none:
        yield "has no effect at this strength"


def _remarks_on_supplement(event: Supplement, end: float) -> Iterator[str]:
    """Remarks on a supplement of a condition that ends at a time [h]."""
    if event.rate == 0.0:
        yield "gives nothing"
    elif event.in_doses:
        doses = event.doses(end)
        if not doses:
            yield "has no whole dose between its start and its end: nothing is given"
        elif doses[-1] + MEAL_HOURS > end + ROUNDING:
            yield f"has its last dose cut short by the end on day {_day(end)}"
    elif event.amount is not None and event.stop is not None and event.stop > end + ROUNDING:
        given = event.rate * (end - event.start)
        yield (
            f"runs until day {_day(event.stop)}, beyond the end on day {_day(end)}: "
            f"{given:.4g} of {event.amount:g} mmol are given"
        )


def _same_events(key: str, events: tuple[Any, ...]) -> Iterator[str]:
    """Say which events of a list are the same as an earlier one; what they give adds up."""
    for number, event in enumerate(events, start=1):
        if event in events[: number - 1]:
            first = events.index(event) + 1
            yield f"{key} no. {number} ({event.label}) is the same as no. {first}: both are given"


def _combined_treatments(treatments: Iterable[Treatment]) -> Iterator[str]:
    """Say which treatments act on one thing at once, and what that amounts to."""
    for a, b in combinations(treatments, 2):
        targets = [t.rule.target for t in (a, b)]
        sites = [SITES.get(target, target) for target in targets]
        if sites[0] != sites[1] or not a.overlaps(b):
            continue
        start = max(a.start, b.start)
        text = f"{a.label} and {b.label} both act on {sites[0]} from day {_day(start)}: "
        if targets[0] == targets[1]:
            kind = a.rule.strength
            yield text + f"together {kind.written(kind.combined(a.strength, b.strength))}"
        else:
            yield text + "their effects multiply"


def _day(hours: float) -> str:
    """Write a time [h] in days."""
    return f"{hours / HOURS_PER_DAY:.4g}"
