"""Notebooks are committed with outputs: executed in order, small, and without paths of a machine.

Their execution is tested by nbmake.
"""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MAX_BYTES = 700_000
TRACES = ("/home/", "/root", "/tmp", "/work", "C:\\\\")


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Cells of a notebook."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def test_there_are_seven() -> None:
    assert [path.name[0] for path in NOTEBOOKS] == list("1234567")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_those_of_one_execution_in_order(path: Path) -> None:
    code = [cell for cell in cells_of(path) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert any("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_small_and_contains_no_paths_of_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) < MAX_BYTES
    for cell in cells_of(path):
        cell["outputs"] = [o for o in cell.get("outputs", []) if "image/png" not in o.get("data", {})]
        words = json.dumps(cell)
        assert not [trace for trace in TRACES if trace in words]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_contains_little_code(path: Path) -> None:
    """Code cells have at most 25 lines, and there is at least one text cell per two code cells."""
    for cell in cells_of(path):
        if cell["cell_type"] == "code":
            assert len(cell["source"]) <= 25
    kinds = [cell["cell_type"] for cell in cells_of(path)]
    assert kinds.count("markdown") >= 0.5 * kinds.count("code")
