"""Sensitivity: baseline values matter most, then fitted and assumed parameters."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import sim
from experiments import sensitivity
from experiments._tools.harness import RESULTS
from experiments._tools.screening import NAMES, Loss, screen
from sim.parameters import Basis
from tests.experiments.small_run import small_run


def test_few_parameters_dominate_the_variance(tmp_path: Path) -> None:
    answer = small_run("sensitivity", tmp_path)
    totals = answer.tables["indices"].groupby(level=0)["total"].max()
    assert totals.max() > 0.3
    assert (totals < 0.02).sum() >= 4
    of_all, unsourced = (
        answer.findings[f"largest index, plasma K, {of}"].interval for of in ("all", "fitted or assumed")
    )
    assert unsourced.estimate < of_all.estimate
    assert answer.tables["indices"].loc["plasma_k", "total"].iloc[0] == of_all.estimate


def test_baseline_values_have_the_largest_indices() -> None:
    """In the committed run, because indices need many samples."""
    indices = pd.read_csv(RESULTS / "sensitivity" / "indices.csv", index_col="parameter")
    largest = indices.groupby("output")["total"].idxmax()
    assert largest["plasma_k"] == "plasma_k"
    assert largest["na_in_mean"] == "rest_na"
    assert largest["k_in_mean"] == "rest_k"
    assert largest["plasma_ca"] == "bone_ca_floor"
    unsourced = indices[indices["basis"].isin([Basis.FITTED, Basis.ASSUMED])]
    first = unsourced[unsourced["output"] == "plasma_k"]["total"].nlargest(2)
    assert set(first.index) == {"romk_half_mg", "k_secretion_exponent"}
    screening = pd.read_csv(RESULTS / "sensitivity" / "screening.csv", index_col="parameter")
    assert list(screening.index) == NAMES


def test_screening_finds_relevant_parameters_only() -> None:
    names = ["bone_ca_floor", "gfr", "vomit_k", "ncc_half_mg"]
    with ThreadPoolExecutor(1) as pool:
        effects, failed = screen(names, 4, Loss(5, 120.0, pool))  # type: ignore[arg-type]
    assert effects["plasma_ca"].idxmax() == "bone_ca_floor"
    assert effects.loc["vomit_k"].max() < 1e-9  # There is no vomiting in this condition.
    assert failed == 0


def test_sample_sizes_other_than_powers_of_two_are_refused() -> None:
    with pytest.raises(sim.InputError, match="power of two"):
        sensitivity.main(replicates=6, trajectories=0)
