"""Proportions of virtual persons, and the properties of persons that predict an outcome."""

import pandas as pd

import sim
from experiments._tools.harness import Finding
from sim.statistics import (
    Interval,
    paired_proportion_difference,
    proportion_interval,
    rank_correlations,
)

PROPERTIES = {
    "body_size": "body size", "gfr": "GFR", "intake_na": "Na intake", "intake_k": "K intake",
    "intake_mg": "Mg intake", "intake_ca": "Ca intake", "plasma_k": "baseline plasma K",
    "plasma_mg": "baseline plasma Mg", "cell_mg": "Mg of cells", "free_mg": "free Mg of cells",
    "mg_absorption": "Mg absorption", "pump_sites": "pump sites", "na_leak": "Na leak",
}  # fmt: skip
"""Properties of a person, with their labels."""
LEVELS = {"plasma_k": "K before treatment", "plasma_mg": "Mg before treatment"}
"""State of a person before a treatment, with labels."""
Findings = dict[str, Finding]


def proportion(indicator: pd.Series) -> Finding:
    """Proportion of ones [%] in an indicator of zeros and ones."""
    return _percent(proportion_interval(int(indicator.sum()), int(indicator.count())))


def paired_difference(before: pd.Series, after: pd.Series) -> Finding:
    """Difference of two proportions [%] in the same persons."""
    return _percent(paired_proportion_difference(before, after))


def _percent(found: Interval) -> Finding:
    return Finding(Interval(*(100.0 * x for x in found[:3]), found.n, found.level), "%")


def rank_drivers(study: sim.Study, outcome: pd.Series, day: float) -> Findings:
    """Rank correlations of properties of persons, known before a treatment, with its outcome.

    Parameters
    ----------
    study : sim.Study
        Study of virtual persons without parameter sets that records plasma K and Mg.
    outcome : Series
        One value per replicate, for all or some replicates of the study.
    day : float
        Day on which the treatment begins; until then all arms are identical.

    Returns
    -------
    dict of Finding
        By name, the strongest correlation first.
    """
    reference = study.arms[0]
    persons = study.cases[study.cases["condition"] == reference].set_index(["replicate", "sample"])
    inputs = {words: persons[f"person_{name}"] for name, words in PROPERTIES.items()}
    for name, words in LEVELS.items():
        inputs[words] = study.at(name, reference, day)
    found = rank_correlations({name: values[outcome.index] for name, values in inputs.items()}, outcome)
    strongest = sorted(found, key=lambda name: -abs(found[name].estimate))
    return {name: Finding(found[name]) for name in strongest}


def table(findings: Findings, index: str) -> pd.DataFrame:
    """Findings in rows, with ``index`` as the name of the index."""
    rows = {name: {"unit": unit, **found._asdict()} for name, (found, unit) in findings.items()}
    return pd.DataFrame.from_dict(rows, orient="index").drop(columns="level").rename_axis(index)
