"""Which properties of a person, or sampled parameters, an outcome depends on."""

import pandas as pd

from sim.errors import InputError
from sim.statistics import Interval, rank_correlations
from sim.study.arrow_tables import KEYS

_RESULTS = ["condition", "outcome", "evaluations"]
"""Columns of cases that are not inputs."""


def drivers_by_rank(cases: pd.DataFrame, outcome: pd.Series, level: float) -> pd.DataFrame:
    """Rank correlations of inputs with an outcome, the strongest first.

    A property of a person is compared with the mean outcome of its replicate, a sampled parameter with
    that of its parameter set: those are what was drawn independently.

    Parameters
    ----------
    cases : DataFrame
        Of one arm.
    outcome : Series
        By (replicate, sample).
    level : float
        Of the intervals.

    Raises
    ------
    InputError
        If no input varies.
    """
    inputs = cases.set_index(list(KEYS)).drop(columns=_RESULTS).reindex(outcome.index)
    varied = {str(name): column for name, column in inputs.items() if column.max() > column.min()}
    if not varied:
        raise InputError(["replicates do not differ; let them be persons, or sample parameters"])
    found: dict[str, Interval] = {}
    for key in KEYS:
        own = {
            name: column.groupby(level=key).mean()
            for name, column in varied.items()
            if (key == "replicate") == name.startswith("person_")
        }
        if own:
            found |= rank_correlations(own, outcome.groupby(level=key).mean(), level)
    frame = pd.DataFrame(found, index=Interval._fields).T.drop(columns="level")
    return frame.reindex(frame["estimate"].abs().sort_values(ascending=False).index)
