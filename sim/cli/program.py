"""The program as a process: signals to stop have one meaning from its first import to its end."""

import gc
import signal
import sys
from contextlib import suppress

from sim.system.interruption import STOP_SIGNALS, termination_as_interrupt

YOUNG_OBJECTS = 100_000
"""Number of new objects after which Python looks for garbage among them.

Modules make half a million that stay: to look through them after every 700, as is usual, takes a
tenth of the start.
"""


def run_program() -> None:
    """Run the command line and end the process.

    What is imported here first is light, so that Ctrl-C and termination are soon treated as such.
    """
    gc.set_threshold(YOUNG_OBJECTS)
    try:
        with termination_as_interrupt():
            from sim.cli.commands import main

            main()
    except KeyboardInterrupt:
        with suppress(OSError):
            print("Interrupted.", file=sys.stderr)  # By a command that has come to nothing, or is done.
        sys.exit(128 + signal.SIGINT)
    finally:
        # All is written and said; Python would end by the signal if one came while it shuts down.
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        # If the interruption came while text was executed, as in making a dataclass, Python would end by
        # SIGINT although it has been handled; it forgets that when it executes text again.
        exec("")
