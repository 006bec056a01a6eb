"""Values that users, other programs and enemies give: plausible ones, slips, and nonsense."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from sim.errors import InputError

Result = TypeVar("Result")

UNITS = (
    *("mmol/day", "mmol/hour", "mEq/day", "mg/day", "g NaCl/day", "mmol/day/day", "L/day", "mEq/L"),
    *("mmol", "mEq", "mM", "g", "mg Mg", "mg/dL", "day", "hour", "min", "week", "%", "1", "", "furlong"),
    "°C",
)
NUMBERS = st.one_of(
    st.floats(0.0, 100.0),
    st.integers(0, 5000),
    st.floats(),
    st.sampled_from([0, -1, 1e-300, 1e300, 10**400, 10**5000, -(10**5000), 2**63, float("nan")]),
)
QUANTITIES = st.builds(
    lambda number, unit: f"{number:.6g} {unit}".strip(), st.floats(-5.0, 500.0), st.sampled_from(UNITS)
)
SLIPS = "|7:00|25:00|day|5 day 3 day|1e999 day|\x1b[31m red|nan mmol|plasma_k < 3.5|../evil|٣ day"
WORDS = st.one_of(
    st.sampled_from([*SLIPS.split("|"), " ", "5 day\n", "__class__"]),
    st.text(max_size=30),
    st.integers(50, 2000).map(lambda n: "9" * n + " day"),
    st.just("x" * 3000),
)
OTHERS = st.sampled_from(
    [
        *(None, True, False, b"5 day", 1j, object(), print, Decimal("0.5")),
        *(datetime.date(2025, 1, 1), datetime.time(7, 30)),
        *(np.float64(3.5), np.int64(3), np.bool_(True), np.array([1.0, 2.0])),
    ]
)
SCALARS = st.one_of(QUANTITIES, NUMBERS, WORDS, OTHERS)
NESTED = st.one_of(
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.one_of(st.text(max_size=8), st.integers()), SCALARS, max_size=3),
    st.just({"a": {"b": {"c": []}}}),
    st.just([[[[]]]]),
)
VALUES = st.one_of(SCALARS, SCALARS, NESTED)
"""Anything that may stand in place of a value."""

ALLOWED = re.compile(
    r"\b(give|write|allowed|there (is|are)|did you mean|should|must|needs?|takes?|at (least|most)|"
    r"choose|check the unit|less than|more than|such as|end in|name|lists|missing|is in)\b"
)
"""What a message says when it tells what is allowed."""


def refusal_or_result(work: Callable[[], Result]) -> tuple[list[str], Result | None]:
    """Problems for which something is refused, or its result; any other exception is raised."""
    try:
        return [], work()
    except InputError as error:
        return error.problems, None


def quick(cases: int) -> Any:
    """Settings of a property: reproducible, and no case may take five seconds."""
    return settings(
        max_examples=cases,
        deadline=5000,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Data with the value at a path replaced; paths are keys of tables and places in lists."""
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = replaced(copy[path[0]], path[1:], value)
    return copy


def paths_of(data: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Path of every value in nested data, of tables and lists too."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path for key, value in items for path in [(*before, key), *paths_of(value, (*before, key))]]


def is_named(problem: str, path: tuple[Any, ...]) -> bool:
    """Whether a problem names the key at a path, or the table that holds it."""
    keys = [key for key in path if isinstance(key, str)]
    return any(re.search(rf"(?<!\w){re.escape(key)}(?!\w)", problem) for key in keys)


def is_shown(problem: str, value: Any) -> bool:
    """Whether a problem shows a value or a part of it; of nothing, there is nothing to show."""
    if isinstance(value, np.ndarray):
        value = list(value)
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    if isinstance(parts, (list, tuple)) and any(is_shown(problem, part) for part in parts):
        return True
    if value is None or (isinstance(value, (str, bytes, dict, list)) and not value):
        return True
    shown = [text[:20] for text in _writings(value)]
    return any(text in problem for text in (*shown, "missing", "cannot be written", "unknown key"))


def is_explained(problem: str, path: tuple[Any, ...], value: Any) -> bool:
    """Whether a problem shows what was given, times in days too, and tells what is allowed."""
    is_time = bool({"start", "stop", "duration", "at"} & set(path)) and " day" in problem
    return bool(ALLOWED.search(problem)) and (is_time or is_shown(problem, value))


def _writings(value: Any) -> list[str]:
    """Ways to write a value, as far as it can be written."""
    writings = [value[:20].strip()] if isinstance(value, str) else []
    writings += [value.decode()] if isinstance(value, bytes) else []
    for write in (repr, str, "{:g}".format, "{:,}".format):
        try:
            writings.append(write(value))
        except (TypeError, ValueError, OverflowError):
            continue
    return writings
