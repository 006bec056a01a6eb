"""Sensitivity: starting values matter most, then what no source settles."""

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


def test_some_parameters_matter_much_more_than_others(tmp_path: Path) -> None:
    answer = small_run("sensitivity", tmp_path)
    totals = answer.tables["indices"].groupby(level=0)["total"].max()
    assert totals.max() > 0.3
    assert (totals < 0.02).sum() >= 4
    of_all, unsettled = (
        answer.findings[f"largest index for plasma K, {of}"].interval
        for of in ("of all", "of what no source settles")
    )
    assert unsettled.estimate < of_all.estimate
    assert answer.tables["indices"].loc["plasma_k", "total"].iloc[0] == of_all.estimate


def test_what_matters_most_is_where_one_starts_and_what_kidney_and_bone_do() -> None:
    """Of the committed run, for it takes many samples."""
    indices = pd.read_csv(RESULTS / "sensitivity" / "indices.csv", index_col="parameter")
    most = indices.groupby("output")["total"].idxmax()
    assert most["plasma_k"] == "plasma_k"
    assert most["na_in_mean"] == "rest_na"
    assert most["k_in_mean"] == "rest_k"
    assert most["plasma_ca"] == "bone_ca_floor"
    unsettled = indices[indices["basis"].isin([Basis.FITTED, Basis.ASSUMED])]
    first = unsettled[unsettled["output"] == "plasma_k"]["total"].nlargest(2)
    assert set(first.index) == {"romk_half_mg", "k_secretion_exponent"}
    screening = pd.read_csv(RESULTS / "sensitivity" / "screening.csv", index_col="parameter")
    assert list(screening.index) == NAMES


def test_screening_sees_what_matters_and_only_that() -> None:
    names = ["bone_ca_floor", "gfr", "vomit_k", "ncc_half_mg"]
    with ThreadPoolExecutor(1) as pool:
        effects, bodiless = screen(names, 4, Loss(5, 120.0, pool))  # type: ignore[arg-type]
    assert effects["plasma_ca"].idxmax() == "bone_ca_floor"
    assert effects.loc["vomit_k"].max() < 1e-9  # Nobody vomits.
    assert bodiless == 0


def test_samples_that_are_no_power_of_two_are_refused() -> None:
    with pytest.raises(sim.InputError, match="power of two"):
        sensitivity.main(replicates=6, trajectories=0)
