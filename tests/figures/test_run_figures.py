"""Figures of a run: they draw what the run recorded, in the right units, and it adds up."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib import colormaps
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle, StepPatch
from matplotlib.text import Text

import sim
from sim.conditions.condition import Condition, load
from sim.conditions.events import Meal, Supplement
from sim.conditions.treatments import Treatment
from sim.figures.balance_chart import balance_of, draw_balance_chart, period_edges, period_means
from sim.figures.flux_diagram import amount, draw_flux_diagram
from sim.figures.fluxes import Account, accounts_at, cells_together, litres_of, span_of
from sim.figures.gamblegram import cell_columns, columns_of, draw_gamblegram, plasma_columns, spread
from sim.figures.phase_plane import arrows_on, capacity_scale, draw_phase_plane, moments, within
from sim.quantities.ions import CALCIUM, CATIONS, CHLORIDE, MAGNESIUM, POTASSIUM, SODIUM, Ion
from sim.quantities.units import HOURS_PER_DAY
from sim.simulation.result import Result

Draw = Callable[..., Figure]
FIGURES: dict[str, Draw] = {
    "balance_chart": lambda condition, table, _, parameters: draw_balance_chart(
        condition, table, parameters
    ),
    "phase_plane": draw_phase_plane,
    "gamblegram": lambda condition, table, snapshots, _: draw_gamblegram(condition, table, snapshots),
    "flux_diagram": draw_flux_diagram,
}
BUSY = Condition(
    name="busy",
    duration="3 day",
    treatment=[
        Treatment(kind="mg-malabsorption", effect=0.95),
        Treatment(kind="vomiting", rate="1 L/day", start="1 day"),
        Treatment(kind="pump-inhibitor", effect=0.2, start="2 day"),
    ],
    supplement=[Supplement(ion="magnesium", dose="24 mmol/day", route="intravenous", start="60 hour")],
)
"""Much at once, the last of it in the last half day."""


@pytest.fixture(scope="module")
def rest() -> Result:
    return sim.run("baseline", n_cells=20, days=2, seed=3, noise=False, snapshots=3)


@pytest.fixture(scope="module")
def busy() -> Result:
    return sim.run(BUSY, n_cells=30, seed=3, snapshots=9)


def drawn(figure: Draw, run: Result) -> Figure:
    return figure(run.condition, run.table, run.snapshots, run.tissue.parameters)


def accounts(run: Result, day: float) -> Mapping[Ion, Account]:
    p = run.tissue.parameters
    return accounts_at(day, run.condition, run.table, run.snapshots, p)


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


# All figures


def histories(run: Result) -> Iterator[tuple[pd.DataFrame, Mapping[float, pd.DataFrame]]]:
    """Tables and cells of runs that ended early, lack something, or hold nothing."""
    first, second, *_ = sorted(run.snapshots)
    early = {day: run.snapshots[day] for day in (first, second)}
    yield run.table, run.snapshots
    yield run.table[run.table.index <= second], early
    yield run.table[:1], {first: run.snapshots[first]}
    yield run.table[:0], {}
    holed = run.table.copy()
    holed.iloc[3:5] = np.nan
    yield holed, run.snapshots
    yield run.table * np.nan, run.snapshots
    yield run.table * np.nan, {}


@pytest.mark.parametrize("name", FIGURES)
def test_every_run_is_drawn_within_the_page(name: str, busy: Result) -> None:
    """Runs that end early, of one row, of none and with gaps; nothing is cut off."""
    for table, snapshots in histories(busy):
        page = FIGURES[name](busy.condition, table, snapshots, busy.tissue.parameters)
        page.draw_without_rendering()
        box, (width, height) = page.get_tightbbox(), page.get_size_inches()
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0.0


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_states_condition_and_end_of_record(name: str, busy: Result) -> None:
    """The title is the condition's; a run that ended early says so."""
    whole = words(drawn(FIGURES[name], busy))
    early = busy.table[busy.table.index <= 1.5]
    cells = {day: frame for day, frame in busy.snapshots.items() if day <= 1.5}
    part = words(FIGURES[name](busy.condition, early, cells, busy.tissue.parameters))
    assert "busy" in whole
    assert not any("recorded until" in text for text in whole)
    assert any("recorded until day 1.5 of 3" in text for text in part)


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_run_gives_the_same_figure(name: str, busy: Result) -> None:
    """To the byte."""
    pictures = []
    for _ in range(2):
        buffer = BytesIO()
        drawn(FIGURES[name], busy).savefig(buffer, format="png", dpi=40)
        pictures.append(buffer.getvalue())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("name", FIGURES)
