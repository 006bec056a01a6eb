"""Proportions of virtual persons, and which of their properties an outcome depends on."""

import pandas as pd

import sim
from experiments._tools.harness import Finding
from sim.statistics import (
    Interval,
    paired_proportion_difference,
    proportion_interval,
    rank_correlations,
)

WORDS = {
    "body_size": "body size", "gfr": "GFR", "intake_na": "Na intake", "intake_k": "K intake",
    "intake_mg": "Mg intake", "intake_ca": "Ca intake", "plasma_k": "normal plasma K",
    "plasma_mg": "normal plasma Mg", "cell_mg": "Mg of cells", "free_mg": "free Mg of cells",
    "mg_absorption": "Mg absorption", "pump_sites": "pump sites", "na_leak": "Na leak",
}  # fmt: skip
"""Properties of a person."""
LEVELS = {"plasma_k": "K before treatment", "plasma_mg": "Mg before treatment"}
"""What else is known of them before a treatment."""
Findings = dict[str, Finding]


def share(indicator: pd.Series) -> Finding:
    """Proportion [%] of persons, or of anything else, with an indicator of one; the others have zero."""
    return _percent(proportion_interval(int(indicator.sum()), int(indicator.count())))


def gain(before: pd.Series, after: pd.Series) -> Finding:
    """Paired difference of two such proportions [%]."""
    return _percent(paired_proportion_difference(before, after))


def _percent(found: Interval) -> Finding:
    return Finding(Interval(*(100.0 * x for x in found[:3]), found.n, found.level), "%")


def rank_drivers(study: sim.Study, outcome: pd.Series, day: float) -> Findings:
    """Rank correlations of what is known of persons before a treatment with an outcome of it.

    Parameters
    ----------
    study : sim.Study
        Of virtual persons, without parameter sets, with plasma K and Mg recorded.
    outcome : Series
        A value per replicate, of all or some of the study.
    day : float
        When the treatment begins; until then all arms are the same.

    Returns
    -------
    dict of Finding
        By name, the strongest first.
    """
    reference = study.arms[0]
    persons = study.cases[study.cases["condition"] == reference].set_index(["replicate", "sample"])
    inputs = {words: persons[f"person_{name}"] for name, words in WORDS.items()}
    for name, words in LEVELS.items():
        inputs[words] = study.at(name, reference, day)
    found = rank_correlations({name: of[outcome.index] for name, of in inputs.items()}, outcome)
    strongest = sorted(found, key=lambda name: -abs(found[name].estimate))
    return {name: Finding(found[name]) for name in strongest}


def table(findings: Findings, of: str) -> pd.DataFrame:
    """Findings in rows, with ``of`` as the name of the index."""
    rows = {name: {"unit": unit, **found._asdict()} for name, (found, unit) in findings.items()}
    return pd.DataFrame.from_dict(rows, orient="index").drop(columns="level").rename_axis(of)
