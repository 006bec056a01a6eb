"""What the program requires: lower bounds everywhere, upper bounds only for a reason that is given."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from sim.numerics.jit import TESTED_NUMBA

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = PROJECT["optional-dependencies"]
REQUIREMENTS = [*PROJECT["dependencies"], *(line for lines in EXTRAS.values() for line in lines)]
LIMITED = {"mesa", "numba"}
"""Packages that the program needs at a version which is not too new."""


def name_of(requirement: str) -> str:
    """Name of the package."""
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found[0].lower()


def test_python_has_no_upper_bound() -> None:
    """An installer would take an old release of the program instead of the newest."""
    assert re.fullmatch(r">=3\.\d+", PROJECT["requires-python"])


def test_declared_versions_of_python_have_no_gap() -> None:
    """From the oldest that is allowed; ``.ci/run`` reads them here."""
    found = [re.search(r":: 3\.(\d+)$", line) for line in PROJECT["classifiers"]]
    minors = [int(match[1]) for match in found if match]
    oldest = int(PROJECT["requires-python"].removeprefix(">=3."))
    assert minors == list(range(oldest, oldest + len(minors)))
    assert 14 in minors


def test_only_mesa_and_numba_have_upper_bounds() -> None:
    bounded = {
        name_of(line) for line in PROJECT["dependencies"] if re.search(r"[<=~!]=?(?<!>=)\d", line)
    }
    assert bounded == LIMITED


@pytest.mark.parametrize("requirement", [line for line in REQUIREMENTS if "<" in line])
def test_an_upper_bound_has_a_reason(requirement: str) -> None:
    (line,) = (line for line in TEXT.splitlines() if f'"{requirement}"' in line)
    assert re.search(r",  # .{20,}\.$", line)


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_requirement_has_a_lower_bound(requirement: str) -> None:
    assert re.search(r">=\d", requirement)


def test_tested_versions_of_numba_are_allowed() -> None:
    """All of them."""
    (requirement,) = (line for line in PROJECT["dependencies"] if name_of(line) == "numba")
    low, high = (int(minor) for minor in re.findall(r"0\.(\d+)", requirement))
    assert {f"0.{minor}" for minor in range(low, high)} >= set(TESTED_NUMBA)


def test_what_is_installed_is_allowed() -> None:
    """A version that tests run with must be one that users get."""
    for line in PROJECT["dependencies"]:
        installed = metadata.version(name_of(line))
        low = re.search(r">=([\d.]+)", line)
        assert low is not None
        assert numbers_of(installed) >= numbers_of(low[1])


def numbers_of(version: str) -> list[int]:
    """Numbers of a version."""
    return [int(number) for number in re.findall(r"\d+", version)[:3]]
