"""``python -m experiments``: lists the experiments, and runs one, several or all."""

import ast
import json
from importlib import import_module
from pathlib import Path

import click

from experiments._tools.harness import RESULTS, Experiment, sections
from sim.cli import new_console, refuse
from sim.errors import unknown_names

FOLDER = Path(__file__).parent
ANSWERS = """# What the experiments found

Made by `python -m experiments --answers` from the provenance of the last full runs. In brackets: 95 %
intervals, over what each experiment's method says: persons, tissues, samples, or plausible values.
"""


def found() -> dict[str, dict[str, str]]:
    """All experiments, modules that ask a question: title and sections of each, without importing it."""
    texts = {}
    for path in sorted(FOLDER.glob("*.py")):
        text = sections(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
        if "Question" in text:
            texts[path.stem] = text
    return texts


@click.command()
@click.argument("wanted", nargs=-1, metavar="[NAME]...|all")
@click.option("--small", is_flag=True, help="Run at the size of the tests, seconds each.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder; each gets one of its own in it.")
@click.option("--answers", is_flag=True, help="Print the committed answers as Markdown, and do nothing.")
def main(wanted: tuple[str, ...], small: bool, out: Path | None, answers: bool) -> None:
    """List the experiments, or run some of them (or `all`) one after the other.

    Each is a script with options of its own: python -m experiments.NAME --help
    """
    known = found()
    if answers:
        click.echo(page_of_answers(), nl=False)
        return
    if problems := list(unknown_names([name for name in wanted if name != "all"], known, "experiment")):
        refuse(problems)
    chosen = list(known) if "all" in wanted else list(wanted)
    if not chosen:
        _list(known)
    for name, asked in _imported(chosen).items():
        folder = None if out is None else out / name
        asked.command.callback(small=small, out=folder)


def _imported(names: list[str]) -> dict[str, Experiment]:
    """Import experiments before the first of them runs, or leave if a library is missing."""
    try:
        return {name: import_module(f"experiments.{name}").main for name in names}
    except ModuleNotFoundError as error:
        refuse([f'{error.name} is not installed; for it: python -m pip install ".[experiments]"'])


def _list(known: dict[str, dict[str, str]]) -> None:
    """Show name, question and cost of each."""
    from rich.table import Table

    table = Table("Experiment", "Asks", "Cost at full size", box=None, pad_edge=False)
    for name, text in known.items():
        table.add_row(name, text["title"], text["Cost"])
    new_console().print(table)


def page_of_answers() -> str:
    """Make the page with question, answer, command and figure of every committed result."""
    return "\n".join([ANSWERS, *(_section(name, text["title"]) for name, text in found().items())])


def _section(name: str, title: str) -> str:
    """Make the part of the page that is about one experiment."""
    facts = json.loads((RESULTS / name / "provenance.json").read_text(encoding="utf-8"))
    links = f"[numbers]({name}/summary.csv) · [how](../{name}.py)"
    lines = [f"## {title}", facts["answer"], f"`{facts['command']}` · {links}"]
    return "\n\n".join([*lines, f"![{title}]({name}/figure.png)\n"])


if __name__ == "__main__":
    main()
