"""Compiled kernels are kept until anything changes that is compiled into them."""

import ast
import os
from pathlib import Path

import pytest

import sim
from sim.numerics.kernel_cache import COMPILED_PACKAGES, kernel_cache_folder, kernel_digest

PACKAGE = Path(sim.__file__).parent
NOT_COMPILED = {"errors", "system"}
"""What modules with kernels import besides: exceptions, and files and processors."""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a file in each folder that is compiled, and in one that is not."""
    for name in (*COMPILED_PACKAGES, "cli"):
        (tmp_path / "sim" / name).mkdir(parents=True)
        (tmp_path / "sim" / name / "module.py").write_text("x = 1\n")
    return tmp_path / "sim"


def imports_of(path: Path) -> set[str]:
    """Packages and modules directly in :mod:`sim` that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim."):
            found.add(str(node.module).split(".")[1])
    return found


def test_all_kernels_and_all_that_they_import_are_in_the_digest() -> None:
    """Whatever compiled code inlines, or takes constants from, must change its key."""
    modules = {path: path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py")}
    compiled = {
        modules[path] for path in modules if "sim.numerics.jit" in path.read_text(encoding="utf-8")
    } - {"cli"}  # It asks where the cache is.
    assert compiled <= set(COMPILED_PACKAGES)
    imported = {
        name
        for path, folder in modules.items() if folder in COMPILED_PACKAGES
        for name in imports_of(path)
    }  # fmt: skip
    assert imported - NOT_COMPILED <= set(COMPILED_PACKAGES)
    assert all((PACKAGE / name).is_dir() for name in COMPILED_PACKAGES)


@pytest.mark.parametrize("name", COMPILED_PACKAGES)
@pytest.mark.parametrize("file", ["module.py", "inner/new.py", "numbers.toml"])
def test_the_digest_changes_with_any_source_that_is_compiled(
    name: str, file: str, package: Path
) -> None:
    before = kernel_digest("tuned", package)
    path = package / name / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("x = 2\n")
    assert kernel_digest("tuned", package) != before


def test_the_digest_does_not_change_with_other_sources(package: Path) -> None:
    before = kernel_digest("tuned", package)
    (package / "cli" / "module.py").write_text("x = 2\n")
    (package / "parameters" / "TABLE.md").write_text("| x |")
    assert kernel_digest("tuned", package) == before


def test_compilers_do_not_share_kernels(package: Path) -> None:
    """Neither their folders nor the removal of outdated ones mix."""
    tuned, plain = kernel_cache_folder("tuned", package), kernel_cache_folder("plain", package)
    assert tuned.parent == plain.parent == package / "__pycache__"
    assert tuned.name.split("-")[-1] != plain.name.split("-")[-1]
    tuned.mkdir()
    plain.mkdir()
    assert kernel_cache_folder("tuned", package) == tuned
    (package / "laws" / "module.py").write_text("x = 2\n")
    assert kernel_cache_folder("tuned", package) != tuned
    assert list(tuned.parent.iterdir()) == [plain]


def test_a_package_that_cannot_be_written_uses_the_cache_of_the_user(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = kernel_cache_folder("tuned", package)
    assert folder.parent == tmp_path / "cache" / "sim-kernels"
    assert not (package / "__pycache__").exists()
