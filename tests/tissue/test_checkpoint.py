"""Checkpoints: a loaded tissue continues bit for bit, and an incomplete file is refused."""

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.conditions.condition import Condition, load, read
from sim.conditions.plan import RunPlan
from sim.errors import InputError
from sim.parameters import Entry, Parameters, describe
from sim.physiology.cell_state import CellTraits
from sim.physiology.virtual_persons import Person, apply_person
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.resuming import resume
from sim.simulation.running import run
from sim.simulation.schedule import Schedule
from sim.tissue import checkpoint
from sim.tissue.checkpoint import load_tissue, save_tissue
from sim.tissue.tissue import Checkpoint, Tissue

EVENTFUL = read(
    {
        "name": "busy",
        "duration": "3 day",
        "diet": [{"potassium": "20 mmol/day", "start": "100 min"}],
        "supplement": [{"ion": "magnesium", "dose": "9 mmol/day", "start": "1 day"}],
        "treatment": [{"kind": "thiazide", "effect": 0.5, "start": "10.5 hour"}],
        "without": ["romk-mg-block"],
    }
)
MEALS = load("daily-meals").revised(duration="2 day")
FLOWS = ("intake_", "urine_", "stool_")
"""Prefixes of variables that are means since the previous row."""
PUMP, LEAK = CellTraits._fields.index("pump_capacity"), CellTraits._fields.index("na_leak")


def same(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two checkpoints agree in every bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def at(hours: float, condition: Condition, **options: Any) -> Tissue:
    """Tissue simulated under a condition until the end of a step [h]."""
    tissue = Tissue(6, seed=9, replicate=4, **options)
    Schedule(tissue, condition).advance_until(hours)
    return tissue


def stored(tissue: Tissue, folder: Path) -> Tissue:
    """The tissue after saving and loading."""
    return load_tissue(save_tissue(tissue, folder / "state.npz"))


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Columns that do not depend on the previous row."""
    return table[[name for name in table if not str(name).startswith(FLOWS)]]


def assert_equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Two tables agree in every bit."""
    assert len(one) > 0
    pd.testing.assert_frame_equal(one, other, rtol=0, atol=0)


# Bitwise continuation


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize(
    ("condition", "moments"),
    [(EVENTFUL, (0.0, 6.0, 12.0, 24.0, 66.0)), (MEALS, (0.0, 6.5, 7.5, 24.0, 47.5))],
    ids=["busy", "meals"],
)
def test_a_loaded_tissue_continues_bit_for_bit(
    condition: Condition, moments: tuple[float, ...], noise: bool, tmp_path: Path
) -> None:
    """From the end of any step: state, traits, evaluations, and all later rows."""
    hours = 6.0 if condition is EVENTFUL else 0.5
    straight = run(condition, 6, seed=9, replicate=4, noise=noise, record_hours=hours)
    end = straight.tissue.checkpoint()
    for moment in moments:
        file = save_tissue(at(moment, condition, noise=noise), tmp_path / "state.npz")
        resumed = resume(file, condition, record_hours=hours)
        assert same(resumed.tissue.checkpoint(), end)
        assert resumed.tissue.evaluations == straight.tissue.evaluations
        later = straight.table.index > moment / 24.0
        assert_equal(resumed.table[resumed.table.index > moment / 24.0], straight.table[later])
        assert_equal(plain(resumed.table), plain(straight.table[straight.table.index >= moment / 24.0]))
        assert_equal(resumed.cells(), straight.cells())


def test_between_rows_all_but_flows_continue_bit_for_bit(tmp_path: Path) -> None:
    """The first row has instantaneous flows, because there is no previous row to average from."""
    straight = run(EVENTFUL, 6, seed=9, replicate=4, record_hours=6.0).table
    resumed = resume(
        save_tissue(at(9.0, EVENTFUL), tmp_path / "state.npz"), EVENTFUL, record_hours=6.0
    ).table
    assert resumed.index[0] == 0.5
    assert_equal(plain(resumed), plain(straight[straight.index >= 0.5]))
    assert_equal(resumed[resumed.index > 0.5], straight[straight.index > 0.5])


def test_a_checkpoint_within_a_step_preserves_the_noise(tmp_path: Path) -> None:
    """Traits continue towards the values drawn, and the next draw is at the same time."""
    straight, cut = at(24.0, EVENTFUL), stored(at(13.7, EVENTFUL), tmp_path)
    Schedule(cut, EVENTFUL).advance_until(24.0)
    assert cut.draws == straight.draws
    for name, values in straight.traits_now().items():
        assert cut.traits_now()[name] == pytest.approx(values, rel=1e-12), name
    assert cut.y == pytest.approx(straight.y, rel=1e-4, abs=1e-4)


def test_manual_changes_are_preserved(tmp_path: Path) -> None:
    """Changes by agents before and after the checkpoint act as without it; balances close."""

    def simulated(checkpoint: Callable[[Tissue], Tissue]) -> Tissue:
        tissue = at(6.0, EVENTFUL)
        tissue.set_trait(2, PUMP, 0.7)
        tissue.add_to_fluid(1, 12.0)
        tissue = checkpoint(tissue)
        tissue.add_to_cell(3, 0, 1.5)
        Schedule(tissue, EVENTFUL).advance_until(15.0)
        tissue = checkpoint(tissue)
        tissue.set_trait(0, LEAK, 1.1)
        Schedule(tissue, EVENTFUL).advance_until(30.0)
        return checkpoint(tissue)

    straight, loaded = (
        simulated(lambda tissue: tissue),
        simulated(lambda tissue: stored(tissue, tmp_path)),
    )
    assert loaded.edits == 4
    assert same(straight.checkpoint(), loaded.checkpoint())
    assert straight.audit() == loaded.audit()
    assert max(map(abs, loaded.audit()[:-1])) < 1e-12
    Schedule(straight, EVENTFUL).advance_until(40.0)
    Schedule(loaded, EVENTFUL).advance_until(40.0)
    assert same(straight.checkpoint(), loaded.checkpoint())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"heterogeneous": False},
        {"noise": False},
        {"tolerance": 1e-7},
        {"parameters": Parameters().replace(pump_half_mg=0.1)},
        {"parameters": apply_person(Person(body_size=1.3, na_leak=0.8, cell_mg=1.1), Parameters())},
    ],
    ids=["plain", "alike", "quiet", "exact", "changed", "person"],
)
def test_a_loaded_tissue_is_the_one_that_was_saved(options: dict[str, Any], tmp_path: Path) -> None:
    """All of its definition, and all that can be read from it."""
    tissue = at(9.0, EVENTFUL, **options)
    loaded = stored(tissue, tmp_path)
    assert same(tissue.checkpoint(), loaded.checkpoint())
    for name in (
        "n_cells", "seed", "replicate", "noise_replicate", "heterogeneous", "noise", "tolerance",
        "parameters", "time", "draws", "edits", "counts", "control", "body", "fluid",
        "fluctuates_until", "healthy_smooth_muscle_na", "evaluations",
    ):  # fmt: skip
        assert getattr(tissue, name) == getattr(loaded, name), name
    assert tissue.observe().tobytes() == loaded.observe().tobytes()
    assert tissue.audit() == loaded.audit()
    assert tissue.totals() == loaded.totals()
    assert tissue.body_rates() == loaded.body_rates()


