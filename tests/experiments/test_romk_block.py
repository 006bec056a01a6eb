"""ROMK, distal delivery and aldosterone, at small size."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_moderate_mg_loss_needs_delivery_or_aldosterone_to_cause_hypokalaemia(tmp_path: Path) -> None:
    found = small_run("romk_block", tmp_path).findings
    mean = {name: finding.interval.estimate for name, finding in found.items()}
    k = {
        (loss, stimulus): mean[f"plasma K: {loss} Mg loss, {stimulus}, ROMK responsive"]
        for loss in ("no", "moderate", "severe")
        for stimulus in ("neither", "delivery", "aldosterone", "both")
    }
    alone = (k["moderate", "neither"], k["no", "delivery"], k["no", "aldosterone"])
    assert min(alone) > 3.5 > max(k["moderate", "delivery"], k["moderate", "aldosterone"])
    assert k["severe", "neither"] < 3.5  # Severe loss requires neither.
    for stimulus in ("delivery", "aldosterone", "both"):
        assert k["severe", stimulus] < k["moderate", stimulus] < k["no", stimulus] < k["no", "neither"]
        for loss in ("moderate", "severe"):
            responsive, fixed = (
                mean[f"extra urinary K: {loss} Mg loss × {stimulus}, {romk}"]
                for romk in ("ROMK responsive", "ROMK fixed")
            )
            assert responsive > 1.5 * fixed > 0.0  # Superadditive, more so through ROMK's Mg block.
            assert abs(mean[f"plasma K: {loss} Mg loss × {stimulus}, ROMK responsive"]) < 0.15
