"""Numbers of the typical cell."""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, DERIVED, FIT, MEASURED, Fact
from sim.parameters.sources import (
    AHLEMEYER_1992,
    ASSUMED,
    AVIOLI_BERMAN_1966,
    DESPA_BERS_2003,
    DORUP_1988,
    DORUP_RATS,
    DUTTA_LAYTON_2024,
    FITTED,
    FRIEDRICH,
    K_DEPLETED_RATS,
    MAGT1_2005,
    NAKAO_GADSBY,
    RYSCHON_1996,
    STADT_2022,
    TASHIRO_2005,
    YAN_ISHIHARA_2005,
)

# fmt: off

class CellParameters(NamedTuple):
    """Numbers of the typical cell's membrane and inside (skeletal muscle, most of body K)."""

    rest_na: Annotated[float, Fact(
        "mM", "Na in cell water at rest", AHLEMEYER_1992, ASSUME, 6.0, 13.0)] = 10.0
    rest_k: Annotated[float, Fact(
        "mM", "K in cell water at rest", DORUP_1988, DERIVED, 130.0, 161.0)] = 142.0
    rest_mg_free: Annotated[float, Fact(
        "mM", "free Mg in cell water at rest", RYSCHON_1996, MEASURED, 0.36, 0.75)] = 0.557
    rest_mg_total: Annotated[float, Fact(
        "mM", "total Mg in cell water: muscle Mg 9.5 over K 90.7 mmol/kg wet, times rest_k",
        DORUP_1988, DERIVED, 8.0, 20.0)] = 14.9
    rest_potential: Annotated[float, Fact(
        "mV", "membrane potential at rest", ASSUMED, ASSUME, -92.0, -75.0)] = -85.0

    pump_capacity: Annotated[float, Fact(
        "mmol/L/h", "maximal pump rate, 3 Na : 2 K cycles: 130 mmol K/min over 24 L of cells",
        STADT_2022, DERIVED, 80.0, 250.0)] = 162.5
    pump_half_na: Annotated[float, Fact(
        "mM", "Na_i that half fills each of the pump's three Na sites",
        DESPA_BERS_2003, DERIVED, 11.0, 14.0)] = 12.0
    pump_half_k: Annotated[float, Fact(
        "mM", "K_o at half pump rate", NAKAO_GADSBY, MEASURED, 0.8, 1.5)] = 1.3
    pump_half_mgatp: Annotated[float, Fact(
        "mM", "MgATP at half pump rate", FRIEDRICH, DERIVED, 0.17, 0.6)] = 0.2
    pump_half_mg: Annotated[float, Fact(
        "mM", "free Mg at half pump rate, the pump's own Mg site",
        FITTED, FIT, 0.03, 0.8)] = 0.29
    atp: Annotated[float, Fact(
        "mM", "ATP of the cell", ASSUMED, ASSUME, 6.0, 9.0)] = 8.0
    atp_mg_dissociation: Annotated[float, Fact(
        "mM", "free Mg at which half of ATP is MgATP", ASSUMED, ASSUME, 0.05, 0.12)] = 0.08
    expression_exponent: Annotated[float, Fact(
        "1", "pump sites follow K_o to this exponent", DORUP_RATS, FIT, 0.8, 2.0)] = 1.91
    expression_time: Annotated[float, Fact(
        "h", "time constant of pump expression", FITTED, FIT, 48.0, 240.0)] = 120.0

    k_leak_gated_share: Annotated[float, Fact(
        "1", "share of the K leak that Mg blocks; spermine reduces it in living cells",
        FITTED, FIT, 0.0, 1.0)] = 0.6
    k_leak_resistant: Annotated[float, Fact(
        "1", "fraction of Mg-gated K conductance that Mg cannot block",
        YAN_ISHIHARA_2005, MEASURED, 0.05, 0.15)] = 0.1
    k_leak_half_mg: Annotated[float, Fact(
        "mM", "free Mg that blocks half the open gate at V = E_K, 12/28",
        YAN_ISHIHARA_2005, DERIVED, 0.3, 0.6)] = 0.4286
    k_leak_block_slope: Annotated[float, Fact(
        "1/mV", "voltage dependence of the block",
        YAN_ISHIHARA_2005, DERIVED, 0.04, 0.06)] = 0.05
    na_leak_gated_share: Annotated[float, Fact(
        "1", "share of the normal Na leak that depends on Mg_o; with more, rapid Mg infusion would "
        "drive plasma K into cells below 2.5 mM", ASSUMED, ASSUME, 0.2, 0.8)] = 0.4
    na_leak_half_mg: Annotated[float, Fact(
        "mM", "ionised Mg_o that halves that share of the Na leak of a Mg-free membrane",
        FITTED, FIT, 0.1, 1.0)] = 0.2
    cl_over_k_permeability: Annotated[float, Fact(
        "1", "P_Cl/P_K at rest", ASSUMED, ASSUME, 1.0, 5.0)] = 2.0

    kcl_cotransport: Annotated[float, Fact(
        "mmol/L/h", "K–Cl cotransport at rest, by which swollen cells shrink",
        ASSUMED, ASSUME, 0.1, 1.5)] = 0.5
    mg_turnover: Annotated[float, Fact(
        "mmol/L/h", "Mg influx, equal to efflux, at rest; 28Mg half-times 14–35 h",
        AVIOLI_BERMAN_1966, FIT, 0.05, 0.4)] = 0.12
    mg_influx_half_out: Annotated[float, Fact(
        "mM", "ionised Mg_o at half influx (MagT1)", MAGT1_2005, MEASURED, 0.15, 0.5)] = 0.23
    mg_influx_half_in: Annotated[float, Fact(
        "mM", "free Mg_i that halves influx (TRPM6/7), Hill 2",
        DUTTA_LAYTON_2024, MEASURED, 0.3, 0.8)] = 0.51
    mg_exchange_half_mg: Annotated[float, Fact(
        "mM", "free Mg_i at half Na/Mg exchange, Hill 2",
        TASHIRO_2005, MEASURED, 0.4, 1.2)] = 0.7
    mg_exchange_half_na: Annotated[float, Fact(
        "mM", "Na_o at half Na/Mg exchange, Hill 2", TASHIRO_2005, MEASURED, 40.0, 80.0)] = 62.0
    mg_exchange_block_na: Annotated[float, Fact(
        "mM", "Na_i that halves Na/Mg exchange", TASHIRO_2005, MEASURED, 20.0, 60.0)] = 40.0
    mg_exchange_block_mg: Annotated[float, Fact(
        "mM", "Mg_o that halves Na/Mg exchange", TASHIRO_2005, MEASURED, 5.0, 20.0)] = 10.0
    mg_buffer_half: Annotated[float, Fact(
        "mM", "free Mg at which half the Mg-binding sites are full",
        FITTED, FIT, 0.1, 2.0)] = 0.4

    proton_share: Annotated[float, Fact(
        "1", "fraction of lost cell K that H replaces; Na replaces the rest",
        K_DEPLETED_RATS, DERIVED, 0.3, 0.6)] = 0.5
    proton_time: Annotated[float, Fact(
        "h", "time constant of K/H exchange", ASSUMED, ASSUME, 4.0, 48.0)] = 12.0
