"""The progress bar of a run."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.result import Result
    from sim.simulation.running import OnRecord


def execute_with_bar(console: "Console", plan: "RunPlan") -> "Result":
    """Execute a plan under a progress bar; see :func:`with_bar`."""
    from sim.simulation.running import execute

    return with_bar(console, plan, 0.0, lambda show: execute(plan, show))


def with_bar(
    console: "Console", plan: "RunPlan", start: float, work: "Callable[[OnRecord], Result]"
) -> "Result":
    """Simulate under a progress bar that shows day, plasma K and Mg and the time left.

    Where there is no terminal, a line is written at every tenth.

    Parameters
    ----------
    console : Console
        Where to show it.
    plan : RunPlan
        What is simulated.
    start : float
        When it begins [h].
    work : callable
        Simulates; calls its argument after each row.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.cli.announcing import ProgressLog
    from sim.quantities.units import HOURS_PER_DAY
    from sim.simulation.recorder import Recorder

    end = plan.condition.duration
    log = ProgressLog(console, plan.condition.name)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("day {task.fields[day]:.0f} of {task.fields[days]:g}"),
        TextColumn("K {task.fields[k]:.2f}  Mg {task.fields[mg]:.2f} mM"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        fields: dict[str, Any] = {"day": 0.0, "days": end / HOURS_PER_DAY, "k": 0.0, "mg": 0.0}
        task = bar.add_task(plan.condition.name, total=end - start, **fields)

        def show(recorder: Recorder, hours: float) -> None:
            day, k, mg = hours / HOURS_PER_DAY, recorder.latest("plasma_k"), recorder.latest("plasma_mg")
            bar.update(task, completed=hours - start, day=day, k=k, mg=mg)
            details = f"day {day:.4g} of {end / HOURS_PER_DAY:g}, K {k:.2f}, Mg {mg:.2f} mM"
            log.update(hours - start, end - start, details)

        return work(show)
