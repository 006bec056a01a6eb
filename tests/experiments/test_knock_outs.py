"""Mechanisms carry the shares that the claims say."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_the_shares_of_mechanisms_are_those_of_the_claims(tmp_path: Path) -> None:
    share = small_run("knock_outs", tmp_path).tables["shares"]["estimate"]
    assert share["na-leak-mg-block", "rise of muscle Na"] > 20.0
    assert share["ncc-mg-dependence", "fall of plasma K"] > 10.0
    assert share["romk-mg-block", "failure of KCl"] > 10.0
    assert share["mg-saving", "fall of plasma K"] < 0.0  # Saving Mg protects.
    assert abs(share["pth-resistance", "fall of plasma K"]) < 2.0  # PTH does not move K.
    assert abs(share["pump-mgatp", "rise of muscle Na"]) < 1.0  # MgATP alone does not slow the pump,
    assert share["pump-mg-site", "rise of muscle Na"] > 1.0  # its own Mg site does.
    cells = ("pump-expression", "na-leak-mg-block", "k-leak-mg-block", "pump-mg-site")
    assert all(abs(share[name, "fall of plasma K"]) < 5.0 for name in cells)  # The kidney sets it.
