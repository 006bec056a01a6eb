"""The model against an independent reference implementation, its integrator against exact solutions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from sim.conditions.treatments import STRENGTHS, TREATMENTS
from sim.numerics.chebyshev import chebyshev_step_of
from sim.numerics.integrator import equations_of
from sim.numerics.layout import flattened, names_of
from sim.numerics.rock import rock_error, rock_step_of
from sim.numerics.step_control import new_memory
from sim.numerics.workspace import Workspace, new_workspace
from sim.parameters import CELL_TYPES, Parameters
from sim.parameters.inputs import KNOCK_OUTS, Control
from sim.physiology.body_state import BodyConstants
from sim.quantities.amounts import NO_AMOUNTS, Amounts
from sim.tissue.equations import tissue_rates
from sim.tissue.stages import tissue_final, tissue_stage
from sim.tissue.tissue import DEFAULT_TOLERANCE, Tissue
from tests.verification.reference import BODY_SIZES, ReferenceModel
from tests.verification.reference_body import BodyState
from tests.verification.reference_cells import parameters_of

Array = NDArray[np.float64]

N_CELLS = 20
BONE_CA = BodyState._fields.index("bone_ca") - len(BodyState._fields)
DAYS = np.arange(0, 31, 2)
LOSSES_OF_FUNCTION = tuple(
    dict.fromkeys(rule.target for rule in TREATMENTS.values() if rule.strength is STRENGTHS["effect"])
)
GATES = tuple(name.replace("-", "_") for name in KNOCK_OUTS)

ROUNDING = 1e-20
"""Size of values that are zero except for rounding [1]."""


def new_tissue(n_cells: int = N_CELLS, seed: int = 1, **options: Any) -> Tissue:
    """Tissue of heterogeneous cells without fluctuations."""
    return Tissue(n_cells, seed=seed, noise=False, **options)


def reference_of(tissue: Tissue) -> ReferenceModel:
    """Reference model of the same cells in the same body."""
    c = tissue.context
    step = (c.step_start, c.step_hours)
    return ReferenceModel(tissue.parameters, tissue.traits, tissue.counts, c.reference_water, step)


def wasting(tissue: Tissue) -> Control:
    """Inputs with nearly no absorption of Mg."""
    return tissue.control._replace(mg_malabsorption=0.95)


# Constants and the healthy state


def assert_constants_agree(tissue: Tissue) -> None:
    """Compare the constants that follow from the healthy state, of every cell type and of the body."""
    model = reference_of(tissue)
    constants = flattened(tissue.body_constants).tolist()
    actual = dict(zip(names_of(BodyConstants), constants, strict=True))
    assert actual == pytest.approx(model.body, rel=1e-12, abs=0.0)
    of_types = zip(tissue.cell_constants, model.cells.rest_of_types, strict=True)
    for rest, expected in of_types:
        actual = rest._asdict()
        for not_a_constant in ("fluid", "initial_guess"):  # The latter only starts a search.
            actual.pop(not_a_constant)
        expected_values = {name: float(value) for name, value in expected._asdict().items()}
        assert actual == pytest.approx(expected_values, rel=1e-12, abs=0.0)


def test_steady_state_constants_agree() -> None:
    assert_constants_agree(new_tissue(1))


def other_parameters(rng: np.random.Generator) -> Parameters:
    """All parameters of cells and body lower by up to 5 %."""
    standard = Parameters()
    groups = (standard.cell, standard.types, standard.body)
    values = {name: value for group in groups for name, value in group._asdict().items()}
    return standard.replace({name: value * rng.uniform(0.95, 1.0) for name, value in values.items()})


def test_steady_state_constants_agree_for_other_parameters() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        assert_constants_agree(new_tissue(5, heterogeneous=False, parameters=other_parameters(rng)))


def test_every_type_has_its_own_parameters() -> None:
    tissue = new_tissue()
    model = reference_of(tissue)
    assert tissue.parameters.of_types() == tuple(
        parameters_of(kind, tissue.parameters) for kind in CELL_TYPES
    )
    assert np.array_equal(model.cells.kinds, np.repeat(np.arange(5), tissue.counts))


@pytest.mark.parametrize("n_cells", [1, 3, 5, 12])
def test_healthy_states_agree(n_cells: int) -> None:
    tissue = new_tissue(n_cells, heterogeneous=False)
    healthy = reference_of(tissue).healthy()
    np.testing.assert_allclose(tissue.y, healthy, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("n_cells", [1, 2, 4, N_CELLS])
def test_cells_contain_the_cell_water_of_the_body(n_cells: int) -> None:
    tissue = new_tissue(n_cells)
    expected = reference_of(tissue).litres_for(tissue.cells)
    np.testing.assert_allclose(tissue.context.reference_water, expected, rtol=1e-12)


@pytest.mark.parametrize("heterogeneous", [False, True])
def test_start_is_a_steady_state_of_the_reference(heterogeneous: bool) -> None:
    tissue = new_tissue(heterogeneous=heterogeneous)
    model = reference_of(tissue)
    rates = model.split(model.rates(0.0, tissue.y, tissue.control))
    turnover = model.split(model.turnover(0.0, tissue.y, tissue.control))
    lasting = rates[1]._fields.index("intake_na")
    for rate, scale in zip(
        [*rates[0], *rates[1][:lasting]], [*turnover[0], *turnover[1][:lasting]], strict=True
    ):
        assert np.all(np.abs(rate) <= 1e-12 * scale)


# Right-hand side


def random_state(model: ReferenceModel, y: Array, rng: np.random.Generator) -> Array:
    """State with every quantity changed by up to 30 %; cell Cl stays positive."""
    cells, body = model.split(y)

    def changed(size: int) -> Array:
        return rng.uniform(0.7, 1.3, size)

    n = model.n_cells
    moved = cells._replace(
        na=cells.na * changed(n),
        k=cells.k * changed(n),
        mg=cells.mg * changed(n),
        expression=cells.expression * changed(n),
    )
    # Cl follows from the charges: buffered H is set so that Cl changes by up to 30 %.
    charge = model.cells.rest.fixed_charge
    buffered = model.cells.chloride(cells) * changed(n) + charge - moved.na - moved.k - 2.0 * moved.mg
    fed = {"gut_carbohydrate": rng.uniform(0.0, 90.0), "insulin": rng.uniform(1.0, 20.0)}
    elsewhere = np.array(body._replace(**fed)) * changed(len(body))
    totals = body._fields.index("intake_na")
    elsewhere[totals:] = rng.normal(0.0, 100.0, len(body) - totals)
    return model.join(moved._replace(buffered=buffered), elsewhere)


def random_control(rng: np.random.Generator, gates: dict[str, float]) -> Control:
    """Control with random supply, losses, drugs and diseases, and the given gates."""
    return Control(
        oral=Amounts(*rng.uniform(0.0, 20.0, 4).tolist()),
        infused=Amounts(*rng.uniform(0.0, 20.0, 4).tolist()),
        carbohydrate=rng.uniform(0.0, 20.0),
        insulin_infused=rng.uniform(0.0, 20.0),
        **{name: rng.uniform(0.0, 0.95) for name in LOSSES_OF_FUNCTION},
        vomiting=rng.uniform(0.0, 0.2),
        diarrhoea=rng.uniform(0.0, 0.4),
        aldosterone_excess=rng.uniform(0.3, 5.0),
        **gates,
    )


def assert_rates_agree(seed: int, gates: dict[str, float]) -> None:
    """Compare both right-hand sides in a few random states of heterogeneous, fluctuating cells."""
    rng = np.random.default_rng(seed)
    for t in (0.0, 1.5, 3.0, 4.0):
        parameters = other_parameters(rng) if t == 4.0 else None
        tissue = Tissue(10, seed=int(rng.integers(1000)), noise=True, parameters=parameters)
        tissue.fluctuate(3.0)
        tissue.control = random_control(rng, gates)
        model = reference_of(tissue)
        y = random_state(model, tissue.y, rng)
        actual = np.full(y.size, np.nan)
        tissue_rates(t, y, actual, tissue.context)
        error = np.abs(actual - model.rates(t, y, tissue.control))
        allowed = 1e-10 * model.turnover(t, y, tissue.control)
        assert np.all(error <= allowed), np.flatnonzero(~(error <= allowed))


@pytest.mark.parametrize("gate", [0.0, 1.0])
def test_rates_agree_with_all_gates_equal(gate: float) -> None:
    assert_rates_agree(int(gate), dict.fromkeys(GATES, gate))


@pytest.mark.parametrize("others", [0.0, 1.0])
@pytest.mark.parametrize("gate", GATES)
def test_rates_agree_with_one_gate_different(gate: str, others: float) -> None:
    gates = dict.fromkeys(GATES, others) | {gate: 1.0 - others}
    assert_rates_agree(2 + GATES.index(gate), gates)


@pytest.mark.parametrize("seed", range(20))
def test_rates_agree_with_gates_half_open(seed: int) -> None:
    openings = np.random.default_rng(seed).uniform(0.0, 1.0, len(GATES))
    assert_rates_agree(100 + seed, dict(zip(GATES, openings, strict=True)))


@pytest.mark.parametrize("group", ["cell", "types", "body"])
def test_every_parameter_affects_a_rate(group: str) -> None:
    """A parameter that affects no rate in a random state is not used by any equation."""
    rng = np.random.default_rng(7)
    tissue = new_tissue(10)
    control = random_control(rng, dict.fromkeys(GATES, 1.0))
    y = random_state(reference_of(tissue), tissue.y, rng)

    def rates(parameters: Parameters) -> Array:
        return ReferenceModel(parameters, tissue.traits, tissue.counts).rates(0.0, y, control)

    standard, idle = Parameters(), []
    usual = rates(standard)
    for name, value in getattr(standard, group)._asdict().items():
        changed = getattr(standard, group)._replace(**{name: 0.99 * value - 0.001})
        if np.allclose(rates(standard._replace(**{group: changed})), usual, rtol=1e-9, atol=1e-12):
            idle.append(name)
    assert not idle


def test_membrane_potential_is_unique() -> None:
    rng = np.random.default_rng(11)
    tissue = new_tissue()
    model = reference_of(tissue)
    grid = np.linspace(-10.0, 4.0, 281)
    for _ in range(20):
        y = random_state(model, tissue.y, rng)
        currents = [model.current(np.full(N_CELLS, u), 0.0, y, tissue.control) for u in grid]
        assert np.all(np.count_nonzero(np.diff(np.sign(currents), axis=0), axis=0) == 1)


# Integration over a month


@pytest.fixture(scope="module")
def month() -> Array:
    """Mg wasting by the reference model, every second day."""
    tissue = new_tissue()
    return reference_of(tissue).integrate(tissue.y, wasting(tissue), 24.0 * DAYS)


def error_of(states: Array, exact: Array) -> float:
    """Largest error relative to the largest value of the same quantity at any time [1].

    The net uptake of Ca by bone is small relative to its exchange: its scale is at least the fluid's Ca.
    """
    size = np.abs(exact).max(axis=0)
    size[BONE_CA] = max(size[BONE_CA], BODY_SIZES.bone_ca)
    error = np.abs(states - exact).max(axis=0)
    there = size > ROUNDING
    assert np.all(error[~there] < ROUNDING)
    return float((error[there] / size[there]).max())


def month_of(tissue: Tissue) -> Array:
    """Mg wasting by the tissue, every second day."""
    tissue.control = wasting(tissue)
    states = []
    for day in DAYS:
        tissue.advance_to(24.0 * day)
        states.append(np.concatenate([tissue.cells.ravel(), flattened(tissue.body)]))
    return np.array(states)


def test_month_of_wasting_is_accurate_at_default_tolerance(month: Array) -> None:
    assert error_of(month_of(new_tissue(tolerance=DEFAULT_TOLERANCE)), month) <= 1e-4


def test_error_falls_with_tolerance(month: Array) -> None:
    errors = [error_of(month_of(new_tissue(tolerance=10.0**-i)), month) for i in (4, 5, 6)]
    # The local error is of third, the global error of second order.
    assert errors[2] < errors[1] < errors[0]
    assert np.log10(errors[0] / errors[2]) / 2.0 == pytest.approx(2.0 / 3.0, abs=0.25)


def test_day_of_meals_and_losses_is_accurate_at_default_tolerance() -> None:
    """A potassium-rich meal, then insulin, vomiting, diarrhoea and diuretics, with events in between."""
    tissue = new_tissue(10)
    model, usual = reference_of(tissue), tissue.control
    fasting = usual._replace(oral=NO_AMOUNTS)
    meal = fasting._replace(oral=Amounts(na=90.0, k=60.0, mg=9.0, ca=15.0), carbohydrate=200.0)
    given_mg = NO_AMOUNTS._replace(mg=1.0)
    spans = [
        (7.0, fasting),
        (7.5, meal),
        (10.0, fasting._replace(insulin_infused=8.0, infused=NO_AMOUNTS._replace(k=10.0))),
        (16.0, fasting._replace(vomiting=0.15, infused=NO_AMOUNTS._replace(ca=1.0), nephron_loss=0.5)),
        (24.0, usual._replace(diarrhoea=0.2, ncc_loss=0.7, nkcc2_loss=0.4, infused=given_mg)),
    ]
    states, exact, y, before = [], [], tissue.y.copy(), 0.0
    for end, control in spans:
        tissue.control = control
        tissue.advance_to(end)
        y = model.integrate(y, control, end - before)
        states.append(np.concatenate([tissue.cells.ravel(), flattened(tissue.body)]))
        exact.append(y)
        before = end
    assert error_of(np.array(states), np.array(exact)) <= 1e-4


# Order of the step


def fixed_steps(
    rates: Callable[..., None],
    step: Callable[..., Workspace],
    context: Any,
    y: Array,
    hours: float,
    steps: int,
    stages: int,
) -> Array:
    """State after equal steps, each with the same number of stages."""
    y, h, memory, work = y.copy(), hours / steps, new_memory(), new_workspace(y.size)
    for i in range(steps):
        rates(i * h, y, work.rates_start, context)
        work = step(context, i * h, h, stages, y, memory, work)
        y += work.newest
    return y


def stable_stages(h: float, radius: float) -> int:
    """Number of stages for a stable step, with a margin."""
    return 2 + int(np.sqrt(1.0 + 1.54 * h * radius))


def order_of(steps: list[int], errors: list[float]) -> float:
    """Slope of log error in log step, by least squares."""
    return -float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def tracking(t: float, y: Array, dy: Array, rate: Array) -> None:
    """Each y relaxes to cos t, some a thousand times as fast as others (Prothero & Robinson)."""
    dy[:] = -rate * (y - np.cos(t)) - np.sin(t)


def kaps(t: float, y: Array, dy: Array, rate: float) -> None:  # noqa: ARG001
    """Kaps' problem: y0 relaxes to the square of y1; the solution is exp(−2 t), exp(−t)."""
    dy[0] = -(rate + 2.0) * y[0] + rate * y[1] * y[1]
    dy[1] = y[0] - y[1] - y[1] * y[1]


