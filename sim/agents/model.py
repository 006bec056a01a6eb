"""The tissue as a Mesa model: cells, fluid and kidney as agents, collected by Mesa's own tools."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import mesa
import numpy as np

from sim.agents.cell import CellAgent
from sim.agents.extracellular import ExtracellularAgent
from sim.agents.membership import FixedPopulation
from sim.agents.renal import RenalAgent
from sim.agents.reporters import Reporters, collect_first
from sim.agents.seeds import SeedLike, seed_of
from sim.agents.stepping import SteppedModel
from sim.agents.tissue_view import TissueView
from sim.conditions.condition import Condition
from sim.conditions.plan import RunPlan
from sim.conditions.remarks import warn_of
from sim.errors import InputError
from sim.numerics.random_streams import Purpose, stream
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.schedule import Schedule
from sim.tissue.context import Array, Context, body_of, cells_of
from sim.tissue.equations import rates_of_body, total_uptake, uptake_of_blocks
from sim.tissue.tissue import Tissue

# Functions with names of their own, because a model with lambdas cannot be pickled.


def _seed(model: "TissueModel") -> int:
    return model.seed


def _day(model: "TissueModel") -> float:
    return model.day


def _plasma_k(model: "TissueModel") -> float:
    return model.tissue.fluid.k


def _plasma_na(model: "TissueModel") -> float:
    return model.tissue.fluid.na


def _plasma_mg_ionised(model: "TissueModel") -> float:
    return model.tissue.fluid.mg


def _urine_k(model: "TissueModel") -> float:
    return model.tissue.excretion.amounts.k * HOURS_PER_DAY


REPORTERS: dict[str, Callable[["TissueModel"], float]] = {
    "seed": _seed,
    "day": _day,
    "plasma_k": _plasma_k,
    "plasma_na": _plasma_na,
    "plasma_mg_ionised": _plasma_mg_ionised,
    "urine_k": _urine_k,
}
"""Variables of the model that are collected by default [1, day, mM, mM, mM, mmol/day]."""


class TissueModel(FixedPopulation, SteppedModel):
    """A tissue of agents under a condition.

    One :meth:`step` is: rules of agents, if subclasses have them; fluctuation; integration through all
    events to the end of the step; collection. See :class:`~sim.simulation.schedule.Schedule`.

    The last step ends with the condition; ``running`` is then False, which ends Mesa's ``run_model``
    and ``batch_run``. Further steps are allowed: what has no end in the condition goes on.

    Cells, fluid and kidney stay as long as the model; removing one is refused, and so is adding one.
    Agents of other classes may join and leave; if they define ``step``, it is one of the rules.

    Parameters
    ----------
    condition : str, path or Condition
        The interventions.
    n_cells : int
        Number of cells.
    rng, seed : int, sequence of int, SeedSequence, BitGenerator, Generator or None
        Seed of all random draws, under either of Mesa's names. An int is ``seed`` of :func:`sim.run`;
        from a generator a seed is drawn; without either, a new one, so that every model is another
        body. The attribute ``seed`` tells which, and repeats the model.
    engine : {"compiled", "agents"}
        Whether compiled code evaluates all cells, or every agent is asked for its fluxes, in random
        order. Results are the same to the bit; only "agents" calls laws that subclasses define.
    cell_class, fluid_class, kidney_class : type
        The agents' classes.
    days, noise, heterogeneous, step_hours, parameters, threads
        See :func:`sim.run`.
    model_reporters, agent_reporters, agenttype_reporters, tables : mapping, optional
        For Mesa's DataCollector, which collects at the start and after every step. A name must be an
        attribute; agents without it report None. By default :data:`REPORTERS`.

    Attributes
    ----------
    plan : RunPlan
        The checked arguments.
    tissue : Tissue
        The tissue, which holds the state.
    cells : tuple of CellAgent
        The cells in order of their columns.
    extracellular, kidney
        The two other agents.
    schedule : Schedule
        Advances the tissue.
    view : TissueView
        The state that agents see.

    Raises
    ------
    InputError
        Lists every problem, with the same sentences as :func:`sim.run`.
    SteadyStateError
        If the parameters allow no healthy body.
    """

    def __init__(
        self,
        condition: str | Path | Condition = "baseline",
        n_cells: int = 100,
        *,
        rng: SeedLike = None,
        seed: SeedLike = None,
        engine: Literal["compiled", "agents"] = "compiled",
        cell_class: type[CellAgent] = CellAgent,
        fluid_class: type[ExtracellularAgent] = ExtracellularAgent,
        kidney_class: type[RenalAgent] = RenalAgent,
        days: float | None = None,
        noise: bool = True,
        heterogeneous: bool = True,
        step_hours: float | None = None,
        parameters: Mapping[str, float] | None = None,
        threads: int | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
        agenttype_reporters: Mapping[type[mesa.Agent], Mapping[str, Any]] | None = None,
        tables: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        classes = _AgentClasses(cell_class, fluid_class, kidney_class)
        reporters = Reporters(
            model_reporters=REPORTERS if model_reporters is None else model_reporters,
            agent_reporters=agent_reporters,
            agenttype_reporters=agenttype_reporters,
            tables=tables,
        )
        self.plan = plan = _checked_plan(
            [*_engine_problems(engine, classes), *reporters.problems()],
            (rng, seed),
            condition=condition,
            n_cells=n_cells,
            days=days,
            noise=noise,
            heterogeneous=heterogeneous,
            step_hours=step_hours,
            parameters=parameters,
            threads=threads,
        )
        warn_of(plan.remarks, stacklevel=3)
        super().__init__(plan.seed)
        self.tissue: Tissue = make_tissue(plan)[0]
        self.engine = engine
        self.schedule = Schedule(self.tissue, plan.condition, plan.step_hours)
        self.view = TissueView(self.tissue, self.step_lock)
        self._order = stream(plan.seed, 0, Purpose.AGENT_ORDER)
        self._populate(classes)
        self.datacollector = reporters.collector(self)
        collect_first(self.datacollector, self)

    def _populate(self, classes: "_AgentClasses") -> None:
        """Make the agents."""
        try:
            columns = range(self.plan.n_cells)
            self.cells = tuple(classes.cell(self, self.view, column) for column in columns)
            self.extracellular = classes.fluid(self, self.view)
            self.kidney = classes.kidney(self, self.view)
        finally:
            self.fix_population()

    @property
    def day(self) -> float:
        """Simulated time [day]."""
        return self.tissue.time / HOURS_PER_DAY

    @property
    def seed(self) -> int:
        """Seed of all random draws: the one given, or the one drawn."""
        return self.plan.seed

    def step(self) -> None:
        """Advance by one step; see the class.

        Raises
        ------
        InputError
            If another step of this model has not ended.
        IntegrationError
            If integration fails; the tissue is then at its last accepted state.
        """
        agents = list(self.acting)
        for i in self._order.permutation(len(agents)):
            if agents[i] in self.acting:  # The rule of another one may have removed it.
                agents[i].step()
        end = self.plan.condition.duration
        until = end if self.tissue.time < end else float("inf")
        try:
            self.schedule.step(self._rates if self.engine == "agents" else None, until)
        finally:
            self.view.show_present()
        if self.tissue.time >= end:
            self.running = False
        self.datacollector.collect(self)

    def _rates(self, t: float, y: Array, dy: Array, context: Context) -> None:
        """Rates of the tissue, from every agent in turn."""
        n = len(self.cells)
        self.view.show(t, y, context)
        fluid = self.extracellular.fluid
        rates = cells_of(dy, n)
        for i in self._order.permutation(n):
            rates[:, i] = self.cells[i].fluxes(fluid)
        uptakes = context.scratch.uptakes
        uptake_of_blocks(rates, 0, context, 0, len(context.blocks), uptakes, np.empty(n))
        uptake, excretion = total_uptake(uptakes, context), self.kidney.excretion(fluid)
        rates_of_body(body_of(y, n), body_of(dy, n), fluid, uptake, excretion, context)


class _AgentClasses(NamedTuple):
    """Classes of the agents of a tissue."""

    cell: type[CellAgent]
    fluid: type[ExtracellularAgent]
    kidney: type[RenalAgent]


_BASES = _AgentClasses(CellAgent, ExtracellularAgent, RenalAgent)


def _checked_plan(problems: list[str], seeds: tuple[object, object], **arguments: Any) -> RunPlan:
    """Make the plan, or refuse it together with all other problems."""
    try:
        seed = seed_of(*seeds)
    except InputError as error:
        problems, seed = [*problems, *error.problems], 0
    try:
        plan = RunPlan(seed=seed, **arguments)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise InputError(problems)
    return plan


def _engine_problems(engine: object, classes: _AgentClasses) -> Iterator[str]:
    """Say that an engine or a class does not fit, or that a subclass's law would not be called."""
    if not isinstance(engine, str) or engine not in ("compiled", "agents"):
        yield f"engine = {engine!r}; give 'compiled' or 'agents'"
    wrong = [
        f"{name}_class = {given!r}; give {base.__name__} or a subclass of it"
        for name, given, base in zip(classes._fields, classes, _BASES, strict=True)
        if not (isinstance(given, type) and issubclass(given, base))
    ]
    yield from wrong
    if wrong:
        return
    laws = ((classes.cell, CellAgent, "fluxes"), (classes.kidney, RenalAgent, "excretion"))
    own = [
        f"{cls.__name__}.{name}"
        for cls, base, name in laws
        if getattr(cls, name) is not getattr(base, name)
    ]
    if own and engine == "compiled":
        yield f"{' and '.join(own)} would never be called; give engine='agents'"
