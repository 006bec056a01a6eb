"""The pages document every public name, and say what is so."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import sim

ROOT = Path(sim.__file__).parents[1]
PAGES = ROOT / ".docs" / "pages"
PACKAGES = [
    "sim",
    *sorted(info.name for info in pkgutil.walk_packages(sim.__path__, "sim.") if info.ispkg),
]
DIRECTIVE = re.compile(r"^::: (\S+)$", re.MULTILINE)
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")
TEXTS = [ROOT / "README.md", *sorted(PAGES.rglob("*.md")), *sorted((ROOT / ".github").glob("*.md"))]
MAX_README_LINES = 200


def sources_of(package: str) -> dict[str, str]:
    """Each name that a package shows, and the full name of what it is."""
    home = Path(importlib.import_module(package).__path__[0])
    stub = home / "__init__.pyi"
    face = stub if stub.exists() else home / "__init__.py"
    sources = {}
    for node in ast.parse(face.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            module = f"{package}.{node.module}" if node.level else node.module
            sources |= {alias.name: f"{module}.{alias.name}" for alias in node.names}
    shown: list[str] = getattr(importlib.import_module(package), "__all__", [])
    return {name: sources.get(name, f"{package}.{name}") for name in shown}


FACES = {package: sources_of(package) for package in PACKAGES}


def documented() -> set[str]:
    """Full names of what the API pages document, whichever face they name it by."""
    found = set()
    for page in (PAGES / "api").glob("*.md"):
        for name in DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            package, _, own = name.rpartition(".")
            found.add(FACES.get(package, {}).get(own, name))
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_documented(package: str) -> None:
    """Under its name in `sim`, or in the package that shows it."""
    missing = [name for name, source in FACES[package].items() if source not in documented()]
    assert not missing, f".docs/pages/api: add {', '.join(f'::: {package}.{name}' for name in missing)}"


def test_only_public_names_are_documented() -> None:
    """A name that was removed has no entry left."""
    public = {source for sources in FACES.values() for source in sources.values()} | {"sim.errors"}
    assert documented() <= public


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_and_pictures_are_there(path: Path) -> None:
    """Relative to the file, as a reader of the repository follows them."""
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert not [link for link in links if not (path.parent / link).exists()]


def test_every_page_is_in_the_navigation() -> None:
    """A page that the menu does not show would not be found."""
    menu = (ROOT / ".docs" / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.md")]
    assert not [page for page in pages if page not in menu]


def test_former_names_are_listed() -> None:
    """Each alias that is kept for a version is in the list of changes, with its present name."""
    listed = (ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for former, present in former_names(path.read_text(encoding="utf-8")):
            row = rf"`[\w.]*\b{former}` \| `[\w.]*\b{present}`"
            assert re.search(row, listed), f"{path.name}: {former}, now {present}"


def former_names(source: str) -> list[tuple[str, str]]:
    """Aliases that a module defines, with their present names."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            if match := re.match(r"Former name of :\w+:`(\w+)`", text):
                found.append((node.name, match[1]))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call = node.value
            if isinstance(call.func, ast.Name) and call.func.id == "former_name_of":
                found.append((ast.unparse(node.targets[0]), ast.unparse(call.args[0])))
    return found


def test_the_readme_is_short() -> None:
    """What is longer has a page of its own."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= MAX_README_LINES
