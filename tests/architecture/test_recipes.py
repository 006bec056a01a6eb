"""Recipes of CONTRIBUTING: everything that exists has the files that the recipe of its kind names.

A recipe is a table of files. Each of its rows is a check here, which is applied to every existing law,
treatment, cell type and so on, and whose problem names the file in which something is missing.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import sim
from sim.conditions import TREATMENTS, built_in_conditions, load
from sim.figures import FIGURES
from sim.parameters import CELL_TYPES, FACTS, KNOCK_OUTS, Control, sources
from sim.parameters.cell_types import REGISTRY
from sim.parameters.sources import Source
from sim.quantities import BY_NAME, SUPPLIED
from sim.study.executors import EXECUTORS
from sim.validation import MEASURES, TARGETS, TRIALS
from sim.variables import PER_CELL, VARIABLES
from sim.variables.table import REGULATION

ROOT = Path(sim.__file__).parents[1]

Check = Callable[[str], str]
"""What is missing in a file for one law, treatment … as "path: what"; empty if nothing is."""


class Recipe(NamedTuple):
    """A recipe as this file checks it.

    ``most`` is how many files it may touch, ``existing`` what exists of its kind, ``checks`` has a check
    for each of its rows, ``named`` are the rows that are named if nothing was done at all.
    """

    most: int
    existing: tuple[str, ...]
    checks: dict[str, Check]
    named: tuple[str, ...]


# Reading the repository


@cache
def text_of(path: str) -> str:
    """Text of a file, empty if there is none."""
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""


@cache
def files_like(pattern: str) -> tuple[str, ...]:
    """Files that match a pattern."""
    return tuple(sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob(pattern)))


def lacks(paths: str | Iterable[str], wanted: str, what: str) -> str:
    """Say that a regular expression is in no file of a pattern; empty if it is in one."""
    where = paths if isinstance(paths, str) else ", ".join(paths)
    files = files_like(paths) if isinstance(paths, str) else paths
    found = any(re.search(wanted, text_of(file), re.MULTILINE) for file in files)
    return "" if found else f"{where}: {what}"


def holds(path: str, wanted: str) -> Check:
    """Check that a file holds something, in which NAME stands for what is checked."""

    def check(name: str) -> str:
        return lacks([path], wanted.replace("NAME", re.escape(name)), f"nothing about {name}")

    return check


# A law


@cache
def functions_of(law: str) -> tuple[str, ...]:
    """Names of the public functions of a law's module, without scalars that are derived from a ratio."""
    tree = ast.parse(text_of(f"sim/laws/{law}.py"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return tuple(n for n in names if not n.startswith("_") and f"{n}_ratio" not in names)


def law_module(law: str) -> str:
    """Whether there is a module whose functions state their limits."""
    path = f"sim/laws/{law}.py"
    if not text_of(path):
        return f"{path}: is not there"
    return lacks([path], r"^ +Limits\n +-{6}", "no function states its Limits")


def law_use(law: str) -> str:
    """Whether an organ or the cell uses it."""
    return lacks(
        "sim/physiology/*.py", rf"^from sim\.laws\.{law} import", f"none imports sim.laws.{law}"
    )


def law_numbers(law: str) -> set[str]:
    """Parameters that physiology passes to its functions, clinical signs apart."""
    found = set()
    for path in files_like("sim/physiology/*.py"):
        if path.endswith("clinical_signs.py"):
            continue  # Signs feed nothing back, so the reference equations do without them.
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in functions_of(law):
                found |= {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return found & FACTS.keys()


def each_number(paths: str, wanted: str, what: str) -> Check:
    """Check that every parameter of a law is in a file; NAME stands for the parameter."""

    def check(law: str) -> str:
        problems = [
            lacks(paths, wanted.replace("NAME", name), f"{what} {name}") for name in law_numbers(law)
        ]
        return "; ".join(filter(None, problems))

    return check


def law_sources(law: str) -> str:
    """Whether the source of every number is declared."""
    declared = [source for source in vars(sources).values() if isinstance(source, Source)]
    missing = [name for name in law_numbers(law) if FACTS[name].source not in declared]
    return f"sim/parameters/sources.py: no source of {', '.join(missing)}" if missing else ""


def law_limits(law: str) -> str:
    """Whether tests quote limits of each of its functions."""
    quoted = functions_of(law) or (law,)
    problems = [
        lacks("tests/laws/test_*.py", rf'"""{name}: ', f"no test quotes a limit of {name}")
        for name in quoted
    ]
    return "; ".join(filter(None, problems))


# Treatments


def readme_row(treatment: str) -> str:
    """Whether the README has the row of a treatment, as the table of treatments has it."""
    rule = TREATMENTS.get(treatment)
    if rule is None:
        return f"README.md: no row of {treatment}"
    unit = "" if rule.strength.unit == "1" else f" {rule.strength.unit}"
    limits = f"{rule.strength.low:g} to {rule.high:g}{unit}"
    row = f"| `{rule.name}` | `{rule.strength.name}` | {limits} | {rule.meaning} |"
    return lacks(["README.md"], f"^{re.escape(row)}$", f"no row {row}")


def treatments_of(target: str) -> list[str]:
    """Treatments that set an input of the model."""
    return [rule.name for rule in TREATMENTS.values() if rule.target == target]


def target_in_readme(target: str) -> str:
    """Whether the README has the rows of the treatments that set an input."""
    if not treatments_of(target):
        return f"README.md: no treatment sets {target}"
    return "; ".join(filter(None, map(readme_row, treatments_of(target))))


def target_direction(target: str) -> str:
    """Whether a run is tested in which the input is set, by a treatment or by a built-in condition."""
    treatments = treatments_of(target)
    conditions = [
        name for name in built_in_conditions() if {t.kind for t in load(name).treatment} & {*treatments}
    ]
    names = "|".join(map(re.escape, [*treatments, *conditions])) or target
    return lacks("tests/validation/test_*.py", f'"({names})"', f"no run in which {target} is set")


GATES = {name.replace("-", "_") for name in KNOCK_OUTS}
INPUTS = tuple(
    name for name in Control._fields if name not in {"oral", "infused", "carbohydrate"} | GATES
)


# Cell types, ions, variables, figures


def cell_type_module(name: str) -> str:
    """Whether there is a module with title and numbers."""
    path = f"sim/parameters/cell_types/{name}.py"
    if not text_of(path):
        return f"{path}: is not there"
    needs_share = name != CELL_TYPES[0]  # The first type has what the others leave.
    if needs_share and (problem := lacks([path], r"^    share: ", "no share of cell water")):
        return problem
    return lacks([path], "title=", "no title")


def cell_type_place(name: str) -> str:
    """Whether the type is in the registry."""
    place = "sim/parameters/cell_types/__init__.py"
    return "" if name in [t.name for t in REGISTRY] else f"{place}: {name} is not in REGISTRY"


def ion_file(path: str, wanted: str) -> Check:
    """Check that a file knows an ion; NAME stands for its name, KEY for its symbol in lower case."""

    def check(name: str) -> str:
        key = BY_NAME[name].symbol.lower() if name in BY_NAME else name
        pattern = wanted.replace("NAME", name).replace("KEY", key)
        return lacks([path], pattern, f"nothing about {name}")

    return check


def variable_entry(name: str) -> str:
    """Whether a variable is declared with meaning and unit."""
    variable = PER_CELL.get(name) or VARIABLES.get(name)
    if variable is None:
        return f"sim/variables/table.py: no entry {name}"
    complete = variable.meaning and (variable.unit or name == "type")
    return "" if complete else f"sim/variables/table.py: {name} has no meaning or no unit"


def variable_test(name: str) -> str:
    """Whether a test names it; not those of the documentation."""
    tests = [path for path in files_like("tests/*/test_*.py") if "/architecture/" not in path]
    found = any(re.search(rf"[\"']{name}(_mean)?[\"']", text_of(path)) for path in tests)
    return "" if found else f"tests/<package>/test_<subject>.py: none names {name}"


def drawing_of(figure: str) -> str:
    """Name of the function that draws a figure."""
    found = re.search(rf'"{figure}": lambda run: (\w+)\(', text_of("sim/figures/run_figures.py"))
    return found[1] if found else f"draw_{figure}"


def figure_module(figure: str) -> str:
    """Whether a module defines its function and says what it draws."""
    wanted = rf'^def {drawing_of(figure)}\((.|\n)*?\) -> Figure:\n    """\w'
    return lacks("sim/figures/*.py", wanted, f"none defines and describes {drawing_of(figure)}")


def figure_place(figure: str) -> str:
    """Whether it has a name."""
    return "" if figure in FIGURES else f"sim/figures/run_figures.py: no {figure} in FIGURES"


def figure_test(figure: str) -> str:
    """Whether it is tested what it shows."""
    wanted = rf'\b{drawing_of(figure)}\b|FIGURES\["{figure}"\]|plot\("{figure}"|"{figure}"'
    return lacks(["tests/figures/test_run_figures.py"], wanted, f"no test of {figure}")


# Executors, targets


def executors() -> Iterator[str]:
    """Names of the classes of executors."""
    for path in files_like("sim/study/executors/*.py"):
        yield from re.findall(r"^class (\w+Executor)\b", text_of(path), re.MULTILINE)


def executor_row(name: str) -> str:
    """Whether the page has a row of each executor that the registry builds with the class."""
    registry = text_of("sim/study/executors/registry.py")
    built = re.search(rf'"(\w+)": ExecutorSpec\((?:(?!ExecutorSpec)(.|\n))*?\b{name}\(', registry)
    wanted = rf"^\| `{built[1]}` \|" if built else rf"^\| `{name}` \|"
    return lacks([".docs/pages/studies.md"], wanted, f"no row of {name}")


TARGET_BY_NAME = {target.name: target for target in TARGETS}


def target_entry(name: str) -> str:
    """Whether a finding is declared, with a reason for its band and a measure."""
    target = TARGET_BY_NAME.get(name)
    if target is None:
        return f"sim/validation/targets.toml: no target {name}"
    complete = target.band and target.measure in MEASURES
    return "" if complete else f"sim/validation/targets.toml: {name} lacks its band or measure"


def target_trial(name: str) -> str:
    """Whether the trial that it is measured on is declared."""
    arguments = TARGET_BY_NAME[name].arguments if name in TARGET_BY_NAME else {}
    wanted = [arguments[key] for key in ("trial", "reference") if arguments.get(key)]
    missing = [trial for trial in wanted if trial not in TRIALS and trial not in VARIABLES]
    return f"sim/validation/trials.toml: no trial {', '.join(missing)}" if missing else ""


def target_source(name: str) -> str:
    """Whether its source has a citation."""
    known = name in TARGET_BY_NAME and TARGET_BY_NAME[name].source.citation
    return "" if known else f"sim/parameters/sources.py: no source of {name}"


RECIPES = {
    "A law": Recipe(
        most=8,
        existing=tuple(path.split("/")[-1][:-3] for path in files_like("sim/laws/[a-z]*.py")),
        checks={
            "sim/laws/<law>.py": law_module,
            "sim/parameters/<group>.py": each_number("sim/parameters/**/*.py", r"^    NAME: ", "no"),
            "sim/parameters/sources.py": law_sources,
            "sim/physiology/<module>.py": law_use,
            "tests/laws/test_<group>_laws.py": law_limits,
            "tests/laws/test_dimensions.py": holds(
                "tests/laws/test_dimensions.py", r"^from sim\.laws\.NAME import"
            ),
            "tests/verification/reference_<part>.py": each_number(
                "tests/verification/reference*.py", r"\bNAME\b", "no use of"
            ),
        },
        named=(
            "sim/laws/<law>.py",
            "sim/physiology/<module>.py",
            "tests/laws/test_<group>_laws.py",
            "tests/laws/test_dimensions.py",
        ),
    ),
    "A drug on an existing target": Recipe(
        most=2,
        existing=tuple(TREATMENTS),
        checks={
            "sim/conditions/treatments.py": holds(
                "sim/conditions/treatments.py", r'TreatmentRule\(\s*"NAME"'
            ),
            "README.md": readme_row,
        },
        named=("sim/conditions/treatments.py", "README.md"),
    ),
    "A drug on a new target": Recipe(
        most=6,
        existing=INPUTS,
        checks={
            "sim/parameters/inputs.py": holds("sim/parameters/inputs.py", r"^    NAME: float"),
            "sim/conditions/treatments.py": holds("sim/conditions/treatments.py", 'target="NAME"'),
            "README.md": target_in_readme,
            "sim/physiology/<module>.py": lambda name: lacks(
                "sim/physiology/*.py", rf"\bcontrol\.{name}\b", f"none uses control.{name}"
            ),
            "tests/verification/reference_<part>.py": lambda name: lacks(
                "tests/verification/reference_*.py", rf"\b{name}\b", f"none uses {name}"
            ),
            "tests/validation/test_<subject>.py": target_direction,
        },
        named=(
            "sim/parameters/inputs.py",
            "sim/conditions/treatments.py",
            "README.md",
            "sim/physiology/<module>.py",
            "tests/verification/reference_<part>.py",
            "tests/validation/test_<subject>.py",
        ),
    ),
    "A cell type": Recipe(
        most=2,
        existing=CELL_TYPES,
        checks={
            "sim/parameters/cell_types/<type>.py": cell_type_module,
            "sim/parameters/cell_types/__init__.py": cell_type_place,
        },
        named=("sim/parameters/cell_types/<type>.py", "sim/parameters/cell_types/__init__.py"),
    ),
    "A recorded variable": Recipe(
        most=2,
        existing=(*REGULATION, *PER_CELL),
        checks={
            "sim/variables/table.py": variable_entry,
            "tests/<package>/test_<subject>.py": variable_test,
        },
        named=("sim/variables/table.py", "tests/<package>/test_<subject>.py"),
    ),
    "A figure": Recipe(
        most=3,
        existing=tuple(FIGURES),
        checks={
            "sim/figures/<figure>.py": figure_module,
            "sim/figures/run_figures.py": figure_place,
            "tests/figures/test_run_figures.py": figure_test,
        },
        named=(
            "sim/figures/<figure>.py",
            "sim/figures/run_figures.py",
            "tests/figures/test_run_figures.py",
        ),
    ),
    "An executor": Recipe(
        most=6,
        existing=tuple(executors()),
        checks={
            "sim/study/executors/<executor>.py": lambda name: lacks(
                "sim/study/executors/*.py", rf"^class {name}\b(.|\n)*^    def run\(", f"no {name}.run"
            ),
            "sim/study/executors/registry.py": holds(
                "sim/study/executors/registry.py", r"build=.*\bNAME\("
            ),
            "sim/study/executors/__init__.pyi": holds(
                "sim/study/executors/__init__.pyi", r"import NAME as NAME$"
            ),
            ".docs/pages/api/study.md": holds(
                ".docs/pages/api/study.md", r"^::: sim\.study\.executors\.NAME$"
            ),
            ".docs/pages/studies.md": executor_row,
            "tests/study/test_<subject>.py": lambda name: lacks(
                "tests/study/test_*.py", rf"\b{name}\(", f"none makes a {name}"
            ),
        },
        named=(
            "sim/study/executors/<executor>.py",
            "sim/study/executors/registry.py",
            "sim/study/executors/__init__.pyi",
            ".docs/pages/api/study.md",
            ".docs/pages/studies.md",
            "tests/study/test_<subject>.py",
        ),
    ),
    "A target": Recipe(
        most=3,
        existing=tuple(TARGET_BY_NAME),
        checks={
            "sim/validation/targets.toml": target_entry,
            "sim/validation/trials.toml": target_trial,
            "sim/parameters/sources.py": target_source,
        },
        named=("sim/validation/targets.toml", "sim/parameters/sources.py"),
    ),
}

ION_FILES = {
    "sim/quantities/ions.py": r'= Ion\("NAME", ',
    "sim/quantities/amounts.py": r"^    KEY: float",
    "sim/conditions/fields.py": r'IonName = .*"NAME"(.|\n)*^    NAME: Supply(.|\n)*^    NAME: Portion',
    "sim/parameters/body.py": r"^    intake_KEY: ",
    "sim/physiology/body.py": r"\bintake_KEY\b",
    "sim/physiology/gut.py": r"^ +KEY=",
    "sim/physiology/kidney.py": r"^ +KEY=",
    "sim/tissue/audit.py": r"^    KEY: float",
    "tests/verification/reference_body.py": r"\bintake_KEY\b",
}
"""What stands in each file for an ion; KEY is its symbol in lower case, NAME its name."""

RECIPES["An ion"] = Recipe(
    most=10,
    existing=tuple(ion.name for ion in SUPPLIED),
    checks={path: ion_file(path, wanted) for path, wanted in ION_FILES.items()},
    named=tuple(ION_FILES),
)


def missing(recipe: Recipe, name: str) -> dict[str, str]:
    """What is missing for something of a kind, by row of its recipe."""
    problems = {row: check(name) for row, check in recipe.checks.items()}
    return {row: problem for row, problem in problems.items() if problem}


# The recipes


@pytest.fixture(scope="module")
def written() -> dict[str, list[str]]:
    """Files of each recipe in CONTRIBUTING, in the order of its table."""
    text = text_of(".github/CONTRIBUTING.md")
    recipes = text[text.index("## Recipes") : text.index("## Words")]
    parts = re.split(r"^### (.+)$", recipes, flags=re.MULTILINE)[1:]
    tables = zip(parts[::2], parts[1::2], strict=True)
    return {title: re.findall(r"^\| `([^`]+)` \|", rows, re.MULTILINE) for title, rows in tables}


def test_every_recipe_is_checked(written: dict[str, list[str]]) -> None:
    assert set(written) == set(RECIPES)


@pytest.mark.parametrize("kind", RECIPES)
def test_each_row_of_a_recipe_is_checked(kind: str, written: dict[str, list[str]]) -> None:
    assert set(written[kind]) == set(RECIPES[kind].checks)
    assert len(written[kind]) == len(set(written[kind]))


@pytest.mark.parametrize("kind", RECIPES)
def test_a_change_touches_few_files(kind: str, written: dict[str, list[str]]) -> None:
    assert len(written[kind]) <= RECIPES[kind].most


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, recipe in RECIPES.items() for name in recipe.existing],
)
def test_everything_follows_its_recipe(kind: str, name: str) -> None:
    problems = missing(RECIPES[kind], name)
    assert not problems, "\n".join(problems.values())


@pytest.mark.parametrize("kind", RECIPES)
def test_files_that_were_forgotten_are_named(kind: str) -> None:
    """For something of which nothing is there, and with the path of each file."""
    problems = missing(RECIPES[kind], "no_such_thing")
    assert set(problems) == set(RECIPES[kind].named)
    for row, problem in problems.items():
        assert problem.startswith(row.split("<")[0].rsplit("/", 1)[0]), problem


@pytest.mark.parametrize("kind", RECIPES)
def test_there_is_something_of_each_kind(kind: str) -> None:
    """Otherwise its recipe would check nothing."""
    assert len(RECIPES[kind].existing) >= 3


def test_every_executor_is_in_the_registry() -> None:
    assert len(EXECUTORS) == len(RECIPES["An executor"].existing)
