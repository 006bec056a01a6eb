"""The tissue: all cells, their shared fluid and the body, advanced together. No framework."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy, deepcopy
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from sim.errors import IntegrationError
from sim.numerics.integrator import equations_of, integrator_of
from sim.numerics.layout import flattened, names_of, vector_reader
from sim.numerics.records import record, records
from sim.numerics.step_control import (
    DONE,
    EVALUATIONS,
    ORDER,
    Outcome,
    invalidate_spectral_radius,
    mark_discontinuity,
    new_memory,
)
from sim.numerics.workspace import new_workspace
from sim.parameters import CELL_TYPES, Parameters
from sim.parameters.inputs import Control
from sim.physiology.body import healthy_body
from sim.physiology.body_state import BodyState, ionised_calcium, read_body
from sim.physiology.cell_heterogeneity import (
    Fluctuation,
    allocate,
    draw_traits,
    edges_of,
    uniform_traits,
)
from sim.physiology.cell_state import CellState, CellTraits, fluctuated
from sim.physiology.cell_traits import N_STATES, SIZE, Traits
from sim.physiology.fluid import Fluid
from sim.physiology.kidney import Excretion
from sim.system.interruption import guarded_signals, uninterrupted
from sim.system.processors import usable_processors
from sim.tissue.arguments import check_arguments, check_hours, check_order, check_state
from sim.tissue.audit import Audit, Totals, audit_of, totals_of
from sim.tissue.context import (
    Array,
    Context,
    OfType,
    as_arrays,
    blocks_of,
    body_of,
    cell_type_of,
    cells_of,
    fits_cache,
    fraction_of_step,
    new_scratch,
    side_by_side_of,
)
from sim.tissue.edits import OSMOLES, add_salt, check_exchange, check_salt, check_trait
from sim.tissue.equations import excretion_of, shared_fluid, tissue_rates
from sim.tissue.failure import describe_failure
from sim.tissue.initial_state import (
    healthy_constants,
    mean_na,
    segments_of,
    steady_cells,
    usual_control,
)
from sim.tissue.ledger import Ledger, empty_ledger, post
from sim.tissue.membranes import membranes_of_type
from sim.tissue.raw_row import (
    WITH_CONTENTS,
    RowForm,
    RowHead,
    RowWorkspace,
    new_row_workspace,
    read_head,
    write_row,
)
from sim.tissue.runs_of_blocks import integrate_large_tissue
from sim.tissue.spans import Span, course_of
from sim.tissue.stages import integrate_spans
from sim.tissue.threads import threaded_equations

DEFAULT_TOLERANCE = 3e-5
MIN_CELLS_FOR_THREADS = 20_000
"""Number of cells from which sharing them out among threads pays."""

BUFFERED = CellState._fields.index("buffered")
TOTAL_CL = Totals._fields.index("cl")

N_BODY = len(names_of(BodyState))
"""Numbers of the state of a body."""

_read_control = vector_reader(Control)


class Checkpoint(NamedTuple):
    """Everything of a tissue that changes with time; what it was made from does not.

    ``clock`` holds time [h], draws, edits, and start and length [h] of the span of fluctuation.
    """

    y: Array
    traits: Traits
    memory: Array
    totals: Array
    compensation: Array
    start: Array
    added: Array
    control: Array
    clock: Array


class Tissue:
    """All cells, their shared fluid and the body.

    Parameters
    ----------
    n_cells : int
        Number of cells; each represents a share of the body's cell water.
    parameters : Parameters
        Parameters of the model.
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

    Raises
    ------
    InputError
        Lists every problem, with the same sentences as :func:`sim.run`.

    Attributes
    ----------
    time : float
        Since the start [h].
    y : (states · cells + body,) array
        State.
    traits : (traits, cells) array
        :class:`~sim.physiology.cell_state.CellTraits` of each cell, to seven digits.
    cell_constants : tuple of CellConstants
        Constants of the typical cell of each type.
    body_constants : BodyConstants
        Constants of the body.
    healthy_smooth_muscle_na : float
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
        plan = check_arguments(
            parameters,
            tolerance,
            n_cells=n_cells,
            seed=seed,
            replicate=replicate,
            heterogeneous=heterogeneous,
            noise=noise,
            threads=threads,
        )
        n_cells, seed, replicate, threads = plan.n_cells, plan.seed, plan.replicate, plan.threads
        noise, heterogeneous = plan.noise, plan.heterogeneous
        self.parameters = p = parameters or Parameters()
        self.seed, self.replicate, self.noise_replicate = seed, replicate, replicate
        self.heterogeneous, self.noise, self.tolerance = heterogeneous, noise, tolerance
        self.time, self.draws, self.edits = 0.0, 0, 0
        if heterogeneous:
            self.traits = draw_traits(n_cells, p.population, seed, replicate)
        else:
            self.traits = uniform_traits(n_cells, p.population)
        self._fluctuation = Fluctuation(p.population, seed, replicate)
        if noise:
            self._fluctuation.start(self.traits)
        self.counts = allocate(n_cells, p.shares())
        self._control = usual_control(p.body)
        self.cell_constants, self.body_constants = healthy_constants(p)
        self._context = self._initial_context()
        cells = steady_cells(self.counts, list(p.shares().values()), self._context)
        smooth_muscle = CELL_TYPES.index("smooth_muscle")
        self.healthy_smooth_muscle_na = mean_na(
            cells[:, self.slices()[smooth_muscle]],
            self.cell_constants[smooth_muscle],
            p.body.osmolality,
        )
        self.y = np.concatenate([cells.ravel(), flattened(healthy_body(p.body))])
        self._memory = new_memory()
        self._work = new_workspace(self.y.size)
        self._segments = segments_of(n_cells, p)
        self._threads = _threads_for(n_cells) if threads is None else threads
        self._ledger = empty_ledger()
        self._added = np.zeros(len(Totals._fields))
        self._start = self.totals()

    def _initial_context(self) -> Context:
        """Context of the healthy tissue; reference water is set when cells are at their steady state."""
        p, blocks = self.parameters, blocks_of(self.counts)
        return Context(
            traits=self.traits,
            blocks=blocks,
            reference_water=np.zeros(len(CELL_TYPES)),
            step_start=0.0,
            step_hours=0.0,
            control=record(self._control),
            cells=records(p.of_types()),
            cell_constants=records(self.cell_constants),
            side_by_side=side_by_side_of(
                self.counts, list(map(OfType, p.of_types(), self.cell_constants))
            ),
            body=record(p.body),
            body_constants=record(self.body_constants),
            scratch=new_scratch(self.n_cells, len(blocks), N_STATES * self.n_cells + N_BODY),
        )

    def slices(self) -> list[slice]:
        """Which cells are of each type, in the order of :data:`~sim.parameters.CELL_TYPES`."""
        return [slice(a, b) for a, b in pairwise(edges_of(self.counts))]

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.traits.shape[1])

    @property
    def cells(self) -> Array:
        """View of the cells' states, (states, cells) [mmol per L of reference water; 1]."""
        return cells_of(self.y, self.n_cells)

    @property
    def body(self) -> BodyState:
        """State of the body, its running totals since the start."""
        return read_body((body_of(self.y, self.n_cells) + self._ledger.totals).tolist())

    @property
    def fluid(self) -> Fluid:
        """Extracellular fluid now."""
        return shared_fluid(body_of(self.y, self.n_cells), self._context)

    @property
    def context(self) -> Context:
        """What rates depend on other than state and time."""
        return self._context

    @property
    def control(self) -> Control:
        """Interventions; assign to change them from now on."""
        return self._control

    @control.setter
    def control(self, control: Control) -> None:
        if control is not self._control and control != self._control:
            self._control = control
            self._context = self._context._replace(control=record(control))
            mark_discontinuity(self._memory)

    @property
    def excretion(self) -> Excretion:
        """Urinary excretion now [mmol/h]."""
        return excretion_of(body_of(self.y, self.n_cells), self.fluid, self._context)

    @property
    def ionised_calcium(self) -> float:
        """Ionised Ca of the extracellular fluid now [mM]."""
        return ionised_calcium(self.body, self.fluid.volume, self.parameters.body)

    def body_rates(self) -> BodyState:
        """Rates of change of the body's state now [per h]."""
        dy = np.empty(self.y.size)
        tissue_rates(self.time, self.y, dy, self._context)
        return read_body(body_of(dy, self.n_cells).tolist())

    @property
    def order(self) -> int:
        """Order of the method of integration; assign 2 or 4 to impose one.

        It is 0 at first: the order is then 4 until a day after the last discontinuity, such as a meal, a
        dose or a new draw of fluctuations, and 2 later; see :func:`.choose_order`.
        """
        return int(self._memory[ORDER])

    @order.setter
    def order(self, order: int) -> None:
        self._memory[ORDER] = check_order(order)

    @property
    def evaluations(self) -> int:
        """Number of evaluations of the rates of the whole tissue so far."""
        return int(self._memory[EVALUATIONS])

    @uninterrupted
    def fluctuate(self, hours: float) -> None:
        """Begin a step of some hours, over which pump capacity and leak fluctuate if noise is on.

        Raises
        ------
        InputError
            If there are no such hours.
        """
        hours = check_hours("hours", hours, 0.0, "zero or more")
        self.draws += 1
        if self.noise:
            fraction = fraction_of_step(self.time, self._context)
            self._fluctuation.advance(self.traits, fraction, hours, self.draws)
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

    def checkpoint(self) -> Checkpoint:
        """Copy of everything that changes with time, for :meth:`restore`."""
        c = self._context
        clock = [self.time, self.draws, self.edits, c.step_start, c.step_hours]
        return Checkpoint(
            y=self.y.copy(),
            traits=self.traits.copy(),
            memory=self._memory.copy(),
            totals=self._ledger.totals.copy(),
            compensation=self._ledger.compensation.copy(),
            start=np.array(self._start),
            added=self._added.copy(),
            control=flattened(self._control),
            clock=np.array(clock, dtype=float),
        )

    @uninterrupted
    def restore(self, checkpoint: Checkpoint) -> None:
        """Return to a checkpoint of this tissue or of another one that was made from the same."""
        c = deepcopy(checkpoint)
        self.y, self.traits, self._memory, self._added = c.y, c.traits, c.memory, c.added
        self._ledger = Ledger(totals=c.totals, compensation=c.compensation)
        self._start, self._control = Totals(*c.start.tolist()), _read_control(c.control.tolist())
        time, draws, edits, step_start, step_hours = c.clock.tolist()
        self.time, self.draws, self.edits = time, int(draws), int(edits)
        self._context = self._context._replace(
            traits=self.traits,
            control=record(self._control),
            step_start=step_start,
            step_hours=step_hours,
        )

    def branch(self) -> "Tissue":
        """Return a tissue that goes on from here on its own."""
        other = copy(self)
        other._work = new_workspace(self.y.size)
        # Branches may be advanced in several threads at the same time.
        scratch = new_scratch(self.n_cells, len(self._context.blocks), self.y.size)
        other._context = self._context._replace(scratch=scratch)
        other.restore(self.checkpoint())
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
        InputError
            If there is no such time, or the state is not finite; nothing is changed.
        IntegrationError
            If a state becomes negative or not finite at any step size; the tissue is then at the
            last accepted state.
        """
        time = check_hours("time", time, self.time, f"hours from the present on, {self.time:g}")
        check_state(self.y, self.traits)
        if rates is not None:
            self._advance_interpreted(time, rates)
        elif self.is_small:
            self.advance_through([Span(time, self._control)], np.empty((1, N_BODY)))
        else:
            self._advance_large(time)

    @property
    def is_small(self) -> bool:
        """Whether :meth:`advance_through` can take it through many spans at a time."""
        return self._threads == 1 and fits_cache(self.n_cells)

    @uninterrupted
    def advance_through(self, spans: Sequence[Span], bodies: Array) -> None:
        """Integrate a small tissue through spans of constant control.

        The bits are those of :meth:`fluctuate`, of assigning the control and of :meth:`advance_to`, span
        by span. Ctrl-C waits until state and time agree again.

        Parameters
        ----------
        spans : sequence of Span
            In order of time, at least one.
        bodies : (spans, body) array
            Room for the state of the body at the end of each span, its running totals since the start.

        Raises
        ------
        InputError, IntegrationError
            See :meth:`advance_to`.
        """
        check_state(self.y, self.traits)
        course = course_of(
            spans, self._control, self._fluctuation, self.draws, self.n_cells, noise=self.noise
        )
        problem = (as_arrays(self._context), self.y, self.time, course, self.tolerance)
        settings = (self._segments, self._memory, self._work, self._ledger)
        begun, outcome = integrate_spans(*problem, *settings, bodies)
        for start, span in zip([self.time, *course.stops.tolist()], spans[:begun], strict=False):
            if span.fluctuate_hours is not None:
                self.draws += 1
                hours = float(span.fluctuate_hours)
                self._context = self._context._replace(step_start=start, step_hours=hours)
        self._control = spans[begun - 1].control
        self._context = self._context._replace(control=course.controls[course.control_of[begun - 1]])
        self.time = outcome.time
        self._check(outcome)

    @uninterrupted
    def _advance_large(self, time: float) -> None:
        """Integrate with the compiled rates; Ctrl-C waits until the state and its time agree again."""
        if self._threads > 1:
            with ThreadPoolExecutor(self._threads - 1) as pool:
                integrate = integrator_of(threaded_equations(pool, self._threads))
                outcome = integrate(*self._problem(time))
        else:
            context, *problem = self._problem(time)
            outcome = integrate_large_tissue(as_arrays(context), *problem)
        self._accept(outcome)

    def _advance_interpreted(self, time: float, rates: Callable[..., None]) -> None:
        """Integrate with rates in Python, which may take long; Ctrl-C takes all of it back."""
        start, y, memory = self.time, self.y.copy(), self._memory.copy()
        integrate = integrator_of(equations_of(rates))
        try:
            with guarded_signals():
                self._accept(integrate(*self._problem(time)))
        except KeyboardInterrupt:
            if self.time == start:
                self.y[:], self._memory[:] = y, memory
            raise

    def _problem(self, time: float) -> tuple[Any, ...]:
        """Arguments of an integrator, up to a time [h]."""
        problem = (self._context, self.y, self.time, time)
        return (*problem, self.tolerance, self._segments, self._memory, self._work)

    @uninterrupted
    def _accept(self, outcome: Outcome) -> None:
        """Take over the time that integration has come to; raise if that is not the end."""
        self.time = outcome.time
        self._post_totals()
        self._check(outcome)

    def _check(self, outcome: Outcome) -> None:
        """Raise if integration has not come to its end."""
        if outcome.code != DONE:
            raise IntegrationError(describe_failure(outcome, self.counts, edited=self.edits > 0))

    def _post_totals(self) -> None:
        """Move the running totals out of the state; due after every integration."""
        post(body_of(self.y, self.n_cells), *self._ledger)

    def observe(self, *cell_types: int) -> Array:
        """Membranes of the cells, (fields of Membrane, cells), with u as reduced potential.

        Parameters
        ----------
        *cell_types : int
            Only the cells of these types, as places in :data:`~sim.parameters.CELL_TYPES`.
        """
        now = (self.time, self.cells, self.fluid, self._context)
        parts = [membranes_of_type(*now, t) for t in cell_types or range(len(CELL_TYPES))]
        return parts[0] if len(parts) == 1 else np.hstack(parts)

    def traits_now(self) -> dict[str, Array]:
        """Traits of all cells now, fluctuations included, by name [1]."""
        fraction = fraction_of_step(self.time, self._context)
        return fluctuated(CellTraits(*self.traits.astype(float)), fraction)._asdict()

    def totals(self) -> Totals:
        """Amounts of each ion in cells, fluid, gut and bone [mmol]."""
        now = self._present()
        return totals_of(now.contents, now.body)

    def audit(self) -> Audit:
        """Close every balance; see :class:`~sim.tissue.audit.Audit`."""
        now = self._present()
        return audit_of(
            self.totals_at_start,
            totals_of(now.contents, now.body),
            now.added,
            now.body,
            now.contents.water,
            self.parameters.body,
            self.body_constants,
            self.edits,
        )

    def _present(self) -> RowHead:
        """Body, fluid and contents of all cells now."""
        row = np.empty(WITH_CONTENTS.width)
        self.write_row(WITH_CONTENTS, new_row_workspace(WITH_CONTENTS, self.counts), row)
        return read_head(row.tolist())

    @property
    def totals_at_start(self) -> Totals:
        """Amounts of each ion in the whole body at the start [mmol]."""
        return self._start

    def write_row(self, form: RowForm, workspace: RowWorkspace, row: Array) -> None:
        """Write what is recorded of the present into a row; see :mod:`sim.tissue.raw_row`."""
        write_row(
            self.time,
            self.y,
            self._ledger.totals,
            self._added,
            self.edits,
            as_arrays(self._context),
            form.contents,
            form.requests,
            workspace.membranes,
            workspace.values,
            row,
        )

    @uninterrupted
    def set_trait(self, cell: int, trait: int, value: float) -> None:
        """Change a trait of a cell by hand, kept to seven digits; counts as an edit.

        Parameters
        ----------
        cell, trait : int
            Places of the cell and of the trait in ``traits``.
        value : float
            Pump capacity, K leak or Na leak relative to the typical cell's [1].

        Raises
        ------
        InputError
            If the edit is impossible; nothing is changed. See :mod:`sim.tissue.edits`.
        """
        self.traits[trait, cell] = check_trait(self.traits, cell, trait, value)
        self._mark_discontinuity()
        self.edits += 1

    @uninterrupted
    def add_to_cell(self, cell: int, state: int, amount: float) -> None:
        """Add Na or K to a cell by hand in exchange for H; counts as an edit.

        Cells hold too little Cl for its salt to be taken out; exchange for H keeps them neutral.

        Parameters
        ----------
        cell : int
            Place of the cell.
        state : int
            0 for Na, 1 for K.
        amount : float
            Amount [mmol per L of the cell's reference water]; a negative one is taken out.

        Raises
        ------
        InputError
            If the edit is impossible; nothing is changed.
        """
        amount = check_exchange(self.cells, self.fluid, self._context, cell, state, amount)
        cell_type = cell_type_of(cell, self._context)
        water = float(self._context.reference_water[cell_type]) * float(self.traits[SIZE, cell])
        self.cells[state, cell] += amount
        self.cells[BUFFERED, cell] -= amount
        body_of(self.y, self.n_cells)[OSMOLES] += water * amount
        self._post_edit(state, water * amount, 0.0)

    @uninterrupted
    def add_to_fluid(self, state: int, amount: float) -> None:
        """Add Na, K or Mg chloride to the extracellular fluid by hand; counts as an edit.

        Parameters
        ----------
        state : int
            Place of the cation among :data:`~sim.quantities.ions.CATIONS`.
        amount : float
            Amount [mmol]; a negative one is taken out.

        Raises
        ------
        InputError
            If the edit is impossible; nothing is changed.
        """
        body = body_of(self.y, self.n_cells)
        salt = check_salt(body, self._context, state, amount)
        add_salt(body, state, salt)
        self._post_edit(state, salt.cation, salt.chloride)

    def _post_edit(self, state: int, amount: float, chloride: float) -> None:
        """Enter an edit in the balances [mmol]."""
        self._added[state] += amount
        self._added[TOTAL_CL] += chloride
        self.edits += 1
        self._mark_discontinuity()

    def _mark_discontinuity(self) -> None:
        """Mark an edit by hand, which may change the spectral radius more than any intervention does."""
        invalidate_spectral_radius(self._memory)
        mark_discontinuity(self._memory)


def _threads_for(n_cells: int) -> int:
    """Threads that pay for a number of cells."""
    return 1 if n_cells < MIN_CELLS_FOR_THREADS else usable_processors()
