"""The progress bar of a run."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from sim.conditions.plan import RunPlan
    from sim.simulation.result import Result


def execute_with_bar(console: "Console", plan: "RunPlan") -> "Result":
    """Execute a plan under a progress bar that shows day, plasma K and Mg and the time left.

    Where there is no terminal, a line is written at every tenth.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from sim.cli.announcing import ProgressLog
    from sim.quantities.units import HOURS_PER_DAY
    from sim.simulation.recorder import Recorder
    from sim.simulation.running import execute

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
        task = bar.add_task(plan.condition.name, total=end, **fields)

        def show(recorder: Recorder, hours: float) -> None:
            day, k, mg = hours / HOURS_PER_DAY, recorder.latest("plasma_k"), recorder.latest("plasma_mg")
            bar.update(task, completed=hours, day=day, k=k, mg=mg)
            log.update(
                hours, end, f"day {day:.4g} of {end / HOURS_PER_DAY:g}, K {k:.2f}, Mg {mg:.2f} mM"
            )

        return execute(plan, show)
