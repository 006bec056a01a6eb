"""Experiments and notebooks use only what the face of a package shows."""

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import sim
import sim.errors

ROOT = Path(sim.__file__).parents[1]
PROGRAMS = [
    *sorted((ROOT / "experiments").rglob("*.py")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]
PACKAGES = [
    "sim",
    *sorted(info.name for info in pkgutil.walk_packages(sim.__path__, "sim.") if info.ispkg),
]
MODULES = ["sim.errors"]
"""Modules that are not in a package and are their own face."""


def source_of(path: Path) -> str:
    """Python source of a module, or of the code cells of a notebook one after the other."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def imports_of_sim(source: str) -> Iterator[tuple[str, str | None]]:
    """Module and name of each import from sim; no name where a module itself is imported."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [(node.module or "", alias.name) for alias in node.names]
        else:
            continue
        yield from (pair for pair in names if pair[0].split(".")[0] == "sim")


def is_shown(module: str, name: str | None) -> bool:
    """Whether an import is of sim itself, or of a name in the face of a package."""
    if name is None:
        return module == "sim"
    return module in [*PACKAGES, *MODULES] and name in face_of(importlib.import_module(module))


def face_of(module: ModuleType) -> set[str]:
    """Public names: the list of a package, the own names of a module."""
    names: list[str] = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    return set(names)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_faces_are_imported(path: Path) -> None:
    hidden = [pair for pair in imports_of_sim(source_of(path)) if not is_shown(*pair)]
    assert not hidden


def test_an_import_past_a_face_is_found() -> None:
    """Of a module in a package, or of a name that a face does not show."""
    source = (
        "import sim\nimport sim.figures.style\nfrom sim.figures.style import BLUE\n"
        "from sim.figures import BLUE, extent\nfrom sim.errors import unknown_names, difflib\n"
        "from simple import x\n"
    )
    hidden = [pair for pair in imports_of_sim(source) if not is_shown(*pair)]
    assert hidden == [
        ("sim.figures.style", None),
        ("sim.figures.style", "BLUE"),
        ("sim.figures", "extent"),
        ("sim.errors", "difflib"),
    ]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_face_can_be_imported_and_hides_no_module(name: str) -> None:
    """A name that is also a module's would mean either, depending on what was imported before."""
    package = importlib.import_module(name)
    modules = {info.name for info in pkgutil.iter_modules(package.__path__)}
    for module in modules - {"__main__"}:
        importlib.import_module(f"{name}.{module}")
    for shown in getattr(package, "__all__", ()):
        is_module = isinstance(getattr(package, shown), ModuleType)
        assert is_module == (shown in modules)
        assert not is_module or f"from . import {shown} as {shown}" in stub_of(package)


def stub_of(package: ModuleType) -> str:
    """Text of the stub that lists the names of a package."""
    return Path(package.__path__[0], "__init__.pyi").read_text(encoding="utf-8")
