"""Recorded rows as the readers of variables see them; see :mod:`sim.variables`.

Each part is computed when a reader first asks for it and kept for the others. :func:`needs_of` finds out
what readers ask for, before the first row.
"""

from functools import cached_property, lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.parameters import Parameters
from sim.physiology.body_state import BodyConstants, BodyState, ionised_calcium
from sim.physiology.clinical_signs import arterial_pressure, excitability, qt_interval
from sim.physiology.fluid import Fluid
from sim.quantities.units import HOURS_PER_DAY
from sim.tissue.audit import Audit, Totals, audit_of, totals_of
from sim.tissue.contents import CellContents
from sim.tissue.raw_row import FIRST_PERCENTILE, MEAN, N_HEAD, SD, RowForm, RowHead, read_head, row_form
from sim.tissue.tissue import Tissue
from sim.variables.variable import PERCENTILES, Reader

Array = NDArray[np.float64]


class Origin(NamedTuple):
    """What does not change while a tissue is recorded."""

    parameters: Parameters
    body_constants: BodyConstants
    start: Totals
    """Amounts in the whole body at the start [mmol]."""
    healthy_smooth_muscle_na: float
    """Mean Na of vascular smooth muscle in health [mM]."""


def origin_of(tissue: Tissue) -> Origin:
    """Origin of the rows of a tissue and of its branches."""
    return Origin(
        parameters=tissue.parameters,
        body_constants=tissue.body_constants,
        start=tissue.totals_at_start,
        healthy_smooth_muscle_na=tissue.healthy_smooth_muscle_na,
    )


class Rows(Protocol):
    """Rows of one tissue, by columns."""

    @property
    def origin(self) -> Origin:
        """What does not change from row to row."""

    @property
    def head(self) -> RowHead:
        """What every row begins with, as columns."""

    def contents(self) -> CellContents:
        """Return the contents of all cells, as columns."""

    def rates_at_start(self) -> BodyState:
        """Return rates of change of the body in the first row [per h]."""

    def statistic(self, cell_type: str, variable: str, place: int) -> Any:
        """Return a statistic of the cells of a type by its place, as a column."""


class RecordedRows:
    """Rows that were written.

    Parameters
    ----------
    raw : (rows, numbers) array
        The rows.
    form : RowForm
        What they contain.
    origin : Origin
        Of the tissue.
    rates : BodyState, optional
        Rates of change of the body in the first row, if flows are needed.
    """

    def __init__(self, raw: Array, form: RowForm, origin: Origin, rates: BodyState | None) -> None:
        self._columns, self._form, self._rates = raw.T, form, rates
        self.origin = origin

    @cached_property
    def head(self) -> RowHead:
        """What every row begins with, as columns."""
        return read_head(self._columns)

    def contents(self) -> CellContents:
        """Return the contents of all cells, as columns."""
        return self.head.contents

    def rates_at_start(self) -> BodyState:
        """Return rates of change of the body in the first row [per h]."""
        assert self._rates is not None, "nothing asked for flows before the first row"
        return self._rates

    def statistic(self, cell_type: str, variable: str, place: int) -> Any:
        """Return a statistic of the cells of a type by its place, as a column."""
        return self._columns[self._form.places[cell_type, variable] + place]


class Needs(NamedTuple):
    """What rows must contain for some readers: their form, and whether rates at the start."""

    form: RowForm
    rates: bool


class _NotedRows:
    """One row of NaN, which notes what of it is read."""

    def __init__(self) -> None:
        parameters = Parameters()
        self._nan = np.full((N_HEAD, 1), np.nan)
        self.origin = Origin(
            parameters=parameters,
            body_constants=BodyConstants(*np.full(len(BodyConstants._fields), np.nan)),
            start=Totals(*np.full(len(Totals._fields), np.nan)),
            healthy_smooth_muscle_na=np.nan,
        )
        self.head: RowHead = read_head(self._nan)
        self.reads_contents = self.reads_rates = False
        self.statistics: dict[tuple[str, str], set[int]] = {}

    def contents(self) -> CellContents:
        self.reads_contents = True
        return self.head.contents

    def rates_at_start(self) -> BodyState:
        self.reads_rates = True
        return read_head(self._nan[:, 0].tolist()).body

    def statistic(self, cell_type: str, variable: str, place: int) -> Any:
        self.statistics.setdefault((cell_type, variable), set()).add(place)
        return self._nan[0]


