"""Figures of studies: what is drawn, in which units and with which numbers; unusual studies too."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.figure import Figure

from sim.errors import InputError
from sim.figures.study import (
    draw_cells,
    draw_convergence,
    draw_courses,
    draw_probabilities,
    save_figures,
)
from sim.figures.study.layout import LINE_STYLES, MAX_LINES
from sim.figures.study.pages import pages_of
from sim.parameters import ONE_OF_EACH
from sim.study.design import read_design
from sim.study.runner import run_study
from sim.study.study import Study
from sim.study.tables import Tables

LOSS = {"kind": "mg-malabsorption", "effect": 0.95}
ARMS: list[dict[str, Any]] = [
    {"name": "healthy", "duration": "3 day"},
    {"name": "loss", "duration": "3 day", "treatment": [LOSS]},
    {"name": "late loss", "duration": "3 day", "treatment": [LOSS | {"start": "2 day"}]},
]
ENDPOINTS = ("plasma_k < 3.9", "plasma_mg <= 0.75")
PNG = b"\x89PNG\r\n\x1a\n"


def study_of(folder: Path, **changes: Any) -> Study:
    """Run forty-five small replicates for three days, or what else is asked for."""
    design: dict[str, Any] = {
        "conditions": ARMS, "replicates": 45, "cells": ONE_OF_EACH, "noise": False,
        "endpoints": ENDPOINTS,
        "variables": ["plasma_k", "plasma_mg", "ecf_volume"],
        "snapshots": {
            "at": ["0 day", "3 day"], "cells": ONE_OF_EACH, "variables": ["k_in", "mg_free"],
        },
    }  # fmt: skip
    return run_study(read_design(design | changes), folder, workers=1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("figures") / "study")


@pytest.fixture(scope="module")
def courses(study: Study) -> Figure:
    return draw_courses(study, "plasma_k")


@pytest.fixture(scope="module")
def convergence(study: Study) -> Figure:
    return draw_convergence(study, "plasma_k")


@pytest.fixture(scope="module")
def probabilities(study: Study) -> Figure:
    return draw_probabilities(study)


class WithFailures(Study):
    """A study in which no replicate starts the last arm, and some do not finish the second."""

    @property
    def failures(self) -> list[str]:
        return ["failed"] * 54

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._tables = LossyTables(folder, self._store, self.design)


class LossyTables(Tables):
    """Tables without the rows of those who did not finish."""

    def whole(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        rows = super().whole(name)
        if name == "cases":
            return rows
        lost = (rows["condition"] == "loss") & (rows["replicate"] % 5 == 0) & (rows["day"] > 1.0)
        left = rows[~(lost | (rows["condition"] == "late loss"))]
        return left if columns is None else left[list(columns)]


@pytest.fixture
def failing(study: Study) -> Study:
    return WithFailures(study.folder)


def panels(figure: Figure, title: str = "") -> list[Axes]:
    """Panels whose title on the left begins so."""
    return [axes for axes in figure.axes if axes.get_title("left").startswith(title)]


def written(figure: Figure) -> str:
    """All text outside, in and beside panels, without tick labels."""
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    titles = [axes.get_title(place) for axes in figure.axes for place in ("left", "right")]
    labels = [label for axes in figure.axes for label in (axes.get_xlabel(), axes.get_ylabel())]
    legends = [axes.get_legend() for axes in figure.axes]
    keys = [text.get_text() for key in legends if key is not None for text in key.get_texts()]
    return "\n".join([text.get_text() for text in figure.texts] + inside + titles + labels + keys)


# Replicates over time


def test_courses_have_a_panel_an_arm_and_a_difference_for_each_further_arm(
    study: Study, courses: Figure
) -> None:
    """The place of the first difference holds the legend, which says how many replicates are drawn."""
    assert len(courses.axes) == 6
    assert [len(panels(courses, arm)) for arm in study.arms] == [1, 1, 1]
    text = written(courses)
    assert "plasma K\n(mM)" in text
    assert "difference (mM)" in text
    assert "time (day)" in text
    assert f"{MAX_LINES} of 45 replicates" in text
    assert [axes.get_title("right") for axes in courses.axes[:3]] == 3 * ["n 45"]
    assert all(axes.get_title("right").endswith("n 45") for axes in courses.axes[4:])


def test_courses_draw_some_replicates_the_median_and_what_it_is_compared_with(
    study: Study, courses: Figure
) -> None:
    """The first arm has forty replicates, a median and no line to be compared with; others have it."""
    first, second, *_ = courses.axes
    assert len(first.lines) == MAX_LINES + 1
    changes = [line for line in second.lines if len(line.get_xydata()) == 2]
    assert len(second.lines) - len(changes) == MAX_LINES + 2
    median = study.values("plasma_k", "healthy").median().to_numpy()
    np.testing.assert_allclose(first.lines[-1].get_ydata(), median)
    assert any(np.array_equal(line.get_ydata(), first.lines[-1].get_ydata()) for line in second.lines)


def test_the_band_is_that_of_the_middle_nine_tenths(study: Study, courses: Figure) -> None:
    """Its edges are the quantiles of all replicates, not of those drawn."""
    (band,) = [c for c in courses.axes[1].collections if isinstance(c, FillBetweenPolyCollection)]
    edges = study.values("plasma_k", "loss").quantile([0.05, 0.95])
    corners = band.get_paths()[0].vertices[:, 1]
    assert corners.min() == pytest.approx(edges.to_numpy()[0].min())
    assert corners.max() == pytest.approx(edges.to_numpy()[1].max())


def test_panels_of_a_kind_have_one_scale_and_hold_the_reference_range(courses: Figure) -> None:
    """Arms can be compared by eye, and zero is in the panels of differences."""
    levels, differences = courses.axes[:3], courses.axes[4:]
    assert len({panel.get_ylim() for panel in levels}) == 1
    assert len({panel.get_ylim() for panel in differences}) == 1
    low, high = levels[0].get_ylim()
    assert low < 3.5
    assert high > 5.0
    assert differences[0].get_ylim()[0] < 0.0 < differences[0].get_ylim()[1]
    assert {panel.get_xlim() for panel in (*levels, *differences)} == {(0.0, 3.0)}


def test_the_difference_drawn_is_the_paired_one(study: Study, courses: Figure) -> None:
    """Its line is the mean of the differences within replicates."""
    found = study.difference("plasma_k", "loss")["estimate"].to_numpy()
    assert any(np.array_equal(line.get_ydata(), found) for line in courses.axes[4].lines)


def test_a_moment_of_change_is_marked_in_its_own_arm_only(courses: Figure) -> None:
    """The third arm begins to differ on day two."""
    for arm, moments in (("healthy", 0), ("loss", 0), ("late loss", 1)):
        (axes,) = panels(courses, arm)
        lines = [c for c in axes.collections if isinstance(c, LineCollection)]
        marks = [segment for c in lines for segment in c.get_segments() if segment[0][0] == 2.0]
        assert len(marks) == moments, arm


def test_replicates_that_fail_are_reported_and_change_n(failing: Study) -> None:
    """Nine of forty-five do not reach the end of the second arm, and none begins the third."""
    figure = draw_courses(failing, "plasma_k")
    assert figure.axes[1].get_title("right") == "n 45, end 36"
    assert figure.axes[4].get_title("right").endswith("n 36")
    assert "none started" in written(figure)
    assert "no pairs" in written(figure)
    assert "54 failures" in written(figure)


def test_six_arms_stay_on_the_page(tmp_path: Path) -> None:
    """They go in two rows of three; each has a line style of its own; long names are cut."""
    arms = [{"name": f"{k}-{'long-' * 10}", "duration": "1 day"} for k in range(6)]
    six = study_of(tmp_path, conditions=arms, replicates=2, snapshots=None)
    figure = draw_courses(six, "plasma_k")
    assert len(figure.axes) == 12
    assert len({round(axes.get_position().x0, 3) for axes in figure.axes[:6]}) == 3
    assert len({axes.lines[-1].get_color() for axes in figure.axes[:6]}) == 6
    assert all(len(axes.get_title("left")) < 32 for axes in figure.axes)


# Single cells


def test_cells_have_a_column_a_variable_and_a_ridge_an_arm_and_day(study: Study) -> None:
    """Days and arms are named once; the number of replicates and cells is written beside each ridge."""
    figure = draw_cells(study)
    assert [axes.get_xlabel() for axes in figure.axes] == [
        "K in cell water\n(mM)",
        "free Mg in cell water\n(mM)",
    ]
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["day 0", *study.arms, "day 3", *study.arms]
    beside = [text.get_text() for text in figure.axes[-1].texts]
    assert beside == 6 * ["n 45, 45 cells"]
    assert len(figure.axes[0].lines) == 12


def test_cells_mark_the_median_of_the_type_asked_for(study: Study) -> None:
    """Cells of other types are left out."""
    (axes,) = draw_cells(study, "k_in", cell_type="heart").axes
    rows = study.cells.query("type == 'heart' and day == 0 and condition == 'healthy'")
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"]
    assert marks[0] == pytest.approx(rows["k_in"].median())


def test_arms_without_cells_have_no_ridge(failing: Study) -> None:
    names = [label.get_text() for label in draw_cells(failing).axes[0].get_yticklabels()]
    assert names == ["day 0", "healthy", "loss", "day 3", "healthy", "loss"]


def test_cells_that_were_not_kept_are_refused(study: Study, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'na_in' was not kept; there are k_in, mg_free"):
        draw_cells(study, "na_in")
    without = study_of(tmp_path, replicates=1, snapshots=None)
    with pytest.raises(InputError, match="no single cells"):
        draw_cells(without)


# Precision


def test_convergence_is_logarithmic_and_written_in_numbers(study: Study, convergence: Figure) -> None:
    """A panel for the means, and one for each paired difference, all on the same scales."""
    figure = convergence
    assert [axes.get_title("left") for axes in figure.axes] == [
        "mean of each arm",
        "loss minus healthy",
        "late loss minus healthy",
    ]
    assert {(axes.get_xscale(), axes.get_yscale()) for axes in figure.axes} == {("log", "log")}
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in figure.axes}) == 1
    text = written(figure)
    assert "half-width of 95 % interval\n(mM)" in text
    assert "number of replicates, n" in text
    half = study.convergence("plasma_k", "healthy").iloc[-1]
    assert f"healthy ±{half:#.2g}, n 45" in text


def test_convergence_compares_paired_and_unpaired(study: Study, convergence: Figure) -> None:
    """Unpaired, the squares of both arms add up; the guide falls as one over root n."""
    paired, apart, guide = convergence.axes[1].lines
    same = study.convergence("plasma_k", "loss", "healthy")
    arms = [study.convergence("plasma_k", arm) for arm in ("healthy", "loss")]
    np.testing.assert_allclose(paired.get_ydata(), same)
    np.testing.assert_allclose(apart.get_ydata(), np.hypot(*arms))
    assert apart.get_ydata()[-1] > paired.get_ydata()[-1]
    (first, last), (high, low) = guide.get_xdata(), guide.get_ydata()
    assert high / low == pytest.approx(np.sqrt(last / first))
    assert low == pytest.approx(same.iloc[-1])


def test_legends_of_convergence_lie_below_the_lines(convergence: Figure) -> None:
    """No line runs through its panel's legend."""
    for axes in convergence.axes:
        key = axes.get_legend()
        assert key is not None
        top = axes.transData.inverted().transform(key.get_window_extent())[1, 1]
        assert top < min(line.get_ydata().min() for line in axes.lines)


