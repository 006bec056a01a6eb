"""Potential, excitability and QTc in K and Mg loss, at small size."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_k_loss_hyperpolarises_then_depolarises_and_mg_loss_depolarises(tmp_path: Path) -> None:
    found = small_run("membrane_potential", tmp_path).findings
    change = {name: finding.interval for name, finding in found.items()}
    mean = {name: interval.estimate for name, interval in change.items()}
    assert change["muscle potential, severe K loss, fall 0.8 mM"].high < 0.0
    assert change["muscle potential, severe K loss, end minus lowest"].low > 0.0
    assert mean["muscle potential, severe K loss"] > 0.0 > mean["muscle potential, K loss"]
    assert change["muscle potential, Mg loss minus K loss, fall 0.8 mM"].low > 0.0
    assert mean["muscle potential, severe Mg loss"] > 2.0
    assert abs(mean["muscle potential, mild Mg loss"]) < 0.5
    assert mean["heart potential, severe K loss"] < mean["heart potential, K loss"] < 0.0
    for cells in ("muscle", "heart"):  # More excitable in Mg loss, less so in K loss.
        assert change[f"{cells} margin, severe Mg loss"].high < 0.0 < mean[f"{cells} margin, K loss"]
    assert mean["QTc, severe Mg loss"] > mean["QTc, severe K loss"] > mean["QTc, K loss"] > 10.0
