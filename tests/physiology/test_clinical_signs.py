"""Clinical signs: normal in the healthy body, and the direction of each response."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import CELL_TYPES, Parameters
from sim.physiology.clinical_signs import arterial_pressure, excitability, qt_interval
from tests.laws.law_tests import reproducible

P = Parameters()
BODY, SIGNS = P.body, P.signs
MG_TOTAL = BODY.plasma_mg_ionised + BODY.plasma_mg_complexed + BODY.plasma_mg_bound
MG, CA = BODY.plasma_mg_ionised, BODY.plasma_ca_ionised
REST = {name: cell.rest_potential for name, cell in zip(CELL_TYPES, P.of_types(), strict=True)}

excitable_types = pytest.mark.parametrize("cell_type", ["muscle", "heart"])
changes = st.floats(0.01, 0.5)
"""Relative change."""


def pressure(volume: float, na: float, p: Parameters = P) -> float:
    """Arterial pressure at a relative volume and a relative Na of smooth muscle."""
    return arterial_pressure(volume * BODY.ecf_volume, na * 11.45, 11.45, p)


def margin(cell_type: str, depolarised: float = 0.0, mg: float = 1.0, ca: float = 1.0) -> float:
    """Excitability of cells depolarised by some mV, at relative ionised Mg and Ca."""
    return excitability(cell_type, REST[cell_type] + depolarised, mg * MG, ca * CA, P)


def test_pressure_is_normal_in_the_healthy_body() -> None:
    """Normal volume and Na of smooth muscle give the normal pressure, whatever its value."""
    assert pressure(1.0, 1.0) == pytest.approx(SIGNS.pressure, rel=1e-14)
    assert pressure(1.0, 1.0, P.replace(pressure=85.0)) == pytest.approx(85.0, rel=1e-14)


@given(change=changes)
@reproducible
def test_pressure_rises_with_volume_and_with_na_of_smooth_muscle(change: float) -> None:
    """More salt in the body or in vascular muscle raises pressure."""
    assert pressure(1.0 + change, 1.0) > SIGNS.pressure
    assert pressure(1.0 - change, 1.0) < SIGNS.pressure
    assert pressure(1.0, 1.0 + change) > SIGNS.pressure
    assert pressure(1.0, 1.0 - change) < SIGNS.pressure


def test_qt_is_normal_in_the_healthy_body() -> None:
    """Normal K, Mg and Ca give the normal QTc."""
    k = max(BODY.plasma_k, SIGNS.qtc_k_from)
    assert qt_interval(k, MG_TOTAL, CA, P) == pytest.approx(SIGNS.qtc, rel=1e-14)


@given(fall=changes)
@reproducible
def test_each_mm_below_normal_lengthens_qt_by_its_slope(fall: float) -> None:
    """K acts below its threshold; Mg is total, Ca ionised."""
    k = SIGNS.qtc_k_from
    normal = qt_interval(k, MG_TOTAL, CA, P)
    assert qt_interval(k - fall, MG_TOTAL, CA, P) - normal == pytest.approx(fall * SIGNS.qtc_k)
    assert qt_interval(k, MG_TOTAL - fall, CA, P) - normal == pytest.approx(fall * SIGNS.qtc_mg)
    assert qt_interval(k, MG_TOTAL, CA - fall, P) - normal == pytest.approx(fall * SIGNS.qtc_ca)
    assert qt_interval(k + fall, MG_TOTAL + fall, CA, P) == pytest.approx(normal)


@excitable_types
def test_excitability_at_rest_is_the_distance_to_the_threshold(cell_type: str) -> None:
    """In the healthy body the margin is the normal threshold minus the resting potential."""
    threshold = {"muscle": SIGNS.threshold_muscle, "heart": SIGNS.threshold_heart}[cell_type]
    assert margin(cell_type) == pytest.approx(threshold - REST[cell_type], rel=1e-13)
    assert margin(cell_type) > 0.0


@excitable_types
@given(change=changes)
@reproducible
def test_fewer_divalents_make_cells_more_excitable(cell_type: str, change: float) -> None:
    """A fall of external Ca or Mg brings the threshold nearer, Ca more than Mg."""
    assert margin(cell_type, ca=1.0 - change) < margin(cell_type, mg=1.0 - change) < margin(cell_type)
    assert margin(cell_type, ca=1.0 + change) > margin(cell_type, mg=1.0 + change) > margin(cell_type)


@excitable_types
@given(far=st.floats(1.0, 25.0))
@reproducible
def test_hyperpolarised_cells_are_less_excitable(cell_type: str, far: float) -> None:
    """Low plasma K moves the potential away from the threshold, which hardly changes."""
    assert margin(cell_type, depolarised=-far) > margin(cell_type)
    assert margin(cell_type, depolarised=-far) - margin(cell_type) < far


@excitable_types
def test_threshold_rises_with_depolarisation(cell_type: str) -> None:
    """Depolarisation inactivates channels, so that each further mV reduces the margin less."""
    margins = [margin(cell_type, depolarised=float(mv)) for mv in range(61)]
    steps = [after - before for before, after in pairwise(margins)]
    assert steps == sorted(steps)
    assert steps[0] < 0.0


def test_only_excitable_types_have_a_threshold() -> None:
    """Other types are refused."""
    with pytest.raises(ValueError):
        excitability("nerve", -70.0, MG, CA, P)
    with pytest.raises(KeyError):
        excitability("red_cell", -10.0, MG, CA, P)