def test_one_cell_is_enough(name: str) -> None:
    """A muscle cell, which represents all."""
    run = sim.run("baseline", n_cells=1, days=0.5, noise=False, snapshots=2)
    drawn(FIGURES[name], run).draw_without_rendering()


# Overview and summary sheet


def test_the_overview_names_every_intervention(busy: Result) -> None:
    """Over the plots of plasma, urine and cells."""
    shown = words(busy.plot("overview"))
    assert {label for _, _, label in BUSY.events()} <= set(shown)
    assert {"Plasma, with reference range", "Intake and output", "Muscle Na, median marked"} <= set(
        shown
    )


def test_the_sheet_gives_start_extremes_and_end(busy: Result) -> None:
    """Of each variable, as the table has them."""
    shown = words(busy.plot("sheet"))
    k = busy.table["plasma_k"]
    place = shown.index("plasma K")
    wanted = [f"{value:.2f}" for value in (k.iloc[0], k.min(), k.max(), k.iloc[-1])]
    assert shown[place + 1 : place + 6] == [*wanted, "mM"]
    assert any("seed 3" in text for text in shown)


# Balance chart


@pytest.mark.parametrize("ion", CATIONS)
def test_periods_as_long_as_rows_hold_the_values_of_the_table(busy: Result, ion: Ion) -> None:
    """A row is the mean since the row before it; the first row is instantaneous."""
    edges = period_edges(busy.table)
    np.testing.assert_allclose(edges, busy.table.index.to_numpy(dtype=float))
    for flow, values in period_means(busy.table, edges, ion).items():
        expected = busy.table[f"{flow}_{ion.symbol.lower()}"].to_numpy()[1:]
        np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_bars_are_intake_down_and_stool_and_urine_up(busy: Result) -> None:
    """The heights that are drawn are the values of the table; bars above zero are the loss."""
    page = drawn(FIGURES["balance_chart"], busy)
    panels = [axes for axes in page.axes if any(isinstance(p, StepPatch) for p in axes.patches)]
    table = busy.table[1:]
    for axes, ion in zip(panels, (POTASSIUM, SODIUM, MAGNESIUM), strict=True):
        assert axes.get_ylabel().startswith(ion.symbol)
        steps = [patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)]
        (stool, _, bottom), (urine, _, passed_to), (above, *_) = steps[:3]
        key = ion.symbol.lower()
        taken, lost, passed = (table[f"{flow}_{key}"] for flow in ("intake", "urine", "stool"))
        np.testing.assert_allclose(bottom, -taken, rtol=1e-12)
        np.testing.assert_allclose(stool - bottom, passed, rtol=1e-9)
        np.testing.assert_allclose(urine - passed_to, lost, rtol=1e-9)
        np.testing.assert_allclose(above, np.clip(lost + passed - taken, 0.0, None), atol=1e-9)


@pytest.mark.parametrize("ion", CATIONS)
def test_the_balance_is_what_the_body_has_gained(busy: Result, ion: Ion) -> None:
    """At every row."""
    body = busy.table[f"body_{ion.symbol.lower()}"]
    np.testing.assert_allclose(balance_of(busy.table, ion), body - body.iloc[0], atol=1e-9 * body.max())


@pytest.mark.parametrize("ion", CATIONS)
def test_longer_periods_hold_the_same_amounts(busy: Result, ion: Ion) -> None:
    """Wherever they are cut."""
    edges = np.array([0.0, 0.4, 1.7, 3.0])
    for flow, values in period_means(busy.table, edges, ion).items():
        rates = busy.table[f"{flow}_{ion.symbol.lower()}"].to_numpy()[1:]
        total = float(rates @ np.diff(busy.table.index))
        assert float(values @ np.diff(edges)) == pytest.approx(total, rel=1e-12)


