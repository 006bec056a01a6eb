"""Seeds in all of Mesa's forms, and Mesa's batch runner."""

import warnings
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
import pytest

import sim


def rows_of(**arguments: Any) -> list[dict[str, Any]]:
    """Rows of Mesa's batch runner, whose newer versions advise against ``iterations``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return mesa.batch_run(sim.TissueModel, display_progress=False, **arguments)


def body(**seeds: Any) -> np.ndarray:
    return sim.TissueModel("baseline", 5, **seeds).tissue.traits


def test_a_batch_run_gives_a_body_for_each_iteration() -> None:
    rows = rows_of(parameters={"n_cells": 10}, iterations=3, max_steps=4)
    assert len({row["plasma_k"] for row in rows}) == 3
    assert len({row["seed"] for row in rows}) == 3


def test_a_row_of_a_batch_run_says_how_to_repeat_it() -> None:
    (row,) = rows_of(parameters={"n_cells": 10, "days": 0.5}, iterations=1)
    model = sim.TissueModel("baseline", 10, days=0.5, rng=row["seed"])
    model.run_model()
    assert row["plasma_k"] in model.datacollector.model_vars["plasma_k"]


def test_a_batch_run_varies_seeds_and_ends_with_the_condition() -> None:
    rows = rows_of(parameters={"n_cells": 4, "days": 0.5, "rng": [3, 4]}, iterations=1)
    assert [row["seed"] for row in rows] == [3, 4]
    assert {row["Step"] for row in rows} <= {3, 4}  # Mesa 3.3 shows the last row but one.


def test_without_a_seed_one_is_drawn_that_can_be_read() -> None:
    one, other = sim.TissueModel("baseline", 5), sim.TissueModel("baseline", 5, rng=None)
    assert one.seed != other.seed
    assert not np.array_equal(one.tissue.traits, other.tissue.traits)
    again = sim.TissueModel("baseline", 5, rng=one.seed)
    one.step()
    again.step()
    assert np.array_equal(one.tissue.y, again.tissue.y)
    assert one.random.random() == again.random.random()
    assert one.rng.random() == again.rng.random()


@pytest.mark.parametrize("number", [7, np.int64(7), np.uint32(7), np.random.SeedSequence(7)])
@pytest.mark.parametrize("name", ["rng", "seed"])
def test_a_number_is_the_seed_of_a_run(name: str, number: Any) -> None:
    model = sim.TissueModel("baseline", 5, **{name: number})
    assert (model.seed, type(model.seed)) == (7, int)
    assert model.plan.seed == model.tissue.seed == 7
    assert np.array_equal(model.tissue.traits, sim.Tissue(5, seed=7).traits)


SOURCES: dict[str, Callable[[int], Any]] = {
    "generator": np.random.default_rng,
    "bit generator": np.random.PCG64,
    "legacy state": np.random.RandomState,
    "spawned sequence": lambda n: np.random.SeedSequence(n).spawn(1)[0],
    "list": lambda n: [n, 2],
    "tuple": lambda n: (n, 2, 3),
    "range": lambda n: range(n, n + 3),
    "array": lambda n: np.array([n, 5]),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_equal_sources_give_equal_bodies(source: Callable[[int], Any]) -> None:
    assert np.array_equal(body(rng=source(1)), body(rng=source(1)))
    assert np.array_equal(body(rng=source(1)), body(seed=source(1)))
    assert not np.array_equal(body(rng=source(1)), body(rng=source(2)))


def test_a_generator_that_is_shared_gives_different_bodies() -> None:
    generator = np.random.default_rng(1)
    assert not np.array_equal(body(rng=generator), body(rng=generator))


def test_a_seed_may_be_longer_than_a_machine_word() -> None:
    assert sim.TissueModel("baseline", 3, rng=2**100).seed == 2**100


@pytest.mark.parametrize(
    "seed",
    [-1, True, 1.0, np.nan, "7", b"7", [], [-1], [1.5], [True], ["7"], {1}, np.array([0.5]), object()],
)
@pytest.mark.parametrize("name", ["rng", "seed"])
def test_what_is_no_seed_is_refused(name: str, seed: Any) -> None:
    with pytest.raises(sim.InputError, match="whole number"):
        sim.TissueModel("baseline", 3, **{name: seed})


def test_two_seeds_are_one_too_many() -> None:
    with pytest.raises(sim.InputError, match="rng = 1 and seed = 2 are given; give one"):
        sim.TissueModel("baseline", 3, rng=1, seed=2)
