"""The command ``sim`` and its subcommands.

Heavy imports are inside the subcommands, so that help answers at once.
"""

from typing import Any

import click

from sim.cli.comparing import compare, plot
from sim.cli.console import INTERRUPTED, echo, show_warnings_as_notes
from sim.cli.describing import describe, init, list_conditions
from sim.cli.running import resume, run
from sim.cli.studying import study
from sim.cli.validating import validate_command


class InterruptibleGroup(click.Group):
    """Commands that end with the exit code of an interruption after Ctrl-C, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see :class:`click.Group`."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            echo("Interrupted; nothing was written.", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=InterruptibleGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sim-mg", prog_name="sim")
def main() -> None:
    """Simulate a body's magnesium, potassium and sodium from its cells up.

    Start with:  sim list,  sim run refractory-hypokalaemia
    """
    show_warnings_as_notes()


for command in (run, resume, compare, plot, study, list_conditions, describe, validate_command, init):
    main.add_command(command)
