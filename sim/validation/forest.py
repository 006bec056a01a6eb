"""Forest plot of a validation: where the model lies in the accepted band of every target."""

from collections.abc import Sequence
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.page import Page
from sim.figures.style import BLUE, EXPECTED, INK, STYLE, VERMILION
from sim.validation.verdicts import Verdict

_EDGE: Final = 3.0
"""Distances beyond this many half bands are drawn as an arrow at the edge."""
_ROW_INCHES: Final = 0.155
_HEAD_INCHES: Final = 0.9
_WIDTH_INCHES: Final = 8.27
_COLUMNS: Final = {"what": 0.02, "published": 0.645, "model": 0.785, "source": 0.845}
"""Left edges of the columns of text, as fractions of the width."""


def forest_plot(verdicts: Sequence[Verdict]) -> Figure:
    """Draw one line for each target, by groups.

    Parameters
    ----------
    verdicts : sequence of Verdict
        From :func:`sim.validation.verdicts.validate`.

    Returns
    -------
    matplotlib.figure.Figure
        A portrait page; the accepted band reaches from −1 to 1, and 0 is the published value.
    """
    groups = list(dict.fromkeys(verdict.target.group for verdict in verdicts))
    lines = len(verdicts) + 2 * len(groups)
    height = _HEAD_INCHES + _ROW_INCHES * lines
    with rc_context(STYLE):
        page = Page(figsize=(_WIDTH_INCHES, height))
        bottom, top = 0.4 / height, 1.0 - (_HEAD_INCHES - 0.4) / height
        axes = page.add_axes((0.43, bottom, 0.19, top - bottom))
        _prepare(axes, lines)
        met = sum(verdict.met for verdict in verdicts)
        heading = f"{met} of {len(verdicts)} targets within their bands"
        page.text(_COLUMNS["what"], 1.0 - 0.22 / height, heading, fontsize=10, weight="bold")
        for name, text in (("published", "published"), ("model", "model"), ("source", "source")):
            page.text(_COLUMNS[name], top, text, fontsize=6.5, weight="bold", va="bottom")
        row = 0
        for group in groups:
            row += 1
            _write(axes, row, "what", f"Targets: {group}", weight="bold")
            for verdict in (v for v in verdicts if v.target.group == group):
                row += 1
                _draw(axes, row, verdict)
            row += 1
        page.draw_without_rendering()
    return page


def _prepare(axes: Axes, lines: int) -> None:
    """Draw the accepted band and the axis below it."""
    axes.set(xlim=(-_EDGE - 0.2, _EDGE + 0.2), ylim=(lines, 0.0), yticks=[])
    axes.axvspan(-1.0, 1.0, color=EXPECTED, lw=0)
    axes.axvline(0.0, color="0.6", lw=0.7)
    axes.spines["left"].set_visible(False)
    axes.set_xticks(range(-3, 4))
    axes.set_xlabel("distance from the published value [half bands]")


def _draw(axes: Axes, row: int, verdict: Verdict) -> None:
    """Draw one target with its text: a dot in the band, a ring or an arrow outside it."""
    target, met = verdict.target, verdict.met
    colour = BLUE if met else VERMILION
    if verdict.model != verdict.model:
        axes.text(0.0, row - 0.5, "not reached", fontsize=5.6, ha="center", va="center", color=colour)
    shown = min(_EDGE, max(-_EDGE, verdict.distance))
    beyond = ">" if verdict.distance > _EDGE else "<" if verdict.distance < -_EDGE else "o"
    axes.plot(
        shown,
        row - 0.5,
        beyond,
        ms=4.5,
        mec=colour,
        mfc=colour if met else "white",
        mew=1.1,
        clip_on=False,
    )
    unit = "" if target.unit == "1" else f" [{target.unit}]"
    _write(axes, row, "what", f"{target.what}{unit}")
    _write(axes, row, "published", target.published)
    model, weight = f"{verdict.model:.3g}".replace("-", "−"), "normal" if met else "bold"
    _write(axes, row, "model", model, color=colour, weight=weight)
    _write(axes, row, "source", target.source.key)


def _write(axes: Axes, row: int, column: str, text: str, **style: Any) -> None:
    """Write text in a column at the height of a row."""
    page = axes.figure
    x = axes.get_position()
    low, high = x.y0, x.y1
    y = high - (high - low) * (row - 0.5) / axes.get_ylim()[0]
    page.text(_COLUMNS[column], y, text, fontsize=5.6, va="center", **{"color": INK, **style})
