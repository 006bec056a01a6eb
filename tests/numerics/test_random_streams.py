"""Random streams, the population they draw and its fluctuations in time.

Statistical tests have a fixed seed, so they pass always or never. For an unlucky seed a mean, a width
or a correlation of right numbers lies more than :data:`FAR` standard errors off with probability
6e-5; that is the rate of false alarms per comparison for anyone who changes the seed.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from sim.conditions.condition import Condition, load, read
from sim.errors import SteadyStateError
from sim.numerics.random_streams import Purpose, stream
from sim.parameters import Parameters, PopulationParameters
from sim.physiology.cell_heterogeneity import NEXT, NOISE, Fluctuation, draw_traits, uniform_traits
from sim.physiology.cell_state import CellTraits
from sim.simulation.running import run
from sim.simulation.schedule import Schedule
from sim.tissue.tissue import Tissue

Array = NDArray[np.float64]

FAR = 4.0
MANY = 100_000
P = PopulationParameters(
    sd_pump_capacity=0.1,
    sd_k_leak=0.2,
    sd_na_leak=0.3,
    sd_size=0.4,
    correlation_pump_k_leak=0.6,
    correlation_pump_na_leak=0.4,
    correlation_leaks=0.2,
    noise_pump=0.1,
    noise_leak=0.25,
    noise_time=24.0,
)
WIDTHS = np.array([P.noise_pump, P.noise_leak])
DRAWN = ("pump_capacity_trait", "k_leak_trait", "na_leak_trait", "size")

SEVEN_DIGITS = 2e-7
"""To which traits are kept [1]."""
FIRST_CELL = [1.0455800941438582, 0.974087050733317, 2.4383779800581737, 1.1882631011346294]
"""Pump capacity, K leak, Na leak and size of the first cell of seed 7, replicate 1."""


def numbers(
    seed: int = 1, replicate: int = 2, purpose: Purpose = Purpose.TRAITS, step: int = 3, n: int = 1000
) -> Array:
    """First normal numbers of a stream."""
    return stream(seed, replicate, purpose, step).standard_normal(n)


# Streams


def test_the_same_name_gives_the_same_numbers() -> None:
    """A stream can be reached again at any time."""
    assert numbers().tobytes() == numbers().tobytes()


@pytest.mark.parametrize(
    "other",
    [{"seed": 0}, {"seed": 2}, {"replicate": 0}, {"replicate": 3}, {"step": 0}, {"step": 4}]
    + [{"purpose": purpose} for purpose in Purpose if purpose is not Purpose.TRAITS],
    ids=str,
)
def test_another_name_gives_other_numbers_without_relation(other: dict[str, Any]) -> None:
    """Seed, replicate, purpose and step each make a stream of its own, uncorrelated with the rest."""
    mine, others = numbers(n=MANY), numbers(**other, n=MANY)
    assert not np.isin(others, mine).any()
    assert abs(np.corrcoef(mine, others)[0, 1]) < FAR / np.sqrt(MANY)


def test_seed_and_replicate_do_not_stand_for_each_other() -> None:
    """Seed 1, replicate 2 is not seed 2, replicate 1; nor is any place filled by another."""
    keys = [(1, 2, Purpose.TRAITS), (2, 1, Purpose.TRAITS), (1, 1, Purpose.FLUCTUATION_START)]
    firsts = {numbers(*key, n=1)[0] for key in keys}
    assert len(firsts) == 3


def test_steps_do_not_overlap() -> None:
    """A long draw at one step takes no number of the next ones."""
    long_draw = numbers(step=0, n=1_000_000)
    assert not np.isin(numbers(step=1, n=100), long_draw).any()
    assert not np.isin(numbers(step=2, n=100), long_draw).any()


@pytest.mark.parametrize("n", [1, 7, 999])
def test_the_first_numbers_do_not_depend_on_how_many_are_drawn(n: int) -> None:
    """A longer draw begins with the shorter one."""
    assert numbers(n=n).tobytes() == numbers(n=1000)[:n].tobytes()


def test_purposes_keep_their_numbers() -> None:
    """Results of earlier seeds depend on these; more may be added, none changed."""
    known = {
        "TRAITS": 1, "FLUCTUATION_START": 2, "FLUCTUATION": 3, "AGENT_ORDER": 4, "PERSON": 5,
        "SAMPLE": 6,
    }  # fmt: skip
    assert {name: int(Purpose[name]) for name in known} == known
    assert len({int(purpose) for purpose in Purpose}) == len(Purpose)


def test_numbers_are_those_of_all_earlier_runs() -> None:
    """A seed means the same numbers on every machine and in every version."""
    philox = np.random.Philox(
        key=np.random.SeedSequence([5, 6, 3]).generate_state(2, np.uint64), counter=[0, 0, 0, 7]
    )
    expected = np.random.Generator(philox).standard_normal(4)
    assert numbers(5, 6, Purpose.FLUCTUATION, 7, 4).tobytes() == expected.tobytes()


@pytest.mark.parametrize("seed", [2**32, 2**64, 2**100])
def test_large_seeds_are_seeds_of_their_own(seed: int) -> None:
    """No seed is cut to a machine word."""
    assert numbers(seed, n=1)[0] not in {numbers(0, n=1)[0], numbers(1, n=1)[0]}


# The population


@pytest.fixture(scope="module")
def logs() -> Array:
    """Logarithms of pump capacity, K leak, Na leak and size of many cells, (cells, 4)."""
    return np.log(draw_traits(MANY, P, 0, 0)[:4].T)


def test_the_first_cells_are_the_same_in_a_larger_population() -> None:
    """More cells leave the first ones as they were, to the bit."""
    small, large = draw_traits(50, P, 7, 1), draw_traits(5000, P, 7, 1)
    assert small.tobytes() == large[:, :50].tobytes()


@pytest.mark.parametrize(("seed", "replicate"), [(8, 1), (7, 2)])
def test_another_seed_or_replicate_draws_other_cells(seed: int, replicate: int) -> None:
    """Not one trait is shared."""
    mine, others = draw_traits(50, P, 7, 1)[:4], draw_traits(50, P, seed, replicate)[:4]
    assert not np.isin(mine, others).any()


@pytest.mark.parametrize(("place", "width"), [(0, 0.1), (1, 0.2), (2, 0.3), (3, 0.4)])
def test_traits_have_median_one_and_the_width_of_their_parameter(
    logs: Array, place: int, width: float
) -> None:
    """Mean of the logarithm is zero and its SD the parameter, within the error of the sample."""
    assert abs(logs[:, place].mean()) < FAR * width / np.sqrt(MANY)
    assert abs(logs[:, place].std() - width) < FAR * width / np.sqrt(2 * MANY)


@pytest.mark.parametrize("place", range(4))
def test_traits_are_log_normal(logs: Array, place: int) -> None:
    """Third and fourth moment of the logarithm are those of a normal variable."""
    z = logs[:, place] / logs[:, place].std()
    assert abs((z**3).mean()) < FAR * np.sqrt(15 / MANY)
    assert abs((z**4).mean() - 3.0) < FAR * np.sqrt(96 / MANY)


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [(0, 1, 0.6), (0, 2, 0.4), (1, 2, 0.2), (0, 3, 0.0), (1, 3, 0.0), (2, 3, 0.0)],
)
def test_traits_are_correlated_as_their_parameters_say(
    logs: Array, a: int, b: int, wanted: float
) -> None:
    """Pump and leaks are correlated as the parameters say, and size is independent."""
    found = np.corrcoef(logs[:, a], logs[:, b])[0, 1]
    assert abs(found - wanted) < FAR * (1 - wanted**2) / np.sqrt(MANY)


def test_a_trait_of_no_width_is_one() -> None:
    """Width zero makes all cells alike in that trait and leaves the other traits as they were."""
    same = draw_traits(50, P._replace(sd_k_leak=0.0), 7, 1)
    assert (same[1] == 1.0).all()
    assert same[[0, 2, 3]].tobytes() == draw_traits(50, P, 7, 1)[[0, 2, 3]].tobytes()


def test_medians_shift_all_cells_alike() -> None:
    """A person's own medians multiply pump capacity and Na leak, and nothing else changes."""
    own = draw_traits(50, P._replace(median_pump_capacity=1.2, median_na_leak=0.7), 7, 1)
    typical = draw_traits(50, P, 7, 1)
    assert own[0] == pytest.approx(1.2 * typical[0], rel=SEVEN_DIGITS)
    assert own[2] == pytest.approx(0.7 * typical[2], rel=SEVEN_DIGITS)
    assert own[[1, 3]].tobytes() == typical[[1, 3]].tobytes()
    alike = uniform_traits(3, P._replace(median_pump_capacity=1.2, median_na_leak=0.7))
    assert (alike[:4] == np.float32([[1.2], [1.0], [0.7], [1.0]])).all()


