"""Nothing is made and nothing is lost: every balance closes under every condition."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.condition import Condition, named

CLOSED = 1e-12


@pytest.mark.parametrize("name", named())
@pytest.mark.parametrize("noise", [False, True])
def test_every_balance_closes_at_every_row_of_every_named_condition(name: str, noise: bool) -> None:
    table = sim.run(name, 20, seed=1, noise=noise).table
    audits = table[[column for column in table if column.startswith("audit_")]]
    assert len(audits) > 100
    assert audits.abs().to_numpy().max() <= CLOSED


def text(mmol_per_day: float) -> str:
    return f"{mmol_per_day} mmol/day"


shares = st.floats(0.0, 0.6).map(lambda share: round(share, 2))
conditions = st.fixed_dictionaries(
    {
        "sodium": st.floats(20.0, 300.0),
        "potassium": st.floats(10.0, 200.0),
        "magnesium": st.floats(0.5, 30.0),
        "extra_k": st.floats(0.0, 150.0),
        "infused_mg": st.floats(0.0, 40.0),
        "thiazide": shares,
        "loop": shares,
        "ouabain": st.floats(0.0, 0.4),
        "hours": st.floats(1.0, 60.0),
    }
)


def build(x: dict[str, float]) -> Condition:
    """Make a condition of random supply, drugs and times."""
    middle = f"{x['hours']} hour"
    return sim.Condition(
        name="random",
        duration="3 day",
        diet=[sim.Diet(sodium=text(x["sodium"]), potassium=text(x["potassium"]), start=middle),
              sim.Diet(magnesium=text(x["magnesium"]))],
        supplement=[
            sim.Supplement(ion="potassium", dose=text(x["extra_k"]), stop=middle),
            sim.Supplement(ion="magnesium", dose=text(x["infused_mg"]), route="intravenous"),
        ],
        treatment=[
            sim.Treatment(kind="thiazide", effect=x["thiazide"], start="6 hour", stop="40 hour"),
            sim.Treatment(kind="loop-diuretic", effect=x["loop"]),
            sim.Treatment(kind="pump-inhibitor", effect=x["ouabain"], start=middle),
        ],
    )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions, st.integers(0, 2**31))
def test_every_balance_closes_under_any_condition(x: dict[str, float], seed: int) -> None:
    result = sim.run(build(x), 5, seed=seed, record_hours=12.0)
    assert result.provenance["worst_imbalance"] <= CLOSED


def test_the_audit_sees_what_is_added_by_hand() -> None:
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


def test_the_audit_sees_a_leak_of_one_part_in_a_million() -> None:
    tissue = sim.Tissue(10, noise=False)
    tissue.cells[1, 0] *= 1.0 + 1e-5
    audit = tissue.audit()
    assert abs(audit.k) > 1e-7
    assert abs(audit.osmoles) > 1e-8


def test_membranes_carry_no_net_current() -> None:
    """Cl moves as electroneutrality asks; GHK at the potential found gives the same flux."""
    tissue = sim.Tissue(200, seed=3)
    tissue.control = sim.load("severe-magnesium-loss").control_at(0.0, tissue.parameters.body)
    tissue.advance_to(24.0 * 60.0)
    _, na, k, cl, _, u, pump, na_leak, k_leak, mg_in, mg_out, _ = tissue.observe()
    p_cl, cl_out = tissue.context.rest_cell.p_cl, tissue.fluid.cl
    drive = u / np.expm1(u)
    cl_influx = p_cl * (cl_out * (drive + u) - cl * drive)
    current = -na_leak + k_leak + pump - 2.0 * mg_in + cl_influx
    assert np.abs(current).max() <= 1e-6 * k_leak.max()
    assert na.min() > 0.0
    assert k.min() > 0.0
    assert mg_out.min() > 0.0
