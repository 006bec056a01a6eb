"""Physiological responses within the bands of the first validation round."""

import numpy as np
import pandas as pd
import pytest

import sim
from sim.conditions.condition import Condition

KCL = {"ion": "potassium", "dose": "80 mmol/day", "start": "120 day"}
MG = {"ion": "magnesium", "dose": "10 mmol/day", "route": "intravenous", "start": "120 day"}


def severe_loss_then(*supplements: dict[str, str]) -> pd.DataFrame:
    """Table of severe Mg loss for 120 days and 30 more with supplements."""
    condition: Condition = sim.load("severe-magnesium-loss").revised(
        duration="150 day", supplement=[sim.Supplement(**s) for s in supplements]
    )
    return sim.run(condition, 200, seed=1, noise=False).table


@pytest.fixture(scope="module")
def severe() -> pd.DataFrame:
    return sim.run("severe-magnesium-loss", 200, seed=1, noise=False).table


@pytest.fixture(scope="module")
def depletion() -> pd.DataFrame:
    return sim.run("potassium-depletion", 200, seed=1, noise=False).table


def test_baseline_is_stable_for_thirty_days() -> None:
    tissue = sim.Tissue(1000, seed=1, noise=False)
    start = tissue.y.copy()
    tissue.advance_to(24.0 * 30.0)
    moving = np.abs(start) > 0.0
    moving[start.size - 11 :] = False  # Running totals.
    assert np.abs(tissue.y[moving] / start[moving] - 1.0).max() <= 1e-6


def test_fluctuating_cells_do_not_disturb_the_healthy_body() -> None:
    table = sim.run("baseline", 1000, seed=1).table
    assert table["plasma_k"].between(4.0, 4.4).all()
    assert table["na_in_mean"].between(9.5, 11.0).all()


def test_severe_loss_lowers_plasma_k_at_unchanged_urinary_k(severe: pd.DataFrame) -> None:
    assert 2.5 <= severe["plasma_k"].iloc[-1] <= 3.2
    assert severe["urine_k"].iloc[-1] / severe["urine_k"].iloc[0] == pytest.approx(1.0, abs=0.15)


def test_severe_loss_raises_cell_na_and_lowers_cell_k(severe: pd.DataFrame) -> None:
    assert severe["na_in_mean"].iloc[-1] >= 1.5 * severe["na_in_mean"].iloc[0]
    assert 0.80 <= severe["k_in_mean"].iloc[-1] / severe["k_in_mean"].iloc[0] <= 0.95


def test_severe_loss_depolarises_muscle(severe: pd.DataFrame) -> None:
    assert severe["potential_mean"].iloc[-1] > severe["potential_mean"].iloc[0] + 1.0


def test_severe_loss_slows_the_pump_relative_to_its_na(severe: pd.DataFrame) -> None:
    sites, mg = severe["expression_mean"], severe["mg_free_mean"]
    assert sites.iloc[-1] < 0.8 * sites.iloc[0]
    assert mg.iloc[-1] < 0.92 * mg.iloc[0]


def test_kcl_alone_fails_in_severe_loss() -> None:
    assert severe_loss_then(KCL)["plasma_k"].iloc[-1] < 3.9


def test_magnesium_alone_restores_potassium() -> None:
    assert 3.9 <= severe_loss_then(MG)["plasma_k"].iloc[-1] <= 4.6


def test_magnesium_and_kcl_restore_it_faster() -> None:
    def day_above(table: pd.DataFrame, k: float) -> float:
        later = table.loc[120.0:, "plasma_k"]
        return float(later.index[later > k][0])

    assert day_above(severe_loss_then(MG, KCL), 4.0) < day_above(severe_loss_then(MG), 4.0)


def test_potassium_depletion_alone_reaches_its_floor(depletion: pd.DataFrame) -> None:
    depleted = depletion.loc[:40.0].iloc[-1]
    assert 2.8 <= depleted["plasma_k"] <= 3.4
    assert 200.0 <= depletion["body_k"].iloc[0] - depleted["body_k"] <= 450.0
    assert depleted["urine_k"] <= 25.0


def test_the_same_kcl_restores_k_after_dietary_depletion(depletion: pd.DataFrame) -> None:
    assert 3.9 <= depletion["plasma_k"].iloc[-1] <= 5.0


def test_oral_magnesium_lowers_cell_na() -> None:
    table = sim.run("oral-magnesium", 50, seed=1, noise=False).table
    assert table["na_in_mean"].loc[56.0] < table["na_in_mean"].iloc[0] - 0.1
    assert table["plasma_mg"].loc[56.0] > table["plasma_mg"].iloc[0]


def test_the_kidney_conserves_magnesium_immediately() -> None:
    table = sim.run("magnesium-depletion", 50, seed=1, noise=False).table
    assert table["urine_mg"].loc[14.0] < 0.5 * table["urine_mg"].iloc[0]
    assert table["urine_mg"].iloc[-1] < 0.5


@pytest.mark.parametrize(
    ("kind", "strength", "column", "sign"),
    [
        ("thiazide", {"effect": 1.0}, "plasma_k", -1),
        ("loop-diuretic", {"effect": 1.0}, "plasma_mg", -1),
        ("hyperaldosteronism", {"fold": 4.0}, "plasma_k", -1),
        ("hyperaldosteronism", {"fold": 4.0}, "ecf_volume", +1),
        ("pump-inhibitor", {"effect": 0.3}, "na_in_mean", +1),
        ("romk-blocker", {"effect": 0.3}, "plasma_k", +1),
        ("proton-pump-inhibitor", {"effect": 0.8}, "plasma_mg", -1),
        ("mg-malabsorption", {"effect": 0.5}, "plasma_mg", -1),
    ],
)
def test_each_treatment_acts_in_its_direction(
    kind: str, strength: dict[str, float], column: str, sign: int
) -> None:
    condition = sim.Condition(
        name="drug", duration="20 day", treatment=[sim.Treatment(kind=kind, **strength)]
    )
    values = sim.run(condition, 20, seed=1, noise=False).table[column]
    assert sign * (values.iloc[-1] - values.iloc[0]) > 0.005 * abs(values.iloc[0])


@pytest.mark.parametrize("mechanism", ["romk-mg-block", "na-leak-mg-block", "ncc-mg-dependence"])
def test_knock_outs_attenuate_severe_loss(mechanism: str, severe: pd.DataFrame) -> None:
    table = sim.run("severe-magnesium-loss", 50, seed=1, noise=False, without=[mechanism]).table
    column = "na_in_mean" if mechanism == "na-leak-mg-block" else "plasma_k"
    harm = abs(table[column].iloc[-1] - table[column].iloc[0])
    assert harm < 0.95 * abs(severe[column].iloc[-1] - severe[column].iloc[0])
