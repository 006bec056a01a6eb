"""ROMK, distal delivery and aldosterone, at small size."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_moderate_mg_loss_needs_delivery_or_aldosterone_to_cause_hypokalaemia(tmp_path: Path) -> None:
    found = small_run("romk_block", tmp_path).findings
    mean = {name: finding.interval.estimate for name, finding in found.items()}
    k = {
        (loss, drive): mean[f"plasma K: {loss} Mg loss, {drive}, ROMK free"]
        for loss in ("no", "moderate", "severe")
        for drive in ("neither", "delivery", "aldosterone", "both")
    }
    alone = (k["moderate", "neither"], k["no", "delivery"], k["no", "aldosterone"])
    assert min(alone) > 3.5 > max(k["moderate", "delivery"], k["moderate", "aldosterone"])
    assert k["severe", "neither"] < 3.5  # Severe loss needs neither.
    for drive in ("delivery", "aldosterone", "both"):
        assert k["severe", drive] < k["moderate", drive] < k["no", drive] < k["no", "neither"]
        for loss in ("moderate", "severe"):
            free, fixed = (
                mean[f"extra urinary K: {loss} Mg loss × {drive}, {romk}"]
                for romk in ("ROMK free", "ROMK fixed")
            )
            assert free > 1.5 * fixed > 0.0  # More than the sum, and more so with ROMK's block.
            assert abs(mean[f"plasma K: {loss} Mg loss × {drive}, ROMK free"]) < 0.15
