"""Going on with a tissue that has a past: :func:`resume` gives a :class:`Result`."""

from pathlib import Path
from typing import Any, NamedTuple

from sim.conditions.condition import Condition
from sim.conditions.plan import SNAPSHOTS, RunPlan, values_of
from sim.conditions.remarks import events_before, warn_of
from sim.errors import InputError
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.result import Result
from sim.simulation.running import OnRecord, simulate
from sim.simulation.stored_run import verified_state
from sim.tissue.checkpoint import load_tissue
from sim.tissue.tissue import Tissue


def resume(
    start: Tissue | str | Path,
    condition: str | Path | Condition,
    *,
    days: float | None = None,
    noise_of: int | None = None,
    step_hours: float | None = None,
    record_hours: float | None = None,
    snapshots: int = SNAPSHOTS,
    threads: int | None = None,
    on_record: OnRecord | None = None,
) -> Result:
    """Continue with a tissue under a condition whose clock is the tissue's.

    Under the condition of its past, results are to the bit those of a run that was not stopped. Under
    others, one past branches into many futures.

    Parameters
    ----------
    start : Tissue, str or path
        A tissue, such as ``result.tissue`` (left as it is), or a file of :func:`sim.save_tissue`.
    condition : str, path or Condition
        The interventions from now on. Its times count from the tissue's beginning; events before its
        present time have no effect.
    days : float, optional
        End on the same clock [day]; by default the condition's.
    noise_of : int, optional
        Replicate whose fluctuations the cells follow from now on; by default their own.
    step_hours, record_hours, snapshots, threads, on_record
        See :func:`run`.

    Raises
    ------
    InputError, SimulationError, SimulationInterrupted
        As :func:`run`.
    """
    resumption = plan_resumption(
        start,
        condition,
        days=days,
        noise_of=noise_of,
        step_hours=step_hours,
        record_hours=record_hours,
        snapshots=snapshots,
        threads=threads,
    )
    warn_of(resumption.remarks, stacklevel=3)
    return continue_run(resumption, on_record)


class Resumption(NamedTuple):
    """A tissue of one's own, at its present time, and the plan by which it goes on."""

    tissue: Tissue
    plan: RunPlan

    @property
    def remarks(self) -> list[str]:
        """A sentence for everything that is valid but may not do what was meant."""
        return [*self.plan.remarks, *events_before(self.plan.condition, self.tissue.time)]


def plan_resumption(
    start: Tissue | str | Path,
    condition: str | Path | Condition,
    *,
    noise_of: int | None = None,
    threads: int | None = None,
    **options: Any,
) -> Resumption:
    """Check everything that :func:`resume` needs, and load the tissue.

    Raises
    ------
    InputError
        If the input is invalid; lists every problem of tissue, condition and arguments.
    """
    problems: list[str] = []
    tissue = None
    try:
        if isinstance(start, Tissue):
            tissue = start.branch()
        else:
            tissue = load_tissue(verified_state(Path(start)), threads=threads)
        traits = {
            "n_cells": tissue.n_cells,
            "seed": tissue.seed,
            "noise": tissue.noise,
            "heterogeneous": tissue.heterogeneous,
        }
        replicate = tissue.replicate if noise_of is None else noise_of
    except InputError as error:
        problems, traits, replicate = error.problems, {}, 0 if noise_of is None else noise_of
    try:
        plan = RunPlan(condition, **traits, replicate=replicate, threads=threads, **options)
    except InputError as error:
        problems = problems + error.problems
    if problems or tissue is None:
        raise InputError(problems)
    if problems := _contradictions(tissue, plan):
        raise InputError(problems)
    if noise_of is not None:
        tissue.fluctuate_as(noise_of)
    return Resumption(tissue, plan)


def continue_run(resumption: Resumption, on_record: OnRecord | None = None) -> Result:
    """Carry on with a tissue; see :func:`resume`."""
    tissue, plan = resumption
    facts: dict[str, Any] = {"parameters": values_of(tissue.parameters), "remarks": resumption.remarks}
    if tissue.time > 0.0:
        facts["resumed_at"] = tissue.time / HOURS_PER_DAY
    return simulate(tissue, plan, on_record, facts)


def _contradictions(tissue: Tissue, plan: RunPlan) -> list[str]:
    """Say what a plan demands that a tissue with a past cannot have."""
    own = values_of(tissue.parameters)
    problems = [
        f"{name} = {value:g} in the condition, {own[name]:g} in the tissue, which keeps its own"
        for name, value in plan.parameters.items()
        if value != own[name]
    ]
    if plan.condition.duration <= tissue.time:
        now, end = tissue.time / HOURS_PER_DAY, plan.condition.duration / HOURS_PER_DAY
        problems.append(
            f"the condition ends on day {end:g}, the tissue is at day {now:g}; give more days"
        )
    return problems
