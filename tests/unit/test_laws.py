"""Limits of the laws: every sentence under *Limits* in the docstring of a law is a test.

The docstring of such a test quotes the law and the sentence, and a last test finds those that no
test quotes. The limits of the membrane potential are tested beside its accuracy.
"""

import ast
import importlib
import inspect
import math
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import laws
from sim.laws.aldosterone import aldosterone_target
from sim.laws.body_water import water_gain
from sim.laws.bone_magnesium import bone_release
from sim.laws.distal_delivery import distal_delivery, ncc_competence, ncc_target
from sim.laws.electrodiffusion import ghk_flux, ghk_potential, inward_drive, nernst_potential
from sim.laws.gut import absorption, magnesium_absorbed_fraction
from sim.laws.magnesium_buffer import free_magnesium, total_magnesium
from sim.laws.magnesium_transport import magnesium_influx, sodium_magnesium_exchange
from sim.laws.osmosis import cell_chloride, cell_osmoles, fluid_volume
from sim.laws.plasma_magnesium import ionised_magnesium
from sim.laws.potassium_leak import block_ratio, conductance_factor, open_fraction
from sim.laws.proton_exchange import proton_uptake
from sim.laws.pump_expression import expression_rate
from sim.laws.relaxation import relaxation_rate
from sim.laws.renal_magnesium import excreted_fraction, magnesium_excretion
from sim.laws.renal_potassium import potassium_secretion, romk_openness
from sim.laws.renal_sodium import sodium_excretion
from sim.laws.sensing import sensed
from sim.laws.sodium_leak import leak_factor
from sim.laws.sodium_pump import mg_atp, pump_rate
from sim.parameters import FACTS, Parameters
from sim.units import THERMAL_VOLTAGE

reproducible = settings(derandomize=True, deadline=None, max_examples=100)

CELL, BODY, _ = Parameters()

fractions = st.floats(0.0, 1.0)
relative = st.floats(0.2, 3.0)
"""A quantity over normal."""
more = st.floats(1.01, 2.0)
"""Factor by which something rises."""
potentials = st.floats(-6.0, 3.0)
concentrations = st.floats(0.1, 200.0)
mg = st.floats(0.02, 5.0)
amounts = st.floats(0.0, 200.0)
times = st.floats(0.5, 2000.0)


def plausible(name: str, least: float = 0.0) -> st.SearchStrategy[float]:
    """Draw a parameter from its plausible range, not below ``least``."""
    return st.floats(max(FACTS[name].low, least), FACTS[name].high)


def aldosterone(plasma_k: float, volume: float, mg_relative: float, *steepness: float) -> float:
    """Aldosterone that a body calls for whose normal plasma K is 4.2 mM."""
    return aldosterone_target(plasma_k, 4.2, volume, mg_relative, *steepness)


aldosterone_steepness = st.tuples(
    plausible("aldosterone_k_slope"),
    plausible("aldosterone_volume_exponent"),
    plausible("aldosterone_mg_gain", least=0.1),
)