def test_large_seeds_are_preserved(tmp_path: Path) -> None:
    """Seeds are not truncated to a machine word."""
    tissue = Tissue(5, seed=2**100, replicate=2**40)
    assert stored(tissue, tmp_path).seed == 2**100


def test_saving_changes_nothing(tmp_path: Path) -> None:
    """A tissue continues in the same way whether it was saved or not."""
    saved, straight = at(6.0, EVENTFUL), at(6.0, EVENTFUL)
    save_tissue(saved, tmp_path / "state.npz")
    for tissue in (saved, straight):
        Schedule(tissue, EVENTFUL).advance_until(12.0)
    assert same(saved.checkpoint(), straight.checkpoint())


def test_a_loaded_tissue_may_have_threads(tmp_path: Path) -> None:
    """Results do not depend on them."""
    file = save_tissue(at(6.0, EVENTFUL), tmp_path / "state.npz")
    one, many = load_tissue(file), load_tissue(file, threads=3)
    for tissue in (one, many):
        Schedule(tissue, EVENTFUL).advance_until(9.0)
    assert same(one.checkpoint(), many.checkpoint())


# Branches


def test_a_branch_does_not_affect_its_tissue() -> None:
    """Changes of either do not affect the other."""
    tissue = at(6.0, EVENTFUL)
    before = tissue.checkpoint()
    branch = tissue.branch()
    Schedule(branch, MEALS).advance_until(20.0)
    branch.set_trait(0, PUMP, 0.5)
    branch.add_to_fluid(1, 5.0)
    branch.fluctuate_as(77)
    assert same(tissue.checkpoint(), before)
    Schedule(tissue, EVENTFUL).advance_until(20.0)
    assert same(tissue.checkpoint(), at(20.0, EVENTFUL).checkpoint())
    other = at(6.0, EVENTFUL).branch()
    Schedule(other, EVENTFUL).advance_until(20.0)
    assert same(tissue.checkpoint(), other.checkpoint())