# Probabilities


def test_probabilities_are_those_of_the_study(study: Study, probabilities: Figure) -> None:
    """Each endpoint has a row: over time, and at the end in numbers."""
    assert panels(probabilities, "plasma K < 3.9 mM")
    over_time, at_end = probabilities.axes[2:]
    assert over_time.get_title("left") == "total plasma Mg ≤ 0.75 mM"
    assert over_time.get_ylabel() == "replicates (%)"
    for k, arm in enumerate(study.arms):
        expected = [study.probability(ENDPOINTS[1], arm, day).estimate for day in range(4)]
        np.testing.assert_allclose(over_time.lines[k].get_ydata(), 100.0 * np.array(expected))
        share = study.probability(ENDPOINTS[1], arm)
        text = f"{100 * share.estimate:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f}), n 45"
        assert at_end.texts[k].get_text() == text
    assert [label.get_text() for label in at_end.get_yticklabels()] == study.arms


def test_arms_differ_by_more_than_colour(probabilities: Figure) -> None:
    """Lines and markers differ too, for a page in grey."""
    lines = probabilities.axes[0].lines
    assert len({str(line.get_linestyle()) + line.get_marker() for line in lines}) == 3
    looks = [(str(look.linestyle), look.marker, look.color) for look in LINE_STYLES]
    assert all(len(set(column)) == len(looks) for column in zip(*looks, strict=True))


