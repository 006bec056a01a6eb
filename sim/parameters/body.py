"""Numbers of the fluid, gut, kidney, hormones and bone."""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, DERIVED, FIT, MEASURED, Fact
from sim.sources import (
    ASSUMED,
    AVIOLI_BERMAN_1966,
    BORON_BOULPAEP,
    COGSWELL_2018,
    CTAL_MG,
    FERDAUS_2019,
    FINE_1991,
    FITTED,
    SQUIRES_HUTH_1959,
    STADT_2022,
)

# fmt: off

class BodyParameters(NamedTuple):
    """Numbers of the fluid, gut, kidney, hormones and bone of an adult of 70 kg."""

    cell_water: Annotated[float, Fact(
        "L", "water of all cells", STADT_2022, MEASURED, 20.0, 30.0)] = 24.0
    ecf_volume: Annotated[float, Fact(
        "L", "extracellular fluid, plasma 4.5 and interstitium 10",
        STADT_2022, MEASURED, 12.0, 18.0)] = 14.5
    plasma_share: Annotated[float, Fact(
        "1", "plasma over extracellular fluid, 4.5/14.5",
        STADT_2022, DERIVED, 0.2, 0.35)] = 0.31
    osmolality: Annotated[float, Fact(
        "mosm/L", "osmolality of body water", ASSUMED, ASSUME, 280.0, 295.0)] = 290.0
    plasma_na: Annotated[float, Fact(
        "mM", "plasma Na", ASSUMED, ASSUME, 136.0, 145.0)] = 140.0
    plasma_k: Annotated[float, Fact(
        "mM", "plasma K", STADT_2022, MEASURED, 3.5, 5.0)] = 4.2
    plasma_cl: Annotated[float, Fact(
        "mM", "plasma Cl", ASSUMED, ASSUME, 98.0, 107.0)] = 104.0
    plasma_hco3: Annotated[float, Fact(
        "mM", "plasma HCO3", ASSUMED, ASSUME, 22.0, 28.0)] = 24.0
    plasma_mg_ionised: Annotated[float, Fact(
        "mM", "ionised plasma Mg", BORON_BOULPAEP, MEASURED, 0.45, 0.65)] = 0.56
    plasma_mg_complexed: Annotated[float, Fact(
        "mM", "plasma Mg in small complexes", BORON_BOULPAEP, MEASURED, 0.04, 0.1)] = 0.06
    plasma_mg_bound: Annotated[float, Fact(
        "mM", "plasma Mg bound to protein", BORON_BOULPAEP, MEASURED, 0.15, 0.33)] = 0.28

    intake_na: Annotated[float, Fact(
        "mmol/day", "usual Na intake", COGSWELL_2018, MEASURED, 100.0, 200.0)] = 150.0
    intake_k: Annotated[float, Fact(
        "mmol/day", "usual K intake", COGSWELL_2018, MEASURED, 55.0, 100.0)] = 75.0
    intake_mg: Annotated[float, Fact(
        "mmol/day", "usual Mg intake", COGSWELL_2018, MEASURED, 10.0, 18.0)] = 14.0
    absorption_time: Annotated[float, Fact(
        "h", "time constant of Na and K absorption", ASSUMED, ASSUME, 0.5, 3.0)] = 1.0
    mg_transit: Annotated[float, Fact(
        "h", "mean stay of Mg in the absorbing gut: three meals a day keep one meal in it",
        ASSUMED, ASSUME, 4.0, 12.0)] = 8.0
    absorbed_na: Annotated[float, Fact(
        "1", "part of gut Na that is absorbed", ASSUMED, ASSUME, 0.95, 1.0)] = 0.98
    absorbed_k: Annotated[float, Fact(
        "1", "part of gut K that is absorbed", STADT_2022, MEASURED, 0.85, 0.95)] = 0.9
    mg_absorption_active: Annotated[float, Fact(
        "mmol", "saturable Mg absorption of a meal (3.5 mEq)",
        FINE_1991, DERIVED, 1.2, 2.4)] = 1.75
    mg_absorption_half: Annotated[float, Fact(
        "mmol", "gut Mg at which saturable absorption is half used (6.1 mEq)",
        FINE_1991, DERIVED, 2.0, 4.0)] = 3.05
    mg_absorption_passive: Annotated[float, Fact(
        "1", "part of gut Mg absorbed in proportion", FINE_1991, DERIVED, 0.05, 0.1)] = 0.07
    mg_secreted: Annotated[float, Fact(
        "mmol/day", "Mg lost with digestive juices at normal plasma Mg",
        ASSUMED, ASSUME, 0.3, 2.0)] = 1.0

    gfr: Annotated[float, Fact(
        "L/day", "glomerular filtration", STADT_2022, MEASURED, 130.0, 200.0)] = 180.0
    mg_excreted_floor: Annotated[float, Fact(
        "1", "least part of filtered Mg that is excreted", FITTED, FIT, 0.002, 0.01)] = 0.005
    mg_excreted_exponent: Annotated[float, Fact(
        "1", "steepness of Mg excretion in filtered Mg", FITTED, FIT, 3.0, 10.0)] = 7.0
    loop_mg_wasting: Annotated[float, Fact(
        "1", "rise of excreted Mg fraction at full loop diuretic",
        ASSUMED, ASSUME, 0.3, 3.0)] = 1.0
    thiazide_mg_wasting: Annotated[float, Fact(
        "1", "rise of excreted Mg fraction at full thiazide", ASSUMED, ASSUME, 0.1, 2.0)] = 0.5
    tubule_mg: Annotated[float, Fact(
        "mM", "free Mg of distal tubule cells; follows plasma Mg in proportion",
        CTAL_MG, MEASURED, 0.4, 0.6)] = 0.52
    tubule_mg_time: Annotated[float, Fact(
        "h", "time constant of tubule-cell Mg", ASSUMED, ASSUME, 12.0, 72.0)] = 24.0

    k_obligatory: Annotated[float, Fact(
        "mmol/day", "urinary K that nothing saves at normal plasma K",
        SQUIRES_HUTH_1959, FIT, 5.0, 15.0)] = 10.0
    k_secretion_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows plasma K to this exponent",
        FITTED, FIT, 0.8, 2.5)] = 1.5
    k_aldosterone_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows aldosterone to this exponent",
        STADT_2022, MEASURED, 0.24, 0.41)] = 0.4
    k_delivery_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows distal delivery to this exponent",
        FITTED, FIT, 0.3, 1.2)] = 0.8
    romk_half_mg: Annotated[float, Fact(
        "mM", "tubule Mg that blocks half of ROMK", FITTED, FIT, 0.05, 0.6)] = 0.15
    ncc_k_exponent: Annotated[float, Fact(
        "1", "NCC rises as plasma K falls, to this exponent", FITTED, FIT, 1.0, 4.0)] = 3.0
    ncc_half_mg: Annotated[float, Fact(
        "1", "plasma Mg over normal at which NCC answers K about half as much",
        FERDAUS_2019, FIT, 0.3, 0.7)] = 0.45
    ncc_mg_hill: Annotated[float, Fact(
        "1", "steepness of the loss of NCC's answer", FITTED, FIT, 2.0, 8.0)] = 4.0
    ncc_mg_loss: Annotated[float, Fact(
        "1", "part of NCC lost when Mg deficiency has taken its answer to K",
        FERDAUS_2019, FIT, 0.0, 0.6)] = 0.3
    ncc_time: Annotated[float, Fact(
        "h", "time constant of NCC activity", ASSUMED, ASSUME, 12.0, 72.0)] = 36.0
    thiazide_delivery: Annotated[float, Fact(
        "1", "rise of distal delivery at full thiazide", FITTED, FIT, 0.2, 2.0)] = 0.6
    loop_delivery: Annotated[float, Fact(
        "1", "rise of distal delivery at full loop diuretic", FITTED, FIT, 0.2, 2.0)] = 0.8

    na_volume_exponent: Annotated[float, Fact(
        "1", "Na excretion follows extracellular volume to this exponent",
        FITTED, FIT, 10.0, 30.0)] = 18.0
    na_aldosterone_exponent: Annotated[float, Fact(
        "1", "Na excretion falls with aldosterone to this exponent",
        FITTED, FIT, 0.1, 0.6)] = 0.3
    thiazide_natriuresis: Annotated[float, Fact(
        "1", "rise of Na excretion at full thiazide, same volume",
        ASSUMED, ASSUME, 0.2, 2.0)] = 0.8
    loop_natriuresis: Annotated[float, Fact(
        "1", "rise of Na excretion at full loop diuretic, same volume",
        ASSUMED, ASSUME, 0.5, 4.0)] = 1.5
    bicarbonate_time: Annotated[float, Fact(
        "h", "time in which the kidney corrects plasma HCO3",
        ASSUMED, ASSUME, 24.0, 96.0)] = 48.0
    water_time: Annotated[float, Fact(
        "h", "time in which thirst and ADH correct osmolality",
        ASSUMED, ASSUME, 1.0, 12.0)] = 4.0

    aldosterone_k_slope: Annotated[float, Fact(
        "1/mM", "log aldosterone per plasma K", FITTED, FIT, 0.5, 1.2)] = 0.9
    aldosterone_volume_exponent: Annotated[float, Fact(
        "1", "aldosterone falls with extracellular volume to this exponent",
        FITTED, FIT, 3.0, 12.0)] = 6.0
    aldosterone_mg_gain: Annotated[float, Fact(
        "1", "log aldosterone per relative Mg deficit",
        FITTED, FIT, 0.0, 2.0)] = 0.75
    aldosterone_time: Annotated[float, Fact(
        "h", "time constant of aldosterone", ASSUMED, ASSUME, 0.5, 4.0)] = 2.0

    bone_mg: Annotated[float, Fact(
        "mmol", "exchangeable bone Mg", AVIOLI_BERMAN_1966, FIT, 20.0, 170.0)] = 60.0
    bone_mg_time: Annotated[float, Fact(
        "h", "time constant of bone Mg", ASSUMED, ASSUME, 240.0, 2400.0)] = 960.0