def test_resuming_does_not_affect_the_tissue() -> None:
    """Several continuations may start from the same tissue."""
    past = run(EVENTFUL, 6, days=1.0, seed=9)
    before = past.tissue.checkpoint()
    futures = [
        resume(past.tissue, condition, days=2.0) for condition in (EVENTFUL, "baseline", "thiazide")
    ]
    assert same(past.tissue.checkpoint(), before)
    ends = {future.table["plasma_k"].iloc[-1] for future in futures}
    assert len(ends) == 3
    for future in futures:
        assert plain(future.table).iloc[0]["plasma_k"] == past.table["plasma_k"].iloc[-1]
        assert future.provenance["resumed_at"] == 1.0


def test_a_checkpoint_can_be_resumed_repeatedly() -> None:
    """Any number of times."""
    tissue = at(6.0, EVENTFUL)
    start = tissue.checkpoint()
    ends = []
    for _ in range(2):
        tissue.restore(start)
        Schedule(tissue, EVENTFUL).advance_until(12.0)
        ends.append(tissue.checkpoint())
    assert same(*ends)


def test_noise_of_another_replicate_begins_at_the_checkpoint(tmp_path: Path) -> None:
    """Until the values already drawn are reached all is the same; afterwards nothing is."""
    file = save_tissue(at(24.0, EVENTFUL), tmp_path / "state.npz")
    own, other = (
        resume(file, EVENTFUL, record_hours=3.0),
        resume(file, EVENTFUL, noise_of=5, record_hours=3.0),
    )
    assert_equal(plain(own.table.iloc[:1]), plain(other.table.iloc[:1]))
    assert (own.table.iloc[1:]["plasma_k"] != other.table.iloc[1:]["plasma_k"]).all()
    first, second = own.cells(), other.cells()
    assert not np.isin(first["pump_capacity_trait"], second["pump_capacity_trait"]).any()
    assert first["size"].equals(second["size"])
    assert (own.provenance["replicate"], other.provenance["replicate"]) == (4, 5)


def test_noise_depends_only_on_the_replicate(tmp_path: Path) -> None:
    """Also for a tissue that was given another replicate's noise and saved again."""
    file = save_tissue(at(24.0, EVENTFUL), tmp_path / "state.npz")
    assert same(
        resume(file, EVENTFUL).tissue.checkpoint(),
        resume(file, EVENTFUL, noise_of=4).tissue.checkpoint(),
    )
    lent = resume(file, EVENTFUL, noise_of=5, days=2.0).tissue
    again = resume(save_tissue(lent, tmp_path / "again.npz"), EVENTFUL)
    assert (again.tissue.replicate, again.tissue.noise_replicate) == (4, 5)
    assert same(again.tissue.checkpoint(), resume(file, EVENTFUL, noise_of=5).tissue.checkpoint())


def test_a_run_saves_its_checkpoint(tmp_path: Path) -> None:
    """On request, with the tables; its continuation is the longer run."""
    short = run(EVENTFUL, 6, days=1.0, seed=9)
    files = short.save(tmp_path / "kept", state=True)
    names = ["cells.parquet", "overview.png", "provenance.json", "state.npz", "table.parquet"]
    assert [file.name for file in files] == names
    resumed = resume(tmp_path / "kept" / "state.npz", EVENTFUL)
    assert same(resumed.tissue.checkpoint(), run(EVENTFUL, 6, seed=9).tissue.checkpoint())
    without = short.save(tmp_path / "plain")
    assert [file.name for file in without] == [name for name in names if name != "state.npz"]


def test_numpy_integers_are_accepted(tmp_path: Path) -> None:
    """A seed from an array can be saved."""
    numbers: dict[str, Any] = {
        "n_cells": np.int64(5), "seed": np.int64(3), "replicate": np.int32(2), "snapshots": np.int8(2),
    }  # fmt: skip
    result = run(EVENTFUL, days=0.25, **numbers)
    loaded = load_tissue(result.save(tmp_path / "kept", state=True)[-2])
    assert (loaded.n_cells, loaded.seed, loaded.replicate) == (5, 3, 2)


