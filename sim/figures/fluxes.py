"""Pools of each ion in the body, and the daily flows between them.

Flows of all cells together are summed from a table of cells: each type represents its share of cell
water, each of its cells a part of that. Fluxes that the table does not hold follow from
:func:`sim.physiology.cell.membrane`.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sim.conditions.condition import Condition
from sim.figures.balance_chart import period_means
from sim.laws.magnesium_buffer import total_magnesium
from sim.parameters import CELL_TYPES, BodyParameters, CellParameters, Parameters
from sim.parameters.inputs import Control
from sim.physiology.cell import membrane
from sim.physiology.cell_state import CellConstants, CellState, CellTraits
from sim.physiology.cell_steady_state import cell_constants
from sim.physiology.fluid import Fluid, normal_fluid
from sim.quantities.ions import CATIONS, MAGNESIUM, POTASSIUM, SODIUM, Ion
from sim.quantities.units import HOURS_PER_DAY

_AVERAGED_DAYS: Final = 1.0
"""Time over which flows of gut, kidney and bone are averaged, or half a shorter run [day]."""


class Account(NamedTuple):
    """Pools and flows of an ion; a negative flow has the opposite direction."""

    pools: dict[str, float]
    """Contents of ``gut``, ``fluid``, ``cells`` and, of Mg, ``bone`` [mmol]."""
    flows: dict[str, float]
    """``oral``, ``stool`` (with vomit), ``absorbed`` (their difference), ``infused``, ``urine`` and, of
    Mg, ``released`` by bone [mmol/day]."""
    into_cells: dict[str, float]
    """Flows from the fluid into all cells together, by name [mmol/day]."""


def accounts_at(
    day: float,
    condition: Condition,
    table: pd.DataFrame,
    snapshots: Mapping[float, pd.DataFrame],
    p: Parameters,
) -> dict[Ion, Account]:
    """Return pools and flows of K, Na and Mg on a day that has a table of cells.

    Contents and flows into cells are instantaneous; the content of the gut is the mean that belongs to
    the oral intake.

    Parameters
    ----------
    day : float
        A time of ``snapshots`` [day].
    condition, table, snapshots
        The condition, and rows and cells by time [day]; the first snapshot belongs to the first row.
    p : Parameters
        Of the body.
    """
    row = table.iloc[int(np.abs(table.index.to_numpy(dtype=float) - day).argmin())]
    litres = litres_of(snapshots[min(snapshots)], table.iloc[0], p)
    control = condition.control_at(day * HOURS_PER_DAY, p.body)
    cells = cells_together(snapshots[day], litres, row, control, p)
    accounts = {}
    for ion in CATIONS:
        content, into_cells = cells[ion]
        flows = flows_over(span_of(day, table), condition, table, ion, p.body)
        stay = p.body.mg_transit if ion is MAGNESIUM else p.body.absorption_time
        pools = {
            "gut": flows["oral"] * stay / HOURS_PER_DAY,  # Little's law.
            "fluid": float(row["ecf_volume"]) * _in_fluid(row, ion, p.body),
            "cells": content,
        }
        if ion is MAGNESIUM:
            pools["bone"] = float(row["bone_mg"])
        accounts[ion] = Account(pools, flows, into_cells)
    return accounts


def _in_fluid(row: "pd.Series[float]", ion: Ion, p: BodyParameters) -> float:
    """Return the concentration of an ion in all forms in extracellular fluid [mmol/L]."""
    if ion is not MAGNESIUM:
        return float(row[f"plasma_{ion.symbol.lower()}"])
    everywhere = p.plasma_mg_ionised + p.plasma_mg_complexed
    forms = everywhere + p.plasma_share * p.plasma_mg_bound
    return float(row["plasma_mg_ionised"]) * forms / p.plasma_mg_ionised


# Into and out of the body


def span_of(day: float, table: pd.DataFrame) -> tuple[float, float]:
    """Return the day that ends at a time, or the first day [day]; half the run if that is shorter."""
    start, end = float(table.index[0]), float(table.index[-1])
    length = min(_AVERAGED_DAYS, 0.5 * (end - start))
    since = min(max(day - length, start), end - length)
    return since, since + length


def flows_over(
    span: tuple[float, float], condition: Condition, table: pd.DataFrame, ion: Ion, p: BodyParameters
) -> dict[str, float]:
    """Return mean flows of an ion into and out of body and fluid over a span [day] [mmol/day].

    They are NaN for a table of one row, whose flows are instantaneous.
    """
    since, until = span
    intake = stool = urine = float("nan")
    if until > since:
        means = period_means(table, np.array(span), ion)
        intake, stool, urine = (float(means[name][0]) for name in ("intake", "stool", "urine"))
    infused = _infused(span, condition, ion, p)
    flows = {
        "oral": intake - infused,
        "stool": stool,
        "absorbed": intake - infused - stool,
        "infused": infused,
        "urine": urine,
    }
    if ion is MAGNESIUM:
        times, bone = (x.to_numpy(dtype=float) for x in (table.index, table["bone_mg"]))
        before, after = np.interp(span, times, bone)
        flows["released"] = float(before - after) / (until - since) if until > since else float("nan")
    return flows


def _infused(span: tuple[float, float], condition: Condition, ion: Ion, p: BodyParameters) -> float:
    """Return the mean infusion of an ion over a span [day], or at one time if it is empty [mmol/day]."""
    start, end = (HOURS_PER_DAY * day for day in span)
    edges = [start, *(edge for edge in condition.edges() if start < edge < end), end]
    key, total = ion.symbol.lower(), 0.0
    for a, b in pairwise(edges):
        part = (b - a) / (end - start) if end > start else 1.0
        total += part * getattr(condition.control_at(0.5 * (a + b), p).infused, key)
    return HOURS_PER_DAY * total


# Into and out of cells


def litres_of(first: pd.DataFrame, row: "pd.Series[float]", p: Parameters) -> dict[str, float]:
    """Return the reference water that a cell of size one represents, by type of cells [L].

    Parameters
    ----------
    first : pandas.DataFrame
        Cells at the start of the run, all or some of each type. The share of an absent type goes to
        the others.
    row : pandas.Series
        Row of the run's table at that time, for the water of all cells.
    p : Parameters
        Of the body, for the share of each type, which is that of the healthy body.
    """
    water = (first["water"] * first["size"]).groupby(first["type"].astype(str)).sum()
    shares = {kind: share for kind, share in p.shares().items() if kind in water.index}
    whole = float(row["body_water"] - row["ecf_volume"]) / sum(shares.values())
    return {kind: whole * share / float(water[kind]) for kind, share in shares.items()}


def cells_together(
    cells: pd.DataFrame,
    litres: Mapping[str, float],
    row: "pd.Series[float]",
    control: Control,
    p: Parameters,
) -> dict[Ion, tuple[float, dict[str, float]]]:
    """Return the content of all cells [mmol], and flows into them by name [mmol/day], for each ion.

    Parameters
    ----------
    cells : pandas.DataFrame
        The cells at one time.
    litres : mapping
        From :func:`litres_of`.
    row : pandas.Series
        Row of the run's table at that time, for the extracellular fluid.
    control : Control
        Inputs of the model at that time.
    p : Parameters
        Of the body.
    """
    levels = {ion: float(row[f"plasma_{ion}"]) for ion in ("na", "k", "cl", "hco3")}
    mg, volume, osmolality = (row[name] for name in ("plasma_mg_ionised", "ecf_volume", "osmolality"))
    # The effect of insulin is not needed: the table holds the pump rate itself.
    fluid = Fluid(**levels, mg=mg, volume=volume, osmolality=osmolality, pump_drive=1.0)
    normal, sums = normal_fluid(p.body), dict.fromkeys(_SUMS, 0.0)
    for kind, own in zip(CELL_TYPES, p.of_types(), strict=True):
        if kind in litres:
            of_kind = cells[cells["type"] == kind]
            columns = {name: of_kind[name].to_numpy(dtype=float) for name in of_kind.columns[1:]}
            each = _cell_amounts(columns, fluid, control, own, cell_constants(own, normal))
            for name in _SUMS:
                sums[name] += litres[kind] * float(each[name].sum())
    k = {"pump": 2.0 * sums["pump"], "leak": -sums["k_leak"], "KCl, K/H exchange": -sums["k_other"]}
    na = {
        "pump": -3.0 * sums["pump"],
        "leak": sums["na_leak"],
        "Na/Mg exchange": 2.0 * sums["mg_efflux"],
    }
    of_mg = {"channels": sums["mg_influx"], "Na/Mg exchange": -sums["mg_efflux"]}
    return {POTASSIUM: (sums["k"], k), SODIUM: (sums["na"], na), MAGNESIUM: (sums["mg"], of_mg)}


_SUMS: Final = ("na", "k", "mg", "pump", "na_leak", "k_leak", "k_other", "mg_influx", "mg_efflux")
"""Contents and fluxes that are summed over cells."""


def _cell_amounts(
    x: Mapping[str, Any],
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    constants: CellConstants,
) -> dict[str, Any]:
    """Return contents [mmol] and fluxes [mmol/day] of each cell of a type, if size one is one litre.

    Area over volume falls with the square root of size; K/H exchange does not depend on area. Both as
    in :func:`sim.physiology.cell.cell_rates`.
    """
    state, size = states_of(x, p, constants), x["size"]
    traits = CellTraits(
        pump_capacity=x["pump_capacity_trait"],
        k_leak=x["k_leak_trait"],
        na_leak=x["na_leak_trait"],
        size=size,
    )
    m = membrane(state, traits, fluid, control, p, constants)
    area = HOURS_PER_DAY * np.sqrt(size)
    return {
        "na": size * state.na,
        "k": size * state.k,
        "mg": size * state.mg,
        "pump": area * x["pump"],
        "na_leak": area * x["na_leak"],
        "k_leak": area * x["k_leak"],
        "k_other": area * m.kcl_efflux + HOURS_PER_DAY * size * m.proton_uptake,
        "mg_influx": area * m.mg_influx,
        "mg_efflux": area * m.mg_efflux,
    }


def states_of(x: Mapping[str, Any], p: CellParameters, constants: CellConstants) -> CellState:
    """Return states of cells of one type from their concentrations, water and pump expression."""
    water = x["water"]
    na, k, cl = (water * x[name] for name in ("na_in", "k_in", "cl_in"))
    mg = water * total_magnesium(x["mg_free"], constants.mg_sites / water, p.mg_buffer_half)
    return CellState(
        na=na,
        k=k,
        mg=mg,
        buffered=cl + constants.fixed_charge - na - k - 2.0 * mg,
        expression=x["expression"],
    )