@pytest.mark.parametrize(
    ("pump_k", "pump_na", "leaks"), [(0.9, 0.9, -0.5), (1.0, 0.4, 0.2), (-0.9, 0.9, 0.9)]
)
def test_correlations_that_exclude_each_other_are_refused(
    pump_k: float, pump_na: float, leaks: float
) -> None:
    """No three numbers are correlated like that."""
    impossible = P._replace(
        correlation_pump_k_leak=pump_k, correlation_pump_na_leak=pump_na, correlation_leaks=leaks
    )
    with pytest.raises(SteadyStateError, match="exclude each other; lower one"):
        draw_traits(9, impossible, 7, 1)


def test_cells_are_those_of_all_earlier_runs() -> None:
    """Results of earlier seeds depend on the first cell, so its numbers are written down."""
    assert (draw_traits(1, P, 7, 1)[:4, 0] == np.float32(FIRST_CELL)).all()


def test_cells_start_without_fluctuation() -> None:
    """Drawn and uniform cells have factors of one that stay there."""
    for traits in (draw_traits(9, P, 7, 1), uniform_traits(9, P)):
        assert (traits[NOISE] == 1.0).all()
        assert (traits[NEXT] == 1.0).all()
    assert (uniform_traits(9, P) == np.array(CellTraits())[:, None]).all()


