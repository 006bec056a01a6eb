"""Every variable that a run can record: its unit, meaning, reference range, and how it is read.

A new variable is one entry here. The table of a run, the units in a saved result, ``sim describe`` and
the designs of studies follow :data:`VARIABLES`; a table of cells follows :data:`PER_CELL`. Ions and
types of cells get their columns from :mod:`sim.quantities.ions` and :data:`~sim.parameters.CELL_TYPES`.
"""

from collections.abc import Iterator
from itertools import chain
from types import MappingProxyType

from sim.parameters import CELL_TYPES, TITLES
from sim.quantities.ions import BY_NAME, CATIONS, SUPPLIED, Ion
from sim.quantities.units import THERMAL_VOLTAGE
from sim.variables.variable import (
    MEAN,
    PERCENTILES,
    SD,
    CellVariable,
    Reader,
    RecordedVariable,
    Statistic,
    Summary,
    percentile,
)

Columns = Iterator[tuple[str, RecordedVariable]]

SPREAD = Summary(of_muscle=(MEAN, SD, *map(percentile, PERCENTILES)), of_others=(MEAN, SD))
MUSCLE_MEAN = Summary(of_muscle=(MEAN,))

PER_CELL = MappingProxyType({
    "type": CellVariable("", "type of the cell", read=lambda c: c.types),
    "na_in": CellVariable(
        "mM", "Na in cell water", 6.0, 13.0, read=lambda c: c.membrane.na_in, summary=SPREAD
    ),
    "k_in": CellVariable(
        "mM", "K in cell water", 130.0, 160.0, read=lambda c: c.membrane.k_in, summary=SPREAD
    ),
    "cl_in": CellVariable("mM", "Cl in cell water", read=lambda c: c.membrane.cl_in),
    "mg_free": CellVariable(
        "mM", "free Mg in cell water", 0.4, 0.75, read=lambda c: c.membrane.mg_free, summary=SPREAD
    ),
    "potential": CellVariable(
        "mV", "membrane potential", -90.0, -75.0,
        read=lambda c: c.membrane.u * THERMAL_VOLTAGE, summary=SPREAD,
    ),
    "water": CellVariable(
        "1", "cell water (× reference)", read=lambda c: c.membrane.water, summary=MUSCLE_MEAN
    ),
    "pump": CellVariable(
        "mmol/L/h", "pump cycles, 3 Na : 2 K", read=lambda c: c.membrane.pump, summary=MUSCLE_MEAN
    ),
    "na_leak": CellVariable("mmol/L/h", "passive Na influx", read=lambda c: c.membrane.na_leak),
    "k_leak": CellVariable("mmol/L/h", "passive K efflux", read=lambda c: c.membrane.k_leak),
    "expression": CellVariable(
        "1", "pump sites (× normal)", read=lambda c: c.state.expression, summary=MUSCLE_MEAN
    ),
    "pump_capacity_trait": CellVariable(
        "1", "pump capacity with fluctuation (× typical cell)",
        read=lambda c: c.traits.pump_capacity * c.traits.pump_noise,
    ),
    "k_leak_trait": CellVariable(
        "1", "K leak with fluctuation (× typical cell)",
        read=lambda c: c.traits.k_leak * c.traits.leak_noise,
    ),
    "na_leak_trait": CellVariable(
        "1", "Na leak with fluctuation (× typical cell)",
        read=lambda c: c.traits.na_leak * c.traits.leak_noise,
    ),
    "size": CellVariable("1", "size (× typical cell)", read=lambda c: c.traits.size),
})  # fmt: skip
"""Columns of a table of cells, in order. Reference ranges are those of skeletal muscle.

Read-only: their readers are compiled once, and the compiled code is kept between runs.
"""

PLASMA_RANGES = {
    "na": (135.0, 145.0),
    "k": (3.5, 5.0),
    "mg": (0.70, 1.05),
    "mg_ionised": (0.45, 0.65),
    "ca": (2.15, 2.60),
    "ca_ionised": (1.12, 1.32),
    "cl": (98.0, 107.0),
    "hco3": (22.0, 29.0),
}
"""Reference ranges of plasma concentrations [mM]."""

