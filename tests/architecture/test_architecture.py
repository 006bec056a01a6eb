"""The house: floors, what may be imported where, and how laws are told."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
import sim.laws

PACKAGE = Path(sim.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
LAWS = sorted(info.name for info in pkgutil.iter_modules(sim.laws.__path__))


def test_floors_hold() -> None:
    pytest.importorskip("importlinter")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=PACKAGE.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def modules_after(statement: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_help_loads_nothing_heavy() -> None:
    loaded = modules_after("import sim\nfrom sim.cli import main")
    assert not loaded & {"numba", "numpy", "pandas", "mesa", "matplotlib", "pydantic", "pint"}


def test_runs_load_no_more_than_they_need() -> None:
    loaded = modules_after("import sim\nsim.run('baseline', 5, days=0.25).plot()")
    assert not loaded & {"mesa", "networkx", "pint", "scipy.special", "scipy.stats", "matplotlib.pyplot"}


def functions_of(path: Path) -> list[ast.FunctionDef]:
    """All functions of a module, methods among them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


MAX_LINES, MAX_PARAMETERS = 60, 8
COMPILED = {"law", "procedure", "kernel", "inline_kernel", "vector_kernel"}
"""Decorators of functions that compiled code calls: laws take each of their inputs by name."""
RUNS = {"run", "resume", "run_study", "TissueModel", "pump_rate"}
"""The public faces of a run, whose options users want to see; and the scalar form of a law."""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_functions_can_be_seen_at_once(path: Path) -> None:
    """Signature and body have at most 60 lines."""
    for node in functions_of(path):
        docstring = node.body[0] if ast.get_docstring(node) is not None else None
        documented = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
        assert (node.end_lineno or 0) - node.lineno + 1 - documented <= MAX_LINES, node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_functions_take_few_parameters(path: Path) -> None:
    """At most eight, but for compiled code and the public faces of a run."""
    models = {
        node.name: method
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
    }
    named = [(node.name, node) for node in functions_of(path) if node.name != "__init__"]
    for name, node in [*named, *models.items()]:
        decorators = {getattr(decorator, "id", None) for decorator in node.decorator_list}
        taken = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        own = [parameter for parameter in taken if parameter not in ("self", "cls")]
        assert len(own) <= MAX_PARAMETERS or decorators & COMPILED or name in RUNS, name


@pytest.mark.parametrize("name", LAWS)
def test_every_law_states_its_limits(name: str) -> None:
    module = importlib.import_module(f"sim.laws.{name}")
    assert module.__doc__
    public = [
        f for f in vars(module).values()
        if callable(f) and getattr(f, "__module__", "") == module.__name__
        and not f.__name__.startswith("_") and not isinstance(f, type)
        and not hasattr(module, f"{f.__name__}_ratio")
    ]  # fmt: skip
    assert public
    for law in public:
        assert law.__doc__, law.__name__
        assert "Limits" in law.__doc__, law.__name__


def test_every_parameter_is_used_by_the_model() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in MODULES if "parameters" not in p.parts)
    from sim.parameters import CELL_TYPES, FACTS, CellParameters, TypeParameters

    own = {
        name for name in TypeParameters._fields
        for kind in CELL_TYPES
        if name.removeprefix(f"{kind}_") in (*CellParameters._fields, "share")
    }  # fmt: skip
    assert own == set(TypeParameters._fields)
    assert not [name for name in FACTS if f".{name}" not in source and name not in own]
