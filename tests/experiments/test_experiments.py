"""Experiments run at small size and mean what they say."""

import json
from pathlib import Path

from experiments import mean_field
from experiments.benchmarks import engines


def test_different_cells_are_not_their_twin_but_typical_ones_are(tmp_path: Path) -> None:
    answer = mean_field.main(replicates=2, n_cells=200, duration=120.0, out=tmp_path)
    assert answer["uniform_differs_by"] < 1e-4
    assert answer["na_in_above_twin_low"] > 10.0 * answer["uniform_differs_by"]
    assert answer["plasma_k_differs_by"] < 0.1
    assert answer["tail_leak_over_pump"] > 1.5
    assert {path.name for path in tmp_path.iterdir()} == {"summary.csv", "figure.png", "provenance.json"}
    assert json.loads((tmp_path / "provenance.json").read_text())["cells"] == 200


def test_the_peers_of_the_benchmark_compute_the_same_law() -> None:
    race = engines.race(200, rounds=1)  # Raises if any engine's rates differ.
    assert set(race.seconds) == set(engines.ENGINES)