@lru_cache(maxsize=64)
def needs_of(readers: tuple[Reader, ...]) -> Needs:
    """Find what rows must contain, by reading a row that notes it."""
    rows = _NotedRows()
    now = RecordedObservation(rows)
    for read in readers:
        read(now)
    return Needs(form=row_form(rows.reads_contents, rows.statistics), rates=rows.reads_rates)


class TypeStatistics:
    """Statistics of the cells of a type; see :class:`sim.variables.observation.Cells`."""

    def __init__(self, rows: Rows, cell_type: str) -> None:
        self._rows, self._type = rows, cell_type

    def mean(self, variable: str) -> Any:
        """Return the mean of a variable; NaN if there are no cells."""
        return self._rows.statistic(self._type, variable, MEAN)

    def sd(self, variable: str) -> Any:
        """Return the standard deviation of a variable; NaN if there are no cells."""
        return self._rows.statistic(self._type, variable, SD)

    def percentile(self, variable: str, percent: int) -> Any:
        """Return a percentile of a variable; NaN if there are no cells."""
        place = FIRST_PERCENTILE + PERCENTILES.index(percent)
        return self._rows.statistic(self._type, variable, place)


class RecordedSigns:
    """Clinical signs; see :class:`sim.variables.observation.Signs`."""

    def __init__(self, now: "RecordedObservation") -> None:
        self._now = now

    @property
    def pressure(self) -> Any:
        """Mean arterial pressure [mmHg]."""
        now = self._now
        na = now.cells("smooth_muscle").mean("na_in")
        healthy_na = now.rows.origin.healthy_smooth_muscle_na
        return arterial_pressure(now.fluid.volume, na, healthy_na, now.parameters)

    @property
    def qtc(self) -> Any:
        """QTc [ms]."""
        now = self._now
        return qt_interval(now.plasma("k"), now.plasma_total("mg"), now.plasma("ca"), now.parameters)

    def margin(self, cell_type: str) -> Any:
        """Return threshold minus mean membrane potential of muscle or heart cells [mV]."""
        now = self._now
        potential = now.cells(cell_type).mean("potential")
        return excitability(cell_type, potential, now.plasma("mg"), now.plasma("ca"), now.parameters)


class RecordedObservation:
    """Recorded rows; see :class:`sim.variables.observation.Observation`.

    Parameters
    ----------
    rows : Rows
        The rows.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.parameters = rows.origin.parameters
        self.fluid: Fluid = rows.head.fluid
        self.body: BodyState = rows.head.body

    @property
    def signs(self) -> RecordedSigns:
        """Clinical signs."""
        return RecordedSigns(self)  # Not kept: a circle of references would outlive the table.

    @cached_property
    def totals(self) -> Totals:
        """Amounts in the whole body [mmol]."""
        return totals_of(self.rows.contents(), self.body)

    @cached_property
    def audit(self) -> Audit:
        """Relative imbalances [1]."""
        head, origin = self.rows.head, self.rows.origin
        return audit_of(
            origin.start,
            self.totals,
            head.added,
            self.body,
            self.rows.contents().water,
            self.parameters.body,
            origin.body_constants,
            head.edits,
        )

    @cached_property
    def _ionised_calcium(self) -> Any:
        return ionised_calcium(self.body, self.fluid.volume, self.parameters.body)

    def cells(self, cell_type: str) -> TypeStatistics:
        """Return the cells of a type."""
        return TypeStatistics(self.rows, cell_type)

    def plasma(self, ion: str) -> Any:
        """Return the ionised plasma concentration of an ion [mM]."""
        if ion == "ca":
            return self._ionised_calcium
        if ion in Fluid._fields:
            return getattr(self.fluid, ion)
        return getattr(self.body.ecf, ion) / self.fluid.volume  # An ion that cells do not respond to.

    def plasma_total(self, ion: str) -> Any:
        """Return the plasma concentration of Mg or Ca in all forms, in their normal proportions [mM]."""
        p = self.parameters.body
        ionised, complexed, bound = (
            getattr(p, f"plasma_{ion}_{form}") for form in ("ionised", "complexed", "bound")
        )
        return self.plasma(ion) * (ionised + complexed + bound) / ionised

    def flow(self, route: str, ion: str) -> Any:
        """Return intake, urine or stool of an ion, the mean since the row before [mmol/day]."""
        total = getattr(getattr(self.body, route), ion)
        flows = np.empty(total.shape)
        flows[0] = getattr(getattr(self.rows.rates_at_start(), route), ion) * HOURS_PER_DAY
        flows[1:] = np.diff(total) / (np.diff(self.rows.head.time) / HOURS_PER_DAY)
        return flows
