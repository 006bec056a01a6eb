"""Which compiler pipelines are used, and that only one module knows Numba's private classes."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numba
import pytest

import sim
from sim.numerics.jit import CACHE_FOLDER, COMPILER, PLAIN, TESTED_NUMBA, TUNED, compiler_for

PACKAGE = Path(sim.__file__).parent


@pytest.mark.parametrize("version", [f"{minor}.1" for minor in TESTED_NUMBA] + ["0.68.2rc1"])
def test_tested_versions_of_numba_get_the_tuned_compiler(version: str) -> None:
    assert compiler_for(version, {}) == TUNED


@pytest.mark.parametrize("version", ["0.60.0", "0.69.0", "0.69.0dev0", "0.6", "0.680.0", "1.68"])
def test_other_versions_of_numba_get_the_plain_compiler(version: str) -> None:
    assert compiler_for(version, {}) == PLAIN


@pytest.mark.parametrize(("value", "compiler"), [("1", PLAIN), ("y", PLAIN), ("0", TUNED), ("", TUNED)])
def test_the_environment_can_force_the_plain_compiler(value: str, compiler: str) -> None:
    assert compiler_for("0.68.1", {"SIM_PLAIN_NUMBA": value}) == compiler


def test_the_installed_numba_is_a_tested_one() -> None:
    """Otherwise the tests would run with a slower engine than users have: test it, then add it."""
    assert ".".join(numba.__version__.split(".")[:2]) in TESTED_NUMBA
    assert compiler_for(numba.__version__) == COMPILER
    assert CACHE_FOLDER is not None
    assert f"-{COMPILER}-" in CACHE_FOLDER.name


PROBE = """
import sys
from sim.numerics import jit
from sim.numerics.normal_numbers import normal_quantile, standard_normals
from sim.numerics.random_streams import Purpose, stream

name = (1, 2, Purpose.TRAITS)
interpreted = [normal_quantile(x) for x in stream(*name).random(50).tolist()]
print(jit.COMPILER, jit.CACHE_FOLDER.name.rsplit("-", 1)[0])
print(standard_normals((50,), *name).tolist() == interpreted)
print(bool(sys.modules.get("sim.numerics._numba_internals")), any(jit.CACHE_FOLDER.rglob("*.nbi")))
"""
"""Prints which compiler there is, whether its bits are those of Python, and what it loaded and kept."""


@pytest.mark.parametrize(
    "surroundings",
    [
        "import numba; numba.__version__ = '0.99.0'",
        "os.environ['SIM_PLAIN_NUMBA'] = '1'",
        "import sys; sys.modules['sim.numerics._numba_internals'] = None",
    ],
    ids=["untested version", "forced", "internals cannot be imported"],
)
def test_the_plain_compiler_works_without_private_classes(surroundings: str, tmp_path: Path) -> None:
    """It is chosen silently: a warning would fail in programs that make errors of warnings."""
    own_cache = "import os; os.access = lambda *_: False"  # The package seems read-only.
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{own_cache}\n{surroundings}\n{PROBE}"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "plain kernels-plain\nTrue\nFalse True\n"


def test_only_one_module_imports_private_parts_of_numba() -> None:
    importing = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(f"{name}.".startswith("numba.core.") for name in names):
                importing.add(path.relative_to(PACKAGE).as_posix())
    assert importing == {"numerics/_numba_internals.py"}
