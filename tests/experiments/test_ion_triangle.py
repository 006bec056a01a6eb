"""The triangle of K, Mg and Na runs from Mg over K to cell Na, and hardly back."""

from pathlib import Path

from tests.experiments.small_run import small_run


def test_lack_of_one_ion_moves_the_others_one_way_round(tmp_path: Path) -> None:
    findings = small_run("ion_triangle", tmp_path).findings

    def change(ion: str, place: str, withheld: str) -> float:
        return findings[f"{ion} of {place}, {withheld} withheld"].interval.estimate

    for ion in ("K", "Mg", "Na"):
        assert -20.0 < change(ion, "whole body", ion) < -5.0  # Depleted to a comparable degree.
    assert change("Na", "muscle cells", "K") > change("Na", "muscle cells", "Mg") > 20.0
    assert -20.0 < change("K", "plasma", "Mg") < -5.0
    assert abs(change("Mg", "plasma", "K")) < 2.0
    assert change("Mg", "muscle cells", "K") > 0.0  # Na that cells gain slows the exit of Mg.
    for ion in ("K", "Mg"):
        for place in ("plasma", "muscle cells", "whole body"):
            assert abs(change(ion, place, "Na")) < 2.0
    for withheld in ("K", "Mg", "Na"):
        assert abs(change("Na", "plasma", withheld)) < 3.0  # Water follows Na.