def test_probabilities_count_those_who_have_come_so_far(failing: Study) -> None:
    figure = draw_probabilities(failing)
    texts = [text.get_text() for text in figure.axes[1].texts]
    assert [text.rpartition(" ")[2] for text in texts] == ["45", "36", "0"]


def test_a_design_without_endpoints_is_refused(tmp_path: Path) -> None:
    without = study_of(tmp_path, replicates=1, endpoints=(), snapshots=None)
    with pytest.raises(InputError, match="has no endpoints"):
        draw_probabilities(without)


# Files and unusual studies


def test_figures_that_suit_are_saved(study: Study, tmp_path: Path) -> None:
    """Variables of endpoints, and whatever the design has; nothing else is left."""
    paths = save_figures(study, tmp_path / "new" / "folder")
    names = ["courses-plasma_k", "courses-plasma_mg", "convergence", "probabilities", "cells"]
    assert [path.name for path in paths] == [f"{name}.png" for name in names]
    assert all(path.read_bytes().startswith(PNG) for path in paths)
    assert sorted((tmp_path / "new" / "folder").iterdir()) == sorted(paths)


def test_a_figure_that_cannot_be_written_leaves_the_old_one(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "courses-plasma_k.png"
    old.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disc full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disc full"):
        save_figures(study, tmp_path)
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize(
    "changes",
    [
        {"replicates": 1, "conditions": ARMS[:1]},
        {"replicates": 1},
        {"replicates": 3, "persons": False, "heterogeneous": False, "endpoints": (), "snapshots": None},
        {
            "replicates": 3,
            "samples": {"method": "grid", "ranges": {"pump_half_mg": ["0.05 mM", "0.2 mM"]}},
        },
        {"replicates": 2, "conditions": [*ARMS[:1], {"name": "brief", "duration": "12 hour"}]},
    ],
    ids=["one arm, one replicate", "one replicate", "all alike", "parameter sets", "durations"],
)
def test_unusual_studies_are_drawn(changes: dict[str, Any], tmp_path: Path) -> None:
    """Without a warning, for warnings are errors in tests."""
    study = study_of(tmp_path, **changes)
    pages = pages_of(study)
    assert {"courses-plasma_k", "convergence"} <= set(pages)
    for draw in pages.values():
        draw()


def test_failures_are_drawn(failing: Study) -> None:
    draw_convergence(failing, "plasma_k")
    with_none_left = WithFailures(failing.folder)
    with_none_left._read = lambda *_: Study._read(failing, *_).iloc[:0]  # type: ignore[method-assign]
    for draw in pages_of(with_none_left).values():
        draw()


def test_replicates_and_parameter_sets_are_distinguished(tmp_path: Path) -> None:
    samples = {"method": "grid", "ranges": {"pump_half_mg": ["0.05 mM", "0.2 mM"]}}
    study = study_of(tmp_path, replicates=3, conditions=ARMS[:1], samples=samples, snapshots=None)
    assert "6 members (3 replicates × 2 parameter sets)" in written(draw_courses(study, "plasma_k"))


def test_drawing_touches_no_global_state(study: Study) -> None:
    before = dict(mpl.rcParams)
    draw_courses(study, "plasma_k")
    assert dict(mpl.rcParams) == before


def test_drawing_does_without_pyplot(study: Study) -> None:
    """In a fresh interpreter, for other tests may load it."""
    code = (
        "import sys; from sim.study.study import Study; "
        f"Study({str(study.folder)!r}).plot(); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
