"""Whether a simulated body could live: its plasma levels against the limits of survival."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.layout import flattened
from sim.parameters import BodyParameters
from sim.parameters.survival import SURVIVAL_LIMITS, SurvivalLimit
from sim.physiology.body_state import BodyState, fluid_of, ionised_calcium, read_body
from sim.physiology.fluid import Fluid
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.recorder import Recorder
from sim.simulation.schedule import Schedule
from sim.tissue.tissue import Tissue

Array = NDArray[np.float64]

NOT_SURVIVABLE = "not survivable"
"""Begin of the outcome of a run that reached its end beyond a limit."""
FINISHED = "finished"
"""Outcome of a run that reached its end within all limits."""

PRESSURE_IS_SAFE = (0.7, 1.5)
"""Extracellular volume over normal within which pressure cannot leave its limits.

It is proportional to volume, and the tone of vessels changes it by less than a half. Finding that tone
costs more than all other limits together, so it is found outside this range only.
"""
PRESSURE_IS_FAR = (0.75, 1.4)
"""Extracellular volume over normal with which pressure is safe for another day."""


class Crossing(NamedTuple):
    """A limit that was crossed: variable, limit in words ("plasma K above 9 mM"), and when [day]."""

    variable: str
    limit: str
    day: float

    def __str__(self) -> str:
        return f"{self.limit} from day {_brief(self.day)}"

    def to_provenance(self) -> dict[str, str | float]:
        """The crossing as JSON holds it, with its sentence."""
        return {**self._asdict(), "text": str(self)}


class SurvivalMonitor:
    """Watches a tissue after each step and keeps which limits it has crossed, in order of time."""

    def __init__(self) -> None:
        self.crossings: list[Crossing] = []
        self._pressure_is_far: bool | None = None  # Until it is known.

    def branch(self) -> "SurvivalMonitor":
        """Return a monitor that continues from here on its own."""
        other = SurvivalMonitor()
        other.crossings, other._pressure_is_far = [*self.crossings], self._pressure_is_far
        return other

    def advance(self, schedule: Schedule, hours: float, after: Callable[[], None]) -> None:
        """Let a schedule take steps until a time, and watch the tissue.

        Parameters
        ----------
        schedule : Schedule
            Of the tissue.
        hours : float
            The time [h].
        after : callable
            Called after each step or after several.
        """
        tissue = schedule.tissue
        if self._pressure_is_far is None:
            self._note_volume(tissue, tissue.fluid.volume)

        def check_now() -> None:
            self.check(tissue)
            after()

        def check_course(times: Sequence[float], bodies: Array) -> None:
            self.check_course(tissue, times, bodies)
            after()

        if self._pressure_is_far:
            schedule.advance_until(hours, watch=check_course)
        else:
            schedule.advance_until(hours, check_now)

    def check(self, tissue: Tissue) -> None:
        """Compare the present state of a tissue with all limits."""
        self.check_course(tissue, [tissue.time], flattened(tissue.body)[np.newaxis])

    def check_course(self, tissue: Tissue, times: Sequence[float], bodies: Array) -> None:
        """Compare states of the body of a tissue with all limits.

        Parameters
        ----------
        tissue : Tissue
            At the last of the times, or later.
        times : sequence of float
            Of the states [h], in order.
        bodies : (times, body) array
            The states. Pressure, which depends on cells too, is checked of the present one only.
        """
        p = tissue.parameters.body
        body = read_body(bodies.T)
        fluid = fluid_of(body, tissue.control, p, tissue.body_constants)
        values = _levels(body, fluid, p)
        for place in np.flatnonzero(_is_outside(values)).tolist():
            day = times[place] / HOURS_PER_DAY
            self.compare(day, {name: float(value[place]) for name, value in values.items()})
        volume = float(np.asarray(fluid.volume)[-1])
        low, high = PRESSURE_IS_SAFE
        if not low < volume / p.ecf_volume < high and tissue.time == times[-1]:
            now = Recorder(["pressure"], n_rows=1)
            now.record(tissue)
            self.compare(tissue.time / HOURS_PER_DAY, {"pressure": now.latest("pressure")})
        self._note_volume(tissue, volume)

    def _note_volume(self, tissue: Tissue, volume: float) -> None:
        """Note whether pressure is safe for another day with an extracellular volume [L]."""
        low, high = PRESSURE_IS_FAR
        self._pressure_is_far = low < volume / tissue.parameters.body.ecf_volume < high

    def compare(self, day: float, values: Mapping[str, float]) -> None:
        """Note which limits values cross for the first time.

        Parameters
        ----------
        day : float
            When [day].
        values : mapping
            By variable; those without a limit are ignored.
        """
        for limit in SURVIVAL_LIMITS:
            value = values.get(limit.variable)
            if value is not None and not limit.low <= value <= limit.high:
                known = {crossing.limit for crossing in self.crossings}
                new = (clause for clause in _violations(limit, value) if clause not in known)
                self.crossings += [Crossing(limit.variable, clause, day) for clause in new]

    @property
    def outcome(self) -> str:
        """Outcome of a run that has reached its end."""
        return f"{NOT_SURVIVABLE}: {self.crossings[0]}" if self.crossings else FINISHED


def is_finished(outcome: str) -> bool:
    """Whether an outcome is that of a simulation that reached its end, be it survivable or not."""
    return outcome == FINISHED or outcome.startswith(NOT_SURVIVABLE)


def _violations(limit: SurvivalLimit, value: float) -> Iterator[str]:
    """Bounds that a value is beyond, in words."""
    if value < limit.low:
        yield f"{limit.meaning} below {limit.low:g} {limit.unit}"
    if value > limit.high:
        yield f"{limit.meaning} above {limit.high:g} {limit.unit}"


def _levels(body: BodyState, fluid: Fluid, p: BodyParameters) -> dict[str, Array]:
    """What limits are set to and depends on the body alone, in some states of it."""
    mg_total = p.plasma_mg_ionised + p.plasma_mg_complexed + p.plasma_mg_bound
    levels: dict[str, Any] = {
        "plasma_na": fluid.na,
        "plasma_k": fluid.k,
        "plasma_hco3": fluid.hco3,
        "plasma_mg": fluid.mg * mg_total / p.plasma_mg_ionised,
        "plasma_ca_ionised": ionised_calcium(body, fluid.volume, p),
        "osmolality": fluid.osmolality,
    }
    return levels


def _is_outside(levels: Mapping[str, Array]) -> NDArray[np.bool_]:
    """Whether any level is beyond a limit, by state."""
    outside = [
        (levels[limit.variable] < limit.low) | (levels[limit.variable] > limit.high)
        for limit in SURVIVAL_LIMITS
        if limit.variable in levels
    ]
    anywhere: NDArray[np.bool_] = np.any(outside, axis=0)
    return anywhere


def _brief(day: float) -> str:
    """Write a day with at most two decimals."""
    return f"{day:.2f}".rstrip("0").rstrip(".")
