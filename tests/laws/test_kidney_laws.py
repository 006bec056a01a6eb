"""Limits of the laws of the kidney; each docstring quotes the law and its sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.laws.distal_delivery import distal_delivery, ncc_target
from sim.laws.magnesium_dependence import magnesium_dependence
from sim.laws.renal_bicarbonate import bicarbonate_excretion
from sim.laws.renal_magnesium import excreted_fraction, magnesium_excretion
from sim.laws.renal_potassium import feed_forward, potassium_secretion, romk_openness
from sim.laws.renal_sodium import sodium_excretion
from tests.laws.law_tests import exponents, fractions, increases, mg, plausible, relative, reproducible


@given(half=st.floats(0.3, 0.8), hill=st.floats(2.0, 10.0))
@reproducible
def test_magnesium_dependence_is_one_at_normal_mg(half: float, hill: float) -> None:
    """magnesium_dependence: One at normal Mg."""
    assert magnesium_dependence(1.0, half, hill) == pytest.approx(1.0, rel=1e-15)


@given(mg_relative=relative, rise=increases, half=st.floats(0.3, 0.8), hill=st.floats(2.0, 10.0))
@reproducible
def test_magnesium_dependence_falls_towards_zero_with_mg(
    mg_relative: float, rise: float, half: float, hill: float
) -> None:
    """magnesium_dependence: Falls towards zero with Mg."""
    assert magnesium_dependence(mg_relative, half, hill) < magnesium_dependence(
        rise * mg_relative, half, hill
    )
    assert 0.0 < magnesium_dependence(0.1 * half, half, hill) < 0.02


@given(mg_relative=st.floats(0.2, 5.0), half=st.floats(0.3, 0.8), hill=st.floats(2.0, 10.0))
@reproducible
def test_magnesium_dependence_is_bounded(mg_relative: float, half: float, hill: float) -> None:
    """magnesium_dependence: At most 1 + half^hill."""
    most = 1.0 + half**hill
    assert magnesium_dependence(mg_relative, half, hill) < most * (1.0 + 1e-12)
    assert magnesium_dependence(10.0, half, hill) == pytest.approx(most, rel=0.01)


@given(mg_relative=relative, hill=st.floats(2.0, 10.0))
@reproducible
def test_magnesium_dependence_is_half_of_its_maximum_at_half(mg_relative: float, hill: float) -> None:
    """At the relative Mg ``half`` it is half of its maximum."""
    half = min(mg_relative, 0.9)
    assert magnesium_dependence(half, half, hill) == pytest.approx(0.5 * (1.0 + half**hill), rel=1e-10)


@given(exponent=plausible("ncc_k_exponent"), loss=fractions)
@reproducible
def test_ncc_is_one_at_normal_k_and_competence(exponent: float, loss: float) -> None:
    """ncc_target: One at normal K and competence."""
    assert ncc_target(1.0, 1.0, exponent, loss) == 1.0


@given(
    k_relative=relative,
    fall=increases,
    competence=st.floats(0.05, 1.0),
    exponent=plausible("ncc_k_exponent"),
    loss=plausible("ncc_mg_loss"),
)
@reproducible
def test_ncc_rises_as_k_falls(
    k_relative: float, fall: float, competence: float, exponent: float, loss: float
) -> None:
    """ncc_target: Rises as K falls."""
    now = ncc_target(k_relative, competence, exponent, loss)
    assert ncc_target(k_relative / fall, competence, exponent, loss) > now


@given(k_relative=relative, exponent=plausible("ncc_k_exponent"), loss=fractions)
@reproducible
def test_ncc_without_competence_at_any_k(k_relative: float, exponent: float, loss: float) -> None:
    """ncc_target: Without competence it is 1 − loss at any K."""
    assert ncc_target(k_relative, 0.0, exponent, loss) == 1.0 - loss


INTACT = {"loop": 0.0, "loop_rise": 0.8, "volume_relative": 1.0, "volume_exponent": 4.0, "nephrons": 1.0}


@given(uptake_ratio=relative, loop_rise=relative, volume_exponent=exponents)
@reproducible
def test_distal_delivery_is_one_in_the_normal_state(
    uptake_ratio: float, loop_rise: float, volume_exponent: float
) -> None:
    """distal_delivery: One at normal NCC and volume with loop and nephrons intact."""
    assert distal_delivery(1.0, uptake_ratio, 0.0, loop_rise, 1.0, volume_exponent, 1.0) == 1.0


@given(uptake_ratio=relative)
@reproducible
def test_distal_delivery_without_ncc(uptake_ratio: float) -> None:
    """distal_delivery: Without NCC it is 1 + uptake_ratio."""
    assert distal_delivery(0.0, uptake_ratio, **INTACT) == 1.0 + uptake_ratio


@given(ncc=st.floats(0.0, 3.0), rise=st.floats(0.01, 1.0), uptake_ratio=relative)
@reproducible
def test_distal_delivery_falls_as_ncc_rises(ncc: float, rise: float, uptake_ratio: float) -> None:
    """distal_delivery: Falls as NCC rises."""
    now = distal_delivery(ncc, uptake_ratio, **INTACT)
    assert distal_delivery(ncc + rise, uptake_ratio, **INTACT) < now


@given(ncc=relative, loop=fractions, volume=st.floats(0.8, 1.2), nephrons=st.floats(0.05, 1.0))
@reproducible
def test_distal_delivery_per_nephron_doubles_with_half_the_nephrons(
    ncc: float, loop: float, volume: float, nephrons: float
) -> None:
    """distal_delivery: Twice as much with half the nephrons."""
    now = distal_delivery(ncc, 1.5, loop, 0.8, volume, 4.0, nephrons)
    half = distal_delivery(ncc, 1.5, loop, 0.8, volume, 4.0, 0.5 * nephrons)
    assert half == pytest.approx(2.0 * now, rel=1e-14)


@given(ncc=relative, loop_rise=relative, volume=st.floats(0.8, 1.2), exponent=exponents)
@reproducible
def test_loop_and_volume_multiply_distal_delivery(
    ncc: float, loop_rise: float, volume: float, exponent: float
) -> None:
    """Without NKCC2 delivery increases by ``loop_rise``; volume acts by its power."""
    now = distal_delivery(ncc, 1.5, 0.0, loop_rise, 1.0, exponent, 1.0)
    without = distal_delivery(ncc, 1.5, 1.0, loop_rise, 1.0, exponent, 1.0)
    assert without == pytest.approx((1.0 + loop_rise) * now)
    fuller = distal_delivery(ncc, 1.5, 0.0, loop_rise, volume, exponent, 1.0)
    assert fuller == pytest.approx(volume**exponent * now)


normal_fractions = st.floats(0.02, 0.06)
"""Normally excreted fraction of filtered Mg."""
floors = st.floats(0.001, 0.01)
steepnesses = st.floats(2.0, 10.0)


@given(normal=normal_fractions, floor=floors, exponent=steepnesses)
@reproducible
def test_excreted_fraction_is_normal_at_normal_mg_without_drugs(
    normal: float, floor: float, exponent: float
) -> None:
    """excreted_fraction: ``normal`` at normal Mg without drugs."""
    assert excreted_fraction(1.0, normal, floor, exponent, 0.0) == pytest.approx(normal, rel=1e-14)


@given(
    mg_relative=relative,
    rise=increases,
    normal=normal_fractions,
    floor=floors,
    exponent=steepnesses,
    escaping=st.floats(0.0, 0.2),
)
@reproducible
def test_excreted_fraction_falls_to_floor_with_mg(
    mg_relative: float, rise: float, normal: float, floor: float, exponent: float, escaping: float
) -> None:
    """excreted_fraction: Falls to ``floor`` with Mg, or to ``floor + escaping`` nearly."""
    now = excreted_fraction(mg_relative, normal, floor, exponent, escaping)
    assert floor < now < excreted_fraction(rise * mg_relative, normal, floor, exponent, escaping)
    assert excreted_fraction(0.01, normal, floor, exponent, 0.0) == pytest.approx(floor, rel=0.01)
    least = excreted_fraction(0.01, normal, floor, exponent, escaping)
    assert least == pytest.approx(floor + escaping, rel=0.01 + escaping)


@given(
    mg_relative=st.floats(0.05, 10.0),
    normal=normal_fractions,
    floor=floors,
    exponent=steepnesses,
    escaping=fractions,
)
@reproducible
def test_excreted_fraction_is_never_above_one(
    mg_relative: float, normal: float, floor: float, exponent: float, escaping: float
) -> None:
    """excreted_fraction: Never above one."""
    assert 0.0 < excreted_fraction(mg_relative, normal, floor, exponent, escaping) <= 1.0


@given(normal=normal_fractions, escaping=st.floats(0.0, 0.5), rise=st.floats(0.001, 0.5))
@reproducible
def test_mg_that_escapes_a_segment_is_excreted(normal: float, escaping: float, rise: float) -> None:
    """Excretion rises with the fraction that escapes, at any Mg."""
    now = excreted_fraction(0.8, normal, 0.005, 7.0, escaping)
    assert excreted_fraction(0.8, normal, 0.005, 7.0, escaping + rise) > now


@given(mg_ultrafilterable=mg, fraction=fractions)
@reproducible
def test_no_magnesium_is_excreted_without_filtration(mg_ultrafilterable: float, fraction: float) -> None:
    """magnesium_excretion: Nothing without filtration."""
    assert magnesium_excretion(0.0, mg_ultrafilterable, fraction) == 0.0


@given(gfr=st.floats(0.1, 10.0), mg_ultrafilterable=mg)
@reproducible
def test_all_filtered_magnesium_is_excreted_at_a_fraction_of_one(
    gfr: float, mg_ultrafilterable: float
) -> None:
    """magnesium_excretion: All that is filtered at a fraction of one."""
    assert magnesium_excretion(gfr, mg_ultrafilterable, 1.0) == gfr * mg_ultrafilterable


@given(mg_normal=plausible("tubule_mg"), half_mg=plausible("romk_half_mg"))
@reproducible
def test_romk_is_normal_at_normal_mg(mg_normal: float, half_mg: float) -> None:
    """romk_openness: One at normal Mg."""
    assert romk_openness(mg_normal, mg_normal, half_mg) == 1.0


@given(mg_normal=plausible("tubule_mg"), half_mg=plausible("romk_half_mg"))
@reproducible
def test_romk_without_mg_is_maximally_open(mg_normal: float, half_mg: float) -> None:
    """romk_openness: Without Mg it is 1 + mg_normal/half_mg."""
    assert romk_openness(0.0, mg_normal, half_mg) == 1.0 + mg_normal / half_mg


@given(gain=st.floats(0.0, 10.0), half=st.floats(1.0, 20.0))
@reproducible
def test_feed_forward_is_one_at_usual_absorption(gain: float, half: float) -> None:
    """feed_forward: One at usual absorption."""
    assert feed_forward(1.0, gain, half) == 1.0


@given(gain=st.floats(0.0, 10.0), half=st.floats(1.0, 20.0))
@reproducible
def test_feed_forward_when_nothing_is_absorbed(gain: float, half: float) -> None:
    """feed_forward: 1 − gain/half when nothing is absorbed."""
    assert feed_forward(0.0, gain, half) == pytest.approx(1.0 - gain / half, abs=1e-14)


@given(absorbed=st.floats(0.0, 50.0), gain=st.floats(0.1, 10.0), half=st.floats(1.0, 20.0))
@reproducible
def test_feed_forward_at_very_high_potassium(absorbed: float, gain: float, half: float) -> None:
    """feed_forward: 1 + gain with very much."""
    assert feed_forward(1e9, gain, half) == pytest.approx(1.0 + gain, rel=1e-6)
    assert feed_forward(absorbed, gain, half) < feed_forward(absorbed + 1.0, gain, half) < 1.0 + gain


secretion_exponents = st.tuples(exponents, exponents, exponents, exponents)


@given(steepness=secretion_exponents)
@reproducible
def test_potassium_secretion_is_one_at_the_normal_state(steepness: tuple[float, ...]) -> None:
    """potassium_secretion: One at the normal state."""
    assert potassium_secretion(1.0, 1.0, 1.0, 1.0, 1.0, *steepness) == 1.0


@given(k=relative, aldosterone=relative, delivery=relative, hco3=relative, steepness=secretion_exponents)
@reproducible
def test_no_potassium_is_secreted_without_open_romk(
    k: float, aldosterone: float, delivery: float, hco3: float, steepness: tuple[float, ...]
) -> None:
    """potassium_secretion: None without open ROMK."""
    assert potassium_secretion(k, aldosterone, 0.0, delivery, hco3, *steepness) == 0.0
    assert potassium_secretion(k, aldosterone, 0.01, delivery, hco3, *steepness) > 0.0


@given(
    state=st.tuples(relative, relative, relative, relative, relative),
    raised=st.integers(0, 4),
    rise=increases,
    steepness=secretion_exponents,
)
@reproducible
def test_potassium_secretion_rises_with_each_stimulus_by_its_exponent(
    state: tuple[float, ...], raised: int, rise: float, steepness: tuple[float, ...]
) -> None:
    """potassium_secretion: Rises with each of the five."""
    own = (steepness[0], steepness[1], 1.0, steepness[2], steepness[3])[raised]
    after = [rise * value if i == raised else value for i, value in enumerate(state)]
    factor = potassium_secretion(*after, *steepness) / potassium_secretion(*state, *steepness)
    assert factor > 1.0
    assert factor == pytest.approx(rise**own)


def natriuresis(volume: float, aldosterone: float) -> float:
    """Na excretion at relative volume and aldosterone, without diuretics."""
    return sodium_excretion(6.0, volume, aldosterone, 1.0, 18.0, 0.3)


@given(
    normal=st.floats(1.0, 10.0),
    volume_exponent=plausible("na_volume_exponent"),
    aldosterone_exponent=plausible("na_aldosterone_exponent"),
)
@reproducible
def test_sodium_excretion_is_normal_at_the_normal_state(
    normal: float, volume_exponent: float, aldosterone_exponent: float
) -> None:
    """sodium_excretion: Normal at the normal state."""
    assert sodium_excretion(normal, 1.0, 1.0, 1.0, volume_exponent, aldosterone_exponent) == normal


@given(volume=st.floats(0.6, 1.4), rise=st.floats(1.01, 1.2), aldosterone=relative)
@reproducible
def test_sodium_excretion_rises_with_volume(volume: float, rise: float, aldosterone: float) -> None:
    """sodium_excretion: Rises with volume, falls with aldosterone."""
    assert natriuresis(rise * volume, aldosterone) > natriuresis(volume, aldosterone)


@given(volume=st.floats(0.6, 1.4), aldosterone=relative, rise=increases)
@reproducible
def test_sodium_excretion_falls_with_aldosterone(volume: float, aldosterone: float, rise: float) -> None:
    """sodium_excretion: Rises with volume, falls with aldosterone."""
    assert natriuresis(volume, rise * aldosterone) < natriuresis(volume, aldosterone)


@given(normal=st.floats(1.0, 10.0), factor=st.floats(1.0, 5.0))
@reproducible
def test_diuretics_multiply_sodium_excretion(normal: float, factor: float) -> None:
    """In the normal state excretion is multiplied by the factor of diuretics."""
    assert sodium_excretion(normal, 1.0, 1.0, factor, 18.0, 0.3) == normal * factor


@given(volume=st.floats(8.0, 20.0), exponent=st.floats(0.5, 2.0))
@reproducible
def test_bicarbonate_excretion_is_zero_at_rest(volume: float, exponent: float) -> None:
    """bicarbonate_excretion: Zero at normal HCO3 and Cl."""
    assert bicarbonate_excretion(24.0 * volume, volume, 24.0, 1.0, exponent, 48.0) == 0.0


@given(hco3=st.floats(100.0, 700.0), cl=st.floats(0.7, 1.2), exponent=st.floats(0.5, 2.0))
@reproducible
def test_bicarbonate_excretion_follows_chloride(hco3: float, cl: float, exponent: float) -> None:
    """bicarbonate_excretion: Less when Cl is low, more when it is high."""
    low, high = (
        bicarbonate_excretion(hco3, 14.5, 24.0, factor * cl, exponent, 48.0) for factor in (0.95, 1.05)
    )
    assert low < high
