"""A tissue at a moment, as the readers of recorded variables see it; see :mod:`sim.variables`.

Each part is computed when a reader first asks for it and kept for the others, so a row costs what its
variables need.
"""

from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.parameters import CELL_TYPES, Parameters
from sim.physiology.body_state import BodyState
from sim.physiology.cell_state import CellState, CellTraits, Membrane
from sim.physiology.clinical_signs import arterial_pressure, excitability, qt_interval
from sim.physiology.fluid import Fluid
from sim.quantities.units import HOURS_PER_DAY
from sim.tissue.audit import Audit, Totals
from sim.tissue.tissue import Tissue
from sim.variables.table import PER_CELL
from sim.variables.variable import PERCENTILES


class TissueCells:
    """Cells of a tissue now, of one type or of all; see :class:`sim.variables.observation.Cells`."""

    def __init__(self, tissue: Tissue, cell_type: str | None = None) -> None:
        self._tissue = tissue
        self._kinds = () if cell_type is None else (CELL_TYPES.index(cell_type),)
        self._slice = tissue.slices()[self._kinds[0]] if self._kinds else slice(None)
        self._values: dict[str, NDArray[Any]] = {}
        self._percentiles: dict[str, dict[int, float]] = {}

    @property
    def types(self) -> Any:
        """Type of each cell."""
        codes = np.repeat(np.arange(len(CELL_TYPES)), self._tissue.counts)[self._slice]
        return pd.Categorical.from_codes(codes, pd.Index(CELL_TYPES))

    @cached_property
    def membrane(self) -> Any:
        """Concentrations, potential and fluxes."""
        return Membrane(*self._tissue.observe(*self._kinds))

    @cached_property
    def traits(self) -> Any:
        """Traits with fluctuation."""
        traits: dict[str, Any] = self._tissue.traits_now()
        return CellTraits(**{name: values[self._slice] for name, values in traits.items()})

    @cached_property
    def state(self) -> Any:
        """State."""
        return CellState(*self._tissue.cells[:, self._slice])

    def values(self, variable: str) -> NDArray[Any]:
        """Return a variable of :data:`~sim.variables.table.PER_CELL`."""
        if variable not in self._values:
            self._values[variable] = PER_CELL[variable].read(self)
        return self._values[variable]

    def mean(self, variable: str) -> float:
        """Return the mean of a variable; NaN if there are no cells."""
        values = self.values(variable)
        return float(np.mean(values)) if values.size else float("nan")

    def sd(self, variable: str) -> float:
        """Return the standard deviation of a variable; NaN if there are no cells."""
        values = self.values(variable)
        return float(np.std(values)) if values.size else float("nan")

    def percentile(self, variable: str, percent: int) -> float:
        """Return a percentile of a variable; NaN if there are no cells."""
        if variable not in self._percentiles:  # All of them cost little more than one.
            values = self.values(variable)
            found = np.percentile(values, PERCENTILES).tolist() if values.size else repeat(float("nan"))
            self._percentiles[variable] = dict(zip(PERCENTILES, found, strict=False))
        return self._percentiles[variable][percent]


class TissueSigns:
    """Clinical signs of an observed tissue; see :class:`sim.variables.observation.Signs`."""

    def __init__(self, now: "TissueObservation") -> None:
        self._now = now

    @property
    def pressure(self) -> float:
        """Mean arterial pressure [mmHg]."""
        now = self._now
        na = now.cells("smooth_muscle").mean("na_in")
        resting_na = now.tissue.healthy_smooth_muscle_na
        return arterial_pressure(now.fluid.volume, na, resting_na, now.parameters)

    @property
    def qtc(self) -> float:
        """QTc [ms]."""
        now = self._now
        return qt_interval(now.plasma("k"), now.plasma_total("mg"), now.plasma("ca"), now.parameters)

    def margin(self, cell_type: str) -> float:
        """Return threshold minus mean membrane potential of muscle or heart cells [mV]."""
        now = self._now
        potential = now.cells(cell_type).mean("potential")
        return excitability(cell_type, potential, now.plasma("mg"), now.plasma("ca"), now.parameters)


