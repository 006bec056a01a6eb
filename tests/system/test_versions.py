"""Versions and the digest of the source that results depend on."""

import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.system.versions import PACKAGES, digest_of_sources, package_versions, source_digest


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder of sources."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "inner" / "b.toml").write_text("y = 2\n")
    return tmp_path


def test_versions_name_python_machine_and_packages() -> None:
    assert list(package_versions()) == ["python", "machine", *PACKAGES]
    assert package_versions()["numpy"][0].isdigit()


def test_the_source_digest_is_that_of_the_installed_package() -> None:
    assert source_digest() == digest_of_sources(Path(sim.__file__).parent)
    assert len(source_digest()) == 16
    assert int(source_digest(), 16) >= 0


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.py", "x = 2\n"), ("inner/b.toml", "y = 3\n"), ("inner/new.py", ""), ("new.toml", "")],
)
def test_the_digest_changes_with_content_and_with_new_files(name: str, text: str, sources: Path) -> None:
    before = digest_of_sources(sources)
    (sources / name).write_text(text)
    assert digest_of_sources(sources) != before


def test_the_digest_changes_when_a_file_is_renamed_or_text_moves(sources: Path) -> None:
    seen = {digest_of_sources(sources)}
    (sources / "a.py").rename(sources / "c.py")
    seen.add(digest_of_sources(sources))
    (sources / "c.py").write_text("")
    (sources / "inner" / "b.toml").write_text("x = 1\ny = 2\n")
    seen.add(digest_of_sources(sources))
    assert len(seen) == 3


def test_the_digest_depends_neither_on_place_nor_on_other_files(sources: Path, tmp_path: Path) -> None:
    before = digest_of_sources(sources)
    (sources / "__pycache__").mkdir()
    (sources / "__pycache__" / "a.pyc").write_bytes(b"compiled")
    (sources / "TABLE.md").write_text("| a |")
    assert digest_of_sources(sources) == before
    elsewhere = tmp_path.with_name(f"{tmp_path.name}-moved")
    sources.rename(elsewhere)
    assert digest_of_sources(elsewhere) == before


@pytest.mark.parametrize("name", ["sim.system", "sim.system.versions", "sim.numerics.random_streams"])
def test_light_modules_do_not_load_numba(name: str) -> None:
    """A command that only reads files, or draws a sample, starts at once."""
    code = f"import sys, {name}; getattr({name}, 'versions', dict)(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
