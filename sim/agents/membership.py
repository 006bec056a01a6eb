"""Who belongs to a tissue: its agents are made with it, and none leaves or joins later."""

from collections.abc import Iterable
from typing import Any, NoReturn

import mesa
from mesa.agent import AgentSet

from sim.agents.tissue_view import TissueView
from sim.errors import InputError


class TissueAgent(mesa.Agent):  # type: ignore[misc]
    """A cell, the extracellular fluid or the kidney: a part of a tissue that shows it to Mesa."""

    def __init__(self, model: mesa.Model, view: TissueView) -> None:
        super().__init__(model)
        self._view = view

    def step(self) -> None:
        """Act once before each step of the model; a subclass defines its rule here."""


class FixedAgentSet(type(mesa.Model(rng=0).agents)):  # type: ignore[misc]
    """A model's own set of agents, in which the agents of a tissue stay.

    Sets made from it, by ``select``, ``shuffle``, ``groupby`` or copying, are Mesa's own and can be
    changed. The base class is the one in which this version of Mesa registers agents.
    """

    def add(self, agent: mesa.Agent) -> None:
        """Add an agent that is no part of a tissue."""
        if isinstance(agent, TissueAgent) and agent not in self:
            _refuse_to_join(agent)
        super().add(agent)

    def discard(self, agent: mesa.Agent) -> None:
        """Remove an agent that is no part of the tissue, if it is there."""
        self._check_removal(agent)
        super().discard(agent)

    def remove(self, agent: mesa.Agent) -> None:
        """Remove an agent that is no part of the tissue."""
        self._check_removal(agent)
        super().remove(agent)

    def select(self, *arguments: Any, **options: Any) -> Any:
        """Select agents, as Mesa does, but not in place."""
        if options.get("inplace") or (len(arguments) > 2 and arguments[2]):
            _refuse_to_leave("an agent that is not selected")
        return super().select(*arguments, **options)

    def __copy__(self) -> AgentSet:
        return AgentSet(list(self), self.random)

    @classmethod
    def _from_iterable(cls, agents: Iterable[mesa.Agent]) -> AgentSet:
        return AgentSet(agents)

    def _check_removal(self, agent: mesa.Agent) -> None:
        if isinstance(agent, TissueAgent) and agent in self:
            _refuse_to_leave(f"{type(agent).__name__} {agent.unique_id}")


class FixedPopulation(mesa.Model):  # type: ignore[misc]
    """A model whose tissue keeps its agents; agents of other classes, such as a physician, come and go.

    Attributes
    ----------
    acting : dict
        The agents whose class defines a rule, as keys.
    """

    _complete = False
    _last_id = 0

    def fix_population(self) -> None:
        """Let no agent of the tissue join or leave from now on."""
        self.acting = {agent: None for agent in self.agents if _has_rule(agent)}
        for agents in (self.agents, *self.agents_by_type.values()):
            agents.__class__ = FixedAgentSet
        self._last_id = len(self.agents)
        self._complete = True
        self._forget_ids()

    def register_agent(self, agent: mesa.Agent) -> None:
        """Register an agent, as its constructor does.

        Raises
        ------
        InputError
            If it is a part of a tissue and the tissue is complete.
        """
        if self._complete:
            self._check_and_register(agent)
        else:
            super().register_agent(agent)

    def _check_and_register(self, agent: mesa.Agent) -> None:
        if isinstance(agent, TissueAgent):
            self._forget_ids()
            _refuse_to_join(agent)
        super().register_agent(agent)
        if self._forget_ids():
            self._last_id += 1
            agent.unique_id = self._last_id
        if _has_rule(agent):
            self.acting[agent] = None

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Remove an agent, as its ``remove`` does.

        Raises
        ------
        InputError
            If it is a part of the tissue.
        """
        if isinstance(agent, TissueAgent):
            _refuse_to_leave(f"{type(agent).__name__} {agent.unique_id}")
        super().deregister_agent(agent)
        self.acting.pop(agent, None)

    def remove_all_agents(self) -> None:
        """Refuse to remove the agents of the tissue.

        Raises
        ------
        InputError
            Always.
        """
        _refuse_to_leave("the agents of this model")

    def _forget_ids(self) -> bool:
        """Let Mesa forget how many agents the model has; say whether it knew.

        Mesa 3.3 counts them in a table of all models, which keeps every model alive for ever.
        """
        table = getattr(mesa.Agent, "_ids", {})
        return table.pop(self, None) is not None


def _has_rule(agent: mesa.Agent) -> bool:
    """Say whether an agent's class defines a rule of its own."""
    return type(agent).step not in (TissueAgent.step, mesa.Agent.step)


def _refuse_to_leave(what: str) -> NoReturn:
    raise InputError(
        [
            f"{what} cannot leave the tissue, whose water and ions it holds; to silence a cell, set "
            "pump_capacity, k_leak and na_leak to 0"
        ]
    )


def _refuse_to_join(agent: TissueAgent) -> NoReturn:
    raise InputError(
        [
            f"{type(agent).__name__} cannot join a tissue that is complete; give n_cells, cell_class, "
            "fluid_class and kidney_class when you make the model"
        ]
    )