def test_a_missing_row_leaves_its_period_out_and_ends_the_balance(rest: Result) -> None:
    """Nothing is interpolated."""
    table = rest.table.copy()
    table.iloc[3, table.columns.get_loc("urine_k")] = np.nan
    means = period_means(table, period_edges(table), POTASSIUM)
    assert np.flatnonzero(np.isnan(means["urine"])).tolist() == [2]
    assert not np.isnan(means["intake"]).any()
    assert np.flatnonzero(np.isnan(balance_of(table, POTASSIUM)))[0] == 3
    assert not np.isnan(balance_of(table, SODIUM)).any()


@pytest.mark.parametrize(
    ("days", "rows", "length"),
    [(120.0, 481, 2.0), (30.0, 121, 1.0), (2.0, 9, 0.25), (2.0, 481, 1.0 / 24.0), (3650.0, 500, 90.0),
     (0.1, 2, 0.1), (60.5, 243, 2.0), (10.0, 2, 10.0)],
)  # fmt: skip
def test_periods_are_round_and_few(days: float, rows: int, length: float) -> None:
    """Sixty at most, from the first row to the last, none shorter than a row."""
    edges = period_edges(pd.DataFrame(index=np.linspace(5.0, 5.0 + days, rows)))
    assert (edges[0], edges[-1]) == (5.0, 5.0 + days)
    assert edges.size <= 61
    assert np.diff(edges)[0] == pytest.approx(min(length, days))
    assert (np.diff(edges) > 1e-6 * length).all()


def test_one_row_is_no_period() -> None:
    assert period_edges(pd.DataFrame(index=[0.0])).size == 0


# Phase plane


def test_every_muscle_cell_is_a_dot(busy: Result) -> None:
    """In each panel Na, K and pump capacity are those of the cells of its day."""
    page = drawn(draw_phase_plane, busy)
    panels = [axes for axes in page.axes if any(isinstance(c, PathCollection) for c in axes.collections)]
    days = moments(list(busy.snapshots), [1.0, 2.0, 2.5])
    assert {1.0, 2.0, 2.5} < set(days)
    assert len(panels) == len(days) == 6
    for axes, day in zip(panels, days, strict=True):
        muscle = busy.snapshots[day].query("type == 'muscle'")
        (dots,) = (c for c in axes.collections if isinstance(c, PathCollection))
        np.testing.assert_array_equal(dots.get_offsets(), muscle[["na_in", "k_in"]])
        np.testing.assert_array_equal(dots.get_array(), muscle["pump_capacity_trait"])
        assert within(muscle) in axes.get_title(loc="left")
        (low, high), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert muscle["na_in"].between(low, high).all()
        assert muscle["k_in"].between(bottom, top).all()


def test_the_path_of_the_mean_is_that_of_the_table(busy: Result) -> None:
    path = drawn(draw_phase_plane, busy).axes[0]
    line = max(path.lines, key=lambda line: len(line.get_xdata()))
    np.testing.assert_array_equal(line.get_xydata(), busy.table[["na_in_mean", "k_in_mean"]])


def test_moments_are_few_and_hold_first_and_last() -> None:
    """Evenly spaced in time, except at the start or end of an intervention."""
    assert moments([]) == []
    assert moments([4.0]) == [4.0]
    assert moments([9.0, 0.0, 1.0]) == [0.0, 1.0, 9.0]
    assert moments([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 50]) == [0.0, 10.0, 50.0]
    assert moments(list(range(11))) == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    assert moments(list(range(11)), [3.0, 7.0]) == [0.0, 3.0, 4.0, 7.0, 8.0, 10.0]
    assert moments(list(range(11)), [1, 2, 3, 5, 7]) == [0.0, 1.0, 2.0, 3.0, 5.0, 10.0]
    assert moments([0, 1], [0.5]) == [0.0, 1.0]
    assert moments(list(range(6)), [2.0, 90.0]) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_cells_are_within_if_both_ions_are() -> None:
    """Na 6 to 13, K 130 to 160 mM."""
    cells = pd.DataFrame({"na_in": [10.0, 10.0, 20.0, 13.0], "k_in": [140.0, 120.0, 140.0, 130.0]})
    assert within(cells) == "50 % in both ranges"
    assert within(cells[:0]) == "no cells"