@pytest.mark.parametrize(
    ("rates", "rate", "exact"),
    [
        (tracking, np.array([1.0, 10.0, 100.0, 1000.0]), np.full(4, np.cos(1.0))),
        (kaps, 1000.0, np.exp([-2.0, -1.0])),
    ],
)
def test_step_is_of_second_order_on_stiff_problems(
    rates: Callable[..., None], rate: Any, exact: Array
) -> None:
    steps = [12, 16, 24, 32, 48, 64]
    stages = stable_stages(1.0 / steps[0], 1003.0)
    start = np.ones(exact.size)
    step = chebyshev_step_of(equations_of(rates).stage)
    ends = [fixed_steps(rates, step, rate, start, 1.0, n, stages) for n in steps]
    assert order_of(steps, [np.abs(y - exact).max() for y in ends]) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("stages", [10, 20])
def test_step_is_of_second_order_on_the_tissue(month: Array, stages: int) -> None:
    tissue = new_tissue()
    tissue.control = wasting(tissue)
    model, start, steps = reference_of(tissue), month[1], [8, 12, 16, 24, 32]
    exact = model.integrate(start, tissue.control, 24.0, rtol=1e-12)
    size = np.maximum(np.abs(exact), model.sizes())
    problem = (tissue_rates, chebyshev_step_of(tissue_stage), tissue.context)
    ends = [fixed_steps(*problem, start, 24.0, n, stages) for n in steps]
    errors = [float((np.abs(y - exact) / size).max()) for y in ends]
    assert order_of(steps, errors) == pytest.approx(2.0, abs=0.1)


