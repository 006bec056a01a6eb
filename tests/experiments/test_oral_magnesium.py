"""Oral Mg lowers cell Na and pressure, the more the more Mg was lacking, and levels off."""

from pathlib import Path

from tests.experiments.small_run import small_run

LOWERED = ("mean arterial pressure", "Na of muscle", "Na of vascular muscle", "Na of red cells")


def test_oral_mg_lowers_cell_na_and_pressure(tmp_path: Path) -> None:
    found = {name: of.interval for name, of in small_run("oral_magnesium", tmp_path).findings.items()}
    for name in LOWERED:
        healthy, lacking = (found[f"{name}, {group}"] for group in ("healthy", "lacking Mg"))
        assert lacking.estimate < healthy.estimate
        assert healthy.high < 0.0
    before = found["Na of red cells before, lacking Mg"].estimate
    assert before > found["Na of red cells before, healthy"].estimate
    assert 0.5 < found["plasma Mg before, lacking Mg"].estimate < 0.7
    # Between the pooled null of reviews and Kawano's office readings: −3.7/−1.7 mmHg.
    assert -2.4 < found["mean arterial pressure, healthy"].estimate < -0.2
    for group in ("healthy", "lacking Mg"):  # Ten mmol/day more do far less than the first twenty.
        twenty = found[f"mean arterial pressure, {group}"].estimate
        assert twenty / 2.0 < found[f"per 10 mmol/day more, {group}"].estimate < 0.0
