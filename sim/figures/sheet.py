"""Summary sheet of a run: one line per variable, with its course, numbers and reference range."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.conditions.condition import Condition
from sim.figures.frame import mark_survival
from sim.figures.page import Page
from sim.figures.style import BLUE, EXPECTED, FAINT, INK, STYLE, VERMILION, extent
from sim.figures.time_axis import TimeAxis
from sim.quantities.units import HOURS_PER_DAY
from sim.text import printable
from sim.variables.table import VARIABLES
from sim.variables.variable import Variable

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "Plasma": ("plasma_na", "plasma_k", "plasma_mg", "plasma_ca", "plasma_cl", "plasma_hco3"),
    "Intake and output": ("intake_k", "urine_k", "intake_mg", "urine_mg", "intake_na", "urine_na"),
    "Whole body": ("body_k", "body_na", "body_mg", "ecf_volume"),
    "Muscle cells": ("na_in_mean", "na_in_sd", "k_in_mean", "mg_free_mean", "potential_mean",
                     "expression_mean"),
    "Hormones": ("renin", "aldosterone", "pth", "insulin"),
    "Signs": ("pressure", "qtc", "margin_muscle", "margin_heart"),
}  # fmt: skip
"""Variables of the sheet, by groups."""

_WIDTH: Final = 8.27
_ROW: Final = 0.235
_HEAD, _FOOT = 1.05, 0.55
"""Height of a row, of the heading and of the footer [inch]."""
_NAME, _CURVE, _CURVE_END = 0.035, 0.36, 0.57
_NUMBERS: Final = {"start": 0.63, "lowest": 0.695, "highest": 0.76, "end": 0.825}
_UNIT, _REFERENCE = 0.833, 0.9
"""Left ends of the columns, right ends for numbers, over the width of the page."""


def draw_sheet(condition: Condition, table: pd.DataFrame, provenance: Mapping[str, Any]) -> Figure:
    """Draw the summary sheet of a run.

    Parameters
    ----------
    condition : Condition
        The condition that was simulated.
    table : pandas.DataFrame
        One row per recorded time (index: days), one column per variable.
    provenance : mapping
        Provenance of the run, for the footer.

    Returns
    -------
    matplotlib.figure.Figure
        A portrait page. Values outside their reference range are vermilion and marked "low" or "high".
    """
    lines = sum(len(names) + 1 for names in GROUPS.values())
    height = _HEAD + _ROW * lines + _FOOT
    time_axis = TimeAxis.of(float(table.index[-1]), condition.times())
    with rc_context(STYLE):
        page = Page(figsize=(_WIDTH, height))
        _write_heading(page, condition, height)
        y = 1.0 - _HEAD / height
        for group, names in GROUPS.items():
            page.text(_NAME, y, group, weight="bold", va="center", size=8, color=INK)
            y -= _ROW / height
            for name in names:
                _draw_row(page, y, _ROW / height, table[name], VARIABLES[name], time_axis)
                y -= _ROW / height
        _write_footer(page, time_axis, provenance, _FOOT / height)
        page.settle()
    return page


def _write_heading(page: Figure, condition: Condition, height: float) -> None:
    """Write title, interventions, and the headings of the columns."""

    def at(inches: float) -> float:
        return 1.0 - inches / height

    title = shorten(printable(condition.title or condition.name), 80, placeholder=" …")
    page.text(_NAME, at(0.28), title, size=12, weight="bold", color=INK)
    interventions = list(dict.fromkeys(label for _, _, label in condition.events()))
    interventions += [f"without {name}" for name in condition.without]
    days = condition.duration / HOURS_PER_DAY
    summary = f"{days:g} days. Interventions: {'; '.join(interventions) or 'none'}."
    page.text(_NAME, at(0.48), shorten(summary, 150, placeholder=" …"), size=7.5, color=FAINT)
    head: dict[str, Any] = {"size": 6.5, "color": FAINT, "va": "center"}
    page.text(_CURVE, at(0.78), "course, reference range shaded", **head)
    for name, x in _NUMBERS.items():
        page.text(x, at(0.78), name, ha="right", **head)
    page.text(_UNIT, at(0.78), "unit", **head)
    page.text(_REFERENCE, at(0.78), "reference", **head)


def _draw_row(
    page: Figure,
    y: float,
    height: float,
    values: "pd.Series[float]",
    variable: Variable,
    time_axis: TimeAxis,
) -> None:
    """Draw a variable: its name, its course, its numbers, its unit and its reference range."""
    page.text(_NAME, y, variable.meaning.removesuffix(" of muscle cells"), va="center", color=INK)
    axes = page.add_axes((_CURVE, y - 0.42 * height, _CURVE_END - _CURVE, 0.84 * height))
    _draw_curve(axes, values, variable, time_axis)
    numbers = [values.iloc[0], values.min(), values.max(), values.iloc[-1]]
    for number, x in zip(numbers, _NUMBERS.values(), strict=True):
        outside = number < variable.low or number > variable.high
        colour, weight = (VERMILION, "bold") if outside else (INK, "normal")
        page.text(x, y, _number(number), ha="right", va="center", color=colour, weight=weight)
    page.text(_UNIT, y, variable.unit if variable.unit != "1" else "", va="center", color=FAINT)
    if np.isfinite(variable.low):
        mark = "low" if numbers[-1] < variable.low else "high" if numbers[-1] > variable.high else ""
        reference = _minus(f"{variable.low:g} to {variable.high:g} {mark}").strip()
        page.text(_REFERENCE, y, reference, va="center", color=VERMILION if mark else FAINT)


def _draw_curve(axes: Axes, values: "pd.Series[float]", variable: Variable, time_axis: TimeAxis) -> None:
    """Draw a course without axes, over its reference range, with its end marked."""
    axes.set_axis_off()
    days = values.index.to_numpy(dtype=float) * time_axis.per_day
    axes.set(xlim=(0.0, time_axis.end), ylim=extent([*values, variable.low, variable.high], 0.1))
    if np.isfinite(variable.low):
        axes.axhspan(variable.low, variable.high, color=EXPECTED, linewidth=0.0)
    time_axis.mark_changes(axes, 0.5)
    axes.plot(days, values, color=BLUE, linewidth=0.9)
    axes.plot(days[-1], values.iloc[-1], "o", color=BLUE, markersize=2.2, clip_on=False)


def _number(value: float) -> str:
    """Write a number with three significant digits, more only before the decimal point."""
    if not np.isfinite(value):
        return "–"
    return _minus(f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:#.3g}")


def _minus(text: str) -> str:
    """Write a typographic minus sign."""
    return text.replace("-", "−")


def _write_footer(
    page: Figure, time_axis: TimeAxis, provenance: Mapping[str, Any], height: float
) -> None:
    """Write the length of the curves and the provenance of the run."""
    first = (
        f"Curves run from 0 to {time_axis.end:g} {time_axis.unit}; "
        "dotted lines: start or end of an intervention."
    )
    known = {
        "cells": f"{provenance['n_cells']:,}",
        "seed": provenance["seed"],
        "replicate": provenance["replicate"],
        "fluctuations": "on" if provenance["noise"] else "off",
        "worst imbalance": f"{provenance['worst_imbalance']:.0e}",
        "version": provenance["versions"]["sim-mg"],
    }
    second = " · ".join(f"{name} {value}" for name, value in known.items())
    page.text(_NAME, 0.62 * height, f"{first} Numbers outside their reference range are bold.",
              size=6.5, color=FAINT)  # fmt: skip
    second = printable(f"{second} · {provenance['outcome']}")
    page.text(_NAME, 0.3 * height, second, size=6.5, color=FAINT)
    mark_survival(page, provenance)
