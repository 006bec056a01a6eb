"""Loss of pump sites amplifies the harm to cells, but the loop gain through plasma K stays below one."""

from pathlib import Path

import pytest

from tests.experiments.small_run import small_run


def test_loss_of_pump_sites_amplifies_harm_without_runaway(tmp_path: Path) -> None:
    findings = small_run("feedback_loop", tmp_path).findings
    found = {name: finding.interval for name, finding in findings.items()}
    ratios = [found[f"ratio of Na rises, day {day}"] for day in (30, 60, 120)]
    assert 1.5 < ratios[0].estimate < ratios[1].estimate < ratios[2].estimate < 5.0
    for state in ("rest", "severe Mg loss"):
        assert (
            found[f"early gain, {state}"].high < 0.0
        )  # K released by cells raises the number of sites.
    assert found["late gain, rest"].estimate == pytest.approx(0.0, abs=0.01)
    assert found["late gain, severe Mg loss"].low > 0.0
    assert found["late gain, severe Mg loss"].high < 0.2  # The kidney sets plasma K.
    assert found["peak gain, severe Mg loss"].high < 1.0  # No tipping point.
    assert 0.0 < found["runaway through muscle K"].estimate < 100.0
