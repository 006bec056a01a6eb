"""Exceptions, results and everything that makes them cross processes without loss."""

import copy
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import sim
from sim import errors
from sim.study.job import make_job
from sim.tissue.tissue import Tissue
from sim.variables.endpoints import Endpoint
from tests.cli.commands import shell

Copy = Callable[[Any], Any]
COPIES: dict[str, Copy] = {
    **{
        f"pickle {protocol}": lambda thing, protocol=protocol: pickle.loads(
            pickle.dumps(thing, protocol)
        )
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
    },
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}


def all_errors(base: type[errors.SimError] = errors.SimError) -> Iterator[type[errors.SimError]]:
    """All classes of the tree that the program defines."""
    yield base
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from all_errors(child)


ERRORS: list[Any] = [*all_errors(), errors.SimulationInterrupted]


def example(kind: Any) -> Any:
    """Exception of a class, with contents."""
    if issubclass(kind, errors.InputError):
        return kind(["cells = 0; give 1 or more", "no variable is called 'plasma_q'"])
    if issubclass(kind, errors.SimulationError | errors.SimulationInterrupted):
        return kind("became negative", {"outcome": "failed"}, ("a finished one",))
    return kind("it broke: 3 of 4")


def check_same(error: BaseException, again: BaseException) -> None:
    """Check that an exception is the same as another one."""
    assert type(again) is type(error)
    assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_every_error_survives_pickle_and_copy(kind: Any, copied: Copy) -> None:
    check_same(example(kind), copied(example(kind)))


class OwnError(errors.SimulationError):
    """Error of a user, made from other arguments."""

    def __init__(self, day: float) -> None:
        super().__init__(f"too low on day {day:g}", {"day": day})


class OwnInputError(errors.InputError):
    """Likewise, without arguments."""

    def __init__(self) -> None:
        super().__init__(["it is empty"])


def noted() -> errors.InputError:
    """Error with a note and an attribute that were added on the way."""
    error = errors.InputError(["a\nb"])
    error.add_note("in the third file")
    error.place = 3  # type: ignore[attr-defined]
    return error


AWKWARD: dict[str, Callable[[], BaseException]] = {
    "more problems than are shown": lambda: errors.InputError(f"problem {i}" for i in range(150)),
    "a long problem": lambda: errors.ParameterError(["x" * 5000]),
    "no problems": lambda: errors.DesignError([]),
    "one text": lambda: errors.ConditionError("no such file"),
    "notes and attributes": noted,
    "a class of a user": lambda: OwnError(3.5),
    "another class of a user": OwnInputError,
    "errors in others": lambda: errors.SimulationInterrupted("stopped", {"errors": 2}, (1, 2)),
    "no message": errors.StudyError,
    "several arguments": lambda: errors.IntegrationError("cell", 3, 0.5),
}


@pytest.mark.parametrize("make", AWKWARD.values(), ids=AWKWARD.keys())
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_awkward_errors_survive_too(make: Callable[[], BaseException], copied: Copy) -> None:
    """An exception is not made again from its message."""
    error = make()
    check_same(error, copied(copied(error)))


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_is_public_and_drawn_in_the_tree(kind: Any) -> None:
    assert getattr(sim, kind.__name__) is kind
    assert f" {kind.__name__}" in (errors.__doc__ or "")


# Results and everything that makes them


@cache
def finished() -> sim.Result:
    """A short run."""
    return sim.run("severe-magnesium-loss", 6, days=0.5)


THINGS: dict[str, Callable[[], Any]] = {
    "result": finished,
    "comparison": lambda: sim.Comparison(finished(), finished()),
    "condition": lambda: sim.load("refractory-hypokalaemia"),
    "condition in Python": lambda: sim.Condition(name="healthy", duration="1 day"),
    "design": lambda: sim.Design(conditions=["baseline", "thiazide"], replicates=3, cells=5),
    "parameters": lambda: sim.Parameters().with_values({"pump_half_mg": 0.2}),
    "plan": lambda: sim.RunPlan("baseline", 5, parameters={"pump_half_mg": 0.2}),
    "endpoint": lambda: Endpoint.read("plasma_k < 3.5"),
    "job of a study": lambda: make_job(sim.Design(conditions=["baseline"], replicates=3, cells=5)),
    "audit": lambda: tissue_of(finished()).audit(),
}


@pytest.mark.parametrize("make", THINGS.values(), ids=THINGS.keys())
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_equal(make: Callable[[], Any], copied: Copy) -> None:
    thing = make()
    again = copied(thing)
    assert type(again) is type(thing)
    assert again == thing
    assert repr(again) == repr(thing)


