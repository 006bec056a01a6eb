"""The replicate study: KCl restores K in few persons, Mg in nearly all; baseline K predicts it."""

from pathlib import Path

import pandas as pd

from experiments._tools.harness import RESULTS
from experiments.replicate_study import ARMS
from tests.experiments.small_run import small_run


def test_kcl_alone_restores_k_in_few_and_mg_in_many(tmp_path: Path) -> None:
    answer = small_run("replicate_study", tmp_path)
    after = {arm: answer.findings[f"above 3.5 mM after two weeks of {arm}"].interval for arm in ARMS}
    assert after["untreated"].estimate <= after["KCl"].estimate < 50.0
    assert 80.0 < after["Mg"].estimate <= after["KCl and Mg"].estimate
    assert answer.findings["above 3.5 mM through Mg in addition to KCl"].interval.low > 0.0
    assert answer.findings["effect of KCl on plasma K"].interval.low > 0.2
    ever = answer.tables["on_any_day"]["estimate"]
    assert all(ever[arm] >= final.estimate for arm, final in after.items())
    assert answer.facts["failures"] == []
    assert answer.facts["variance_reduction"]["low"] > 1.0
    assert (tmp_path / "study" / "manifest.json").exists()


def test_baseline_plasma_k_is_the_best_predictor() -> None:
    """In the committed study, because rank correlations need many persons."""
    predictors = pd.read_csv(RESULTS / "replicate_study" / "predictors.csv", index_col="predictor")
    assert predictors.index[0] == "baseline plasma K"
    assert predictors["low"].iloc[0] > 0.7
    assert predictors.loc["K before treatment", "low"] > 0.5
    assert predictors.loc["K intake", "high"] < 0.0  # The same KCl has less effect at a high intake.
    for name in ("GFR", "body size", "pump sites", "Mg absorption"):
        assert predictors.loc[name, "low"] < 0.0 < predictors.loc[name, "high"]
