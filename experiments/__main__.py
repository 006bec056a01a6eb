"""``python -m experiments``: lists the experiments, and runs one, several or all."""

import ast
from importlib import import_module
from pathlib import Path

import click

from experiments.harness import sections
from sim.cli.console import new_console, refuse
from sim.faults import unknown_names

FOLDER = Path(__file__).parent
SHARED = {"__init__", "__main__", "harness"}
"""Modules that are no experiments."""


def names() -> list[str]:
    """Names of all experiments."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in SHARED)


def texts(name: str) -> dict[str, str]:
    """Title and sections of an experiment, read without importing it."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    return sections(ast.get_docstring(ast.parse(source)) or "")


@click.command()
@click.argument("wanted", nargs=-1, metavar="[NAME]...|all")
@click.option("--small", is_flag=True, help="Run at the size of the tests, seconds each.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder; each gets one of its own in it.")
def main(wanted: tuple[str, ...], small: bool, out: Path | None) -> None:
    """List the experiments, or run some of them (or `all`) one after the other.

    Each is a script with options of its own: python -m experiments.NAME --help
    """
    known = names()
    chosen = known if "all" in wanted else list(wanted)
    if faults := list(unknown_names(chosen, known, "experiment")):
        refuse(faults)
    if not chosen:
        _list(known)
    for name in chosen:
        main = import_module(f"experiments.{name}").main
        folder = None if out is None else out / name
        main.command.callback(small=small, out=folder)


def _list(known: list[str]) -> None:
    """Show name, question and cost of each."""
    from rich.table import Table

    table = Table("Experiment", "Asks", "Cost at full size", box=None, pad_edge=False)
    for name in known:
        text = texts(name)
        table.add_row(name, text["title"], text["Cost"])
    new_console().print(table)


if __name__ == "__main__":
    main()
