"""Run the command line with ``python -m sim``."""

from sim.cli.program import run_program

run_program()