# Invalid files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A valid file."""
    return save_tissue(at(6.0, EVENTFUL), tmp_path / "state.npz")


def refused(path: Path) -> str:
    """The message with which a file is refused."""
    with pytest.raises(InputError) as refusal:
        load_tissue(path)
    (problem,) = refusal.value.problems
    assert str(path) in problem
    return problem


@pytest.mark.parametrize("change", [0x01, 0xFF, 0x20])
def test_a_changed_byte_is_detected_at_any_position(change: int, file: Path, tmp_path: Path) -> None:
    """The file is refused, or the tissue is the same because the byte is irrelevant (such as a date)."""
    whole, good = file.read_bytes(), load_tissue(file).checkpoint()
    damaged, harmless = tmp_path / "damaged.npz", 0
    places = np.linspace(0, len(whole) - 1, 400).astype(int).tolist()
    for place in places:
        content = bytearray(whole)
        content[place] ^= change
        damaged.write_bytes(content)
        loaded = unless_refused(damaged)
        if loaded is not None:
            assert same(loaded.checkpoint(), good)
            harmless += 1
    assert harmless < 0.1 * len(places)


def unless_refused(path: Path) -> Tissue | None:
    """A tissue from a file, or None if the file is refused as invalid input."""
    try:
        return load_tissue(path)
    except InputError:
        return None


@pytest.mark.parametrize("fraction", [0.0, 0.001, 0.3, 0.7, 0.99, 0.9999])
def test_a_truncated_file_is_refused(fraction: float, file: Path) -> None:
    """As left by a full disk or an interrupted transfer."""
    whole = file.read_bytes()
    file.write_bytes(whole[: int(fraction * len(whole))])
    assert refused(file).endswith("is damaged, or not the state of a tissue")


@pytest.mark.parametrize(
    "content",
    [b"time,plasma_k\n0,4.1\n", b"\x80\x04K\x01.", "npy", "other arrays", "no text", "a list"],
    ids=str,
)
def test_files_of_other_formats_are_refused(content: bytes | str, tmp_path: Path) -> None:
    """Text, a pickle, a single array, an archive with other contents."""
    path, buffer = tmp_path / "state.npz", io.BytesIO()
    if content == "npy":
        np.save(buffer, np.arange(4.0))
    elif content == "other arrays":
        np.savez(buffer, x=np.arange(4.0))
    elif content == "no text":
        np.savez(buffer, about=np.arange(4.0), y=np.arange(3.0))
    elif content == "a list":
        np.savez(buffer, about=np.array("[1, 2]"), y=np.arange(3.0))
    path.write_bytes(content if isinstance(content, bytes) else buffer.getvalue())
    assert refused(path).endswith("is damaged, or not the state of a tissue")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """With the message of the operating system."""
    assert refused(tmp_path / "none.npz").endswith("cannot be read: No such file or directory")
    assert refused(tmp_path).endswith("cannot be read: Is a directory")


class Trap:
    """Object with a side effect when it is unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[Any, ...]:
        return setattr, (Trap, "sprung", True)


def test_nothing_is_unpickled(tmp_path: Path, file: Path) -> None:
    """A file with an object instead of an array is refused without unpickling it."""
    with np.load(file) as good:
        arrays = {name: good[name] for name in good.files}
    assert all(array.dtype.kind in "fU" for array in arrays.values())
    for name in arrays:
        trap = np.empty(1, dtype=object)
        trap[0] = Trap()
        np.savez(tmp_path / "trap.npz", **(arrays | {name: trap}))
        assert refused(tmp_path / "trap.npz").endswith("is damaged, or not the state of a tissue")
    assert not Trap.sprung
    pickle.loads(pickle.dumps(Trap()))
    assert Trap.sprung


@pytest.mark.parametrize("name", ["y", "traits", "clock"])
def test_changed_numbers_are_refused(name: str, file: Path) -> None:
    """A complete file whose contents differ from those written."""
    with np.load(file) as good:
        arrays = {own: good[own] for own in good.files}
    arrays[name].flat[1] += 1e-6
    np.savez(file, **arrays)
    assert refused(file).endswith("is damaged: its contents do not fit their digest")


@pytest.mark.parametrize(
    ("old", "new"), [('"n_cells": 6', '"n_cells": 7'), ('"seed": 9', '"seed": 8'), ("140.0", "141.0")]
)
def test_changed_metadata_are_refused(old: str, new: str, file: Path) -> None:
    """The definition of the tissue is part of the verified contents."""
    with np.load(file) as good:
        arrays = {own: good[own] for own in good.files}
    about = str(arrays["about"])
    assert old in about
    np.savez(file, **(arrays | {"about": np.array(about.replace(old, new))}))
    assert refused(file).endswith("is damaged: its contents do not fit their digest")


def test_another_format_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Regardless of its other contents."""
    monkeypatch.setattr(checkpoint, "FORMAT", 7)
    file = save_tissue(at(0.0, EVENTFUL), tmp_path / "state.npz")
    monkeypatch.undo()
    assert refused(file).endswith("has format 7; this version reads 3")


