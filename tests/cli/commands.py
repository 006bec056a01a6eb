"""Helpers to call commands and to inspect their output."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

import sim
from sim.cli import main

TINY = ("--cells", "3", "--days", "0.5", "--no-noise")
FILES = {"table.parquet", "cells.parquet", "overview.png", "provenance.json"}


def call(*arguments: str) -> Result:
    """Output and exit code of a command; an exception that is not an exit is raised as it is."""
    result = CliRunner().invoke(main, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def output_of(*arguments: str) -> str:
    """Output of a command that must succeed."""
    result = call(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def problems_of(*arguments: str) -> list[str]:
    """Problems with which a command is refused: exit code 2, nothing written, only errors printed."""
    before = sorted(Path.cwd().rglob("*"))
    result = call(*arguments)
    assert result.exit_code == 2
    assert sorted(Path.cwd().rglob("*")) == before
    lines = result.stderr.splitlines()
    assert [line for line in lines if not line.startswith("Error: ")] == []
    return [line.removeprefix("Error: ") for line in lines]


def shell(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command, or a line of Python, in a separate process."""
    line = ["-c", code] if code else ["-m", "sim", *arguments]
    return subprocess.run(
        [sys.executable, *line], capture_output=True, text=True, timeout=120, env=child_environment()
    )


def child_environment() -> dict[str, str]:
    """Environment in which a separate process imports the same package."""
    return {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1]), "PYTHONWARNINGS": "error"}


def single_spaced(text: str) -> str:
    """Text with every sequence of white space replaced by one space."""
    return " ".join(text.split())


def provenance_of(folder: Path) -> dict[str, Any]:
    """Provenance in a folder."""
    data: dict[str, Any] = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    return data
