"""The progress bar of a run."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.result import Result


def execute_with_bar(console: "Console", plan: "RunPlan") -> "Result":
    """Execute a plan under a progress bar that shows day, plasma K and Mg and the time left."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.quantities.units import HOURS_PER_DAY
    from sim.simulation.recorder import Recorder
    from sim.simulation.running import execute

    end = plan.condition.duration
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
        task = bar.add_task(plan.condition.name, total=end, **fields)

        def show(recorder: Recorder, hours: float) -> None:
            bar.update(
                task,
                completed=hours,
                day=hours / HOURS_PER_DAY,
                k=recorder.latest("plasma_k"),
                mg=recorder.latest("plasma_mg"),
            )

        return execute(plan, show)