# Fluctuations


def fluctuate(steps: list[float], n_cells: int = MANY, seed: int = 3, replicate: int = 0) -> list[Array]:
    """Factors at the start and at the end of each step of given length [h], (2, cells) each."""
    fluctuation, traits = Fluctuation(P, seed, replicate), uniform_traits(n_cells, P)
    fluctuation.start(traits)
    found = [traits[NOISE].copy()]
    for number, hours in enumerate(steps, start=1):
        fluctuation.advance(traits, 1.0, hours, number)
        found.append(traits[NEXT].copy())
    return found


def logarithms(factors: Array) -> Array:
    """Logarithms of factors, centred where the process is."""
    return np.log(factors) + 0.5 * WIDTHS[:, None] ** 2


@pytest.mark.parametrize("steps", [[], [1.0] * 6, [6.0], [300.0], [0.01]], ids=str)
def test_fluctuations_keep_their_mean_and_width(steps: list[float]) -> None:
    """After steps of any length the factor has mean one and the log width of its parameter."""
    factors = fluctuate(steps)[-1]
    spread = np.sqrt(np.exp(WIDTHS**2) - 1.0)
    assert (abs(factors.mean(axis=1) - 1.0) < FAR * spread / np.sqrt(MANY)).all()
    logs = logarithms(factors)
    assert (abs(logs.mean(axis=1)) < FAR * WIDTHS / np.sqrt(MANY)).all()
    assert (abs(logs.std(axis=1) - WIDTHS) < FAR * WIDTHS / np.sqrt(2 * MANY)).all()


