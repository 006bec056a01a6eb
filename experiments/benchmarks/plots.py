"""The figure of the benchmarks: peers, thirty days, and cost per cell as tissues grow."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.benchmarks.race import AGENTS, BRIAN, MESA, NUMPY, OURS, C, Race
from experiments.benchmarks.sizes import Cost
from experiments.benchmarks.thirty_days import Month
from sim.figures import (
    BLUE,
    DPI,
    EXPECTED,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    STYLE,
    VERMILION,
    Page,
)

COLOURS = {OURS: BLUE, C: INK, BRIAN: ORANGE, NUMPY: GREEN, MESA: VERMILION, AGENTS: PURPLE}
MEGA = 1e6
_DAYS = 30.0
_MARKERS: dict[str, tuple[str, str, tuple[float, float], str]] = {
    "this": (BLUE, "o", (6, -6), "left"),
    "Euler": (SKY, "s", (6, 1), "left"),
    "Mesa": (VERMILION, "^", (6, -2), "left"),
    "LSODA": (ORANGE, "v", (6, -2), "left"),
}
"""Colour and marker of each integrator, and offset and alignment of its label."""


def draw(races: Sequence[Race], months: Sequence[Month], costs: Sequence[Cost]) -> Figure:
    """Draw all measurements in three panels."""
    with rc_context(STYLE):
        page = Page(figsize=(9.6, 3.0), layout="constrained", dpi=DPI)
        peers, days, sizes = page.subplots(1, 3, width_ratios=(1.1, 1.0, 1.0))
        _draw_peers(peers, races[1], races[2])
        _draw_months(days, months)
        _draw_costs(sizes, costs)
        for axes, letter in zip((peers, days, sizes), "ABC", strict=True):
            axes.set_title(f"{letter}  {axes.get_title(loc='left')}", loc="left")
        page.settle()
    return page


def logarithmic(axis: Axis) -> None:
    """Make an axis logarithmic, with ticks at powers of ten."""
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(LogLocator(10.0, numticks=6))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"10{_exponent(round(math.log10(x)))}"))
    axis.set_minor_formatter(NullFormatter())


def _exponent(number: int) -> str:
    """An integer in superscript."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _draw_peers(axes: Axes, one: Race, all_threads: Race) -> None:
    """Draw evaluations per second of each peer, quartiles over rounds."""
    entries = [(f"{name}, {r.threads} threads" if r.threads > 1 else name, name, r)
               for r in (one, all_threads) for name in r.seconds]  # fmt: skip
    entries.sort(key=lambda entry: entry[2].rates(entry[1])[1])
    for y, (_, name, result) in enumerate(entries):
        low, median, high = np.array(result.rates(name)) / MEGA
        marker = "o" if result.threads == 1 else "D"
        axes.errorbar(median, y, xerr=[[median - low], [high - median]], color=COLOURS[name],
                      marker=marker, markersize=4.5, capsize=2)  # fmt: skip
        axes.annotate(f"{median:.3g}", (median, y), (0, 5), textcoords="offset points", ha="center",
                      fontsize=6, color=COLOURS[name])  # fmt: skip
    logarithmic(axes.xaxis)
    axes.set(xlabel="cell evaluations (million/s)", ylim=(-0.6, len(entries) - 0.2),
             yticks=range(len(entries)), yticklabels=[label for label, _, _ in entries])  # fmt: skip
    axes.set_title(f"{one.n_cells:,} cells, the same law")
    low, high = axes.get_xlim()
    axes.set_xlim(0.6 * low, 1.8 * high)


def _draw_months(axes: Axes, months: Sequence[Month]) -> None:
    """Draw time against error of integrators, with noise every hour."""
    hourly = [m for m in months if m.noise_hours == 1.0]
    largest = max(m.n_cells for m in hourly)
    shown = {
        m.integrator: m for m in sorted(hourly, key=lambda m: m.n_cells)
    }  # The largest tissue of each.
    for m in shown.values():
        name = m.integrator.split(",")[0].split()[0]
        small = "" if m.n_cells == largest else f", {m.n_cells} cells"
        colour, marker, place, side = _MARKERS[name]
        at = (m.error, m.seconds / m.days * _DAYS)
        axes.plot(*at, color=colour, marker=marker, markersize=4.5)
        label = m.integrator.split(",")[0] + (" (extrapolated)" if m.extrapolated else small)
        axes.annotate(label, at, place, textcoords="offset points", ha=side, fontsize=6, color=FAINT)
    axes.axvline(1e-4, color="0.6", linewidth=0.6, linestyle=(0, (1, 2)), zorder=0)
    for axis in (axes.xaxis, axes.yaxis):
        logarithmic(axis)
    axes.set(xlabel="largest error (1)", ylabel=f"time for {_DAYS:g} days (s)")
    axes.set_title(f"{_DAYS:g} days, noise every hour, {largest:,} cells")
    low, high = axes.get_xlim()
    axes.set_xlim(0.1 * low, 6.0 * high)


def _draw_costs(axes: Axes, costs: Sequence[Cost]) -> None:
    """Draw time per cell and evaluation against the number of cells."""
    large = [c.nanoseconds for c in costs if c.threads == 1 and c.n_cells >= 10_000]
    middle = 0.5 * (max(large) + min(large))
    axes.axhspan(0.7 * middle, 1.3 * middle, color=EXPECTED, linewidth=0.0, zorder=0)
    for threads, colour, marker in zip(
        sorted({c.threads for c in costs}), (BLUE, VERMILION), "oD", strict=False
    ):
        found = [(c.n_cells, c.nanoseconds) for c in costs if c.threads == threads]
        label = f"{threads} thread{'s' if threads > 1 else ''}"
        axes.plot(*zip(*found, strict=True), color=colour, marker=marker, markersize=4, label=label)
    for axis in (axes.xaxis, axes.yaxis):
        logarithmic(axis)
    axes.set(xlabel="cells", ylabel="time (ns/cell/evaluation)")
    axes.set_title("A whole run; grey: ±30 % for 1 thread")
    axes.legend(loc="upper right")
