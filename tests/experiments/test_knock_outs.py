"""Contributions of the mechanisms to the effects of severe Mg loss."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_contributions_of_mechanisms(tmp_path: Path) -> None:
    part = small_run("knock_outs", tmp_path).tables["contributions"]["estimate"]
    assert part["na-leak-mg-block", "rise of muscle Na"] > 20.0
    assert part["ncc-mg-dependence", "fall of plasma K"] > 10.0
    assert part["romk-mg-block", "failure of KCl"] > 10.0
    assert part["mg-saving", "fall of plasma K"] < 0.0  # Renal Mg conservation protects.
    assert abs(part["pth-resistance", "fall of plasma K"]) < 2.0  # PTH does not affect K.
    assert abs(part["pump-mgatp", "rise of muscle Na"]) < 1.0  # MgATP alone does not slow the pump,
    assert part["pump-mg-site", "rise of muscle Na"] > 1.0  # its own Mg site does.
    cells = ("pump-expression", "na-leak-mg-block", "k-leak-mg-block", "pump-mg-site")
    assert all(abs(part[name, "fall of plasma K"]) < 5.0 for name in cells)  # The kidney sets it.
