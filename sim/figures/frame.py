"""What the pages of a run share: size, heading, colours of ions, and lanes of interventions."""

from collections.abc import Mapping
from itertools import islice
from textwrap import shorten
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.conditions.condition import Condition
from sim.figures.style import BLUE, FAINT, GREEN, INK, VERMILION
from sim.figures.time_axis import TimeAxis
from sim.quantities.ions import MAGNESIUM, POTASSIUM, SODIUM
from sim.quantities.units import HOURS_PER_DAY
from sim.text import printable

A4: Final = (11.69, 8.27)
ION_COLOURS: Final = {POTASSIUM: VERMILION, SODIUM: BLUE, MAGNESIUM: GREEN}

Spans = list[tuple[float, float]]
"""Start and length of each period of an intervention."""

LANE_INCHES: Final = 0.17
BAND_INCHES: Final = 1.6
"""Height of a lane, and maximum height of all lanes."""
MAX_LANES: Final = 40
"""Lanes that can be read; of more interventions, the first are drawn and the others counted."""
_EVENT: Final = "0.82"
_LETTER: Final = 0.0175
"""Width of a letter over the width of the time axis."""


def heading(page: Figure, condition: Condition, recorded: float, note: str) -> None:
    """Write condition, end of the record [day] if it is early, and a note at the top of a page."""
    height = page.get_figheight()
    parts = [condition.name]
    planned = condition.duration / HOURS_PER_DAY
    if recorded < planned * (1.0 - 1e-9):
        parts.append(f"recorded until day {recorded:.4g} of {planned:g}")
    if condition.without:
        parts.append("without " + ", ".join(condition.without))
    title = shorten(printable(condition.title or condition.name), 105, placeholder=" …")
    subtitle = shorten(" · ".join([*parts, note]), 205, placeholder=" …")
    page.text(0.012, 1.0 - 0.14 / height, title, size=13, weight="bold", va="top", color=INK)
    page.text(0.012, 1.0 - 0.43 / height, subtitle, size=8.0, va="top", color=FAINT)


def mark_survival(page: Figure, provenance: Mapping[str, Any]) -> None:
    """Write at the top of a page which limit of survival a run has crossed, if any."""
    crossings = provenance.get("survival") or ()
    if crossings:
        text = f"Not survivable: {crossings[0]['text']}"
        place = (0.988, 1.0 - 0.02 / page.get_figheight())
        page.text(*place, text, size=8.0, weight="bold", ha="right", va="top", color=VERMILION)


def crossed_at(provenance: Mapping[str, Any]) -> float | None:
    """When a run first crossed a limit of survival [h]; None if it never did."""
    crossings = provenance.get("survival") or ()
    return float(crossings[0]["day"]) * HOURS_PER_DAY if crossings else None


def lanes_of(condition: Condition, time_axis: TimeAxis) -> dict[str, Spans]:
    """Return the periods of interventions within the time axis, as (start, length) by label."""
    lanes: dict[str, Spans] = {}
    for hours, until, label in condition.events():
        start, stop = (t / HOURS_PER_DAY * time_axis.per_day for t in (hours, until))
        if start < time_axis.end:
            lanes.setdefault(label, []).append((start, min(stop, time_axis.end) - start))
    return lanes


def draw_events(axes: Axes, lanes: Mapping[str, Spans], time_axis: TimeAxis) -> None:
    """Draw a lane for each intervention."""
    axes.set_title("Interventions")
    axes.set_axis_off()
    if not lanes:
        axes.text(0.0, 0.0, "none", va="center", style="italic", color=FAINT)
    if (more := len(lanes) - MAX_LANES) > 0:
        lanes = dict(islice(lanes.items(), MAX_LANES)) | {f"and {more} more": []}
    axes.set(xlim=(0.0, time_axis.end), ylim=(max(1, len(lanes)) - 0.5, -0.5))
    size = min(7.0, 7.0 * BAND_INCHES / (LANE_INCHES * max(1, len(lanes))))
    for lane, (label, spans) in enumerate(lanes.items()):
        axes.broken_barh(spans, (lane - 0.41, 0.82), color=_EVENT, linewidth=0.0)
        place = _beside(label, spans, time_axis.end)
        axes.text(y=lane, s=label, va="center_baseline", size=size, color=INK, **place)


def _beside(label: str, spans: Spans, end: float) -> dict[str, Any]:
    """Place a label inside the first bar of a lane if it fits, else before it or after the last bar."""
    if not spans:
        return {"x": 0.0, "ha": "left"}
    (start, length), stop = spans[0], sum(spans[-1])
    width, gap = _LETTER * len(label) * end, 0.5 * _LETTER * end
    if width < length:
        return {"x": start + gap, "ha": "left"}
    if width < start:
        return {"x": start - gap, "ha": "right"}
    if width < end - stop:
        return {"x": stop + gap, "ha": "left"}
    halo = withStroke(linewidth=2.0, foreground="white")
    return {"x": start + gap, "ha": "left", "path_effects": [halo]}
