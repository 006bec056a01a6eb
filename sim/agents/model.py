"""The tissue as a Mesa model: cells, fluid and kidney as agents, collected by Mesa's own tools."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import mesa
import numpy as np

from sim.agents.cell import CellAgent
from sim.agents.extracellular import ExtracellularAgent
from sim.agents.renal import RenalAgent
from sim.agents.tissue_view import TissueView
from sim.conditions.condition import Condition
from sim.conditions.plan import RunPlan
from sim.errors import InputError
from sim.numerics.random_streams import Purpose, stream
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.schedule import Schedule
from sim.tissue.context import Array, Context, body_of, cells_of
from sim.tissue.equations import N_SUMMED, rates_of_body, total_uptake, uptake_of_blocks
from sim.tissue.tissue import Tissue

REPORTERS: dict[str, Callable[["TissueModel"], float]] = {
    "day": lambda model: model.day,
    "plasma_k": lambda model: model.tissue.fluid.k,
    "plasma_na": lambda model: model.tissue.fluid.na,
    "plasma_mg_ionised": lambda model: model.tissue.fluid.mg,
    "urine_k": lambda model: model.tissue.excretion.amounts.k * HOURS_PER_DAY,
}
"""Variables of the model that are collected by default [day, mM, mM, mM, mmol/day]."""


class TissueModel(mesa.Model):  # type: ignore[misc]
    """A tissue of agents under a condition.

    One :meth:`step` is: rules of agents, if subclasses have them; fluctuation; integration through all
    events to the end of the step; collection. See :class:`~sim.simulation.schedule.Schedule`.

    Parameters
    ----------
    condition : str, path or Condition
        The interventions.
    n_cells : int
        Number of cells.
    rng : int
        Seed of all random draws, ``seed`` of :func:`sim.run`.
    engine : {"compiled", "agents"}
        Whether compiled code evaluates all cells, or every agent is asked for its fluxes, in random
        order. Results are the same to the bit; only "agents" calls laws that subclasses define.
    cell_class, fluid_class, kidney_class : type
        The agents' classes.
    noise, heterogeneous, step_hours, parameters, threads
        See :func:`sim.run`.
    model_reporters, agent_reporters : mapping, optional
        For Mesa's DataCollector, which collects at the start and after every step.

    Attributes
    ----------
    tissue : Tissue
        The tissue, which holds the state.
    cells : list of CellAgent
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
        rng: int = 0,
        engine: Literal["compiled", "agents"] = "compiled",
        cell_class: type[CellAgent] = CellAgent,
        fluid_class: type[ExtracellularAgent] = ExtracellularAgent,
        kidney_class: type[RenalAgent] = RenalAgent,
        noise: bool = True,
        heterogeneous: bool = True,
        step_hours: float | None = None,
        parameters: Mapping[str, float] | None = None,
        threads: int | None = None,
        model_reporters: Mapping[str, Any] | None = None,
        agent_reporters: Mapping[str, Any] | None = None,
    ) -> None:
        plan = _checked_plan(
            engine,
            cell_class,
            kidney_class,
            condition=condition,
            n_cells=n_cells,
            seed=rng,
            noise=noise,
            heterogeneous=heterogeneous,
            step_hours=step_hours,
            parameters=parameters,
            threads=threads,
        )
        super().__init__(rng=rng)
        self.tissue: Tissue = make_tissue(plan)[0]
        self.engine = engine
        self.schedule = Schedule(self.tissue, plan.condition, plan.step_hours)
        self.view = TissueView(self.tissue)
        self.cells = [cell_class(self, self.view, column) for column in range(plan.n_cells)]
        self.extracellular = fluid_class(self, self.view)
        self.kidney = kidney_class(self, self.view)
        self._order = stream(rng, 0, Purpose.AGENT_ORDER)
        self._with_rule = [agent for agent in self._every_agent() if _has_rule(agent)]
        self.datacollector = mesa.DataCollector(
            model_reporters=dict(model_reporters or REPORTERS),
            agent_reporters=dict(agent_reporters or {}),
        )
        self.datacollector.collect(self)

    @property
    def day(self) -> float:
        """Simulated time [day]."""
        return self.tissue.time / HOURS_PER_DAY

    def step(self) -> None:
        """Advance by one step; see the class."""
        for i in self._order.permutation(len(self._with_rule)):
            self._with_rule[i].step()
        self.schedule.step(self._rates if self.engine == "agents" else None)
        self.view.show_present()
        self.datacollector.collect(self)

    def _every_agent(self) -> list[CellAgent | ExtracellularAgent | RenalAgent]:
        return [*self.cells, self.extracellular, self.kidney]

    def _rates(self, t: float, y: Array, dy: Array, context: Context) -> None:
        """Rates of the tissue, from every agent in turn."""
        n = len(self.cells)
        self.view.show(t, y, context)
        fluid = self.extracellular.fluid
        rates = cells_of(dy, n)
        for i in self._order.permutation(n):
            rates[:, i] = self.cells[i].fluxes(fluid)
        uptakes = np.empty((len(context.blocks), N_SUMMED))
        uptake_of_blocks(rates, 0, context, 0, len(context.blocks), uptakes)
        uptake, excretion = total_uptake(uptakes, context), self.kidney.excretion(fluid)
        rates_of_body(body_of(y, n), body_of(dy, n), fluid, uptake, excretion, context)


def _has_rule(agent: Any) -> bool:
    """Say whether an agent's class defines a rule of its own."""
    return type(agent).step not in (CellAgent.step, ExtracellularAgent.step, RenalAgent.step)


def _checked_plan(
    engine: str, cell_class: type[CellAgent], kidney_class: type[RenalAgent], **arguments: Any
) -> RunPlan:
    """Make the plan, or refuse it together with an engine that does not fit the classes."""
    problems = list(_engine_problems(engine, cell_class, kidney_class))
    try:
        plan = RunPlan(**arguments)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    if problems:
        raise InputError(problems)
    return plan


def _engine_problems(
    engine: str, cell_class: type[CellAgent], kidney_class: type[RenalAgent]
) -> Iterator[str]:
    """Say that an engine does not exist, or would not call a law that a subclass defines."""
    if engine not in ("compiled", "agents"):
        yield f"engine = {engine!r}; give 'compiled' or 'agents'"
    laws = ((cell_class, CellAgent, "fluxes"), (kidney_class, RenalAgent, "excretion"))
    own = [
        f"{cls.__name__}.{name}"
        for cls, base, name in laws
        if getattr(cls, name) is not getattr(base, name)
    ]
    if own and engine == "compiled":
        yield f"{' and '.join(own)} would never be called; give engine='agents'"
