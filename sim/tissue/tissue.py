"""The tissue: all cells, their shared fluid and the body, advanced together. No framework."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy, deepcopy
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.errors import IntegrationError
from sim.laws.osmosis import cell_chloride, cell_osmoles
from sim.numerics.chebyshev import equations_of, integrator_of, new_workspace
from sim.numerics.records import record, records
from sim.numerics.step_control import (
    DONE,
    EVALUATIONS,
    NEGATIVE,
    Outcome,
    invalidate_spectral_radius,
    mark_discontinuity,
    new_memory,
)
from sim.parameters import CELL_TYPES, Parameters
from sim.parameters.inputs import Control
from sim.physiology.body import FIRST_TOTAL, healthy_body
from sim.physiology.body_state import BodyState, ionised_calcium
from sim.physiology.cell import (
    CellState,
    CellTraits,
    Fluid,
    Membrane,
    fluctuated,
)
from sim.physiology.cell_population import (
    N_STATES,
    SIZE,
    Fluctuation,
    Traits,
    allocate,
    draw_traits,
    edges_of,
    steady_population,
    uniform_traits,
)
from sim.physiology.kidney import Excretion
from sim.quantities.ions import CATIONS, MAGNESIUM
from sim.quantities.units import HOURS_PER_DAY
from sim.system.processors import usable_processors
from sim.tissue.audit import Audit, Totals, audit_of, totals_of
from sim.tissue.equations import (
    Array,
    Context,
    blocks_of,
    body_of,
    cells_of,
    excretion_of,
    kind_of,
    part_of_step,
    shared_fluid,
    tissue_rates,
)
from sim.tissue.initial_state import healthy_rest, segments_of, usual_control
from sim.tissue.membranes import membranes_of_type
from sim.tissue.stages import integrate_tissue
from sim.tissue.threads import threaded_equations

DEFAULT_TOLERANCE = 1e-5
THREADS_PAY_FROM = 20_000
"""Cells from which sharing them out among threads pays."""

BUFFERED = CellState._fields.index("buffered")
CHLORIDE_PLACE = Totals._fields.index("cl")
ECF_CL = BodyState._fields.index("ecf_cl")
OSMOLES = BodyState._fields.index("osmoles")


class Moment(NamedTuple):
    """Everything that changes while a tissue lives; what it was made from does not.

    ``clock`` holds time [h], draws, edits, and start and length [h] of the span of fluctuation.
    """

    y: Array
    traits: Traits
    memory: Array
    books: Array
    carry: Array
    start: Array
    added: Array
    control: Array
    clock: Array


class Tissue:
    """All cells, their shared fluid and the body.

    Parameters
    ----------
    n_cells : int
        Number of cells; each stands for a share of the body's cell water.
    parameters : Parameters
        Numbers of the model.
    seed, replicate : int
        Name the random streams; see :mod:`sim.numerics.random_streams`.
    heterogeneous : bool
        Whether cells differ. If not, all are the typical cell, the mean-field twin.
    noise : bool
        Whether :meth:`fluctuate` changes pump capacity and leak.
    tolerance : float
        Error of an integration step relative to each state of the body; that of a cell may be five
        times as large.
    threads : int, optional
        Threads for the cells; by default one below 20,000 cells, else all processors. Results do not
        depend on it.

    Attributes
    ----------
    time : float
        Since the start [h].
    y : (5 · cells + body,) array
        State.
    traits : (8, cells) array
        :class:`~sim.physiology.cell.CellTraits` of each cell, to seven digits.
    rest_cells : tuple of RestingCell
        Constants of the typical cell of each type.
    rest_body : RestingBody
        Constants of the body.
    resting_smooth_muscle_na : float
        Mean Na of vascular smooth muscle in health [mM].
    counts : list of int
        Number of cells of each type, in the order of :data:`~sim.parameters.CELL_TYPES` and of the
        cells.
    """

    def __init__(
        self,
        n_cells: int,
        *,
        parameters: Parameters | None = None,
        seed: int = 0,
        replicate: int = 0,
        heterogeneous: bool = True,
        noise: bool = True,
        tolerance: float = DEFAULT_TOLERANCE,
        threads: int | None = None,
    ) -> None:
        self.parameters = parameters or Parameters()
        self.seed, self.replicate, self.noise_replicate = seed, replicate, replicate
        self.heterogeneous = heterogeneous
        self.tolerance = tolerance
        self.noise = noise
        self.time = 0.0
        self.draws = 0
        self.edits = 0
        p = self.parameters
        self._control = usual_control(p.body)
        shares = p.shares()
        self.rest_cells, self.rest_body = healthy_rest(p)
        if heterogeneous:
            self.traits = draw_traits(n_cells, p.population, seed, replicate)
        else:
            self.traits = uniform_traits(n_cells, p.population)
        self._fluctuation = Fluctuation(p.population, seed, replicate)
        if noise:
            self._fluctuation.start(self.traits)
        self.counts = allocate(n_cells, shares)
        self._context = Context(
            self.traits,
            blocks_of(self.counts),
            np.zeros(len(CELL_TYPES)),
            0.0,
            0.0,
            record(self._control),
            records(p.of_types()),
            records(self.rest_cells),
            record(p.body),
            record(self.rest_body),
        )
        cells = self._settle(list(shares.values()))
        self.resting_smooth_muscle_na = self._resting_na(cells)
        self.y = np.concatenate([cells.ravel(), np.array(healthy_body(p.body))])
        self._memory = new_memory()
        self._work = new_workspace(self.y.size)
        self._segments = segments_of(n_cells, p)
        self._threads = _threads_for(n_cells) if threads is None else threads
        self._books, self._carry = np.zeros((2, len(BodyState._fields)))
        self._start = self.totals()
        self._added = np.zeros(len(Totals._fields))

    def _settle(self, shares: list[float]) -> Array:
        """Steady states of all cells; sets how many litres the cells of each type stand for."""
        context, cells = self._context, np.empty((N_STATES, self.n_cells))
        present = sum(share for share, count in zip(shares, self.counts, strict=True) if count)
        for kind, cut in enumerate(self.slices()):
            if not self.counts[kind]:
                continue
            traits = np.ascontiguousarray(self.traits[:, cut])
            cells[:, cut], water = steady_population(
                traits, self.rest_cells[kind].fluid, context.control, context.cells[kind],
                context.rest_cells[kind],
            )  # fmt: skip
            litres = context.body.cell_water * shares[kind] / present
            context.litres[kind] = litres / float((traits[SIZE] * water).sum())
        return cells

    def _resting_na(self, cells: Array) -> float:
        """Mean Na of smooth muscle in health [mM]; not a number if there is none."""
        kind = CELL_TYPES.index("smooth_muscle")
        cut, rest = self.slices()[kind], self.rest_cells[kind]
        if not self.counts[kind]:
            return float("nan")
        na, k, mg, buffered, _ = cells[:, cut]
        cl = cell_chloride(na, k, mg, buffered, rest.fixed_charge)
        osmoles = cell_osmoles(na, k, cl, rest.impermeant)
        return float(np.mean(na / osmoles) * self.parameters.body.osmolality)

    def slices(self) -> list[slice]:
        """Which cells are of each type, in the order of :data:`~sim.parameters.CELL_TYPES`."""
        return [slice(a, b) for a, b in pairwise(edges_of(self.counts))]

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.traits.shape[1])

    @property
    def cells(self) -> Array:
        """View of the cells' states, (5, cells) [mmol per L of reference water; 1]."""
        return cells_of(self.y, self.n_cells)

    @property
    def body(self) -> BodyState:
        """State of the body, its running totals since the start."""
        return BodyState(*(body_of(self.y, self.n_cells) + self._books).tolist())

    @property
    def fluid(self) -> Fluid:
        """Extracellular fluid now."""
        return shared_fluid(body_of(self.y, self.n_cells), self._context)

    @property
    def context(self) -> Context:
        """Everything but state and time that rates depend on."""
        return self._context

    @property
    def control(self) -> Control:
        """What is done to the body; assign to change it from now on."""
        return self._control

    @control.setter
    def control(self, control: Control) -> None:
        if control != self._control:
            self._control = control
            self._context = self._context._replace(control=record(control))
            invalidate_spectral_radius(self._memory)
            mark_discontinuity(self._memory)

    @property
    def excretion(self) -> Excretion:
        """What the kidney excretes now [mmol/h]."""
        return excretion_of(body_of(self.y, self.n_cells), self.fluid, self._context)

    @property
    def ionised_calcium(self) -> float:
        """Ionised Ca of the extracellular fluid now [mM]."""
        return ionised_calcium(self.body, self.fluid.volume, self.parameters.body)

    def body_rates(self) -> BodyState:
        """Rates of the body's state now [per h]."""
        dy = np.empty(self.y.size)
        tissue_rates(self.time, self.y, dy, self._context)
        return BodyState(*body_of(dy, self.n_cells).tolist())

    @property
    def evaluations(self) -> int:
        """How often the rates of the whole tissue were evaluated so far."""
        return int(self._memory[EVALUATIONS])

    def fluctuate(self, hours: float) -> None:
        """Begin a step of some hours, over which pump capacity and leak fluctuate if noise is on."""
        self.draws += 1
        if self.noise:
            part = part_of_step(self.time, self._context)
            self._fluctuation.move(self.traits, part, hours, self.draws)
            mark_discontinuity(self._memory)
        self._context = self._context._replace(step_start=self.time, step_hours=float(hours))

    @property
    def fluctuates_until(self) -> float:
        """End of the span over which cells fluctuate to values that are drawn already [h]."""
        return float(self._context.step_start + self._context.step_hours)

    def fluctuate_as(self, replicate: int) -> None:
        """Draw fluctuations from the streams of another replicate from now on."""
        self.noise_replicate = replicate
        self._fluctuation = Fluctuation(self.parameters.population, self.seed, replicate)

    def moment(self) -> Moment:
        """Copy of everything that changes, for :meth:`restore`."""
        c = self._context
        clock = [self.time, self.draws, self.edits, c.step_start, c.step_hours]
        return Moment(
            self.y.copy(),
            self.traits.copy(),
            self._memory.copy(),
            self._books.copy(),
            self._carry.copy(),
            np.array(self._start),
            self._added.copy(),
            np.array(self._control),
            np.array(clock, dtype=float),
        )

    def restore(self, moment: Moment) -> None:
        """Return to a moment of this tissue or of another one that was made from the same."""
        m = deepcopy(moment)
        self.y, self.traits, self._memory = m.y, m.traits, m.memory
        self._books, self._carry, self._added = m.books, m.carry, m.added
        self._start, self._control = Totals(*m.start.tolist()), Control(*m.control.tolist())
        time, draws, edits, step_start, step_hours = m.clock.tolist()
        self.time, self.draws, self.edits = time, int(draws), int(edits)
        self._context = self._context._replace(
            traits=self.traits, control=record(self._control), step_start=step_start,
            step_hours=step_hours,
        )  # fmt: skip

    def branch(self) -> "Tissue":
        """Return a tissue that goes on from here on its own."""
        other = copy(self)
        other._work = new_workspace(self.y.size)
        other.restore(self.moment())
        return other

    def advance_to(self, time: float, rates: Callable[..., None] | None = None) -> None:
        """Integrate to a time [h], exactly.

        Parameters
        ----------
        time : float
            Not before the present.
        rates : callable, optional
            Rates of the whole tissue, ``rates(t, y, dy, context)``, in place of the compiled ones.

        Raises
        ------
        IntegrationError
            If a state becomes negative or not finite whatever the step; the tissue then is at the
            last good moment.
        """
        arguments = (
            self._context, self.y, self.time, float(time), self.tolerance, self._segments, self._memory,
            self._work,
        )  # fmt: skip
        if rates is not None:
            outcome = integrator_of(equations_of(rates))(*arguments)
        elif self._threads > 1:
            with ThreadPoolExecutor(self._threads - 1) as pool:
                outcome = integrator_of(threaded_equations(pool, self._threads))(*arguments)
        else:
            outcome = integrate_tissue(*arguments)
        self.time = outcome.time
        self._close_books()
        if outcome.code != DONE:
            raise IntegrationError(self._explain(outcome))

    def observe(self, *kinds: int) -> Array:
        """Everything about each cell, (fields of Membrane, cells), with u as reduced potential.

        Parameters
        ----------
        *kinds : int
            Only the cells of these types, as places in :data:`~sim.parameters.CELL_TYPES`.
        """
        now = (self.time, self.cells, self.fluid, self._context)
        parts = [membranes_of_type(*now, kind) for kind in kinds or range(len(CELL_TYPES))]
        return parts[0] if len(parts) == 1 else np.hstack(parts)

    def traits_now(self) -> dict[str, Array]:
        """Traits of all cells now, fluctuations included, by name [1]."""
        part = part_of_step(self.time, self._context)
        return fluctuated(CellTraits(*self.traits.astype(float)), part)._asdict()

    def totals(self) -> Totals:
        """Amounts of each ion in cells, fluid, gut and bone [mmol]."""
        return totals_of(self.cells, self.body, self._context)

    def audit(self) -> Audit:
        """Close every balance; see :class:`~sim.tissue.audit.Audit`."""
        place = Membrane._fields.index("water")
        water = np.concatenate([self.observe(kind)[place] for kind in range(len(CELL_TYPES))])
        added = Totals(*self._added.tolist())
        return audit_of(self._start, self.totals(), added, self.body, water, self._context, self.edits)

    def set_trait(self, cell: int, trait: int, value: float) -> None:
        """Change a trait of a cell by hand [1], kept to seven digits; counts as an edit."""
        self.traits[trait, cell] = value
        invalidate_spectral_radius(self._memory)
        mark_discontinuity(self._memory)
        self.edits += 1

    def add_to_cell(self, cell: int, state: int, amount: float) -> None:
        """Add Na or K to a cell by hand in exchange for H [mmol per L of its reference water].

        Cells hold too little Cl for its salt to be taken out; H leaves them as neutral as they were.
        """
        kind = kind_of(cell, self._context)
        weight = float(self._context.litres[kind]) * float(self.traits[SIZE, cell])
        self.cells[state, cell] += amount
        self.cells[BUFFERED, cell] -= amount
        self._enter(state, weight * amount, 0.0, weight * amount)

    def add_to_fluid(self, state: int, amount: float) -> None:
        """Add Na, K or Mg chloride to the extracellular fluid by hand [mmol]."""
        body = body_of(self.y, self.n_cells)
        chloride = CATIONS[state].valence * amount
        body[state] += amount
        body[ECF_CL] += chloride
        osmotic = 0.0 if CATIONS[state] is MAGNESIUM else amount
        self._enter(state, amount, chloride, osmotic + chloride)

    def _enter(self, state: int, amount: float, chloride: float, osmoles: float) -> None:
        """Enter an addition in the body's books [mmol; mosm]."""
        body_of(self.y, self.n_cells)[OSMOLES] += osmoles
        self._added[state] += amount
        self._added[CHLORIDE_PLACE] += chloride
        self.edits += 1
        invalidate_spectral_radius(self._memory)
        mark_discontinuity(self._memory)

    def _close_books(self) -> None:
        """Move the running totals out of the state, where they would grow and lose digits.

        What rounding cuts off a sum is carried to the next one (Kahan's summation): ten times the Ca of
        the fluid passes through it every day.
        """
        totals = body_of(self.y, self.n_cells)[FIRST_TOTAL:]
        books, carry = self._books[FIRST_TOTAL:], self._carry[FIRST_TOTAL:]
        entry = totals + carry
        after = books + entry
        carry[:] = entry - (after - books)
        books[:] = after
        totals[:] = 0.0

    def _explain(self, outcome: Outcome) -> str:
        """Say in a sentence how integration failed."""
        when = f"on day {outcome.time / HOURS_PER_DAY:.3f}"
        advice = "check the condition's doses and the parameters that were changed"
        if outcome.place < 0:
            return f"the equations became too stiff {when}; {advice}"
        n = self.n_cells
        if outcome.place < N_STATES * n:
            cell = outcome.place % n
            where = f"{CellState._fields[outcome.place // n]} of cell {cell}"
        else:
            where = f"{BodyState._fields[outcome.place - N_STATES * n]} of the body"
        became = "negative" if outcome.code == NEGATIVE else "not finite"
        return f"{where} became {became} {when}; {advice}"


def _threads_for(n_cells: int) -> int:
    """Threads that pay for a number of cells."""
    return 1 if n_cells < THREADS_PAY_FROM else usable_processors()