def test_results_are_equal_if_all_that_was_recorded_is() -> None:
    result = finished()
    assert result != sim.run("severe-magnesium-loss", 6, days=0.5, seed=1)
    assert result != "a result"
    changes: list[dict[str, Any]] = [
        {"table": result.table + 1.0},
        {"snapshots": {}},
        {"units": {}},
        {"condition": sim.load("baseline")},
        {"provenance": {}},
    ]
    for change in changes:
        assert result != replace(result, **change)
    with pytest.raises(TypeError, match="unhashable"):
        hash(result)


def tissue_of(result: sim.Result) -> Tissue:
    """Tissue at the end of a result."""
    assert result.tissue is not None
    return result.tissue


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("copied", list(COPIES.values())[:-1], ids=list(COPIES)[:-1])
def test_a_copied_tissue_goes_on_to_the_same_bits(copied: Copy, threads: int) -> None:
    """On its own."""
    tissue = Tissue(300, threads=threads)
    again = copied(tissue)
    for each in (tissue, again):
        each.fluctuate(1.0)
        each.advance_to(1.0)
    assert again.y.tobytes() == tissue.y.tobytes()
    assert again.audit() == tissue.audit()


def day_of(model: sim.TissueModel) -> float:
    """Time of a model; a lambda could not be pickled."""
    return model.day


@pytest.mark.parametrize("copied", list(COPIES.values())[:-1], ids=list(COPIES)[:-1])
def test_a_copied_model_goes_on_to_the_same_bits(copied: Copy) -> None:
    model = sim.TissueModel("severe-magnesium-loss", 6, model_reporters={"day": day_of})
    model.step()
    again = copied(model)
    for each in (model, again):
        each.step()
    assert again.tissue.y.tobytes() == model.tissue.y.tobytes()
    frames = [each.datacollector.get_model_vars_dataframe() for each in (model, again)]
    assert frames[0].equals(frames[1])


def test_a_real_failure_survives_with_its_result() -> None:
    """With table and tissue, as from a process pool."""
    error = errors.SimulationError("it failed", finished())
    again = pickle.loads(pickle.dumps(error))
    assert again.result == finished()
    assert tissue_of(again.result).y.tobytes() == tissue_of(finished()).y.tobytes()
    assert tissue_of(again.result).audit() == tissue_of(finished()).audit()


# Processes


def work(what: str) -> Any:
    """Return or raise, in another process."""
    if what == "result":
        return sim.run("severe-magnesium-loss", 6, days=0.5)
    if what == "input":
        sim.run("severe-magnesium-los", 0)
    result = sim.run("baseline", 3, days=0.25)
    if what == "interrupted":
        raise errors.SimulationInterrupted("interrupted on day 0.25", result)
    raise errors.SimulationError("ecf_k became negative", result)


def check_answers(ask: Callable[[str], Any]) -> None:
    """Check what comes back from another process, for every kind of end."""
    own, there = finished(), ask("result")
    assert there.table.equals(own.table)
    assert tissue_of(there).y.tobytes() == tissue_of(own).y.tobytes()
    with pytest.raises(sim.InputError) as refusal:
        ask("input")
    assert len(refusal.value.problems) == 2
    with pytest.raises(sim.SimulationError, match="ecf_k became negative") as failure:
        ask("failed")
    assert failure.value.result.table.index[-1] == 0.25


def test_results_and_errors_come_back_from_pools_of_processes() -> None:
    """A pool would wait for ever for an exception that cannot be unpickled."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        check_answers(lambda what: pool.apply_async(work, [what]).get(timeout=120))
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        check_answers(lambda what: executor.submit(work, what).result(timeout=120))
        # The executor sends any exception back, an interruption among them; a pool's worker ends.
        with pytest.raises(sim.SimulationInterrupted) as interruption:
            executor.submit(work, "interrupted").result(timeout=120)
        assert interruption.value.result.table.index[-1] == 0.25


@pytest.mark.parametrize("tblib", ["sys.modules['tblib'] = None", "pickling_support.install()"])
def test_errors_cross_processes_with_and_without_tblib(tblib: str) -> None:
    """It replaces how exceptions are pickled, if it is installed."""
    if "install" in tblib:
        pytest.importorskip("tblib")
        tblib = f"from tblib import pickling_support\n{tblib}"
    code = (
        f"import sys\n{tblib}\nimport pickle\n"
        "from tests.test_errors import AWKWARD, ERRORS, check_same, example\n"
        "for error in [*map(example, ERRORS), *(make() for make in AWKWARD.values())]:\n"
        "    check_same(error, pickle.loads(pickle.dumps(error)))\n"
        "print('the same')"
    )
    done = shell(code=code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the same\n", "")


def test_a_study_can_be_copied(tmp_path: Path) -> None:
    """It reads its folder wherever it is."""
    design = sim.Design(
        conditions=["baseline"], replicates=2, cells=3, duration="6 hour", every="6 hour"
    )
    study = sim.run_study(design, tmp_path / "study", workers=1)
    for copied in COPIES.values():
        again = copied(study)
        assert again.courses.equals(study.courses)
        assert (again.digest(), again.design) == (study.digest(), study.design)
