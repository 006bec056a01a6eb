"""The tissue as a Mesa model: cells, fluid and kidney as agents, collected by Mesa's own tools."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import mesa
import numpy as np

from sim.agents.cell import CellAgent
from sim.agents.extracellular import ExtracellularAgent
from sim.agents.renal import RenalAgent
from sim.agents.window import Window
from sim.conditions.condition import Condition, load
from sim.numerics.random_streams import Purpose, stream
from sim.parameters import Parameters
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.schedule import Course
from sim.tissue.context import Array, Context, body_of, cells_of
from sim.tissue.equations import N_SUMMED, rates_of_body, total_uptake, uptake_of_block
from sim.tissue.tissue import Tissue

REPORTERS: dict[str, Callable[["TissueModel"], float]] = {
    "day": lambda model: model.day,
    "plasma_k": lambda model: model.tissue.fluid.k,
    "plasma_na": lambda model: model.tissue.fluid.na,
    "plasma_mg_ionised": lambda model: model.tissue.fluid.mg,
    "urine_k": lambda model: model.tissue.excretion.amounts.k * HOURS_PER_DAY,
}
"""What is collected of the model by default [day, mM, mM, mM, mmol/day]."""


class TissueModel(mesa.Model):  # type: ignore[misc]
    """A tissue of agents under a condition.

    One :meth:`step` is: every agent's own rule, if a subclass has one; chance; integration through
    all events to the end of the step; collection.

    Parameters
    ----------
    condition : str, path or Condition
        What is done to the body.
    n_cells : int
        Number of cells.
    rng : int
        Seed of all random draws.
    engine : {"compiled", "agents"}
        Whether compiled code evaluates all cells, or every agent is asked for its fluxes, in random
        order. Results are the same to the bit; only "agents" asks laws that subclasses bring.
    cell_class, fluid_class, kidney_class : type
        The agents' classes.
    noise, heterogeneous, step_hours, parameters, threads
        As for :func:`sim.run`.
    model_reporters, agent_reporters : mapping, optional
        For Mesa's DataCollector, which collects at the start and after every step.

    Attributes
    ----------
    tissue : Tissue
        The thing itself.
    cells : list of CellAgent
        The cells in order of their columns.
    extracellular, kidney
        The two other agents.
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
        super().__init__(rng=rng)
        self.tissue: Tissue
        _check_engine(engine, cell_class, kidney_class)
        chosen = load(condition)
        self.tissue = Tissue(
            n_cells,
            parameters=Parameters().replace({**chosen.parameters, **(parameters or {})}),
            seed=rng,
            heterogeneous=heterogeneous,
            noise=noise,
            threads=threads,
        )
        self.engine = engine
        self.course = Course(self.tissue, chosen, step_hours)
        self.window = Window(self.tissue)
        self.cells = [cell_class(self, self.window, column) for column in range(n_cells)]
        self.extracellular = fluid_class(self, self.window)
        self.kidney = kidney_class(self, self.window)
        self._order = stream(rng, 0, Purpose.AGENT_ORDER)
        self._ruled = [agent for agent in self._everyone() if _has_rule(agent)]
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
        for i in self._order.permutation(len(self._ruled)):
            self._ruled[i].step()
        self.course.step(self._rates if self.engine == "agents" else None)
        self.window.show_present()
        self.datacollector.collect(self)

    def _everyone(self) -> list[CellAgent | ExtracellularAgent | RenalAgent]:
        return [*self.cells, self.extracellular, self.kidney]

    def _rates(self, t: float, y: Array, dy: Array, context: Context) -> None:
        """Rates of the tissue, from every agent in turn."""
        n = len(self.cells)
        self.window.show(t, y, context)
        fluid = self.extracellular.fluid
        rates = cells_of(dy, n)
        for i in self._order.permutation(n):
            rates[:, i] = self.cells[i].fluxes(fluid)
        uptakes = np.empty((len(context.blocks), N_SUMMED))
        for b, start in enumerate(context.blocks[:, 0].tolist()):
            uptake_of_block(rates, start, context, b, uptakes[b])
        uptake, excretion = total_uptake(uptakes, context), self.kidney.excretion(fluid)
        rates_of_body(body_of(y, n), body_of(dy, n), fluid, uptake, excretion, context)


def _has_rule(agent: Any) -> bool:
    """Say whether an agent's class brings a rule of its own."""
    return type(agent).step not in (CellAgent.step, ExtracellularAgent.step, RenalAgent.step)


def _check_engine(engine: str, cell_class: type[CellAgent], kidney_class: type[RenalAgent]) -> None:
    """Refuse an engine that does not exist or would not ask a law that a subclass brings."""
    if engine not in ("compiled", "agents"):
        raise ValueError(f"engine={engine!r}; give 'compiled' or 'agents'")
    own = [
        f"{cls.__name__}.{name}"
        for cls, base, name in (
            (cell_class, CellAgent, "fluxes"),
            (kidney_class, RenalAgent, "excretion"),
        )
        if getattr(cls, name) is not getattr(base, name)
    ]
    if own and engine == "compiled":
        raise ValueError(f"{' and '.join(own)} would never be asked; give engine='agents'")