def test_the_scale_of_capacity_has_one_in_its_middle() -> None:
    """On a logarithmic scale that covers nearly all cells and is never narrow."""
    wide = capacity_scale(np.append(np.geomspace(0.5, 3.0, 99), np.nan))
    alike = capacity_scale(np.ones(5))
    assert wide.vmin * wide.vmax == pytest.approx(1.0)
    assert 2.8 < wide.vmax < 3.0
    assert wide(1.0) == pytest.approx(0.5)
    assert (alike.vmin, alike.vmax) == (0.8, 1.25)


def test_colours_go_from_dark_to_light_in_grey() -> None:
    """Luma of Rec. 601, as a printer makes it."""
    rgb = colormaps["cividis"](np.linspace(0.0, 1.0, 256))[:, :3]
    assert (np.diff(rgb @ [0.299, 0.587, 0.114]) > 0.0).all()


def test_arrows_point_along_the_path() -> None:
    """None on a very short path."""
    way, sides = (
        np.column_stack([np.linspace(0.0, 10.0, 50), np.linspace(100.0, 80.0, 50)]),
        np.array([10.0, 20.0]),
    )
    arrows = arrows_on(way, sides)
    assert len(arrows) == 4
    for (x0, y0), (x1, y1) in arrows:
        assert (x1 - x0) / 10.0 == pytest.approx(-(y1 - y0) / 20.0)
        assert x1 > x0
    assert arrows_on(0.01 * way, sides) == []


# Gamblegram


def test_columns_are_equally_high_in_plasma_and_in_cells(busy: Result) -> None:
    """At the start and at the end, as numbers and as they are drawn."""
    page = drawn(FIGURES["gamblegram"], busy)
    plasma, muscle = ([bar for bar in axes.patches if isinstance(bar, Rectangle)] for axes in page.axes)
    days = sorted(busy.snapshots)
    for bars, ends in (
        (plasma, [plasma_columns(busy.table[:1]), plasma_columns(busy.table[-1:])]),
        (muscle, [cell_columns(busy.snapshots[days[0]]), cell_columns(busy.snapshots[days[-1]])]),
    ):
        heights: dict[float, float] = {}
        for bar in bars:
            heights[bar.get_x()] = heights.get(bar.get_x(), 0.0) + bar.get_height()
        expected = [sum(column.values()) for columns in ends for column in columns]
        assert list(heights.values()) == pytest.approx(expected, rel=1e-12)
        for cations, anions in (expected[:2], expected[2:]):
            assert cations == pytest.approx(anions, rel=1e-12)


def test_plasma_holds_equivalents_of_what_is_ionised(rest: Result) -> None:
    """Two charges for each Mg and Ca; the rest beside Cl and HCO3 is fixed charge."""
    p = rest.tissue.parameters.body
    cations, anions = plasma_columns(rest.table[:1])
    assert cations == pytest.approx(
        {
            "Na": p.plasma_na,
            "K": p.plasma_k,
            "Mg": 2.0 * p.plasma_mg_ionised,
            "Ca": 2.0 * p.plasma_ca_ionised,
        }
    )
    (name,) = anions.keys() - {"Cl", "HCO3"}
    gap = p.plasma_na + p.plasma_k - p.plasma_cl - p.plasma_hco3
    assert "fixed" in name
    assert anions[name] == pytest.approx(gap + 2.0 * (p.plasma_mg_ionised + p.plasma_ca_ionised))


def test_cell_water_is_that_of_all_muscle_cells_together(busy: Result) -> None:
    """A large cell counts for more; other types of cells do not count."""
    cells = busy.snapshots[3.0]
    muscle = cells[cells["type"] == "muscle"]
    amount_of_k = (muscle["k_in"] * muscle["water"] * muscle["size"]).sum()
    litres = (muscle["water"] * muscle["size"]).sum()
    cations, anions = cell_columns(cells)
    assert list(cations) == ["Na", "K", "Mg"]
    assert cations["K"] == pytest.approx(amount_of_k / litres, rel=1e-12)
    assert next(iter(anions)) == "Cl"
    assert any("HCO3" in name for name in anions)


def test_too_many_known_anions_leave_a_cation() -> None:
    """Blocks have no negative height."""
    cations, anions = columns_of({SODIUM: 100.0, CALCIUM: 1.0, CHLORIDE: 104.0}, "rest")
    assert cations == {"Na": 100.0, "Ca": 2.0, "rest": 2.0}
    assert anions == {"Cl": 104.0}


