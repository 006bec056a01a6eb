"""Limits of the laws of the body other than the kidney; each docstring quotes law and sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.laws.aldosterone import aldosterone_target
from sim.laws.body_water import water_gain
from sim.laws.bone_magnesium import bone_release
from sim.laws.calcium import bone_calcium_release, calcium_absorption, calcium_excretion
from sim.laws.gut import absorption, magnesium_absorbed_fraction
from sim.laws.insulin import insulin_target, pump_drive
from sim.laws.ion_binding import ionised_concentration
from sim.laws.knock_out import gated_input
from sim.laws.parathyroid_hormone import saturating_action, secretion
from sim.laws.relaxation import relaxation_rate
from sim.laws.renin import renin_target
from tests.laws.law_tests import amounts, exponents, fractions, increases, relative, reproducible, times


def aldosterone(renin: float, plasma_k: float, mg_relative: float, *steepness: float) -> float:
    """Target of aldosterone at a normal plasma K of 4.2 mM."""
    return aldosterone_target(renin, plasma_k, 4.2, mg_relative, *steepness)


aldosterone_steepness = st.tuples(st.floats(0.1, 1.0), st.floats(0.1, 1.5), st.floats(0.1, 2.0))


@given(steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_is_one_at_the_normal_state(steepness: tuple[float, ...]) -> None:
    """aldosterone_target: One at the normal state."""
    assert aldosterone(1.0, 4.2, 1.0, *steepness) == 1.0


aldosterone_states = st.tuples(relative, st.floats(2.0, 6.0), relative)


@given(state=aldosterone_states, rise=st.floats(0.01, 2.0), steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_rises_with_renin_and_k(
    state: tuple[float, ...], rise: float, steepness: tuple[float, ...]
) -> None:
    """aldosterone_target: Rises with renin and with K, falls with Mg."""
    renin, k, magnesium = state
    now = aldosterone(*state, *steepness)
    assert aldosterone(renin + rise, k, magnesium, *steepness) > now
    assert aldosterone(renin, k + rise, magnesium, *steepness) > now


@given(state=aldosterone_states, rise=st.floats(0.01, 0.2), steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_falls_with_mg(
    state: tuple[float, ...], rise: float, steepness: tuple[float, ...]
) -> None:
    """aldosterone_target: Rises with renin and with K, falls with Mg."""
    renin, k, magnesium = state
    assert aldosterone(renin, k, magnesium + rise, *steepness) < aldosterone(*state, *steepness)


volumes = st.floats(0.6, 1.4)
"""Extracellular volume relative to normal."""


@given(exponent=st.floats(1.0, 24.0))
@reproducible
def test_renin_is_one_at_normal_volume(exponent: float) -> None:
    """renin_target: One at normal volume."""
    assert renin_target(1.0, exponent) == 1.0


@given(volume=volumes, rise=st.floats(1.01, 1.2), exponent=st.floats(1.0, 24.0))
@reproducible
def test_renin_falls_as_volume_rises(volume: float, rise: float, exponent: float) -> None:
    """renin_target: Falls as volume rises."""
    assert renin_target(rise * volume, exponent) < renin_target(volume, exponent)


gains = st.floats(0.01, 1.0)
halves = st.floats(1.0, 20.0)


@given(gain=gains, eaten=amounts, infused=st.floats(0.0, 20.0))
@reproducible
def test_insulin_is_one_while_fasting(gain: float, eaten: float, infused: float) -> None:
    """insulin_target: One while fasting."""
    assert insulin_target(0.0, gain, 0.0) == 1.0
    called_for = 1.0 + gain * eaten + infused
    assert insulin_target(eaten, gain, infused) == pytest.approx(called_for)


@given(gain=gains, half=halves)
@reproducible
def test_insulin_does_not_drive_the_pump_while_fasting(gain: float, half: float) -> None:
    """pump_drive: One while fasting."""
    assert pump_drive(1.0, gain, half) == 1.0


@given(gain=gains, half=halves)
@reproducible
def test_insulin_drives_the_pump_half_at_half(gain: float, half: float) -> None:
    """pump_drive: Half the gain at ``half`` above fasting."""
    assert pump_drive(1.0 + half, gain, half) == pytest.approx(1.0 + 0.5 * gain)


@given(gain=gains, half=halves, insulin=st.floats(1.0, 100.0), rise=increases)
@reproducible
def test_much_insulin_drives_the_pump_by_its_gain(
    gain: float, half: float, insulin: float, rise: float
) -> None:
    """pump_drive: 1 + gain with very much insulin."""
    assert pump_drive(1e9, gain, half) == pytest.approx(1.0 + gain, rel=1e-6)
    assert pump_drive(insulin, gain, half) < pump_drive(rise * insulin, gain, half) < 1.0 + gain


sigmoids = st.tuples(st.floats(0.85, 0.95), st.floats(8.0, 18.0), st.floats(0.1, 0.4))
"""Midpoint, steepness and floor of PTH secretion."""


@given(normal=st.floats(1.0, 1.5), sigmoid=sigmoids)
@reproducible
def test_pth_is_one_at_the_normal_level(normal: float, sigmoid: tuple[float, ...]) -> None:
    """secretion: One at the normal level."""
    assert secretion(normal, normal, *sigmoid) == pytest.approx(1.0, rel=1e-15)


@given(level=st.floats(0.6, 1.4), rise=st.floats(1.01, 1.2), sigmoid=sigmoids)
@reproducible
def test_pth_falls_towards_its_floor_as_ca_rises(
    level: float, rise: float, sigmoid: tuple[float, ...]
) -> None:
    """secretion: Falls towards ``floor`` as Ca rises."""
    floor = sigmoid[2]
    now = secretion(1.25 * level, 1.25, *sigmoid)
    assert floor < secretion(1.25 * rise * level, 1.25, *sigmoid) < now
    assert secretion(3.0 * 1.25, 1.25, *sigmoid) == pytest.approx(floor, abs=1e-3)


@given(sigmoid=sigmoids)
@reproducible
def test_pth_levels_off_as_ca_falls(sigmoid: tuple[float, ...]) -> None:
    """secretion: Levels off as Ca falls."""
    half, hill, floor = sigmoid
    most = floor + (1.0 - floor) * (1.0 + half**hill) / half**hill
    lowest, low = (secretion(1.25 * level, 1.25, *sigmoid) for level in (0.3, 0.35))
    assert low < lowest < most
    assert low == pytest.approx(most, rel=0.01)


@given(action=st.floats(0.0, 10.0), rise=st.floats(0.1, 3.0))
@reproducible
def test_no_action_has_no_effect(action: float, rise: float) -> None:
    """saturating_action: Zero without hormone."""
    assert saturating_action(0.0) == 0.0
    assert saturating_action(action) < saturating_action(action + rise)


def test_normal_action_has_its_normal_effect() -> None:
    """saturating_action: One at the normal action."""
    assert saturating_action(1.0) == 1.0


@given(action=st.floats(0.0, 1e6))
@reproducible
def test_action_levels_off_at_twice_the_normal_effect(action: float) -> None:
    """saturating_action: Two with very much."""
    assert saturating_action(action) < 2.0
    assert saturating_action(1e9) == pytest.approx(2.0)


@given(body_water=st.floats(20.0, 60.0), normal=st.floats(280.0, 295.0), time=times)
@reproducible
def test_water_gain_is_zero_at_normal_osmolality(body_water: float, normal: float, time: float) -> None:
    """water_gain: Zero at normal osmolality."""
    assert water_gain(body_water, normal, normal, time) == 0.0


@given(body_water=st.floats(20.0, 60.0), excess=st.floats(0.01, 50.0), time=times)
@reproducible
def test_water_is_gained_above_normal_osmolality_and_lost_below(
    body_water: float, excess: float, time: float
) -> None:
    """water_gain: Positive above it."""
    assert water_gain(body_water, 290.0 + excess, 290.0, time) > 0.0
    assert water_gain(body_water, 290.0 - excess, 290.0, time) < 0.0


@given(body_water=st.floats(20.0, 60.0), excess=st.floats(-20.0, 20.0), time=times)
@reproducible
def test_water_gain_restores_osmolality_within_its_time_constant(
    body_water: float, excess: float, time: float
) -> None:
    """Applied for one time constant, the gain of water dilutes the osmoles to normal osmolality."""
    gain = water_gain(body_water, 290.0 + excess, 290.0, time)
    diluted = (290.0 + excess) * body_water / (body_water + gain * time)
    assert diluted == pytest.approx(290.0, rel=1e-12)


@given(normal=st.floats(20.0, 170.0), mg_relative=relative, time=times)
@reproducible
def test_bone_release_is_zero_in_the_normal_proportion(
    normal: float, mg_relative: float, time: float
) -> None:
    """bone_release: Zero when bone and plasma Mg are in the normal proportion."""
    assert bone_release(normal * mg_relative, mg_relative, normal, time) == 0.0
    assert bone_release(normal * mg_relative * 1.01, mg_relative, normal, time) > 0.0


@given(bone=amounts, mg_relative=relative, normal=st.floats(20.0, 170.0), time=times)
@reproducible
def test_bone_releases_its_excess_within_its_time_constant(
    bone: float, mg_relative: float, normal: float, time: float
) -> None:
    """Applied for one time constant, the release restores the normal proportion of bone Mg."""
    released = bone_release(bone, mg_relative, normal, time) * time
    assert bone - released == pytest.approx(normal * mg_relative, rel=1e-12)


bones = st.tuples(st.floats(0.5, 0.9), st.floats(0.05, 1.0))
"""Plasma Ca maintained by bone without PTH, and its rate of exchange."""


@given(normal=st.floats(1.0, 1.5), volume=st.floats(10.0, 20.0), bone=bones)
@reproducible
def test_bone_releases_no_calcium_in_the_normal_state(
    normal: float, volume: float, bone: tuple[float, float]
) -> None:
    """bone_calcium_release: Zero at normal Ca and normal PTH."""
    assert bone_calcium_release(normal, normal, volume, 1.0, *bone) == pytest.approx(0.0, abs=1e-13)
    assert bone_calcium_release(0.9 * normal, normal, volume, 1.0, *bone) > 0.0
    assert bone_calcium_release(normal, normal, volume, 1.5, *bone) > 0.0


@given(normal=st.floats(1.0, 1.5), volume=st.floats(10.0, 20.0), bone=bones)
@reproducible
def test_bone_defends_its_floor_without_pth(
    normal: float, volume: float, bone: tuple[float, float]
) -> None:
    """bone_calcium_release: Without PTH it is zero at floor · normal."""
    at_floor = bone_calcium_release(bone[0] * normal, normal, volume, 0.0, *bone)
    assert at_floor == pytest.approx(0.0, abs=1e-13)
    assert bone_calcium_release(normal, normal, volume, 0.0, *bone) < 0.0


@given(supply=st.floats(0.0, 5.0), fraction=fractions, independent=fractions)
@reproducible
def test_calcium_absorption_at_normal_pth(supply: float, fraction: float, independent: float) -> None:
    """calcium_absorption: fraction · supply at normal PTH."""
    absorbed = calcium_absorption(supply, fraction, 1.0, independent)
    assert absorbed == pytest.approx(fraction * supply, abs=1e-14)


@given(supply=st.floats(0.0, 5.0), fraction=fractions, independent=fractions)
@reproducible
def test_calcium_absorption_without_pth(supply: float, fraction: float, independent: float) -> None:
    """calcium_absorption: independent · fraction · supply without PTH."""
    absorbed = calcium_absorption(supply, fraction, 0.0, independent)
    assert absorbed == pytest.approx(independent * fraction * supply, abs=1e-14)


@given(normal=st.floats(0.1, 0.4), exponent=exponents, saving=exponents)
@reproducible
def test_calcium_excretion_is_normal_at_the_normal_state(
    normal: float, exponent: float, saving: float
) -> None:
    """calcium_excretion: Normal at the normal state."""
    assert calcium_excretion(normal, 1.0, 1.0, exponent, saving) == pytest.approx(normal, rel=1e-15)


@given(normal=st.floats(0.1, 0.4), exponent=exponents, saving=exponents)
@reproducible
def test_calcium_excretion_without_pth(normal: float, exponent: float, saving: float) -> None:
    """calcium_excretion: 1 + saving times as much without PTH."""
    without = calcium_excretion(normal, 1.0, 0.0, exponent, saving)
    assert without == pytest.approx((1.0 + saving) * normal)


@given(ca=st.floats(0.5, 1.5), rise=st.floats(1.01, 1.5), action=relative, exponent=exponents)
@reproducible
def test_calcium_excretion_rises_with_calcium(
    ca: float, rise: float, action: float, exponent: float
) -> None:
    """calcium_excretion: Rises with Ca."""
    now = calcium_excretion(0.2, ca, action, exponent, 1.0)
    assert calcium_excretion(0.2, rise * ca, action, exponent, 1.0) > now


absorption_constants = st.tuples(st.floats(0.5, 4.0), st.floats(1.0, 6.0), st.floats(0.0, 0.3))
"""Maximum of the saturable path, its half-saturation, and the passive fraction."""


@given(constants=absorption_constants)
@reproducible
def test_absorbed_fraction_of_an_empty_gut_is_that_of_both_paths(
    constants: tuple[float, float, float],
) -> None:
    """magnesium_absorbed_fraction: ``active/half + passive`` from an empty gut."""
    active, half, passive = constants
    assert magnesium_absorbed_fraction(0.0, *constants) == pytest.approx(active / half + passive)


@given(constants=absorption_constants)
@reproducible
def test_absorbed_fraction_of_an_overfull_gut_is_passive(
    constants: tuple[float, float, float],
) -> None:
    """magnesium_absorbed_fraction: ``passive`` from an overfull one."""
    assert magnesium_absorbed_fraction(1e7, *constants) == pytest.approx(constants[2], abs=1e-12)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(60)


@given(meal=st.floats(0.1, 60.0), transit=times, constants=absorption_constants)
@reproducible
def test_absorption_of_a_meal_agrees_with_the_measured_relation(
    meal: float, transit: float, constants: tuple[float, float, float]
) -> None:
    """magnesium_absorbed_fraction: Over a meal's passage it adds up to
    ``active · meal/(half + meal) + passive · meal``.
    """
    active, half, passive = constants
    content = 0.5 * meal * (NODES + 1.0)
    fraction = magnesium_absorbed_fraction(content, *constants)
    per_content = absorption(content, fraction, transit) / (content / transit)
    absorbed = 0.5 * meal * float(WEIGHTS @ per_content)
    assert absorbed == pytest.approx(active * meal / (half + meal) + passive * meal, rel=1e-9)


@given(fraction=fractions, transit=times)
@reproducible
def test_nothing_is_absorbed_from_an_empty_gut(fraction: float, transit: float) -> None:
    """absorption: Zero from an empty gut."""
    assert absorption(0.0, fraction, transit) == 0.0


@given(content=amounts, fraction=fractions, transit=times)
@reproducible
def test_absorption_and_stool_empty_the_gut_once_a_transit_time(
    content: float, fraction: float, transit: float
) -> None:
    """absorption: With the stool it empties the gut once a transit time."""
    stool = absorption(content, 1.0 - fraction, transit)
    assert absorption(content, fraction, transit) + stool == pytest.approx(content / transit)


@given(amount=amounts, volume=st.floats(10.0, 20.0), plasma_share=fractions)
@reproducible
def test_ionised_concentration_is_amount_over_volume_without_complexes_and_binding(
    amount: float, volume: float, plasma_share: float
) -> None:
    """ionised_concentration: Amount over volume without complexes and binding."""
    assert ionised_concentration(amount, volume, plasma_share, 0.0, 0.0) == amount / volume


@given(
    amount=amounts,
    volume=st.floats(10.0, 20.0),
    plasma_share=fractions,
    complexed_ratio=fractions,
    bound_ratio=fractions,
)
@reproducible
def test_all_forms_of_an_ion_add_up_to_the_amount(
    amount: float, volume: float, plasma_share: float, complexed_ratio: float, bound_ratio: float
) -> None:
    """The ionised and complexed forms of the fluid and the bound form of plasma add up to the amount."""
    ionised = ionised_concentration(amount, volume, plasma_share, complexed_ratio, bound_ratio)
    everywhere = volume * (ionised + complexed_ratio * ionised)
    bound = plasma_share * volume * bound_ratio * ionised
    assert everywhere + bound == pytest.approx(amount)


@given(target=amounts, time=times)
@reproducible
def test_relaxation_rate_is_zero_at_the_target(target: float, time: float) -> None:
    """relaxation_rate: Zero at the target."""
    assert relaxation_rate(target, target, time) == 0.0
    assert relaxation_rate(target + 1.0, target, time) < 0.0


@given(actual=amounts, normal=amounts)
@reproducible
def test_open_gate_shows_the_actual_value(actual: float, normal: float) -> None:
    """gated_input: The actual value with the gate at one."""
    assert gated_input(1.0, actual, normal) == pytest.approx(actual, abs=1e-13)


@given(actual=amounts, normal=amounts)
@reproducible
def test_shut_gate_shows_the_normal_value(actual: float, normal: float) -> None:
    """gated_input: The normal value with the gate at zero."""
    assert gated_input(0.0, actual, normal) == normal