class MeanFlows:
    """Intake, urine and stool of each ion between successive rows, from running totals of the body."""

    def __init__(self) -> None:
        self._last: tuple[float, dict[tuple[str, str], float]] | None = None

    def copy(self) -> "MeanFlows":
        """Return flows that continue from the same last row on their own."""
        other = MeanFlows()
        other._last = self._last  # Never changed, only replaced.
        return other

    def until(self, now: "TissueObservation") -> dict[tuple[str, str], float]:
        """Return means since the last call [mmol/day] by route and ion; first, those of the moment."""
        last, time, totals = self._last, now.tissue.time, _running_totals(now.body)
        self._last = time, totals
        if last is None:
            rates = _running_totals(now.tissue.body_rates())
            return {key: rate * HOURS_PER_DAY for key, rate in rates.items()}
        days = (time - last[0]) / HOURS_PER_DAY
        return {key: (total - last[1][key]) / days for key, total in totals.items()}


def _running_totals(body: BodyState) -> dict[tuple[str, str], float]:
    """Total of each flow so far [mmol], or of rates its present value [mmol/h], by route and ion."""
    routes = {"intake": body.intake, "urine": body.urine, "stool": body.stool}
    return {(route, ion): x for route, amounts in routes.items() for ion, x in amounts._asdict().items()}


class TissueObservation:
    """A tissue at a moment; see :class:`sim.variables.observation.Observation`.

    Parameters
    ----------
    tissue : Tissue
        The tissue, which must not advance while it is observed.
    mean_flows : MeanFlows
        Flows up to the row before.
    """

    def __init__(self, tissue: Tissue, mean_flows: MeanFlows) -> None:
        self.tissue = tissue
        self.parameters: Parameters = tissue.parameters
        self._mean_flows = mean_flows
        self._cells: dict[str, TissueCells] = {}

    @property
    def signs(self) -> TissueSigns:
        """Clinical signs."""
        return TissueSigns(self)  # Not kept: a circle of references would outlive the row.

    @cached_property
    def fluid(self) -> Fluid:
        """Extracellular fluid."""
        return self.tissue.fluid

    @cached_property
    def body(self) -> BodyState:
        """State of the body."""
        return self.tissue.body

    @cached_property
    def totals(self) -> Totals:
        """Amounts in the whole body [mmol]."""
        return self.tissue.totals()

    @cached_property
    def audit(self) -> Audit:
        """Relative imbalances [1]."""
        return self.tissue.audit()

    @cached_property
    def _ionised_calcium(self) -> float:
        return self.tissue.ionised_calcium

    @cached_property
    def _flows(self) -> dict[tuple[str, str], float]:
        return self._mean_flows.until(self)

    def cells(self, cell_type: str) -> TissueCells:
        """Return the cells of a type."""
        if cell_type not in self._cells:
            self._cells[cell_type] = TissueCells(self.tissue, cell_type)
        return self._cells[cell_type]

    def plasma(self, ion: str) -> float:
        """Return the ionised plasma concentration of an ion [mM]."""
        if ion == "ca":
            return self._ionised_calcium
        if ion in Fluid._fields:
            return float(getattr(self.fluid, ion))
        return (
            float(getattr(self.body.ecf, ion)) / self.fluid.volume
        )  # An ion that cells do not respond to.

    def plasma_total(self, ion: str) -> float:
        """Return the plasma concentration of Mg or Ca in all forms, in their normal proportions [mM]."""
        p = self.parameters.body
        ionised, complexed, bound = (
            getattr(p, f"plasma_{ion}_{form}") for form in ("ionised", "complexed", "bound")
        )
        return float(self.plasma(ion) * (ionised + complexed + bound) / ionised)

    def flow(self, route: str, ion: str) -> float:
        """Return intake, urine or stool of an ion, the mean since the row before [mmol/day]."""
        return self._flows[route, ion]