REGULATION = {
    "osmolality": RecordedVariable(
        "mosm/L", "osmolality of body water", 275.0, 295.0, read=lambda now: now.fluid.osmolality
    ),
    "ecf_volume": RecordedVariable("L", "extracellular volume", read=lambda now: now.fluid.volume),
    "body_water": RecordedVariable("L", "total body water", read=lambda now: now.body.water),
    "renin": RecordedVariable("1", "renin (× normal)", read=lambda now: now.body.renin),
    "aldosterone": RecordedVariable(
        "1", "aldosterone (× normal)", read=lambda now: now.body.aldosterone
    ),
    "insulin": RecordedVariable("1", "insulin (× fasting)", read=lambda now: now.body.insulin),
    "pth": RecordedVariable("1", "PTH (× normal)", 0.43, 2.0, read=lambda now: now.body.pth),
    "pth_action": RecordedVariable(
        "1", "action of PTH (× normal)", read=lambda now: now.body.pth_action
    ),
    "pressure": RecordedVariable(
        "mmHg", "mean arterial pressure", 70.0, 105.0, read=lambda now: now.signs.pressure
    ),
    "qtc": RecordedVariable("ms", "QTc", 350.0, 450.0, read=lambda now: now.signs.qtc),
    "margin_muscle": RecordedVariable(
        "mV", "threshold minus potential of skeletal muscle, mean",
        read=lambda now: now.signs.margin("muscle"),
    ),
    "margin_heart": RecordedVariable(
        "mV", "threshold minus potential of heart muscle, mean",
        read=lambda now: now.signs.margin("heart"),
    ),
    "ncc": RecordedVariable("1", "NCC activity (× normal)", read=lambda now: now.body.ncc),
    "tubule_mg": RecordedVariable(
        "mM", "free Mg of distal tubule cells", read=lambda now: now.body.tubule_mg
    ),
    "bone_mg": RecordedVariable("mmol", "exchangeable bone Mg", read=lambda now: now.body.bone_mg),
}  # fmt: skip
"""Body water, hormones, clinical signs, and states of kidney and bone."""

ROUTES = {
    "intake": "{} intake, oral and intravenous",
    "urine": "{} excreted in urine",
    "stool": "{} lost in stool and vomit",
}
"""Flows of each cation that a diet supplies, and what they mean."""

AUDITED = (*(ion.symbol.lower() for ion in SUPPLIED), "cl", "hco3", "charge", "osmoles")
"""Balances: of each ion that a diet supplies, and those of the fluid."""


def plasma_columns(ion: Ion) -> Columns:
    """Plasma concentration of an ion; of a divalent one, in part complexed and bound, two."""
    key = ion.symbol.lower()
    forms: dict[str, tuple[str, Reader]] = {key: ("", lambda now: now.plasma(key))}
    if ion.valence > 1:
        forms = {
            key: ("total ", lambda now: now.plasma_total(key)),
            f"{key}_ionised": ("ionised ", lambda now: now.plasma(key)),
        }
    for name, (form, read) in forms.items():
        limits = PLASMA_RANGES.get(name, ())
        yield f"plasma_{name}", RecordedVariable("mM", f"{form}plasma {ion.symbol}", *limits, read=read)


def flow_column(ion: Ion, route: str) -> tuple[str, RecordedVariable]:
    """Intake, urine or stool of an ion."""
    key, meaning = ion.symbol.lower(), ROUTES[route].format(ion.symbol)
    return f"{route}_{key}", RecordedVariable("mmol/day", meaning, read=lambda now: now.flow(route, key))


def content_column(ion: Ion) -> tuple[str, RecordedVariable]:
    """Content of an ion in the whole body."""
    key = ion.symbol.lower()
    meaning = f"{ion.symbol} content of the body"
    return f"body_{key}", RecordedVariable("mmol", meaning, read=lambda now: getattr(now.totals, key))


def cell_columns(cell_type: str) -> Columns:
    """Statistics of the cells of a type; those of muscle, the first type, have no prefix."""
    is_muscle = cell_type == CELL_TYPES[0]
    prefix, cells = ("", "muscle cells") if is_muscle else (f"{cell_type}_", TITLES[cell_type])
    for name, variable in PER_CELL.items():
        for statistic in variable.summary.of_muscle if is_muscle else variable.summary.of_others:
            # A reference range holds for the typical muscle cell, not for a spread or another type.
            limits = (variable.low, variable.high) if is_muscle and statistic is MEAN else ()
            yield f"{prefix}{name}_{statistic.suffix}", RecordedVariable(
                variable.unit, f"{variable.meaning}, {statistic.words} of {cells}", *limits,
                read=cell_reader(cell_type, name, statistic),
            )  # fmt: skip


def cell_reader(cell_type: str, name: str, statistic: Statistic) -> Reader:
    """Reader of a statistic of the cells of a type."""
    return lambda now: statistic.read(now.cells(cell_type), name)


def audit_column(name: str) -> tuple[str, RecordedVariable]:
    """Imbalance of one balance."""
    return f"audit_{name}", RecordedVariable(
        "1", f"relative imbalance of {name}", read=lambda now: getattr(now.audit, name)
    )


VARIABLES: dict[str, RecordedVariable] = {
    **dict(chain.from_iterable(map(plasma_columns, BY_NAME.values()))),
    **REGULATION,
    **dict(flow_column(ion, route) for ion in SUPPLIED for route in ROUTES),
    **dict(map(content_column, CATIONS)),
    **dict(chain.from_iterable(map(cell_columns, CELL_TYPES))),
    **dict(map(audit_column, AUDITED)),
}
"""Columns of a run's table, in order."""
