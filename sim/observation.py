"""What is recorded of a tissue: variables with unit, meaning and reference range, in tables."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.body import BodyState
from sim.cells import CellState, Membrane
from sim.ions import CATIONS
from sim.tissue import Tissue
from sim.units import HOURS_PER_DAY, THERMAL_VOLTAGE

Array = NDArray[np.float64]


class Variable(NamedTuple):
    """A recorded variable. The reference range is that of healthy adults, from textbooks."""

    unit: str
    meaning: str
    low: float = float("nan")
    high: float = float("nan")


QUANTILES = (5, 25, 50, 75, 95)

PER_CELL = {
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
"""What is known of each cell."""

SUMMARISED = ("na_in", "k_in", "mg_free", "potential")
"""Cell variables of which mean, SD and quantiles are recorded."""
AVERAGED = ("water", "pump", "expression")
"""Cell variables of which the mean is recorded."""


def _variables() -> dict[str, Variable]:
    """Make the list of all recorded variables."""
    table = {
        "plasma_na": Variable("mM", "plasma Na", 135.0, 145.0),
        "plasma_k": Variable("mM", "plasma K", 3.5, 5.0),
        "plasma_mg": Variable("mM", "total plasma Mg", 0.70, 1.05),
        "plasma_mg_ionised": Variable("mM", "ionised plasma Mg", 0.45, 0.65),
        "plasma_cl": Variable("mM", "plasma Cl", 98.0, 107.0),
        "plasma_hco3": Variable("mM", "plasma HCO3", 22.0, 29.0),
        "osmolality": Variable("mosm/L", "osmolality of body water", 275.0, 295.0),
        "ecf_volume": Variable("L", "extracellular volume"),
        "body_water": Variable("L", "water of the whole body"),
        "aldosterone": Variable("1", "aldosterone over normal"),
        "ncc": Variable("1", "NCC activity over normal"),
        "tubule_mg": Variable("mM", "free Mg of distal tubule cells"),
        "bone_mg": Variable("mmol", "exchangeable bone Mg"),
    }
    for ion in CATIONS:
        key, symbol = ion.symbol.lower(), ion.symbol
        table[f"intake_{key}"] = Variable("mmol/day", f"{symbol} swallowed and infused")
        table[f"urine_{key}"] = Variable("mmol/day", f"{symbol} in the urine")
        table[f"stool_{key}"] = Variable("mmol/day", f"{symbol} in the stool")
        table[f"body_{key}"] = Variable("mmol", f"{symbol} of the whole body")
    for name in SUMMARISED:
        unit, meaning, low, high = PER_CELL[name]
        table[f"{name}_mean"] = Variable(unit, f"{meaning}, mean of cells", low, high)
        table[f"{name}_sd"] = Variable(unit, f"{meaning}, SD of cells")
        for q in QUANTILES:
            table[f"{name}_p{q}"] = Variable(unit, f"{meaning}, {q}th percentile of cells")
    for name in AVERAGED:
        table[f"{name}_mean"] = Variable(PER_CELL[name].unit, f"{PER_CELL[name].meaning}, mean")
    for name in ("na", "k", "mg", "cl", "hco3", "charge", "osmoles"):
        table[f"audit_{name}"] = Variable("1", f"imbalance of {name}, relative")
    return table


VARIABLES = _variables()
"""All columns of a run's table, in order."""


def cell_table(tissue: Tissue, most: int | None = None) -> pd.DataFrame:
    """Every cell now, a row a cell, columns as in :data:`PER_CELL`.

    Parameters
    ----------
    tissue : Tissue
        The tissue.
    most : int, optional
        Only the first so many cells.
    """
    columns = _cell_columns(tissue)
    frame = pd.DataFrame({name: values[:most] for name, values in columns.items()})
    frame.index.name = "cell"
    return frame


