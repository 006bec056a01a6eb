"""The replicate study: KCl restores K in few, Mg in nearly all, and normal plasma K decides."""

from pathlib import Path

import pandas as pd

from experiments._tools.harness import RESULTS
from experiments.replicate_study import ARMS
from tests.experiments.small_run import small_run


def test_kcl_alone_restores_few_and_magnesium_many(tmp_path: Path) -> None:
    answer = small_run("replicate_study", tmp_path)
    after = {arm: answer.findings[f"above 3.5 mM after two weeks of {arm}"].interval for arm in ARMS}
    assert after["nothing"].estimate <= after["KCl"].estimate < 50.0
    assert 80.0 < after["Mg"].estimate <= after["KCl and Mg"].estimate
    assert answer.findings["above 3.5 mM through Mg besides KCl"].interval.low > 0.0
    assert answer.findings["plasma K gained by KCl"].interval.low > 0.2
    ever = answer.tables["on_any_day"]["estimate"]
    assert all(ever[arm] >= share.estimate for arm, share in after.items())
    assert answer.facts["failures"] == []
    assert answer.facts["variance_reduction"]["low"] > 1.0
    assert (tmp_path / "study" / "manifest.json").exists()


def test_of_all_that_may_decide_normal_plasma_k_does_most() -> None:
    """Of the committed study, for it takes many persons."""
    deciding = pd.read_csv(RESULTS / "replicate_study" / "deciding.csv", index_col="known before")
    assert deciding.index[0] == "normal plasma K"
    assert deciding["low"].iloc[0] > 0.7
    assert deciding.loc["K before treatment", "low"] > 0.5
    assert deciding.loc["K intake", "high"] < 0.0  # Whoever eats more K is helped less by the same KCl.
    for name in ("GFR", "body size", "pump sites", "Mg absorption"):
        assert deciding.loc[name, "low"] < 0.0 < deciding.loc[name, "high"]
