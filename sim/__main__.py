"""Run the command line with ``python -m sim``."""

from sim.cli.commands import main

main()
