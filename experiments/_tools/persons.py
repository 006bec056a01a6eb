"""Shares of virtual persons, and what of a person goes with an outcome."""

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
"""What else is known of them before something is done."""
Findings = dict[str, Finding]


def share(held: pd.Series) -> Finding:
    """Share [%] of persons, or of whatever else, of whom something holds: 1 or 0 each."""
    return _percent(proportion_interval(int(held.sum()), int(held.count())))


def gain(before: pd.Series, after: pd.Series) -> Finding:
    """Difference of two such shares [%] of the same persons."""
    return _percent(paired_proportion_difference(before, after))


def _percent(part: Interval) -> Finding:
    return Finding(Interval(*(100.0 * x for x in part[:3]), part.n, part.level), "%")


def deciding(study: sim.Study, outcome: pd.Series, day: float) -> Findings:
    """Rank correlation of what is known of persons before something is done with what comes of it.

    Parameters
    ----------
    study : sim.Study
        Of virtual persons, without parameter sets, with plasma K and Mg recorded.
    outcome : Series
        A value a body, of all bodies of the study or of some.
    day : float
        When it was done; until then all arms are the same.

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
    """Findings in rows, which are named for what they are ``of``."""
    rows = {name: {"unit": unit, **found._asdict()} for name, (found, unit) in findings.items()}
    return pd.DataFrame.from_dict(rows, orient="index").drop(columns="level").rename_axis(of)
