"""The style that figures share: type, colours, line styles, reference ranges, extents of axes.

It is that of a printed journal: small sans-serif type, no grid, grey for reference ranges and
interventions, a palette safe for colour-blind readers, and no meaning carried by colour alone.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from sim.variables.variable import Variable

EXPECTED: Final = "0.92"
"""Grey of reference ranges."""
INK: Final = "0.15"
"""Grey of lines and text."""
FAINT: Final = "0.35"
"""Grey of secondary text."""
BLUE: Final = "#0072B2"
"""Blue of the palette of Okabe and Ito."""
VERMILION: Final = "#D55E00"
"""Vermilion of the palette of Okabe and Ito."""
GREEN: Final = "#009E73"
"""Bluish green of the palette of Okabe and Ito."""
PURPLE: Final = "#CC79A7"
"""Reddish purple of the palette of Okabe and Ito."""
ORANGE: Final = "#E69F00"
"""Orange of the palette of Okabe and Ito."""
SKY: Final = "#56B4E9"
"""Sky blue of the palette of Okabe and Ito."""


class LineStyle(NamedTuple):
    """How a run or an arm is drawn, the same in every figure."""

    color: str
    linestyle: Any
    marker: str


LINE_STYLES: Final = (
    LineStyle(BLUE, "-", "o"),
    LineStyle(VERMILION, (0, (4, 1.5)), "s"),
    LineStyle(GREEN, (0, (1, 1)), "^"),
    LineStyle(PURPLE, (0, (6, 1.5, 1, 1.5)), "D"),
    LineStyle(ORANGE, (0, (3, 1, 1, 1, 1, 1)), "v"),
    LineStyle(SKY, (0, (9, 2)), "P"),
)
"""Styles of the first six runs or arms of a figure, in order."""

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
    "axes.prop_cycle": cycler(color=[style.color for style in LINE_STYLES]),
    "legend.frameon": False,
    "legend.borderpad": 0.0,
    "text.parse_math": False,
    "pdf.fonttype": 42,
}
"""Settings of matplotlib, for ``rc_context``."""


def shade(axes: Axes, variable: Variable, *, across: bool = False) -> None:
    """Shade the reference range of a variable, if it has one, on the y axis or across the x axis."""
    if np.isfinite([variable.low, variable.high]).all():
        span = axes.axvspan if across else axes.axhspan
        span(variable.low, variable.high, color=EXPECTED, linewidth=0.0, zorder=0.0)


def extent(values: ArrayLike, margin: float) -> tuple[float, float]:
    """Return limits of an axis that holds all finite values, with a margin [1] of their range."""
    flat = np.ravel(np.asarray(values, dtype=float))
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    reach = margin * (high - low)
    if reach <= 1e-9 * max(abs(low), abs(high)):  # No wider than rounding.
        reach = 0.05 * abs(low) or 1.0
    return low - reach, high + reach
