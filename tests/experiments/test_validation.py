"""Validation: proportions reproduced, misses, and agreement with `sim validate`."""

from pathlib import Path

from sim.validation import HELD_OUT, TARGETS
from tests.experiments.small_run import small_run


def test_most_findings_are_reproduced_and_misses_are_explained(tmp_path: Path) -> None:
    misses = {target.name for target in TARGETS if target.miss}
    answer = small_run("validation", tmp_path)
    table = answer.tables["targets"]
    assert list(table.index) == [target.name for target in TARGETS]
    assert set(table.index[~table["met"]]) == misses
    assert (table["met"] == (table["distance"].abs() <= 1.0)).all()
    fitted, held_out = (
        answer.findings[f"met, {group}"].interval for group in ("calibration", "held out")
    )
    assert fitted.estimate > 90.0
    assert held_out.n == sum(target.group == HELD_OUT for target in TARGETS)
    assert held_out.estimate >= 70.0
    assert held_out.low > 30.0
    for name in misses:
        assert table.loc[name, "what"] in answer.sentence
        assert abs(answer.findings[f"distance of {name}"].interval.estimate) > 1.0
