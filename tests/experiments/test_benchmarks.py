"""The benchmarks compare what computes the same."""

from experiments.benchmarks import engines, replicates


def test_the_peers_of_the_benchmark_compute_the_same_law() -> None:
    race = engines.race(200, rounds=1)  # Raises if any engine's rates differ.
    assert set(race.seconds) == set(engines.ENGINES)


def test_mesa_objects_end_where_the_study_does() -> None:
    """The benchmark of replicates raises if plasma K differs."""
    row = replicates.race(5, 0.5, 1, 2)
    assert row["ratio"] > 1.0