def _cell_columns(tissue: Tissue) -> dict[str, Array]:
    """Every variable of :data:`PER_CELL`, one value a cell."""
    m = dict(zip(Membrane._fields, tissue.observe(), strict=True))
    t = tissue.traits_now()
    return {
        "na_in": m["na_in"],
        "k_in": m["k_in"],
        "cl_in": m["cl_in"],
        "mg_free": m["mg_free"],
        "potential": m["u"] * THERMAL_VOLTAGE,
        "water": m["water"],
        "pump": m["pump"],
        "na_leak": m["na_leak"],
        "k_leak": m["k_leak"],
        "expression": tissue.cells[CellState._fields.index("expression")].copy(),
        "pump_capacity_trait": t["pump_capacity"] * t["pump_noise"],
        "k_leak_trait": t["k_leak"] * t["leak_noise"],
        "na_leak_trait": t["na_leak"] * t["leak_noise"],
        "size": t["size"].copy(),
    }


class Recorder:
    """Collects rows of a tissue over time.

    Flows (intake, urine, stool) are means over the time since the last row; in the first row they are
    those of the moment.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.rows: list[list[float]] = []
        self._last: tuple[float, BodyState] | None = None

    def record(self, tissue: Tissue) -> None:
        """Add a row for the present."""
        row = self._row(tissue)
        self.times.append(tissue.time / HOURS_PER_DAY)
        self.rows.append([row[name] for name in VARIABLES])
        self._last = (tissue.time, tissue.body)

    def latest(self, name: str) -> float:
        """Value of a variable in the last row."""
        return self.rows[-1][list(VARIABLES).index(name)]

    def worst_imbalance(self) -> float:
        """Largest imbalance of any audit in any row [1]."""
        places = [i for i, name in enumerate(VARIABLES) if name.startswith("audit_")]
        return max((abs(row[i]) for row in self.rows for i in places), default=0.0)

    def table(self) -> pd.DataFrame:
        """All rows, indexed by time [day]."""
        index = pd.Index(self.times, name="time")
        return pd.DataFrame(self.rows, columns=list(VARIABLES), index=index, dtype=float)

    def _row(self, tissue: Tissue) -> dict[str, float]:
        p, b, fluid, totals = tissue.parameters.body, tissue.body, tissue.fluid, tissue.totals()
        forms = p.plasma_mg_ionised + p.plasma_mg_complexed + p.plasma_mg_bound
        row = {
            "plasma_na": fluid.na,
            "plasma_k": fluid.k,
            "plasma_mg": fluid.mg * forms / p.plasma_mg_ionised,
            "plasma_mg_ionised": fluid.mg,
            "plasma_cl": fluid.cl,
            "plasma_hco3": fluid.hco3,
            "osmolality": fluid.osmolality,
            "ecf_volume": fluid.volume,
            "body_water": b.water,
            "aldosterone": b.aldosterone,
            "ncc": b.ncc,
            "tubule_mg": b.tubule_mg,
            "bone_mg": b.bone_mg,
            **self._flows(tissue),
        }
        for ion in CATIONS:
            key = ion.symbol.lower()
            row[f"body_{key}"] = getattr(totals, key)
        columns = _cell_columns(tissue)
        for name in SUMMARISED:
            values = columns[name]
            row[f"{name}_mean"], row[f"{name}_sd"] = float(values.mean()), float(values.std())
            marks = np.percentile(values, QUANTILES)
            row |= {f"{name}_p{q}": float(x) for q, x in zip(QUANTILES, marks, strict=True)}
        row |= {f"{name}_mean": float(columns[name].mean()) for name in AVERAGED}
        return row | {f"audit_{k}": v for k, v in tissue.audit()._asdict().items()}

    def _flows(self, tissue: Tissue) -> dict[str, float]:
        """Intake, urine and stool of each ion [mmol/day]."""
        now = tissue.body
        if self._last is None:
            excretion, rates = tissue.excretion, tissue.body_rates()
            flows = {f"urine_{k}": v for k, v in excretion._asdict().items() if k != "hco3"}
            for ion in CATIONS:
                key = ion.symbol.lower()
                flows[f"intake_{key}"] = getattr(rates, f"taken_{key}")
                flows[f"stool_{key}"] = getattr(rates, f"stool_{key}")
            return {name: value * HOURS_PER_DAY for name, value in flows.items()}
        since, before = self._last
        days = (tissue.time - since) / HOURS_PER_DAY
        flows = {}
        for ion in CATIONS:
            key = ion.symbol.lower()
            for column, total in (("intake", "taken"), ("urine", "urine"), ("stool", "stool")):
                name = f"{total}_{key}"
                flows[f"{column}_{key}"] = (getattr(now, name) - getattr(before, name)) / days
        return flows
