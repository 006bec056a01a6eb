"""Conservation: every balance closes under every condition."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.conditions.condition import Condition, built_in_conditions
from sim.conditions.treatments import TREATMENTS
from sim.numerics.layout import names_of
from sim.parameters.inputs import KNOCK_OUTS
from sim.physiology.body_state import BodyState
from sim.physiology.cell_state import Membrane

CLOSED = 1e-12


@pytest.mark.parametrize("name", built_in_conditions())
@pytest.mark.parametrize("noise", [False, True])
def test_every_balance_closes_at_every_row_of_every_named_condition(name: str, noise: bool) -> None:
    table = sim.run(name, 20, seed=1, noise=noise).table
    audits = table.filter(like="audit_")
    assert len(audits) >= 5
    assert audits.abs().to_numpy().max() <= CLOSED


def spans(max_length: float) -> st.SearchStrategy[dict[str, str]]:
    """Start, and sometimes stop, of an event within some hours."""
    start, length = st.floats(0.0, 0.8 * max_length), st.none() | st.floats(0.5, max_length)
    return st.tuples(start, length).map(
        lambda x: {"start": f"{x[0]} hour"} | ({} if x[1] is None else {"stop": f"{x[0] + x[1]} hour"})
    )


def amounts(maximum: float, unit: str) -> st.SearchStrategy[str]:
    return st.floats(0.0, maximum).map(lambda x: f"{x} {unit}")


HOURS = 48.0
IONS = ("sodium", "potassium", "magnesium", "calcium")
DIETS = {"sodium": 300.0, "potassium": 200.0, "magnesium": 30.0, "calcium": 60.0}
STRENGTHS = {
    "effect": st.floats(0.0, 0.6).map(lambda x: round(x, 2)),
    "fold": st.floats(1.0, 6.0),
    "rate": amounts(4.0, "L/day"),
}


@st.composite
def diets(draw: st.DrawFn) -> list[sim.Diet]:
    """Diets for some ions, each with its own span."""
    chosen = draw(st.sets(st.sampled_from(IONS)))
    return [
        sim.Diet(**{ion: draw(amounts(DIETS[ion], "mmol/day"))}, **draw(spans(HOURS)))
        for ion in sorted(chosen)
    ]


@st.composite
def meals(draw: st.DrawFn) -> list[sim.Meals]:
    """No meals, or some at whole hours."""
    hours = sorted(draw(st.sets(st.integers(0, 23), max_size=4)))
    carbohydrate, span = draw(amounts(600.0, "g/day")), draw(spans(HOURS))
    if not hours:
        return []
    return [sim.Meals(at=[f"{hour}:15" for hour in hours], carbohydrate=carbohydrate, **span)]


@st.composite
def single_meals(draw: st.DrawFn) -> list[sim.Meal]:
    """Up to two meals or oral doses, which may overlap."""
    return [
        sim.Meal(
            start=f"{draw(st.floats(0.0, HOURS))} hour",
            carbohydrate=f"{draw(st.floats(1.0, 150.0))} g",
            **{ion: draw(amounts(DIETS[ion] / 3.0, "mmol")) for ion in IONS},
        )
        for _ in range(draw(st.integers(0, 2)))
    ]


@st.composite
def supplements(draw: st.DrawFn) -> list[sim.Supplement]:
    """Rates and amounts of some ions by some routes."""
    chosen = draw(st.sets(st.tuples(st.sampled_from(IONS), st.sampled_from(["oral", "intravenous"]))))
    made = []
    for ion, route in sorted(chosen):
        span = draw(spans(HOURS))
        maximum = DIETS[ion] / 3.0
        given_at_once = "stop" in span and draw(st.booleans())
        measure = {"amount": amounts(maximum, "mmol")} if given_at_once else {
            "dose": amounts(maximum, "mmol/day")
        }  # fmt: skip
        drawn = {name: draw(strategy) for name, strategy in measure.items()}
        made.append(sim.Supplement(ion=ion, route=route, **drawn, **span))
    return made


@st.composite
def treatments(draw: st.DrawFn) -> list[sim.Treatment]:
    """A random subset of treatments."""
    chosen = draw(st.sets(st.sampled_from(sorted(TREATMENTS)), max_size=6))
    return [
        sim.Treatment(
            kind=kind,
            **{TREATMENTS[kind].strength.name: draw(STRENGTHS[TREATMENTS[kind].strength.name])},
            **draw(spans(HOURS)),
        )
        for kind in sorted(chosen)
    ]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Two days of random supply, meals, losses, drugs and knock-outs."""
    return sim.Condition(
        name="random",
        duration=f"{HOURS} hour",
        diet=draw(diets()),
        meals=draw(meals()),
        meal=draw(single_meals()),
        supplement=draw(supplements()),
        treatment=draw(treatments()),
        without=sorted(draw(st.sets(st.sampled_from(sorted(KNOCK_OUTS)), max_size=3))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(conditions(), st.integers(0, 2**31), st.integers(1, 12), st.booleans())
def test_every_balance_closes_under_any_condition(
    condition: Condition, seed: int, n_cells: int, noise: bool
) -> None:
    try:
        result = sim.run(condition, n_cells, seed=seed, noise=noise, record_hours=12.0)
    except sim.SimulationError as stopped:  # Balances close until the integration fails.
        result = stopped.result
    audits = result.table.filter(like="audit_")
    assert audits.abs().to_numpy().max() <= CLOSED


@pytest.mark.parametrize("kind", sorted(TREATMENTS))
def test_every_balance_closes_under_every_treatment(kind: str) -> None:
    strength = {"effect": 0.7, "fold": 8.0, "rate": "6 L/day"}[TREATMENTS[kind].strength.name]
    treatment = sim.Treatment(kind=kind, **{TREATMENTS[kind].strength.name: strength}, stop="1.2 day")
    condition = sim.Condition(name="one", duration="2 day", meals=[sim.Meals()], treatment=[treatment])
    result = sim.run(condition, 6, record_hours=6.0)
    assert result.provenance["worst_imbalance"] <= CLOSED


@pytest.mark.parametrize("mechanism", sorted(KNOCK_OUTS))
def test_every_balance_closes_without_any_one_mechanism(mechanism: str) -> None:
    result = sim.run("severe-magnesium-loss", 5, days=10, without=[mechanism], record_hours=24.0)
    assert result.provenance["worst_imbalance"] <= CLOSED


def test_supply_and_losses_agree_with_the_condition() -> None:
    """Two meals, a dose within an hour and an amount over five hours are supplied completely."""
    condition = sim.Condition(
        name="known",
        duration="3 day",
        diet=[sim.Diet(sodium="100 mmol/day", potassium="60 mmol/day", magnesium="12 mmol/day",
                       calcium="20 mmol/day")],
        meals=[sim.Meals(at=["8:00", "18:00"])],
        meal=[sim.Meal(start="30 hour", potassium="35 mmol", calcium="4 mmol")],
        supplement=[sim.Supplement(ion="magnesium", amount="10 mmol", route="intravenous",
                                   start="40 hour", stop="45 hour")],
    )  # fmt: skip
    model = sim.TissueModel(condition, 6, rng=1)
    start = model.tissue.totals()
    while model.tissue.time < condition.duration:
        model.step()
    body, now = model.tissue.body, model.tissue.totals()
    assert body.intake.na == pytest.approx(300.0, rel=1e-12)
    assert body.intake.k == pytest.approx(180.0 + 35.0, rel=1e-12)
    assert body.intake.mg == pytest.approx(36.0 + 10.0, rel=1e-12)
    assert body.intake.ca == pytest.approx(60.0 + 4.0, rel=1e-12)
    ca_out = body.urine.ca + body.stool.ca + body.bone_ca
    assert now.ca - start.ca == pytest.approx(body.intake.ca - ca_out, abs=1e-9)
    assert now.k - start.k == pytest.approx(body.intake.k - body.urine.k - body.stool.k, abs=1e-8)


def test_audit_detects_manual_additions() -> None:
    model = sim.TissueModel("baseline", 10, rng=1, noise=False)
    before = model.tissue.totals()
    model.extracellular.inject("potassium", 20.0)
    model.extracellular.inject("magnesium", 2.0)
    after = model.tissue.totals()
    assert after.k - before.k == pytest.approx(20.0)
    assert after.mg - before.mg == pytest.approx(2.0)
    assert after.cl - before.cl == pytest.approx(24.0)
    model.cells[3].k_in = 120.0
    model.step()
    audit = model.tissue.audit()
    assert audit.edits == 3
    assert audit.worst <= CLOSED


def test_audit_detects_a_leak_of_one_part_in_a_million() -> None:
    tissue = sim.Tissue(10, noise=False)
    tissue.cells[1, 0] *= 1.0 + 1e-5
    audit = tissue.audit()
    assert abs(audit.k) > 1e-7
    assert abs(audit.osmoles) > 1e-8


def test_audit_detects_a_leak_of_each_ion_of_the_fluid() -> None:
    tissue = sim.Tissue(10, noise=False)
    for name in ("ecf_na", "ecf_k", "ecf_mg", "ecf_ca", "ecf_cl", "ecf_hco3"):
        place = 5 * 10 + names_of(BodyState).index(name)
        kept = tissue.y[place]
        tissue.y[place] *= 1.0 + 1e-6
        audit = tissue.audit()._asdict()
        assert abs(audit[name.removeprefix("ecf_")]) > 1e-10
        assert abs(audit["charge"]) > 1e-10
        tissue.y[place] = kept
    assert tissue.audit().worst <= CLOSED


def test_membranes_carry_no_net_current() -> None:
    """Cl flux from electroneutrality agrees with GHK at the computed potential."""
    tissue = sim.Tissue(200, seed=3)
    tissue.control = sim.load("severe-magnesium-loss").control_at(0.0, tissue.parameters.body)
    tissue.advance_to(24.0 * 60.0)
    m = Membrane(*tissue.observe())
    cl_out, drive = tissue.fluid.cl, m.u / np.expm1(m.u)
    p_cl = np.repeat([rest.p_cl for rest in tissue.cell_constants], tissue.counts)
    cl_influx = p_cl * (cl_out * (drive + m.u) - m.cl_in * drive)
    current = -m.na_leak + m.k_leak + m.pump - 2.0 * m.mg_influx + cl_influx
    turnover = p_cl * cl_out * (drive + m.u) + m.k_leak
    for cut in tissue.slices():
        assert np.abs(current[cut]).max() <= 1e-6 * turnover[cut].max()
    for positive in (m.na_in, m.k_in, m.cl_in, m.mg_free, m.mg_efflux):
        assert positive.min() > 0.0