def test_plasma_that_was_not_recorded_is_not_drawn(rest: Result) -> None:
    table = rest.table.copy()
    table.loc[table.index[-1], "plasma_cl"] = np.nan
    page = draw_gamblegram(rest.condition, table, rest.snapshots)
    assert words(page).count("not recorded") == 1
    assert len(page.axes[0].patches) == 7


@pytest.mark.parametrize("places", [[1.0], [1.0, 9.0], [0.0, 1.0, 2.0], [0.0, 3.0, 5.0, 20.0, 20.1], []])
def test_labels_are_moved_apart_and_stay_in_order(places: list[float]) -> None:
    """By the smallest shift: their mean does not change."""
    moved = spread(places, 4.0)
    assert all(b - a >= 4.0 - 1e-12 for a, b in pairwise(moved))
    assert sum(moved) == pytest.approx(sum(places))
    if all(b - a >= 4.0 for a, b in pairwise(places)):
        assert moved == places


# Flux diagram


@pytest.mark.parametrize("ion", CATIONS)
def test_at_rest_cells_gain_nothing_and_intake_leaves_again(rest: Result, ion: Ion) -> None:
    """Pump and leak are equal over all cells, different as they are; urine and stool make up intake."""
    for day in (0.0, 2.0):
        account = accounts(rest, day)[ion]
        flows = list(account.into_cells.values())
        assert max(map(abs, flows)) > 10.0
        assert abs(sum(flows)) < 1e-6 * max(map(abs, flows))
        taken = account.flows["oral"] + account.flows["infused"]
        assert account.flows["urine"] + account.flows["stool"] == pytest.approx(taken, rel=1e-6)
        assert account.flows["absorbed"] == pytest.approx(account.flows["urine"], rel=1e-6)


@pytest.mark.parametrize("day", [0.0, 3.0])
def test_the_pump_moves_three_na_for_two_k(busy: Result, day: float) -> None:
    found = accounts(busy, day)
    k, na = found[POTASSIUM].into_cells["pump"], found[SODIUM].into_cells["pump"]
    assert k > 0.0
    assert na == pytest.approx(-1.5 * k)
    mg = found[MAGNESIUM].into_cells
    assert found[SODIUM].into_cells["Na/Mg exchange"] == pytest.approx(-2.0 * mg["Na/Mg exchange"])


@pytest.mark.parametrize("ion", CATIONS)
def test_pools_add_up_to_the_body(busy: Result, ion: Ion) -> None:
    """On a steady diet, in all forms; the pools are those of the whole body, however many cells."""
    for day in (0.0, 3.0):
        pools = accounts(busy, day)[ion].pools
        body = float(busy.table.loc[day, f"body_{ion.symbol.lower()}"])
        assert sum(pools.values()) == pytest.approx(body, rel=1e-9)


@pytest.mark.parametrize(
    "without", [(), ("volume-regulation", "proton-exchange", "mg-influx-regulation", "k-leak-mg-block")]
)
def test_cells_gain_what_the_rest_of_the_body_loses(without: tuple[str, ...]) -> None:
    """With fluctuation, every type of cells, and mechanisms switched off."""
    run = sim.run(BUSY, n_cells=12, days=2.5, seed=8, snapshots=2, without=without)
    rates, found = run.tissue.body_rates(), accounts(run, 2.5)
    for ion in CATIONS:
        key = ion.symbol.lower()
        kept = getattr(rates.intake, key) - getattr(rates.urine, key) - getattr(rates.stool, key)
        elsewhere = getattr(rates.ecf, key) + getattr(rates.gut, key)
        elsewhere += rates.bone_mg if ion is MAGNESIUM else 0.0
        flows = list(found[ion].into_cells.values())
        expected = HOURS_PER_DAY * (kept - elsewhere)
        assert sum(flows) == pytest.approx(expected, abs=1e-9 * max(map(abs, flows)))


def test_cells_hold_the_water_that_is_not_extracellular(busy: Result) -> None:
    """The reference water that a cell represents is constant, so the sum also holds at the end."""
    litres = litres_of(busy.snapshots[0.0], busy.table.iloc[0], busy.tissue.parameters)
    for day in (0.0, 3.0):
        cells, row = busy.snapshots[day], busy.table.loc[day]
        each = cells["type"].astype(str).map(litres) * cells["water"] * cells["size"]
        assert each.sum() == pytest.approx(row["body_water"] - row["ecf_volume"], rel=1e-12)


