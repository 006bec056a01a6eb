"""Exceptions can be pickled and copied without loss, as when they cross processes."""

import copy
import pickle
from collections.abc import Iterator

import pytest

import sim
from sim import errors


def all_errors(base: type[errors.SimError] = errors.SimError) -> Iterator[type[errors.SimError]]:
    """All classes of the tree."""
    yield base
    for child in base.__subclasses__():
        yield from all_errors(child)


ERRORS = list(all_errors())


def example(error_class: type[errors.SimError]) -> errors.SimError:
    """An error of a class, with contents."""
    if issubclass(error_class, errors.InputError):
        return error_class(["cells = 0; give 1 or more", "no variable is called 'plasma_q'"])
    if issubclass(error_class, errors.SimulationError):
        return error_class("became negative", {"outcome": "failed"})
    return error_class("it broke: 3 of 4")


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy, copy.copy])
def test_every_error_survives_pickle_and_copy(kind: type[errors.SimError], copied: object) -> None:
    error = example(kind)
    again = copied(error)  # type: ignore[operator]
    assert type(again) is kind
    assert (str(again), vars(again)) == (str(error), vars(error))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_public_and_drawn_in_the_tree(kind: type[errors.SimError]) -> None:
    assert getattr(sim, kind.__name__) is kind
    assert f" {kind.__name__}" in (errors.__doc__ or "")


def test_a_real_failure_survives_with_its_result() -> None:
    """With table and tissue, as from a process pool."""
    mild = sim.Condition(name="healthy", duration="1 day")
    error = errors.SimulationError("it failed", sim.run(mild, 5, noise=False))
    again = pickle.loads(pickle.dumps(error))
    assert again.result.table.equals(error.result.table)
    assert (again.result.tissue.y == error.result.tissue.y).all()
    assert again.result.tissue.audit() == error.result.tissue.audit()
