"""Limits of the laws of cells: membrane, transport, buffers, water.

Each docstring quotes the law and its sentence; see ``test_laws.py``. The limits of the membrane
potential are tested together with its accuracy.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.laws.electrodiffusion import ghk_flux, ghk_potential, inward_drive, nernst_potential
from sim.laws.magnesium_buffer import free_magnesium, total_magnesium
from sim.laws.magnesium_transport import magnesium_influx, sodium_magnesium_exchange
from sim.laws.osmosis import cell_chloride, cell_osmoles, fluid_volume
from sim.laws.potassium_leak import block_ratio, conductance_factor, open_fraction, unblocked_part
from sim.laws.proton_exchange import proton_uptake
from sim.laws.pump_expression import expression_rate
from sim.laws.sodium_leak import leak_factor
from sim.laws.sodium_pump import mg_atp, pump_rate
from sim.laws.volume_regulation import potassium_chloride_efflux
from sim.parameters import Parameters
from sim.quantities.units import THERMAL_VOLTAGE
from tests.laws.law_tests import (
    amounts,
    concentrations,
    fractions,
    increases,
    mg,
    plausible,
    potentials,
    relative,
    reproducible,
    times,
)

CELL = Parameters().cell


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
    """magnesium_influx_ratio: Zero without Mg outside."""
    assert magnesium_influx(0.0, mg_free, 0.4, 0.23, 0.51) == 0.0


@given(mg_out=mg, half_out=plausible("mg_influx_half_out"), half_in=plausible("mg_influx_half_in"))
@reproducible
def test_magnesium_influx_is_half_at_half_in(mg_out: float, half_out: float, half_in: float) -> None:
    """magnesium_influx_ratio: Half of itself at mg_free = half_in against a Mg-free cell."""
    free = magnesium_influx(mg_out, 0.0, 0.4, half_out, half_in)
    half = magnesium_influx(mg_out, half_in, 0.4, half_out, half_in)
    assert half == pytest.approx(0.5 * free)


@given(mg_free=mg, half_out=plausible("mg_influx_half_out"))
@reproducible
def test_magnesium_influx_is_half_at_half_out(mg_free: float, half_out: float) -> None:
    """External Mg of ``half_out`` gives half the maximum influx."""
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
    """sodium_magnesium_exchange_ratio: Zero without Mg inside or Na outside."""
    assert exchange(0.0, na_in, na_out, mg_out) == 0.0
    assert exchange(mg_free, na_in, 0.0, mg_out) == 0.0
    assert exchange(mg_free, na_in, na_out, mg_out) > 0.0


@given(mg_free=mg, na_in=concentrations, rise=increases, na_out=concentrations, mg_out=mg)
@reproducible
def test_internal_na_slows_sodium_magnesium_exchange(
    mg_free: float, na_in: float, rise: float, na_out: float, mg_out: float
) -> None:
    """sodium_magnesium_exchange_ratio: Na inside slows it."""
    now = exchange(mg_free, na_in, na_out, mg_out)
    assert exchange(mg_free, rise * na_in, na_out, mg_out) < now


@given(mg_free=mg, na_in=concentrations, na_out=concentrations, mg_out=mg)
@reproducible
def test_sodium_magnesium_exchange_is_halved_at_each_half_concentration(
    mg_free: float, na_in: float, na_out: float, mg_out: float
) -> None:
    """Each of the four ions alone halves the exchange at its constant."""
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
    """One unit of fixed negative charge displaces one Cl."""
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
    assert block_ratio(half_mg, u_k, u_k, half_mg, steepness) == pytest.approx(1.0, rel=1e-15)


def test_unblocked_part_is_one_without_mg() -> None:
    """unblocked_part: One without Mg."""
    assert unblocked_part(block_ratio(0.0, -3.0, -3.5, 0.43, 1.3)) == 1.0


def test_unblocked_part_is_half_at_a_ratio_of_one() -> None:
    """unblocked_part: Half at a ratio of one."""
    assert unblocked_part(1.0) == 0.5


@given(resistant=plausible("k_leak_resistant"))
@reproducible
def test_open_fraction_is_one_without_mg(resistant: float) -> None:
    """open_fraction: One without Mg."""
    assert open_fraction(unblocked_part(0.0), resistant) == pytest.approx(1.0, rel=1e-15)


@given(ratio=st.floats(0.0, 100.0), rise=st.floats(0.01, 10.0), resistant=fractions)
@reproducible
def test_open_fraction_falls_to_resistant_with_much_mg(
    ratio: float, rise: float, resistant: float
) -> None:
    """open_fraction: Falls to ``resistant`` with much Mg."""
    less, more = unblocked_part(ratio + rise), unblocked_part(ratio)
    if resistant < 0.99:
        assert open_fraction(less, resistant) < open_fraction(more, resistant)
    assert open_fraction(unblocked_part(1e12), resistant) == pytest.approx(resistant, abs=1e-11)


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
def test_proton_uptake_stops_when_h_replaces_its_fraction_of_lost_k(
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


@given(mg_normal=mg, half_mg=mg, gated_share=fractions)
@reproducible
def test_sodium_leak_is_normal_in_normal_mg(
    mg_normal: float, half_mg: float, gated_share: float
) -> None:
    """leak_factor: One in normal Mg."""
    assert leak_factor(mg_normal, mg_normal, half_mg, gated_share) == pytest.approx(1.0, rel=1e-15)


@given(mg_normal=mg, half_mg=mg, gated_share=fractions)
@reproducible
def test_sodium_leak_without_mg_is_maximal(mg_normal: float, half_mg: float, gated_share: float) -> None:
    """leak_factor: Without Mg it is 1 + gated_share · mg_normal/half_mg."""
    greatest = 1.0 + gated_share * mg_normal / half_mg
    assert leak_factor(0.0, mg_normal, half_mg, gated_share) == pytest.approx(greatest, rel=1e-13)


@given(mg_out=mg, rise=increases, half_mg=mg, gated_share=st.floats(0.05, 1.0))
@reproducible
def test_sodium_leak_falls_towards_the_open_share_as_mg_rises(
    mg_out: float, rise: float, half_mg: float, gated_share: float
) -> None:
    """leak_factor: Falls towards 1 − gated_share as Mg rises."""
    now = leak_factor(mg_out, 0.56, half_mg, gated_share)
    assert 1.0 - gated_share < leak_factor(rise * mg_out, 0.56, half_mg, gated_share) < now
    least = leak_factor(1e9, 0.56, half_mg, gated_share)
    assert least == pytest.approx(1.0 - gated_share, abs=1e-6)


@given(atp=plausible("atp"), dissociation=plausible("atp_mg_dissociation"))
@reproducible
def test_half_of_atp_is_mg_atp_at_the_dissociation_constant(atp: float, dissociation: float) -> None:
    """mg_atp_ratio: At mg_free = dissociation half of ATP is MgATP."""
    assert mg_atp(dissociation, atp, dissociation) == pytest.approx(0.5 * atp)


@given(atp=plausible("atp"), dissociation=plausible("atp_mg_dissociation"))
@reproducible
def test_all_atp_is_mg_atp_with_much_mg(atp: float, dissociation: float) -> None:
    """mg_atp_ratio: With much Mg all of it is."""
    assert mg_atp(1e6, atp, dissociation) == pytest.approx(atp, rel=1e-6)


HALVES = (CELL.pump_half_na, CELL.pump_half_k, CELL.pump_half_mgatp, CELL.pump_half_mg)
"""Half-saturation of the sites for Na_i, K_o, MgATP and free Mg [mM]."""


@pytest.mark.parametrize("missing", range(4), ids=["na_in", "k_out", "mgatp", "mg_free"])
@given(present=st.tuples(concentrations, concentrations, concentrations, mg))
@reproducible
def test_pump_rate_is_zero_without_any_one_of_its_ligands(
    missing: int, present: tuple[float, ...]
) -> None:
    """pump_rate_ratio: Zero without Na_i, without K_o, without MgATP or without free Mg."""
    ligands = [0.0 if i == missing else value for i, value in enumerate(present)]
    assert pump_rate(*ligands, 160.0, *HALVES) == 0.0
    assert pump_rate(*present, 160.0, *HALVES) > 0.0


@given(capacity=plausible("pump_capacity"))
@reproducible
def test_pump_rate_is_capacity_with_all_in_excess(capacity: float) -> None:
    """pump_rate_ratio: With all in excess, capacity."""
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
    """pump_rate_ratio: Log slope in Na_i is 3 half_na/(na_in + half_na), 1.64 at 10 mM."""
    expected = 3.0 * half_na / (na_in + half_na)
    assert slope_in_na(na_in, half_na) == pytest.approx(expected, rel=1e-7, abs=1e-9)
    assert round(slope_in_na(10.0, CELL.pump_half_na), 2) == 1.64


drives = st.tuples(
    st.floats(100.0, 160.0), st.floats(2.0, 60.0), st.floats(1.0, 8.0), st.floats(90.0, 120.0)
)
"""K and Cl inside, then outside a cell."""


@given(inside=concentrations, other=concentrations, water=relative, greatest=relative)
@reproducible
def test_cotransport_is_zero_when_the_products_are_equal(
    inside: float, other: float, water: float, greatest: float
) -> None:
    """potassium_chloride_efflux: Zero when the products inside and outside are equal."""
    assert potassium_chloride_efflux(inside, other, other, inside, water, greatest) == 0.0
    assert potassium_chloride_efflux(2.0 * inside, other, other, inside, water, greatest) > 0.0
    assert potassium_chloride_efflux(inside, other, other, 2.0 * inside, water, greatest) < 0.0


@given(drive=drives, water=st.floats(0.5, 2.0), swelling=st.floats(1.01, 1.5))
@reproducible
def test_cotransport_rises_with_swelling(
    drive: tuple[float, ...], water: float, swelling: float
) -> None:
    """potassium_chloride_efflux: Rises with swelling."""
    k_in, cl_in, k_out, cl_out = drive
    inward = k_in * cl_in < k_out * cl_out
    ions = (k_out, cl_out, k_in, cl_in) if inward else drive
    if k_in * cl_in != k_out * cl_out:
        now = potassium_chloride_efflux(*ions, water, 1.0)
        assert potassium_chloride_efflux(*ions, swelling * water, 1.0) > now


@given(drive=drives)
@reproducible
def test_cotransport_doubles_at_five_percent_swelling_and_is_tenfold_at_fifteen(
    drive: tuple[float, ...],
) -> None:
    """The sixteenth power gives the factors that the docstring states for swelling by 5 and 15 %."""
    now = potassium_chloride_efflux(*drive, 1.0, 1.0)
    assert potassium_chloride_efflux(*drive, 1.05, 1.0) == pytest.approx(2.0 * now, rel=0.1)
    assert potassium_chloride_efflux(*drive, 1.15, 1.0) == pytest.approx(10.0 * now, rel=0.1)
