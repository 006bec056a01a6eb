"""README and pages: numbers agree with the runs, programs and commands work."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import matplotlib
import pandas as pd
import pytest

import sim
from sim.cli.commands import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CLAIMS = (ROOT / ".docs" / "pages" / "claims.md").read_text(encoding="utf-8")
TEXTS = [ROOT / "README.md", *sorted((ROOT / ".docs" / "pages").glob("*.md"))]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """The run of the figure: ``sim run refractory-hypokalaemia --seed 1``."""
    return sim.run("refractory-hypokalaemia", seed=1).table


def test_numbers_in_the_caption_are_those_of_the_run(table: pd.DataFrame) -> None:
    k, ca = table["plasma_k"], table["plasma_ca"]
    words = " ".join(README.split())
    for sentence in (
        f"plasma K falls to {k[120.0]:.2f} mM",
        f"KCl lift it to {k[150.0]:.2f} mM",
        f"without any KCl, to {k[180.0]:.2f} mM",
        f"Ca falls to {ca[120.0]:.2f} mM",
    ):
        assert sentence in words


def test_numbers_in_the_table_of_claims_are_those_of_the_run(table: pd.DataFrame) -> None:
    na, k, v = table["na_in_mean"], table["k_in_mean"], table["potential_mean"]
    urine = table["urine_k"]
    change = 100.0 * (k[120.0] / k[0.0] - 1.0)
    more = 100.0 * (urine[120.0] / urine[0.0] - 1.0)
    cells = f"{na[0.0]:.1f} to {na[120.0]:.1f} mM, {change:.0f} %, {v[0.0]:.1f} to {v[120.0]:.1f} mV"
    assert f"| {cells.replace('-', '−')} |" in CLAIMS
    assert f"| {table['plasma_k'][120.0]:.2f} mM, {more:+.0f} % |" in CLAIMS
    assert f"| {table['plasma_k'][150.0]:.2f} and {table['plasma_k'][180.0]:.2f} mM |" in CLAIMS
    worst = table.filter(like="audit_").abs().to_numpy().max()
    assert f"{worst:.0e} in the picture on the start page" in CLAIMS


# Programs and commands


def blocks(path: Path, language: str) -> list[str]:
    """Blocks of code of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)


WITH_PYTHON = [path for path in TEXTS if blocks(path, "python")]


@pytest.mark.parametrize("path", WITH_PYTHON, ids=lambda path: path.name)
def test_programs_run_unchanged(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One block after the other, in an empty folder; values that are looked up exist."""
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    names: dict[str, Any] = {"__name__": "example"}
    for number, block in enumerate(blocks(path, "python"), start=1):
        exec(compile(block, f"{path.name}, block {number}", "exec"), names)
        for node in ast.parse(block).body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Subscript):
                assert eval(ast.unparse(node.value), names) is not None


def test_the_condition_of_the_readme_is_valid(tmp_path: Path) -> None:
    (text,) = blocks(ROOT / "README.md", "toml")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    condition = sim.load(tmp_path / "mine.toml")
    assert [treatment.kind for treatment in condition.treatment] == ["thiazide"]
    assert condition.diet[0].potassium == pytest.approx(800.0 / 39.098 / 24.0)


def command_lines() -> Iterator[Any]:
    """Every line of the pages that calls the program."""
    for path in TEXTS:
        for block in blocks(path, "bash"):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                if words[:1] == ["sim"]:
                    yield pytest.param(words[1:], id=" ".join(words))


@pytest.mark.parametrize("words", list(command_lines()))
def test_commands_are_valid(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and options exist and accept the given values; conditions are built in."""
    monkeypatch.chdir(tmp_path)
    command: click.Command = main
    while isinstance(command, click.Group):
        name, *words = words
        assert name in command.commands
        command = command.commands[name]
    for folder in (word for word in words if word.startswith("results/")):
        Path(folder).mkdir(parents=True, exist_ok=True)
    context = command.make_context(name, list(words))
    given = [context.params.get(key) for key in ("condition", "a", "b")]
    conditions = [text for text in given if isinstance(text, str) and not re.search(r"[./]", text)]
    assert set(conditions) <= set(sim.built_in_conditions())


def options_of(command: click.Command) -> set[str]:
    """Options of a command and of its subcommands."""
    options = {option for parameter in command.params for option in parameter.opts}
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return options.union(*map(options_of, below))


@pytest.mark.parametrize("name", ["README.md", "guide.md", "studies.md"])
def test_options_on_a_page_exist(name: str) -> None:
    """In running text; blocks of code are checked line by line."""
    (path,) = (path for path in TEXTS if path.name == name)
    named = set(re.findall(r"`(--[a-z-]+)", path.read_text(encoding="utf-8")))
    assert named <= options_of(main) | {"--help"}
