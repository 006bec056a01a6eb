"""What is wrong with a condition: rules between its parts, and pydantic's errors as sentences.

Every problem is a sentence that says where, what was given and what is allowed, in the words of the
file. All problems come at once, also those that pydantic does not look for after it has found another
one in the same place.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Any

from pydantic import ValidationError

from sim.conditions.events import (
    Diet,
    Event,
    Meal,
    Meals,
    order_problem,
    times_problem,
)
from sim.conditions.fields import MAX_DAYS, Data, read_hours, read_time_of_day
from sim.conditions.supplements import Supplement, measure_problem
from sim.conditions.treatments import STRENGTHS, TREATMENTS, Treatment, strength_problem
from sim.errors import MAX_PROBLEMS, QuantityError, shown
from sim.parameters.inputs import KNOCK_OUTS
from sim.quantities.ions import SUPPLIED
from sim.quantities.units import HOURS_PER_DAY

EVENTS: dict[str, type[Event]] = {
    "diet": Diet,
    "meals": Meals,
    "meal": Meal,
    "supplement": Supplement,
    "treatment": Treatment,
}
"""Lists of events in a condition, and what each holds."""
MAX_EVENTS = 1000
"""Events in one list; every span of a run looks at each of them."""


# Rules between the parts of a condition


def duration_problems(hours: float) -> Iterator[str]:
    """Say what is wrong with a duration [h]."""
    if not 0.0 < hours <= MAX_DAYS * HOURS_PER_DAY:
        days = hours / HOURS_PER_DAY
        yield f"duration is {days:g} days; give more than 0 and at most {MAX_DAYS:g} days"


def without_problems(names: Iterable[str]) -> Iterator[str]:
    """Say which of the mechanisms to switch off do not exist."""
    for name in (name for name in names if name not in KNOCK_OUTS):
        near = difflib.get_close_matches(name, KNOCK_OUTS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        yield f"without: no mechanism is called {shown(name)}; {hint}there are {', '.join(KNOCK_OUTS)}"


def contradictions(
    diets: Sequence[Diet],
    meals: Sequence[Meals],
    supplements: Sequence[Supplement],
    treatments: Sequence[Treatment],
) -> Iterator[str]:
    """Say which events overlap although they exclude each other."""
    for a, b in combinations(diets, 2):
        both = [ion.name for ion in SUPPLIED if None not in (getattr(a, ion.name), getattr(b, ion.name))]
        if both and a.overlaps(b):
            yield f"two diets set {' and '.join(both)} at once ({a.label}; {b.label})"
    for c, d in combinations(meals, 2):
        if c.overlaps(d):
            yield f"two patterns of meals overlap ({c.label}; {d.label})"
    for e, f in combinations(supplements, 2):
        # Doses at other times, or beside a drip, are no contradiction: what is given adds up.
        if (e.ion, e.route) == (f.ion, f.route) and _given_alike(e, f) and e.overlaps(f):
            yield (
                f"two {e.route} supplements of {e.ion} overlap ({e.label}; {f.label}); "
                "give one with the sum of the doses"
            )
    for g, h in combinations(treatments, 2):
        if g.kind == h.kind and g.overlaps(h):
            yield f"two treatments {g.kind} overlap ({g.label}; {h.label})"


def _given_alike(a: Supplement, b: Supplement) -> bool:
    """Whether two supplements are both steady, or both in doses at the same times."""
    same_times = set(a.at or ()) & set(b.at or ()) or (a.every is not None and a.every == b.every)
    return bool(same_times) if a.in_doses and b.in_doses else a.in_doses == b.in_doses


# Pydantic's errors as sentences


def problems_of(
    error: ValidationError, model: type[Data], parts: Mapping[str, type[Data]] | None = None
) -> list[str]:
    """Turn pydantic's errors into sentences.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    model : type
        Model that was read.
    parts : mapping, optional
        What each of its lists or tables holds.
    """
    models, details = {"": model, **(parts or {})}, error.errors()
    problems = [text for detail in details[:MAX_PROBLEMS] for text in sentences_of(detail, models)]
    more = len(details) - MAX_PROBLEMS
    return [*problems, f"and {more} more problems"] if more > 0 else problems


def hidden_problems(data: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    """Find problems of a condition that pydantic does not look for after another in the same place.

    Parameters
    ----------
    data : mapping
        The condition as it was given.
    error : ValidationError
        What pydantic found.
    """
    if any(detail["loc"] == () for detail in error.errors()):
        return  # The model's own validator has run, so nothing was hidden.
    valid: dict[str, list[Any]] = {key: [] for key in EVENTS}
    for key, event in EVENTS.items():
        items = data.get(key, ())
        items = items[:MAX_EVENTS] if isinstance(items, (list, tuple)) else ()
        for number, item in enumerate(items, start=1):
            try:
                valid[key].append(event.model_validate(item))
            except ValidationError:
                yield from (f"{key} no. {number}: {problem}" for problem in _problems_between_keys(item))
    found = contradictions(valid["diet"], valid["meals"], valid["supplement"], valid["treatment"])
    yield from islice(found, MAX_PROBLEMS)
    without = data.get("without", ())
    if isinstance(without, (list, tuple)):
        names = [name for name in without[:MAX_EVENTS] if isinstance(name, str)]
        yield from islice(without_problems(names), MAX_PROBLEMS)
    try:
        yield from duration_problems(read_hours(data.get("duration")))
    except QuantityError:
        return


def _problems_between_keys(item: Any) -> Iterator[str]:
    """Apply the rules between keys of one event to a table in which a key is invalid."""
    if not isinstance(item, Mapping):
        return
    problems = [_order_problem(item)]
    if "at" in item:
        problems.append(_times_problem(item["at"], "doses" if "ion" in item else "meals"))
    # Rules that need a certain key would complain about a misspelt one a second time.
    kind = item.get("kind")
    if isinstance(kind, str) and kind in TREATMENTS and set(item) <= set(Treatment.model_fields):
        problems.append(strength_problem(kind, {name: item.get(name) for name in STRENGTHS}))
    if "ion" in item and set(item) <= set(Supplement.model_fields):
        keys = ("dose", "amount", "stop", "at", "every")
        problems.append(measure_problem(*(item.get(key) for key in keys)))
    yield from filter(None, problems)


def _order_problem(item: Mapping[str, Any]) -> str | None:
    """Say whether an event ends before it begins, if both are times at all."""
    try:
        stop = read_hours(item["stop"]) if "stop" in item else None
        return order_problem(read_hours(item.get("start", "0 day")), stop)
    except QuantityError:
        return None


def _times_problem(at: Any, what: str) -> str | None:
    """Say what is wrong with the times of meals or doses, if they are times of the day at all."""
    try:
        return times_problem([read_time_of_day(text) for text in at], what)
    except (TypeError, ValueError):
        return None


WRONG_SHAPE = {
    "tuple_type": 'a list: [[{name}]] for events, ["…"] for text',
    "model_type": "a table under [[{name}]]",
    "dict_type": "a table under [{name}]",
    "string_type": "text in quotes",
}
"""What to write in place of a value of another shape, by pydantic's name of the error."""


