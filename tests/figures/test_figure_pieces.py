"""Pieces that figures of experiments are made of: dose–response curves and paired differences."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.figures import draw_dose_response, draw_paired_differences
from sim.statistics import Interval, mean_interval

RESPONSES = [Interval(1.0, 0.5, 1.6, 9, 0.95), Interval(2.0, 1.5, 2.4, 9, 0.95)]


def test_a_curve_goes_through_its_estimates_within_the_band_of_their_intervals() -> None:
    axes = Figure().add_subplot()
    draw_dose_response(axes, [0.0, 10.0], RESPONSES, label="health")
    line = axes.get_lines()[0]
    assert line.get_xydata().tolist() == [[0.0, 1.0], [10.0, 2.0]]
    corners = axes.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == 0.5
    assert corners[:, 1].max() == 2.4
    assert line.get_label() == "health"


def test_every_dose_needs_a_response() -> None:
    with pytest.raises(ValueError, match="3 doses and 2 responses"):
        draw_dose_response(Figure().add_subplot(), [0.0, 1.0, 2.0], RESPONSES)


def test_a_response_without_an_interval_is_still_drawn() -> None:
    axes = Figure().add_subplot()
    draw_dose_response(axes, [1.0], [Interval(3.0, math.nan, math.nan, 1, 0.95)])
    assert axes.get_lines()[0].get_ydata().tolist() == [3.0]


def test_differences_are_drawn_one_by_one_with_mean_and_interval() -> None:
    axes = Figure().add_subplot()
    given = {"KCl": [0.1, 0.2, math.nan, 0.6], "Mg": [1.0, 1.2, 1.1, 1.3]}
    draw_paired_differences(axes, given, "mM")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["KCl", "Mg"]
    assert axes.get_xlabel() == "difference (mM)"
    zero, *lines = axes.get_lines()
    assert set(zero.get_xdata()) == {0.0}
    for (dots, span, middle), values in zip((lines[:3], lines[3:]), given.values(), strict=True):
        there = np.sort([value for value in values if value == value])
        assert dots.get_xdata().tolist() == there.tolist()
        mean = mean_interval(there)
        assert span.get_xdata().tolist() == [mean.low, mean.high]
        assert middle.get_xdata().tolist() == [mean.estimate]
    assert [text.get_text() for text in axes.texts] == ["n 3", "n 4"]


def test_of_very_many_differences_some_are_drawn_and_all_are_in_the_mean() -> None:
    axes = Figure().add_subplot()
    values = np.random.default_rng(1).normal(size=5000)
    draw_paired_differences(axes, {"many": values}, "mM")
    _, dots, _, middle = axes.get_lines()
    assert 200 <= dots.get_xdata().size <= 500
    assert middle.get_xdata()[0] == pytest.approx(values.mean())
