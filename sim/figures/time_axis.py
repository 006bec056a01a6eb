"""The time axis that the panels of a figure share."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from sim.figures.style import VERMILION
from sim.quantities.units import HOURS_PER_DAY

_MAX_DAYS_IN_HOURS: Final = 2.0
"""Longest run whose time axis is in hours [day]."""


class TimeAxis(NamedTuple):
    """A time axis in hours or days. Its end and all times are in its unit.

    ``limit`` is when a limit of survival was crossed, if it was.
    """

    unit: str
    per_day: float
    end: float
    changes: tuple[float, ...] = ()
    limit: float | None = None

    @classmethod
    def of(cls, days: float, changes: Iterable[float] = (), limit: float | None = None) -> "TimeAxis":
        """Make the axis of a run of some days.

        Parameters
        ----------
        days : float
            Its length [day].
        changes : iterable of float
            Times at which something changes [h].
        limit : float, optional
            When a limit of survival was crossed [h].
        """
        unit, per_day = ("h", HOURS_PER_DAY) if days <= _MAX_DAYS_IN_HOURS else ("day", 1.0)
        moments = (hours / HOURS_PER_DAY for hours in changes)
        return cls(
            unit=unit,
            per_day=per_day,
            end=days * per_day,
            changes=tuple(t * per_day for t in moments if t < days),
            limit=None if limit is None else limit / HOURS_PER_DAY * per_day,
        )

    def label(self, days: float) -> str:
        """Write a time."""
        value = round(days * self.per_day, 1)
        return f"day {value:g}" if self.unit == "day" else f"{value:g} {self.unit}"

    def prepare(self, axes: Axes, *, last: bool, ticks: int = 8) -> None:
        """Set up axes over time, a dotted line at each change; only the last axes are labelled."""
        axes.set_xlim(0.0, self.end)
        axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 3, 5, 6, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.tick_params(axis="x", labelbottom=last)
        if last:
            axes.set_xlabel(f"time ({self.unit})")
        self.mark_changes(axes, 0.6)
        if self.limit is not None:
            axes.axvline(self.limit, color=VERMILION, linewidth=1.0, zorder=0.6)

    def mark_changes(self, axes: Axes, linewidth: float) -> None:
        """Draw a dotted line at each change."""
        # One artist for all of them: a condition can have thousands, and Matplotlib's time to add a line
        # grows with the number of those that are there.
        lines = LineCollection(
            [[(change, 0.0), (change, 1.0)] for change in self.changes],
            colors="0.6",
            linewidths=linewidth,
            linestyles=[(0, (1, 2))],
            zorder=0.5,
            transform=axes.get_xaxis_transform(),
        )
        axes.add_collection(lines, autolim=False)