FOURTH_STAGES = range(5, 17)


def turning(t: float, y: Array, dy: Array, context: None) -> None:  # noqa: ARG001
    """A nonlinear system that depends on time."""
    dy[0] = y[1] * np.cos(t) + 0.3 * y[0] * y[1]
    dy[1] = -y[0] + 0.2 * np.sin(t * y[1]) * y[0] * y[0]


def rock_step(rates: Callable[..., None]) -> Callable[..., Workspace]:
    """The step of fourth order for given rates."""
    equations = equations_of(rates)
    return rock_step_of(equations.stage, equations.final)  # type: ignore[no-any-return]


@pytest.mark.parametrize("stages", FOURTH_STAGES)
def test_step_of_many_stages_is_of_fourth_order(stages: int) -> None:
    start, steps = np.array([1.0, 0.5]), [4, 6, 8, 12, 16]
    done = solve_ivp(
        lambda t, y: _rates_of(turning, t, y), (0.0, 2.0), start, "DOP853", rtol=1e-13, atol=1e-14
    )
    ends = [fixed_steps(turning, rock_step(turning), None, start, 2.0, n, stages) for n in steps]
    errors = [np.abs(y - done.y[:, -1]).max() for y in ends]
    assert order_of(steps, errors) == pytest.approx(4.0, abs=0.25)


