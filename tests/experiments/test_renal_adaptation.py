"""The kidney keeps plasma K and Mg over the published intakes; loss of Mg takes its saving of K."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_the_kidney_adapts_until_mg_is_lost(tmp_path: Path) -> None:
    findings = small_run("renal_adaptation", tmp_path).findings
    found = {name: of.interval.estimate for name, of in findings.items()}
    assert found["least intake, K"] < 40.0  # Published: plasma K is normal from 40 …
    assert found["greatest intake, K"] > 250.0  # … to 250 mmol/day.
    assert 9.0 < found["least urine, K"] < 20.0
    assert found["least urine, Mg"] < 0.5
    assert found["least intake, Mg"] < 8.0  # About half of what people eat.
    assert found["fold with Mg lost"] > 4.0
    assert found["least urine, K, Mg lost"] > 1.5 * found["least urine, K"]
    assert found["still lost, K, Mg lost"] > 5.0 * found["still lost, K"]
