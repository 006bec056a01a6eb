"""Remarks on a design that is valid but may not do what was meant; those on its arms are the plans'."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from sim.conditions.plan import RunPlan
from sim.quantities.units import HOURS_PER_DAY
from sim.study.samples import Samples
from sim.study.snapshots import Snapshots
from sim.variables.endpoints import Endpoint

NAMES: Final = {"name", "title", "description"}
"""Fields of a condition that do nothing."""
NEVER_NEGATIVE: Final = (
    "plasma_",
    "na_in",
    "k_in",
    "mg_free",
    "pressure",
    "qtc",
    "ecf_",
    "body_",
    "urine_",
)
"""Beginnings of names of variables that are never negative."""


def arm_remarks(plans: Sequence[RunPlan]) -> Iterator[str]:
    """Remarks on each arm, those that all arms share only once, and on arms that do the same."""
    by_arm = {plan.condition.name: plan.remarks for plan in plans}
    shared = set.intersection(*map(set, by_arm.values())) if len(plans) > 1 else set()
    yield from (remark for remark in next(iter(by_arm.values())) if remark in shared)
    for arm, remarks in by_arm.items():
        yield from (f"{arm}: {remark}" for remark in remarks if remark not in shared)
    for first, second in combinations((plan.condition for plan in plans), 2):
        if first.model_dump(exclude=NAMES) == second.model_dump(exclude=NAMES):
            yield f"the arms {first.name} and {second.name} are the same in all but their names"


def draw_remarks(replicates: int, *, persons: bool, noise: bool, heterogeneous: bool) -> Iterator[str]:
    """Say that replicates cannot differ."""
    if replicates > 1 and not (persons or noise or heterogeneous):
        yield (
            f"all {replicates:,} replicates are the same: without persons, noise and differences of "
            "cells nothing is drawn at random"
        )


def sample_remarks(samples: Samples) -> Iterator[str]:
    """Say which sampled parameters do not vary."""
    for name, values in samples.ranges.items():
        if len(values) == 1:
            yield f"samples: {name} has one value, so it does not vary"
    if samples.size == 1:
        yield "samples: there is one parameter set; to change parameters in all arms, give parameters"


def snapshot_remarks(snapshots: Snapshots, cells: int, ends: Mapping[str, float]) -> Iterator[str]:
    """Say which snapshots cannot be taken as asked.

    Parameters
    ----------
    snapshots : Snapshots
        The cells to keep.
    cells : int
        Cells of a body.
    ends : mapping
        Duration of each arm [h].
    """
    if "cells" in snapshots.model_fields_set and snapshots.cells > cells:
        yield f"snapshots: {snapshots.cells:,} cells are asked for; a body has {cells:,}"
    for arm, end in ends.items():
        late = [f"{hours / HOURS_PER_DAY:g}" for hours in snapshots.at if hours > end]
        if late:
            yield (
                f"snapshots: {arm} ends on day {end / HOURS_PER_DAY:g}, so it has none of day "
                f"{', '.join(late)}"
            )


def endpoint_remarks(texts: Sequence[str]) -> Iterator[str]:
    """Say which endpoints are given twice, or are always or never reached."""
    endpoints = [Endpoint.read(text) for text in texts]
    for endpoint in dict.fromkeys(e for e in endpoints if endpoints.count(e) > 1):
        yield f"endpoints: {endpoint} is given {endpoints.count(endpoint)} times"
    for endpoint in dict.fromkeys(endpoints):
        if not endpoint.variable.startswith(NEVER_NEGATIVE):
            continue
        below = endpoint.relation.startswith("<")
        if endpoint.bound < 0.0 or (endpoint.bound == 0.0 and endpoint.relation in ("<", ">=")):
            yield f"endpoints: {endpoint} is {'never' if below else 'always'} true"