@pytest.mark.parametrize("stages", FOURTH_STAGES)
def test_estimated_error_of_a_step_of_fourth_order_shrinks_with_its_fourth_power(stages: int) -> None:
    start, steps, found = np.array([1.0, 0.5]), [0.2, 0.1, 0.05], []
    for h in steps:
        work = new_workspace(2)
        turning(0.0, start, work.rates_start, None)
        done = rock_step(turning)(None, 0.0, h, stages, start, new_memory(), work)
        weights, rates = rock_error(h, stages), np.empty(2)
        turning(h, start + done.newest, rates, None)
        found.append(float(np.abs(done.before + weights.rates * rates).max()))
    assert -order_of(steps, found) == pytest.approx(4.0, abs=0.35)  # type: ignore[arg-type]


@pytest.mark.parametrize("stages", FOURTH_STAGES)
def test_step_of_fourth_order_is_stable_as_far_as_the_control_believes(stages: int) -> None:
    """Of y' = −z y, no component grows in a step of length 1 if z is within the stable interval."""
    z = np.linspace(0.0, 0.353 * stages * stages - 3.0, 20_001)
    work = new_workspace(z.size)

    def decaying(t: float, y: Array, dy: Array, rate: Array) -> None:  # noqa: ARG001
        dy[:] = -rate * y

    start = np.ones(z.size)
    decaying(0.0, start, work.rates_start, z)
    done = rock_step(decaying)(z, 0.0, 1.0, stages, start, new_memory(), work)
    assert np.abs(start + done.newest).max() <= 1.0 + 1e-9


@pytest.mark.parametrize("stages", [10, 16])
def test_step_is_of_fourth_order_on_the_tissue(month: Array, stages: int) -> None:
    tissue = new_tissue()  # Wasting ends: without such a jump, errors are soon as small as rounding.
    # Longer steps would show how fast modes are damped; shorter ones reach the rounding of the solution.
    model, start, steps = reference_of(tissue), month[1], [128, 144, 160, 176, 192]
    exact = model.integrate(start, tissue.control, 24.0, rtol=1e-12)
    size = np.maximum(np.abs(exact), model.sizes())
    problem = (tissue_rates, rock_step_of(tissue_stage, tissue_final), tissue.context)
    ends = [fixed_steps(*problem, start, 24.0, n, stages) for n in steps]
    errors = [float((np.abs(y - exact) / size).max()) for y in ends]
    assert order_of(steps, errors) == pytest.approx(4.0, abs=0.3)


def _rates_of(rates: Callable[..., None], t: float, y: Array) -> Array:
    dy = np.empty(y.size)
    rates(t, y, dy, None)
    return dy