def sentences_of(detail: Any, models: Mapping[str, type[Data]]) -> list[str]:
    """Turn one of pydantic's errors into sentences that say where, what and what is allowed."""
    place = detail["loc"]
    where = " ".join(f"no. {part + 1}" if isinstance(part, int) else str(part) for part in place)
    prefix = f"{where}: " if where else ""
    if detail["type"] == "missing":
        return [f"{prefix}is missing"]
    if detail["type"] == "extra_forbidden":
        return [prefix + _unknown_key(place, models)]
    if detail["type"] == "too_long":
        allowed = detail["ctx"]["max_length"]
        return [f"{prefix}has {len(detail['input'])} entries, too many; give at most {allowed}"]
    if detail["type"] in WRONG_SHAPE:
        return [f"{prefix}{shown(detail['input'])}: write {_shape(detail['type'], place)}"]
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] != "value_error" or message.startswith("is "):
        message = f"{shown(detail['input'])}: {message[0].lower()}{message[1:]}"
    return [prefix + line for line in message.split("\n")]


def _unknown_key(place: tuple[int | str, ...], models: Mapping[str, type[Data]]) -> str:
    """Say that a key is unknown, and which keys are known in its place."""
    table = str(place[0]) if len(place) > 1 else ""
    known = list(models.get(table, models[""]).model_fields)
    near = difflib.get_close_matches(str(place[-1]), known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown key; {hint}allowed are {', '.join(known)}"


def _shape(error: str, place: tuple[int | str, ...]) -> str:
    """Say what shape a value in a place must have."""
    name = str(place[0]) if place else "the file"
    if error == "tuple_type" and len(place) > 1:
        return 'a list: ["…"]'
    if error == "model_type" and len(place) == 1:
        return f"a table under [{name}]"
    return WRONG_SHAPE[error].format(name=name)
