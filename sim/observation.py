"""What is recorded of a tissue: variables with unit, meaning and reference range, in tables."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.body_state import BodyState
from sim.cells import CellState, Membrane
from sim.ions import CATIONS, SUPPLIED
from sim.parameters import CELL_TYPES, TITLES, Parameters
from sim.signs import arterial_pressure, excitability, qt_interval
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


def cell_table(tissue: Tissue, most: int | None = None) -> pd.DataFrame:
    """Every cell now, a row a cell, columns as in :data:`PER_CELL`.

    Parameters
    ----------
    tissue : Tissue
        The tissue.
    most : int, optional
        Only so many cells or a few more, of every type in proportion.
    """
    kinds = np.repeat(np.array(CELL_TYPES), tissue.counts)
    chosen = slice(None) if most is None else _spread(tissue, most)
    frame = pd.DataFrame({"type": pd.Categorical(kinds[chosen], CELL_TYPES)})
    for name, values in _cell_columns(tissue).items():
        frame[name] = values[chosen]
    frame.index = pd.Index(np.arange(tissue.n_cells)[chosen], name="cell")
    return frame


def _spread(tissue: Tissue, most: int) -> Array:
    """Places of at most so many cells: the first of each type, in proportion to their numbers."""
    part = min(1.0, most / tissue.n_cells)
    return np.concatenate([
        np.arange(cut.start, cut.start + int(np.ceil(part * (cut.stop - cut.start))))
        for cut in tissue.slices()
    ])  # fmt: skip


def _cell_columns(tissue: Tissue) -> dict[str, Array]:
    """Every variable of :data:`PER_CELL` but the type, one value a cell."""
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


REGULATORS = (
    "renin", "aldosterone", "insulin", "pth", "pth_action", "ncc", "tubule_mg", "bone_mg",
)  # fmt: skip
"""States of the body that are recorded as they are."""


def _cell_summary(tissue: Tissue) -> dict[str, float]:
    """Mean, SD and quantiles of what is recorded of the cells; not a number for an absent type."""
    columns, summary = _cell_columns(tissue), {}
    for kind, cut in zip(CELL_TYPES, tissue.slices(), strict=True):
        muscle = kind == CELL_TYPES[0]
        prefix = "" if muscle else f"{kind}_"
        for name in SUMMARISED:
            values = columns[name][cut]
            some = values.size > 0
            summary[f"{prefix}{name}_mean"] = float(values.mean()) if some else float("nan")
            summary[f"{prefix}{name}_sd"] = float(values.std()) if some else float("nan")
            if muscle:
                marks = np.percentile(values, QUANTILES)
                summary |= {f"{name}_p{q}": float(x) for q, x in zip(QUANTILES, marks, strict=True)}
        if muscle:
            summary |= {f"{name}_mean": float(columns[name][cut].mean()) for name in AVERAGED}
    return summary


def _signs(p: Parameters, row: dict[str, float], resting_na: float) -> dict[str, float]:
    """Clinical signs that belong to a row, given what smooth muscle holds at rest [mM]."""
    return {
        "pressure": arterial_pressure(row["ecf_volume"], row["smooth_muscle_na_in_mean"], resting_na, p),
        "qtc": qt_interval(row["plasma_k"], row["plasma_mg"], row["plasma_ca_ionised"], p),
        **{
            f"margin_{kind}": excitability(
                kind, row[potential], row["plasma_mg_ionised"], row["plasma_ca_ionised"], p
            )
            for kind, potential in (("muscle", "potential_mean"), ("heart", "heart_potential_mean"))
        },
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
        mg_forms = p.plasma_mg_ionised + p.plasma_mg_complexed + p.plasma_mg_bound
        ca_forms = p.plasma_ca_ionised + p.plasma_ca_complexed + p.plasma_ca_bound
        ca = tissue.ionised_calcium
        row = {
            "plasma_na": fluid.na,
            "plasma_k": fluid.k,
            "plasma_mg": fluid.mg * mg_forms / p.plasma_mg_ionised,
            "plasma_mg_ionised": fluid.mg,
            "plasma_ca": ca * ca_forms / p.plasma_ca_ionised,
            "plasma_ca_ionised": ca,
            "plasma_cl": fluid.cl,
            "plasma_hco3": fluid.hco3,
            "osmolality": fluid.osmolality,
            "ecf_volume": fluid.volume,
            "body_water": b.water,
            **{name: getattr(b, name) for name in REGULATORS},
            **{f"body_{ion.symbol.lower()}": getattr(totals, ion.symbol.lower()) for ion in CATIONS},
            **self._flows(tissue),
            **_cell_summary(tissue),
        }
        audit = {f"audit_{name}": value for name, value in tissue.audit()._asdict().items()}
        return row | _signs(tissue.parameters, row, tissue.resting_smooth_muscle_na) | audit

    def _flows(self, tissue: Tissue) -> dict[str, float]:
        """Intake, urine and stool of each ion [mmol/day]."""
        now = tissue.body
        if self._last is None:
            excretion, rates = tissue.excretion, tissue.body_rates()
            flows = {f"urine_{k}": v for k, v in excretion._asdict().items() if k != "hco3"}
            for ion in SUPPLIED:
                key = ion.symbol.lower()
                flows[f"intake_{key}"] = getattr(rates, f"taken_{key}")
                flows[f"stool_{key}"] = getattr(rates, f"stool_{key}")
            return {name: value * HOURS_PER_DAY for name, value in flows.items()}
        since, before = self._last
        days = (tissue.time - since) / HOURS_PER_DAY
        flows = {}
        for ion in SUPPLIED:
            key = ion.symbol.lower()
            for column, total in (("intake", "taken"), ("urine", "urine"), ("stool", "stool")):
                name = f"{total}_{key}"
                flows[f"{column}_{key}"] = (getattr(now, name) - getattr(before, name)) / days
        return flows
