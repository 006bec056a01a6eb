"""What a model collects: Mesa's reporters, checked before the first step so that no column is empty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import FunctionType, MethodType
from typing import Any, NamedTuple

import mesa

from sim.errors import InputError, unknown_names

_FORMS = "give the name of an attribute, a function, or [function, [arguments]]"


class Reporters(NamedTuple):
    """Reporters of a model, of its agents and of agents of some types, and tables, as Mesa takes them.

    Reporters are given by name of their column, tables by name as lists of columns; None stands for
    none.
    """

    model_reporters: Mapping[str, Any] | None = None
    agent_reporters: Mapping[str, Any] | None = None
    agenttype_reporters: Mapping[type[mesa.Agent], Mapping[str, Any]] | None = None
    tables: Mapping[str, Iterable[str]] | None = None

    def problems(self) -> Iterator[str]:
        """Say which are of a wrong type; names of attributes can be judged only in a model."""
        yield from _reporter_problems("model_reporters", self.model_reporters)
        yield from _reporter_problems("agent_reporters", self.agent_reporters)
        by_type = self.agenttype_reporters
        if by_type is not None and not isinstance(by_type, Mapping):
            yield f"agenttype_reporters = {by_type!r}; give reporters by class of agents"
        for agent_type, reporters in by_type.items() if isinstance(by_type, Mapping) else ():
            if isinstance(agent_type, type) and issubclass(agent_type, mesa.Agent):
                yield from _reporter_problems(f"agenttype_reporters[{agent_type.__name__}]", reporters)
            else:
                yield f"agenttype_reporters: {agent_type!r} is no class of agents, such as CellAgent"
        yield from _table_problems(self.tables)

    def collector(self, model: mesa.Model) -> mesa.DataCollector:
        """Make Mesa's collector for a model.

        Parameters
        ----------
        model : mesa.Model
            The model, with all its agents.

        Raises
        ------
        InputError
            If names are no attributes of the model or of any agent of the type; says all of them.
        """
        if problems := list(self._name_problems(model)):
            raise InputError(problems)
        return mesa.DataCollector(
            model_reporters={
                column: _callable_with(reporter, model)
                for column, reporter in (self.model_reporters or {}).items()
            },
            agent_reporters=_resolved(self.agent_reporters or {}),
            agenttype_reporters={
                agent_type: _resolved(reporters)
                for agent_type, reporters in (self.agenttype_reporters or {}).items()
            },
            tables={name: list(columns) for name, columns in (self.tables or {}).items()},
        )

    def _name_problems(self, model: mesa.Model) -> Iterator[str]:
        yield from _unknown_attributes("model_reporters", self.model_reporters, [model])
        agents = list(model.agents)
        yield from _unknown_attributes("agent_reporters", self.agent_reporters, agents)
        for agent_type, reporters in (self.agenttype_reporters or {}).items():
            of_type = [agent for agent in agents if isinstance(agent, agent_type)]
            where = f"agenttype_reporters[{agent_type.__name__}]"
            if of_type:
                yield from _unknown_attributes(where, reporters, of_type)
            else:
                present = ", ".join(sorted({type(agent).__name__ for agent in agents}))
                yield f"{where}: the model has no such agents; give one of {present}"


def collect_first(collector: mesa.DataCollector, model: mesa.Model) -> None:
    """Collect from a new model.

    Raises
    ------
    InputError
        If a reporter fails.
    """
    try:
        collector.collect(model)
    except Exception as error:
        hint = "those of agents are called for cells, fluid and kidney; see agenttype_reporters"
        raise InputError([f"a reporter fails with {type(error).__name__}: {error} ({hint})"]) from error


def _reporter_problems(where: str, reporters: object) -> Iterator[str]:
    """Say which reporters have no form that Mesa knows."""
    if reporters is None:
        return
    if not isinstance(reporters, Mapping):
        yield f"{where} = {reporters!r}; give names and reporters, such as {{'day': 'day'}}"
        return
    for name, reporter in reporters.items():
        if not isinstance(name, str):
            yield f"{where}: {name!r} is not the name of a column, such as 'day'"
        if not _is_reporter(reporter):
            yield f"{where}: {name!r} = {reporter!r} is no reporter; {_FORMS}"


def _is_reporter(reporter: object) -> bool:
    if isinstance(reporter, list):
        return (
            len(reporter) == 2
            and callable(reporter[0])
            and isinstance(reporter[1], Sequence)
            and not isinstance(reporter[1], str)
        )
    return isinstance(reporter, str) or callable(reporter)


def _table_problems(tables: object) -> Iterator[str]:
    """Say which tables are not lists of columns by name."""
    if tables is None:
        return
    if not isinstance(tables, Mapping):
        yield f"tables = {tables!r}; give names and columns, such as {{'doses': ['day', 'mmol']}}"
        return
    for name, columns in tables.items():
        if isinstance(columns, str) or not isinstance(columns, Iterable):
            yield f"tables: {name!r} = {columns!r}; give a list of columns, such as ['day', 'mmol']"
            continue
        wrong = [column for column in columns if not isinstance(column, str)]
        yield from (f"tables: {column!r} in {name!r} is not the name of a column" for column in wrong)
        if not isinstance(name, str):
            yield f"tables: {name!r} is not the name of a table"


def _unknown_attributes(
    where: str, reporters: Mapping[str, Any] | None, owners: Sequence[Any]
) -> Iterator[str]:
    """Say which names are no attribute of any owner, and which are methods and report nothing."""
    for column, name in (reporters or {}).items():
        if not isinstance(name, str):
            continue
        owner = next((owner for owner in owners if hasattr(owner, name)), None)
        if owner is None:
            known = [known for known in _attributes(owners) if not known.startswith("_")]
            for problem in unknown_names([name], known, "attribute"):
                yield f"{where}: {column!r}: {problem}"
        elif callable(getattr(owner, name)):
            yield f"{where}: {column!r}: {name!r} is a method, whose value is a function; {_FORMS}"


def _attributes(owners: Sequence[Any]) -> Iterator[str]:
    """Names of all attributes of the owners, once for each class of owners."""
    for owner in {type(owner): owner for owner in owners}.values():
        yield from dir(owner)


def _callable_with(reporter: Any, model: mesa.Model) -> Any:
    """Reporter of the model that every version of Mesa calls with the model.

    Some call only functions so, and others, such as partial ones, without arguments.
    """
    if isinstance(reporter, str | list | FunctionType | MethodType):
        return reporter
    return [reporter, [model]]


def _resolved(reporters: Mapping[str, Any]) -> dict[str, Any]:
    """Reporters of agents with functions in place of names.

    Agents without the attribute have None in that column. Mesa 3.5 would refuse them instead, and
    the functions that earlier versions make of names cannot be pickled.
    """
    return {
        column: partial(_attribute, name=reporter) if isinstance(reporter, str) else reporter
        for column, reporter in reporters.items()
    }


def _attribute(agent: mesa.Agent, *, name: str) -> Any:
    return getattr(agent, name, None)
