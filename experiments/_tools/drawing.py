"""Pieces of figures that experiments share: courses of arms, and findings in rows."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

import sim
from experiments._tools.harness import Finding
from sim.figures import INK


def draw_bands(axes: Axes, study: sim.Study, variable: str, looks: Mapping[str, Any]) -> None:
    """Draw median and middle 90 % of bodies over time.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where they are drawn.
    study : sim.Study
        What is drawn.
    variable : str
        One of its variables.
    looks : mapping
        Of each arm to draw, its colour and its line style.
    """
    for arm, (colour, dashes) in looks.items():
        bands = study.bands(variable, arm)
        axes.fill_between(bands.index, bands["p5"], bands["p95"], color=colour, alpha=0.12, lw=0.0)
        axes.plot(bands.index, bands["p50"], color=colour, ls=dashes, lw=1.3, label=arm)


def draw_findings(
    axes: Axes, findings: Mapping[str, Finding], *, label: str = "", below: float = 0.0, **mark: Any
) -> None:
    """Draw estimates with their intervals in rows, from the top down.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where they are drawn. Its y axis names the rows.
    findings : mapping
        What to draw, by name, in the unit of the x axis.
    label : str
        What the legend says of them.
    below : float
        How far below the middle of its row each is drawn; rows are one apart.
    **mark
        How the marks look, if not as ink-black dots.
    """
    look = {"color": INK, "marker": "o", "ms": 4.0, "ls": "none", **mark}
    for row, (found, _) in enumerate(findings.values()):
        axes.plot([found.low, found.high], [row + below] * 2, color=look["color"], lw=1.2)
    rows = [row + below for row in range(len(findings))]
    axes.plot([found.estimate for found, _ in findings.values()], rows, label=label or None, **look)
    axes.set(yticks=range(len(findings)), yticklabels=list(findings), ylim=(len(findings) - 0.5, -0.5))
    axes.tick_params(axis="y", length=0.0)