@pytest.mark.parametrize(
    "steps", [[1.0] * 6, [6.0], [2.0, 4.0], [0.5, 5.5], [24.0], [1.0], [240.0]], ids=str
)
def test_memory_falls_exponentially_however_time_is_divided(steps: list[float]) -> None:
    """Six steps of 1 h forget as much as one of 6 h: the correlation is exp(−t/τ)."""
    found = fluctuate(steps)
    first, last = logarithms(found[0]), logarithms(found[-1])
    wanted = np.exp(-sum(steps) / P.noise_time)
    for before, after in zip(first, last, strict=True):
        correlation = np.corrcoef(before, after)[0, 1]
        assert abs(correlation - wanted) < FAR * (1 - wanted**2) / np.sqrt(MANY)


def test_each_step_forgets_by_itself() -> None:
    """Correlation of neighbours is that of one step, everywhere in a sequence of unequal steps."""
    steps = [1.0, 6.0, 0.1, 12.0]
    for (before, after), hours in zip(pairwise(fluctuate(steps)), steps, strict=True):
        wanted = np.exp(-hours / P.noise_time)
        correlation = np.corrcoef(logarithms(before)[0], logarithms(after)[0])[0, 1]
        assert abs(correlation - wanted) < FAR * (1 - wanted**2) / np.sqrt(MANY)


def test_pump_and_leak_fluctuate_independently() -> None:
    """Neither follows the other, at the start or later."""
    for factors in fluctuate([6.0, 6.0]):
        assert abs(np.corrcoef(*logarithms(factors))[0, 1]) < FAR / np.sqrt(MANY)


def test_fluctuations_of_the_first_cells_are_the_same_among_more() -> None:
    """More cells leave the first ones' course as it was, to the bit."""
    for few, many in zip(fluctuate([3.0, 6.0], 20), fluctuate([3.0, 6.0], 2000), strict=True):
        assert few.tobytes() == many[:, :20].tobytes()


@pytest.mark.parametrize("key", [{"seed": 4}, {"replicate": 1}], ids=str)
def test_another_seed_or_replicate_fluctuates_otherwise(key: dict[str, int]) -> None:
    """Not one factor is shared, at any moment."""
    for mine, others in zip(fluctuate([3.0], 50), fluctuate([3.0], 50, **key), strict=True):
        assert not np.isin(mine, others).any()


def test_a_step_cut_short_goes_on_from_where_it_was() -> None:
    """The factor runs straight to its new value, and the next step begins where the last one ended."""
    fluctuation, traits = Fluctuation(P, 3, 0), uniform_traits(10, P)
    fluctuation.start(traits)
    fluctuation.advance(traits, 1.0, 6.0, 1)
    halfway = 0.5 * (traits[NOISE] + traits[NEXT])
    fluctuation.advance(traits, 0.5, 6.0, 2)
    assert traits[NOISE] == pytest.approx(halfway, rel=1e-7)


def test_fluctuations_of_no_width_stay_one() -> None:
    """With both widths zero factors are one for ever."""
    fluctuation, traits = (
        Fluctuation(P._replace(noise_pump=0.0, noise_leak=0.0), 3, 0),
        uniform_traits(5, P),
    )
    fluctuation.start(traits)
    fluctuation.advance(traits, 0.0, 3.0, 1)
    assert (traits == uniform_traits(5, P)).all()


# In the tissue


def course_of(condition: Condition, **options: Any) -> tuple[Tissue, list[dict[str, Array]]]:
    """Traits of a tissue's cells at the start and after each of eight steps of 3 h."""
    tissue = Tissue(4, seed=5, **options)
    schedule = Schedule(tissue, condition, 3.0)
    found = [tissue.traits_now()]
    for _ in range(8):
        schedule.step()
        found.append(tissue.traits_now())
    return tissue, found