def test_a_sample_of_cells_represents_all() -> None:
    """Half of identical cells give the same contents and flows as all."""
    run = sim.run("baseline", n_cells=40, days=0.5, noise=False, heterogeneous=False, snapshots=2)
    p, row = run.tissue.parameters, run.table.iloc[0]
    control = run.condition.control_at(0.0, p.body)
    whole = run.snapshots[0.0]
    half = whole.groupby("type", observed=True).head(2)
    sums = [
        cells_together(cells, litres_of(cells, row, p), row, control, p)[POTASSIUM]
        for cells in (whole, half)
    ]
    assert sums[0][0] == pytest.approx(sums[1][0], rel=1e-12)
    assert sums[0][1] == pytest.approx(sums[1][1], rel=1e-9)


def test_infusions_are_not_oral_intake(busy: Result) -> None:
    """24 mmol/day of Mg in the last half of the last day."""
    end, start = accounts(busy, 3.0)[MAGNESIUM].flows, accounts(busy, 0.0)[MAGNESIUM].flows
    usual = busy.tissue.parameters.body.intake_mg
    assert start["infused"] == 0.0
    assert end["infused"] == pytest.approx(12.0)
    assert (start["oral"], end["oral"]) == pytest.approx((usual, usual))


def test_flows_are_means_over_the_last_day_or_the_first(busy: Result) -> None:
    """And over half a run that is shorter than two days."""
    assert span_of(3.0, busy.table) == (2.0, 3.0)
    assert span_of(0.0, busy.table) == (0.0, 1.0)
    assert span_of(1.5, busy.table) == (0.5, 1.5)
    assert span_of(0.5, busy.table[busy.table.index <= 0.5]) == (0.25, 0.5)
    urine = busy.table["urine_k"][busy.table.index > 2.0].mean()
    assert accounts(busy, 3.0)[POTASSIUM].flows["urine"] == pytest.approx(urine)
    lost = busy.table.loc[2.0, "bone_mg"] - busy.table.loc[3.0, "bone_mg"]
    assert accounts(busy, 3.0)[MAGNESIUM].flows["released"] == pytest.approx(lost)


def test_an_oral_load_counts_with_its_day() -> None:
    """35 mmol of KCl in half an hour, beside the diet."""
    load_of_k = load("baseline").revised(
        duration="2 day", meal=[Meal(start="30 hour", potassium="35 mmol")]
    )
    run = sim.run(load_of_k, n_cells=5, noise=False, heterogeneous=False, snapshots=2)
    usual = run.tissue.parameters.body.intake_k
    assert accounts(run, 2.0)[POTASSIUM].flows["oral"] == pytest.approx(usual + 35.0, rel=1e-6)
    assert accounts(run, 0.0)[POTASSIUM].flows["oral"] == pytest.approx(usual, rel=1e-6)


def test_amounts_are_written_and_widths_follow_the_square_root(rest: Result) -> None:
    """The arrows of the scale, and the labels of those of K."""
    page = drawn(draw_flux_diagram, rest)
    scale = [a.get_arrowstyle().tail_width for a in page.axes[-1].findobj(FancyArrowPatch)]
    np.testing.assert_allclose(scale, scale[0] * np.sqrt([1.0, 10.0, 100.0, 1000.0, 10000.0]))
    p = rest.tissue.parameters.body
    account = accounts(rest, 2.0)[POTASSIUM]
    said = words(page)
    assert said.count(f"oral intake {amount(p.intake_k)}") == 2
    assert f"pump {amount(account.into_cells['pump'])}" in said
    pump = account.into_cells["pump"]
    wide = max(a.get_arrowstyle().tail_width for a in page.axes[0].findobj(FancyArrowPatch))
    assert wide == pytest.approx(scale[0] * np.sqrt(pump), rel=1e-6)


@pytest.mark.parametrize(
    ("value", "text"),
    [(8623.63, "8,624"), (67.5, "67.5"), (-3.01234, "−3.01"), (0.0, "0"), (-0.0, "0"), (1e-9, "0"),
     (99.97, "100"), (float("nan"), "not recorded")],
)  # fmt: skip
def test_amounts_have_three_digits(value: float, text: str) -> None:
    assert amount(value) == text
