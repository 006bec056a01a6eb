"""Depletion acts from Mg through K to cell Na, and hardly in the opposite direction."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_effects_of_depletion_are_not_symmetric(tmp_path: Path) -> None:
    findings = small_run("ion_triangle", tmp_path).findings

    def change(ion: str, place: str, restricted: str) -> float:
        return findings[f"{ion} of {place}, {restricted} restricted"].interval.estimate

    for ion in ("K", "Mg", "Na"):
        assert -20.0 < change(ion, "whole body", ion) < -5.0  # Depleted to a comparable degree.
    assert change("Na", "muscle cells", "K") > change("Na", "muscle cells", "Mg") > 20.0
    assert -20.0 < change("K", "plasma", "Mg") < -5.0
    assert abs(change("Mg", "plasma", "K")) < 2.0
    assert change("Mg", "muscle cells", "K") > 0.0  # Cell Na slows the efflux of Mg.
    for ion in ("K", "Mg"):
        for place in ("plasma", "muscle cells", "whole body"):
            assert abs(change(ion, place, "Na")) < 2.0
    for restricted in ("K", "Mg", "Na"):
        assert abs(change("Na", "plasma", restricted)) < 3.0  # Water follows Na.