def test_noise_off_leaves_factors_at_one() -> None:
    """Without noise traits are those of the drawn cells from start to end."""
    tissue, found = course_of(load("severe-magnesium-loss"), noise=False)
    drawn = draw_traits(4, Parameters().population, 5, 0)
    assert (tissue.traits == drawn).all()
    for traits in found:
        assert (traits["pump_noise"] == 1.0).all()
        assert (traits["leak_noise"] == 1.0).all()


def test_noise_moves_factors_and_nothing_else() -> None:
    """With noise every factor changes at every step while the cells' own traits stay."""
    _, found = course_of(load("baseline"))
    drawn = draw_traits(4, Parameters().population, 5, 0)
    for before, after in pairwise(found):
        assert (before["pump_noise"] != after["pump_noise"]).all()
        assert (before["leak_noise"] != after["leak_noise"]).all()
        for place, name in enumerate(CellTraits._fields[:4]):
            assert (after[name] == drawn[place]).all()


def test_a_uniform_tissue_still_fluctuates_and_draws_the_same() -> None:
    """The mean-field twin's cells are all typical; their fluctuations are those of different cells."""
    _, alike = course_of(load("baseline"), heterogeneous=False)
    _, different = course_of(load("baseline"))
    for one, other in zip(alike, different, strict=True):
        assert (one["pump_capacity"] == 1.0).all()
        assert one["pump_noise"].tobytes() == other["pump_noise"].tobytes()


BUSY = read(
    {
        "name": "busy",
        "duration": "2 day",
        "diet": [{"potassium": "10 mmol/day", "start": "100 min"}],
        "supplement": [{"ion": "magnesium", "dose": "9 mmol/day", "start": "1 day"}],
        "treatment": [{"kind": "thiazide", "effect": 0.5, "start": "10.5 hour"}],
        "without": ["romk-mg-block"],
    }
)


def test_the_condition_does_not_change_the_draws() -> None:
    """A treated and an untreated body have the same cells and the same fluctuations, to the bit."""
    plain = run("baseline", 6, days=2.0, seed=9, record_hours=3.0)
    busy = run(BUSY, 6, seed=9, record_hours=3.0)
    common = sorted(set(plain.snapshots) & set(busy.snapshots))
    assert len(common) >= 12
    for time in common:
        one, other = plain.snapshots[time], busy.snapshots[time]
        for name in DRAWN:
            assert one[name].to_numpy().tobytes() == other[name].to_numpy().tobytes()
    assert plain.cells()["k_in"].to_numpy().tobytes() != busy.cells()["k_in"].to_numpy().tobytes()


def test_another_seed_gives_another_run() -> None:
    """Cells and their course depend on the seed."""
    one, other = (run("baseline", 6, days=0.5, seed=seed).cells() for seed in (1, 2))
    for name in (*DRAWN, "na_in", "k_in"):
        assert not np.isin(one[name], other[name]).any()


def test_the_same_seed_repeats_a_run_to_the_bit() -> None:
    """Two runs of the same plan give the same tables."""
    one, other = (run(BUSY, 6, seed=9) for _ in range(2))
    assert one.table.to_numpy().tobytes() == other.table.to_numpy().tobytes()
    pd.testing.assert_frame_equal(one.cells(), other.cells(), rtol=0, atol=0)


def test_a_condition_with_meals_shares_the_noise_of_one_without() -> None:
    """Steps are shorter where there are meals; cells fluctuate at the same moments all the same."""
    plain = run("baseline", 6, days=1.0, seed=9, snapshots=9)
    eating = run("daily-meals", 6, days=1.0, seed=9, snapshots=9)
    common = sorted(set(plain.snapshots) & set(eating.snapshots))
    assert common == [0.125 * k for k in range(9)]
    for time in common:
        for name in DRAWN:
            one, other = (r.snapshots[time][name].to_numpy() for r in (plain, eating))
            assert one == pytest.approx(other, rel=1e-12)
