"""Limits of the laws of clinical signs; each docstring quotes the law and its sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.laws.arterial_pressure import mean_arterial_pressure
from sim.laws.excitability import available_channels, threshold_potential
from sim.laws.qt_interval import corrected_qt
from tests.laws.law_tests import exponents, increases, relative, reproducible

ceilings = st.floats(0.05, 0.4)
elasticities = st.floats(0.05, 1.0)


@given(
    normal=st.floats(70.0, 120.0), volume_exponent=exponents, na_exponent=elasticities, ceiling=ceilings
)
@reproducible
def test_pressure_is_normal_at_the_normal_state(
    normal: float, volume_exponent: float, na_exponent: float, ceiling: float
) -> None:
    """mean_arterial_pressure: Normal at the normal state."""
    found = mean_arterial_pressure(normal, 1.0, 1.0, volume_exponent, na_exponent, ceiling)
    assert found == pytest.approx(normal, rel=1e-14)


@given(
    volume=relative, na=st.floats(0.7, 1.3), rise=st.floats(1.01, 1.2), volume_exponent=exponents,
    na_exponent=elasticities, ceiling=ceilings,
)  # fmt: skip
@reproducible
def test_pressure_rises_with_volume_and_na(
    volume: float, na: float, rise: float, volume_exponent: float, na_exponent: float, ceiling: float
) -> None:
    """mean_arterial_pressure: Rises with volume and with Na of smooth muscle."""

    def pressure(volume: float, na: float) -> float:
        return mean_arterial_pressure(93.0, volume, na, volume_exponent, na_exponent, ceiling)

    assert pressure(rise * volume, na) > pressure(volume, na)
    assert pressure(volume, rise * na) > pressure(volume, na)


@given(na_exponent=elasticities, ceiling=ceilings)
@reproducible
def test_pressure_levels_off(na_exponent: float, ceiling: float) -> None:
    """mean_arterial_pressure: Very much Na raises it by ``ceiling``."""
    found = mean_arterial_pressure(
        93.0, 1.0, 1e3 ** (1.0 / na_exponent / 30.0), 1.0, na_exponent, ceiling
    )
    assert found < 93.0 * (1.0 + ceiling)
    most = mean_arterial_pressure(93.0, 1.0, 3.0, 1.0, 1.0, 0.1)
    assert most == pytest.approx(93.0 * 1.1, rel=1e-4)


def test_exponent_is_the_slope_at_the_normal_state() -> None:
    up, down = (mean_arterial_pressure(93.0, 1.0, 1.0 + d, 1.0, 0.5, 0.15) for d in (1e-4, -1e-4))
    assert (up - down) / 93.0 / 2e-4 == pytest.approx(0.5, rel=1e-4)


halves = st.floats(-85.0, -60.0)
slopes = st.floats(3.0, 10.0)


@given(half=halves, slope=slopes)
@reproducible
def test_half_of_channels_are_available_at_half(half: float, slope: float) -> None:
    """available_channels: Half at ``half``."""
    assert available_channels(half, half, slope) == 0.5


@given(half=halves, slope=slopes, potential=st.floats(-130.0, -20.0), rise=st.floats(0.1, 20.0))
@reproducible
def test_all_channels_are_available_at_very_negative_potentials(
    half: float, slope: float, potential: float, rise: float
) -> None:
    """available_channels: All at very negative potentials."""
    assert available_channels(half - 20.0 * slope, half, slope) == pytest.approx(1.0, rel=1e-8)
    now = available_channels(potential, half, slope)
    assert 0.0 <= available_channels(potential + rise, half, slope) < now <= 1.0


@given(normal=st.floats(-70.0, -50.0), shift=slopes, slope=slopes)
@reproducible
def test_threshold_is_normal_at_the_normal_state(normal: float, shift: float, slope: float) -> None:
    """threshold_potential: Normal at the normal state."""
    assert threshold_potential(normal, 1.0, 1.0, shift, slope) == normal


@given(divalents=relative, available=relative, fall=increases, shift=slopes, slope=slopes)
@reproducible
def test_threshold_follows_divalents_and_channels(
    divalents: float, available: float, fall: float, shift: float, slope: float
) -> None:
    """threshold_potential: More negative with fewer divalents, less with fewer channels."""
    now = threshold_potential(-60.0, divalents, available, shift, slope)
    assert threshold_potential(-60.0, divalents / fall, available, shift, slope) < now
    assert threshold_potential(-60.0, divalents, available / fall, shift, slope) > now


qt_slopes = st.tuples(st.floats(10.0, 40.0), st.floats(10.0, 90.0), st.floats(50.0, 150.0))
"""Rise of QTc per mM of K, Mg and Ca below normal."""


def qt(k: float, mg_deficit: float, ca_deficit: float, per_mm: tuple[float, ...]) -> float:
    """QTc with a normal value of 400 ms that rises when K is below 4 mM."""
    return corrected_qt(400.0, k, 4.0, per_mm[0], mg_deficit, per_mm[1], ca_deficit, per_mm[2])


@given(per_mm=qt_slopes)
@reproducible
def test_qt_is_normal_at_the_normal_state(per_mm: tuple[float, ...]) -> None:
    """corrected_qt: Normal at the normal state."""
    assert qt(4.2, 0.0, 0.0, per_mm) == 400.0


@given(k=st.floats(4.0, 8.0), rise=st.floats(0.0, 3.0), ca=st.floats(-0.3, 0.3), per_mm=qt_slopes)
@reproducible
def test_qt_does_not_change_with_high_k(
    k: float, rise: float, ca: float, per_mm: tuple[float, ...]
) -> None:
    """corrected_qt: Does not change with K above k_from."""
    assert qt(k, 0.2, ca, per_mm) == qt(k + rise, 0.2, ca, per_mm)


@given(
    k=st.floats(2.0, 4.0),
    mg=st.floats(0.0, 0.5),
    ca=st.floats(-0.3, 0.3),
    fall=st.floats(0.01, 0.5),
    per_mm=qt_slopes,
)
@reproducible
def test_qt_rises_as_k_mg_or_ca_fall(
    k: float, mg: float, ca: float, fall: float, per_mm: tuple[float, ...]
) -> None:
    """corrected_qt: Rises as K, Mg or Ca fall."""
    now = qt(k, mg, ca, per_mm)
    assert qt(k - fall, mg, ca, per_mm) - now == pytest.approx(fall * per_mm[0])
    assert qt(k, mg + fall, ca, per_mm) - now == pytest.approx(fall * per_mm[1])
    assert qt(k, mg, ca + fall, per_mm) - now == pytest.approx(fall * per_mm[2])


@given(excess=st.floats(0.0, 1.0), per_mm=qt_slopes)
@reproducible
def test_high_mg_does_not_shorten_qt(excess: float, per_mm: tuple[float, ...]) -> None:
    """Mg above normal is not a negative deficit; Ca above normal is."""
    assert qt(4.2, -excess, 0.0, per_mm) == 400.0
    assert qt(4.2, 0.0, -excess, per_mm) == pytest.approx(400.0 - excess * per_mm[2])
