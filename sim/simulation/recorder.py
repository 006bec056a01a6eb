"""What is recorded of a tissue: rows of variables over time, and tables of its cells."""

from collections.abc import Callable, Collection, Iterable
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.parameters import CELL_TYPES
from sim.physiology.body_state import BodyState, ionised_calcium
from sim.physiology.cell_state import CellState, CellTraits, Membrane
from sim.physiology.clinical_signs import arterial_pressure, excitability, qt_interval
from sim.quantities.ions import CATIONS, SUPPLIED
from sim.quantities.units import HOURS_PER_DAY, THERMAL_VOLTAGE
from sim.tissue.tissue import Tissue
from sim.variables.table import AVERAGED, PER_CELL, QUANTILES, SUMMARISED, VARIABLES

Array = NDArray[np.float64]
Row = dict[str, float]


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
    for name, values in _cell_columns(tissue, PER_CELL).items():
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


_OF_MEMBRANE: dict[str, Callable[[Membrane], Any]] = {
    "na_in": lambda m: m.na_in,
    "k_in": lambda m: m.k_in,
    "cl_in": lambda m: m.cl_in,
    "mg_free": lambda m: m.mg_free,
    "potential": lambda m: m.u * THERMAL_VOLTAGE,
    "water": lambda m: m.water,
    "pump": lambda m: m.pump,
    "na_leak": lambda m: m.na_leak,
    "k_leak": lambda m: m.k_leak,
}
_OF_TRAITS: dict[str, Callable[[CellTraits], Any]] = {
    "pump_capacity_trait": lambda t: t.pump_capacity * t.pump_noise,
    "k_leak_trait": lambda t: t.k_leak * t.leak_noise,
    "na_leak_trait": lambda t: t.na_leak * t.leak_noise,
    "size": lambda t: t.size,
}
"""Variables of :data:`PER_CELL` that follow from membranes, and from traits, of all cells."""


def _cell_columns(tissue: Tissue, wanted: Collection[str], kind: int | None = None) -> dict[str, Array]:
    """Wanted variables of :data:`PER_CELL`, one value a cell, of all cells or of a type.

    Nothing else is computed.
    """
    found: dict[str, Array] = {}
    cut = slice(None) if kind is None else tissue.slices()[kind]
    if not _OF_MEMBRANE.keys().isdisjoint(wanted):
        membranes: Any = Membrane(*(tissue.observe() if kind is None else tissue.observe(kind)))
        found |= {name: of(membranes) for name, of in _OF_MEMBRANE.items() if name in wanted}
    if not _OF_TRAITS.keys().isdisjoint(wanted):
        own: list[Any] = [values[cut] for values in tissue.traits_now().values()]
        traits = CellTraits(*own)
        found |= {name: of(traits) for name, of in _OF_TRAITS.items() if name in wanted}
    if "expression" in wanted:
        found["expression"] = tissue.cells[CellState._fields.index("expression"), cut].copy()
    return {name: found[name] for name in PER_CELL if name in found}


REGULATORS = (
    "renin", "aldosterone", "insulin", "pth", "pth_action", "ncc", "tubule_mg", "bone_mg",
)  # fmt: skip
"""States of the body that are recorded as they are."""
SIGNS = {
    "pressure": ("ecf_volume", "smooth_muscle_na_in_mean"),
    "qtc": ("plasma_k", "plasma_mg", "plasma_ca_ionised"),
    "margin_muscle": ("potential_mean", "plasma_mg_ionised", "plasma_ca_ionised"),
    "margin_heart": ("heart_potential_mean", "plasma_mg_ionised", "plasma_ca_ionised"),
}
"""Clinical signs, and the variables that each follows from."""


class Recorder:
    """Collects rows of a tissue over time.

    Flows (intake, urine, stool) are means over the time since the last row; in the first row they are
    those of the moment.

    Parameters
    ----------
    variables : iterable of str
        Names from :data:`~sim.variables.table.VARIABLES`; nothing else is computed but what they need.
    """

    def __init__(self, variables: Iterable[str] = VARIABLES) -> None:
        self.variables = tuple(variables)
        self.times: list[float] = []
        self.rows: list[list[float]] = []
        self._last: tuple[float, BodyState] | None = None
        needed = {name for sign in SIGNS if sign in self.variables for name in SIGNS[sign]}
        self._wanted = needed | set(self.variables)

    def branch(self) -> "Recorder":
        """Return a recorder that goes on from here on its own."""
        other = Recorder(self.variables)
        other.times, other.rows, other._last = [*self.times], [*self.rows], self._last
        return other

    def record(self, tissue: Tissue) -> None:
        """Add a row for the present."""
        row: Row = {}
        for names, observe in _GROUPS:
            if not self._wanted.isdisjoint(names):
                row |= observe(tissue, self._wanted)
        if not self._wanted.isdisjoint(_FLOWS):
            row |= self._flows(tissue)
        if not self._wanted.isdisjoint(SIGNS):
            row |= _signs(tissue, row, self._wanted)
        self.times.append(tissue.time / HOURS_PER_DAY)
        self.rows.append([row[name] for name in self.variables])

    def latest(self, name: str) -> float:
        """Value of a variable in the last row."""
        return self.rows[-1][self.variables.index(name)]

    def worst_imbalance(self) -> float:
        """Largest imbalance of any audit in any row [1]."""
        places = [i for i, name in enumerate(self.variables) if name.startswith("audit_")]
        return max((abs(row[i]) for row in self.rows for i in places), default=0.0)

    def values(self) -> Array:
        """All rows, (rows, variables)."""
        return np.array(self.rows, dtype=float).reshape(len(self.rows), len(self.variables))

    def table(self) -> pd.DataFrame:
        """All rows, indexed by time [day]."""
        index = pd.Index(self.times, name="time")
        return pd.DataFrame(self.values(), columns=list(self.variables), index=index)

    def _flows(self, tissue: Tissue) -> Row:
        """Intake, urine and stool of each ion [mmol/day]."""
        now, last = tissue.body, self._last
        self._last = (tissue.time, now)
        if last is None:
            return _flows_now(tissue)
        since, before = last
        days = (tissue.time - since) / HOURS_PER_DAY
        return {
            column: (_amount(now, total) - _amount(before, total)) / days
            for column, total in _FLOWS.items()
        }


