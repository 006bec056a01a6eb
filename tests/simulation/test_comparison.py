"""Comparison of two runs, results read from their folders, and the figures of both."""

from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import sim
from sim.figures import FIGURES, draw_courses
from sim.figures.page import save
from sim.figures.sheet import GROUPS
from sim.variables.table import VARIABLES


@pytest.fixture(scope="module")
def calm() -> sim.Result:
    return sim.run("baseline", 20, days=6, seed=3)


@pytest.fixture(scope="module")
def folder(calm: sim.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("runs") / "calm"
    calm.save(home, state=True)
    return home


def test_a_result_is_read_as_it_was_saved(calm: sim.Result, folder: Path) -> None:
    again = sim.open_result(folder)
    assert again.condition == calm.condition
    pd.testing.assert_frame_equal(again.table, calm.table)
    assert list(again.snapshots) == list(calm.snapshots)
    for day, cells in calm.snapshots.items():
        pd.testing.assert_frame_equal(again.snapshots[day], cells, check_categorical=False)
    assert again.units == calm.units
    assert again.parameters == calm.parameters
    assert again.finished


def test_the_tissue_is_read_where_it_was_kept(calm: sim.Result, folder: Path, tmp_path: Path) -> None:
    again = sim.open_result(folder)
    assert again.tissue is not None
    assert calm.tissue is not None
    np.testing.assert_array_equal(again.tissue.checkpoint().y, calm.tissue.checkpoint().y)
    calm.save(tmp_path / "bare")
    assert sim.open_result(tmp_path / "bare").tissue is None


def test_numbers_of_a_person_are_read_again() -> None:
    result = sim.run("baseline", 5, days=1, seed=1, person=True, replicate=4)
    assert result.tissue is not None
    assert result.parameters == result.tissue.parameters


@pytest.mark.parametrize("harm", ["nothing there", "no table", "torn table", "torn provenance"])
def test_a_folder_that_is_no_run_is_refused(folder: Path, tmp_path: Path, harm: str) -> None:
    home = tmp_path / "run"
    if harm != "nothing there":
        home.mkdir()
        for path in folder.iterdir():
            (home / path.name).write_bytes(path.read_bytes())
    if harm == "no table":
        (home / "table.parquet").unlink()
    if harm.startswith("torn"):
        torn = home / {"torn table": "table.parquet", "torn provenance": "provenance.json"}[harm]
        torn.write_bytes(torn.read_bytes()[:100])
    with pytest.raises(sim.InputError, match="run"):
        sim.open_result(home)


def test_a_run_does_not_differ_from_itself(calm: sim.Result, folder: Path) -> None:
    comparison = sim.compare(calm, folder)
    assert comparison.other_differences == []
    assert comparison.names == ("baseline (A)", "baseline (B)")
    assert (comparison.courses == 0.0).all().all()
    assert list(comparison.times) == list(calm.table.index)


def test_differences_are_second_minus_first(calm: sim.Result) -> None:
    comparison = sim.compare(calm, "thiazide", n_cells=20, days=6, seed=3)
    assert comparison.other_differences == []
    table = comparison.table(3.1)
    day = table.attrs["day"]
    assert day == 3.0
    assert list(table.index) == list(VARIABLES)
    loss = comparison.second.table.loc[day, "plasma_k"] - calm.table.loc[day, "plasma_k"]
    assert table.loc["plasma_k", "difference"] == pytest.approx(loss, rel=1e-12)
    assert loss < 0.0
    assert comparison.courses.loc[day, "plasma_k"] == pytest.approx(loss, rel=1e-12)


def test_other_differences_of_runs_are_listed(calm: sim.Result) -> None:
    other = sim.run("baseline", 10, days=6, seed=4, noise=False)
    assert sim.compare(calm, other).other_differences == [
        "n_cells",
        "seed",
        "noise",
        "noise_hours",
    ]


def test_other_fluctuations_are_a_difference(calm: sim.Result) -> None:
    finer = sim.run("baseline", 20, days=6, seed=3, step_hours=1)
    assert "noise_hours" in sim.compare(calm, finer).other_differences


def test_only_days_of_both_are_compared(calm: sim.Result) -> None:
    often = sim.run("baseline", 20, days=4, seed=3, record_hours=12.0)
    comparison = sim.compare(calm, often)
    assert list(comparison.times) == list(often.table.index)
    seldom = sim.run("baseline", 20, days=3.5, seed=3, record_hours=84.0, step_hours=84.0)
    brief = sim.run("baseline", 20, days=1, seed=3)
    with pytest.raises(sim.InputError, match="record_hours"):
        sim.compare(seldom, brief)


def test_all_problems_of_both_are_listed() -> None:
    with pytest.raises(sim.InputError) as refusal:
        sim.compare("baselin", "thiazid", n_cells=0)
    assert [word in problem for word, problem in zip(
        ("cells = 0", "'baselin'", "'thiazid'"), refusal.value.problems, strict=True
    )] == [True] * 3  # fmt: skip


def test_a_comparison_is_written_as_a_whole(calm: sim.Result, tmp_path: Path) -> None:
    comparison = sim.compare(calm, calm)
    paths = comparison.save(tmp_path / "both")
    names = ["A", "B", "comparison.png", "differences.csv", "provenance.json"]
    assert [path.name for path in paths] == names
    assert sim.open_result(tmp_path / "both" / "A").finished
    table = pd.read_csv(tmp_path / "both" / "differences.csv", index_col="variable")
    assert (table["difference"] == 0.0).all()
    with pytest.raises(FileExistsError):
        comparison.save(tmp_path / "both")


def test_the_figure_draws_both_and_their_difference(calm: sim.Result) -> None:
    comparison = sim.compare(calm, "thiazide", n_cells=20, days=6, seed=3)
    panels = comparison.plot().axes
    levels, change = panels[0], panels[1]
    drawn = [line.get_ydata() for line in levels.get_lines()]
    for table in (comparison.first.table, comparison.second.table):
        assert any(np.array_equal(y, table["plasma_k"]) for y in drawn)
    assert any(
        np.array_equal(line.get_ydata(), comparison.courses["plasma_k"]) for line in change.get_lines()
    )


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn(calm: sim.Result, tmp_path: Path, name: str) -> None:
    save(calm.plot(name), tmp_path / "page.png")
    assert matplotlib.image.imread(tmp_path / "page.png")[..., :3].std() > 0.02  # Not an empty page.


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_a_figure_is_drawn_alike_twice(calm: sim.Result, tmp_path: Path, suffix: str) -> None:
    for copy in "ab":
        save(calm.plot("sheet"), tmp_path / f"{copy}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_a_figure_that_is_none_is_refused(calm: sim.Result, tmp_path: Path) -> None:
    with pytest.raises(sim.InputError, match="did you mean 'sheet'"):
        calm.plot("shet")
    with pytest.raises(ValueError, match=r"\.pdf"):
        save(calm.plot("sheet"), tmp_path / "sheet.bmp")


def test_the_sheet_says_every_number_of_its_variables(calm: sim.Result) -> None:
    page = calm.plot("sheet")
    words = [text.get_text() for text in page.texts]
    assert len(page.axes) == sum(map(len, GROUPS.values()))
    end = calm.table["plasma_k"].iloc[-1]
    assert f"{end:#.3g}" in words
    low = calm.table["plasma_k"].min() < 3.5
    assert any("3.5 to 5" in word and ("low" in word) == low for word in words)


def test_variables_are_drawn_with_unit_and_reference_range(calm: sim.Result) -> None:
    first, second = calm.plot("plasma_k", "urine_k").axes
    assert first.get_ylabel() == "plasma K\n(mM)"
    assert second.get_ylabel() == "K excreted in urine\n(mmol/day)"
    assert np.array_equal(first.get_lines()[0].get_ydata(), calm.table["plasma_k"])
    low, high = first.get_ylim()
    assert low < 3.5 < 5.0 < high


def test_several_runs_share_a_panel_and_have_a_legend(calm: sim.Result) -> None:
    page = draw_courses({"calm": calm.table, "half": calm.table * 0.5}, ["plasma_mg", "ecf_volume"])
    assert [text.get_text() for text in page.legends[0].get_texts()] == ["calm", "half"]
    styles = {str(line.get_linestyle()) for line in page.axes[0].get_lines()[:2]}
    assert len(styles) == 2  # Told apart without colour.


def test_a_page_cannot_be_drawn_beside_variables(calm: sim.Result) -> None:
    with pytest.raises(sim.InputError, match="alone"):
        calm.plot("sheet", "plasma_k")
    with pytest.raises(sim.InputError, match="did you mean 'plasma_k'"):
        calm.plot("plasma_kk")


def test_a_figure_can_show_other_days(calm: sim.Result) -> None:
    labels = [text.get_text() for text in calm.plot("gamblegram", days=(2.0, 4.1)).findobj(Text)]
    assert "day 2" in labels
    assert "day 4" in labels
    assert "day 6" not in labels


def test_a_result_says_in_a_line_what_it_is(calm: sim.Result) -> None:
    assert repr(calm) == "<Result baseline: 25 rows to day 6, 20 cells, finished>"
