"""Routes and mechanisms of K loss in Mg loss, at small size."""

from pathlib import Path

import pytest

from tests.experiments.small_run import small_run


def test_cells_lose_k_through_the_kidney_which_alone_sets_plasma_k(tmp_path: Path) -> None:
    found = small_run("potassium_losses", tmp_path).findings
    value = {name: finding.interval.estimate for name, finding in found.items()}
    for loss in ("severe Mg loss", "diet low in Mg"):
        body = value[f"body, {loss}"]
        assert value[f"urine, {loss}"] + value[f"stool, {loss}"] == pytest.approx(body, rel=1e-6)
        assert value[f"cells, {loss}"] + value[f"fluid, {loss}"] == pytest.approx(body, rel=1e-6)
        assert value[f"cells, {loss}"] > 0.8 * body
    assert 200.0 < value["body, severe Mg loss"] < 600.0
    assert value["body, diet low in Mg"] < 0.2 * value["body, severe Mg loss"]
    remaining = [value[f"cells, {part} fixed"] for part in ("K leak", "Na leak", "pump sites")]
    assert remaining == sorted(remaining, reverse=True)
    assert remaining[0] > 90.0  # The K leak hardly matters.
    assert value["cells, ROMK fixed"] < 30.0
    assert value["plasma K, ROMK fixed"] < 40.0
    assert value["plasma K, all three fixed"] > 90.0
