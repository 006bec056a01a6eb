"""Ca falls near a plasma Mg of 0.5 mM, because PTH rises and then fails; Mg corrects it."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_ca_falls_at_the_published_threshold_and_recovers(tmp_path: Path) -> None:
    found = {name: of.interval for name, of in small_run("hypocalcaemia", tmp_path).findings.items()}
    assert 0.4 < found["threshold, 100 %"].estimate < 0.6
    slower = found["threshold, 80 %"].estimate
    assert abs(slower - found["threshold, 100 %"].estimate) < 0.05
    assert found["threshold, low Mg requirement"].high < found["threshold, high Mg requirement"].low
    assert found["peak PTH, 100 %"].low > 1.2
    assert found["final PTH, 100 %"].high < 0.1
    assert 1.65 < found["Ca at Mg 0.41 mM"].estimate < 1.95  # Rude 1985: 1.80.
    assert 1.5 < found["Ca at Mg 0.25 mM"].estimate < 1.9  # Suh 1973: 1.70.
    assert 2.2 < found["Ca at Mg 0.61 mM"].estimate < 2.38  # Fatemi 1991, not fitted: 2.31.
    assert 3.0 < found["days of Mg until Ca is normal"].estimate < 13.0  # Rude 1985: 5 to 13 days.
