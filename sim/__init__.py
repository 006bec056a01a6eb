"""A body's magnesium, potassium and sodium, simulated from its cells up.

>>> import sim
>>> result = sim.run("refractory-hypokalaemia", n_cells=1000, seed=1)
>>> result.table["plasma_k"], result.cells(120), result.plot()

Everything below is imported when it is first asked for, so that `sim --help` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.agents import CellAgent as CellAgent
    from sim.agents import ExtracellularAgent as ExtracellularAgent
    from sim.agents import RenalAgent as RenalAgent
    from sim.checkpoint import load_tissue as load_tissue
    from sim.checkpoint import save_tissue as save_tissue
    from sim.comparison import Comparison as Comparison
    from sim.comparison import compare as compare
    from sim.condition import Condition as Condition
    from sim.condition import ConditionError as ConditionError
    from sim.condition import load as load
    from sim.condition import named as named
    from sim.events import Diet as Diet
    from sim.events import Meal as Meal
    from sim.events import Meals as Meals
    from sim.events import Supplement as Supplement
    from sim.events import Treatment as Treatment
    from sim.faults import InputError as InputError
    from sim.model import TissueModel as TissueModel
    from sim.parameters import Parameters as Parameters
    from sim.result import Result as Result
    from sim.result import open_result as open_result
    from sim.simulation import SimulationError as SimulationError
    from sim.simulation import resume as resume
    from sim.simulation import run as run
    from sim.study.archive import StudyError as StudyError
    from sim.study.design import Design as Design
    from sim.study.findings import Study as Study
    from sim.study.findings import open_study as open_study
    from sim.study.merging import merge_study as merge_study
    from sim.study.runner import run_study as run_study
    from sim.tissue import Tissue as Tissue

_HOMES = {
    "run": "simulation",
    "resume": "simulation",
    "SimulationError": "simulation",
    "compare": "comparison",
    "Comparison": "comparison",
    "Result": "result",
    "open_result": "result",
    "InputError": "faults",
    "Condition": "condition",
    "ConditionError": "condition",
    "Diet": "events",
    "Meal": "events",
    "Meals": "events",
    "Supplement": "events",
    "Treatment": "events",
    "load": "condition",
    "named": "condition",
    "Parameters": "parameters",
    "Tissue": "tissue",
    "Design": "study.design",
    "Study": "study.findings",
    "open_study": "study.findings",
    "StudyError": "study.archive",
    "merge_study": "study.merging",
    "run_study": "study.runner",
    "save_tissue": "checkpoint",
    "load_tissue": "checkpoint",
    "TissueModel": "model",
    "CellAgent": "agents",
    "ExtracellularAgent": "agents",
    "RenalAgent": "agents",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(f"sim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
