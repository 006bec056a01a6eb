"""The look that figures share: type, colours, time axes, reference ranges, ridges; and saving them.

It is that of a printed journal: small sans-serif type, no grid, grey for what is expected or done,
colours that are safe for the colour-blind, and meaning that never hangs on colour alone.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from cycler import cycler
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from sim.quantities.units import HOURS_PER_DAY
from sim.system.files import write_atomically
from sim.variables.variable import Variable

Array = NDArray[np.float64]

EXPECTED: Final = "0.92"
INK: Final = "0.15"
FAINT: Final = "0.35"
"""Greys of what is expected, of what is drawn or written, and of what is said besides."""
BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
"""Colours of the palette of Okabe and Ito."""


class Look(NamedTuple):
    """How a run or an arm is drawn, the same wherever it is."""

    color: str
    linestyle: Any
    marker: str


LOOKS: Final = (
    Look(BLUE, "-", "o"),
    Look(VERMILION, (0, (4, 1.5)), "s"),
    Look(GREEN, (0, (1, 1)), "^"),
    Look(PURPLE, (0, (6, 1.5, 1, 1.5)), "D"),
    Look(ORANGE, (0, (3, 1, 1, 1, 1, 1)), "v"),
    Look(SKY, (0, (9, 2)), "P"),
)

STYLE: Final[dict[Any, Any]] = {
    "font.size": 7.0,
    "axes.titlesize": 8.0,
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "axes.formatter.useoffset": False,
    "axes.prop_cycle": cycler(color=[look.color for look in LOOKS]),
    "legend.frameon": False,
    "legend.borderpad": 0.0,
    "text.parse_math": False,
    "pdf.fonttype": 42,
}
DPI: Final = 150
UNDATED: Final[dict[str, dict[str, Any]]] = {
    ".png": {},
    ".pdf": {"CreationDate": None},
    ".svg": {"Date": None},
}
"""Formats of a figure, each with what keeps the day out of the file."""

_SHORT_DAYS: Final = 2.0
"""Time axes are in hours for up to so many days."""
RIDGE_HEIGHT: Final = 1.35
_BINS: Final = 401
"""Height of the tallest ridge over the distance of two, and points of each."""


class Page(Figure):
    """A figure that notebooks show, whether or not they have loaded :mod:`matplotlib.pyplot`."""

    def _repr_png_(self) -> bytes:
        return _drawn(self, ".png")

    def settle(self) -> None:
        """Make ticks now, within the style, and keep the layout; to draw again changes nothing."""
        self.draw_without_rendering()
        self.set_layout_engine("none")


def save(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : pathlib.Path
        Where it goes. How its name ends says how it is written: as PNG, or as vectors in PDF or SVG.

    Raises
    ------
    ValueError
        If the name ends otherwise.
    OSError
        If it cannot be written.
    """
    write_atomically(path, _drawn(figure, path.suffix))


def _drawn(figure: Figure, suffix: str) -> bytes:
    """Draw a figure in the format of a suffix; no file holds the day on which it was written."""
    if suffix not in UNDATED:
        raise ValueError(f"a figure cannot be written as {suffix!r}; choose {', '.join(UNDATED)}")
    buffer = BytesIO()
    with rc_context(STYLE):
        if suffix == ".png":  # As savefig does, which would draw twice.
            figure.set_dpi(DPI)
            canvas: Any = FigureCanvasAgg(figure)
            canvas.print_png(buffer, metadata=UNDATED[suffix])
        else:
            figure.savefig(buffer, format=suffix[1:], dpi=DPI, metadata=UNDATED[suffix])
    return buffer.getvalue()


