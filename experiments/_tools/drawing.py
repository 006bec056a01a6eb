"""Elements of figures that experiments share: time courses of arms, and findings in rows."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

import sim
from experiments._tools.harness import Finding
from sim.figures import INK


def draw_bands(axes: Axes, study: sim.Study, variable: str, styles: Mapping[str, Any]) -> None:
    """Draw median and central 90 % of replicates over time.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes to draw into.
    study : sim.Study
        Study to draw.
    variable : str
        One of its variables.
    styles : mapping
        Colour and line style by arm.
    """
    for arm, (colour, line) in styles.items():
        bands = study.bands(variable, arm)
        axes.fill_between(bands.index, bands["p5"], bands["p95"], color=colour, alpha=0.12, lw=0.0)
        axes.plot(bands.index, bands["p50"], color=colour, ls=line, lw=1.3, label=arm)


def draw_findings(
    axes: Axes, findings: Mapping[str, Finding], *, label: str = "", offset: float = 0.0, **marker: Any
) -> None:
    """Draw estimates with their intervals in rows, from the top down.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Axes to draw into; the y axis gets the names as labels.
    findings : mapping
        Findings by name, in the unit of the x axis.
    label : str
        Label in the legend.
    offset : float
        Downward offset from the centre of each row; rows are 1 apart.
    **marker
        Properties of the markers, black dots by default.
    """
    style = {"color": INK, "marker": "o", "ms": 4.0, "ls": "none", **marker}
    for row, (found, _) in enumerate(findings.values()):
        axes.plot([found.low, found.high], [row + offset] * 2, color=style["color"], lw=1.2)
    rows = [row + offset for row in range(len(findings))]
    axes.plot([found.estimate for found, _ in findings.values()], rows, label=label or None, **style)
    axes.set(yticks=range(len(findings)), yticklabels=list(findings), ylim=(len(findings) - 0.5, -0.5))
    axes.tick_params(axis="y", length=0.0)
