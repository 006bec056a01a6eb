"""The command ``sim`` and its subcommands.

Heavy imports are inside the subcommands, so that help answers at once.
"""

import sys
from typing import Any

import click

from sim.cli.comparing import compare, plot
from sim.cli.console import (
    INTERRUPTED,
    echo,
    forget_written,
    interruption_message,
    show_warnings_as_notes,
)
from sim.cli.describing import describe, init, list_conditions
from sim.cli.running import resume, run
from sim.cli.streams import prepare_streams, report_system_error, tolerant_output
from sim.cli.studying import study
from sim.cli.validating import validate_command
from sim.system.interruption import termination_as_interrupt


class Program(click.Group):
    """Commands that end in one sentence, whatever happens to their output or to their process."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the program; see :class:`click.Group`."""
        prepare_streams()
        with tolerant_output() as output:
            try:
                super().main(*arguments, **options)
            except OSError as error:
                sys.exit(report_system_error(error))
            except SystemExit as end:
                output.flush()
                if output.error is not None and not end.code:
                    sys.exit(report_system_error(output.error))
                raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C and termination end it with the exit code of an interruption."""
        forget_written()
        try:
            with termination_as_interrupt():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            echo(interruption_message(), err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sim-mg", prog_name="sim")
def main() -> None:
    """Simulate a body's magnesium, potassium and sodium from its cells up.

    Start with:  sim list,  sim run refractory-hypokalaemia
    """
    show_warnings_as_notes()


for command in (run, resume, compare, plot, study, list_conditions, describe, validate_command, init):
    main.add_command(command)