@given(steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_is_one_at_the_normal_state(steepness: tuple[float, ...]) -> None:
    """aldosterone_target: One at the normal state."""
    assert aldosterone(4.2, 1.0, 1.0, *steepness) == 1.0


aldosterone_states = st.tuples(st.floats(2.0, 6.0), st.floats(0.8, 1.2), relative)


@given(state=aldosterone_states, rise=st.floats(0.01, 2.0), steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_rises_with_k(
    state: tuple[float, ...], rise: float, steepness: tuple[float, ...]
) -> None:
    """aldosterone_target: Rises with K, falls with volume and with Mg."""
    k, volume, magnesium = state
    assert aldosterone(k + rise, volume, magnesium, *steepness) > aldosterone(*state, *steepness)


@given(state=aldosterone_states, rise=st.floats(0.01, 0.2), steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_falls_with_volume(
    state: tuple[float, ...], rise: float, steepness: tuple[float, ...]
) -> None:
    """aldosterone_target: Rises with K, falls with volume and with Mg."""
    k, volume, magnesium = state
    assert aldosterone(k, volume + rise, magnesium, *steepness) < aldosterone(*state, *steepness)


@given(state=aldosterone_states, rise=st.floats(0.01, 0.2), steepness=aldosterone_steepness)
@reproducible
def test_aldosterone_falls_with_mg(
    state: tuple[float, ...], rise: float, steepness: tuple[float, ...]
) -> None:
    """aldosterone_target: Rises with K, falls with volume and with Mg."""
    k, volume, magnesium = state
    assert aldosterone(k, volume, magnesium + rise, *steepness) < aldosterone(*state, *steepness)


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
def test_water_gain_would_restore_osmolality_in_its_time(
    body_water: float, excess: float, time: float
) -> None:
    """Gained for one time constant, water alone dilutes the osmoles to normal osmolality."""
    gain = water_gain(body_water, 290.0 + excess, 290.0, time)
    diluted = (290.0 + excess) * body_water / (body_water + gain * time)
    assert diluted == pytest.approx(290.0, rel=1e-12)


@given(normal=plausible("bone_mg"), mg_relative=relative, time=times)
@reproducible
def test_bone_release_is_zero_in_the_normal_proportion(
    normal: float, mg_relative: float, time: float
) -> None:
    """bone_release: Zero when bone and plasma Mg are in the normal proportion."""
    assert bone_release(normal * mg_relative, mg_relative, normal, time) == 0.0
    assert bone_release(normal * mg_relative * 1.01, mg_relative, normal, time) > 0.0


@given(bone=amounts, mg_relative=relative, normal=plausible("bone_mg"), time=times)
@reproducible
def test_bone_releases_its_excess_in_its_time(
    bone: float, mg_relative: float, normal: float, time: float
) -> None:
    """Released for one time constant at this rate, bone Mg comes to its normal proportion."""
    released = bone_release(bone, mg_relative, normal, time) * time
    assert bone - released == pytest.approx(normal * mg_relative, rel=1e-12)


@given(half_mg=plausible("ncc_half_mg"), hill=plausible("ncc_mg_hill"))
@reproducible
def test_ncc_competence_is_one_at_normal_mg(half_mg: float, hill: float) -> None:
    """ncc_competence: One at normal Mg."""
    assert ncc_competence(1.0, half_mg, hill) == pytest.approx(1.0, rel=1e-15)


@given(mg_relative=relative, rise=more, half_mg=plausible("ncc_half_mg"), hill=plausible("ncc_mg_hill"))
@reproducible
def test_ncc_competence_falls_towards_zero_with_mg(
    mg_relative: float, rise: float, half_mg: float, hill: float
) -> None:
    """ncc_competence: Falls towards zero with Mg."""
    now = ncc_competence(mg_relative, half_mg, hill)
    assert ncc_competence(rise * mg_relative, half_mg, hill) > now
    assert 0.0 < ncc_competence(1e-3, half_mg, hill) < 3e-5


@given(exponent=plausible("ncc_k_exponent"), loss=fractions)
@reproducible
def test_ncc_is_one_at_normal_k_and_competence(exponent: float, loss: float) -> None:
    """ncc_target: One at normal K and competence."""
    assert ncc_target(1.0, 1.0, exponent, loss) == 1.0


@given(
    k_relative=relative,
    fall=more,
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
def test_ncc_without_competence_has_lost_its_part_at_any_k(
    k_relative: float, exponent: float, loss: float
) -> None:
    """ncc_target: Without competence it is 1 − loss at any K."""
    assert ncc_target(k_relative, 0.0, exponent, loss) == 1.0 - loss


@given(thiazide_rise=relative, loop_rise=relative)
@reproducible
def test_distal_delivery_is_one_at_normal_ncc_without_drugs(
    thiazide_rise: float, loop_rise: float
) -> None:
    """distal_delivery: One at normal NCC without drugs."""
    assert distal_delivery(1.0, 0.0, 0.0, thiazide_rise, loop_rise) == 1.0


@given(ncc=relative, thiazide=fractions, loop=fractions)
@reproducible
def test_distal_delivery_is_half_at_twice_the_ncc(ncc: float, thiazide: float, loop: float) -> None:
    """distal_delivery: Half at twice the NCC."""
    now = distal_delivery(ncc, thiazide, loop, 0.6, 0.8)
    assert distal_delivery(2.0 * ncc, thiazide, loop, 0.6, 0.8) == pytest.approx(0.5 * now)


@given(ncc=relative, thiazide_rise=relative, loop_rise=relative)
@reproducible
def test_full_diuretics_raise_distal_delivery_by_their_rises(
    ncc: float, thiazide_rise: float, loop_rise: float
) -> None:
    """At full effect each drug adds its rise to delivery, and both together multiply."""

    def rise(thiazide: float, loop: float) -> float:
        without = distal_delivery(ncc, 0.0, 0.0, thiazide_rise, loop_rise)
        return distal_delivery(ncc, thiazide, loop, thiazide_rise, loop_rise) / without

    assert rise(1.0, 0.0) == pytest.approx(1.0 + thiazide_rise)
    assert rise(0.0, 1.0) == pytest.approx(1.0 + loop_rise)
    assert rise(1.0, 1.0) == pytest.approx(rise(1.0, 0.0) * rise(0.0, 1.0))


@given(concentration=concentrations)
@reproducible
def test_nernst_potential_is_zero_for_equal_concentrations(concentration: float) -> None:
    """nernst_potential: Zero for equal concentrations."""
    assert nernst_potential(concentration, concentration) == 0.0


@given(inside=concentrations)
@reproducible
def test_nernst_potential_of_a_tenfold_ratio_is_log_ten(inside: float) -> None:
    """nernst_potential: A tenfold ratio gives log 10, 61.5 mV at 37 °C."""
    u = nernst_potential(10.0 * inside, inside)
    assert u == pytest.approx(math.log(10.0), abs=1e-14)
    assert round(u * THERMAL_VOLTAGE, 1) == 61.5


def test_inward_drive_is_one_without_potential() -> None:
    """inward_drive: One at u = 0."""
    assert inward_drive(0.0) == 1.0


@given(u=st.floats(40.0, 100.0))
@reproducible
def test_inward_drive_far_from_zero_is_minus_u_or_vanishes(u: float) -> None:
    """inward_drive: Far below zero it is −u, far above it vanishes."""
    assert inward_drive(-u) == pytest.approx(u, rel=1e-14)
    assert 0.0 < inward_drive(u) < 1e-15


@given(u=potentials, permeability=relative, inside=concentrations, outside=concentrations)
@reproducible
def test_ghk_flux_is_the_constant_field_equation(
    u: float, permeability: float, inside: float, outside: float
) -> None:
    """The flux is P u (in − out exp(−u)) / (1 − exp(−u)), as textbooks write it."""
    flux = ghk_flux(permeability, inside, outside, u, inward_drive(u))
    if abs(u) > 1e-3:
        textbook = permeability * u * (inside - outside * math.exp(-u)) / -math.expm1(-u)
    else:
        fick, mean = inside - outside, 0.5 * (inside + outside)
        textbook = permeability * (fick + u * mean + u * u / 12.0 * fick)
    assert flux == pytest.approx(textbook, rel=1e-10, abs=1e-11 * permeability * (inside + outside))


@given(permeability=relative, inside=concentrations, outside=concentrations)
@reproducible
def test_ghk_flux_is_zero_at_the_nernst_potential(
    permeability: float, inside: float, outside: float
) -> None:
    """ghk_flux: Zero at the Nernst potential."""
    u = nernst_potential(outside, inside)
    flux = ghk_flux(permeability, inside, outside, u, inward_drive(u))
    assert flux == pytest.approx(0.0, abs=1e-13 * permeability * (inside + outside))


@given(permeability=relative, inside=concentrations, outside=concentrations)
@reproducible
def test_ghk_flux_without_potential_is_ficks(permeability: float, inside: float, outside: float) -> None:
    """ghk_flux: At u = 0 it is Fick's permeability × (inside − outside)."""
    flux = ghk_flux(permeability, inside, outside, 0.0, inward_drive(0.0))
    assert flux == permeability * (inside - outside)


@given(permeability=relative, inside=concentrations, outside=concentrations)
@reproducible
def test_ghk_potential_of_one_ion_is_its_nernst_potential(
    permeability: float, inside: float, outside: float
) -> None:
    """ghk_potential: With one permeable ion it is that ion's Nernst potential."""
    u = ghk_potential(permeability * inside, permeability * outside)
    assert u == pytest.approx(nernst_potential(outside, inside), abs=1e-14)


absorption_constants = st.tuples(
    plausible("mg_absorption_active"),
    plausible("mg_absorption_half"),
    plausible("mg_absorption_passive"),
)


@given(constants=absorption_constants)
@reproducible
def test_absorbed_fraction_of_an_empty_gut_is_that_of_both_paths(
    constants: tuple[float, float, float],
) -> None:
    """magnesium_absorbed_fraction: ``active/half + passive`` from an empty gut."""
    active, half, passive = constants
    assert magnesium_absorbed_fraction(0.0, *constants) == active / half + passive


@given(constants=absorption_constants)
@reproducible
def test_absorbed_fraction_of_an_overfull_gut_is_passive(
    constants: tuple[float, float, float],
) -> None:
    """magnesium_absorbed_fraction: ``passive`` from an overfull one."""
    assert magnesium_absorbed_fraction(1e7, *constants) == pytest.approx(constants[2], rel=1e-5)


@given(constants=absorption_constants)
@reproducible
def test_saturable_absorption_is_half_used_at_half(
    constants: tuple[float, float, float],
) -> None:
    """At the content ``half`` the saturable path takes half of its greatest amount."""
    active, half, passive = constants
    saturable = magnesium_absorbed_fraction(half, *constants) - passive
    assert half * saturable == pytest.approx(0.5 * active)


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


@given(mg_free=mg, half=plausible("mg_buffer_half"))
@reproducible
def test_total_magnesium_without_sites_is_free_magnesium(mg_free: float, half: float) -> None:
    """total_magnesium: Free Mg alone without sites."""
    assert total_magnesium(mg_free, 0.0, half) == mg_free


@given(sites=amounts, half=plausible("mg_buffer_half"))
@reproducible
def test_half_the_magnesium_sites_are_full_at_half_saturation(sites: float, half: float) -> None:
    """total_magnesium: Half the sites are full at mg_free = half."""
    assert total_magnesium(half, sites, half) - half == pytest.approx(0.5 * sites, abs=1e-13)


@given(mg_free=mg, sites=amounts, half=plausible("mg_buffer_half"))
@reproducible
def test_free_magnesium_is_the_inverse_of_total_magnesium(
    mg_free: float, sites: float, half: float
) -> None:
    """free_magnesium: Inverse of :func:`total_magnesium`."""
    total = total_magnesium(mg_free, sites, half)
    assert free_magnesium(total, sites, half) == pytest.approx(mg_free, rel=1e-11)


@given(mg_total=mg, half=plausible("mg_buffer_half"))
@reproducible
def test_all_magnesium_is_free_without_sites(mg_total: float, half: float) -> None:
    """free_magnesium: All Mg is free without sites."""
    assert free_magnesium(mg_total, 0.0, half) == pytest.approx(mg_total, rel=1e-13)


@given(mg_free=mg)
@reproducible
def test_magnesium_influx_is_zero_without_mg_outside(mg_free: float) -> None:
    """magnesium_influx: Zero without Mg outside."""
    assert magnesium_influx(0.0, mg_free, 0.4, 0.23, 0.51) == 0.0


@given(mg_out=mg, half_out=plausible("mg_influx_half_out"), half_in=plausible("mg_influx_half_in"))
@reproducible
def test_magnesium_influx_is_half_at_half_in(mg_out: float, half_out: float, half_in: float) -> None:
    """magnesium_influx: Half of itself at mg_free = half_in against a Mg-free cell."""
    free = magnesium_influx(mg_out, 0.0, 0.4, half_out, half_in)
    half = magnesium_influx(mg_out, half_in, 0.4, half_out, half_in)
    assert half == pytest.approx(0.5 * free)


@given(mg_free=mg, half_out=plausible("mg_influx_half_out"))
@reproducible
def test_magnesium_influx_is_half_at_half_out(mg_free: float, half_out: float) -> None:
    """Mg outside of ``half_out`` gives half the influx that plenty of it gives."""
    plenty = magnesium_influx(1e9, mg_free, 0.4, half_out, 0.51)
    half = magnesium_influx(half_out, mg_free, 0.4, half_out, 0.51)
    assert half == pytest.approx(0.5 * plenty)


def exchange(mg_free: float, na_in: float, na_out: float, mg_out: float) -> float:
    """Mg efflux of the typical cell's Na/Mg exchanger."""
    return sodium_magnesium_exchange(
        mg_free,
        na_in,
        na_out,
        mg_out,
        0.5,
        CELL.mg_exchange_half_mg,
        CELL.mg_exchange_half_na,
        CELL.mg_exchange_block_na,
        CELL.mg_exchange_block_mg,
    )


@given(mg_free=mg, na_in=concentrations, na_out=concentrations, mg_out=mg)
@reproducible
def test_sodium_magnesium_exchange_is_zero_without_mg_inside_or_na_outside(
    mg_free: float, na_in: float, na_out: float, mg_out: float
) -> None:
    """sodium_magnesium_exchange: Zero without Mg inside or Na outside."""
    assert exchange(0.0, na_in, na_out, mg_out) == 0.0
    assert exchange(mg_free, na_in, 0.0, mg_out) == 0.0
    assert exchange(mg_free, na_in, na_out, mg_out) > 0.0


@given(mg_free=mg, na_in=concentrations, rise=more, na_out=concentrations, mg_out=mg)
@reproducible
def test_na_inside_slows_sodium_magnesium_exchange(
    mg_free: float, na_in: float, rise: float, na_out: float, mg_out: float
) -> None:
    """sodium_magnesium_exchange: Na inside slows it."""
    now = exchange(mg_free, na_in, na_out, mg_out)
    assert exchange(mg_free, rise * na_in, na_out, mg_out) < now


@given(mg_free=mg, na_in=concentrations, na_out=concentrations, mg_out=mg)
@reproducible
def test_sodium_magnesium_exchange_is_halved_at_each_half_concentration(
    mg_free: float, na_in: float, na_out: float, mg_out: float
) -> None:
    """Each of the four ions alone halves the exchange at its constant; none hinders at 0.5."""
    assert exchange(1e9, 0.0, 1e9, 0.0) == pytest.approx(0.5)
    for at_half, without in (
        ((CELL.mg_exchange_half_mg, na_in, na_out, mg_out), (1e9, na_in, na_out, mg_out)),
        ((mg_free, na_in, CELL.mg_exchange_half_na, mg_out), (mg_free, na_in, 1e9, mg_out)),
        ((mg_free, CELL.mg_exchange_block_na, na_out, mg_out), (mg_free, 0.0, na_out, mg_out)),
        ((mg_free, na_in, na_out, CELL.mg_exchange_block_mg), (mg_free, na_in, na_out, 0.0)),
    ):
        assert exchange(*at_half) == pytest.approx(0.5 * exchange(*without))


@given(na=amounts, k=amounts, magnesium=amounts, buffered=amounts)
@reproducible
def test_cell_chloride_equals_the_charge_of_cations_without_fixed_charge(
    na: float, k: float, magnesium: float, buffered: float
) -> None:
    """cell_chloride: Equals the cations' charge without fixed charge."""
    charge = math.fsum([na, k, buffered, 2.0 * magnesium])
    assert cell_chloride(na, k, magnesium, buffered, 0.0) == pytest.approx(charge)


@given(charge=amounts, fixed_charge=amounts)
@reproducible
def test_fixed_charge_displaces_chloride(charge: float, fixed_charge: float) -> None:
    """One unit of fixed negative charge takes the place of one Cl."""
    displaced = cell_chloride(charge, 0.0, 0.0, 0.0, 0.0)
    displaced -= cell_chloride(charge, 0.0, 0.0, 0.0, fixed_charge)
    assert displaced == pytest.approx(fixed_charge, abs=1e-12)


@given(impermeant=amounts)
@reproducible
def test_cell_osmoles_without_ions_are_the_impermeant_ones(impermeant: float) -> None:
    """cell_osmoles: The impermeant osmoles alone in a cell without ions."""
    assert cell_osmoles(0.0, 0.0, 0.0, impermeant) == impermeant


@given(ions=st.tuples(amounts, amounts, amounts), impermeant=amounts)
@reproducible
def test_every_univalent_ion_is_an_osmole(ions: tuple[float, float, float], impermeant: float) -> None:
    """Na, K and Cl each add their amount to the osmoles."""
    assert cell_osmoles(*ions, impermeant) == pytest.approx(math.fsum([*ions, impermeant]))


@given(osmoles=st.floats(1000.0, 20000.0), water=st.floats(20.0, 60.0))
@reproducible
def test_half_the_osmoles_hold_half_the_water(osmoles: float, water: float) -> None:
    """fluid_volume: Half the osmoles hold half the water."""
    assert fluid_volume(0.5 * osmoles, osmoles, water) == pytest.approx(0.5 * water)


@given(parts=st.lists(st.floats(1.0, 10000.0), min_size=2, max_size=9), water=st.floats(20.0, 60.0))
@reproducible
def test_volumes_of_all_compartments_add_up_to_body_water(parts: list[float], water: float) -> None:
    """fluid_volume: Volumes of all compartments add up to body water."""
    volumes = [fluid_volume(part, math.fsum(parts), water) for part in parts]
    assert math.fsum(volumes) == pytest.approx(water, rel=1e-14)


@given(amount=amounts, volume=st.floats(10.0, 20.0), plasma_share=plausible("plasma_share"))
@reproducible
def test_ionised_magnesium_is_amount_over_volume_without_complexes_and_binding(
    amount: float, volume: float, plasma_share: float
) -> None:
    """ionised_magnesium: Amount over volume without complexes and binding."""
    assert ionised_magnesium(amount, volume, plasma_share, 0.0, 0.0) == amount / volume


@given(
    amount=amounts,
    volume=st.floats(10.0, 20.0),
    plasma_share=plausible("plasma_share"),
    complexed_ratio=fractions,
    bound_ratio=fractions,
)
@reproducible
def test_all_forms_of_magnesium_add_up_to_the_amount(
    amount: float, volume: float, plasma_share: float, complexed_ratio: float, bound_ratio: float
) -> None:
    """Ionised and complexed Mg in all of the fluid and bound Mg in plasma make the amount."""
    ionised = ionised_magnesium(amount, volume, plasma_share, complexed_ratio, bound_ratio)
    everywhere = volume * (ionised + complexed_ratio * ionised)
    bound = plasma_share * volume * bound_ratio * ionised
    assert everywhere + bound == pytest.approx(amount)


gate_slopes = st.floats(1.0, 1.7)


@given(u=potentials, u_k=potentials, steepness=gate_slopes)
@reproducible
def test_block_ratio_is_zero_without_mg(u: float, u_k: float, steepness: float) -> None:
    """block_ratio: Zero without Mg."""
    assert block_ratio(0.0, u, u_k, 0.43, steepness) == 0.0


@given(u_k=potentials, half_mg=plausible("k_leak_half_mg"), steepness=gate_slopes)
@reproducible
def test_block_ratio_is_one_at_half_mg_and_k_equilibrium(
    u_k: float, half_mg: float, steepness: float
) -> None:
    """block_ratio: One at mg_free = half_mg and V = E_K."""
    assert block_ratio(half_mg, u_k, u_k, half_mg, steepness) == 1.0


@given(resistant=plausible("k_leak_resistant"))
@reproducible
def test_open_fraction_is_one_without_mg(resistant: float) -> None:
    """open_fraction: One without Mg."""
    unblocked = block_ratio(0.0, -3.0, -3.5, 0.43, 1.3)
    assert open_fraction(unblocked, resistant) == pytest.approx(1.0, rel=1e-15)


@given(ratio=st.floats(0.0, 100.0), rise=st.floats(0.01, 10.0), resistant=fractions)
@reproducible
def test_open_fraction_falls_to_resistant_with_much_mg(
    ratio: float, rise: float, resistant: float
) -> None:
    """open_fraction: Falls to ``resistant`` with much Mg."""
    if resistant < 0.99:
        assert open_fraction(ratio + rise, resistant) < open_fraction(ratio, resistant)
    assert open_fraction(1e12, resistant) == pytest.approx(resistant, abs=1e-11)


def test_conductance_is_normal_in_normal_k() -> None:
    """conductance_factor: One in normal K_o."""
    assert conductance_factor(1.0) == 1.0


@given(k_relative=relative)
@reproducible
def test_conductance_is_half_in_a_quarter_of_k(k_relative: float) -> None:
    """conductance_factor: Half in a quarter of it."""
    assert conductance_factor(0.25) == 0.5
    assert conductance_factor(0.25 * k_relative) == 0.5 * conductance_factor(k_relative)


@given(k_normal=plausible("rest_k"), share=plausible("proton_share"), time=times)
@reproducible
def test_proton_uptake_is_zero_at_normal_k_without_buffered_h(
    k_normal: float, share: float, time: float
) -> None:
    """proton_uptake: Zero at normal K without buffered H."""
    assert proton_uptake(k_normal, 0.0, k_normal, share, time) == 0.0


@given(lost=st.floats(1.0, 80.0), share=plausible("proton_share"), time=times)
@reproducible
def test_proton_uptake_stops_when_h_replaces_its_share_of_lost_k(
    lost: float, share: float, time: float
) -> None:
    """proton_uptake: Stops when ``buffered`` is ``share`` of the K lost."""
    k_now = 142.0 - lost
    assert proton_uptake(k_now, share * (142.0 - k_now), 142.0, share, time) == 0.0
    assert proton_uptake(k_now, 0.99 * share * lost, 142.0, share, time) > 0.0
    assert proton_uptake(k_now, 1.01 * share * lost, 142.0, share, time) < 0.0


@given(exponent=plausible("expression_exponent"), time=times)
@reproducible
def test_expression_is_steady_at_one_in_normal_k(exponent: float, time: float) -> None:
    """expression_rate: Zero at expression 1 in normal K_o."""
    assert expression_rate(1.0, 1.0, exponent, time) == 0.0


@given(k_relative=relative, exponent=plausible("expression_exponent"), time=times)
@reproducible
def test_expression_is_steady_at_its_power_of_k(k_relative: float, exponent: float, time: float) -> None:
    """expression_rate: Zero at expression = k_relative ** exponent."""
    steady = k_relative**exponent
    rate = expression_rate(steady, k_relative, exponent, time)
    assert rate * time == pytest.approx(0.0, abs=1e-12)
    assert expression_rate(1.01 * steady, k_relative, exponent, time) < 0.0


@given(target=amounts, time=times)
@reproducible
def test_relaxation_rate_is_zero_at_the_target(target: float, time: float) -> None:
    """relaxation_rate: Zero at the target."""
    assert relaxation_rate(target, target, time) == 0.0
    assert relaxation_rate(target + 1.0, target, time) < 0.0


normal_fractions = st.floats(0.02, 0.06)
"""Part of filtered Mg that is normally excreted."""
wastings = st.floats(1.0, 12.0)


@given(
    normal=normal_fractions,
    floor=plausible("mg_excreted_floor"),
    exponent=plausible("mg_excreted_exponent"),
)
@reproducible
def test_excreted_fraction_is_normal_at_normal_mg_without_drugs(
    normal: float, floor: float, exponent: float
) -> None:
    """excreted_fraction: ``normal`` at normal Mg without drugs."""
    assert excreted_fraction(1.0, normal, floor, exponent, 1.0) == pytest.approx(normal, rel=1e-14)


@given(
    mg_relative=relative,
    rise=more,
    normal=normal_fractions,
    floor=plausible("mg_excreted_floor"),
    exponent=plausible("mg_excreted_exponent"),
)
@reproducible
def test_excreted_fraction_falls_to_floor_with_mg(
    mg_relative: float, rise: float, normal: float, floor: float, exponent: float
) -> None:
    """excreted_fraction: Falls to ``floor`` with Mg."""
    now = excreted_fraction(mg_relative, normal, floor, exponent, 1.0)
    assert floor < now < excreted_fraction(rise * mg_relative, normal, floor, exponent, 1.0)
    least = excreted_fraction(0.01, normal, floor, exponent, 1.0)
    assert least == pytest.approx(floor, rel=1e-4)


@given(
    mg_relative=st.floats(0.01, 10.0),
    normal=normal_fractions,
    floor=plausible("mg_excreted_floor"),
    exponent=plausible("mg_excreted_exponent"),
    wasting=wastings,
)
@reproducible
def test_excreted_fraction_is_never_above_one(
    mg_relative: float, normal: float, floor: float, exponent: float, wasting: float
) -> None:
    """excreted_fraction: Never above one."""
    assert 0.0 < excreted_fraction(mg_relative, normal, floor, exponent, wasting) <= 1.0


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
def test_romk_without_mg_is_wide_open(mg_normal: float, half_mg: float) -> None:
    """romk_openness: Without Mg it is 1 + mg_normal/half_mg."""
    assert romk_openness(0.0, mg_normal, half_mg) == 1.0 + mg_normal / half_mg


secretion_exponents = st.tuples(
    plausible("k_secretion_exponent"),
    plausible("k_aldosterone_exponent"),
    plausible("k_delivery_exponent"),
)


@given(exponents=secretion_exponents)
@reproducible
def test_potassium_secretion_is_one_at_the_normal_state(exponents: tuple[float, ...]) -> None:
    """potassium_secretion: One at the normal state."""
    assert potassium_secretion(1.0, 1.0, 1.0, 1.0, *exponents) == 1.0


@given(k=relative, aldosterone=relative, delivery=relative, exponents=secretion_exponents)
@reproducible
def test_no_potassium_is_secreted_without_open_romk(
    k: float, aldosterone: float, delivery: float, exponents: tuple[float, ...]
) -> None:
    """potassium_secretion: None without open ROMK."""
    assert potassium_secretion(k, aldosterone, 0.0, delivery, *exponents) == 0.0
    assert potassium_secretion(k, aldosterone, 0.01, delivery, *exponents) > 0.0


@given(
    state=st.tuples(relative, relative, relative, relative),
    raised=st.integers(0, 3),
    rise=more,
    exponents=secretion_exponents,
)
@reproducible
def test_potassium_secretion_follows_each_drive_to_its_exponent(
    state: tuple[float, ...], raised: int, rise: float, exponents: tuple[float, ...]
) -> None:
    """Raised by a factor, K, aldosterone and delivery act by its power, ROMK in proportion."""
    k_exponent, aldosterone_exponent, delivery_exponent = exponents
    exponent = (k_exponent, aldosterone_exponent, 1.0, delivery_exponent)[raised]
    after = [rise * value if i == raised else value for i, value in enumerate(state)]
    factor = potassium_secretion(*after, *exponents) / potassium_secretion(*state, *exponents)
    assert factor == pytest.approx(rise**exponent)


def natriuresis(volume: float, aldosterone: float) -> float:
    """Na excretion at volume and aldosterone over normal, without diuretics."""
    exponents = BODY.na_volume_exponent, BODY.na_aldosterone_exponent
    return sodium_excretion(6.0, volume, aldosterone, 1.0, *exponents)


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


@given(volume=st.floats(0.6, 1.4), aldosterone=relative, rise=more)
@reproducible
def test_sodium_excretion_falls_with_aldosterone(volume: float, aldosterone: float, rise: float) -> None:
    """sodium_excretion: Rises with volume, falls with aldosterone."""
    assert natriuresis(volume, rise * aldosterone) < natriuresis(volume, aldosterone)


@given(normal=st.floats(1.0, 10.0), factor=st.floats(1.0, 5.0))
@reproducible
def test_diuretics_multiply_sodium_excretion(normal: float, factor: float) -> None:
    """In the normal state excretion is the normal one times the factor of diuretics."""
    assert sodium_excretion(normal, 1.0, 1.0, factor, 18.0, 0.3) == normal * factor


@given(actual=amounts, normal=amounts)
@reproducible
def test_open_gate_shows_the_actual_value(actual: float, normal: float) -> None:
    """sensed: The actual value with the gate at one."""
    assert sensed(1.0, actual, normal) == pytest.approx(actual, abs=1e-13)


@given(actual=amounts, normal=amounts)
@reproducible
def test_shut_gate_shows_the_normal_value(actual: float, normal: float) -> None:
    """sensed: The normal value with the gate at zero."""
    assert sensed(0.0, actual, normal) == normal


@given(mg_normal=plausible("plasma_mg_ionised"), half_mg=plausible("na_leak_half_mg"))
@reproducible
def test_sodium_leak_is_normal_in_normal_mg(mg_normal: float, half_mg: float) -> None:
    """leak_factor: One in normal Mg."""
    assert leak_factor(mg_normal, mg_normal, half_mg) == 1.0


@given(mg_normal=plausible("plasma_mg_ionised"), half_mg=plausible("na_leak_half_mg"))
@reproducible
def test_sodium_leak_without_mg_is_greatest(mg_normal: float, half_mg: float) -> None:
    """leak_factor: Without Mg it is 1 + mg_normal/half_mg."""
    assert leak_factor(0.0, mg_normal, half_mg) == 1.0 + mg_normal / half_mg


@given(mg_out=mg, rise=more, half_mg=plausible("na_leak_half_mg"))
@reproducible
def test_sodium_leak_falls_as_mg_rises(mg_out: float, rise: float, half_mg: float) -> None:
    """leak_factor: Falls as Mg rises."""
    assert leak_factor(rise * mg_out, 0.56, half_mg) < leak_factor(mg_out, 0.56, half_mg)


@given(atp=plausible("atp"), dissociation=plausible("atp_mg_dissociation"))
@reproducible
def test_half_of_atp_is_mg_atp_at_the_dissociation_constant(atp: float, dissociation: float) -> None:
    """mg_atp: At mg_free = dissociation half of ATP is MgATP."""
    assert mg_atp(dissociation, atp, dissociation) == pytest.approx(0.5 * atp)


@given(atp=plausible("atp"), dissociation=plausible("atp_mg_dissociation"))
@reproducible
def test_all_atp_is_mg_atp_with_much_mg(atp: float, dissociation: float) -> None:
    """mg_atp: With much Mg all of it is."""
    assert mg_atp(1e6, atp, dissociation) == pytest.approx(atp, rel=1e-6)


HALVES = (CELL.pump_half_na, CELL.pump_half_k, CELL.pump_half_mgatp, CELL.pump_half_mg)
"""Concentrations of Na_i, K_o, MgATP and free Mg at half the rate of each site [mM]."""


@pytest.mark.parametrize("missing", range(4), ids=["na_in", "k_out", "mgatp", "mg_free"])
@given(present=st.tuples(concentrations, concentrations, concentrations, mg))
@reproducible
def test_pump_rate_is_zero_without_any_one_of_its_ligands(
    missing: int, present: tuple[float, ...]
) -> None:
    """pump_rate: Zero without Na_i, without K_o, without MgATP or without free Mg."""
    ligands = [0.0 if i == missing else value for i, value in enumerate(present)]
    assert pump_rate(*ligands, 160.0, *HALVES) == 0.0
    assert pump_rate(*present, 160.0, *HALVES) > 0.0


@given(capacity=plausible("pump_capacity"))
@reproducible
def test_pump_rate_is_capacity_with_all_in_excess(capacity: float) -> None:
    """pump_rate: With all in excess, capacity."""
    excess = [1e7 * half for half in HALVES]
    assert pump_rate(*excess, capacity, *HALVES) == pytest.approx(capacity, rel=1e-6)


def slope_in_na(na_in: float, half_na: float) -> float:
    """Log slope of the pump rate in Na_i, by a central difference [1]."""
    step = 1e-4

    def rate(na: float) -> float:
        return pump_rate(na, 4.2, 7.0, 0.5, 160.0, half_na, *HALVES[1:])

    rise = rate(na_in * math.exp(step)) / rate(na_in * math.exp(-step))
    return math.log(rise) / (2.0 * step)


@given(na_in=concentrations, half_na=plausible("pump_half_na"))
@reproducible
def test_log_slope_of_the_pump_in_na_is_that_of_three_sites(na_in: float, half_na: float) -> None:
    """pump_rate: Log slope in Na_i is 3 half_na/(na_in + half_na), 1.64 at 10 mM."""
    expected = 3.0 * half_na / (na_in + half_na)
    assert slope_in_na(na_in, half_na) == pytest.approx(expected, rel=1e-7, abs=1e-9)
    assert round(slope_in_na(10.0, CELL.pump_half_na), 2) == 1.64


def public_laws() -> list[Callable[..., Any]]:
    """Every function that a module of the laws defines for others, by name."""
    modules = [
        importlib.import_module(f"{laws.__name__}.{found.name}")
        for found in pkgutil.iter_modules(laws.__path__)
    ]
    return [
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    ]


def limits(law: Callable[..., Any]) -> list[str]:
    """Sentences under *Limits* in the docstring of a law."""
    section = (inspect.getdoc(law) or "").partition("Limits\n------\n")[2].split("\n\n")[0]
    return re.split(r"(?<=\.) ", " ".join(section.split())) if section else []


def quoted() -> set[str]:
    """Docstrings of all unit tests, each on one line."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    return {
        " ".join((ast.get_docstring(node) or "").split())
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("law", public_laws(), ids=lambda law: law.__name__)
def test_every_limit_is_a_test(law: Callable[..., Any]) -> None:
    """Every sentence under *Limits* is the docstring of a test, after the name of the law."""
    wanted = {f"{law.__name__}: {sentence}" for sentence in limits(law)}
    assert wanted - quoted() == set()
