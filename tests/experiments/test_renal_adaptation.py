"""The kidney maintains plasma K and Mg over the published intakes; Mg loss impairs K conservation."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_renal_adaptation_fails_in_mg_loss(tmp_path: Path) -> None:
    findings = small_run("renal_adaptation", tmp_path).findings
    found = {name: of.interval.estimate for name, of in findings.items()}
    assert found["minimum intake, K"] < 40.0  # Published: plasma K is normal from 40 …
    assert found["maximum intake, K"] > 250.0  # … to 250 mmol/day.
    assert 9.0 < found["minimum output, K"] < 20.0
    assert found["minimum output, Mg"] < 0.5
    assert found["minimum intake, Mg"] < 8.0  # About half of the usual intake.
    assert found["fold in Mg loss"] > 4.0
    assert found["minimum output, K, Mg loss"] > 1.5 * found["minimum output, K"]
    assert found["net loss, K, Mg loss"] > 5.0 * found["net loss, K"]
