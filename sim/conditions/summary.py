"""Conditions and plans in words: what will be given, in mmol, and how large a run will be."""

from sim.conditions.condition import Condition
from sim.conditions.diagnostics import EVENTS
from sim.conditions.fields import time_of_day
from sim.conditions.plan import RunPlan
from sim.conditions.size import bytes_in_words, time_in_words
from sim.conditions.supplements import Supplement
from sim.parameters import FACTS
from sim.quantities.ions import BY_NAME
from sim.quantities.units import HOURS_PER_DAY

AS_CHLORIDE = "Supplements and meals act as chlorides; the effects of other anions are left out."


def interventions_in_words(condition: Condition) -> list[str]:
    """Say what is done when, a line an event in order of start; every dose is in mmol.

    Events that start after the end are left out; :mod:`sim.conditions.remarks` names them.
    """
    lines = []
    for key in EVENTS:
        for event in getattr(condition, key):
            if event.start < condition.duration:
                stop = condition.duration if event.stop is None else min(event.stop, condition.duration)
                words = supplement_in_words(event) if isinstance(event, Supplement) else event.label
                lines.append((event.start, stop, words))
    text = [f"day {_day(start)} to {_day(stop)}: {words}" for start, stop, words in sorted(lines)]
    text += [f"without {mechanism}" for mechanism in dict.fromkeys(condition.without)]
    if condition.supplement or any(any(meal.contents().values()) for meal in condition.meal):
        text.append(AS_CHLORIDE)
    return text


def supplement_in_words(supplement: Supplement) -> str:
    """Say how a supplement is given: as a steady drip or in doses, and how much [mmol]."""
    symbol = BY_NAME[supplement.ion].symbol
    daily = f"{supplement.daily_amount:.4g} mmol/day"
    if not supplement.in_doses:
        if supplement.amount is None or supplement.stop is None:
            return f"{symbol} {supplement.route}, steady: {daily}"
        hours = supplement.stop - supplement.start
        return (
            f"{symbol} {supplement.route}, steady: {supplement.amount:.4g} mmol over {hours:.4g} h "
            f"({supplement.rate:.4g} mmol/h)"
        )
    if supplement.at is not None:
        when = "at " + ", ".join(map(time_of_day, sorted(supplement.at)))
    else:
        when = f"every {supplement.every:g} h"
    return f"{symbol} {supplement.route}, in doses: {supplement.amount:.4g} mmol {when} ({daily})"


def plan_in_words(plan: RunPlan) -> list[str]:
    """Say what a run will do and how large it is, a line each; without remarks."""
    condition, size, steps = plan.condition, plan.size, plan.steps
    days = condition.duration / HOURS_PER_DAY
    lines = [
        f"{condition.name}: {plan.n_cells:,} cells for {days:g} days ({condition.duration:,.6g} h) in "
        f"steps of {steps.hours:g} h"
    ]
    lines += [f"  {line}" for line in interventions_in_words(condition)]
    lines += [
        f"  {name} = {value:g} {FACTS[name].unit}".removesuffix(" 1")
        for name, value in plan.parameters.items()
    ]
    lines.append(
        f"{size.rows:,} rows; {time_in_words(size.seconds)}, {bytes_in_words(size.memory)} of "
        f"memory and up to {bytes_in_words(size.disk)} on disk"
    )
    return lines


def _day(hours: float) -> str:
    """Write a time [h] in days."""
    return f"{hours / HOURS_PER_DAY:.6g}"
