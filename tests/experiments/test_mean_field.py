"""Different cells are not their mean-field twin, equal ones are; the rarest differ most."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_different_cells_are_not_their_twin_but_equal_ones_are(tmp_path: Path) -> None:
    answer = small_run("mean_field", tmp_path)
    found = {name: finding.interval.estimate for name, finding in answer.findings.items()}
    apart = found["equal cells apart from twin"]
    assert apart < 1e-4
    severe = answer.tables["tissues"].loc[0.95]
    assert (severe["more Na"] > 10.0 * 100.0 * apart).all()  # In every tissue, at every width.
    assert (severe["more K"].abs() < 10.0).all()  # µM: cells share one fluid.
    assert found["leak over pump of that tail"] > 1.5
    widths = [width for name, width in found.items() if name.startswith("widths for a tail")]
    assert widths == sorted(widths, reverse=True)  # The more Mg is lost, the less width it takes,
    assert widths[-1] > 1.0  # but more than the published one.
