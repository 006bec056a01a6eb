"""Reading options: text becomes numbers, or stays text for the checks that list every problem."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from sim.errors import QuantityError

MAX_NAME_BYTES = 255
"""Longest name that common file systems take [B]."""
MAX_NAMES = 10_000
"""Names in ``results`` that are tried after one condition."""


def read_changes(changes: tuple[str, ...]) -> tuple[list[str], dict[str, float]]:
    """Read NAME=VALUE options; return problems and values."""
    from sim.parameters import FACTS
    from sim.quantities.parsing import parse_named

    problems: list[str] = []
    values: dict[str, float] = {}
    names = [change.partition("=")[0].strip() for change in changes]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        given = ", ".join(repr(c) for c, own in zip(changes, names, strict=True) if own == name)
        problems.append(f"--set {name} is given {names.count(name)} times ({given}); give it once")
    for name, change in zip(names, changes, strict=True):
        text = change.partition("=")[2].strip()
        fact = FACTS.get(name)
        if not text:
            problems.append(f'--set {change!r}: write NAME="VALUE UNIT", such as pump_half_mg="0.1 mM"')
        elif fact is None:
            values[name] = 0.0  # The plan refuses the name, whatever the value.
        else:
            try:
                values[name] = parse_named(name, text, fact.unit, f"{name}={fact.low:g} {fact.unit}")
            except QuantityError as error:
                problems.append(f"--set {name}: {error}")
    return problems, values


def whole(text: str) -> Any:
    """Read a whole number; other text stays text, which the plan refuses."""
    try:
        return int(text)
    except ValueError:
        return text


def number(text: str) -> Any:
    """Read a number; other text stays text, which the plan refuses."""
    try:
        return float(text)
    except ValueError:
        return text


class UserPath(click.ParamType[Path]):
    """A path; ``~`` is the user's home folder, also after ``--out=``, where shells leave it alone."""

    name = "path"

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """Expand a path; see :class:`click.ParamType`."""
        try:
            return Path(value).expanduser()
        except RuntimeError:
            self.fail(f"{value}: there is no such home folder", param, ctx)


PATH: Final = UserPath()


def free_names(name: str) -> Iterator[Path]:
    """Names in ``results`` at which there is nothing, after that of a condition."""
    base = Path("results") / Path(name).stem
    names = (base.with_name(f"{base.name}-{number}") for number in range(2, MAX_NAMES))
    return (place for place in (base, *names) if not os.path.lexists(place))


def output_folder(out: Path | None, name: str) -> Path:
    """Folder to write: the given one, or a free name in ``results``."""
    return out if out is not None else next(free_names(name), Path("results") / Path(name).stem)


def folder_problems(out: Path) -> list[str]:
    """Say what is wrong with a new folder for results."""
    if problems := name_problems(out):
        return problems
    if os.path.lexists(out):
        return [f"{out} exists already; choose another --out or remove it"]
    return place_problems(out)


def name_problems(path: Path) -> list[str]:
    """Say that a path has a name that is too long for a file system."""
    long = [part for part in path.parts if len(os.fsencode(part)) > MAX_NAME_BYTES]
    return [
        f"{part[:20]}… is a name of {len(os.fsencode(part))} bytes; give one of at most {MAX_NAME_BYTES}"
        for part in long
    ]


def place_problems(out: Path) -> list[str]:
    """Say why a folder, which may exist already, cannot be written."""
    if problems := name_problems(out):
        return problems
    nearest = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        return [f"{out} cannot be written: {nearest} is not a folder one may write to"]
    return []


def figure_problems(figure: Path | None) -> list[str]:
    """Say what is wrong with the file of a figure."""
    if figure is None:
        return []
    if problems := name_problems(figure):
        return problems
    if figure.suffix not in (".png", ".pdf", ".svg"):
        problems.append(f"{figure} has no suffix that can be drawn; give .png, .pdf or .svg")
    folder = figure.absolute().parent
    if not folder.is_dir():
        problems.append(f"{folder} is not a folder; make it first")
    elif not os.access(figure if figure.exists() else folder, os.W_OK):
        problems.append(f"{figure} cannot be written; choose another place")
    return problems
