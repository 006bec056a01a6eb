"""Calibration: the default parameters are its output, and its identifiability is reproduced."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import calibration
from experiments._tools import fitting
from experiments._tools.harness import RESULTS
from sim.parameters import FACTS, Basis, describe
from tests.experiments.small_run import small_run

COMMITTED = RESULTS / "calibration"


def test_few_targets_identify_few_parameters(tmp_path: Path) -> None:
    """The first ten concern ions and PTH; they identify fewer parameters, and less precisely."""
    answer = small_run("calibration", tmp_path)
    few = answer.tables["parameters"]
    all_ = pd.read_csv(COMMITTED / "parameters.csv", index_col="parameter")
    assert set(few.index[few["identified"]]) < set(all_.index[all_["identified"]])
    assert few.loc["bone_ca_floor", "identified"]
    assert (few["standard_error"] >= 0.999 * all_["standard_error"]).all()
    assert few.loc["insulin_pump_gain", "of_prior_spread"] == pytest.approx(1.0)
    assert answer.findings["targets met"].interval.estimate == 100.0


def test_too_many_targets_are_refused() -> None:
    with pytest.raises(sim.InputError, match="give 1 to"):
        calibration.main(targets=fitting.ALL + 1)


def test_default_parameters_are_the_output_of_the_calibration() -> None:
    fitted = pd.read_csv(COMMITTED / "parameters.csv", index_col="parameter")["value"]
    defaults = {entry.name: entry.value for entry in describe()}
    assert list(fitted.index) == list(fitting.FREE)
    for name, value in fitted.items():
        assert defaults[name] == pytest.approx(value, rel=0.006), name


def test_default_parameters_reproduce_the_calibration() -> None:
    """Targets evaluated with the default parameters agree with the committed table.

    On the machine of the committed run within 1e-5, the precision of the table. The tolerance allows for
    different rounding: the integrator's error of 1e-4, over half bands of at least 3 %.
    """
    table = pd.read_csv(COMMITTED / "targets.csv", index_col="name")
    distances = {v.target.name: v.distance for v in fitting.verdicts_at(fitting.default_point())}
    assert list(table.index) == list(distances)
    for name, distance in distances.items():
        assert distance == pytest.approx(table.loc[name, "distance"], abs=0.005), name


def test_fit_is_a_minimum_along_single_parameters() -> None:
    """Changing a well-identified parameter by a tenth of its range worsens the fit, either way."""
    x = fitting.default_point()
    least = np.square(fitting.residuals(x)).sum()
    for name in ("ncc_mg_escape", "k_secretion_exponent", "insulin_pump_gain"):
        unit = np.eye(x.size)[fitting.FREE.index(name)]
        for step in (-0.1, 0.1):
            assert np.square(fitting.residuals(x + step * unit)).sum() > least


def test_fitted_parameters_have_the_basis_fitted() -> None:
    assert not [name for name in fitting.FREE if FACTS[name].basis != Basis.FITTED]


def test_population_and_twin_meet_the_same_targets() -> None:
    table = pd.read_csv(COMMITTED / "targets.csv", index_col="name")
    inside = table["population"].between(table["low"], table["high"])
    assert (inside == table["met"]).all()
