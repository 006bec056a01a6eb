"""The Na,K-pump and free Mg, at small size."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_pump_responds_to_free_mg_through_its_mg_site_not_mgatp(tmp_path: Path) -> None:
    found = small_run("pump_and_magnesium", tmp_path).findings
    change = {name: finding.interval for name, finding in found.items()}
    # By hand: MgATP 8·0.2/0.28 and 8·0.557/0.637 mM, half saturation at 0.2 mM.
    assert abs(change["MgATP at 0.2 mM"].estimate + 0.62) < 0.005
    assert change["MgATP at 0.2 mM"].low > -3.0  # Even with the most unfavourable constants.
    assert change["Mg site at 0.2 mM"].high < -10.0
    assert -20.0 < change["free Mg"].estimate < -13.0  # About a sixth.
    assert -15.0 < change["by Mg site"].low < change["by Mg site"].high < -1.0
    assert (
        change["by pump sites"].high < change["by Mg site"].low
    )  # The loss of sites has a larger effect.
    assert change["by all together"].low > 0.0  # Driven by cell Na it runs faster than in health.
    single = ("by Mg site", "by MgATP", "by plasma K", "by pump sites", "by cell Na")
    product = 1.0
    for name in single:
        product *= 1.0 + 0.01 * change[name].estimate
    assert abs(product / (1.0 + 0.01 * change["by all together"].estimate) - 1.0) < 0.02
