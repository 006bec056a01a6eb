"""Reading options: text becomes numbers, or stays text for the checks that list every fault."""

from typing import Any


def read_changes(changes: tuple[str, ...]) -> tuple[list[str], dict[str, float]]:
    """Read NAME=VALUE options; return faults and values."""
    from sim.parameters import FACTS
    from sim.quantity import QuantityError, parse

    faults, values = [], {}
    for change in changes:
        name, _, text = change.partition("=")
        fact = FACTS.get(name)
        if not text:
            faults.append(f'--set {change!r}: write NAME="VALUE UNIT", such as pump_half_mg="0.1 mM"')
        elif fact is None:
            values[name] = 0.0  # Named as unknown when the plan is checked.
        else:
            try:
                values[name] = parse(text, fact.unit, f"{name}={fact.low:g} {fact.unit}")
            except QuantityError as error:
                faults.append(f"--set {name}: {error}")
    return faults, values


def whole(text: str) -> Any:
    """Read a whole number; what is none stays text, which the plan refuses."""
    try:
        return int(text)
    except ValueError:
        return text


def number(text: str) -> Any:
    """Read a number; what is none stays text, which the plan refuses."""
    try:
        return float(text)
    except ValueError:
        return text
