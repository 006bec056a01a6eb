"""`sim compare` and `sim plot`: output, files, and messages for invalid input."""

from pathlib import Path

import pytest

from tests.cli.commands import call

OPTIONS = ("--cells", "10", "--days", "2")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("compare") / "both"
    call("compare", "baseline", "thiazide", *OPTIONS, "--out", str(out))
    return out


def test_conditions_are_compared(both: Path, tmp_path: Path) -> None:
    shown = call("compare", "baseline", "thiazide", *OPTIONS, "--out", str(tmp_path / "again"))
    assert shown.exit_code == 0, shown.output
    assert "plasma K" in shown.output
    assert "Day 2" in shown.output
    assert "the conditions make the difference" in shown.output
    assert (both / "differences.csv").read_text() == (tmp_path / "again/differences.csv").read_text()


def test_folders_are_compared(both: Path, tmp_path: Path) -> None:
    shown = call("compare", str(both / "A"), str(both / "B"), "--day", "1", "--out", str(tmp_path / "c"))
    assert shown.exit_code == 0, shown.output
    assert "Day 1" in shown.output
    assert (tmp_path / "c/differences.csv").read_text() == (both / "differences.csv").read_text()


def test_other_differences_are_printed(both: Path, tmp_path: Path) -> None:
    shown = call("compare", str(both / "A"), "baseline", "--cells", "5", "--days", "2",
                 "--out", str(tmp_path / "c"))  # fmt: skip
    assert "differ in n_cells too" in shown.output


def test_every_problem_is_listed_and_nothing_written(tmp_path: Path) -> None:
    out = tmp_path / "c"
    shown = call("compare", "baselin", str(tmp_path), "--cells", "x", "--day", "y",
                 "--set", "gfr", "--out", str(out))  # fmt: skip
    assert shown.exit_code == 2
    for words in ("'baselin'", "not the folder of a run", "'x'", "'y'", "--set 'gfr'"):
        assert words in shown.stderr
    assert "Traceback" not in shown.output
    assert not out.exists()


@pytest.mark.parametrize("day", ["nan", "inf"])
def test_an_invalid_day_is_refused(both: Path, tmp_path: Path, day: str) -> None:
    shown = call("compare", str(both / "A"), str(both / "B"), "--day", day, "--out", str(tmp_path / "c"))
    assert shown.exit_code == 2
    assert "not a finite number" in shown.stderr


def test_finished_runs_are_kept_if_they_cannot_be_compared(tmp_path: Path) -> None:
    """A run of an hour and a half has no time in common with one that is recorded every six hours."""
    brief = tmp_path / "brief.toml"
    brief.write_text('name = "brief"\nduration = "1.5 hour"\n')
    out = tmp_path / "c"
    shown = call("compare", str(brief), "baseline", "--cells", "5", "--no-noise", "--out", str(out))
    assert shown.exit_code == 2
    assert "day after the start in common" in shown.stderr
    assert {path.name for path in out.iterdir()} == {"brief", "baseline"}


@pytest.mark.parametrize("name", ["sheet.png", "sheet.pdf", "sheet.svg"])
def test_a_figure_of_a_saved_run_is_drawn(both: Path, tmp_path: Path, name: str) -> None:
    shown = call("plot", str(both / "B"), "sheet", "--out", str(tmp_path / name))
    assert shown.exit_code == 0, shown.output
    assert (tmp_path / name).stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("{B}", "shet"), "did you mean 'sheet'"),
        (("{B}", "sheet", "--out", "x.bmp"), ".svg"),
        (("{B}", "sheet", "--out", "nowhere/x.png"), "make it first"),
        (("nowhere", "sheet"), "not the folder of a run"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_refused(
    both: Path, arguments: tuple[str, ...], words: str
) -> None:
    shown = call("plot", *(word.replace("{B}", str(both / "B")) for word in arguments))
    assert shown.exit_code == 2
    assert words in shown.stderr


def test_variables_of_a_saved_run_are_drawn(both: Path) -> None:
    shown = call("plot", str(both / "B"), "plasma_k", "urine_k")
    assert shown.exit_code == 0, shown.output
    assert (both / "B" / "plasma_k-urine_k.png").exists()
