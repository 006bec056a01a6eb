"""Oral Mg lowers cell Na and pressure, more so in Mg depletion, with a saturating dose response."""

from pathlib import Path

from tests.experiments.small_run import small_run

LOWERED = ("mean arterial pressure", "Na of muscle", "Na of vascular muscle", "Na of red cells")


def test_oral_mg_lowers_cell_na_and_pressure(tmp_path: Path) -> None:
    found = {name: of.interval for name, of in small_run("oral_magnesium", tmp_path).findings.items()}
    for name in LOWERED:
        healthy, depleted = (found[f"{name}, {group}"] for group in ("healthy", "Mg-depleted"))
        assert depleted.estimate < healthy.estimate
        assert healthy.high < 0.0
    before = found["Na of red cells before, Mg-depleted"].estimate
    assert before > found["Na of red cells before, healthy"].estimate
    assert 0.5 < found["plasma Mg before, Mg-depleted"].estimate < 0.7
    # Between the pooled null of reviews and Kawano's office readings: −3.7/−1.7 mmHg.
    assert -2.4 < found["mean arterial pressure, healthy"].estimate < -0.2
    for group in ("healthy", "Mg-depleted"):  # Another 10 mmol/day have less effect than the first 20.
        twenty = found[f"mean arterial pressure, {group}"].estimate
        assert twenty / 2.0 < found[f"slope per 10 mmol/day, {group}"].estimate < 0.0
