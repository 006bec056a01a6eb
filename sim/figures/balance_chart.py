"""The metabolic balance of a run, period by period, as balance studies of patients are charted.

The convention is that of Reifenstein, Albright and Wells (J Clin Endocrinol 1945;5:367): intake is drawn
downwards from zero, and stool and urine are stacked upwards from its lower end. Bars above zero are a
loss, a gap below zero is a gain.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from sim.conditions.condition import Condition
from sim.figures.frame import A4, ION_COLOURS, draw_events, heading, lanes_of
from sim.figures.page import Page
from sim.figures.style import FAINT, INK, STYLE, extent
from sim.figures.time_axis import TimeAxis
from sim.parameters import Parameters
from sim.quantities.ions import Ion
from sim.quantities.units import HOURS_PER_DAY

Array = NDArray[np.float64]

_FLOWS: Final = ("intake", "stool", "urine")
_MAX_BARS: Final = 60
_MAX_DAYS_IN_HOURS: Final = 3.0
"""Longest run that is divided into periods of hours; longer runs are divided into days [day]."""
_HOURS: Final = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0)
_DAYS: Final = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0, 30.0, 60.0, 90.0)
"""Lengths of a period [h, day]."""
_STOOL_ALPHA, _URINE_ALPHA, _SUM_ALPHA = 0.8, 0.35, 0.15
_LOST: Final = "/" * 7
"""Hatching above zero."""
_HEADROOM: Final = 0.12
"""Smallest height above zero over the height below it."""
_MIN_SCALE: Final = 0.02
"""Smallest half-range of the axis of a balance [days of usual intake]."""


def draw_balance_chart(
    condition: Condition,
    table: pd.DataFrame,
    parameters: Parameters,
) -> Figure:
    """Draw intake, stool and urine of K, Na and Mg, and their cumulative balance.

    Parameters
    ----------
    condition : Condition
        The condition that was simulated.
    table : pandas.DataFrame
        One row per recorded time (index: days), with intake, stool and urine of each ion. It may end
        early.
    parameters : Parameters
        Of the body, for its usual intake.

    Returns
    -------
    matplotlib.figure.Figure
        A page of A4, landscape.
    """
    recorded = float(table.index[-1]) if len(table) else 0.0
    time_axis = TimeAxis.of(recorded or condition.duration / HOURS_PER_DAY, condition.times())
    edges = period_edges(table)
    lanes = lanes_of(condition, time_axis)
    with rc_context(STYLE):
        engine = ConstrainedLayoutEngine(rect=(0.006, 0.008, 0.988, 0.9), w_pad=0.06, h_pad=0.02)
        page = Page(figsize=A4, layout=engine)
        heights = [min(1.1, 0.15 * max(1, len(lanes))), *3 * [1.55, 0.6]]
        cells = page.add_gridspec(7, 1, height_ratios=heights)
        heading(page, condition, recorded, _legend_text(edges))
        draw_events(page.add_subplot(cells[0]), lanes, time_axis)
        for place, ion in enumerate(ION_COLOURS):
            bars, total = (page.add_subplot(cells[2 * place + k]) for k in (1, 2))
            time_axis.prepare(bars, last=False)
            time_axis.prepare(total, last=place == len(ION_COLOURS) - 1)
            usual = float(getattr(parameters.body, f"intake_{ion.symbol.lower()}"))
            _draw_periods(bars, period_means(table, edges, ion), edges * time_axis.per_day, ion, usual)
            balance = balance_of(table, ion)
            _draw_balance(total, balance.set_axis(balance.index * time_axis.per_day), ion, usual)
        page.align_ylabels(page.axes)
        _draw_key(page)
        page.settle()
    return page


def period_edges(table: pd.DataFrame) -> Array:
    """Return limits of the periods into which a table is divided [day].

    There are sixty periods at most, none shorter than a row, counted from the first row; the last may
    be shorter. A table of fewer than two rows has none.
    """
    times = table.index.to_numpy(dtype=float)
    if times.size < 2:
        return np.empty(0)
    start, span = times[0], times[-1] - times[0]
    hours = np.array(_HOURS) / HOURS_PER_DAY
    lengths = hours if span <= _MAX_DAYS_IN_HOURS else np.array(_DAYS)
    shortest = max(span / _MAX_BARS, float(np.median(np.diff(times)))) * (1.0 - 1e-9)
    length = next((x for x in lengths if x >= shortest), max(shortest, lengths[-1]))
    inner = start + length * np.arange(np.ceil(span / length - 1e-6))
    return np.append(inner, times[-1])


def period_means(table: pd.DataFrame, edges: Array, ion: Ion) -> dict[str, Array]:
    """Return mean intake, stool and urine of an ion in each period [mmol/day]; NaN if a row is missing.

    A row holds means since the row before it; the first row holds instantaneous flows and is left out.
    """
    if edges.size < 2:
        return dict.fromkeys(_FLOWS, np.empty(0))
    times = table.index.to_numpy(dtype=float)
    means = {}
    for flow in _FLOWS:
        amounts, unknown = _amounts(table, flow, ion)
        sums = np.diff(np.interp(edges, times, np.cumsum(np.where(unknown, 0.0, amounts))))
        gaps = np.diff(np.interp(edges, times, np.cumsum(unknown)))
        means[flow] = np.where(gaps > 0.0, np.nan, sums) / np.diff(edges)
    return means


def _amounts(table: pd.DataFrame, flow: str, ion: Ion) -> tuple[Array, NDArray[np.bool_]]:
    """Return the amount of each row since the row before it [mmol], and whether it is missing."""
    times = table.index.to_numpy(dtype=float)
    rates = table[f"{flow}_{ion.symbol.lower()}"].to_numpy(dtype=float)
    amounts = rates * np.diff(times, prepend=times[:1])
    amounts[:1] = 0.0
    return amounts, np.isnan(amounts)


def balance_of(table: pd.DataFrame, ion: Ion) -> "pd.Series[float]":
    """Return intake minus stool and urine since the first row [mmol]; NaN from a missing row on."""
    intake, stool, urine = (_amounts(table, flow, ion)[0] for flow in _FLOWS)
    return pd.Series(np.cumsum(intake - stool - urine), index=table.index)


def _legend_text(edges: Array) -> str:
    """Explain how to read the chart, and the length of a period."""
    if edges.size < 2:
        return "too short for a balance"
    days = round(float(edges[1] - edges[0]), 6)
    length = f"{days * HOURS_PER_DAY:.3g} h" if days < 1.0 else f"{days:g} day{'s' * (days != 1.0)}"
    return (
        "intake is drawn downwards from zero, stool and urine upwards from its end: bars above zero are "
        f"a loss, a gap below zero is a gain; one bar is {length}"
    )


def _draw_key(page: Figure) -> None:
    """Draw the legend of bars and lines."""
    handles = [
        Line2D([], [], color=INK, linewidth=1.0, label="intake"),
        Patch(facecolor="0.45", label="stool and vomit"),
        Patch(facecolor="0.82", label="urine"),
        Patch(facecolor="white", edgecolor=INK, hatch=_LOST, linewidth=0.0, label="loss"),
        Patch(facecolor="white", edgecolor="0.6", linewidth=0.6, label="gain"),
        Line2D([], [], color=FAINT, linestyle=(0, (5, 3)), linewidth=0.7, label="usual intake"),
    ]
    page.axes[0].legend(handles=handles, loc="lower right", ncols=6, bbox_to_anchor=(1.0, 1.0))


def _draw_periods(axes: Axes, means: Mapping[str, Array], edges: Array, ion: Ion, usual: float) -> None:
    """Draw intake downwards from zero, stool and urine upwards from there, hatched above zero."""
    axes.set_ylabel(f"{ion.symbol}\n(mmol/day)")
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.axhline(-usual, color=FAINT, linestyle=(0, (5, 3)), linewidth=0.7, zorder=3)
    axes.axhline(0.0, color=INK, linewidth=0.9, zorder=4)
    lowest, highest = -usual, 0.0
    if edges.size > 1:
        bottom = -means["intake"]
        passed = bottom + means["stool"]
        top = passed + means["urine"]
        colour = ION_COLOURS[ion]
        axes.stairs(passed, edges, baseline=bottom, fill=True, fc=(colour, _STOOL_ALPHA), lw=0.0)
        axes.stairs(top, edges, baseline=passed, fill=True, fc=(colour, _URINE_ALPHA), lw=0.0)
        above = np.clip(top, 0.0, None)
        axes.stairs(above, edges, baseline=0.0, fill=True, fc="none", ec=INK, hatch=_LOST, lw=0.0)
        axes.stairs(top, edges, baseline=None, color=colour, linewidth=0.9)
        axes.stairs(bottom, edges, baseline=0.0, color=INK, linewidth=0.9)
        lowest = float(np.nanmin(bottom, initial=lowest))
        highest = float(np.nanmax(top, initial=0.0))
    axes.set_ylim(1.06 * lowest, max(1.1 * highest, -_HEADROOM * lowest))


def _draw_balance(axes: Axes, balance: "pd.Series[float]", ion: Ion, usual: float) -> None:
    """Draw the gain of the body since the start, with its last value."""
    times, values = balance.index.to_numpy(dtype=float), balance.to_numpy()
    axes.axhline(0.0, color=INK, linewidth=0.6)
    axes.fill_between(times, 0.0, values, color=ION_COLOURS[ion], alpha=_SUM_ALPHA, linewidth=0.0)
    axes.plot(times, values, color=ION_COLOURS[ion], linewidth=1.4)
    axes.set_ylabel("balance\n(mmol)")
    axes.set_ylim(extent([-_MIN_SCALE * usual, _MIN_SCALE * usual, *values], 0.12))
    if values.size > 1 and np.isfinite(values[-1]):
        last = f"{values[-1]:+.3g} mmol".replace("-", "−") if abs(values[-1]) >= 0.05 else "0 mmol"
        axes.annotate(
            last, (1.004, values[-1]), xycoords=("axes fraction", "data"), va="center",
            color=INK, annotation_clip=False,
        )  # fmt: skip
