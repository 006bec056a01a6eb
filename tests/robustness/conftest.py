"""A saved run and a finished study, of which every test spoils a copy."""

from pathlib import Path

import pytest

import sim
from tests.robustness.hostile import Outside
from tests.study.study_tools import brief, run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "severe"
    sim.run("severe-magnesium-loss", 6, days=1, snapshots=2).save(folder, state=True)
    return folder


@pytest.fixture(scope="session")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "study"
    run(brief(endpoints=["plasma_k < 3.5"]), folder, size=2)
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path / "home")
