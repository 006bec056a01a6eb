"""Clinical signs: normal in the healthy body, and in which direction each follows what drives it."""

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
REST = {kind: cell.rest_potential for kind, cell in zip(CELL_TYPES, P.of_types(), strict=True)}

kinds = pytest.mark.parametrize("kind", ["muscle", "heart"])
changes = st.floats(0.01, 0.5)
"""Part by which something changes."""


def pressure(volume: float, na: float, p: Parameters = P) -> float:
    """Arterial pressure at a volume and a Na of smooth muscle over normal."""
    return arterial_pressure(volume * BODY.ecf_volume, na * 11.45, 11.45, p)


def margin(kind: str, depolarised: float = 0.0, mg: float = 1.0, ca: float = 1.0) -> float:
    """Excitability of cells depolarised by some mV, at ionised Mg and Ca over normal."""
    return excitability(kind, REST[kind] + depolarised, mg * MG, ca * CA, P)


def test_pressure_is_normal_in_the_healthy_body() -> None:
    """Normal volume and Na of smooth muscle give the normal pressure, whatever that is."""
    assert pressure(1.0, 1.0) == pytest.approx(SIGNS.pressure, rel=1e-14)
    assert pressure(1.0, 1.0, P.replace(pressure=85.0)) == pytest.approx(85.0, rel=1e-14)


@given(change=changes)
@reproducible
def test_pressure_rises_with_volume_and_with_na_of_smooth_muscle(change: float) -> None:
    """More salt in the body or in vascular muscle means more pressure."""
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
    """K counts below its threshold; Mg is total, Ca ionised."""
    k = SIGNS.qtc_k_from
    normal = qt_interval(k, MG_TOTAL, CA, P)
    assert qt_interval(k - fall, MG_TOTAL, CA, P) - normal == pytest.approx(fall * SIGNS.qtc_k)
    assert qt_interval(k, MG_TOTAL - fall, CA, P) - normal == pytest.approx(fall * SIGNS.qtc_mg)
    assert qt_interval(k, MG_TOTAL, CA - fall, P) - normal == pytest.approx(fall * SIGNS.qtc_ca)
    assert qt_interval(k + fall, MG_TOTAL + fall, CA, P) == pytest.approx(normal)


@kinds
def test_excitability_at_rest_is_the_distance_to_the_threshold(kind: str) -> None:
    """In the healthy body the margin is the normal threshold less the resting potential."""
    threshold = {"muscle": SIGNS.threshold_muscle, "heart": SIGNS.threshold_heart}[kind]
    assert margin(kind) == pytest.approx(threshold - REST[kind], rel=1e-13)
    assert margin(kind) > 0.0


@kinds
@given(change=changes)
@reproducible
def test_fewer_divalents_make_cells_more_excitable(kind: str, change: float) -> None:
    """Less Ca or less Mg outside brings the threshold nearer, Ca more than Mg."""
    assert margin(kind, ca=1.0 - change) < margin(kind, mg=1.0 - change) < margin(kind)
    assert margin(kind, ca=1.0 + change) > margin(kind, mg=1.0 + change) > margin(kind)


@kinds
@given(far=st.floats(1.0, 25.0))
@reproducible
def test_hyperpolarised_cells_are_less_excitable(kind: str, far: float) -> None:
    """Low plasma K takes the potential away from the threshold, which hardly follows."""
    assert margin(kind, depolarised=-far) > margin(kind)
    assert margin(kind, depolarised=-far) - margin(kind) < far


@kinds
def test_the_threshold_follows_depolarised_cells(kind: str) -> None:
    """Depolarisation inactivates channels, so each further mV brings the threshold less near."""
    margins = [margin(kind, depolarised=float(mv)) for mv in range(61)]
    steps = [after - before for before, after in pairwise(margins)]
    assert steps == sorted(steps)
    assert steps[0] < 0.0


def test_only_excitable_types_have_a_threshold() -> None:
    """Asking for another type is a slip."""
    with pytest.raises(ValueError):
        excitability("nerve", -70.0, MG, CA, P)
    with pytest.raises(KeyError):
        excitability("red_cell", -10.0, MG, CA, P)