class Clock(NamedTuple):
    """The time axis that panels share, in hours or days. End and moments of change are in its unit."""

    unit: str
    per_day: float
    end: float
    changes: tuple[float, ...] = ()

    @classmethod
    def of(cls, days: float, changes: Iterable[float] = ()) -> "Clock":
        """Make a time axis that lasts some days, with moments of change [h]."""
        unit, per_day = ("h", HOURS_PER_DAY) if days <= _SHORT_DAYS else ("day", 1.0)
        moments = (hours / HOURS_PER_DAY for hours in changes)
        return cls(unit, per_day, days * per_day, tuple(t * per_day for t in moments if t < days))

    def label(self, days: float) -> str:
        """Name a moment."""
        value = round(days * self.per_day, 1)
        return f"day {value:g}" if self.unit == "day" else f"{value:g} {self.unit}"

    def prepare(self, axes: Axes, *, last: bool, ticks: int = 8) -> None:
        """Make axes over time, with a line wherever something starts or stops; the last are labelled."""
        axes.set_xlim(0.0, self.end)
        axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 3, 5, 6, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.tick_params(axis="x", labelbottom=last)
        if last:
            axes.set_xlabel(f"time ({self.unit})")
        for change in self.changes:
            axes.axvline(change, color="0.6", linewidth=0.6, linestyle=(0, (1, 2)), zorder=0.5)


def shade(axes: Axes, variable: Variable, *, across: bool = False) -> None:
    """Shade the reference range of a variable on the y axis, or the x axis; nothing if it has none."""
    if np.isfinite([variable.low, variable.high]).all():
        span = axes.axvspan if across else axes.axhspan
        span(variable.low, variable.high, color=EXPECTED, linewidth=0.0, zorder=0.0)


def extent(values: ArrayLike, margin: float) -> tuple[float, float]:
    """Find the ends of an axis that holds all finite values, with a margin [1] of their range."""
    flat = np.ravel(np.asarray(values, dtype=float))
    there = flat[np.isfinite(flat)]
    if not there.size:
        return 0.0, 1.0
    low, high = float(there.min()), float(there.max())
    reach = margin * (high - low)
    if reach <= 1e-9 * max(abs(low), abs(high)):  # No wider than rounding.
        reach = 0.05 * abs(low) or 1.0
    return low - reach, high + reach


class Ridge(NamedTuple):
    """The distribution of some values, drawn upwards from a place on the y axis."""

    values: Array
    place: float
    colour: str


def draw_ridges(axes: Axes, ridges: Sequence[Ridge], variable: Variable) -> None:
    """Draw densities one below the other, on one scale, with a mark at each median.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its y axis runs downwards; the distance of two places is one.
    ridges : sequence of Ridge
        From the top down. One without values is left out.
    variable : Variable
        Of the values; its reference range is shaded.
    """
    ridges = [ridge for ridge in ridges if ridge.values.size]
    ends = [np.quantile(ridge.values, (0.005, 0.995)) for ridge in ridges]
    x = np.linspace(*extent([variable.low, variable.high, *np.ravel(ends)], 0.04), _BINS)
    densities = [density(ridge.values, x) for ridge in ridges]
    scale = RIDGE_HEIGHT / max((float(y.max()) for y in densities), default=1.0)
    axes.set_xlim(x[0], x[-1])
    shade(axes, variable, across=True)
    for k, (ridge, y) in enumerate(zip(ridges, densities, strict=True), 2):
        top = ridge.place - scale * y
        pale = 0.4 * np.array(to_rgb(ridge.colour)) + 0.6
        axes.fill_between(x, ridge.place, top, color=pale, linewidth=0.0, zorder=k)
        axes.plot(x, top, color=ridge.colour, linewidth=0.9, zorder=k)
        middle, front = np.median(ridge.values), len(ridges) + 2
        axes.plot(middle, ridge.place, "|", color=INK, markersize=4.5, zorder=front)


def density(values: Array, x: Array) -> Array:
    """Density of values on a regular grid, by a Gaussian kernel of Silverman's width.

    The kernel is never narrower than the grid resolves, so that equal values give a spike.
    """
    step = x[1] - x[0]
    quarters = np.quantile(values, (0.25, 0.75))
    width = 0.9 * min(values.std(), np.ptp(quarters) / 1.34) * len(values) ** -0.2
    offsets = step * np.arange(-(len(x) // 2), len(x) // 2 + 1)
    kernel = np.exp(-0.5 * (offsets / max(float(width), 1.5 * step)) ** 2)
    edges = np.append(x - step / 2, x[-1] + step / 2)
    counts = np.histogram(values, edges)[0]
    weights = kernel / (kernel.sum() * len(values) * step)
    return np.convolve(counts, weights, mode="same")
