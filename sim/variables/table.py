"""Every variable that a run can record: its unit, its meaning and its reference range."""

from typing import NamedTuple

from sim.parameters import CELL_TYPES, TITLES
from sim.quantities.ions import CATIONS, SUPPLIED


class Variable(NamedTuple):
    """A recorded variable. The reference range is that of healthy adults, from textbooks."""

    unit: str
    meaning: str
    low: float = float("nan")
    high: float = float("nan")


QUANTILES = (5, 25, 50, 75, 95)

PER_CELL = {
    "type": Variable("", "type of the cell"),
    "na_in": Variable("mM", "Na in cell water", 6.0, 13.0),
    "k_in": Variable("mM", "K in cell water", 130.0, 160.0),
    "cl_in": Variable("mM", "Cl in cell water"),
    "mg_free": Variable("mM", "free Mg in cell water", 0.4, 0.75),
    "potential": Variable("mV", "membrane potential", -90.0, -75.0),
    "water": Variable("1", "cell water over reference water"),
    "pump": Variable("mmol/L/h", "pump cycles, 3 Na : 2 K"),
    "na_leak": Variable("mmol/L/h", "passive Na influx"),
    "k_leak": Variable("mmol/L/h", "passive K efflux"),
    "expression": Variable("1", "pump sites over normal"),
    "pump_capacity_trait": Variable("1", "pump capacity over the typical cell's, with fluctuation"),
    "k_leak_trait": Variable("1", "K leak over the typical cell's, with fluctuation"),
    "na_leak_trait": Variable("1", "Na leak over the typical cell's, with fluctuation"),
    "size": Variable("1", "size over the typical cell's"),
}
"""What is known of each cell. Reference ranges are those of skeletal muscle."""

SUMMARISED = ("na_in", "k_in", "mg_free", "potential")
"""Variables of which mean and SD over the cells of each type are recorded; of muscle, quantiles too."""
AVERAGED = ("water", "pump", "expression")
"""Variables of which the mean over muscle cells is recorded."""


def _variables() -> dict[str, Variable]:
    """Make the list of all recorded variables."""
    table = {
        "plasma_na": Variable("mM", "plasma Na", 135.0, 145.0),
        "plasma_k": Variable("mM", "plasma K", 3.5, 5.0),
        "plasma_mg": Variable("mM", "total plasma Mg", 0.70, 1.05),
        "plasma_mg_ionised": Variable("mM", "ionised plasma Mg", 0.45, 0.65),
        "plasma_ca": Variable("mM", "total plasma Ca", 2.15, 2.60),
        "plasma_ca_ionised": Variable("mM", "ionised plasma Ca", 1.12, 1.32),
        "plasma_cl": Variable("mM", "plasma Cl", 98.0, 107.0),
        "plasma_hco3": Variable("mM", "plasma HCO3", 22.0, 29.0),
        "osmolality": Variable("mosm/L", "osmolality of body water", 275.0, 295.0),
        "ecf_volume": Variable("L", "extracellular volume"),
        "body_water": Variable("L", "water of the whole body"),
        "renin": Variable("1", "renin over normal"),
        "aldosterone": Variable("1", "aldosterone over normal"),
        "insulin": Variable("1", "insulin over fasting"),
        "pth": Variable("1", "PTH over normal", 0.43, 2.0),
        "pth_action": Variable("1", "action of PTH over normal"),
        "pressure": Variable("mmHg", "mean arterial pressure", 70.0, 105.0),
        "qtc": Variable("ms", "QTc", 350.0, 450.0),
        "margin_muscle": Variable("mV", "threshold less potential of skeletal muscle, mean"),
        "margin_heart": Variable("mV", "threshold less potential of heart muscle, mean"),
        "ncc": Variable("1", "NCC activity over normal"),
        "tubule_mg": Variable("mM", "free Mg of distal tubule cells"),
        "bone_mg": Variable("mmol", "exchangeable bone Mg"),
    }
    for ion in SUPPLIED:
        key, symbol = ion.symbol.lower(), ion.symbol
        table[f"intake_{key}"] = Variable("mmol/day", f"{symbol} swallowed and infused")
        table[f"urine_{key}"] = Variable("mmol/day", f"{symbol} in the urine")
        table[f"stool_{key}"] = Variable("mmol/day", f"{symbol} in stool and vomit")
    for ion in CATIONS:
        table[f"body_{ion.symbol.lower()}"] = Variable("mmol", f"{ion.symbol} of the whole body")
    for name in SUMMARISED:
        unit, meaning, low, high = PER_CELL[name]
        table[f"{name}_mean"] = Variable(unit, f"{meaning}, mean of muscle cells", low, high)
        table[f"{name}_sd"] = Variable(unit, f"{meaning}, SD of muscle cells")
        for q in QUANTILES:
            table[f"{name}_p{q}"] = Variable(unit, f"{meaning}, {q}th percentile of muscle cells")
    for name in AVERAGED:
        unit, meaning, *_ = PER_CELL[name]
        table[f"{name}_mean"] = Variable(unit, f"{meaning}, mean of muscle cells")
    for kind in CELL_TYPES[1:]:
        for name in SUMMARISED:
            unit, meaning, *_ = PER_CELL[name]
            table[f"{kind}_{name}_mean"] = Variable(unit, f"{meaning}, mean of {TITLES[kind]}")
            table[f"{kind}_{name}_sd"] = Variable(unit, f"{meaning}, SD of {TITLES[kind]}")
    for name in ("na", "k", "mg", "ca", "cl", "hco3", "charge", "osmoles"):
        table[f"audit_{name}"] = Variable("1", f"imbalance of {name}, relative")
    return table


VARIABLES = _variables()
"""All columns of a run's table, in order."""
