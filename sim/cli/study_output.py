"""What ``sim study`` prints of a study: arms, paired differences, probabilities of endpoints."""

import math
from typing import TYPE_CHECKING, Any

from sim.cli.console import format_number

if TYPE_CHECKING:
    from rich.console import Console

    from sim.statistics import Interval
    from sim.study.study import Study

SHOWN = ("plasma_k", "plasma_mg", "plasma_ca", "na_in_mean", "k_in_mean", "potential_mean")
"""Variables of the table of arms, as far as they are recorded."""


def print_findings(
    console: "Console", found: "Study", day: float | None, endpoints: tuple[str, ...]
) -> None:
    """Print the findings of a study."""
    _show_arms(console, found, day)
    if len(found.arms) > 1:
        _show_differences(console, found, day)
    if endpoints:
        _show_probabilities(console, found, day, endpoints)
    for text in found.damaged_lines:
        console.print(f"{found.folder}: {text}")
    if not found.complete:
        console.print(
            f"{found.n_completed:,} of {found.design.n_members:,} {members_called(found)} are complete; "
            f"to run the others: sim study run {found.folder}"
        )
    if failures := found.failures:
        console.print(f"{len(failures)} did not finish, such as {failures[0]}")
    if beyond := found.not_survivable:
        console.print(f"{len(beyond)} beyond the limits of survival, such as {beyond[0]}")


def _show_arms(console: "Console", found: "Study", day: float | None) -> None:
    """Print the median and the middle 90 % of each arm."""
    from rich.table import Table

    from sim.variables.table import VARIABLES

    when = "at the end" if day is None else f"on day {day:g}"
    summary = found.summary(day)
    names = [name for name in SHOWN if name in found.design.variables] or found.design.variables[:6]
    title = f"Median and middle 90 % of {found.n_completed:,} {members_called(found)}, {when}"
    table = Table("", "Unit", title=title, title_justify="left", box=None, pad_edge=False)
    for arm in found.arms:
        table.add_column(arm, justify="right", overflow="fold")
    for name in names:
        rows: list[Any] = [summary.loc[(name, arm)] for arm in found.arms]
        texts = [_spread(row["median"], row["p5"], row["p95"]) for row in rows]
        table.add_row(VARIABLES[name].meaning, VARIABLES[name].unit, *texts)
    console.print(table)


def _show_differences(console: "Console", found: "Study", day: float | None) -> None:
    """Print the paired difference of each arm from the first, and what pairing gains."""
    from sim.variables.table import VARIABLES

    name = "plasma_k" if "plasma_k" in found.design.variables else found.design.variables[0]
    unit = VARIABLES[name].unit
    for arm in found.arms[1:]:
        difference = found.difference_at(name, arm, day=day)
        reduction = found.variance_reduction(name, arm, day=day)
        text = f"{name}, {arm} minus {found.arms[0]}: {difference.text(unit)}"
        if not math.isnan(reduction.estimate):
            text += f"; pairing makes its variance {reduction.estimate:.3g} times smaller"
        console.print(text)


def _show_probabilities(
    console: "Console", found: "Study", day: float | None, endpoints: tuple[str, ...]
) -> None:
    """Print the proportion that reaches each endpoint in each arm."""
    from sim.variables.endpoints import Endpoint

    for endpoint in dict.fromkeys(map(Endpoint.read, endpoints)):
        for arm in found.arms:
            console.print(f"{endpoint}, {arm}: {_percent(found.probability(endpoint, arm, day))}")


def members_called(found: "Study") -> str:
    """Plural of what a study has: persons, replicates, or members (replicates with parameter sets)."""
    if found.design.samples:
        return "members"
    return "persons" if found.design.persons else "replicates"


def _spread(median: float, low: float, high: float) -> str:
    """Write a median with the middle 90 %."""
    return f"{format_number(median)} ({format_number(low)} to {format_number(high)})"


def _percent(found: "Interval") -> str:
    """Write a proportion with its interval."""
    low, high = 100 * found.low, 100 * found.high
    return f"{100 * found.estimate:.0f} % (95 % interval {low:.0f} to {high:.0f} %, n {found.n})"
