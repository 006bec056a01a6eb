"""Loss of pump sites multiplies the harm of cells, but does not feed on itself through plasma K."""

from pathlib import Path

import pytest

from tests.experiments.small_run import small_run


def test_pump_sites_make_a_chain_and_no_vicious_circle(tmp_path: Path) -> None:
    findings = small_run("feedback_loop", tmp_path).findings
    found = {name: finding.interval for name, finding in findings.items()}
    times = [found[f"times the rise of muscle Na, day {day}"] for day in (30, 60, 120)]
    assert 1.5 < times[0].estimate < times[1].estimate < times[2].estimate < 5.0
    for state in ("rest", "severe Mg loss"):
        assert found[f"early gain, {state}"].high < 0.0  # K from cells calls for more sites.
    assert found["late gain, rest"].estimate == pytest.approx(0.0, abs=0.01)
    assert found["late gain, severe Mg loss"].low > 0.0
    assert found["late gain, severe Mg loss"].high < 0.2  # The kidney sets plasma K.
    assert found["peak gain, severe Mg loss"].high < 1.0  # No tipping point.
    assert 0.0 < found["runaway if sites followed muscle K"].estimate < 100.0
