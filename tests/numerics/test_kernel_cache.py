"""Compiled kernels are kept until anything changes that is compiled into them."""

import ast
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import pytest

import sim
from sim.numerics.kernel_cache import COMPILED_PACKAGES, kernel_cache_folder, kernel_digest
from sim.numerics.sealed_cache import seal_cache

PACKAGE = Path(sim.__file__).parent
NOT_COMPILED = {"errors", "system"}
"""What modules with kernels import besides: exceptions, and files and processors."""
CHECKS = PACKAGE / "tissue" / "arguments.py"
"""Checks of a tissue's arguments by the plan of a run, which no kernel uses."""


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
        for path, folder in modules.items() if folder in COMPILED_PACKAGES and path != CHECKS
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


@pytest.fixture
def places(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path | None]:
    """Folder of kernels if everything that comes before a place of a name cannot be written."""
    folders = {name: tmp_path / name for name in ("named", "cache", "home", "temporary")}
    folders["home"].mkdir()
    folders["temporary"].mkdir()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(folders["named"]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folders["cache"]))
    monkeypatch.setenv("HOME", str(folders["home"]))
    monkeypatch.setattr(tempfile, "tempdir", str(folders["temporary"]))
    writable = tempfile.TemporaryFile

    def choose(wanted: str) -> Path | None:
        names = ["package", *folders]
        refused = [
            tmp_path / ("sim" if name == "package" else name) for name in names[: names.index(wanted)]
        ]

        def attempt(dir: Path) -> Any:  # noqa: A002 - it stands for one of the library.
            if any(dir.is_relative_to(folder) for folder in refused):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            return writable(dir=dir)

        monkeypatch.setattr(tempfile, "TemporaryFile", attempt)
        return kernel_cache_folder("tuned", package)

    return choose


PLACES = {
    "package": "sim/__pycache__",
    "named": "named/sim-kernels",
    "cache": "cache/sim-kernels",
    "home": "home/.cache/sim-kernels",
    "temporary": f"temporary/sim-kernels-{os.getuid()}",
}
"""Where kernels are kept, from the first choice to the last."""


@pytest.mark.parametrize(("wanted", "folder"), PLACES.items())
def test_kernels_are_kept_in_the_first_place_that_can_be_written(
    wanted: str, folder: str, places: Callable[[str], Path | None], tmp_path: Path
) -> None:
    found = places(wanted)
    assert found is not None
    assert found.parent == tmp_path / folder
    assert found.parent.is_dir()


