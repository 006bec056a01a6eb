"""Numbers of the fluid, gut, kidney, hormones and bone."""

from typing import Annotated, NamedTuple

from sim.parameters.facts import ASSUME, DERIVED, FIT, MEASURED, Fact
from sim.parameters.sources import (
    ASSUMED,
    AVIOLI_BERMAN_1966,
    BORON_BOULPAEP,
    BRENT_1988,
    CHOLERA_2012,
    COGSWELL_2018,
    CTAL_MG,
    DUTTA_LAYTON_2024,
    ENDOTEXT,
    FERDAUS_2019,
    FINE_1991,
    FITTED,
    GASTRIC_JUICE,
    MAIER_1998,
    OPEN_BONE_MIN,
    SCHWARZ_1994,
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
    plasma_ca_ionised: Annotated[float, Fact(
        "mM", "ionised plasma Ca", SCHWARZ_1994, MEASURED, 1.15, 1.3)] = 1.25
    plasma_ca_complexed: Annotated[float, Fact(
        "mM", "plasma Ca in small complexes; ionised and these are 0.6 of the total",
        OPEN_BONE_MIN, DERIVED, 0.1, 0.25)] = 0.16
    plasma_ca_bound: Annotated[float, Fact(
        "mM", "plasma Ca bound to protein, 0.4 of 2.35", OPEN_BONE_MIN, DERIVED, 0.9, 1.2)] = 0.94

    intake_na: Annotated[float, Fact(
        "mmol/day", "usual Na intake", COGSWELL_2018, MEASURED, 100.0, 200.0)] = 150.0
    intake_k: Annotated[float, Fact(
        "mmol/day", "usual K intake", COGSWELL_2018, MEASURED, 55.0, 100.0)] = 75.0
    intake_mg: Annotated[float, Fact(
        "mmol/day", "usual Mg intake", COGSWELL_2018, MEASURED, 10.0, 18.0)] = 14.0
    intake_ca: Annotated[float, Fact(
        "mmol/day", "usual Ca intake, 1000 mg/day", ENDOTEXT, MEASURED, 15.0, 35.0)] = 25.0
    absorption_time: Annotated[float, Fact(
        "h", "time constant of Na and K absorption", FITTED, FIT, 0.3, 2.0)] = 0.686
    mg_transit: Annotated[float, Fact(
        "h", "mean residence time of Mg in the absorbing gut, with which the usual intake spread over "
        "the day is absorbed as three meals are", ASSUMED, ASSUME, 2.0, 6.0)] = 3.0
    absorbed_na: Annotated[float, Fact(
        "1", "absorbed fraction of gut Na", ASSUMED, ASSUME, 0.95, 1.0)] = 0.98
    absorbed_k: Annotated[float, Fact(
        "1", "absorbed fraction of gut K", STADT_2022, MEASURED, 0.85, 0.95)] = 0.9
    mg_absorption_active: Annotated[float, Fact(
        "mmol", "saturable Mg absorption of a meal (3.5 mEq)",
        FINE_1991, DERIVED, 1.2, 2.4)] = 1.75
    mg_absorption_half: Annotated[float, Fact(
        "mmol", "gut Mg at half-maximal saturable absorption (6.1 mEq)",
        FINE_1991, DERIVED, 2.0, 4.0)] = 3.05
    mg_absorption_passive: Annotated[float, Fact(
        "1", "fraction of gut Mg absorbed in proportion to content",
        FINE_1991, DERIVED, 0.05, 0.1)] = 0.07
    inhibitor_passive_loss: Annotated[float, Fact(
        "1", "fraction of that lost under full proton-pump inhibition",
        FITTED, FIT, 0.0, 1.0)] = 0.43
    mg_secreted: Annotated[float, Fact(
        "mmol/day", "Mg lost with digestive juices at normal plasma Mg",
        FITTED, FIT, 0.3, 2.0)] = 1.34
    carbohydrate_time: Annotated[float, Fact(
        "h", "time constant of carbohydrate absorption", ASSUMED, ASSUME, 0.5, 2.0)] = 1.0
    absorbed_ca: Annotated[float, Fact(
        "1", "net absorbed fraction of dietary Ca at normal PTH: 200 of 1000 mg/day",
        ENDOTEXT, DERIVED, 0.1, 0.35)] = 0.2
    ca_absorption_independent: Annotated[float, Fact(
        "1", "PTH-independent fraction of Ca absorption", ASSUMED, ASSUME, 0.2, 0.8)] = 0.5
    vomit_na: Annotated[float, Fact(
        "mM", "Na of vomited gastric juice", GASTRIC_JUICE, MEASURED, 30.0, 100.0)] = 60.0
    vomit_k: Annotated[float, Fact(
        "mM", "K of vomited gastric juice", GASTRIC_JUICE, MEASURED, 5.0, 20.0)] = 10.0
    vomit_h: Annotated[float, Fact(
        "mM", "H of vomited gastric juice, which leaves HCO3 behind: what balances 130 mM of Cl",
        GASTRIC_JUICE, DERIVED, 30.0, 100.0)] = 60.0
    diarrhoea_na: Annotated[float, Fact(
        "mM", "Na of diarrhoeal stool: 50 (E. coli) to 130 (cholera)",
        CHOLERA_2012, MEASURED, 50.0, 130.0)] = 70.0
    diarrhoea_k: Annotated[float, Fact(
        "mM", "K of diarrhoeal stool", CHOLERA_2012, MEASURED, 20.0, 35.0)] = 35.0
    diarrhoea_hco3: Annotated[float, Fact(
        "mM", "HCO3 of diarrhoeal stool", CHOLERA_2012, MEASURED, 20.0, 45.0)] = 40.0
    diarrhoea_mg: Annotated[float, Fact(
        "mM", "Mg of diarrhoeal stool in addition to unabsorbed Mg",
        ASSUMED, ASSUME, 0.5, 5.0)] = 2.0

    gfr: Annotated[float, Fact(
        "L/day", "glomerular filtration", STADT_2022, MEASURED, 130.0, 200.0)] = 180.0
    mg_excreted_floor: Annotated[float, Fact(
        "1", "minimal excreted fraction of filtered Mg", FITTED, FIT, 0.002, 0.01)] = 0.00682
    mg_excreted_exponent: Annotated[float, Fact(
        "1", "steepness of Mg excretion in filtered Mg", FITTED, FIT, 3.0, 10.0)] = 7.0
    nkcc2_mg_escape: Annotated[float, Fact(
        "1", "fraction of filtered Mg that escapes without NKCC2, of the 0.5–0.7 reabsorbed there",
        FITTED, FIT, 0.02, 0.15)] = 0.02
    ncc_mg_escape: Annotated[float, Fact(
        "1", "fraction of filtered Mg that escapes without NCC, of the 0.1 reabsorbed there",
        FITTED, FIT, 0.01, 0.08)] = 0.0479
    tubule_mg: Annotated[float, Fact(
        "mM", "free Mg of distal tubule cells; follows plasma Mg in proportion",
        CTAL_MG, MEASURED, 0.4, 0.6)] = 0.52
    tubule_mg_time: Annotated[float, Fact(
        "h", "time constant of tubule-cell Mg", ASSUMED, ASSUME, 12.0, 72.0)] = 24.0

    k_obligatory: Annotated[float, Fact(
        "mmol/day", "obligatory urinary K at normal plasma K",
        SQUIRES_HUTH_1959, FIT, 5.0, 15.0)] = 10.0
    k_secretion_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows plasma K to this exponent",
        FITTED, FIT, 0.8, 3.0)] = 2.2
    k_aldosterone_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows aldosterone to this exponent",
        STADT_2022, MEASURED, 0.24, 0.41)] = 0.4
    k_delivery_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows distal delivery to this exponent",
        FITTED, FIT, 0.3, 1.2)] = 0.8
    k_hco3_exponent: Annotated[float, Fact(
        "1", "distal K secretion follows plasma HCO3 to this exponent",
        ASSUMED, ASSUME, 0.0, 2.0)] = 0.8
    k_feed_forward: Annotated[float, Fact(
        "1", "maximal rise of K secretion by K in the gut",
        STADT_2022, FIT, 0.0, 10.0)] = 5.07
    k_feed_forward_half: Annotated[float, Fact(
        "1", "in the rise of secretion gain · (a − 1)/(a + this), a being K absorption over usual",
        ASSUMED, ASSUME, 10.0, 20.0)] = 10.0
    romk_half_mg: Annotated[float, Fact(
        "mM", "tubule Mg that blocks half of ROMK", FITTED, FIT, 0.05, 0.6)] = 0.126
    ncc_k_exponent: Annotated[float, Fact(
        "1", "NCC rises as plasma K falls, to this exponent", FITTED, FIT, 1.0, 4.0)] = 2.29
    ncc_half_mg: Annotated[float, Fact(
        "1", "plasma Mg over normal at which the response of NCC to K is about halved",
        FERDAUS_2019, FIT, 0.3, 0.7)] = 0.5
    ncc_mg_hill: Annotated[float, Fact(
        "1", "steepness of the loss of that response", FITTED, FIT, 2.0, 8.0)] = 4.0
    ncc_mg_loss: Annotated[float, Fact(
        "1", "fraction of NCC activity lost when Mg deficiency has abolished its response to K",
        FERDAUS_2019, FIT, 0.0, 0.6)] = 0.24
    ncc_time: Annotated[float, Fact(
        "h", "time constant of NCC activity", ASSUMED, ASSUME, 12.0, 72.0)] = 36.0
    ncc_uptake_ratio: Annotated[float, Fact(
        "1", "Na that NCC takes up over Na that passes it to the K-secreting segment",
        FITTED, FIT, 0.5, 3.0)] = 1.53
    loop_delivery: Annotated[float, Fact(
        "1", "rise of distal delivery without NKCC2", FITTED, FIT, 0.2, 2.0)] = 1.15
    delivery_volume_exponent: Annotated[float, Fact(
        "1", "distal delivery follows extracellular volume to this exponent",
        FITTED, FIT, 2.0, 8.0)] = 4.0

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
        "h", "time constant of the renal correction of plasma HCO3",
        ASSUMED, ASSUME, 24.0, 96.0)] = 48.0
    bicarbonate_cl_exponent: Annotated[float, Fact(
        "1", "plasma HCO3 defended by the kidney rises as Cl falls, to this exponent",
        ASSUMED, ASSUME, 0.5, 2.0)] = 1.5
    water_time: Annotated[float, Fact(
        "h", "time constant of the correction of osmolality by thirst and ADH",
        ASSUMED, ASSUME, 1.0, 12.0)] = 4.0

    aldosterone_k_slope: Annotated[float, Fact(
        "1/mM", "log aldosterone per plasma K", FITTED, FIT, 0.5, 1.2)] = 0.9
    renin_volume_exponent: Annotated[float, Fact(
        "1", "renin falls with extracellular volume to this exponent",
        FITTED, FIT, 6.0, 24.0)] = 12.0
    renin_time: Annotated[float, Fact(
        "h", "time constant of renin", ASSUMED, ASSUME, 0.3, 3.0)] = 1.0
    aldosterone_renin_exponent: Annotated[float, Fact(
        "1", "aldosterone follows renin to this exponent", ASSUMED, ASSUME, 0.4, 1.0)] = 0.7
    aldosterone_mg_gain: Annotated[float, Fact(
        "1", "log aldosterone per relative Mg deficit",
        FITTED, FIT, 0.0, 2.0)] = 0.75
    aldosterone_time: Annotated[float, Fact(
        "h", "time constant of aldosterone", ASSUMED, ASSUME, 0.5, 4.0)] = 2.0

    bone_mg: Annotated[float, Fact(
        "mmol", "exchangeable bone Mg", AVIOLI_BERMAN_1966, FIT, 20.0, 170.0)] = 81
    bone_mg_time: Annotated[float, Fact(
        "h", "time constant of bone Mg", FITTED, FIT, 240.0, 2400.0)] = 296

    insulin_gain: Annotated[float, Fact(
        "h/g", "rise of insulin over fasting per carbohydrate absorbed: 14 times after a meal",
        STADT_2022, DERIVED, 0.2, 1.0)] = 0.5
    insulin_time: Annotated[float, Fact(
        "h", "time constant of insulin and its action", ASSUMED, ASSUME, 0.3, 1.5)] = 0.8
    insulin_pump_gain: Annotated[float, Fact(
        "1", "maximal rise of pump capacity by insulin; 0.11 at the peak after a meal",
        STADT_2022, FIT, 0.02, 0.7)] = 0.249
    insulin_pump_half: Annotated[float, Fact(
        "1", "insulin above fasting at half that rise", ASSUMED, ASSUME, 2.0, 20.0)] = 8.0

    pth_ca_half: Annotated[float, Fact(
        "1", "receptor signal over normal in the middle of PTH's range: 1.13 of 1.25 mM",
        SCHWARZ_1994, DERIVED, 0.87, 0.95)] = 0.904
    pth_ca_hill: Annotated[float, Fact(
        "1", "steepness of PTH secretion, such that its range ends at 4.2 times normal",
        BRENT_1988, DERIVED, 10.0, 18.0)] = 14.4
    pth_floor: Annotated[float, Fact(
        "1", "minimal PTH over normal: 5.6–6.4 of 23.2 ng/L", BRENT_1988, DERIVED, 0.2, 0.3)] = 0.26
    pth_mg_weight: Annotated[float, Fact(
        "1", "ionised Mg over ionised Ca at the Ca-sensing receptor",
        ASSUMED, ASSUME, 0.0, 0.5)] = 0.2
    pth_half_mg: Annotated[float, Fact(
        "1", "plasma Mg over normal at which PTH secretion is halved",
        DUTTA_LAYTON_2024, FIT, 0.4, 0.65)] = 0.556
    pth_action_half_mg: Annotated[float, Fact(
        "1", "plasma Mg over normal at which the response to PTH is halved",
        FITTED, FIT, 0.3, 0.65)] = 0.597
    pth_mg_hill: Annotated[float, Fact(
        "1", "steepness of both", FITTED, FIT, 3.0, 10.0)] = 6.0
    pth_time: Annotated[float, Fact(
        "h", "time constant of PTH; half-life 3.43 min", MAIER_1998, DERIVED, 0.05, 0.15)] = 0.0825
    pth_action_time: Annotated[float, Fact(
        "h", "time constant of the action of PTH", ASSUMED, ASSUME, 12.0, 72.0)] = 30.0
    bone_ca_floor: Annotated[float, Fact(
        "1", "plasma Ca over normal that bone defends without PTH",
        FITTED, FIT, 0.5, 0.75)] = 0.685
    bone_ca_exchange: Annotated[float, Fact(
        "1/h", "rate at which bone corrects plasma Ca", ASSUMED, ASSUME, 0.05, 1.0)] = 0.2
    urine_ca_exponent: Annotated[float, Fact(
        "1", "Ca excretion follows ionised Ca to this exponent", ASSUMED, ASSUME, 2.0, 8.0)] = 4.0
    urine_ca_saving: Annotated[float, Fact(
        "1", "rise of Ca excretion without PTH", ASSUMED, ASSUME, 0.3, 3.0)] = 1.0
    thiazide_ca_saving: Annotated[float, Fact(
        "1", "fraction of urinary Ca retained without NCC", ASSUMED, ASSUME, 0.2, 0.7)] = 0.5
    loop_ca_wasting: Annotated[float, Fact(
        "1", "rise of urinary Ca without NKCC2", ASSUMED, ASSUME, 0.5, 3.0)] = 1.0
