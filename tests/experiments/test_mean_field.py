"""Identical cells agree with their mean-field twin; heterogeneous cells deviate, most in the tail."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_identical_cells_agree_with_the_twin_and_heterogeneous_ones_do_not(tmp_path: Path) -> None:
    answer = small_run("mean_field", tmp_path)
    found = {name: finding.interval.estimate for name, finding in answer.findings.items()}
    deviation = found["deviation of identical cells"]
    assert deviation < 1e-4
    severe = answer.tables["tissues"].loc[0.95]
    assert (severe["excess_na"] > 10.0 * 100.0 * deviation).all()  # In every tissue, at every width.
    assert (severe["plasma_k_difference"].abs() < 10.0).all()  # µM: cells share one fluid.
    assert found["leak / pump capacity in that tail"] > 1.5
    widths = [width for name, width in found.items() if name.startswith("width factor for a tail")]
    assert widths == sorted(widths, reverse=True)  # The required width decreases with Mg loss,
    assert widths[-1] > 1.0  # but exceeds the published one.