def test_a_read_only_installation_is_left_alone(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = kernel_cache_folder("tuned", package)
    assert folder is not None
    assert folder.parent == tmp_path / "cache" / "sim-kernels"
    assert not (package / "__pycache__").exists()


@pytest.mark.parametrize("relative", ["", "cache", "./cache"])
def test_a_relative_cache_of_the_user_is_ignored(
    relative: str, places: Callable[[str], Path | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would depend on the working directory."""
    monkeypatch.setenv("XDG_CACHE_HOME", relative)
    found = places("cache")
    assert found is not None
    assert found.is_relative_to(tmp_path / "home")


@pytest.mark.parametrize("home", ["missing", "file", "none at all"])
def test_without_a_home_folder_kernels_are_kept_among_temporary_files(
    home: str, places: Callable[[str], Path | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container or a batch queue; no home folder is made."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / home))
    if home == "none at all":
        monkeypatch.setattr(Path, "home", no_home)
    found = places("home")
    assert found is not None
    assert found.is_relative_to(tmp_path / "temporary")
    assert found.parent.stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "missing").exists()


def no_home() -> Path:
    """Raise what Python raises for a user without an entry in the list of users."""
    raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize("kind", ["open to all", "link", "file"])
def test_compiled_code_is_not_taken_from_a_folder_that_others_may_write(
    kind: str, places: Callable[[str], Path | None], tmp_path: Path
) -> None:
    """It would be executed; another folder is made, for this process only."""
    folder = tmp_path / "temporary" / f"sim-kernels-{os.getuid()}"
    if kind == "open to all":
        folder.mkdir()
        folder.chmod(0o777)
    elif kind == "link":
        folder.symlink_to(tmp_path)
    else:
        folder.touch()
    found = places("temporary")
    assert found is not None
    assert found.parent != folder
    assert found.is_relative_to(tmp_path / "temporary")


def test_without_any_place_nothing_is_kept(
    places: Callable[[str], Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    assert places("temporary") is None


# Damage

PROBE = """
import os
os.access = lambda *_: False  # The installation seems read-only.
from sim.numerics import normal_numbers
from sim.numerics.random_streams import Purpose, stream
{before}
name = (1, 2, Purpose.TRAITS)
right = [normal_numbers.normal_quantile(x) for x in stream(*name).random(50).tolist()]
stats = normal_numbers._make_normal.stats
print(normal_numbers.standard_normals((50,), *name).tolist() == right, end=" ")
print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""
"""Calls a small kernel; prints whether it is right, how often it was loaded, and how often compiled."""
LOADED, COMPILED = "True 1 0", "True 0 1"


def probe(cache: Path, before: str = "") -> str:
    """Output of the program above in a process of its own, with a cache of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE.format(before=before)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "NUMBA_CACHE_DIR": str(cache)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cache that holds the small kernel."""
    folder = tmp_path_factory.mktemp("kept")
    assert probe(folder) == COMPILED
    assert probe(folder) == LOADED
    return folder


def flip(path: Path, place: int) -> None:
    """Alter a bit of a file."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


DAMAGE: dict[str, Callable[[Path, Path], object]] = {
    "a bit of machine code": lambda _, data: flip(data, data.stat().st_size // 2),
    "the last bit": lambda _, data: flip(data, -1),
    "a bit of the index": lambda index, _: flip(index, index.stat().st_size // 2),
    "the first bit of the index": lambda index, _: flip(index, 0),
    "half of the code": lambda _, data: os.truncate(data, data.stat().st_size // 2),
    "half of the index": lambda index, _: os.truncate(index, index.stat().st_size // 2),
    "no code": lambda _, data: os.truncate(data, 0),
    "no index": lambda index, _: os.truncate(index, 0),
    "other code": lambda _, data: data.write_bytes(b"not a pickle at all"),
    "a file that is gone": lambda _, data: data.unlink(),
    "a folder in place of a file": lambda _, data: (data.unlink(), data.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_kernel_is_compiled_anew(
    damage: Callable[[Path, Path], object], kept: Path, tmp_path: Path
) -> None:
    """In silence, with the right result, and the cache is mended where that is possible."""
    cache = shutil.copytree(kept, tmp_path / "cache")
    (index,) = cache.rglob("*_make_normal*.nbi")
    (data,) = cache.rglob("*_make_normal*.nbc")
    damage(index, data)
    assert probe(cache) == COMPILED
    assert probe(cache) == (COMPILED if data.is_dir() else LOADED)


def test_a_full_disk_stops_no_kernel(tmp_path: Path) -> None:
    """It is compiled in each process then."""
    full = (
        "import numba.core.caching as caching\n"
        "def fail(*_): raise OSError(28, 'No space left on device')\n"
        "caching.IndexDataCacheFile._open_for_write = fail"
    )
    assert probe(tmp_path, full) == COMPILED
    assert list(tmp_path.rglob("*.nb?")) == []


def test_without_any_place_kernels_are_compiled_in_memory() -> None:
    """As in a container whose every file system is read-only."""
    nowhere = (
        "import sys, tempfile\n"
        "for name in [name for name in sys.modules if name.startswith('sim')]: del sys.modules[name]\n"
        "def fail(*_, **__): raise OSError(30, 'Read-only file system')\n"
        "tempfile.TemporaryFile = tempfile.gettempdir = fail\n"
        "from sim.numerics import normal_numbers\n"
        "from sim.numerics.random_streams import Purpose, stream"
    )
    assert probe(Path("/proc/none"), nowhere).startswith("True 0 ")


def test_another_cache_of_numba_is_used_as_it_is() -> None:
    """Methods that are not there are not extended."""
    cache = SimpleNamespace(_cache_file=SimpleNamespace(), load_overload=None)
    for dispatcher in (SimpleNamespace(), SimpleNamespace(_cache=None), SimpleNamespace(_cache=cache)):
        before = vars(dispatcher).copy()
        seal_cache(dispatcher)
        assert vars(dispatcher) == before
    assert type(cache) is SimpleNamespace