_FLOWS = {
    f"{total}_{ion.symbol.lower()}": (total, ion.symbol.lower())
    for ion in SUPPLIED
    for total in ("intake", "urine", "stool")
}
"""Running total of the body that each flow is the rate of."""


def _amount(body: BodyState, total: tuple[str, str]) -> float:
    """Running total of an ion [mmol], or its rate."""
    return float(getattr(getattr(body, total[0]), total[1]))


def _flows_now(tissue: Tissue) -> Row:
    """Intake, urine and stool of each ion at this moment [mmol/day]."""
    rates = tissue.body_rates()
    return {column: _amount(rates, total) * HOURS_PER_DAY for column, total in _FLOWS.items()}


def _body(tissue: Tissue, _wanted: set[str]) -> Row:
    """Plasma, water and regulators."""
    p, b, fluid = tissue.parameters.body, tissue.body, tissue.fluid
    mg_forms = p.plasma_mg_ionised + p.plasma_mg_complexed + p.plasma_mg_bound
    ca_forms = p.plasma_ca_ionised + p.plasma_ca_complexed + p.plasma_ca_bound
    ca = ionised_calcium(b, fluid.volume, p)
    return {
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
    }


def _totals(tissue: Tissue, _wanted: set[str]) -> Row:
    """Amounts of the cations in the whole body [mmol]."""
    totals = tissue.totals()
    return {f"body_{ion.symbol.lower()}": getattr(totals, ion.symbol.lower()) for ion in CATIONS}


def _audit(tissue: Tissue, _wanted: set[str]) -> Row:
    """Imbalance of each balance [1]."""
    return {f"audit_{name}": value for name, value in tissue.audit()._asdict().items()}


class _Statistic(NamedTuple):
    """What is recorded of the cells of a type: mean, SD, or a percentile of a variable of each cell."""

    kind: int
    column: str
    what: str | int


def _statistics() -> dict[str, _Statistic]:
    """Make the list of the recorded statistics of cells."""
    found: dict[str, _Statistic] = {}
    for kind, title in enumerate(CELL_TYPES):
        prefix = f"{title}_" if kind else ""
        for column in (*SUMMARISED, *AVERAGED):
            found |= {
                f"{prefix}{column}_mean": _Statistic(kind, column, "mean"),
                f"{prefix}{column}_sd": _Statistic(kind, column, "sd"),
                **{f"{prefix}{column}_p{q}": _Statistic(kind, column, q) for q in QUANTILES},
            }
    return {name: statistic for name, statistic in found.items() if name in VARIABLES}


_STATISTICS = _statistics()


def _cells(tissue: Tissue, wanted: set[str]) -> Row:
    """Wanted statistics of the cells of each type; not a number for an absent type."""
    row: Row = {}
    by_kind = groupby(((s, name) for name, s in _STATISTICS.items() if name in wanted), _kind_of)
    for kind, members in by_kind:
        chosen = list(members)
        columns = _cell_columns(tissue, {s.column for s, _ in chosen}, kind)
        for column, values in columns.items():
            names = {s.what: name for s, name in chosen if s.column == column}
            row |= {names[what]: value for what, value in _summary(values, list(names)).items()}
    return row


def _kind_of(member: tuple[_Statistic, str]) -> int:
    """Type of the cells of a statistic."""
    return member[0].kind


def _summary(values: Array, what: list[str | int]) -> dict[str | int, float]:
    """Mean, SD and percentiles of values, as asked for; not a number if there are none."""
    if not values.size:
        return dict.fromkeys(what, float("nan"))
    found: dict[str | int, float] = {}
    if "mean" in what:
        found["mean"] = float(np.mean(values))
    if "sd" in what:
        found["sd"] = float(np.std(values))
    if marks := [q for q in what if isinstance(q, int)]:
        found |= dict(zip(marks, np.percentile(values, marks).tolist(), strict=True))
    return found


def _signs(tissue: Tissue, row: Row, wanted: set[str]) -> Row:
    """Clinical signs that belong to a row."""
    p, signs = tissue.parameters, {}
    for sign in (sign for sign in SIGNS if sign in wanted):
        inputs = [row[name] for name in SIGNS[sign]]
        if sign == "pressure":
            volume, na = inputs
            signs[sign] = arterial_pressure(volume, na, tissue.healthy_smooth_muscle_na, p)
        elif sign == "qtc":
            k, mg, ca = inputs
            signs[sign] = qt_interval(k, mg, ca, p)
        else:
            potential, mg, ca = inputs
            signs[sign] = excitability(sign.removeprefix("margin_"), potential, mg, ca, p)
    return signs


def _names(*beginnings: str) -> frozenset[str]:
    """Names of variables that begin in one of several ways."""
    return frozenset(name for name in VARIABLES if name.startswith(beginnings))


_GROUPS: tuple[tuple[frozenset[str], Callable[[Tissue, set[str]], Row]], ...] = (
    (_names("plasma_", "osmolality", "ecf_", "body_water", *REGULATORS), _body),
    (frozenset(f"body_{ion.symbol.lower()}" for ion in CATIONS), _totals),
    (frozenset(_STATISTICS), _cells),
    (_names("audit_"), _audit),
)
"""Which variables are computed together, and how."""
