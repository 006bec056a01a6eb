"""``sim validate``: one row for each target, JSON on request, exit code 1 if a target is missed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.validation.targets import TARGETS
from sim.validation.verdicts import Verdict


@pytest.fixture(autouse=True)
def few_targets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three targets without a trial, and one with."""
    names = ("mgatp-alone", "kir-0.3", "romk", "meal-fall")
    few = tuple(target for target in TARGETS if target.name in names)
    monkeypatch.setattr("sim.validation.targets.TARGETS", few)


def test_each_target_has_a_row_with_its_source() -> None:
    done = CliRunner().invoke(main, ["validate"])
    assert done.exit_code == 0, done.output
    for text in ("−0.6 (derived)", "Friedrich", "+36", "met", "4 of 4"):
        assert text in done.output


def test_json_contains_every_field() -> None:
    done = CliRunner().invoke(main, ["validate", "--json"])
    rows = json.loads(done.output)
    assert [row["name"] for row in rows] == ["mgatp-alone", "kir-0.3", "romk", "meal-fall"]
    assert all(row["met"] and row["low"] <= row["model"] <= row["high"] for row in rows)
    assert all(row["source"] and row["band"] and row["published"] for row in rows)


def test_a_missed_target_is_reported_with_its_reason_and_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    band = {"low": 5.0, "value": 6.0, "high": 7.0}
    wrong = TARGETS[0].model_copy(update={"name": "wrong", "miss": "because it is made up.", **band})
    monkeypatch.setattr("sim.validation.targets.TARGETS", (wrong,))
    done = CliRunner().invoke(main, ["validate"])
    assert done.exit_code == 1
    assert "MISSED" in done.output
    assert "because it is made up." in done.output


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_figure_is_written(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"bands.{suffix}"
    done = CliRunner().invoke(main, ["validate", "--figure", str(file)])
    assert done.exit_code == 0, done.output
    assert file.stat().st_size > 1000


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cells", "4"], "give a whole number, 5 to 100,000"),
        (["--cells", "many"], "give a whole number"),
        (["--figure", "bands.txt"], "give .png, .pdf or .svg"),
        (["--figure", "nowhere/bands.png"], "is not a folder"),
    ],
)
def test_bad_options_are_refused_before_anything_runs(options: list[str], words: str) -> None:
    done = CliRunner().invoke(main, ["validate", *options])
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output


def test_distance_is_in_half_bands() -> None:
    target = TARGETS[0]
    assert Verdict(target, target.value).distance == 0.0
    assert Verdict(target, target.low).distance == pytest.approx(-1.0)
    assert Verdict(target, target.high).distance == pytest.approx(1.0)