def test_other_parameters_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Checkpoints of a model with other defaults are refused."""

    def former(parameters: Parameters) -> list[Entry]:
        *others, last = describe(parameters)
        return [*others, last._replace(name="pump_half_zn")]

    *_, last = describe()
    monkeypatch.setattr(checkpoint, "describe", former)
    file = save_tissue(at(0.0, EVENTFUL), tmp_path / "state.npz")
    monkeypatch.undo()
    names = ", ".join(sorted([last.name, "pump_half_zn"]))
    wanted = f"was written by another version of the model; they differ in {names}"
    assert refused(file).endswith(wanted)


# Writing


def test_a_failed_write_preserves_the_old_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk damages nothing, and no temporary file remains."""
    before = file.read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_tissue(at(12.0, EVENTFUL), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_replaces_the_old_one_atomically(file: Path, tmp_path: Path) -> None:
    """Under the same name, without other files."""
    later = at(12.0, EVENTFUL)
    assert save_tissue(later, str(file)) == file
    assert same(load_tissue(file).checkpoint(), later.checkpoint())
    assert list(tmp_path.iterdir()) == [file]


def test_the_folder_must_exist(tmp_path: Path) -> None:
    """It is not created."""
    with pytest.raises(FileNotFoundError):
        save_tissue(at(0.0, EVENTFUL), tmp_path / "none" / "state.npz")
    assert list(tmp_path.iterdir()) == []


# Invalid continuations


def resume_problems(start: Any, condition: Any, **options: Any) -> list[str]:
    """Problems with which resuming is refused."""
    with pytest.raises(InputError) as refusal:
        resume(start, condition, **options)
    return refusal.value.problems


def test_a_condition_that_has_ended_is_refused() -> None:
    """Conditions use the clock of the tissue."""
    tissue = at(72.0, EVENTFUL)
    wanted = ["the condition ends on day 3, the tissue is at day 3; give more days"]
    assert resume_problems(tissue, EVENTFUL) == wanted
    assert resume_problems(tissue, "baseline", days=1.5) == [
        "the condition ends on day 1.5, the tissue is at day 3; give more days"
    ]
    assert resume(tissue, EVENTFUL, days=3.25).finished


def test_a_resumed_tissue_keeps_its_parameters() -> None:
    """A condition with other parameters is refused, together with all other problems."""
    other = EVENTFUL.revised(parameters={"pump_half_mg": "0.2 mM"})
    own = Parameters().cell.pump_half_mg
    changed = f"pump_half_mg = 0.2 in the condition, {own:g} in the tissue, which keeps its own"
    assert resume_problems(at(6.0, EVENTFUL), other) == [changed]
    assert resume_problems(at(72.0, EVENTFUL), other) == [
        changed,
        "the condition ends on day 3, the tissue is at day 3; give more days",
    ]
    tissue = make_tissue(RunPlan(other, 5))[0]
    assert resume(tissue, other, days=0.5).tissue.parameters.cell.pump_half_mg == 0.2


def test_problems_of_arguments_are_reported(tmp_path: Path) -> None:
    """In the same way as those of a run."""
    tissue = at(6.0, EVENTFUL)
    assert "did you mean 'thiazide'" in resume_problems(tissue, "thiazid")[0]
    assert resume_problems(tissue, EVENTFUL, noise_of=-1) == [
        "replicate = -1; give a whole number, zero or more, of at most 100 digits"
    ]
    assert resume_problems(tissue, EVENTFUL, snapshots=1, record_hours=0.0) == [
        "record_hours = 0; give 0.01 to 1000 hours",
        "snapshots = 1; give 2 or more, at most 10,000; the start and the end have one each",
    ]
    assert "cannot be read" in resume_problems(tmp_path / "none.npz", EVENTFUL)[0]


def test_public_names_are_available_from_the_package() -> None:
    """Under the names in the README."""
    assert (sim.save_tissue, sim.load_tissue, sim.resume) == (save_tissue, load_tissue, resume)
