"""The numbers in the README agree with the run of its first figure."""

from pathlib import Path

import pandas as pd
import pytest

import sim

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """The run of the figure: ``sim run refractory-hypokalaemia --seed 1``."""
    return sim.run("refractory-hypokalaemia", seed=1).table


def test_numbers_in_the_caption_are_those_of_the_run(table: pd.DataFrame) -> None:
    k, ca = table["plasma_k"], table["plasma_ca"]
    words = " ".join(README.split())
    for sentence in (
        f"plasma K falls to {k[120.0]:.2f} mM",
        f"KCl lift it to {k[150.0]:.2f} mM",
        f"without any KCl, to {k[180.0]:.2f} mM",
        f"Ca falls to {ca[120.0]:.2f} mM",
    ):
        assert sentence in words


def test_numbers_in_the_table_of_claims_are_those_of_the_run(table: pd.DataFrame) -> None:
    na, k, v = table["na_in_mean"], table["k_in_mean"], table["potential_mean"]
    urine = table["urine_k"]
    change = 100.0 * (k[120.0] / k[0.0] - 1.0)
    more = 100.0 * (urine[120.0] / urine[0.0] - 1.0)
    cells = f"{na[0.0]:.1f} to {na[120.0]:.1f} mM, {change:.0f} %, {v[0.0]:.1f} to {v[120.0]:.1f} mV"
    assert f"| {cells.replace('-', '−')} |" in README
    assert f"| {table['plasma_k'][120.0]:.2f} mM, {more:+.0f} % |" in README
    assert f"| {table['plasma_k'][150.0]:.2f} and {table['plasma_k'][180.0]:.2f} mM |" in README
    worst = table.filter(like="audit_").abs().to_numpy().max()
    assert f"{worst:.0e} in the picture above".replace("e-", "e-") in README
